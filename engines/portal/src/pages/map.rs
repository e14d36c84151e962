//! Places on a map, with the same places as a list.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use host::{Gate, Problem};
use sensing::actions::entities::look::{StreamView, ThingView};
use serde::Deserialize;
use spatial::layer::{Kind, Shape};
use ui::Reader;
use ui::map::{CityMap, Follow, Place};
use ui::markup::Markup;
use ui::status::{self, State as Mood};
use vocab::Bounds;

use super::asked::Asked;
use super::figures::{Clocks, in_words, thing_address};
use super::registry::Known;
use super::{answer, figures};
use crate::Portal;

/// Places of one page: a list that long is 60 KB on its way.
const PLACES: usize = 600;
/// Places in a small picture.
pub const DRAWN: usize = 400;

#[derive(Debug, Default, Deserialize)]
pub struct Wish {
    /// A feed; without it the first that has places.
    #[serde(default)]
    feed: String,
    /// A district or the like, by its slug.
    #[serde(default)]
    area: String,
    /// A part of the name.
    #[serde(default)]
    name: String,
}

#[derive(Template)]
#[template(path = "map_page.html")]
struct MapHtml<'a> {
    r: Reader<'a>,
    action: String,
    feeds: Vec<(String, String)>,
    feed: String,
    areas: Vec<(String, String)>,
    wish: Wish,
    map: Markup,
    about: String,
    about_href: String,
    owner: String,
    attribution: String,
}

pub async fn map(_: Gate, asked: Asked, Query(wish): Query<Wish>) -> Result<Response, Problem> {
    let (Asked { portal, lang }, r) = (&asked, asked.reader());
    let clocks = portal.clocks().await?;
    let mut choices = Vec::new();
    for feed in &portal.parts().feeds {
        let known = portal.known(feed.id.as_str()).await?;
        if known.things.iter().any(|thing| thing.position.is_some()) {
            choices.push((feed.clone(), known));
        }
    }
    let chosen = choices.iter().find(|(feed, _)| feed.id.as_str() == wish.feed).or(choices.first());
    let query = query(&wish);
    let mut page = portal.page(r, "/map", r.t("map-title"));
    page.wide = true;
    page.stream = portal.stream(&r);
    page.query = query.clone();
    page.lead = r.t("map-lead");
    let Some((feed, known)) = chosen else {
        page.content = Markup::trusted(format!("<p>{}</p>", ui::markup::escape(&r.t("map-empty"))));
        page.shown = vec![portal.shown(None)];
        return Ok(answer(&page));
    };
    if !wish.feed.is_empty() && feed.id.as_str() != wish.feed {
        let named = portal.parts().feeds.iter().find(|feed| feed.id.as_str() == wish.feed);
        let named = named.map_or_else(|| super::thing::cut(&wish.feed), |feed| r.plain(&feed.title));
        page.lead = r.say("map-instead", &[("what", named.into()), ("shown", r.plain(&feed.title).into())]);
    }
    let (places, newest, total) = places(portal, known, &wish, &r, &clocks);
    page.shown = vec![portal.shown(newest)];
    let [west, south, east, north] = portal.parts().pack.city.extent;
    let narrowed = !wish.area.is_empty() || !wish.name.is_empty();
    let around = ui::map::framed(places.iter().map(|place| &place.position)).filter(|_| narrowed);
    let city_map = CityMap {
        id: "city".into(),
        label: r.say("map-of", &[("what", r.plain(&feed.title).into())]),
        places,
        bounds: around.unwrap_or(Bounds { west, south, east, north }),
        tiles: portal.tiles(),
        tiles_zoom: portal.parts().spatial.layers().zoom(),
        source: r.text(portal.parts().spatial.layers().source()),
        ground: portal.inner.ground.clone(),
        total: Some(total),
        follow: Some(Follow {
            topic: format!("map:{}", feed.id),
            src: format!("{}?{query}", ui::layout::address(lang, "/map")),
        }),
    };
    page.content = Markup::of(&MapHtml {
        action: ui::layout::address(lang, "/map"),
        feeds: choices.iter().map(|(feed, _)| (feed.id.to_string(), r.plain(&feed.title))).collect(),
        feed: feed.id.to_string(),
        areas: areas(portal).iter().map(|area| (area.slug.to_string(), r.plain(&area.name))).collect(),
        wish,
        map: city_map.html(&r),
        about: r.plain(&feed.title),
        about_href: ui::layout::address(lang, &format!("/feeds/{}", feed.id)),
        owner: figures::owner(Some(feed), portal.parts().mode, &r),
        attribution: r.plain(&feed.licence.attribution),
        r,
    });
    Ok(answer(&page))
}

