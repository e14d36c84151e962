//! Layers of the live map: what each says of the whole city, of a district, and of each of its places.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use host::DbError;
use sensing::Row;
use sensing::actions::entities::look::{StreamView, ThingView};
use sensing::observation::Content;
use spatial::geometry::Part;
use spatial::layer::{Kind, Shape};
use ui::Reader;
use ui::map::{Ground, Place, framed};
use ui::markup::{Markup, escape};
use ui::status::{self, State as Mood};
use vocab::time::SECOND;
use vocab::{Bounds, Position, Time, Value};

use super::figures::{Clocks, Current, in_words, mood, thing_address};
use super::registry::Known;
use crate::dashboard::Level;
use crate::overlay::Overlay;
use crate::{Parts, Portal, unit};

/// A figure of a layer is made anew no more often: a page of districts shows a hundred of them.
const FIGURE_KEPT: i64 = 2 * SECOND;

/// What does not change while a pack is served.
pub struct Atlas {
    /// The pack's layers, and one for each feed that none of them shows.
    pub layers: Vec<Overlay>,
    /// In the order of the pack's boundaries.
    pub areas: Vec<Area>,
    made: Mutex<HashMap<(usize, Option<usize>), (Time, Arc<Current>)>>,
}

/// A district as its pictures and its words need it.
pub struct Area {
    pub shape: Shape,
    pub bounds: Bounds,
    pub ground: Ground,
    pub rings: Vec<Vec<Position>>,
    /// The names that stand in it, the most important first.
    pub labels: Vec<Shape>,
}

impl Atlas {
    pub fn of(parts: &Parts) -> Atlas {
        let mut layers = parts.content.town.overlays.layers.clone();
        for feed in &parts.feeds {
            if !layers.iter().any(|layer| layer.feeds.iter().any(|id| *id == feed.id.as_str())) {
                layers.push(Overlay::of_feed(feed.id.as_str(), feed.title.clone(), feed.summary.clone()));
            }
        }
        let mut labels: Vec<&Shape> = parts.layers().shapes(Kind::PlaceLabels).iter().collect();
        labels.sort_by_key(|label| label.rank);
        let boundaries = parts.layers().shapes(Kind::Boundaries).iter().enumerate();
        let areas = boundaries.map(|(number, shape)| area(parts, number, shape, &labels)).collect();
        Atlas { layers, areas, made: Mutex::default() }
    }

    /// The layer that shows a feed, where there is one.
    pub fn layer_of(&self, feed: &str) -> Option<&Overlay> {
        self.layers.iter().find(|layer| layer.feeds.iter().any(|id| id == feed))
    }

    pub fn area(&self, slug: &str) -> Option<(usize, &Area)> {
        self.areas.iter().enumerate().find(|(_, area)| area.shape.slug.as_str() == slug)
    }
}

fn area(parts: &Parts, number: usize, shape: &Shape, labels: &[&Shape]) -> Area {
    let mut rings = Vec::new();
    shape.geometry.each_part(&mut |part| {
        if let Part::Polygon(polygon) = part {
            rings.extend(polygon.first().map(|ring| ring.to_vec()));
        }
    });
    let bounds = landscape(framed(rings.iter().flatten()).unwrap_or(shape.bounds));
    let inside = |label: &&&Shape| place(label).and_then(|at| parts.layers().area_number(at)) == Some(number);
    Area {
        shape: shape.clone(),
        bounds,
        ground: parts.layers().ground_within(bounds),
        rings,
        labels: labels.iter().filter(inside).map(|label| (*label).clone()).collect(),
    }
}

impl Area {
    /// The middle of its largest part: where its name stands on a map of all.
    pub fn middle(&self) -> Position {
        let size = |ring: &Vec<Position>| {
            Bounds::around(ring.iter().copied()).map_or(0.0, |b| (b.east - b.west) * (b.north - b.south))
        };
        let largest = self.rings.iter().max_by(|a, b| size(a).total_cmp(&size(b)));
        let (mut twice, mut x, mut y) = (0.0, 0.0, 0.0);
        for edge in largest.map(Vec::as_slice).unwrap_or_default().windows(2) {
            let [a, b] = [edge[0], edge[1]];
            let cross = a.longitude * b.latitude - b.longitude * a.latitude;
            twice += cross;
            x += (a.longitude + b.longitude) * cross;
            y += (a.latitude + b.latitude) * cross;
        }
        let b = self.bounds;
        let fallback = Position { longitude: (b.west + b.east) / 2.0, latitude: (b.south + b.north) / 2.0 };
        if twice == 0.0 {
            return fallback;
        }
        Position::new(x / (3.0 * twice), y / (3.0 * twice)).unwrap_or(fallback)
    }
}

