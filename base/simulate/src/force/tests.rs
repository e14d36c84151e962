use super::*;

fn at(longitude: f64, latitude: f64) -> Position {
    Position::new(longitude, latitude).unwrap()
}

#[test]
fn a_band_reaches_places_in_the_order_of_its_way() {
    let band = Band {
        force: "rain".into(),
        longitude: 10.0,
        latitude: 0.0,
        hour: 12.0,
        heading_degrees: 270.0,
        speed_kmh: 20.0,
        width_km: 5.0,
        strength: 40.0,
    };
    // A degree of longitude at the equator is 111 km: 5.56 hours.
    assert!((band.passes(at(9.0, 0.0)) - 17.56).abs() < 0.01);
    assert!((band.passes(at(10.0, 3.0)) - 12.0).abs() < 0.01, "along its axis it is everywhere at once");
    assert!((band.strength(at(10.0, 0.0), 12.0) - 40.0).abs() < 1e-9);
    assert!((band.strength(at(10.0, 0.0), 12.25) - 40.0 / std::f64::consts::E).abs() < 1e-9);
    assert!(band.strength(at(10.0, 0.0), 14.0) < 0.01);
}

#[test]
fn a_corridor_acts_near_its_line_while_it_lasts() {
    let corridor = Corridor {
        force: "accident".into(),
        line: vec![(10.0, 0.0), (10.1, 0.0)],
        reach_km: 1.0,
        points: vec![(8.0, 0.0), (8.5, 1.0), (9.5, 1.0), (10.0, 0.0)],
    };
    assert!((corridor.distance_km(at(10.05, 0.01)) - 1.112).abs() < 0.01, "abeam");
    assert!((corridor.distance_km(at(10.12, 0.0)) - 2.224).abs() < 0.01, "beyond its end");
    assert!((corridor.strength(at(10.05, 0.0), 8.25) - 0.5).abs() < 1e-9, "it begins within half an hour");
    assert_eq!(corridor.strength(at(10.05, 0.0), 7.0), 0.0);
    assert_eq!(corridor.strength(at(10.05, 0.0), 11.0), 0.0);
    assert!(corridor.strength(at(10.05, 0.05), 9.0) < 1e-9);
}

#[test]
fn curves_join_their_points() {
    let curve = Curve { force: "wind".into(), points: vec![(0.0, 10.0), (12.0, 90.0), (18.0, 30.0)] };
    for (hour, expected) in [(-1.0, 10.0), (6.0, 50.0), (12.0, 90.0), (15.0, 60.0), (30.0, 30.0)] {
        assert!((curve.strength(hour) - expected).abs() < 1e-9, "{hour}");
    }
    assert_eq!(Curve { force: String::new(), points: Vec::new() }.strength(3.0), 0.0);
}
