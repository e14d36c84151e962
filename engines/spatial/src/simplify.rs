//! Lines with fewer points that look the same (Douglas and Peucker, 1973).

/// East and north, in any unit of the plane.
pub type Point = [f64; 2];

/// The line without the points that lie within `tolerance` (in the points' unit) of what remains. Its ends stay.
pub fn line(points: &[Point], tolerance: f64) -> Vec<Point> {
    let mut kept = Vec::new();
    append(points, tolerance, &mut kept);
    kept
}

/// A closed ring, likewise. None where nothing with an inside remains.
pub fn ring(closed: &[Point], tolerance: f64) -> Option<Vec<Point>> {
    let first = *closed.first()?;
    // A ring has no ends, so it is cut at its first point and at the one farthest from it.
    let far = |at: &usize| squared(first, closed[*at]);
    let cut = (0..closed.len()).max_by(|a, b| far(a).total_cmp(&far(b)))?;
    let mut kept = Vec::new();
    append(&closed[..=cut], tolerance, &mut kept);
    kept.pop();
    append(&closed[cut..], tolerance, &mut kept);
    (kept.len() >= 4).then_some(kept)
}

/// Twice the area of a closed ring; positive where it turns from the first axis to the second.
pub fn doubled_area(closed: &[Point]) -> f64 {
    let Some(origin) = closed.first() else { return 0.0 };
    // Measured from a corner, since far from the origin of the plane the digits would cancel out.
    let cross = |a: &Point, b: &Point| {
        (a[0] - origin[0]) * (b[1] - origin[1]) - (b[0] - origin[0]) * (a[1] - origin[1])
    };
    closed.windows(2).map(|edge| cross(&edge[0], &edge[1])).sum()
}

/// Without recursion: the depth of a hostile line is its length.
fn append(points: &[Point], tolerance: f64, kept: &mut Vec<Point>) {
    let Some(last) = points.len().checked_sub(1) else { return };
    let most = tolerance * tolerance;
    let mut open = vec![last];
    let mut start = 0;
    kept.push(points[0]);
    while let Some(&end) = open.last() {
        let off = |at: &usize| squared_to_edge(points[*at], points[start], points[end]);
        let farthest = (start + 1..end).map(|at| (off(&at), at)).max_by(|a, b| a.0.total_cmp(&b.0));
        match farthest {
            Some((distance, at)) if distance > most => open.push(at),
            _ => {
                if end > start {
                    kept.push(points[end]);
                }
                start = end;
                open.pop();
            }
        }
    }
}

fn squared(a: Point, b: Point) -> f64 {
    (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)
}

fn squared_to_edge(p: Point, a: Point, b: Point) -> f64 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let length = dx * dx + dy * dy;
    if length == 0.0 {
        return squared(p, a);
    }
    let along = (((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length).clamp(0.0, 1.0);
    squared(p, [a[0] + along * dx, a[1] + along * dy])
}

#[cfg(test)]
mod tests;
