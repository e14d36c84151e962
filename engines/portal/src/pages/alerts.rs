//! Alerts: what rules found, what that means and what happens next; what is watched at all; and for the operator, the form
//! with which a person takes one in hand.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use askama::Template;
use axum::extract::{Form as FormBody, Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use host::{Gate, Problem};
use sensing::actions::alerts::Wanted;
use sensing::actions::entities::look::StreamView;
use sensing::alert::{Alert, NAME, State};
use sensing::entity::Sight;
use sensing::rule::{Proof, Rule};
use serde::Deserialize;
use serde_json::Value as Json;
use ui::form::{Field, Form, Input};
use ui::layout::{Crumb, Page, address};
use ui::markup::{Markup, escape};
use ui::status::{self, State as Mood};
use ui::table::{Column, Table};
use ui::{Reader, layout::Shown};
use vocab::time::HOUR;
use vocab::{Caller, Label, Mode, Severity, Time};

use super::asked::Asked;
use super::filter::Filter;
use super::{answer, figures};
use crate::{Portal, unit};

/// Alerts of one page.
const LIST: i64 = 200;
/// Before and after, what is drawn of the datastream.
const AROUND: i64 = 12 * HOUR;
/// Values drawn; a day of half minutes has 2,880.
const POINTS: usize = 3_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    /// A state, `all`, or nothing for those that are open.
    state: String,
    severity: String,
    rule: String,
}

#[derive(Template)]
#[template(path = "alerts.html")]
struct AlertsHtml<'a> {
    r: Reader<'a>,
    action: String,
    filters: Vec<Filter>,
    found: String,
    table: Markup,
    src: String,
    rules: Vec<RuleShown>,
    atom: String,
}

/// A rule as the pages tell of it.
struct RuleShown {
    id: String,
    title: String,
    severity: Markup,
    means: String,
    how: String,
    watches: String,
    proof: Vec<String>,
    state: Markup,
}

pub async fn alerts(gate: Gate, asked: Asked, Query(wish): Query<Wish>) -> Result<Response, Problem> {
    let (Asked { portal, lang }, r) = (&asked, asked.reader());
    let sensing = &portal.parts().sensing;
    let wanted = Wanted {
        open_only: wish.state.is_empty(),
        state: State::from_word(&wish.state),
        severity: Severity::from_word(&wish.severity),
        rule: Some(wish.rule.clone()).filter(|rule| !rule.is_empty()),
        limit: LIST,
        ..Wanted::default()
    };
    let count = sensing.count_alerts(&gate, wanted.clone()).await?;
    let found = sensing.list_alerts(&gate, wanted).await?;
    let seen: Vec<Arc<Rule>> =
        sensing.alerts().rules().iter().filter(|rule| is_seen(rule, &gate)).cloned().collect();
    let mut page = portal.page(r, "/alerts", r.t("alerts-title"));
    page.lead = r.t("alerts-lead");
    page.shown = vec![portal.shown(found.first().map(|alert| alert.raised))];
    page.stream = portal.stream(&r);
    page.query = query(&wish);
    let here = address(lang, "/alerts");
    page.content = Markup::of(&AlertsHtml {
        filters: filters(&wish, &seen, &r),
        found: r.say("alerts-found", &[("n", usize::try_from(count).unwrap_or(0).into())]),
        table: table(portal, &found, &r, &gate).await?,
        src: if page.query.is_empty() { here.clone() } else { format!("{here}?{}", page.query) },
        rules: seen.iter().map(|rule| shown(portal, rule, &r)).collect(),
        atom: address(lang, "/alerts/changes.atom"),
        action: here,
        r,
    });
    Ok(answer(&page))
}

fn is_seen(rule: &Rule, gate: &Gate) -> bool {
    rule.label == Label::Public || gate.sees_internal()
}

/// What of the wishes may stand in an address again.
fn query(wish: &Wish) -> String {
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && text.len() <= 60;
    [("state", &wish.state), ("severity", &wish.severity), ("rule", &wish.rule)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty() && plain(value))
        .map(|(key, value)| format!("{key}={value}"))
        .collect::<Vec<_>>()
        .join("&")
}

