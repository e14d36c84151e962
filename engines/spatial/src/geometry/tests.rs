use proptest::prelude::*;
use serde_json::json;

use super::*;

pub fn at(longitude: f64, latitude: f64) -> Position {
    Position::new(longitude, latitude).unwrap()
}

/// A closed ring out of open corners.
pub fn ring(corners: &[(f64, f64)]) -> Ring {
    corners.iter().chain(corners.first()).map(|(x, y)| at(*x, *y)).collect()
}

pub fn square(west: f64, south: f64, side: f64) -> Ring {
    ring(&[(west, south), (west + side, south), (west + side, south + side), (west, south + side)])
}

fn position() -> impl Strategy<Value = Position> {
    (-180.0..=180.0, -90.0..=90.0f64).prop_map(|(x, y)| at(x, y))
}

fn any_ring() -> impl Strategy<Value = Ring> {
    prop::collection::vec(position(), 3..8).prop_map(|mut open| {
        open.push(open[0]);
        open
    })
}

pub fn any_geometry() -> impl Strategy<Value = Geometry> {
    let line = || prop::collection::vec(position(), 2..6);
    let polygon = || prop::collection::vec(any_ring(), 1..3);
    let leaf = prop_oneof![
        position().prop_map(Geometry::Point),
        prop::collection::vec(position(), 1..4).prop_map(Geometry::MultiPoint),
        line().prop_map(Geometry::LineString),
        prop::collection::vec(line(), 1..3).prop_map(Geometry::MultiLineString),
        polygon().prop_map(Geometry::Polygon),
        prop::collection::vec(polygon(), 1..3).prop_map(Geometry::MultiPolygon),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop::collection::vec(inner, 1..3).prop_map(Geometry::GeometryCollection)
    })
}

/// Type and sizes: the text without its numbers.
fn shape(geometry: &Geometry) -> String {
    geometry.to_json().chars().filter(|c| !c.is_ascii_digit() && !matches!(c, '.' | '-')).collect()
}

pub fn positions(geometry: &Geometry) -> Vec<Position> {
    let mut found = Vec::new();
    geometry.each_part(&mut |part| match part {
        Part::Point(point) => found.push(point),
        Part::Line(line) => found.extend(line),
        Part::Polygon(polygon) => found.extend(polygon.iter().flatten()),
    });
    found
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(geometry in any_geometry()) {
        let again = read(&serde_json::from_str(&geometry.to_json()).unwrap()).unwrap();
        prop_assert_eq!(shape(&again), shape(&geometry));
        for (a, b) in positions(&again).iter().zip(positions(&geometry)) {
            // The reader of JSON numbers may miss the last bit.
            prop_assert!((a.longitude - b.longitude).hypot(a.latitude - b.latitude) < 1e-12);
        }
    }

    #[test]
    fn the_box_holds_every_position(geometry in any_geometry()) {
        let bounds = geometry.bounds().unwrap();
        geometry.each_part(&mut |part| match part {
            Part::Point(point) => assert!(bounds.holds(point)),
            Part::Line(line) => assert!(line.iter().all(|p| bounds.holds(*p))),
            Part::Polygon(polygon) => assert!(polygon[0].iter().all(|p| bounds.holds(*p))),
        });
    }
}

#[test]
fn nothing_has_no_box() {
    assert_eq!(Geometry::GeometryCollection(vec![]).bounds(), None);
    let geometry = read(&json!({"type": "Point", "coordinates": [8.5, 47.25]})).unwrap();
    assert_eq!(geometry.bounds(), Some(Bounds::of(at(8.5, 47.25))));
    assert_eq!(geometry.to_json(), r#"{"type":"Point","coordinates":[8.5,47.25]}"#);
}
