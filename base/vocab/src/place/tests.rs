use super::*;

#[test]
fn places_are_on_the_earth() {
    for (longitude, latitude, fits) in [
        (0.0, 0.0, true),
        (180.0, 90.0, true),
        (180.1, 0.0, false),
        (0.0, -91.0, false),
        (f64::NAN, 0.0, false),
    ] {
        assert_eq!(Position::new(longitude, latitude).is_ok(), fits, "{longitude} {latitude}");
    }
}

#[test]
fn a_degree_of_latitude_is_111_kilometres() {
    let metres = Position::new(0.0, 0.0).unwrap().distance_metres(Position::new(0.0, 1.0).unwrap());
    assert!((metres - 111_195.0).abs() < 1.0, "{metres}");
}