fn filters(wish: &Wish, rules: &[Arc<Rule>], r: &Reader) -> Vec<Filter> {
    let option = |value: &str, label: String, chosen: &str| (value.to_string(), label, value == chosen);
    let states = ["raised", "acknowledged", "cleared", "withdrawn"]
        .map(|word| option(word, r.t(&format!("alert-is-{word}")), &wish.state));
    let states = states.into_iter().chain([option("all", r.t("alerts-all"), &wish.state)]).collect();
    let severities = Severity::ALL.map(|severity| {
        option(severity.word(), r.t(&format!("severity-{}", severity.word())), &wish.severity)
    });
    let rules = rules.iter().map(|rule| option(&rule.id, r.plain(&rule.title), &wish.rule)).collect();
    vec![
        Filter { name: "state", label: r.t("alert-state"), any: r.t("alerts-open"), options: states },
        Filter {
            name: "severity",
            label: r.t("alert-severity"),
            any: r.t("filter-any"),
            options: severities.into(),
        },
        Filter { name: "rule", label: r.t("alert-rule"), any: r.t("filter-any"), options: rules },
    ]
}

fn chip(alert: &Alert, r: &Reader) -> Markup {
    let mood = match (alert.state(), alert.severity) {
        (State::Raised, Severity::Info) => Mood::Notice,
        (State::Raised, _) => Mood::Bad,
        (State::Acknowledged, _) => Mood::Notice,
        (State::Cleared, _) => Mood::Good,
        (State::Withdrawn, _) => Mood::Off,
    };
    status::chip(mood, &r.t(&format!("alert-is-{}", alert.state().word())))
}

fn severity(severity: Severity, r: &Reader) -> Markup {
    Markup::text(&r.t(&format!("severity-{}", severity.word())))
}

async fn table(portal: &Portal, found: &[Alert], r: &Reader<'_>, gate: &Gate) -> Result<Markup, Problem> {
    if found.is_empty() {
        return Ok(Markup::default());
    }
    let columns = ["alert-what", "alert-where", "alert-since", "alert-state", "alert-severity"];
    let mut table = Table::new(r.t("alerts-caption"), columns.map(|key| Column::words(r.t(key))).to_vec());
    let places = places(portal, found).await?;
    for alert in found {
        let href = address(r.lang(), &format!("/alerts/{}", alert.id));
        table.row([
            Markup::trusted(format!("<a href=\"{href}\">{}</a>", escape(&r.plain(&alert.title)))),
            Markup::text(
                &places.get(&alert.datastream).map_or_else(|| subject(alert, r), |at| at.say(alert, r)),
            ),
            figures::dated(alert.raised, portal.parts().mode, r, gate.now),
            chip(alert, r),
            severity(alert.severity, r),
        ]);
    }
    Ok(table.html(r))
}

/// Where an alert was raised, for people.
struct Place {
    thing: vocab::Text,
    stream: StreamView,
}

impl Place {
    fn say(&self, alert: &Alert, r: &Reader) -> String {
        if alert.subject == alert.rule {
            return subject(alert, r);
        }
        let (what, place) = (r.plain(&self.stream.name), r.plain(&self.thing));
        r.say("series-title", &[("what", what.into()), ("where", place.into())])
    }
}

fn subject(alert: &Alert, r: &Reader) -> String {
    if alert.subject == alert.rule { r.t("alert-everywhere") } else { alert.subject.clone() }
}

/// Names of the public datastreams of these alerts.
async fn places(portal: &Portal, alerts: &[Alert]) -> Result<HashMap<i64, Place>, Problem> {
    let ids: HashSet<i64> = alerts.iter().map(|alert| alert.datastream).collect();
    let feed_of = |id: &i64| portal.parts().sensing.note(*id).and_then(|note| note.feed.clone());
    let feeds: HashSet<String> = ids.iter().filter_map(feed_of).collect();
    let mut places = HashMap::new();
    for feed in feeds {
        let known = portal.known(&feed).await?;
        for thing in &known.things {
            let streams = known.streams.get(&thing.id).into_iter().flatten();
            for stream in streams.filter(|stream| ids.contains(&stream.id)) {
                places.insert(stream.id, Place { thing: thing.name.clone(), stream: stream.clone() });
            }
        }
    }
    Ok(places)
}

