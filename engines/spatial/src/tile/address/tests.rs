use super::*;
use crate::geometry::Bounds;
use crate::geometry::tests::at;
use crate::projection::Projections;

/// The tile that holds a place.
pub fn of(zoom: u8, longitude: f64, latitude: f64) -> Address {
    let [x, y] = world(at(longitude, latitude));
    let tiles = Address::tiles(zoom);
    Address::new(zoom, (x * tiles) as u32, (y * tiles) as u32).unwrap()
}

/// The tiles that cover a box.
pub fn over(bounds: Bounds, zoom: u8) -> Vec<Address> {
    let (first, last) = (of(zoom, bounds.west, bounds.north), of(zoom, bounds.east, bounds.south));
    (first.x..=last.x)
        .flat_map(|x| (first.y..=last.y).filter_map(move |y| Address::new(zoom, x, y)))
        .collect()
}

#[test]
fn there_are_as_many_tiles_as_fit() {
    let cases = [
        (0, 0, 0, true),
        (0, 1, 0, false),
        (1, 1, 1, true),
        (14, 16_383, 16_383, true),
        (14, 16_384, 0, false),
        (30, (1 << 30) - 1, 0, true),
        (31, 0, 0, false),
        (255, 0, 0, false),
    ];
    for (zoom, x, y, expected) in cases {
        assert_eq!(Address::new(zoom, x, y).is_some(), expected, "{zoom}/{x}/{y}");
    }
}

#[test]
fn the_world_is_that_of_web_mercator() {
    let projections = Projections::of([]);
    // Half the circumference of the sphere of EPSG:3857.
    let half = 6_378_137.0 * std::f64::consts::PI;
    for (x, y) in [(0.0, 0.0), (8.5, 47.25), (-9.5, 39.4), (179.9, -84.0), (-180.0, 60.0)] {
        let (east, north) = projections.grid(3857, x, y).unwrap();
        let [wx, wy] = world(at(x, y));
        assert!((wx - (east + half) / (2.0 * half)).abs() < 1e-9, "{x} {y}: {wx}");
        assert!((wy - (half - north) / (2.0 * half)).abs() < 1e-9, "{x} {y}: {wy}");
    }
    for (latitude, y) in [(90.0, 0.0), (-90.0, 1.0), (0.0, 0.5)] {
        assert!((world(at(0.0, latitude))[1] - y).abs() < 1e-9);
    }
    assert_eq!(Address::new(1, 1, 0).unwrap().units([0.75, 0.25], 4096.0), [2048.0, 2048.0]);
}
