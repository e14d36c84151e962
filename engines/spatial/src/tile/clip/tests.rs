use proptest::prelude::*;

use super::*;
use crate::simplify::doubled_area;

const WINDOW: Window = Window { least: 0.0, most: 10.0 };

fn closed(corners: &[Point]) -> Vec<Point> {
    corners.iter().chain(corners.first()).copied().collect()
}

#[test]
fn rings_are_cut_at_the_window() {
    let cases: &[(&[Point], f64)] = &[
        // Doubled areas of what is left.
        (&[[1.0, 1.0], [4.0, 1.0], [4.0, 3.0], [1.0, 3.0]], 12.0),
        (&[[-5.0, -5.0], [15.0, -5.0], [15.0, 15.0], [-5.0, 15.0]], 200.0),
        (&[[-5.0, 2.0], [5.0, 2.0], [5.0, 4.0], [-5.0, 4.0]], 20.0),
        (&[[11.0, 0.0], [12.0, 0.0], [12.0, 5.0]], 0.0),
        // A corner that looks in from each side of one corner of the window.
        (&[[8.0, -4.0], [14.0, 2.0], [14.0, -4.0]], 0.0),
        (&[[6.0, -4.0], [14.0, 4.0], [14.0, -4.0]], 0.0),
        (&[[4.0, -4.0], [14.0, 6.0], [14.0, -4.0]], 4.0),
    ];
    for (ring, area) in cases {
        let found = WINDOW.ring(&closed(ring));
        assert!((doubled_area(&found).abs() - area).abs() < 1e-9, "{ring:?} became {found:?}");
        assert_eq!(found.first(), found.last());
    }
    assert!(WINDOW.ring(&[]).is_empty());
}

#[test]
fn lines_are_cut_at_the_window() {
    let cases: &[(&[Point], &[&[Point]])] = &[
        (&[[1.0, 1.0], [2.0, 2.0], [3.0, 1.0]], &[&[[1.0, 1.0], [2.0, 2.0], [3.0, 1.0]]]),
        (&[[-5.0, 5.0], [15.0, 5.0]], &[&[[0.0, 5.0], [10.0, 5.0]]]),
        (&[[-5.0, 5.0], [-5.0, 20.0], [5.0, 20.0]], &[]),
        // Out and in again: two pieces.
        (
            &[[5.0, 5.0], [5.0, 12.0], [7.0, 12.0], [7.0, 5.0]],
            &[&[[5.0, 5.0], [5.0, 10.0]], &[[7.0, 10.0], [7.0, 5.0]]],
        ),
        // Along the border.
        (&[[0.0, 2.0], [0.0, 4.0]], &[&[[0.0, 2.0], [0.0, 4.0]]]),
        (&[[1.0, 1.0]], &[]),
    ];
    for (line, expected) in cases {
        assert_eq!(WINDOW.line(line), *expected, "{line:?}");
    }
}

fn points(least: usize) -> impl Strategy<Value = Vec<Point>> {
    prop::collection::vec((-10.0..20.0f64, -10.0..20.0f64).prop_map(|(x, y)| [x, y]), least..20)
}

fn length(line: &[Point]) -> f64 {
    line.windows(2).map(|e| (e[0][0] - e[1][0]).hypot(e[0][1] - e[1][1])).sum()
}

proptest! {
    #[test]
    fn nothing_is_left_outside(open in points(3)) {
        let found = WINDOW.ring(&closed(&open));
        prop_assert!(found.iter().flatten().all(|x| (-1e-9..=10.0 + 1e-9).contains(x)));
        for piece in WINDOW.line(&open) {
            prop_assert!(piece.len() >= 2);
            prop_assert!(piece.iter().flatten().all(|x| (-1e-9..=10.0 + 1e-9).contains(x)));
        }
    }

    /// Four windows side by side hold together what one of their size holds.
    #[test]
    fn areas_and_lengths_add_up(open in points(3)) {
        let shifted = |dx: f64, dy: f64| -> Vec<Point> { open.iter().map(|p| [p[0] - dx, p[1] - dy]).collect() };
        let (mut area, mut metres) = (0.0, 0.0);
        for (dx, dy) in [(-10.0, -10.0), (0.0, -10.0), (10.0, -10.0), (-10.0, 0.0), (0.0, 0.0), (10.0, 0.0), (-10.0, 10.0), (0.0, 10.0), (10.0, 10.0)] {
            area += doubled_area(&WINDOW.ring(&closed(&shifted(dx, dy))));
            metres += WINDOW.line(&shifted(dx, dy)).iter().map(|piece| length(piece)).sum::<f64>();
        }
        prop_assert!((area - doubled_area(&closed(&open))).abs() < 1e-6);
        prop_assert!((metres - length(&open)).abs() < 1e-6);
    }
}