fn shown(portal: &Portal, rule: &Rule, r: &Reader) -> RuleShown {
    let watched = portal.parts().sensing.alerts().watched(&rule.id);
    let proof = match &rule.proof {
        Proof::Reason(reason) => vec![r.say("rule-unreplayed", &[("reason", r.plain(reason).into())])],
        Proof::Replayed(runs) => runs
            .iter()
            .map(|run| {
                let (from, to) = (r.date_time(run.from), r.date_time(run.to));
                r.say("rule-replayed", &[("from", from.into()), ("to", to.into()), ("n", run.alerts.into())])
            })
            .collect(),
    };
    let (mood, key) = if rule.enabled { (Mood::Good, "rule-on") } else { (Mood::Off, "rule-off") };
    RuleShown {
        id: rule.id.clone(),
        title: r.plain(&rule.title),
        severity: severity(rule.severity, r),
        means: r.plain(&rule.means),
        how: r.t(&format!("rule-kind-{}", rule.condition.kind())),
        watches: r.say("rule-watches", &[("n", watched.into())]),
        proof,
        state: status::chip(mood, &r.t(key)),
    }
}

#[derive(Template)]
#[template(path = "alert.html")]
struct AlertHtml<'a> {
    r: Reader<'a>,
    chip: Markup,
    facts: Vec<(String, Markup)>,
    means: Option<(String, String)>,
    figure: Option<Markup>,
    stream: Option<(String, String)>,
    acknowledged: Option<String>,
    form: Option<Markup>,
    rule: Option<RuleShown>,
    api: String,
}

pub async fn alert(
    gate: Gate,
    asked: Asked,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let page = of_one(&gate, &asked, &id, &Sent::default(), None).await?;
    Ok(answer(&page))
}

async fn of_one<'a>(
    gate: &Gate,
    asked: &'a Asked,
    id: &str,
    sent: &Sent,
    wrong: Option<String>,
) -> Result<Page<'a>, Problem> {
    let (Asked { portal, lang }, r) = (asked, asked.reader());
    let sensing = &portal.parts().sensing;
    let alert = sensing.alert(gate, id).await?;
    let rule = sensing.alerts().rule(&alert.rule);
    let facts_of = sensing.observations().datastreams().get(alert.datastream);
    let slug = facts_of.filter(|_| alert.subject != alert.rule).map(|facts| facts.slug.to_string());
    let stream = match &slug {
        Some(slug) => sensing.datastream(slug, &Sight::of(&gate.caller)).await?,
        None => None,
    };
    let places = places(portal, std::slice::from_ref(&alert)).await?;
    let place =
        places.get(&alert.datastream).map_or_else(|| subject(&alert, &r), |place| place.say(&alert, &r));
    let path = format!("/alerts/{}", alert.id);
    let title = r.plain(&alert.title);
    let mut page = portal.page(r, &path, title.clone());
    page.lead = place.clone();
    let shown_as = portal.shown(Some(alert.raised));
    page.shown = vec![shown_as];
    page.below([Crumb::new(r.t("alerts-title"), "/alerts")], title);
    let is_operator = gate.caller == Caller::Operator;
    page.content = Markup::of(&AlertHtml {
        chip: chip(&alert, &r),
        facts: facts(portal, &alert, place, &r, gate),
        means: rule.as_ref().map(|rule| (r.plain(&rule.means), r.plain(&rule.what_to_do))),
        figure: match &stream {
            Some(stream) => around(portal, &alert, stream, shown_as, &r).await?,
            None => None,
        },
        stream: stream
            .as_ref()
            .map(|stream| (r.plain(&stream.name), figures::stream_address(&r, &stream.slug))),
        acknowledged: acknowledged(&alert, is_operator, &r),
        form: (is_operator && alert.acknowledged.is_none())
            .then(|| acknowledging(&address(lang, &path), sent, wrong, &r)),
        rule: rule.filter(|rule| is_seen(rule, gate)).map(|rule| shown(portal, &rule, &r)),
        api: format!("/api/alerts/{}", alert.id),
        r,
    });
    Ok(page)
}

fn facts(portal: &Portal, alert: &Alert, place: String, r: &Reader, gate: &Gate) -> Vec<(String, Markup)> {
    let mode = portal.parts().mode;
    // When we found out is by our own clock, whatever the dates of a recording are.
    let ours = if mode == Mode::Recording { Mode::Live } else { mode };
    let mut facts = vec![
        (r.t("alert-where"), Markup::text(&place)),
        (r.t("alert-severity"), severity(alert.severity, r)),
        (r.t("alert-since"), figures::dated(alert.raised, mode, r, gate.now)),
        (r.t("alert-found"), figures::dated(alert.found, ours, r, gate.now)),
    ];
    if let Some(cleared) = alert.cleared.filter(|_| alert.state() == State::Cleared) {
        facts.push((r.t("alert-cleared"), figures::dated(cleared, mode, r, gate.now)));
    }
    if let Some(value) = value(portal, alert, r) {
        facts.push((r.t("alert-value"), Markup::text(&value)));
    }
    facts
}