/// Where a name stands.
pub fn place(label: &Shape) -> Option<Position> {
    let mut found = None;
    label.geometry.each_part(&mut |part| {
        if let Part::Point(at) = part {
            found = Some(at);
        }
    });
    found
}

/// A thing of a layer with the value that counts there.
pub struct Reading<'k> {
    pub thing: &'k ThingView,
    pub value: Option<(&'k StreamView, Row)>,
    /// Whether it could have a value.
    pub measures: bool,
}

impl Portal {
    /// The things of a layer's feeds. A feed that the pack does not have has none.
    pub(crate) async fn known_of(&self, layer: &Overlay) -> Result<Vec<Arc<Known>>, DbError> {
        let mut all = Vec::new();
        for feed in layer.feeds.iter().filter(|feed| self.feed(feed).is_some()) {
            all.push(self.known(feed).await?);
        }
        Ok(all)
    }

    /// What a layer shows of each thing, in the whole city or in one district.
    pub(crate) fn readings<'k>(
        &self,
        layer: &'k Overlay,
        known: &'k Known,
        area: Option<usize>,
    ) -> Vec<Reading<'k>> {
        let key = layer.datastreams.iter().find(|key| known.spoken.contains(*key)).map(String::as_str);
        let observations = self.parts().sensing.observations();
        let reading = |thing: &'k ThingView| {
            let streams = known.streams.get(&thing.id).map(Vec::as_slice).unwrap_or_default();
            let counting = streams.iter().filter(|stream| layer.counts(&stream.slug, key));
            let mut spoken = counting.filter_map(|stream| Some((stream, observations.last(stream.id)?)));
            Reading { thing, value: spoken.next(), measures: !streams.is_empty() }
        };
        match area {
            None => known.things.iter().map(reading).collect(),
            Some(area) => {
                let inside = known.in_area.get(&area).map(Vec::as_slice).unwrap_or_default();
                inside.iter().filter_map(|at| known.things.get(*at)).map(reading).collect()
            }
        }
    }

    /// The figure of a layer, by its number, in the whole city or in one district. None where the layer has no figure.
    pub(crate) fn layer_figure(
        &self,
        number: usize,
        area: Option<usize>,
        known: &[Arc<Known>],
        clocks: &Clocks,
    ) -> Option<Arc<Current>> {
        let layer = self.inner.atlas.layers.get(number)?;
        let show = layer.show?;
        let now = self.parts().clock.now();
        let lock = || self.inner.atlas.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, made)) = lock().get(&(number, area))
            && now.0.saturating_sub(at.0) < FIGURE_KEPT
        {
            return Some(made.clone());
        }
        let observations = self.parts().sensing.observations();
        let mut values: Vec<(i64, &str, Row)> = Vec::new();
        for known in known {
            let key = layer.datastreams.iter().find(|key| known.spoken.contains(*key)).map(String::as_str);
            let mut take = |thing: &ThingView| {
                for stream in known.streams.get(&thing.id).into_iter().flatten() {
                    if layer.counts(&stream.slug, key) {
                        let row = observations.last(stream.id);
                        values.extend(row.map(|row| (stream.id, stream.slug.as_str(), row)));
                    }
                }
            };
            match area {
                None => known.things.iter().for_each(take),
                Some(area) => {
                    let inside = known.in_area.get(&area).into_iter().flatten();
                    inside.filter_map(|at| known.things.get(*at)).for_each(&mut take);
                }
            }
        }
        let values: Vec<(i64, &str, &Row)> = values.iter().map(|(id, slug, row)| (*id, *slug, row)).collect();
        let made = Arc::new(self.figure_of(show, &values, clocks));
        lock().insert((number, area), (now, made.clone()));
        Some(made)
    }

    /// A figure of a layer in a line of text: `48 km/h`.
    pub(crate) fn layer_words(&self, layer: &Overlay, current: &Current, r: &Reader) -> Option<String> {
        let number = r.number_up_to(current.value?, layer.decimals);
        let unit = r.plain(&layer.unit);
        let space = if unit.is_empty() || unit.starts_with('°') || unit == "%" { "" } else { "\u{a0}" };
        Some(format!("{number}{space}{unit}"))
    }

    /// What the lists say of a reading: its state, its words, and when it was.
    pub(crate) fn reading_shown(
        &self,
        layer: &Overlay,
        reading: &Reading,
        r: &Reader,
        clocks: &Clocks,
    ) -> (Mood, Markup, Option<Time>) {
        let Some((stream, row)) = &reading.value else {
            // A place without datastreams has nothing to be unknown.
            let state = if reading.measures { Mood::Unknown } else { Mood::Good };
            return (state, Markup::default(), None);
        };
        let (mut state, mut word) = self.state_of(stream.freshness_seconds, row, r, clocks);
        let level = level_of(layer, row);
        let mut shown = in_words(row, &stream.unit, r);
        if let Some(level) = level {
            // A word of the source is said in the reader's language.
            if level.is.is_some() {
                shown = r.plain(&level.label);
            }
            if state == Mood::Good {
                state = mood(level.state);
                word = if level.is.is_some() && state == Mood::Good { word } else { r.plain(&level.label) };
            }
        }
        let label = r.say("map-says", &[("what", r.plain(&stream.name).into()), ("value", shown.into())]);
        let mut detail = Markup::trusted(format!("<span class=\"muted\">{}</span>", escape(&label)));
        if !word.is_empty() {
            detail.push(&Markup::trusted(" ".to_string()));
            detail.push(&status::chip(state, &word));
        }
        (state, detail, Some(Time(row.t)))
    }

    /// A reading as a place of a map, where it has one.
    pub(crate) fn place_shown(
        &self,
        layer: &Overlay,
        reading: &Reading,
        r: &Reader,
        clocks: &Clocks,
    ) -> Option<(Place, Option<Time>)> {
        let (state, detail, time) = self.reading_shown(layer, reading, r, clocks);
        let place = Place {
            id: format!("{}-{}", layer.id, reading.thing.slug.replace(['/', '.'], "-")),
            name: r.plain(&reading.thing.name),
            href: thing_address(r, &reading.thing.slug),
            position: reading.thing.position?,
            state,
            detail,
            says: reading.value.as_ref().map(|(stream, row)| short(row, &stream.unit, r)).unwrap_or_default(),
        };
        Some((place, time))
    }
}

