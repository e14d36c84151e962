//! The ground under a drawn locator: land and borders with few points; of a part of the city also its streets and railways.

use ui::map::Ground;
use vocab::Position;

use super::read::RANK_MAX;
use super::{Kind, Layers, borders};
use crate::geometry::{Bounds, Part};
use crate::simplify::{self, Point};
use crate::tile::clip::Window;

/// Degrees: some 90 m to the north, less than a pixel of a locator that shows a city.
const TOLERANCE_DEGREES: f64 = 0.0008;
/// A point takes 11 to 14 bytes of a page, and the ground may take some 15 KB of it.
const POINTS_MAX: usize = 1_000;
/// A coast that is still too long goes coarser step by step, down to this.
const COARSEST_DEGREES: f64 = 0.1;

impl Layers {
    pub(super) fn drawn_ground(&self) -> Ground {
        let borders = borders::lines(self.shapes(Kind::Boundaries));
        let mut tolerance = TOLERANCE_DEGREES;
        loop {
            let (land, borders) = (self.land(tolerance), lines(&borders, tolerance));
            let ground = Ground { land, borders, ..Ground::default() };
            let points: usize = ground.land.iter().chain(&ground.borders).map(Vec::len).sum();
            if points <= POINTS_MAX || tolerance > COARSEST_DEGREES {
                return ground;
            }
            tolerance *= 1.25;
        }
    }

    /// The ground of a part of the city, cut to its box, with streets and railways: as fine as a picture of it shows.
    pub fn ground_within(&self, bounds: Bounds) -> Ground {
        let cut = Cut::to(bounds);
        let mut tolerance = ((bounds.north - bounds.south) / 400.0).max(1e-6);
        loop {
            let ways = |kind| cut.lines(&lines(&self.ways(kind), tolerance));
            let ground = Ground {
                land: cut.rings(&self.land(tolerance)),
                borders: cut.lines(&lines(&borders::lines(self.shapes(Kind::Boundaries)), tolerance)),
                streets: ways(Kind::Streets),
                railways: ways(Kind::Railways),
            };
            let parts = [&ground.land, &ground.borders, &ground.streets, &ground.railways];
            let points: usize = parts.into_iter().flatten().map(Vec::len).sum();
            if points <= POINTS_MAX || tolerance > COARSEST_DEGREES {
                return ground;
            }
            tolerance *= 1.25;
        }
    }

    /// The lines of streets or railways. Those of the last rank are too small for a picture.
    fn ways(&self, kind: Kind) -> Vec<Vec<Position>> {
        let mut found = Vec::new();
        for shape in self.shapes(kind).iter().filter(|shape| shape.rank.is_none_or(|rank| rank < RANK_MAX)) {
            shape.geometry.each_part(&mut |part| {
                if let Part::Line(line) = part {
                    found.push(line.to_vec());
                }
            });
        }
        found
    }

    /// The outer rings of the land; an island smaller than the tolerance is left out.
    fn land(&self, tolerance: f64) -> Vec<Vec<Position>> {
        let mut rings = Vec::new();
        for shape in self.shapes(Kind::Land) {
            shape.geometry.each_part(&mut |part| {
                if let Part::Polygon(polygon) = part {
                    let outer = polygon.first().map_or(&[][..], Vec::as_slice);
                    rings.extend(simplify::ring(&points(outer), tolerance).map(|ring| positions(&ring)));
                }
            });
        }
        rings
    }
}

/// Cuts lines to a box, in which they are measured in parts of its sides.
struct Cut {
    bounds: Bounds,
    window: Window,
}

/// How far lines go on beyond the box, so that their ends are not seen.
const MARGIN: f64 = 0.02;

impl Cut {
    fn to(bounds: Bounds) -> Cut {
        Cut { bounds, window: Window { least: -MARGIN, most: 1.0 + MARGIN } }
    }

    fn sides(&self) -> Point {
        let b = self.bounds;
        [(b.east - b.west).max(1e-9), (b.north - b.south).max(1e-9)]
    }

    fn inside(&self, line: &[Position]) -> Vec<Point> {
        let (b, [wide, high]) = (self.bounds, self.sides());
        line.iter().map(|p| [(p.longitude - b.west) / wide, (p.latitude - b.south) / high]).collect()
    }

    fn outside(&self, line: Vec<Point>) -> Vec<Position> {
        let (b, [wide, high]) = (self.bounds, self.sides());
        positions(&line.iter().map(|[x, y]| [b.west + x * wide, b.south + y * high]).collect::<Vec<_>>())
    }

    fn lines(&self, lines: &[Vec<Position>]) -> Vec<Vec<Position>> {
        let pieces = lines.iter().flat_map(|line| self.window.line(&self.inside(line)));
        pieces.map(|piece| self.outside(piece)).collect()
    }

    fn rings(&self, rings: &[Vec<Position>]) -> Vec<Vec<Position>> {
        let cut = rings.iter().map(|ring| self.window.ring(&self.inside(ring)));
        cut.filter(|ring| ring.len() > 3).map(|ring| self.outside(ring)).collect()
    }
}

fn lines(borders: &[Vec<Position>], tolerance: f64) -> Vec<Vec<Position>> {
    let simplified = borders.iter().map(|line| simplify::line(&points(line), tolerance));
    // A border that shrank to nothing is a loop round an islet.
    simplified
        .filter(|line| line.len() > 2 || line.first() != line.last())
        .map(|line| positions(&line))
        .collect()
}

fn points(line: &[Position]) -> Vec<Point> {
    line.iter().map(|p| [p.longitude, p.latitude]).collect()
}

fn positions(points: &[Point]) -> Vec<Position> {
    points
        .iter()
        .map(|[longitude, latitude]| Position { longitude: *longitude, latitude: *latitude })
        .collect()
}
