//! How two shapes lie to each other, as the nine intersections of their interiors, boundaries and exteriors (OGC
//! 06-103r4, 6.1.15). Every edge is cut where the other shape meets it; each piece then lies in one part of both.

use super::{Place, Shape, cross, is_inside, is_on, nearest};

/// Half a step off an edge, to its faces: a hundredth of a metre, above what `is_on` takes for the same place.
const ASIDE: f64 = 1e-7;

/// Part of a shape, as rows and columns of a matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Interior = 0,
    Boundary = 1,
    Exterior = 2,
}

/// Dimension of each intersection: rows of the first shape, columns of the second; `None` where they do not meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix([[Option<u8>; 3]; 3]);

impl Matrix {
    fn meet(&mut self, a: Part, b: Part, dimension: u8) {
        let cell = &mut self.0[a as usize][b as usize];
        *cell = (*cell).max(Some(dimension));
    }

    /// Whether it fits a pattern of nine of `T F * 0 1 2`, row by row; `None` where that is no pattern.
    pub fn fits(&self, pattern: &str) -> Option<bool> {
        if pattern.len() != 9 {
            return None;
        }
        pattern.chars().zip(self.0.as_flattened()).try_fold(true, |fits, (wanted, cell)| {
            let here = match wanted {
                '*' => true,
                'T' => cell.is_some(),
                'F' => cell.is_none(),
                '0'..='2' => cell.map(u32::from) == wanted.to_digit(10),
                _ => return None,
            };
            Some(fits && here)
        })
    }

    fn is(&self, pattern: &str) -> bool {
        self.fits(pattern) == Some(true)
    }
}

impl Shape {
    pub fn relate(&self, other: &Shape) -> Matrix {
        let mut matrix = Matrix([[None; 3]; 3]);
        matrix.meet(Part::Exterior, Part::Exterior, 2);
        let mut cut = |shape: &Shape, by: &Shape, is_turned: bool| {
            let mut note = |a: Part, b: Part, dimension: u8| match is_turned {
                false => matrix.meet(a, b, dimension),
                true => matrix.meet(b, a, dimension),
            };
            shape.places().for_each(|place| note(shape.part(place), by.part(place), 0));
            for (a, b) in shape.edges() {
                let mut cuts = vec![0.0, 1.0];
                cuts.extend(by.places().filter(|place| is_on(*place, a, b)).map(|place| along(place, a, b)));
                cuts.extend(
                    by.edges().filter(|(c, d)| cross(a, b, *c, *d)).map(|(c, d)| crossing(a, b, c, d)),
                );
                cuts.sort_by(f64::total_cmp);
                let at = |t: f64| [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
                let length = (b[0] - a[0]).hypot(b[1] - a[1]);
                for pair in cuts.windows(2) {
                    note(shape.part(at(pair[0])), by.part(at(pair[0])), 0);
                    // Pieces that are shorter than we tell places apart are none.
                    if (pair[1] - pair[0]) * length < 2.0 * ASIDE {
                        continue;
                    }
                    let middle = at((pair[0] + pair[1]) / 2.0);
                    note(shape.part(middle), by.part(middle), 1);
                    let aside = [(b[1] - a[1]) / length * ASIDE, (a[0] - b[0]) / length * ASIDE];
                    for sign in [1.0, -1.0] {
                        let face = [middle[0] + sign * aside[0], middle[1] + sign * aside[1]];
                        note(shape.face(face), by.face(face), 2);
                    }
                }
            }
        };
        cut(self, other, false);
        cut(other, self, true);
        matrix
    }

    /// In which part of this shape a place lies.
    fn part(&self, place: Place) -> Part {
        if self.areas.iter().any(|rings| self.is_within_area(place, rings)) || self.points.contains(&place) {
            return Part::Interior;
        }
        if self.areas.iter().flatten().any(|ring| ring.windows(2).any(|pair| is_on(place, pair[0], pair[1])))
        {
            return Part::Boundary;
        }
        let near = |end: Option<&Place>| end.is_some_and(|end| is_on(place, *end, *end));
        // The end of one line is a boundary; where two end they go on (the rule of odd numbers).
        let ends =
            self.lines.iter().map(|line| usize::from(near(line.first())) + usize::from(near(line.last())));
        if ends.sum::<usize>() % 2 == 1 {
            return Part::Boundary;
        }
        let on_line =
            self.lines.iter().any(|line| line.windows(2).any(|pair| is_on(place, pair[0], pair[1])));
        if on_line { Part::Interior } else { Part::Exterior }
    }

    fn is_within_area(&self, place: Place, rings: &[Vec<Place>]) -> bool {
        is_inside(place, rings)
            && !rings.iter().any(|ring| ring.windows(2).any(|pair| is_on(place, pair[0], pair[1])))
    }

    /// In which part a place lies that is on no edge, where only areas have room.
    fn face(&self, place: Place) -> Part {
        let is_in = self.areas.iter().any(|rings| is_inside(place, rings));
        if is_in { Part::Interior } else { Part::Exterior }
    }

    fn dimension(&self) -> u8 {
        if !self.areas.is_empty() { 2 } else { u8::from(!self.lines.is_empty()) }
    }

    /// They meet, but only at their boundaries.
    pub fn touches(&self, other: &Shape) -> bool {
        // Far apart is soon seen, and a matrix takes its time.
        if !self.is_near(other) {
            return false;
        }
        let matrix = self.relate(other);
        ["FT*******", "F**T*****", "F***T****"].into_iter().any(|pattern| matrix.is(pattern))
    }

    /// The first goes partly through the second, or two lines cross.
    pub fn crosses(&self, other: &Shape) -> bool {
        if !self.is_near(other) {
            return false;
        }
        let matrix = self.relate(other);
        match (self.dimension(), other.dimension()) {
            (1, 1) => matrix.is("0********"),
            (a, b) if a < b => matrix.is("T*T******"),
            (a, b) if a > b => matrix.is("T*****T**"),
            _ => false,
        }
    }

    /// Of two of the same dimension each has a part of its own and they share one.
    pub fn overlaps(&self, other: &Shape) -> bool {
        if !self.is_near(other) {
            return false;
        }
        let matrix = self.relate(other);
        match (self.dimension(), other.dimension()) {
            (1, 1) => matrix.is("1*T***T**"),
            (a, b) => a == b && matrix.is("T*T***T**"),
        }
    }
}

/// How far along an edge the place of it lies that is nearest, 0 to 1.
fn along(place: Place, a: Place, b: Place) -> f64 {
    let near = nearest(place, a, b);
    let length = (b[0] - a[0]).hypot(b[1] - a[1]);
    if length == 0.0 { 0.0 } else { (near[0] - a[0]).hypot(near[1] - a[1]) / length }
}

/// How far along the first edge a second crosses it.
fn crossing(a: Place, b: Place, c: Place, d: Place) -> f64 {
    let (to_c, to_d) = (super::side(a, b, c), super::side(a, b, d));
    let t = to_c / (to_c - to_d);
    along([c[0] + t * (d[0] - c[0]), c[1] + t * (d[1] - c[1])], a, b)
}
