//! Layers drawn as tiles. What depends on the zoom alone is done once, when the pack is loaded.

use vocab::Position;

use super::address::{Address, world};
use super::clip::{Around, Window};
use super::encode::{self, Corner, Path, Value};
use super::{BUFFER, EXTENT};
use crate::geometry::Part;
use crate::layer::{Kind, Layers, Shape, borders};
use crate::simplify::{self, Point};

/// How far a line may be off, in a tile's units: less than half a pixel of a tile that is shown 512 pixels wide.
const TOLERANCE_UNITS: f64 = 3.0;
/// At the deepest zoom, which maps stretch to show what lies deeper.
const TOLERANCE_UNITS_DEEPEST: f64 = 1.0;
/// An island or hole smaller than this (half a pixel each way) is not drawn.
const AREA_UNITS_MIN: f64 = 16.0;

/// From which zoom what has this rank is shown.
const ZOOM_OF_RANK: [u8; 4] = [0, 9, 11, 13];

/// Lines that have names, in the order they are drawn.
const WAYS: [Kind; 2] = [Kind::Streets, Kind::Railways];

type Properties = Vec<(String, Value)>;

/// All that is needed to draw any tile.
#[derive(Debug)]
pub struct Drawing {
    /// By zoom, from 0.
    levels: Vec<Level>,
    labels: Vec<Label>,
    /// Of the ways of each kind in [`WAYS`], by their number.
    ways: Vec<Vec<Properties>>,
}

/// What is drawn at one zoom, as fine as it can be seen there.
#[derive(Debug, Default)]
struct Level {
    land: Vec<Area>,
    borders: Vec<Line>,
    /// Of each kind in [`WAYS`], with the number of its way.
    ways: Vec<Vec<(Line, usize)>>,
}

/// Points of the world, and the box around them.
#[derive(Debug)]
struct Line {
    points: Vec<Point>,
    around: Around,
}

/// The outer ring first.
type Area = Vec<Line>;

#[derive(Debug)]
struct Label {
    at: Point,
    from_zoom: u8,
    properties: Properties,
}

impl Drawing {
    pub fn of(layers: &Layers) -> Drawing {
        let deepest = layers.zoom();
        let polygons: Vec<Vec<Vec<Point>>> = layers.shapes(Kind::Land).iter().flat_map(polygons).collect();
        let borders: Vec<Vec<Point>> =
            borders::lines(layers.shapes(Kind::Boundaries)).iter().map(|line| on_world(line)).collect();
        let mut levels = Vec::new();
        for zoom in 0..=deepest {
            let units = if zoom == deepest { TOLERANCE_UNITS_DEEPEST } else { TOLERANCE_UNITS };
            let unit = 1.0 / (Address::tiles(zoom) * f64::from(EXTENT));
            let simple = |line: &[Point]| seen_line(line, units * unit);
            let ways = |kind: Kind| {
                let all = layers.shapes(kind).iter().enumerate();
                all.filter(|(_, way)| from_zoom(way, deepest) <= zoom)
                    .flat_map(|(number, way)| lines(way).into_iter().map(move |line| (line, number)))
                    .filter_map(|(line, number)| Some((simple(&line)?, number)))
                    .collect()
            };
            levels.push(Level {
                land: polygons.iter().filter_map(|rings| area(rings, units * unit, unit)).collect(),
                borders: borders.iter().filter_map(|line| simple(line)).collect(),
                ways: WAYS.map(ways).into(),
            });
        }
        let labels = layers.shapes(Kind::PlaceLabels).iter().flat_map(|shape| {
            points(shape).into_iter().map(|at| Label {
                at,
                from_zoom: from_zoom(shape, deepest),
                properties: properties(shape, layers),
            })
        });
        let labels = labels.collect();
        let named = |kind| layers.shapes(kind).iter().map(|way| properties(way, layers)).collect();
        Drawing { levels, labels, ways: WAYS.map(named).into() }
    }

    /// The bytes of a tile; none where nothing is to be seen, or where it lies deeper than the map goes.
    pub fn tile(&self, address: Address) -> Vec<u8> {
        let mut tile = Vec::new();
        let Some(level) = self.levels.get(usize::from(address.zoom)) else { return tile };
        let mut pen = Pen::at(address);
        let mut layer = encode::Layer::new(Kind::Land.word());
        for area in &level.land {
            pen.area(area);
            layer.feature(encode::Shape::Areas, &pen.path, &[]);
        }
        layer.finish(&mut tile);
        let mut layer = encode::Layer::new(Kind::Boundaries.word());
        for line in &level.borders {
            pen.line(line);
            layer.feature(encode::Shape::Lines, &pen.path, &[]);
        }
        layer.finish(&mut tile);
        for ((kind, ways), names) in WAYS.iter().zip(&level.ways).zip(&self.ways) {
            let mut layer = encode::Layer::new(kind.word());
            for (line, way) in ways {
                pen.line(line);
                let properties = names.get(*way).map_or(&[][..], Vec::as_slice);
                layer.feature(encode::Shape::Lines, &pen.path, properties);
            }
            layer.finish(&mut tile);
        }
        let mut layer = encode::Layer::new(Kind::PlaceLabels.word());
        for label in self.labels.iter().filter(|label| label.from_zoom <= address.zoom) {
            pen.point(label.at);
            layer.feature(encode::Shape::Points, &pen.path, &label.properties);
        }
        layer.finish(&mut tile);
        tile
    }
}

