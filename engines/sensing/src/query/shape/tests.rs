use super::*;

fn shape(text: &str) -> Shape {
    Shape::of_wkt(text).unwrap_or_else(|what| panic!("{text}: {what}"))
}

const SQUARE: &str = "POLYGON((0 0,4 0,4 4,0 4,0 0))";
const HOLED: &str = "POLYGON((0 0,4 0,4 4,0 4,0 0),(1 1,3 1,3 3,1 3,1 1))";

/// Nine intersections, as the standard's own texts draw them.
#[test]
fn shapes_relate() {
    let check = |a: &str, b: &str, pattern: &str| {
        let matrix = shape(a).relate(&shape(b));
        assert_eq!(matrix.fits(pattern), Some(true), "{a} to {b}: {matrix:?}");
        let turned: String = [0, 3, 6, 1, 4, 7, 2, 5, 8].iter().map(|at| &pattern[*at..=*at]).collect();
        assert_eq!(shape(b).relate(&shape(a)).fits(&turned), Some(true), "{b} to {a}");
    };
    check("POINT(2 2)", "POINT(2 2)", "0FFFFFFF2");
    check("POINT(2 2)", "POINT(1 2)", "FF0FFF0F2");
    check("POINT(2 2)", SQUARE, "0FFFFF212");
    check("POINT(0 2)", SQUARE, "F0FFFF212");
    check("POINT(2 2)", HOLED, "FF0FFF212");
    check("LINESTRING(1 2,3 2)", SQUARE, "1FF0FF212");
    check("LINESTRING(-1 2,5 2)", SQUARE, "101FF0212");
    check("LINESTRING(0 0,4 0)", SQUARE, "F1FF0F212");
    check("LINESTRING(0 2,4 2)", "LINESTRING(2 0,2 4)", "0F1FF0102");
    check("LINESTRING(0 2,2 2)", "LINESTRING(2 0,2 4)", "FF10F0102");
    check("LINESTRING(0 0,2 0)", "LINESTRING(1 0,3 0)", "1010F0102");
    check(SQUARE, SQUARE, "2FFF1FFF2");
    check(SQUARE, "POLYGON((4 0,8 0,8 4,4 4,4 0))", "FF2F11212");
    check(SQUARE, "POLYGON((4 4,8 4,8 8,4 8,4 4))", "FF2F01212");
    check(SQUARE, "POLYGON((2 2,6 2,6 6,2 6,2 2))", "212101212");
    check(SQUARE, "POLYGON((1 1,3 1,3 3,1 3,1 1))", "212FF1FF2");
    check(HOLED, "POLYGON((1 1,3 1,3 3,1 3,1 1))", "FF2F112F2");
}

#[test]
fn words_for_how_shapes_relate() {
    let check = |a: &str, b: &str, expected: &str| {
        let (one, two) = (shape(a), shape(b));
        let words = [
            ("intersects", one.intersects(&two)),
            ("within", one.is_within(&two)),
            ("touches", one.touches(&two)),
            ("crosses", one.crosses(&two)),
            ("overlaps", one.overlaps(&two)),
        ];
        let found: Vec<&str> = words.into_iter().filter(|(_, is)| *is).map(|(word, _)| word).collect();
        assert_eq!(found.join(" "), expected, "{a} and {b}");
    };
    check("POINT(2 2)", SQUARE, "intersects within");
    check("POINT(0 2)", SQUARE, "intersects within touches");
    check("POINT(9 2)", SQUARE, "");
    check("LINESTRING(-1 2,5 2)", SQUARE, "intersects crosses");
    check("LINESTRING(0 2,4 2)", "LINESTRING(2 0,2 4)", "intersects crosses");
    check("LINESTRING(0 0,2 0)", "LINESTRING(1 0,3 0)", "intersects overlaps");
    check("MULTIPOINT(2 2,9 9)", SQUARE, "intersects crosses");
    check("MULTIPOINT(2 2,9 9)", "MULTIPOINT(2 2,8 8)", "intersects overlaps");
    check(SQUARE, "POLYGON((2 2,6 2,6 6,2 6,2 2))", "intersects overlaps");
    check(SQUARE, "POLYGON((4 0,8 0,8 4,4 4,4 0))", "intersects touches");
    check(SQUARE, SQUARE, "intersects within");
    check("POLYGON((1.5 1.5,2 1.5,2 2,1.5 2,1.5 1.5))", HOLED, "");
}

#[test]
fn patterns_are_nine_letters() {
    let matrix = shape("POINT(2 2)").relate(&shape(SQUARE));
    for (pattern, expected) in [
        ("T*F**F***", Some(true)),
        ("0********", Some(true)),
        ("1********", Some(false)),
        ("T*F**F**", None),
        ("T*F**F****", None),
        ("T*F**F**x", None),
        ("", None),
        ("ééééé", None),
    ] {
        assert_eq!(matrix.fits(pattern), expected, "{pattern}");
    }
}
