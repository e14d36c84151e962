//! One thing: what it measures now, what hangs on it, where it is, whose it is.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use host::{Gate, Problem};
use sensing::actions::entities::look::{StreamView, ThingView};
use sensing::entity::Sight;
use serde_json::Value as Json;
use ui::layout::Crumb;
use ui::map::locator;
use ui::markup::Markup;
use ui::status::State as Mood;
use ui::{Reader, tile};
use vocab::{Bounds, Position, Text};

use super::answer;
use super::asked::Asked;
use super::figures::{self, thing_address};
use crate::Portal;

/// Datastreams drawn as tiles; a detector of six lanes has 18, a weather mast some ten.
const TILES: usize = 36;
/// How far "near here" goes, and how many it names.
const NEAR_METRES: f64 = 1_500.0;
const NEAR: usize = 8;
/// Around a place, so that its surroundings can be told: about 4 km.
const AROUND_DEGREES: f64 = 0.02;

#[derive(Template)]
#[template(path = "thing.html")]
struct ThingHtml<'a> {
    r: Reader<'a>,
    tiles: Markup,
    more: Option<String>,
    devices: Vec<DeviceShown>,
    locator: Markup,
    ground: String,
    position: Option<String>,
    area: Option<(String, String)>,
    facts: Vec<(String, String)>,
    near: Vec<(String, String, String)>,
    owner: String,
    feed: Option<(String, String)>,
    licence: Option<(String, String)>,
    notes: Option<String>,
    api: String,
}

/// A device that hangs on the thing, in its own words.
struct DeviceShown {
    name: String,
    count: Option<String>,
    collects: String,
    does_not_collect: String,
    retention: String,
    owner: String,
}

