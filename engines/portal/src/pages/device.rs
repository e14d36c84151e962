//! Devices: how each is, when it was last heard, what happened to it; and for the operator, what to do about it.

use askama::Template;
use axum::extract::{Form as FormBody, Path};
use axum::response::{IntoResponse, Redirect, Response};
use host::{Gate, Problem};
use sensing::actions::devices::DeviceView;
use sensing::device::{DeviceChange, DeviceDraft, Health, State, rows};
use sensing::entity::Sight;
use serde::Deserialize;
use ui::form::{Choice, Field, Form, Input};
use ui::layout::{Crumb, Page, address};
use ui::markup::{Markup, escape};
use ui::status::{self, State as Mood};
use ui::table::{Column, Table};
use ui::{Reader, tile};
use vocab::{Caller, Mode};

use super::asked::Asked;
use super::{answer, figures};
use crate::Portal;

/// Devices of one page.
const LIST: usize = 500;
/// Datastreams drawn as tiles.
const TILES: usize = 24;
/// Earlier places that are named.
const PLACES: usize = 20;

#[derive(Template)]
#[template(path = "devices.html")]
struct DevicesHtml<'a> {
    r: Reader<'a>,
    table: Markup,
    more: Option<String>,
    register: String,
    how: &'static str,
}

pub async fn devices(gate: Gate, asked: Asked) -> Result<Response, Problem> {
    let (Asked { portal, lang }, r) = (&asked, asked.reader());
    let mut found = portal.parts().sensing.devices(&gate, "", LIST + 1).await?;
    let has_more = found.len() > LIST;
    found.truncate(LIST);
    let columns = vec![
        Column::words(r.t("device-name")),
        Column::words(r.t("device-health")),
        Column::words(r.t("device-last-seen")),
        Column::words(r.t("device-battery")),
        Column::words(r.t("device-hardware")),
    ];
    let mut table = Table::new(r.t("devices-caption"), columns);
    for view in &found {
        let device = &view.device;
        let href = address(lang, &format!("/devices/{}", device.slug));
        table.row([
            Markup::trusted(format!("<a href=\"{href}\">{}</a>", escape(&device.name))),
            chip(view.health, &r),
            last_seen(portal, view, &r, &gate),
            battery(view, &r),
            Markup::text(&hardware(view)),
        ]);
    }
    let mut page = portal.page(r, "/devices", r.t("devices-title"));
    page.lead = r.t("devices-lead");
    page.shown = vec![portal.shown(found.iter().filter_map(|view| view.last_seen).max())];
    page.content = Markup::of(&DevicesHtml {
        table: if found.is_empty() { Markup::default() } else { table.html(&r) },
        more: has_more.then(|| r.say("devices-more", &[("count", r.count(LIST).into())])),
        register: address(lang, "/register-device"),
        how: "/api/devices",
        r,
    });
    Ok(answer(&page))
}

fn chip(health: Health, r: &Reader) -> Markup {
    let mood = match health {
        Health::New => Mood::Unknown,
        Health::Speaking => Mood::Good,
        Health::Silent => Mood::Stale,
        Health::Lost => Mood::Bad,
        Health::Retired => Mood::Off,
    };
    status::chip(mood, &r.t(&format!("device-is-{}", health.word())))
}

fn last_seen(portal: &Portal, view: &DeviceView, r: &Reader, gate: &Gate) -> Markup {
    // What arrives is heard now, whatever the dates of a recording are.
    let mode = if portal.parts().mode == Mode::Simulated { Mode::Simulated } else { Mode::Live };
    match view.last_seen {
        Some(time) => figures::dated(time, mode, r, gate.now),
        None => Markup::text(&r.t("device-never")),
    }
}

fn battery(view: &DeviceView, r: &Reader) -> Markup {
    match (&view.device.battery, &view.battery) {
        (None, _) => Markup::default(),
        (Some(_), None) => Markup::text(&r.t("device-never")),
        (Some(slug), Some(row)) => {
            let value =
                row.number().map_or_else(|| r.value(&row.value(), 0), |value| r.number_up_to(value, 1));
            let href = figures::stream_address(r, slug.as_str());
            Markup::trusted(format!("<a href=\"{href}\">{}</a>", escape(&value)))
        }
    }
}

