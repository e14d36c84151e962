//! For somebody who has just arrived: phrases and first help, and for each point where people enter its queues, the ways to
//! go on from there and the weather nearest to it.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use host::{Gate, Problem};
use sensing::Row;
use sensing::actions::entities::look::{StreamView, ThingView};
use ui::Reader;
use ui::layout::Crumb;
use ui::map::Sketch;
use ui::markup::Markup;
use ui::status::State as Mood;
use ui::tile::{self, Figure, Tile};
use vocab::{Bounds, Position, Time};

use super::asked::Asked;
use super::figures::{self, Clocks};
use super::layers::level_of;
use super::{answer, map, thing};
use crate::Portal;
use crate::dashboard::Level;
use crate::visitor::{Point, Visitors};

/// Around a point, so that its surroundings can be told: some 9 km.
const AROUND_DEGREES: f64 = 0.045;
/// Names that stand closer to the point than this are names of the point.
const NEAR_METRES: f64 = 500.0;

#[derive(Template)]
#[template(path = "visitors.html")]
struct VisitorsHtml<'a> {
    r: Reader<'a>,
    phrases: Vec<PhraseShown<'a>>,
    advice: Vec<AdviceShown>,
    points: Vec<PointShown>,
    sketch: Markup,
    ground: String,
}

struct PhraseShown<'a> {
    means: String,
    say: &'a str,
    lang: &'a str,
    sounds: &'a str,
}

struct AdviceShown {
    title: String,
    text: String,
    link: Option<(String, String)>,
}

struct PointShown {
    name: String,
    what: String,
    href: String,
    /// What is known of its queues, in a line.
    queues: Markup,
}

#[derive(Template)]
#[template(path = "visitor_point.html")]
struct PointHtml<'a> {
    r: Reader<'a>,
    phrases: Vec<PhraseShown<'a>>,
    queues: Markup,
    /// What the part of the queues listens to, and where it is drawn again.
    topic: String,
    src: String,
    open: String,
    official: (String, String),
    onward: Vec<OnwardShown>,
    weather: Option<(String, String, Markup)>,
    weather_tiles: Markup,
    sketch: Markup,
    ground: String,
    district: Option<(String, String)>,
    map: String,
    all: String,
}

struct OnwardShown {
    by: String,
    text: String,
    link: (String, String),
}

impl Portal {
    /// A pack that says nothing to visitors has no such pages.
    fn visitors(&self) -> Result<&Visitors, Problem> {
        let visitors = &self.parts().content.town.visitors;
        if visitors.points.is_empty() { Err(Problem::not_found("a page for visitors")) } else { Ok(visitors) }
    }

    /// The queues at a point: datastreams of the thing that the pack names.
    async fn queues(&self, visitors: &Visitors, point: &Point) -> Result<Vec<StreamView>, Problem> {
        let (Some(feed), Some(key)) = (&visitors.queues, &point.queue) else { return Ok(Vec::new()) };
        let known = self.known(feed).await?;
        let slug = format!("{feed}/{key}");
        let thing = known.things.iter().find(|thing| thing.slug.eq_ignore_ascii_case(&slug));
        Ok(thing.and_then(|thing| known.streams.get(&thing.id)).cloned().unwrap_or_default())
    }

    /// The station nearest to a place that has one of the datastreams of the weather, its values, and how far away it is.
    async fn nearest_weather(
        &self,
        visitors: &Visitors,
        at: Position,
    ) -> Result<Option<(f64, ThingView, Vec<StreamView>)>, Problem> {
        let Some(weather) = &visitors.weather else { return Ok(None) };
        let known = self.known(&weather.feed).await?;
        let observations = self.parts().sensing.observations();
        let counting = |thing: &ThingView| -> Vec<StreamView> {
            let streams = known.streams.get(&thing.id).into_iter().flatten();
            let key = |stream: &&StreamView| {
                let last = stream.slug.rsplit('/').next().unwrap_or_default();
                weather.datastreams.iter().any(|key| key == last) && observations.last(stream.id).is_some()
            };
            streams.filter(key).cloned().collect()
        };
        let away = |thing: &ThingView| thing.position.map(|position| position.distance_metres(at));
        let mut near: Vec<(f64, &ThingView)> =
            known.things.iter().filter_map(|thing| Some((away(thing)?, thing))).collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut spoken = near.into_iter().map(|(away, thing)| (away, thing.clone(), counting(thing)));
        Ok(spoken.find(|(_, _, streams)| !streams.is_empty()))
    }

