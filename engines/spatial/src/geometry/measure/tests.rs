use proptest::prelude::*;

use super::super::tests::{any_geometry, at, ring, square};
use super::*;

#[test]
fn a_place_is_in_one_polygon_or_none() {
    let holed = Geometry::Polygon(vec![square(0.0, 0.0, 10.0), square(4.0, 4.0, 2.0)]);
    let two = Geometry::MultiPolygon(vec![vec![square(0.0, 0.0, 1.0)], vec![square(5.0, 5.0, 1.0)]]);
    let notch = Geometry::Polygon(vec![ring(&[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (2.0, 1.0), (0.0, 4.0)])]);
    let cases = [
        (&holed, 1.0, 1.0, true),
        (&holed, 5.0, 5.0, false),
        (&holed, 11.0, 5.0, false),
        (&holed, 5.0, 3.9, true),
        (&two, 5.5, 5.5, true),
        (&two, 3.0, 3.0, false),
        (&notch, 2.0, 2.0, false),
        (&notch, 0.5, 2.0, true),
        // A ray through the corner of the notch.
        (&notch, 1.0, 1.0, true),
        (&notch, 3.9, 1.0, true),
    ];
    for (geometry, x, y, inside) in cases {
        assert_eq!(geometry.holds(at(x, y)), inside, "{x} {y} in {geometry:?}");
    }
    assert!(!Geometry::Point(at(1.0, 1.0)).holds(at(1.0, 1.0)));
}

proptest! {
    /// Also where the place lies on the very edge between two districts.
    #[test]
    fn of_two_neighbours_one_holds_it(
        corner in (0.2..0.8f64, 0.2..0.8f64),
        place in prop_oneof![(0.01..0.99f64, 0.01..0.99f64), Just((0.5, 0.5)), (0.01..0.99f64, Just(0.5))],
        share in 0.0..1.0f64,
    ) {
        // A square cut in two along a bent line; the right one is drawn the other way round.
        let (x, y) = corner;
        let left = Geometry::Polygon(vec![ring(&[(0.0, 0.0), (0.5, 0.0), (x, y), (0.5, 1.0), (0.0, 1.0)])]);
        let right = Geometry::Polygon(vec![ring(&[(1.0, 1.0), (0.5, 1.0), (x, y), (0.5, 0.0), (1.0, 0.0)])]);
        let on_edge = (0.5 + share * (x - 0.5), share * y);
        for (px, py) in [place, on_edge, (x, y)] {
            let held = [&left, &right].iter().filter(|area| area.holds(at(px, py))).count();
            prop_assert_eq!(held, 1, "{} {}", px, py);
        }
    }

    #[test]
    fn distance_is_never_more_than_to_a_corner(geometry in any_geometry(), x in -179.0..179.0f64, y in -80.0..80.0f64) {
        let plane = Plane::at(at(x, y));
        let found = geometry.distance_metres(at(x, y));
        prop_assert!(found >= 0.0);
        geometry.each_part(&mut |part| {
            let corners: Vec<Position> = match part {
                Part::Point(point) => vec![point],
                Part::Line(line) => line.to_vec(),
                Part::Polygon(polygon) => polygon.concat(),
            };
            assert!(corners.iter().all(|corner| found <= length(plane.point(*corner)) + 1e-6));
        });
    }

    #[test]
    fn the_box_around_holds_what_is_near(dx in -0.5..0.5f64, dy in -0.5..0.5f64, metres in 1.0..40_000.0f64) {
        let (here, there) = (at(10.0, 50.0), at(10.0 + dx, 50.0 + dy));
        if here.distance_metres(there) < metres * 0.99 {
            prop_assert!(near(here, metres).holds(there));
        }
    }
}

#[test]
fn distances_are_those_of_the_sphere() {
    let here = at(-9.5, 39.4);
    let road = Geometry::LineString(vec![at(-9.6, 39.41), at(-9.4, 39.41)]);
    let cases = [
        (Geometry::Point(at(-9.4, 39.4)), here.distance_metres(at(-9.4, 39.4))),
        (road, here.distance_metres(at(-9.5, 39.41))),
        (Geometry::Polygon(vec![square(-9.6, 39.3, 0.2)]), 0.0),
        (Geometry::Polygon(vec![square(-9.8, 39.3, 0.2)]), here.distance_metres(at(-9.6, 39.4))),
        // Within the hole: to its edge.
        (
            Geometry::Polygon(vec![square(-10.0, 39.0, 1.0), square(-9.51, 39.3, 0.2)]),
            here.distance_metres(at(-9.51, 39.4)),
        ),
    ];
    for (geometry, metres) in cases {
        let found = geometry.distance_metres(here);
        assert!((found - metres).abs() <= 0.002 * metres, "{geometry:?}: {found}, expected {metres}");
    }
    let across = Geometry::Point(at(-179.9, 0.0)).distance_metres(at(179.9, 0.0));
    assert!((across - at(179.9, 0.0).distance_metres(at(-179.9, 0.0))).abs() < 50.0, "{across}");
}
