//! Where everything comes from: all feeds, and one feed with its books open.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use host::{Gate, Problem};
use intake::Feed;
use intake::draft::Quarantined;
use intake::health::Health;
use intake::runner::{FeedStatus, PullStatus};
use sensing::entity::Sight;
use ui::Reader;
use ui::layout::Crumb;
use ui::markup::Markup;
use ui::status::{self, State as Mood};
use ui::table::{self, Column, Table};
use vocab::time::SECOND;
use vocab::{Mode, Time};

use super::asked::Asked;
use super::{answer, figures};
use crate::Portal;

/// Things, and features, named on a feed's page; all of them are in the API.
const THINGS: usize = 40;
/// Quarantined records shown; the operator's API has the rest.
const QUARANTINED: u32 = 10;

/// State and word of a feed's health.
pub fn health(health: Health, mode: Mode, r: &Reader) -> (Mood, String) {
    match health {
        Health::Never if mode == Mode::Simulated => (Mood::Off, r.t("health-not-simulated")),
        Health::Green => (Mood::Good, r.t("health-green")),
        Health::Partial => (Mood::Notice, r.t("health-partial")),
        Health::Stale => (Mood::Stale, r.t("health-stale")),
        Health::Failing => (Mood::Bad, r.t("health-failing")),
        Health::Never => (Mood::Unknown, r.t("health-never")),
    }
}

impl Portal {
    /// How every feed is doing. Simulated devices ask nobody: their feed is as fresh as what they said last. Of simulated
    /// bulletins the books tell which sources speak; the addresses are nobody's.
    pub(crate) fn statuses(&self, now: Time) -> Vec<FeedStatus> {
        let mut all = self.parts().intake.status(&self.parts().feeds, now);
        if self.parts().mode == Mode::Simulated {
            for status in &mut all {
                status.health = self.simulated(status.feed.id.as_str(), now);
                status.pulls.retain(|pull| pull.state.health.last_good.is_some());
                status.pulls.iter_mut().for_each(|pull| pull.url = None);
            }
        }
        all
    }

    fn simulated(&self, feed: &str, now: Time) -> Health {
        let sensing = &self.parts().sensing;
        let newest = sensing.newest(feed, &Sight::Public);
        let fresh = newest.iter().filter(|(datastream, row)| {
            let limit = sensing.note(datastream.id).map_or(0, |note| note.freshness_seconds);
            now.0.saturating_sub(row.t) <= limit.saturating_mul(SECOND)
        });
        match (newest.len(), fresh.count()) {
            (0, _) => Health::Never,
            (all, fresh) if fresh == all => Health::Green,
            (_, 0) => Health::Stale,
            _ => Health::Partial,
        }
    }
}

#[derive(Template)]
#[template(path = "feeds.html")]
struct FeedsHtml<'a> {
    r: Reader<'a>,
    devices: String,
    alerts: String,
    src: String,
    table: Markup,
    received: Markup,
    waiting: String,
}

pub async fn feeds(gate: Gate, asked: Asked) -> Result<Response, Problem> {
    let (Asked { portal, lang }, r) = (&asked, asked.reader());
    let columns = vec![
        Column::words(r.t("feeds-feed")),
        Column::words(r.t("feeds-state")),
        Column::words(r.t("feeds-newest")),
        Column::words(r.t("feeds-owner")),
        Column::number(r.t("feeds-places")),
    ];
    let mut all = Table::new(r.t("feeds-caption"), columns);
    let mut newest_of_all = None;
    let drawn = portal.parts().spatial.collections(spatial::Sight::Public);
    for status in portal.statuses(gate.now) {
        let drawn = drawn.iter().find(|c| c.collection == status.feed.id.as_str()).map_or(0, |c| c.count);
        let known = portal.known(status.feed.id.as_str()).await?;
        let newest = newest(portal, &status);
        newest_of_all = newest_of_all.max(newest);
        let (state, word) = health(status.health, portal.parts().mode, &r);
        let href = ui::layout::address(lang, &format!("/feeds/{}", status.feed.id));
        let title = ui::markup::escape(&r.plain(&status.feed.title));
        all.row([
            Markup::trusted(format!("<a href=\"{href}\">{title}</a>")),
            status::chip(state, &word),
            newest.map(|t| figures::dated(t, portal.parts().mode, &r, gate.now)).unwrap_or_default(),
            // What is not simulated is nobody's here.
            match state {
                Mood::Off => Markup::default(),
                _ => Markup::text(&figures::owner(Some(&status.feed), portal.parts().mode, &r)),
            },
            table::number((known.things.len() + drawn) as f64, 0, &r),
        ]);
    }
    let (waiting, capacity) = portal.parts().sensing.door().load();
    let mut page = portal.page(r, "/feeds", r.t("feeds-title"));
    page.lead = r.t("feeds-lead");
    page.shown = vec![portal.shown(newest_of_all)];
    page.stream = portal.stream(&r);
    page.content = Markup::of(&FeedsHtml {
        src: ui::layout::address(lang, "/feeds"),
        devices: ui::layout::address(lang, "/devices"),
        alerts: ui::layout::address(lang, "/alerts"),
        table: all.html(&r),
        received: received(portal, &r).await?,
        waiting: r.say(
            "feeds-waiting",
            &[("waiting", r.count(waiting).into()), ("capacity", r.count(capacity).into())],
        ),
        r,
    });
    Ok(answer(&page))
}

