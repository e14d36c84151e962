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
    /// What stands under the mark on the moving map: a short figure, or nothing.
    pub says: String,
}

/// Places that belong together: a layer of the map, a section of its list.
#[derive(Debug, Clone, Default)]
pub struct Group {
    /// Empty where there is only one, and the page says what it is.
    pub title: String,
    /// The number of the colour of its marks, as charts count their series; 0 for the colour of the page.
    pub series: u8,
    pub places: Vec<Place>,
    /// How many places there are in all, when the list holds only some.
    pub total: Option<usize>,
}

/// The ground under a locator, from the pack's own layers: rings and lines in degrees.
#[derive(Debug, Clone, Default)]
pub struct Ground {
    pub land: Vec<Vec<Position>>,
    pub borders: Vec<Vec<Position>>,
    pub streets: Vec<Vec<Position>>,
    pub railways: Vec<Vec<Position>>,
}

/// A map with its list.
#[derive(Debug, Clone)]
pub struct CityMap {
    pub id: String,
    /// What the map shows: its accessible name.
    pub label: String,
    pub groups: Vec<Group>,
    pub bounds: Bounds,
    /// Address of our vector tiles with `{z}/{x}/{y}`; none while there are none (the locator stays).
    pub tiles: Option<String>,
    /// Deepest zoom that the tiles have.
    pub tiles_zoom: u8,
    /// Where the ground comes from, and its licence.
    pub source: Markup,
    pub ground: Ground,
    /// When the list, and with it the map, is to be drawn again by itself.
    pub follow: Option<Follow>,
}

/// What a list follows: topics of the event stream with spaces between, and the page that holds the list as it is then.
#[derive(Debug, Clone)]
pub struct Follow {
    pub topics: String,
    pub src: String,
    /// Ids of other parts of the page that change with the list, with spaces between.
    pub also: String,
}

/// Width of a locator's own coordinates; the height follows from the bounds.
const WIDTH: f64 = 720.0;

impl CityMap {
    pub fn html(&self, reader: &Reader) -> Markup {
        Markup::of(&MapHtml { map: self, r: *reader })
    }

    /// The picture without script: land, borders, places.
    pub fn locator(&self) -> Markup {
        let of_group = |group: &Group| {
            let series = group.series;
            group.places.iter().map(move |p| (p.position, p.state, series)).collect::<Vec<_>>()
        };
        let marks = self.groups.iter().flat_map(of_group).collect();
        Sketch { label: &self.label, marks, ..Sketch::new(self.bounds, &self.ground) }.html()
    }
}

/// A small picture of where places are.
pub fn locator(
    label: &str,
    bounds: Bounds,
    ground: &Ground,
    places: impl IntoIterator<Item = (Position, State)>,
) -> Markup {
    let marks = places.into_iter().map(|(position, state)| (position, state, 0)).collect();
    Sketch { label, marks, ..Sketch::new(bounds, ground) }.html()
}

/// A drawn picture of a part of the city.
#[derive(Debug, Clone)]
pub struct Sketch<'a> {
    /// Its accessible name: whoever does not see it loses nothing but the picture.
    pub label: &'a str,
    pub bounds: Bounds,
    pub ground: &'a Ground,
    /// Rings of an area that stands out.
    pub area: Vec<Vec<Position>>,
    /// With the number of the colour, as [`Group::series`].
    pub marks: Vec<(Position, State, u8)>,
    /// The most important first; what would cover another is left out.
    pub names: Vec<(Position, String)>,
}

/// Names are written in a size that can be read where the picture is as narrow as a phone.
const LETTER: f64 = 23.0;
/// On a wide page all names are smaller, and those that found no room on a narrow one stand there too.
const FINE: f64 = 15.0;

impl<'a> Sketch<'a> {
    pub fn new(bounds: Bounds, ground: &'a Ground) -> Sketch<'a> {
        Sketch { label: "", bounds, ground, area: Vec::new(), marks: Vec::new(), names: Vec::new() }
    }

    pub fn html(self) -> Markup {
        draw(self)
    }
}

fn draw(Sketch { label, bounds, ground, area, marks, names }: Sketch) -> Markup {
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
    let mut lines = |class: &str, lines: &[Vec<Position>], close: bool| {
        // Many lines of one kind are one path: they have one look.
        let d: String = lines.iter().map(|line| path(line, close)).collect();
        if !d.is_empty() {
            let _ = write!(svg, "<path class=\"{class}\" d=\"{d}\"/>");
        }
    };
    lines("land", &ground.land, true);
    lines("area", &area, true);
    lines("border", &ground.borders, false);
    lines("road", &ground.streets, false);
    lines("rail", &ground.railways, false);
    for (position, state, series) in marks {
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
        let series = if series > 0 { format!(" s{series}") } else { String::new() };
        let _ = write!(
            svg,
            "<path class=\"place{series}\" data-state=\"{}\" fill-rule=\"evenodd\" d=\"{shape}\"/>",
            state.word()
        );
    }
    let at: Vec<_> = names.iter().map(|(position, name)| (x(position), y(position), name.as_str())).collect();
    let mut kept = Vec::new();
    apart(&at, LETTER, height, &mut kept);
    let large = kept.len();
    apart(&at, FINE, height, &mut kept);
    for (number, (x, y, _, name)) in kept.into_iter().enumerate() {
        let class = if number < large { "" } else { " class=\"fine\"" };
        let _ = write!(svg, "<text{class} x=\"{x:.0}\" y=\"{y:.0}\">{}</text>", escape(name));
    }
    svg.push_str("</svg>");
    Markup::trusted(svg)
}

/// Adds to `kept` those of these names that, in this size, fit into the picture and cover none that is kept. A name comes
/// with its place and half its width.
fn apart<'n>(
    names: &[(f64, f64, &'n str)],
    size: f64,
    height: f64,
    kept: &mut Vec<(f64, f64, f64, &'n str)>,
) {
    for (x, y, name) in names {
        // A Chinese character is a square, a letter about half of one.
        let letters: f64 = name.chars().map(|c| if c < '\u{2e80}' { 0.56 } else { 1.0 }).sum();
        let half = letters * size / 2.0 + 4.0;
        let inside = x - half > 0.0 && x + half < WIDTH && *y > size && *y < height - 8.0;
        let is_free = kept.iter().all(|(other_x, other_y, other_half, other)| {
            // The same place in both sizes is one name.
            let shrunk = other_half.min(other_half * size / LETTER + 4.0);
            name != other && ((x - other_x).abs() > half + shrunk || (y - other_y).abs() > size * 1.3)
        });
        if inside && is_free {
            kept.push((*x, *y, half, name));
        }
    }
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

    fn remark(&self, group: &Group) -> Option<String> {
        let total = group.total.filter(|total| *total > group.places.len())?;
        let args =
            [("shown", self.r.count(group.places.len()).into()), ("count", self.r.count(total).into())];
        Some(self.r.say("table-shown", &args))
    }

    fn is_empty(&self) -> bool {
        self.map.groups.iter().all(|group| group.places.is_empty())
    }
}

#[cfg(test)]
mod tests;
