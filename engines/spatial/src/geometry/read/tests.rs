use serde_json::json;

use super::super::tests::{at, square};
use super::*;

fn check(json: Json, expected: Result<Geometry, (&str, &str)>) {
    match (read(&json), expected) {
        (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{json}"),
        (Err(found), Err((place, what))) => {
            assert_eq!(found.at, place, "{json}: {found}");
            assert!(found.what.contains(what), "{json}: {found}");
            assert!(!found.way_out.is_empty());
        }
        (found, _) => panic!("{json}: {found:?}"),
    }
}

#[test]
fn the_examples_of_the_standard() {
    // RFC 7946, appendix A.
    let line = || vec![at(100.0, 0.0), at(101.0, 1.0)];
    let unit = || json!([[[100.0, 0.0], [101.0, 0.0], [101.0, 1.0], [100.0, 1.0], [100.0, 0.0]]]);
    let polygon = || vec![square(100.0, 0.0, 1.0)];
    let cases = [
        (json!({"type": "Point", "coordinates": [100.0, 0.0]}), Geometry::Point(at(100.0, 0.0))),
        (json!({"type": "Point", "coordinates": [100, 0, 17.5]}), Geometry::Point(at(100.0, 0.0))),
        (
            json!({"type": "MultiPoint", "coordinates": [[100.0, 0.0], [101.0, 1.0]]}),
            Geometry::MultiPoint(line()),
        ),
        (
            json!({"type": "LineString", "coordinates": [[100.0, 0.0], [101.0, 1.0]]}),
            Geometry::LineString(line()),
        ),
        (
            json!({"type": "MultiLineString", "coordinates": [[[100.0, 0.0], [101.0, 1.0]]]}),
            Geometry::MultiLineString(vec![line()]),
        ),
        (json!({"type": "Polygon", "coordinates": unit()}), Geometry::Polygon(polygon())),
        (json!({"type": "MultiPolygon", "coordinates": [unit()]}), Geometry::MultiPolygon(vec![polygon()])),
        (
            json!({"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [100.0, 0.0]}]}),
            Geometry::GeometryCollection(vec![Geometry::Point(at(100.0, 0.0))]),
        ),
    ];
    for (json, expected) in cases {
        check(json, Ok(expected));
    }
}

#[test]
fn what_is_none_says_where_and_why() {
    let ring = |last: [f64; 2]| json!([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], last]);
    let nested = (0..6).fold(
        json!({"type": "Point", "coordinates": [0, 0]}),
        |inner, _| json!({"type": "GeometryCollection", "geometries": [inner]}),
    );
    let cases = [
        (json!(null), "", "no type"),
        (json!("Point"), "", "no type"),
        (json!({"type": "Circle", "coordinates": [1, 2]}), "", "no known type (Circle)"),
        (json!({"type": "Point"}), ".coordinates", "no position"),
        (json!({"type": "Point", "coordinates": []}), ".coordinates", "no position"),
        (json!({"type": "Point", "coordinates": ["8", "47"]}), ".coordinates", "no position"),
        (json!({"type": "Point", "coordinates": [22.3, 114.2]}), ".coordinates", "off the earth"),
        (json!({"type": "MultiPoint", "coordinates": []}), ".coordinates", "is empty"),
        (json!({"type": "LineString", "coordinates": [[1, 2]]}), ".coordinates", "has 1 positions"),
        (json!({"type": "LineString", "coordinates": [[1, 2], [3, null]]}), ".coordinates[1]", "no position"),
        (json!({"type": "Polygon", "coordinates": [ring([2.0, 2.0])]}), ".coordinates[0]", "not closed"),
        (
            json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}),
            ".coordinates[0]",
            "has 3 positions",
        ),
        (
            json!({"type": "MultiPolygon", "coordinates": [[ring([0.0, 0.0])], [ring([0.0, 99.0])]]}),
            ".coordinates[1][0][3]",
            "off the earth",
        ),
        (json!({"type": "GeometryCollection"}), ".geometries", "no list"),
        (
            json!({"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [0, 200]}]}),
            ".geometries[0].coordinates",
            "off the earth",
        ),
        (nested, ".geometries[0].geometries[0].geometries[0].geometries[0]", "within each other"),
    ];
    for (json, place, what) in cases {
        check(json, Err((place, what)));
    }
}

#[test]
fn too_many_positions_are_refused() {
    let many: Vec<Json> = vec![json!([0, 0]); POSITIONS_MAX + 1];
    let found = read(&json!({"type": "MultiPoint", "coordinates": many})).unwrap_err();
    assert!(found.what.contains("more than"), "{found}");
}
