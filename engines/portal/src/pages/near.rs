//! Around a named place: what is measured there now, nearest first.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use host::{Gate, Problem};
use spatial::layer::Kind;
use ui::Reader;
use ui::layout::Crumb;
use ui::markup::Markup;
use vocab::{Position, Time};

use super::answer;
use super::asked::Asked;
use super::figures::{self, thing_address};
use super::layers::Reading;
use super::thing::{around, cut};
use crate::Portal;

/// As far as people walk without thinking about it, there and back.
const NEAR_METRES: f64 = 2_000.0;
/// Of one layer; the map has all.
const MOST: usize = 6;

#[derive(Template)]
#[template(path = "near.html")]
struct NearHtml<'a> {
    r: Reader<'a>,
    locator: Markup,
    ground: String,
    area: Option<(String, String)>,
    groups: Vec<Group>,
}

struct Group {
    id: String,
    title: String,
    says: String,
    places: Vec<Near>,
    map: String,
}

struct Near {
    name: String,
    href: String,
    away: String,
    detail: Markup,
    when: Markup,
}

pub async fn near(
    gate: Gate,
    asked: Asked,
    Path((_, slug)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (Asked { portal, lang }, r) = (&asked, asked.reader());
    let layers = portal.parts().layers();
    let place = layers.shapes(Kind::PlaceLabels).iter().find(|place| place.slug.as_str() == slug);
    let place = place.ok_or_else(|| Problem::not_found(format!("the place {}", cut(&slug))))?;
    // A name stands at a point.
    let at = Position { longitude: place.bounds.west, latitude: place.bounds.south };
    let clocks = portal.clocks().await?;
    let mut groups = Vec::new();
    let mut newest = None;
    for layer in &portal.inner.atlas.layers {
        let known = portal.known_of(layer).await?;
        let readings = known.iter().flat_map(|known| portal.readings(layer, known, None));
        let mut near: Vec<(f64, Reading)> = readings
            .filter_map(|reading| Some((reading.thing.position?.distance_metres(at), reading)))
            .filter(|(away, _)| *away <= NEAR_METRES)
            .collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.thing.slug.cmp(&b.1.thing.slug)));
        near.truncate(MOST);
        let places: Vec<Near> = near
            .iter()
            .map(|(away, reading)| {
                let (_, detail, time) = portal.reading_shown(layer, reading, &r, &clocks);
                newest = newest.max(time);
                shown(*away, reading, detail, time, portal, &r, gate.now)
            })
            .collect();
        if !places.is_empty() {
            groups.push(Group {
                id: format!("near-{}", layer.id),
                title: r.plain(&layer.title),
                says: r.plain(&layer.means),
                places,
                map: ui::layout::address(lang, &format!("/map?layer={}", layer.id)),
            });
        }
    }
    let name = r.plain(&place.name);
    let mut page = portal.page(
        r,
        &format!("/near/{}", place.slug),
        r.say("near-title", &[("place", name.clone().into())]),
    );
    page.lead = r.say("near-lead", &[("metres", r.number(NEAR_METRES, 0).into())]);
    page.below([Crumb::new(r.t("map-title"), "/map")], name);
    page.shown = vec![portal.shown(newest)];
    page.content = Markup::of(&NearHtml {
        locator: around(at, portal, &r),
        ground: r.plain(layers.source()),
        area: layers.area_at(at).map(|area| {
            (r.plain(&area.name), ui::layout::address(lang, &format!("/districts/{}", area.slug)))
        }),
        groups,
        r,
    });
    Ok(answer(&page))
}

fn shown(
    away: f64,
    reading: &Reading,
    detail: Markup,
    time: Option<Time>,
    portal: &Portal,
    r: &Reader,
    now: Time,
) -> Near {
    // To ten metres: positions are no better.
    let metres = r.number((away / 10.0).round() * 10.0, 0);
    Near {
        name: r.plain(&reading.thing.name),
        href: thing_address(r, &reading.thing.slug),
        away: r.say("metres-away", &[("metres", metres.into())]),
        detail,
        when: time.map(|time| figures::dated(time, portal.parts().mode, r, now)).unwrap_or_default(),
    }
}