/// The zoom from which a shape is shown, on a map that goes so deep.
fn from_zoom(shape: &Shape, deepest: u8) -> u8 {
    let rank = usize::from(shape.rank.unwrap_or(1)).clamp(1, ZOOM_OF_RANK.len());
    ZOOM_OF_RANK[rank - 1].min(deepest)
}

/// Draws on one tile, one feature after the other.
struct Pen {
    address: Address,
    window: Window,
    path: Path,
    /// The line at hand in the tile's units.
    points: Vec<Point>,
}

impl Pen {
    fn at(address: Address) -> Pen {
        let (least, most) = (-f64::from(BUFFER), f64::from(EXTENT + BUFFER));
        Pen { address, window: Window { least, most }, path: Path::default(), points: Vec::new() }
    }

    fn units(&self, point: Point) -> Point {
        self.address.units(point, f64::from(EXTENT))
    }

    /// Puts a line into the tile's units. Nothing where it does not come near; whether it must be cut otherwise.
    fn take(&mut self, line: &Line) -> Option<bool> {
        let around = Around { least: self.units(line.around.least), most: self.units(line.around.most) };
        if !self.window.meets(&around) {
            return None;
        }
        let address = self.address;
        self.points.clear();
        self.points.extend(line.points.iter().map(|point| address.units(*point, f64::from(EXTENT))));
        Some(!self.window.holds_all(&around))
    }

    fn area(&mut self, rings: &Area) {
        self.path.clear();
        for (at, ring) in rings.iter().enumerate() {
            let drawn = match self.take(ring) {
                None => false,
                Some(is_cut) => {
                    let cut = is_cut.then(|| self.window.ring(&self.points));
                    self.path.ring(&corners(cut.as_deref().unwrap_or(&self.points)), at == 0)
                }
            };
            // Without its outer ring there is nothing to make a hole in.
            if at == 0 && !drawn {
                return;
            }
        }
    }

    fn line(&mut self, line: &Line) {
        self.path.clear();
        match self.take(line) {
            None => {}
            Some(false) => {
                self.path.line(&corners(&self.points));
            }
            Some(true) => {
                for piece in self.window.line(&self.points) {
                    self.path.line(&corners(&piece));
                }
            }
        }
    }

    fn point(&mut self, point: Point) {
        self.path.clear();
        let point = self.units(point);
        if self.window.holds(point) {
            self.path.point(corner(point));
        }
    }
}

fn corner([x, y]: Point) -> Corner {
    (x.round() as i32, y.round() as i32)
}

fn corners(points: &[Point]) -> Vec<Corner> {
    points.iter().map(|point| corner(*point)).collect()
}

impl Line {
    fn of(points: Vec<Point>) -> Option<Line> {
        let around = Around::points(&points)?;
        Some(Line { points, around })
    }
}

/// A line with the points that are seen; nothing where all of it is a dot.
fn seen_line(line: &[Point], tolerance: f64) -> Option<Line> {
    let line = Line::of(simplify::line(line, tolerance))?;
    let Around { least, most } = line.around;
    (0..2).any(|axis| most[axis] - least[axis] > tolerance).then_some(line)
}

/// A polygon as it is seen at a zoom whose unit is so long; nothing where it is too small to be seen.
fn area(rings: &[Vec<Point>], tolerance: f64, unit: f64) -> Option<Area> {
    let seen = |ring: &Vec<Point>| {
        let simple = simplify::ring(ring, tolerance)?;
        let is_seen = simplify::doubled_area(&simple).abs() / 2.0 >= AREA_UNITS_MIN * unit * unit;
        if is_seen { Line::of(simple) } else { None }
    };
    let (outer, holes) = rings.split_first()?;
    let mut area = vec![seen(outer)?];
    area.extend(holes.iter().filter_map(seen));
    Some(area)
}

fn on_world(line: &[Position]) -> Vec<Point> {
    line.iter().map(|position| world(*position)).collect()
}

fn polygons(shape: &Shape) -> Vec<Vec<Vec<Point>>> {
    let mut found = Vec::new();
    shape.geometry.each_part(&mut |part| {
        if let Part::Polygon(polygon) = part {
            found.push(polygon.iter().map(|ring| on_world(ring)).collect());
        }
    });
    found
}

fn lines(shape: &Shape) -> Vec<Vec<Point>> {
    let mut found = Vec::new();
    shape.geometry.each_part(&mut |part| {
        if let Part::Line(line) = part {
            found.push(on_world(line));
        }
    });
    found
}

fn points(shape: &Shape) -> Vec<Point> {
    let mut found = Vec::new();
    shape.geometry.each_part(&mut |part| {
        if let Part::Point(point) = part {
            found.push(world(point));
        }
    });
    found
}

/// `name` in the city's first language, `name_<tag>` in each, `rank` and `kind`.
fn properties(shape: &Shape, layers: &Layers) -> Properties {
    let mut found = Properties::new();
    if let Some(name) = layers.languages().first().and_then(|lang| shape.name.get(lang)) {
        found.push(("name".into(), Value::Text(name.into())));
    }
    let tagged = shape.name.iter().map(|(lang, name)| (format!("name_{lang}"), Value::Text(name.into())));
    found.extend(tagged);
    found.extend(shape.rank.map(|rank| ("rank".into(), Value::Whole(rank.into()))));
    found.extend(shape.kind.iter().map(|kind| ("kind".into(), Value::Text(kind.clone()))));
    found
}

#[cfg(test)]
mod tests;