/// The newest value of a feed: of its answers, or of what is kept.
fn newest(portal: &Portal, status: &FeedStatus) -> Option<Time> {
    let of_answers =
        status.pulls.iter().filter_map(|p| p.state.health.newest.or(p.state.health.last_good)).max();
    let kept = || portal.parts().sensing.newest(status.feed.id.as_str(), &Sight::Public);
    of_answers.or_else(|| kept().iter().map(|(_, row)| Time(row.t)).max())
}

/// The proof: received = stored + there already + refused, for whoever brought something.
async fn received(portal: &Portal, r: &Reader<'_>) -> Result<Markup, Problem> {
    let columns = vec![
        Column::words(r.t("received-from")),
        Column::number(r.t("received-received")),
        Column::number(r.t("received-stored")),
        Column::number(r.t("received-duplicate")),
        Column::number(r.t("received-refused")),
        Column::words(r.t("received-adds-up")),
    ];
    let mut all = Table::new(r.t("received-caption"), columns);
    for ((kind, name), tally) in portal.parts().sensing.received().await? {
        let refused: u64 = tally.refused.values().sum();
        let reasons: Vec<String> =
            tally.refused.iter().map(|(why, rows)| format!("{why}: {}", r.count(*rows as usize))).collect();
        let adds_up = tally.received == tally.stored + tally.duplicate + refused;
        let (state, word) = if adds_up { (Mood::Good, "value-yes") } else { (Mood::Bad, "value-no") };
        let mut refused_shown = table::number(refused as f64, 0, r);
        if !reasons.is_empty() {
            let reasons = ui::markup::escape(&reasons.join(", "));
            refused_shown
                .push(&Markup::trusted(format!(" <span class=\"small muted\" lang=\"en\">{reasons}</span>")));
        }
        all.row([
            Markup::trusted(format!("<code>{}</code>", ui::markup::escape(&format!("{kind}:{name}")))),
            table::number(tally.received as f64, 0, r),
            table::number(tally.stored as f64, 0, r),
            table::number(tally.duplicate as f64, 0, r),
            refused_shown,
            status::chip(state, &r.t(word)),
        ]);
    }
    Ok(all.html(r))
}

#[derive(Template)]
#[template(path = "feed.html")]
struct FeedHtml<'a> {
    r: Reader<'a>,
    chip: Markup,
    owner: String,
    licence: Option<(String, String)>,
    attribution: Option<String>,
    notes: Option<String>,
    simulated: bool,
    sources: Markup,
    counters: Markup,
    quarantined: Vec<QuarantinedShown>,
    refused: Vec<(String, String)>,
    places: Vec<(String, String)>,
    more: Option<String>,
    map: Option<String>,
    /// What is no thing: the first of its features, how many there are, and where all of them are.
    features: Vec<String>,
    all_features: Option<(String, String)>,
    file: String,
    sha256: String,
}

struct QuarantinedShown {
    when: Markup,
    reason: String,
    record: Option<String>,
}

