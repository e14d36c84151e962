//! Areas as lines: a border between two districts is one line, not two on top of each other.

use std::collections::HashSet;

use vocab::Position;

use super::Shape;
use crate::geometry::Part;

/// The edges of all rings, each once, in lines as long as may be. Two rings share an edge where they have the same two
/// corners, to a centimetre.
pub fn lines(areas: &[Shape]) -> Vec<Vec<Position>> {
    let mut drawn = HashSet::new();
    let mut lines = Vec::new();
    for area in areas {
        area.geometry.each_part(&mut |part| {
            if let Part::Polygon(polygon) = part {
                polygon.iter().for_each(|ring| draw(ring, &mut drawn, &mut lines));
            }
        });
    }
    lines
}

fn draw(ring: &[Position], drawn: &mut HashSet<Edge>, lines: &mut Vec<Vec<Position>>) {
    let mut line: Vec<Position> = Vec::new();
    for edge in ring.windows(2) {
        if drawn.insert(key(edge[0], edge[1])) {
            if line.is_empty() {
                line.push(edge[0]);
            }
            line.push(edge[1]);
        } else if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
}

/// Its ends in units of 1e-7 degrees, the smaller first.
type Edge = [(i64, i64); 2];

/// The same for both directions.
fn key(a: Position, b: Position) -> Edge {
    let units = |degrees: f64| (degrees * 1e7).round() as i64;
    let corner = |p: Position| (units(p.longitude), units(p.latitude));
    let mut ends = [corner(a), corner(b)];
    ends.sort_unstable();
    ends
}

#[cfg(test)]
mod tests;