/// The value that raised it, in words.
fn value(portal: &Portal, alert: &Alert, r: &Reader) -> Option<String> {
    let sensing = &portal.parts().sensing;
    let kind = sensing.alerts().rule(&alert.rule).map_or("when", |rule| rule.condition.kind());
    let unit = sensing.note(alert.datastream).map(|note| note.unit.clone()).unwrap_or_default();
    match (&alert.value, kind) {
        (Json::Null, _) => None,
        (Json::Number(number), "many") => {
            let share = number.as_f64()? * 100.0;
            Some(r.say("alert-share", &[("share", r.number(share, 0).into())]))
        }
        (Json::Number(number), "gap") => Some(r.span(number.as_i64()?.saturating_mul(vocab::time::SECOND))),
        (Json::Number(number), _) => {
            let sign = unit::sign(&unit);
            let space = if sign.is_empty() || sign.starts_with('°') || sign == "%" { "" } else { "\u{a0}" };
            Some(format!("{}{space}{sign}", r.number_up_to(number.as_f64()?, 1)))
        }
        (Json::String(text), _) => Some(text.clone()),
        (Json::Object(values), _) => {
            Some(values.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", "))
        }
        (other, _) => Some(other.to_string()),
    }
}

/// The datastream in the hours around the alert.
async fn around(
    portal: &Portal,
    alert: &Alert,
    stream: &StreamView,
    shown: Shown,
    r: &Reader<'_>,
) -> Result<Option<Markup>, Problem> {
    let (from, to) = (alert.raised.plus(-AROUND), alert.cleared.unwrap_or(alert.raised).plus(AROUND));
    let rows = portal.parts().sensing.series(stream.id, from, to, POINTS).await?;
    if rows.is_empty() || rows.iter().all(|row| row.number().is_none()) {
        return Ok(None);
    }
    let last = rows.last().map_or(to, |row| Time(row.t)).plus(HOUR / 60);
    Ok(Some(super::datastream::plain_chart(stream, &rows, (from, to.min(last)), shown, r)))
}

fn acknowledged(alert: &Alert, is_operator: bool, r: &Reader) -> Option<String> {
    let acknowledged = alert.acknowledged.as_ref()?;
    let at = ("at", r.date_time(acknowledged.at).into());
    Some(match is_operator {
        true => r.say(
            "alert-acknowledged-by",
            &[at, ("by", acknowledged.by.clone().into()), ("remark", acknowledged.remark.clone().into())],
        ),
        // Who it was is the operator's to know.
        false => r.say("alert-acknowledged-at", &[at]),
    })
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    by: String,
    remark: String,
}

fn acknowledging(action: &str, sent: &Sent, wrong: Option<String>, r: &Reader) -> Markup {
    let by = Field {
        values: vec![sent.by.clone()],
        required: true,
        autocomplete: "name",
        error: wrong.unwrap_or_default(),
        ..Field::new("by", r.t("alert-by"), Input::Line { kind: "text" })
    };
    let remark = Field {
        values: vec![sent.remark.clone()],
        hint: r.t("alert-remark-hint"),
        ..Field::new("remark", r.t("alert-remark"), Input::Lines { rows: 3 })
    };
    let mut form = Form::new(action, vec![by, remark]);
    form.send = r.t("alert-acknowledge");
    form.html(r)
}

pub async fn acknowledge(
    gate: Gate,
    asked: Asked,
    Path((_, id)): Path<(String, String)>,
    FormBody(sent): FormBody<Sent>,
) -> Result<Response, Problem> {
    let r = asked.reader();
    let is_name = !sent.by.trim().is_empty() && sent.by.trim().chars().count() <= NAME;
    let done = match is_name {
        true => asked.portal.parts().sensing.acknowledge_alert(&gate, &id, &sent.by, &sent.remark).await,
        false => {
            let page = of_one(&gate, &asked, &id, &sent, Some(r.t("alert-by-wrong"))).await?;
            let mut response = answer(&page);
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(response);
        }
    };
    done.map(|alert| Redirect::to(&address(&asked.lang, &format!("/alerts/{}", alert.id))).into_response())
}
