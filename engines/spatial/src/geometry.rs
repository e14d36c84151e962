//! Geometries as GeoJSON has them (RFC 7946, section 3.1): WGS 84 degrees, longitude first.

pub mod measure;
pub mod read;
pub mod write;

use vocab::Position;

pub use vocab::bounds::{BadBounds, Bounds};

pub use read::{Malformed, read};

/// Closed: its last position is its first. Four positions at least.
pub type Ring = Vec<Position>;

/// The outer ring first, holes after it.
pub type Polygon = Vec<Ring>;

/// What [`read`] gives holds one position at least. An altitude is read over: everything here is flat.
#[derive(Debug, Clone, PartialEq)]
pub enum Geometry {
    Point(Position),
    MultiPoint(Vec<Position>),
    LineString(Vec<Position>),
    MultiLineString(Vec<Vec<Position>>),
    Polygon(Polygon),
    MultiPolygon(Vec<Polygon>),
    GeometryCollection(Vec<Geometry>),
}

/// What a geometry is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Part<'a> {
    Point(Position),
    Line(&'a [Position]),
    Polygon(&'a Polygon),
}

impl Geometry {
    /// The member `type`.
    pub fn kind(&self) -> &'static str {
        match self {
            Geometry::Point(_) => "Point",
            Geometry::MultiPoint(_) => "MultiPoint",
            Geometry::LineString(_) => "LineString",
            Geometry::MultiLineString(_) => "MultiLineString",
            Geometry::Polygon(_) => "Polygon",
            Geometry::MultiPolygon(_) => "MultiPolygon",
            Geometry::GeometryCollection(_) => "GeometryCollection",
        }
    }

    /// Shows its points, lines and polygons to `f`, in their order.
    pub fn each_part<'a>(&'a self, f: &mut impl FnMut(Part<'a>)) {
        match self {
            Geometry::Point(point) => f(Part::Point(*point)),
            Geometry::MultiPoint(points) => points.iter().for_each(|point| f(Part::Point(*point))),
            Geometry::LineString(line) => f(Part::Line(line)),
            Geometry::MultiLineString(lines) => lines.iter().for_each(|line| f(Part::Line(line))),
            Geometry::Polygon(polygon) => f(Part::Polygon(polygon)),
            Geometry::MultiPolygon(polygons) => polygons.iter().for_each(|polygon| f(Part::Polygon(polygon))),
            Geometry::GeometryCollection(members) => {
                members.iter().for_each(|member| member.each_part(f));
            }
        }
    }

    /// The smallest box around it; none around no position. A geometry across the 180th meridian is to be cut in two
    /// (RFC 7946, 3.1.9); the box of its parts then goes round the earth.
    pub fn bounds(&self) -> Option<Bounds> {
        let mut bounds: Option<Bounds> = None;
        let mut take = |position: &Position| match &mut bounds {
            Some(bounds) => bounds.stretch(*position),
            None => bounds = Some(Bounds::of(*position)),
        };
        self.each_part(&mut |part| match part {
            Part::Point(point) => take(&point),
            Part::Line(line) => line.iter().for_each(&mut take),
            // Holes lie within.
            Part::Polygon(polygon) => polygon.iter().take(1).flatten().for_each(&mut take),
        });
        bounds
    }
}

#[cfg(test)]
pub mod tests;