pub async fn feed(
    gate: Gate,
    asked: Asked,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (Asked { portal, lang }, r) = (&asked, asked.reader());
    let found = portal.statuses(gate.now).into_iter().find(|status| status.feed.id.as_str() == id);
    let status = found.ok_or_else(|| Problem::not_found(format!("the feed {}", super::thing::cut(&id))))?;
    let feed = &status.feed;
    let known = portal.known(&id).await?;
    let intake = &portal.parts().intake;
    let quarantined = intake.quarantined(&feed.id, QUARANTINED).await?;
    let refused = intake.refusals(&feed.id).await?;
    let (state, word) = health(status.health, portal.parts().mode, &r);
    let simulated = portal.parts().mode == Mode::Simulated;
    let title = r.plain(&feed.title);
    let mut page = portal.page(r, &format!("/feeds/{id}"), title.clone());
    page.lead = r.plain(&feed.summary);
    page.shown = vec![portal.shown(newest(portal, &status))];
    page.below([Crumb::new(r.t("feeds-title"), "/feeds")], title);
    let which = spatial::Which::first(THINGS, spatial::Sight::Public);
    let features = portal.parts().spatial.features_of(&id, which).await?;
    let placed = known.things.iter().any(|thing| thing.position.is_some());
    let operator = gate.sees_internal();
    page.content = Markup::of(&FeedHtml {
        chip: status::chip(state, &word),
        owner: figures::owner(Some(feed), portal.parts().mode, &r),
        licence: (!simulated).then(|| (r.plain(&feed.licence.name), feed.licence.url.clone())),
        attribution: (!simulated).then(|| r.plain(&feed.licence.attribution)),
        notes: feed.notes.as_ref().filter(|_| !simulated).map(|notes| r.plain(notes)),
        simulated,
        sources: sources(portal, &status.pulls, &r, gate.now),
        counters: counters(feed, &status, &r),
        quarantined: quarantined.into_iter().map(|(at, q)| shown(at, q, operator, &r)).collect(),
        refused: refused.into_iter().map(|(why, n)| (why, r.count(n as usize))).collect(),
        places: known
            .things
            .iter()
            .take(THINGS)
            .map(|thing| (r.plain(&thing.name), figures::thing_address(&r, &thing.slug)))
            .collect(),
        more: (known.things.len() > THINGS).then(|| {
            let args = [("shown", r.count(THINGS).into()), ("count", r.count(known.things.len()).into())];
            r.say("table-shown", &args)
        }),
        map: placed.then(|| ui::layout::address(lang, &format!("/map?feed={id}"))),
        all_features: features.as_ref().map(|page| {
            (r.say("feed-features", &[("count", r.count(page.matched).into())]), format!("/features/{id}"))
        }),
        features: features
            .map(|page| page.features.iter().map(|feature| r.plain(&feature.name)).collect())
            .unwrap_or_default(),
        file: format!("feeds/{id}.toml"),
        sha256: feed.sha256.chars().take(12).collect(),
        r,
    });
    Ok(answer(&page))
}

fn sources(portal: &Portal, pulls: &[PullStatus], r: &Reader, now: Time) -> Markup {
    let columns = vec![
        Column::words(r.t("feed-source")),
        Column::words(r.t("feeds-state")),
        Column::words(r.t("feed-last-good")),
        Column::words(r.t("feed-last-error")),
    ];
    let mut all = Table::new(r.t("feed-sources-caption"), columns);
    for pull in pulls {
        let (state, word) = health(pull.health, portal.parts().mode, r);
        let at = |time: Time| figures::dated(time, portal.parts().mode, r, now);
        let mut name = Markup::trusted(format!("<code>{}</code>", ui::markup::escape(&pull.id)));
        if let Some(url) = &pull.url {
            name.push(&Markup::trusted(format!(
                "<br><span class=\"small muted\">{}</span>",
                ui::markup::escape(url)
            )));
        }
        let mut chip = status::chip(state, &word);
        if let (Health::Stale | Health::Failing, Some(since)) = (pull.health, pull.state.health.last_fresh())
        {
            let since = r.say("status-stale", &[("since", r.date_time(since).into())]);
            chip.push(&Markup::trusted(format!(
                "<br><span class=\"small\">{}</span>",
                ui::markup::escape(&since)
            )));
        }
        let error = pull.state.health.last_error.as_ref().map(|(time, error)| {
            let mut shown = at(*time);
            let error = ui::markup::escape(error);
            shown.push(&Markup::trusted(format!("<br><span class=\"small\" lang=\"en\">{error}</span>")));
            shown
        });
        all.row([
            name,
            chip,
            pull.state.health.last_good.map(at).unwrap_or_default(),
            error.unwrap_or_default(),
        ]);
    }
    all.html(r)
}

/// Both sums of the feed's books.
fn counters(feed: &Feed, status: &FeedStatus, r: &Reader) -> Markup {
    let counted = status.counters;
    let columns = vec![Column::words(r.t("counter-what")), Column::number(r.t("counter-count"))];
    let mut all = Table::new(r.say("counter-caption", &[("feed", r.plain(&feed.title).into())]), columns);
    for (key, count) in [
        ("counter-answers", counted.answers),
        ("counter-unchanged", counted.unchanged),
        ("counter-broken", counted.broken),
        ("counter-records", counted.records),
        ("counter-mapped", counted.mapped),
        ("counter-quarantined", counted.quarantined),
        ("counter-observations", counted.observations),
        ("counter-stored", counted.stored),
        ("counter-duplicate", counted.duplicate),
        ("counter-refused", counted.refused),
    ] {
        all.row([Markup::text(&r.t(key)), table::number(count as f64, 0, r)]);
    }
    all.html(r)
}

/// Records may hold what is not public: the reason is for everybody, the record for the operator.
fn shown(at: Time, quarantined: Quarantined, operator: bool, r: &Reader) -> QuarantinedShown {
    QuarantinedShown {
        when: r.at(at),
        reason: quarantined.reason,
        record: operator.then_some(quarantined.record),
    }
}
