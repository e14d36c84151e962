//! A GeoJSON geometry read, and refused where it is none.

use serde_json::Value as Json;
use vocab::Position;

use super::{Geometry, Polygon, Ring};

/// Collections within collections, which RFC 7946 (3.1.8) asks not to nest at all.
const DEPTH_MAX: usize = 4;
/// Positions of one geometry. The coast of a large country in full detail has fewer.
const POSITIONS_MAX: usize = 1_000_000;

/// Why it is no geometry, and where in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("geometry{at} {what}")]
pub struct Malformed {
    /// `.coordinates[0][3]`.
    pub at: String,
    pub what: String,
    /// What to do about it.
    pub way_out: &'static str,
}

impl Malformed {
    fn new(what: impl Into<String>, way_out: &'static str) -> Malformed {
        Malformed { at: String::new(), what: what.into(), way_out }
    }

    fn within(mut self, part: &str) -> Malformed {
        self.at.insert_str(0, part);
        self
    }
}

/// Reads one of the seven types of RFC 7946, section 3.1. Members it does not know are left alone; rings are closed and
/// every position is on the earth, or it is refused. The winding of rings is not looked at (3.1.6 asks readers not to).
pub fn read(json: &Json) -> Result<Geometry, Malformed> {
    Reader { positions_left: POSITIONS_MAX }.geometry(json, 0)
}

struct Reader {
    positions_left: usize,
}

const TYPES: &str = "a GeoJSON geometry has a type (Point, LineString, Polygon, their Multi… or GeometryCollection) and \
                     coordinates";
const LONGITUDE_FIRST: &str = "write [longitude, latitude] in degrees, longitude first";

impl Reader {
    fn geometry(&mut self, json: &Json, depth: usize) -> Result<Geometry, Malformed> {
        let kind = json.get("type").and_then(Json::as_str);
        let kind = kind.ok_or_else(|| Malformed::new("has no type", TYPES))?;
        if kind == "GeometryCollection" {
            return self.collection(json, depth);
        }
        let none = Json::Null;
        let at = json.get("coordinates").unwrap_or(&none);
        let found = match kind {
            "Point" => self.position(at).map(Geometry::Point),
            "MultiPoint" => self.positions(at, 1).map(Geometry::MultiPoint),
            "LineString" => self.line(at).map(Geometry::LineString),
            "MultiLineString" => self.each(at, Reader::line).map(Geometry::MultiLineString),
            "Polygon" => self.polygon(at).map(Geometry::Polygon),
            "MultiPolygon" => self.each(at, Reader::polygon).map(Geometry::MultiPolygon),
            other => {
                let other: String = other.chars().take(40).collect();
                return Err(Malformed::new(format!("is of no known type ({other})"), TYPES));
            }
        };
        found.map_err(|e| e.within(".coordinates"))
    }

    fn collection(&mut self, json: &Json, depth: usize) -> Result<Geometry, Malformed> {
        if depth == DEPTH_MAX {
            let what = format!("has more than {DEPTH_MAX} collections within each other");
            return Err(Malformed::new(what, "put the members into one collection"));
        }
        let none = Json::Null;
        let members = json.get("geometries").unwrap_or(&none);
        let read = self.each(members, |reader, member| reader.geometry(member, depth + 1));
        read.map(Geometry::GeometryCollection).map_err(|e| e.within(".geometries"))
    }

    /// One or more of them.
    fn each<T>(
        &mut self,
        json: &Json,
        mut read: impl FnMut(&mut Reader, &Json) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let Json::Array(items) = json else { return Err(Malformed::new("is no list", TYPES)) };
        if items.is_empty() {
            return Err(Malformed::new("is empty", "leave out what has no place"));
        }
        let read = |(at, item)| read(self, item).map_err(|e| e.within(&format!("[{at}]")));
        items.iter().enumerate().map(read).collect()
    }

    fn polygon(&mut self, json: &Json) -> Result<Polygon, Malformed> {
        self.each(json, Reader::ring)
    }

    fn ring(&mut self, json: &Json) -> Result<Ring, Malformed> {
        let ring = self.positions(json, 4)?;
        if ring.first() != ring.last() {
            return Err(Malformed::new("is a ring that is not closed", "end it with its first position"));
        }
        Ok(ring)
    }

    fn line(&mut self, json: &Json) -> Result<Vec<Position>, Malformed> {
        self.positions(json, 2)
    }

    fn positions(&mut self, json: &Json, least: usize) -> Result<Vec<Position>, Malformed> {
        let found = self.each(json, Reader::position)?;
        if found.len() < least {
            let what = format!("has {} positions", found.len());
            return Err(Malformed::new(what, "a line has two at least, a ring four with its first repeated"));
        }
        Ok(found)
    }

    fn position(&mut self, json: &Json) -> Result<Position, Malformed> {
        let left = self.positions_left.checked_sub(1);
        self.positions_left = left.ok_or_else(|| {
            Malformed::new(
                format!("has more than {POSITIONS_MAX} positions"),
                "simplify it, or cut it in parts",
            )
        })?;
        let pair = match json {
            Json::Array(numbers) if (2..=4).contains(&numbers.len()) => {
                numbers[0].as_f64().zip(numbers[1].as_f64())
            }
            _ => None,
        };
        let (longitude, latitude) = pair.ok_or_else(|| Malformed::new("is no position", LONGITUDE_FIRST))?;
        Position::new(longitude, latitude)
            .map_err(|e| Malformed::new(format!("is off the earth: {e}"), LONGITUDE_FIRST))
    }
}

#[cfg(test)]
mod tests;