impl Portal {
    /// How a layer is in the whole city: its figure in words, its state, and when that was.
    pub(crate) fn layer_state(
        &self,
        number: usize,
        known: &[Arc<Known>],
        r: &Reader,
        clocks: &Clocks,
    ) -> (String, Markup, Option<Time>) {
        let layer = &self.inner.atlas.layers[number];
        let chip = |state, word: String| {
            if word.is_empty() { Markup::default() } else { status::chip(state, &word) }
        };
        if let Some(current) = self.layer_figure(number, None, known, clocks) {
            let (state, word) = self.judged_by(|value| layer.level(value), &current, r);
            return (
                self.layer_words(layer, &current, r).unwrap_or_default(),
                chip(state, word),
                current.time,
            );
        }
        // Without a figure the worst of its places says how it is.
        let (mut worst, mut newest): (Option<(Mood, String)>, _) = (None, None);
        let rank = |state: Mood| match state {
            Mood::Bad => 4,
            Mood::Notice => 3,
            Mood::Stale => 2,
            Mood::Unknown | Mood::Off => 1,
            Mood::Good => 0,
        };
        for reading in known.iter().flat_map(|known| self.readings(layer, known, None)) {
            let Some((stream, row)) = &reading.value else { continue };
            newest = newest.max(Some(Time(row.t)));
            let (mut state, mut word) = self.state_of(stream.freshness_seconds, row, r, clocks);
            if let (Mood::Good, Some(level)) = (state, level_of(layer, row)) {
                (state, word) = (mood(level.state), r.plain(&level.label));
            }
            if worst.as_ref().is_none_or(|(known, _)| rank(state) > rank(*known)) {
                worst = Some((state, word));
            }
        }
        let (state, word) = worst.unwrap_or_else(|| (Mood::Unknown, r.t("status-unknown")));
        (String::new(), chip(state, word), newest)
    }
}

/// The level of a value, be it a number or a word.
pub fn level_of<'l>(layer: &'l Overlay, row: &Row) -> Option<&'l Level> {
    match row.content() {
        Content::Number(value) => layer.level(value),
        _ => match row.value() {
            Value::Text(word) => layer.level_of_word(&word),
            _ => None,
        },
    }
}

/// A box as wide as a page likes its pictures: half as wide again as it is high.
fn landscape(bounds: Bounds) -> Bounds {
    let squeeze = ((bounds.south + bounds.north) / 2.0).to_radians().cos().max(0.05);
    let wanted = (bounds.north - bounds.south) * 1.5 / squeeze;
    let room = ((wanted - (bounds.east - bounds.west)) / 2.0).max(0.0);
    Bounds { west: bounds.west - room, east: bounds.east + room, ..bounds }
}

/// A number as it stands on a map: the unit only where it is one sign.
fn short(row: &Row, code: &str, r: &Reader) -> String {
    match row.content() {
        Content::Number(value) => {
            let sign = match unit::sign(code) {
                "%" => "%",
                sign if sign.starts_with('°') => "°",
                _ => "",
            };
            format!("{}{sign}", r.number_up_to(value, 1))
        }
        _ => String::new(),
    }
}
