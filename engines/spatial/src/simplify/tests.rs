use proptest::prelude::*;

use super::*;

#[test]
fn what_lies_on_the_line_goes() {
    let cases: &[(&[Point], f64, &[Point])] = &[
        (&[], 1.0, &[]),
        (&[[1.0, 1.0]], 1.0, &[[1.0, 1.0]]),
        (&[[0.0, 0.0], [1.0, 0.1], [2.0, 0.0]], 0.2, &[[0.0, 0.0], [2.0, 0.0]]),
        (&[[0.0, 0.0], [1.0, 0.3], [2.0, 0.0]], 0.2, &[[0.0, 0.0], [1.0, 0.3], [2.0, 0.0]]),
        // Out and back: the turning point is far from the ends, which are the same.
        (&[[0.0, 0.0], [5.0, 0.0], [0.0, 0.0]], 1.0, &[[0.0, 0.0], [5.0, 0.0], [0.0, 0.0]]),
        (&[[0.0, 0.0], [0.1, 0.0], [0.0, 0.0]], 1.0, &[[0.0, 0.0], [0.0, 0.0]]),
    ];
    for (points, tolerance, expected) in cases {
        assert_eq!(line(points, *tolerance), *expected, "{points:?}");
    }
}

#[test]
fn a_ring_keeps_its_shape_or_goes() {
    let square = [[0.0, 0.0], [5.0, 0.1], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0], [0.0, 0.0]];
    let found = ring(&square, 0.5).unwrap();
    assert_eq!(found, [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0], [0.0, 0.0]]);
    assert_eq!(doubled_area(&found), 200.0);
    assert_eq!(ring(&square, 20.0), None);
    assert_eq!(ring(&[], 1.0), None);
}

proptest! {
    #[test]
    fn no_point_lies_farther_off_than_was_allowed(
        points in prop::collection::vec((-100.0..100.0f64, -100.0..100.0f64).prop_map(|(x, y)| [x, y]), 2..60),
        tolerance in 0.0..40.0f64,
    ) {
        let kept = line(&points, tolerance);
        prop_assert_eq!(kept.first(), points.first());
        prop_assert_eq!(kept.last(), points.last());
        let mut from = 0;
        // Each kept point is one of the points, in their order.
        for point in &kept {
            let at = points[from..].iter().position(|p| p == point);
            prop_assert!(at.is_some());
            from += at.unwrap();
        }
        for point in &points {
            let nearest = kept.windows(2).map(|e| squared_to_edge(*point, e[0], e[1])).fold(f64::INFINITY, f64::min);
            prop_assert!(nearest.sqrt() <= tolerance + 1e-9);
        }
    }
}
