//! A geometry written as GeoJSON (RFC 7946, section 3.1).

use std::fmt::Write as _;

use vocab::Position;

use super::Geometry;

impl Geometry {
    /// Appends the geometry as compact JSON, each number with as many digits as tell it from every other.
    pub fn write(&self, out: &mut String) {
        let member =
            if matches!(self, Geometry::GeometryCollection(_)) { "geometries" } else { "coordinates" };
        let _ = write!(out, "{{\"type\":\"{}\",\"{member}\":", self.kind());
        match self {
            Geometry::Point(point) => position(out, point),
            Geometry::MultiPoint(points) | Geometry::LineString(points) => list(out, points, position),
            Geometry::MultiLineString(lines) | Geometry::Polygon(lines) => self::lines(out, lines),
            Geometry::MultiPolygon(polygons) => list(out, polygons, |out, polygon| lines(out, polygon)),
            Geometry::GeometryCollection(members) => list(out, members, |out, member| member.write(out)),
        }
        out.push('}');
    }

    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }
}

fn lines(out: &mut String, lines: &[Vec<Position>]) {
    list(out, lines, |out, line| list(out, line, position));
}

fn position(out: &mut String, position: &Position) {
    let _ = write!(out, "[{},{}]", position.longitude, position.latitude);
}

fn list<T>(out: &mut String, items: &[T], mut write: impl FnMut(&mut String, &T)) {
    out.push('[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(']');
}
