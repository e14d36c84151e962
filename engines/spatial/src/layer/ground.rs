//! The ground under a drawn locator: land and borders with few points.

use ui::map::Ground;
use vocab::Position;

use super::{Kind, Layers, borders};
use crate::geometry::Part;
use crate::simplify::{self, Point};

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
            let ground = Ground { land: self.land(tolerance), borders: lines(&borders, tolerance) };
            let points: usize = ground.land.iter().chain(&ground.borders).map(Vec::len).sum();
            if points <= POINTS_MAX || tolerance > COARSEST_DEGREES {
                return ground;
            }
            tolerance *= 1.25;
        }
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
