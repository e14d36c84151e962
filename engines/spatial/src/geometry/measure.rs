//! Is a place within a geometry, and how far is it from it?

use vocab::Position;

use super::{Bounds, Geometry, Part, Polygon};

/// Metres of a degree of latitude on the sphere of [`Position::distance_metres`].
const METRES_A_DEGREE: f64 = 6_371_008.8 * std::f64::consts::PI / 180.0;

impl Geometry {
    /// Whether a polygon of it holds the position. Of two polygons with a common edge exactly one holds a position on it
    /// (the one to the east or north of it), so that a place is never in two districts. Points and lines hold nothing.
    pub fn holds(&self, position: Position) -> bool {
        let mut held = false;
        self.each_part(&mut |part| {
            if let Part::Polygon(polygon) = part {
                held = held || in_polygon(polygon, position);
            }
        });
        held
    }

    /// Metres from the position to the nearest point of it; 0 within a polygon. Measured on the plane that touches the
    /// sphere at the position: good to 1 % within 200 km, a rough figure beyond.
    pub fn distance_metres(&self, position: Position) -> f64 {
        let plane = Plane::at(position);
        let mut nearest = f64::INFINITY;
        self.each_part(&mut |part| {
            let found = match part {
                Part::Point(point) => length(plane.point(point)),
                Part::Line(line) => plane.to_line(line),
                Part::Polygon(polygon) if in_polygon(polygon, position) => 0.0,
                Part::Polygon(polygon) => {
                    polygon.iter().map(|ring| plane.to_line(ring)).fold(f64::INFINITY, f64::min)
                }
            };
            nearest = nearest.min(found);
        });
        nearest
    }
}

/// Even-odd over all rings: a hole takes away what the outer ring gave.
fn in_polygon(polygon: &Polygon, position: Position) -> bool {
    polygon.iter().filter(|ring| in_ring(ring, position)).count() % 2 == 1
}

/// Counts the edges that a ray to the east crosses. An edge holds its lower end and not its upper one, so that a ray
/// through a corner crosses once.
fn in_ring(ring: &[Position], at: Position) -> bool {
    let crosses = |a: &Position, b: &Position| {
        (a.latitude > at.latitude) != (b.latitude > at.latitude) && {
            // Of a shared edge both neighbours must see the same crossing, whichever way round they draw it.
            let (low, high) = if a.latitude < b.latitude { (a, b) } else { (b, a) };
            let up = (at.latitude - low.latitude) / (high.latitude - low.latitude);
            at.longitude < low.longitude + up * (high.longitude - low.longitude)
        }
    };
    ring.windows(2).filter(|edge| crosses(&edge[0], &edge[1])).count() % 2 == 1
}

/// Metres east and north of a position.
struct Plane {
    origin: Position,
    metres_east_a_degree: f64,
}

impl Plane {
    fn at(origin: Position) -> Plane {
        Plane { origin, metres_east_a_degree: METRES_A_DEGREE * origin.latitude.to_radians().cos() }
    }

    fn point(&self, p: Position) -> (f64, f64) {
        // The short way round the earth.
        let east = (p.longitude - self.origin.longitude + 540.0).rem_euclid(360.0) - 180.0;
        (east * self.metres_east_a_degree, (p.latitude - self.origin.latitude) * METRES_A_DEGREE)
    }

    /// From the origin to the nearest point of a line.
    fn to_line(&self, line: &[Position]) -> f64 {
        let edges = line.windows(2).map(|edge| to_edge(self.point(edge[0]), self.point(edge[1])));
        edges.fold(f64::INFINITY, f64::min)
    }
}

fn length((x, y): (f64, f64)) -> f64 {
    x.hypot(y)
}

/// From (0, 0) to the edge.
fn to_edge(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let squared = dx * dx + dy * dy;
    let along = if squared > 0.0 { (-(a.0 * dx + a.1 * dy) / squared).clamp(0.0, 1.0) } else { 0.0 };
    length((a.0 + along * dx, a.1 + along * dy))
}

/// The box that holds everything within so many metres of a position.
pub fn near(position: Position, metres: f64) -> Bounds {
    let up = metres / METRES_A_DEGREE;
    let shrunk = position.latitude.to_radians().cos().max(1e-6);
    Bounds {
        west: (position.longitude - up / shrunk).max(-180.0),
        south: (position.latitude - up).max(-90.0),
        east: (position.longitude + up / shrunk).min(180.0),
        north: (position.latitude + up).min(90.0),
    }
}

#[cfg(test)]
mod tests;