/// The wish as it stands in an address.
fn query(wish: &Wish) -> String {
    let pairs = [("feed", &wish.feed), ("area", &wish.area), ("name", &wish.name)];
    let said = pairs.iter().filter(|(_, value)| !value.is_empty());
    said.map(|(key, value)| format!("{key}={}", ui::markup::query_value(value))).collect::<Vec<_>>().join("&")
}

impl Portal {
    /// Where the map's ground comes from, where the pack has any.
    pub(crate) fn tiles(&self) -> Option<String> {
        (!self.parts().spatial.layers().is_empty()).then(|| "/tiles/base/{z}/{x}/{y}".to_string())
    }
}

/// Districts and the like.
fn areas(portal: &Portal) -> &[Shape] {
    portal.parts().spatial.layers().shapes(Kind::Boundaries)
}

/// Places that fit the wish, the newest time of a value on them, and how many there are in all.
fn places(
    portal: &Portal,
    known: &Known,
    wish: &Wish,
    r: &Reader,
    clocks: &Clocks,
) -> (Vec<Place>, Option<vocab::Time>, usize) {
    let area = portal.parts().spatial.layers().area(&wish.area);
    let wanted = wish.name.trim().to_lowercase();
    let fits = |thing: &&ThingView| {
        let Some(position) = thing.position else { return false };
        let named = || {
            thing.name.iter().any(|(_, name)| name.to_lowercase().contains(&wanted))
                || thing.slug.to_lowercase().contains(&wanted)
        };
        area.is_none_or(|area| area.bounds.holds(position) && area.geometry.holds(position))
            && (wanted.is_empty() || named())
    };
    let fitting: Vec<&ThingView> = known.things.iter().filter(fits).collect();
    let mut newest = None;
    let places = fitting
        .iter()
        .take(PLACES)
        .filter_map(|thing| {
            let streams = known.streams.get(&thing.id).map(Vec::as_slice).unwrap_or_default();
            let (state, detail, time) = value(portal, streams, r, clocks);
            newest = newest.max(time);
            Some(Place {
                id: thing.slug.replace(['/', '.'], "-"),
                name: r.plain(&thing.name),
                href: thing_address(r, &thing.slug),
                position: thing.position?,
                state,
                detail,
            })
        })
        .collect();
    (places, newest, fitting.len())
}

/// What a list says beside a place: the first of its datastreams that has a value.
pub(super) fn value(
    portal: &Portal,
    streams: &[StreamView],
    r: &Reader,
    clocks: &Clocks,
) -> (Mood, Markup, Option<vocab::Time>) {
    let observations = portal.parts().sensing.observations();
    let with_value = streams.iter().find_map(|stream| observations.last(stream.id).map(|row| (stream, row)));
    let Some((stream, row)) = with_value else {
        // A place without datastreams has nothing to be unknown.
        let state = if streams.is_empty() { Mood::Good } else { Mood::Unknown };
        return (state, Markup::default(), None);
    };
    let (state, word) = portal.state_of(stream.freshness_seconds, &row, r, clocks);
    let shown = in_words(&row, &stream.unit, r);
    let label = r.say("map-says", &[("what", r.plain(&stream.name).into()), ("value", shown.into())]);
    let mut detail = Markup::trusted(format!("<span class=\"muted\">{}</span>", ui::markup::escape(&label)));
    if !word.is_empty() {
        detail.push(&Markup::trusted(" ".to_string()));
        detail.push(&status::chip(state, &word));
    }
    (state, detail, Some(vocab::Time(row.t)))
}