pub async fn thing(
    gate: Gate,
    asked: Asked,
    Path((_, slug)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (Asked { portal, lang }, r) = (&asked, asked.reader());
    let sensing = &portal.parts().sensing;
    let sight = Sight::of(&gate.caller);
    let found = sensing.thing(&slug, &sight).await?;
    let thing = found.ok_or_else(|| Problem::not_found(format!("the thing {}", cut(&slug))))?;
    let streams = sensing.datastreams_of(thing.id, &sight).await?;
    let clocks = portal.clocks().await?;
    let tiles: Vec<_> = streams.iter().take(TILES).map(|s| portal.stream_tile(s, &r, &clocks)).collect();
    let newest = tiles.iter().filter_map(|tile| tile.time).max();
    let near = near(portal, &thing, &sight, &r).await?;
    let simulated = portal.parts().mode == vocab::Mode::Simulated;
    let source = thing.source.as_ref().filter(|_| !simulated);
    let devices = devices(&thing, &r);
    let title = r.plain(&thing.name);
    let mut page = portal.page(r, &format!("/things/{}", thing.slug), title.clone());
    page.lead = r.plain(&thing.description);
    page.shown = vec![portal.shown(newest)];
    page.stream = portal.stream(&r).filter(|_| !tiles.is_empty());
    page.below(feed_crumbs(portal, &r, thing.feed.as_deref()), title);
    let place = thing.position;
    let layers = portal.parts().layers();
    page.content = Markup::of(&ThingHtml {
        tiles: tile::tiles(&tiles, &r, gate.now),
        more: (streams.len() > TILES).then(|| {
            let args = [("shown", r.count(TILES).into()), ("count", r.count(streams.len()).into())];
            r.say("table-shown", &args)
        }),
        devices,
        locator: place.map(|at| around(at, portal, &r)).unwrap_or_default(),
        ground: r.plain(layers.source()),
        position: place.map(|at| format!("{:.5}, {:.5}", at.latitude, at.longitude)),
        area: place
            .and_then(|at| layers.area_at(at))
            .map(|area| (r.plain(&area.name), portal.area_address(&r, area.slug.as_str()))),
        facts: facts(&thing, &streams, &r),
        near,
        owner: figures::owner(thing.source.as_deref(), portal.parts().mode, &r),
        feed: thing
            .source
            .as_ref()
            .map(|feed| (r.plain(&feed.title), ui::layout::address(lang, &format!("/feeds/{}", feed.id)))),
        licence: source.map(|feed| (r.plain(&feed.licence.name), feed.licence.url.clone())),
        notes: source.and_then(|feed| feed.notes.as_ref()).map(|notes| r.plain(notes)),
        api: format!("/sta/v1.1/Things({})?$expand=Datastreams,Locations", thing.id),
        r,
    });
    Ok(answer(&page))
}

pub(super) fn cut(slug: &str) -> String {
    slug.chars().take(200).collect()
}

/// The pages between home and what a feed brought.
pub(super) fn feed_crumbs(portal: &Portal, r: &Reader, feed: Option<&str>) -> Vec<Crumb> {
    let feed = feed.and_then(|id| portal.feed(id));
    let of_feed = feed.map(|feed| Crumb::new(r.plain(&feed.title), format!("/feeds/{}", feed.id)));
    [Crumb::new(r.t("feeds-title"), "/feeds")].into_iter().chain(of_feed).collect()
}

pub(super) fn around(at: Position, portal: &Portal, r: &Reader) -> Markup {
    let bounds = Bounds {
        west: at.longitude - AROUND_DEGREES,
        south: at.latitude - AROUND_DEGREES * 0.6,
        east: at.longitude + AROUND_DEGREES,
        north: at.latitude + AROUND_DEGREES * 0.6,
    };
    locator(&r.t("map-locator"), bounds, &portal.inner.ground, [(at, Mood::Good)])
}

async fn near(
    portal: &Portal,
    thing: &ThingView,
    sight: &Sight,
    r: &Reader<'_>,
) -> Result<Vec<(String, String, String)>, Problem> {
    let Some(at) = thing.position else { return Ok(Vec::new()) };
    let found = portal.parts().sensing.things_near(at, NEAR_METRES, sight, NEAR + 1).await?;
    let others = found.into_iter().filter(|(_, other)| other.id != thing.id).take(NEAR);
    let shown = others.map(|(away, other)| {
        // To ten metres: positions are no better.
        let metres = r.number((away / 10.0).round() * 10.0, 0);
        (
            r.plain(&other.name),
            thing_address(r, &other.slug),
            r.say("metres-away", &[("metres", metres.into())]),
        )
    });
    Ok(shown.collect())
}

/// `devices` of a thing: see [`intake::draft::DraftThing::properties`].
fn devices(thing: &ThingView, r: &Reader) -> Vec<DeviceShown> {
    let list = thing.properties.get("devices").and_then(Json::as_array);
    let text = |device: &Json, key: &str| -> String {
        let text: Option<Text> = device.get(key).and_then(|value| serde_json::from_value(value.clone()).ok());
        text.map(|text| r.plain(&text)).unwrap_or_default()
    };
    let shown = list.into_iter().flatten().map(|device| DeviceShown {
        name: text(device, "name"),
        count: device.get("count").and_then(Json::as_u64).filter(|n| *n > 1).map(|n| r.count(n as usize)),
        collects: text(device, "collects"),
        does_not_collect: text(device, "does_not_collect"),
        retention: text(device, "retention"),
        owner: text(device, "owner"),
    });
    shown.collect()
}

/// What the thing's source says of it, as it says it; without what the page shows elsewhere.
fn facts(thing: &ThingView, streams: &[StreamView], r: &Reader) -> Vec<(String, String)> {
    let hidden = |key: &str| key.contains('@') || matches!(key, "devices" | "slug" | "feed" | "label");
    let said = thing.properties.iter().filter(|(key, _)| !hidden(key)).filter_map(|(key, value)| {
        let words = match value {
            Json::String(text) if !text.trim().is_empty() => text.clone(),
            Json::Number(number) => number.to_string(),
            Json::Bool(flag) => flag.to_string(),
            Json::Object(_) => r.plain(&serde_json::from_value::<Text>(value.clone()).ok()?),
            _ => return None,
        };
        Some((key.replace('_', " "), words))
    });
    let mut facts: Vec<(String, String)> = said.collect();
    facts.push(("slug".into(), thing.slug.clone()));
    facts.push(("datastreams".into(), streams.len().to_string()));
    facts
}