    /// Tiles of queues: what the source says in a word stands there in the reader's language, and what all of them mean is
    /// said once.
    fn queue_tiles(&self, streams: &[StreamView], r: &Reader, clocks: &Clocks) -> Vec<Tile> {
        let tile = |(at, stream): (usize, &StreamView)| {
            let mut tile = self.stream_tile(stream, r, clocks);
            // The list is drawn again as a whole: a word that comes alone would be the source's.
            tile.topic = None;
            if at > 0 {
                tile.means = String::new();
            }
            let row = self.parts().sensing.observations().last(stream.id);
            if let Some(level) = row.as_ref().and_then(|row| self.level(stream, row)) {
                tile.figure = Figure::Words(r.plain(&level.label));
                if tile.state == Mood::Good {
                    tile.state = figures::mood(level.state);
                }
            }
            tile
        };
        streams.iter().enumerate().map(tile).collect()
    }

    /// The level of a value by the layer of the map that shows its feed.
    fn level(&self, stream: &StreamView, row: &Row) -> Option<&Level> {
        level_of(self.inner.atlas.layer_of(stream.feed.as_deref()?)?, row)
    }
}

fn phrases<'a>(visitors: &'a Visitors, r: &Reader) -> Vec<PhraseShown<'a>> {
    let shown = visitors.phrases.iter().map(|phrase| PhraseShown {
        means: r.plain(&phrase.means),
        say: &phrase.say,
        lang: &phrase.lang,
        sounds: &phrase.sounds,
    });
    shown.collect()
}

pub async fn visitors(_: Gate, asked: Asked) -> Result<Response, Problem> {
    let (Asked { portal, lang }, r) = (&asked, asked.reader());
    let visitors = portal.visitors()?;
    let clocks = portal.clocks().await?;
    let mut newest: Option<Time> = None;
    let (mut points, mut marks) = (Vec::new(), Vec::new());
    for point in &visitors.points {
        let streams = portal.queues(visitors, point).await?;
        let (queues, state, time) = match point.queue {
            Some(_) => portal.queues_line(&streams, &r, &clocks),
            None => (Markup::default(), Mood::Good, None),
        };
        newest = newest.max(time);
        marks.extend(point.position().map(|at| (at, state, 0)));
        points.push(PointShown {
            name: r.plain(&point.name),
            what: r.plain(&point.what),
            href: ui::layout::address(lang, &format!("/visitors/{}", point.slug)),
            queues,
        });
    }
    let [west, south, east, north] = portal.parts().pack.city.extent;
    let names = visitors.points.iter().filter_map(|point| {
        let at = point.position()?;
        // Above its mark.
        Some((Position { latitude: at.latitude + 0.012, ..at }, r.plain(&point.name)))
    });
    let label = r.t("visitors-map");
    let sketch = Sketch {
        label: &label,
        marks,
        names: names.collect(),
        ..Sketch::new(Bounds { west, south, east, north }, &portal.inner.ground)
    };
    let mut page = portal.page(r, "/visitors", r.t("visitors-title"));
    page.lead = r.t("visitors-lead");
    page.shown = vec![portal.shown(newest)];
    page.content = Markup::of(&VisitorsHtml {
        phrases: phrases(visitors, &r),
        advice: advice(visitors, &r),
        points,
        sketch: sketch.html(),
        ground: r.plain(portal.parts().layers().source()),
        r,
    });
    Ok(answer(&page))
}

fn advice(visitors: &Visitors, r: &Reader) -> Vec<AdviceShown> {
    let shown = visitors.advice.iter().map(|advice| AdviceShown {
        title: r.plain(&advice.title),
        text: r.plain(&advice.text),
        link: advice.link.as_ref().map(|link| (r.plain(&link.title), link.url.clone())),
    });
    shown.collect()
}

impl Portal {
    /// Queues in a line of a list, their worst state, and the newest time.
    fn queues_line(
        &self,
        streams: &[StreamView],
        r: &Reader,
        clocks: &Clocks,
    ) -> (Markup, Mood, Option<Time>) {
        let observations = self.parts().sensing.observations();
        let (mut said, mut newest, mut is_old) = (Vec::new(), None, false);
        for (stream, row) in streams.iter().filter_map(|s| Some((s, observations.last(s.id)?))) {
            let (state, _) = self.state_of(stream.freshness_seconds, &row, r, clocks);
            is_old |= state == Mood::Stale;
            newest = newest.max(Some(Time(row.t)));
            let value = match self.level(stream, &row) {
                Some(level) => r.plain(&level.label),
                None => figures::in_words(&row, &stream.unit, r),
            };
            said.push(r.say("map-says", &[("what", r.plain(&stream.name).into()), ("value", value.into())]));
        }
        let (state, word) = match (said.is_empty(), is_old) {
            (true, _) => (Mood::Unknown, r.t("queues-unknown")),
            (false, true) => (Mood::Stale, r.t("status-old")),
            (false, false) => (Mood::Good, String::new()),
        };
        let mut line = Markup::text(&said.join(" · "));
        if !word.is_empty() {
            line.push(&Markup::trusted(" ".to_string()));
            line.push(&ui::status::chip(state, &word));
        }
        (line, state, newest)
    }
}

