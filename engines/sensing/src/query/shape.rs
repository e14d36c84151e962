//! Places as conditions compare them: points, lines and areas on the plane of longitude and latitude.

use serde_json::Value as Json;
use vocab::Position;

mod relate;

/// Positions of one shape: a boundary of a city in all detail.
const MOST: usize = 20_000;
/// Brackets within each other.
const DEPTH: usize = 6;

/// Longitude and latitude in degrees.
type Place = [f64; 2];

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shape {
    points: Vec<Place>,
    lines: Vec<Vec<Place>>,
    /// Rings, the first being the outer one.
    areas: Vec<Vec<Vec<Place>>>,
}

/// Numbers in nested lists, as GeoJSON and WKT both have them.
enum Nested {
    Place(Place),
    List(Vec<Nested>),
}

impl Nested {
    fn places(self) -> Option<Vec<Place>> {
        let Nested::List(list) = self else { return None };
        list.into_iter().map(|one| if let Nested::Place(place) = one { Some(place) } else { None }).collect()
    }

    fn lists(self) -> Option<Vec<Nested>> {
        if let Nested::List(list) = self { Some(list) } else { None }
    }
}

impl Shape {
    fn add(&mut self, kind: &str, nested: Nested) -> Option<()> {
        match kind {
            "POINT" => match nested {
                Nested::Place(place) => self.points.push(place),
                Nested::List(_) => return None,
            },
            "MULTIPOINT" => self.points.extend(nested.places()?),
            "LINESTRING" => self.lines.push(nested.places().filter(|line| line.len() > 1)?),
            "POLYGON" => {
                let rings: Option<Vec<_>> = nested.lists()?.into_iter().map(Nested::places).collect();
                self.areas.push(
                    rings.filter(|rings| rings.iter().all(|ring| ring.len() > 3) && !rings.is_empty())?,
                );
            }
            "MULTILINESTRING" => {
                nested.lists()?.into_iter().try_for_each(|line| self.add("LINESTRING", line))?
            }
            "MULTIPOLYGON" => nested.lists()?.into_iter().try_for_each(|area| self.add("POLYGON", area))?,
            _ => return None,
        }
        Some(())
    }

    /// A geometry or feature of GeoJSON (RFC 7946).
    pub fn of_geojson(json: &Json) -> Option<Shape> {
        let mut shape = Shape::default();
        shape.add_geojson(json, DEPTH)?;
        Some(shape)
    }

    fn add_geojson(&mut self, json: &Json, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        let kind = json.get("type")?.as_str()?;
        match kind {
            "Feature" => self.add_geojson(json.get("geometry")?, depth),
            "GeometryCollection" => {
                json.get("geometries")?.as_array()?.iter().try_for_each(|one| self.add_geojson(one, depth))
            }
            _ => {
                let nested = of_coordinates(json.get("coordinates")?, DEPTH)?;
                self.add(&kind.to_ascii_uppercase(), nested)
            }
        }
    }

    /// Well-known text (OGC 06-103r4, 7): `POINT (114.1 22.3)`, with or without `SRID=4326;`.
    pub fn of_wkt(text: &str) -> Result<Shape, String> {
        let wrong =
            || format!("\"{}\" is no place in well-known text", text.chars().take(60).collect::<String>());
        let body = match text.trim().split_once(';') {
            Some((srid, body)) if srid.trim().eq_ignore_ascii_case("SRID=4326") => body,
            Some(_) => return Err("places are in longitude and latitude (EPSG:4326)".into()),
            None => text,
        };
        let start = body.find('(').ok_or_else(wrong)?;
        let kind = body[..start].trim().to_ascii_uppercase();
        let kind = kind.strip_suffix(" Z").unwrap_or(&kind);
        let mut wkt = Wkt { rest: &body[start..], left: MOST };
        let nested = wkt.nested(DEPTH).filter(|_| wkt.rest.trim().is_empty()).ok_or_else(wrong)?;
        let mut shape = Shape::default();
        // A point stands in brackets of its own; the other kinds hold lists.
        let nested = match (kind, nested) {
            ("POINT", Nested::List(mut list)) if list.len() == 1 => list.remove(0),
            ("MULTIPOINT", Nested::List(list)) => {
                let flat = list.into_iter().map(|one| match one {
                    Nested::List(mut inner) if inner.len() == 1 => inner.remove(0),
                    other => other,
                });
                Nested::List(flat.collect())
            }
            (_, nested) => nested,
        };
        shape.add(kind, nested).ok_or_else(wrong)?;
        Ok(shape)
    }

    fn places(&self) -> impl Iterator<Item = Place> {
        let lines = self.lines.iter().flatten();
        self.points.iter().chain(lines).chain(self.areas.iter().flatten().flatten()).copied()
    }

    fn edges(&self) -> impl Iterator<Item = (Place, Place)> {
        let rings = self.lines.iter().chain(self.areas.iter().flatten());
        rings.flat_map(|line| line.windows(2).map(|pair| (pair[0], pair[1])))
    }

    /// Whether a place is of this shape, its edge included.
    fn covers(&self, place: Place) -> bool {
        self.points.contains(&place)
            || self.edges().any(|(a, b)| is_on(place, a, b))
            || self.areas.iter().any(|rings| is_inside(place, rings))
    }

    /// West, south, east, north.
    fn bounds(&self) -> [f64; 4] {
        let all = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        self.places().fold(all, |[w, s, e, n], [x, y]| [w.min(x), s.min(y), e.max(x), n.max(y)])
    }

    /// Whether they can have a place in common: a look at their corners spares one at every pair of edges.
    fn is_near(&self, other: &Shape) -> bool {
        let ([w, s, e, n], [west, south, east, north]) = (self.bounds(), other.bounds());
        w <= east && west <= e && s <= north && south <= n
    }