/// Model and version, as far as they are known.
fn hardware(view: &DeviceView) -> String {
    let parts = [view.device.model.as_str(), view.device.firmware.as_str()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

#[derive(Template)]
#[template(path = "device.html")]
struct DeviceHtml<'a> {
    r: Reader<'a>,
    chip: Markup,
    rule: String,
    last_seen: Markup,
    battery: Option<Markup>,
    facts: Vec<(String, String)>,
    tiles: Markup,
    more: Option<String>,
    places: Vec<(Markup, String)>,
    history: Option<Markup>,
    acts: Vec<Act>,
    replace: Option<Markup>,
    to: String,
    api: String,
}

/// A button of the operator's.
struct Act {
    word: &'static str,
    label: String,
}

pub async fn device(
    gate: Gate,
    asked: Asked,
    Path((_, slug)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (Asked { portal, lang }, r) = (&asked, asked.reader());
    let sensing = &portal.parts().sensing;
    let view = sensing.device(&gate, &slug).await?;
    let (device, sight) = (&view.device, Sight::of(&gate.caller));
    let clocks = portal.clocks().await?;
    let mut tiles = Vec::new();
    let own = sensing.datastreams_of_device(device);
    for stream in own.iter().take(TILES) {
        if let Some(stream) = sensing.datastream(stream.slug.as_str(), &sight).await? {
            tiles.push(portal.stream_tile(&stream, &r, &clocks));
        }
    }
    let thing = sensing.thing(device.slug.as_str(), &sight).await?;
    let mut places = Vec::new();
    if let Some(thing) = &thing {
        for (since, name, at) in sensing.whereabouts(thing.id, &sight, PLACES).await? {
            let at = at.map(|at| format!(" ({:.5}, {:.5})", at.latitude, at.longitude)).unwrap_or_default();
            places.push((r.at(since), format!("{}{at}", r.plain(&name))));
        }
    }
    let is_operator = gate.caller == Caller::Operator;
    let history = match is_operator {
        true => Some(history(portal, &slug, &r).await?),
        false => None,
    };
    let mut page = portal.page(r, &format!("/devices/{}", device.slug), device.name.clone());
    page.shown = vec![portal.shown(tiles.iter().filter_map(|tile| tile.time).max())];
    page.stream = portal.stream(&r).filter(|_| !tiles.is_empty());
    page.below([Crumb::new(r.t("devices-title"), "/devices")], device.name.clone());
    page.content = Markup::of(&DeviceHtml {
        chip: chip(view.health, &r),
        rule: match device.silence_seconds {
            0 => r.t("device-may-be-quiet"),
            seconds => {
                let span = r.span(seconds.saturating_mul(vocab::time::SECOND));
                r.say("device-silence-rule", &[("span", span.into())])
            }
        },
        last_seen: last_seen(portal, &view, &r, &gate),
        battery: device.battery.is_some().then(|| battery(&view, &r)),
        facts: facts(&view, is_operator, &r),
        more: (own.len() > TILES).then(|| {
            r.say("table-shown", &[("shown", r.count(TILES).into()), ("count", r.count(own.len()).into())])
        }),
        tiles: tile::tiles(&tiles, &r, gate.now),
        places,
        history,
        acts: if is_operator { acts(device.state, &r) } else { Vec::new() },
        replace: (is_operator && device.state != State::Retired)
            .then(|| replacing(&address(lang, &format!("/devices/{}", device.slug)), &r).html(&r)),
        to: address(lang, &format!("/devices/{}", device.slug)),
        api: format!("/api/devices/{}", device.slug),
        r,
    });
    Ok(answer(&page))
}

fn facts(view: &DeviceView, is_operator: bool, r: &Reader) -> Vec<(String, String)> {
    let device = &view.device;
    let mut facts = vec![
        (r.t("device-slug"), device.slug.to_string()),
        (r.t("device-model"), device.model.clone()),
        (r.t("device-firmware"), device.firmware.clone()),
        (r.t("device-registered"), r.date_time(device.registered)),
    ];
    if is_operator {
        facts.push((r.t("device-serial"), device.serial.clone()));
        facts.push((r.t("device-scope"), device.scope.to_string()));
    }
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

async fn history(portal: &Portal, slug: &str, r: &Reader<'_>) -> Result<Markup, Problem> {
    let columns = vec![
        Column::words(r.t("device-when")),
        Column::words(r.t("device-what")),
        Column::words(r.t("device-detail")),
        Column::words(r.t("device-who")),
    ];
    let mut table = Table::new(r.t("device-history-caption"), columns);
    for line in portal.parts().sensing.device_history(slug).await? {
        table.row([
            r.at(line.at),
            Markup::text(&r.t(&format!("device-was-{}", line.event.what.word()))),
            Markup::text(&line.event.detail),
            Markup::text(&line.who),
        ]);
    }
    Ok(table.html(r))
}

fn acts(state: State, r: &Reader) -> Vec<Act> {
    let act = |word, key: &str| Act { word, label: r.t(key) };
    match state {
        State::Working => {
            vec![
                act("key", "device-do-key"),
                act("lost", "device-do-lost"),
                act("retired", "device-do-retire"),
            ]
        }
        State::Lost => vec![act("working", "device-do-found"), act("retired", "device-do-retire")],
        State::Retired => Vec::new(),
    }
}

fn line(name: &str, key: &str, r: &Reader) -> Field {
    Field::new(name, r.t(key), Input::Line { kind: "text" })
}

fn replacing(action: &str, r: &Reader) -> Form {
    let serial = Field { required: true, ..line("serial", "device-serial", r) };
    let mut form = Form::new(action, vec![serial, line("model", "device-model", r)]);
    form.send = r.t("device-do-replace");
    form.hidden = vec![("do".into(), "replace".into())];
    form
}

/// What the operator's buttons say.
#[derive(Debug, Deserialize)]
pub struct Deed {
    #[serde(rename = "do")]
    what: String,
    #[serde(default)]
    serial: String,
    #[serde(default)]
    model: String,
}

pub async fn act(
    gate: Gate,
    asked: Asked,
    Path((_, slug)): Path<(String, String)>,
    FormBody(deed): FormBody<Deed>,
) -> Result<Response, Problem> {
    let (Asked { portal, lang }, r) = (&asked, asked.reader());
    let sensing = &portal.parts().sensing;
    let said = |text: String| Some(text).filter(|text| !text.trim().is_empty());
    let state = |state| DeviceChange { state: Some(state), ..DeviceChange::default() };
    let change = match deed.what.as_str() {
        "key" => {
            let key = sensing.new_key(&gate, &slug).await?;
            return keys(portal, &r, vec![(slug, key)]);
        }
        "lost" => state(State::Lost),
        "working" => state(State::Working),
        "retired" => state(State::Retired),
        "replace" => {
            DeviceChange { serial: said(deed.serial), model: said(deed.model), ..DeviceChange::default() }
        }
        other => return Err(Problem::bad_request(format!("a device cannot be told: {other}"))),
    };
    sensing.change_device(&gate, &slug, change).await?;
    Ok(Redirect::to(&address(lang, &format!("/devices/{slug}"))).into_response())
}

/// The form of a new device, and of a table of many.
fn registering(asked: &Asked, draft: &DeviceDraft, table: &str, wrong: Option<(&str, String)>) -> Markup {
    let r = asked.reader();
    let action = address(&asked.lang, "/register-device");
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let seconds = draft.silence_seconds.map(|seconds| seconds.to_string()).unwrap_or_default();
    let field = |name: &str, key: &str, value: String| {
        let error = wrong.as_ref().filter(|(at, _)| *at == name).map(|(_, what)| what.clone());
        Field { values: vec![value], error: error.unwrap_or_default(), ..line(name, key, &r) }
    };
    let hinted = |field: Field, hint: &str| Field { hint: r.t(hint), ..field };
    let labels =
        ["public", "internal"].map(|label| Choice::new(label, r.t(&format!("device-label-{label}"))));
    let labels = labels.to_vec();
    let mut one = Form::new(
        &action,
        vec![
            Field {
                required: true,
                ..hinted(field("device", "device-slug", draft.device.clone()), "device-slug-hint")
            },
            field("name", "device-name", text(&draft.name)),
            field("serial", "device-serial", text(&draft.serial)),
            field("model", "device-model", text(&draft.model)),
            hinted(field("silence_seconds", "device-silence", seconds), "device-silence-hint"),
            hinted(field("battery", "device-battery", text(&draft.battery)), "device-battery-hint"),
            Field {
                values: vec![draft.label.clone().unwrap_or_else(|| "internal".into())],
                required: true,
                ..Field::new("label", r.t("device-label"), Input::One(labels))
            },
        ],
    );
    one.send = r.t("device-do-register");
    let error = wrong.as_ref().filter(|(at, _)| *at == "table").map(|(_, what)| what.clone());
    let mut many = Form::new(
        &action,
        vec![Field {
            hint: r.t("device-table-hint"),
            values: vec![table.to_string()],
            required: true,
            error: error.unwrap_or_default(),
            ..Field::new("table", r.t("device-table"), Input::Lines { rows: 6 })
        }],
    );
    many.send = r.t("device-do-register-all");
    Markup::of(&RegisterHtml { one: one.html(&r), many: many.html(&r), r })
}

#[derive(Template)]
#[template(path = "register_device.html")]
struct RegisterHtml<'a> {
    r: Reader<'a>,
    one: Markup,
    many: Markup,
}

fn register_page<'a>(portal: &'a Portal, r: Reader<'a>, content: Markup) -> Page<'a> {
    let title = r.t("device-register");
    let mut page = portal.page(r, "/register-device", title.clone());
    page.lead = r.t("device-register-lead");
    page.shown = vec![portal.shown(None)];
    page.below([Crumb::new(r.t("devices-title"), "/devices")], title);
    page.content = content;
    page
}

pub async fn register_form(_: Gate, asked: Asked) -> Result<Response, Problem> {
    let content = registering(&asked, &DeviceDraft::default(), "", None);
    Ok(answer(&register_page(&asked.portal, asked.reader(), content)))
}

/// What the forms send: either of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    device: String,
    name: String,
    serial: String,
    model: String,
    battery: String,
    silence_seconds: String,
    label: String,
    table: String,
}

pub async fn register(gate: Gate, asked: Asked, FormBody(sent): FormBody<Sent>) -> Result<Response, Problem> {
    let (portal, r) = (&asked.portal, asked.reader());
    let again = |draft: &DeviceDraft, table: &str, at: &str, what: String| {
        let content = registering(&asked, draft, table, Some((at, what)));
        let mut response = answer(&register_page(portal, r, content));
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
        response
    };
    let said = |text: &str| Some(text.trim().to_string()).filter(|text| !text.is_empty());
    let drafts = if sent.table.is_empty() {
        let seconds = said(&sent.silence_seconds).map(|text| text.parse());
        let draft = DeviceDraft {
            device: sent.device.clone(),
            name: said(&sent.name),
            serial: said(&sent.serial),
            model: said(&sent.model),
            battery: said(&sent.battery),
            silence_seconds: seconds.clone().and_then(Result::ok),
            label: said(&sent.label),
            ..DeviceDraft::default()
        };
        if let Some(Err(_)) = seconds {
            return Ok(again(&draft, "", "silence_seconds", r.t("device-wrong-number")));
        }
        if let Err(mistake) = draft.device(gate.now) {
            return Ok(again(&draft, "", mistake.field, mistake.what));
        }
        vec![(1, draft)]
    } else {
        match rows(sent.table.as_bytes()) {
            Ok(drafts) => drafts,
            Err(mistakes) => {
                let lines: Vec<String> =
                    mistakes.iter().map(|(line, what)| format!("{line}: {what}")).collect();
                return Ok(again(&DeviceDraft::default(), &sent.table, "table", lines.join("; ")));
            }
        }
    };
    match portal.parts().sensing.register(&gate, &drafts).await {
        Ok(made) => keys(portal, &r, made.into_iter().map(|(d, key)| (d.slug.to_string(), key)).collect()),
        Err(problem) if problem.status().is_client_error() && sent.table.is_empty() => {
            Ok(again(&drafts[0].1, "", "device", problem.detail))
        }
        Err(problem) if problem.status().is_client_error() => {
            Ok(again(&DeviceDraft::default(), &sent.table, "table", problem.detail))
        }
        Err(problem) => Err(problem),
    }
}

#[derive(Template)]
#[template(path = "device_keys.html")]
struct KeysHtml<'a> {
    r: Reader<'a>,
    made: Vec<(String, String, String)>,
}

/// Keys are shown this once.
fn keys(portal: &Portal, r: &Reader, made: Vec<(String, String)>) -> Result<Response, Problem> {
    let href = |slug: &str| address(r.lang(), &format!("/devices/{slug}"));
    let made = made.into_iter().map(|(slug, key)| (href(&slug), slug, key)).collect();
    let mut page = register_page(portal, *r, Markup::of(&KeysHtml { r: *r, made }));
    page.lead = r.t("device-key-once");
    let mut response = answer(&page);
    // No cache keeps a key.
    response.headers_mut().insert("cache-control", axum::http::HeaderValue::from_static("no-store"));
    Ok(response)
}