pub async fn point(
    gate: Gate,
    asked: Asked,
    Path((_, slug)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (Asked { portal, lang }, r) = (&asked, asked.reader());
    let visitors = portal.visitors()?;
    let found = visitors.point(&slug);
    let point = found.ok_or_else(|| Problem::not_found(format!("the point {}", thing::cut(&slug))))?;
    let clocks = portal.clocks().await?;
    let queues = portal.queue_tiles(&portal.queues(visitors, point).await?, &r, &clocks);
    let at = point.position().ok_or_else(|| Problem::not_found("where the point is"))?;
    let (mut weather, mut weather_tiles) = (None, Vec::new());
    if let Some((away, station, streams)) = portal.nearest_weather(visitors, at).await? {
        let kilometres = r.number((away / 1000.0).max(0.1), 1);
        let how_far = Markup::text(&r.say("kilometres-away", &[("km", kilometres.into())]));
        weather = Some((r.plain(&station.name), figures::thing_address(&r, &station.slug), how_far));
        weather_tiles = streams.iter().map(|stream| portal.stream_tile(stream, &r, &clocks)).collect();
    }
    let newest = queues.iter().chain(&weather_tiles).filter_map(|tile| tile.time).max();
    let title = r.plain(&point.name);
    let mut page = portal.page(r, &format!("/visitors/{slug}"), title.clone());
    page.lead = r.plain(&point.what);
    page.shown = vec![portal.shown(newest)];
    page.stream = portal.stream(&r).filter(|_| newest.is_some());
    page.below([Crumb::new(r.t("visitors-title"), "/visitors")], title.clone());
    let tiles = |tiles: &[Tile]| tile::tiles(tiles, &r, gate.now);
    page.content = Markup::of(&PointHtml {
        phrases: phrases(visitors, &r),
        queues: tiles(&queues),
        topic: map::topic(visitors.queues.iter()),
        src: ui::layout::address(lang, &format!("/visitors/{slug}")),
        open: r.plain(&point.open),
        official: (r.plain(&point.official.title), point.official.url.clone()),
        onward: onward(point, &r),
        weather,
        weather_tiles: tiles(&weather_tiles),
        sketch: sketch(portal, (at, &title), &r),
        ground: r.plain(portal.parts().layers().source()),
        district: portal
            .parts()
            .layers()
            .area_at(at)
            .map(|area| (r.plain(&area.name), portal.area_address(&r, area.slug.as_str()))),
        map: ui::layout::address(lang, "/map"),
        all: ui::layout::address(lang, "/visitors"),
        r,
    });
    Ok(answer(&page))
}

fn onward(point: &Point, r: &Reader) -> Vec<OnwardShown> {
    let shown = point.onward.iter().map(|way| OnwardShown {
        by: r.plain(&way.by),
        text: r.plain(&way.text),
        link: (r.plain(&way.link.title), way.link.url.clone()),
    });
    shown.collect()
}

/// The point with what is around it.
fn sketch(portal: &Portal, (at, name): (Position, &str), r: &Reader) -> Markup {
    let bounds = Bounds {
        west: at.longitude - AROUND_DEGREES,
        south: at.latitude - AROUND_DEGREES * 0.6,
        east: at.longitude + AROUND_DEGREES,
        north: at.latitude + AROUND_DEGREES * 0.6,
    };
    let ground = portal.parts().layers().ground_within(bounds);
    let labels = portal.inner.atlas.areas.iter().flat_map(|area| &area.labels);
    let names = labels.filter_map(|label| Some((super::layers::place(label)?, r.plain(&label.name))));
    let others = names.filter(|(place, _)| bounds.holds(*place) && place.distance_metres(at) > NEAR_METRES);
    // Under its mark.
    let own = (Position { latitude: at.latitude - AROUND_DEGREES * 0.07, ..at }, name.to_string());
    let names = std::iter::once(own).chain(others).collect();
    Sketch {
        label: &r.t("map-locator"),
        marks: vec![(at, Mood::Good, 0)],
        names,
        ..Sketch::new(bounds, &ground)
    }
    .html()
}
