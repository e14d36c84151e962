//! Maps: a list of places that is complete by itself, a drawn locator that needs no script, and the moving map that
//! takes the locator's place where scripts run.

use std::fmt::Write as _;

use askama::Template;
use vocab::{Bounds, Position};

use crate::markup::{Markup, escape};
use crate::reader::Reader;
use crate::status::State;

/// The box around these positions with a margin of a twelfth; nothing for no position.
pub fn framed<'a>(positions: impl IntoIterator<Item = &'a Position>) -> Option<Bounds> {
    let b = Bounds::around(positions.into_iter().copied())?;
    // About 500 m at least, so that one place alone still shows its surroundings.
    let room = ((b.east - b.west).max(b.north - b.south) / 12.0).max(0.005);
    Some(Bounds { west: b.west - room, south: b.south - room, east: b.east + room, north: b.north + room })
}

/// One place on the map and in the list.
#[derive(Debug, Clone)]
pub struct Place {
    /// Unique on the page: a slug.
    pub id: String,
    pub name: String,
    pub href: String,
    pub position: Position,
    pub state: State,
    /// What the list says beside the name: a figure, a status chip.
    pub detail: Markup,
}

/// The ground under a locator, from the pack's own layers: rings and lines in degrees.
#[derive(Debug, Clone, Default)]
pub struct Ground {
    pub land: Vec<Vec<Position>>,
    pub borders: Vec<Vec<Position>>,
}

/// A map with its list.
#[derive(Debug, Clone)]
pub struct CityMap {
    pub id: String,
    /// What the map shows: its accessible name.
    pub label: String,
    pub places: Vec<Place>,
    pub bounds: Bounds,
    /// Address of our vector tiles with `{z}/{x}/{y}`; none while there are none (the locator stays).
    pub tiles: Option<String>,
    /// Deepest zoom that the tiles have.
    pub tiles_zoom: u8,
    /// Where the ground comes from, and its licence.
    pub source: Markup,
    pub ground: Ground,
    /// How many places there are in all, when the list holds only some.
    pub total: Option<usize>,
    /// When the list, and with it the map, is to be drawn again by itself.
    pub follow: Option<Follow>,
}

/// What a list follows: a topic of the event stream, and the page that holds the list as it is then.
#[derive(Debug, Clone)]
pub struct Follow {
    pub topic: String,
    pub src: String,
}

/// Width of a locator's own coordinates; the height follows from the bounds.
const WIDTH: f64 = 720.0;

impl CityMap {
    pub fn html(&self, reader: &Reader) -> Markup {
        Markup::of(&MapHtml { map: self, r: *reader })
    }

    /// The picture without script: land, borders, places.
    pub fn locator(&self) -> Markup {
        locator(&self.label, self.bounds, &self.ground, self.places.iter().map(|p| (p.position, p.state)))
    }
}

/// A small picture of where places are.
pub fn locator(
    label: &str,
    bounds: Bounds,
    ground: &Ground,
    places: impl IntoIterator<Item = (Position, State)>,
) -> Markup {
    // Degrees of longitude shrink with the cosine of the latitude; over one city that is map enough.
    let squeeze = ((bounds.south + bounds.north) / 2.0).to_radians().cos().max(0.05);
    let width = ((bounds.east - bounds.west) * squeeze).max(1e-6);
    let height = (WIDTH * (bounds.north - bounds.south) / width).clamp(WIDTH * 0.2, WIDTH * 2.0);
    let x = |p: &Position| (p.longitude - bounds.west) * squeeze / width * WIDTH;
    let y = |p: &Position| (bounds.north - p.latitude) / (bounds.north - bounds.south).max(1e-6) * height;
    let path = |line: &[Position], close: bool| {
        let mut d = String::new();
        for (index, point) in line.iter().enumerate() {
            let _ = write!(d, "{}{:.1} {:.1}", if index == 0 { 'M' } else { 'L' }, x(point), y(point));
        }
        if close {
            d.push('Z');
        }
        d
    };
    let mut svg = format!(
        "<svg class=\"locator\" viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" aria-label=\"{}\">",
        escape(label)
    );
    for ring in &ground.land {
        let _ = write!(svg, "<path class=\"land\" d=\"{}\"/>", path(ring, true));
    }
    for line in &ground.borders {
        let _ = write!(svg, "<path class=\"border\" d=\"{}\"/>", path(line, false));
    }
    for (position, state) in places {
        let (cx, cy) = (x(&position), y(&position));
        // The shapes of the status chips: dot, triangle, diamond, ring.
        let shape = match state {
            State::Good => format!("M{cx:.1} {cy:.1}m-8 0a8 8 0 1 0 16 0a8 8 0 1 0 -16 0"),
            State::Notice => format!("M{cx:.1} {:.1}l11 18h-22z", cy - 11.0),
            State::Bad => format!("M{cx:.1} {:.1}l11 11l-11 11l-11 -11z", cy - 11.0),
            _ => format!(
                "M{cx:.1} {cy:.1}m-8 0a8 8 0 1 0 16 0a8 8 0 1 0 -16 0m5 0a3 3 0 1 1 6 0a3 3 0 1 1 -6 0"
            ),
        };
        let _ = write!(
            svg,
            "<path class=\"place\" data-state=\"{}\" fill-rule=\"evenodd\" d=\"{shape}\"/>",
            state.word()
        );
    }
    svg.push_str("</svg>");
    Markup::trusted(svg)
}

#[derive(Template)]
#[template(path = "map.html")]
struct MapHtml<'a> {
    map: &'a CityMap,
    r: Reader<'a>,
}

impl MapHtml<'_> {
    fn box_words(&self) -> String {
        let b = self.map.bounds;
        format!("{},{},{},{}", b.west, b.south, b.east, b.north)
    }

    fn style_sheet(&self) -> &'static str {
        crate::asset::path("maplibre-gl.css")
    }

    fn remark(&self) -> Option<String> {
        let total = self.map.total.filter(|total| *total > self.map.places.len())?;
        let args =
            [("shown", self.r.count(self.map.places.len()).into()), ("count", self.r.count(total).into())];
        Some(self.r.say("table-shown", &args))
    }
}

#[cfg(test)]
mod tests;