    pub fn intersects(&self, other: &Shape) -> bool {
        self.is_near(other) && self.meets(other)
    }

    fn meets(&self, other: &Shape) -> bool {
        self.places().any(|place| other.covers(place))
            || other.places().any(|place| self.covers(place))
            || self.edges().any(|(a, b)| other.edges().any(|(c, d)| cross(a, b, c, d)))
    }

    /// Whether no part of this lies outside of the other.
    pub fn is_within(&self, other: &Shape) -> bool {
        let middle = |(a, b): (Place, Place)| [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0];
        self.places().next().is_some()
            && self.is_near(other)
            && self.places().all(|place| other.covers(place))
            && self.edges().all(|edge| other.covers(middle(edge)))
            && !self.edges().any(|(a, b)| other.edges().any(|(c, d)| cross(a, b, c, d)))
            // A hole of the other that lies in this is outside of it.
            && !other.areas.iter().flat_map(|rings| rings.iter().skip(1)).flatten().any(|place| {
                self.areas.iter().any(|rings| is_inside(*place, rings))
            })
    }

    /// The shortest way, in degrees of the plane (OData 4.0 part 2, 5.1.1.14.1: in the units of the coordinates).
    pub fn distance_degrees(&self, other: &Shape) -> f64 {
        self.distance(other, |a, b| (a[0] - b[0]).hypot(a[1] - b[1]))
    }

    /// The shortest way in metres on a sphere; good to 0.5 % within a city.
    pub fn distance_metres(&self, other: &Shape) -> f64 {
        self.distance(other, |a, b| match (Position::new(a[0], a[1]), Position::new(b[0], b[1])) {
            (Ok(a), Ok(b)) => a.distance_metres(b),
            _ => f64::INFINITY,
        })
    }

    fn distance(&self, other: &Shape, between: impl Fn(Place, Place) -> f64) -> f64 {
        if self.intersects(other) {
            return 0.0;
        }
        let mut least = f64::INFINITY;
        for (one, two) in [(self, other), (other, self)] {
            for place in one.places() {
                for near in two.points.iter().copied() {
                    least = least.min(between(place, near));
                }
                for (a, b) in two.edges() {
                    least = least.min(between(place, nearest(place, a, b)));
                }
            }
        }
        least
    }

    pub fn length_degrees(&self) -> f64 {
        self.edges().map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1])).sum()
    }
}

fn of_coordinates(json: &Json, depth: usize) -> Option<Nested> {
    let (list, depth) = (json.as_array()?, depth.checked_sub(1)?);
    if let (Some(x), Some(y)) = (list.first().and_then(Json::as_f64), list.get(1).and_then(Json::as_f64)) {
        return Some(Nested::Place([x, y]));
    }
    list.iter().map(|one| of_coordinates(one, depth)).collect::<Option<_>>().map(Nested::List)
}

struct Wkt<'a> {
    rest: &'a str,
    left: usize,
}

impl Wkt<'_> {
    fn nested(&mut self, depth: usize) -> Option<Nested> {
        let depth = depth.checked_sub(1)?;
        self.rest = self.rest.trim_start().strip_prefix('(')?;
        let mut list = Vec::new();
        loop {
            self.rest = self.rest.trim_start();
            if self.rest.starts_with('(') {
                list.push(self.nested(depth)?);
            } else {
                let end = self.rest.find([',', ')'])?;
                let mut numbers = self.rest[..end].split_whitespace().map(str::parse::<f64>);
                let (x, y) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
                let place = Position::new(x, y).ok()?;
                self.left = self.left.checked_sub(1)?;
                list.push(Nested::Place([place.longitude, place.latitude]));
                self.rest = &self.rest[end..];
            }
            self.rest = self.rest.trim_start();
            match self.rest.chars().next()? {
                ',' => self.rest = &self.rest[1..],
                ')' => {
                    self.rest = &self.rest[1..];
                    return Some(Nested::List(list));
                }
                _ => return None,
            }
        }
    }
}

/// On which side of the line from `a` to `b` a place lies: left above 0.
fn side(a: Place, b: Place, place: Place) -> f64 {
    (b[0] - a[0]) * (place[1] - a[1]) - (b[1] - a[1]) * (place[0] - a[0])
}

fn is_on(place: Place, a: Place, b: Place) -> bool {
    // A millionth of a degree is a tenth of a metre; rounding errors are far below.
    nearest(place, a, b).iter().zip(place).all(|(n, p)| (n - p).abs() < 1e-9)
}

/// Whether two edges cross within both of them.
fn cross(a: Place, b: Place, c: Place, d: Place) -> bool {
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

/// Inside the outer ring and none of the others, by counting the edges east of it.
fn is_inside(place: Place, rings: &[Vec<Place>]) -> bool {
    let in_ring = |ring: &Vec<Place>| {
        let crossed = ring.windows(2).filter(|pair| {
            let (a, b) = (pair[0], pair[1]);
            (a[1] > place[1]) != (b[1] > place[1])
                && place[0] < (b[0] - a[0]) * (place[1] - a[1]) / (b[1] - a[1]) + a[0]
        });
        crossed.count() % 2 == 1
    };
    rings.iter().filter(|ring| in_ring(ring)).count() == 1 && rings.first().is_some_and(in_ring)
}

/// The place of an edge that is nearest to another.
fn nearest(place: Place, a: Place, b: Place) -> Place {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let length = dx * dx + dy * dy;
    let along = if length == 0.0 { 0.0 } else { ((place[0] - a[0]) * dx + (place[1] - a[1]) * dy) / length };
    let along = along.clamp(0.0, 1.0);
    [a[0] + along * dx, a[1] + along * dy]
}

#[cfg(test)]
mod tests;
