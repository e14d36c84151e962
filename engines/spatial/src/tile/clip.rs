//! What of a line or an area lies within a tile.

use crate::simplify::Point;

/// A square in the tile's units: from `least` to `most` on both axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    pub least: f64,
    pub most: f64,
}

/// The box around points: least and most of both axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Around {
    pub least: Point,
    pub most: Point,
}

impl Around {
    pub fn points(points: &[Point]) -> Option<Around> {
        let first = *points.first()?;
        let around = Around { least: first, most: first };
        Some(points.iter().fold(around, |a, p| Around {
            least: [a.least[0].min(p[0]), a.least[1].min(p[1])],
            most: [a.most[0].max(p[0]), a.most[1].max(p[1])],
        }))
    }
}

impl Window {
    pub fn meets(&self, around: &Around) -> bool {
        (0..2).all(|axis| around.least[axis] <= self.most && around.most[axis] >= self.least)
    }

    pub fn holds_all(&self, around: &Around) -> bool {
        (0..2).all(|axis| around.least[axis] >= self.least && around.most[axis] <= self.most)
    }

    pub fn holds(&self, point: Point) -> bool {
        point.iter().all(|x| (self.least..=self.most).contains(x))
    }

    /// The part of a closed ring within the window (Sutherland and Hodgman, 1974), closed; empty where there is none.
    /// Pieces of one ring stay joined by edges that run along the window's border, which the buffer hides.
    pub fn ring(&self, closed: &[Point]) -> Vec<Point> {
        let mut ring = closed.to_vec();
        let mut cut = Vec::with_capacity(ring.len());
        for (axis, limit, sign) in
            [(0, self.least, 1.0), (0, self.most, -1.0), (1, self.least, 1.0), (1, self.most, -1.0)]
        {
            half_plane(&ring, axis, limit, sign, &mut cut);
            std::mem::swap(&mut ring, &mut cut);
            if ring.is_empty() {
                break;
            }
        }
        ring
    }

    /// The pieces of a line within the window, in order.
    pub fn line(&self, line: &[Point]) -> Vec<Vec<Point>> {
        let mut pieces: Vec<Vec<Point>> = Vec::new();
        let mut is_open = false;
        for edge in line.windows(2) {
            let Some((from, to)) = self.edge(edge[0], edge[1]) else {
                is_open = false;
                continue;
            };
            match pieces.last_mut().filter(|_| is_open) {
                Some(piece) => piece.push(to),
                None => pieces.push(vec![from, to]),
            }
            // Where the edge leaves the window the piece ends.
            is_open = to == edge[1];
        }
        pieces
    }

    /// The part of an edge within the window (Liang and Barsky, 1984).
    fn edge(&self, a: Point, b: Point) -> Option<(Point, Point)> {
        let (mut enters, mut leaves) = (0.0f64, 1.0f64);
        for axis in 0..2 {
            let along = b[axis] - a[axis];
            for (sign, limit) in [(1.0, self.least), (-1.0, self.most)] {
                // How far inside of this side the edge begins, and how fast it goes farther inside.
                let (inside, speed) = (sign * (a[axis] - limit), sign * along);
                if speed == 0.0 {
                    if inside < 0.0 {
                        return None;
                    }
                } else if speed > 0.0 {
                    enters = enters.max(-inside / speed);
                } else {
                    leaves = leaves.min(-inside / speed);
                }
            }
        }
        let point = |t: f64| [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
        let from = if enters == 0.0 { a } else { point(enters) };
        let to = if leaves == 1.0 { b } else { point(leaves) };
        (enters <= leaves).then_some((from, to))
    }
}

/// Keeps of a closed ring what lies on one side of a line: `sign * (coordinate - limit) >= 0`.
fn half_plane(closed: &[Point], axis: usize, limit: f64, sign: f64, kept: &mut Vec<Point>) {
    kept.clear();
    let inside = |point: &Point| sign * (point[axis] - limit) >= 0.0;
    for edge in closed.windows(2) {
        let (a, b) = (edge[0], edge[1]);
        match (inside(&a), inside(&b)) {
            (true, true) => kept.push(b),
            (true, false) => kept.push(crossing(a, b, axis, limit)),
            (false, true) => kept.extend([crossing(a, b, axis, limit), b]),
            (false, false) => {}
        }
    }
    kept.extend(kept.first().copied());
}

fn crossing(a: Point, b: Point, axis: usize, limit: f64) -> Point {
    let along = (limit - a[axis]) / (b[axis] - a[axis]);
    let other = 1 - axis;
    let mut point = [limit; 2];
    point[other] = a[other] + along * (b[other] - a[other]);
    point
}

#[cfg(test)]
mod tests;
