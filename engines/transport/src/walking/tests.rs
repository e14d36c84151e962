use vocab::Position;

use super::*;

/// Stops on a line, at these metres.
fn stops(metres: &[f64]) -> Vec<Stop> {
    let stop = |(number, metres): (usize, &f64)| Stop {
        id: number.to_string(),
        name: String::new(),
        position: Position::new(metres / 111_195.0, 0.0).ok(),
        parent: None,
        kind: StopKind::Platform,
        wheelchair: Default::default(),
        platform: String::new(),
    };
    metres.iter().enumerate().map(stop).collect()
}

fn told(walks: &Walks, stops: u32) -> Vec<(u32, u32, u32)> {
    (0..stops).flat_map(|from| walks.of(from).iter().map(move |walk| (from, walk.to, walk.seconds))).collect()
}

const PLAIN: Walking = Walking { radius_metres: 300.0, metres_per_second: 1.0, detour: 1.0 };

#[test]
fn stops_within_the_radius_are_walked_between() {
    let (walks, changes) = between(&stops(&[0.0, 100.0, 350.0, 5_000.0]), Vec::new(), &PLAIN);
    let rounded: Vec<(u32, u32, u32)> =
        told(&walks, 4).into_iter().map(|(from, to, seconds)| (from, to, seconds / 10 * 10)).collect();
    assert_eq!(rounded, [(0, 1, 100), (1, 0, 100), (1, 2, 250), (2, 1, 250)]);
    assert_eq!(changes, [0; 4]);
}

#[test]
fn what_the_feed_says_comes_first() {
    let given = |from, to, kind, seconds| Given { from, to, kind, seconds };
    let rows = vec![
        given(0, 1, Kind::Impossible, None),
        given(1, 0, Kind::Takes, Some(400)),
        given(0, 2, Kind::Possible, None),
        given(1, 1, Kind::Takes, Some(60)),
    ];
    let (walks, changes) = between(&stops(&[0.0, 100.0, 5_000.0]), rows, &PLAIN);
    let all = told(&walks, 3);
    assert_eq!((all.len(), all[1]), (2, (1, 0, 400)));
    assert!(all[0].0 == 0 && all[0].1 == 2 && all[0].2.abs_diff(5_000) <= 10, "{all:?}");
    assert_eq!(changes, [0, 60, 0]);
}

#[test]
fn what_is_said_of_a_station_is_said_of_its_platforms() {
    let mut all = stops(&[0.0, 10.0, 5_000.0, 0.0]);
    all[3].kind = StopKind::Station;
    (all[0].parent, all[1].parent) = (Some(3), Some(3));
    let rows = vec![Given { from: 3, to: 2, kind: Kind::Takes, seconds: Some(90) }];
    let (walks, _) = between(&all, rows, &Walking { radius_metres: 0.0, ..PLAIN });
    assert_eq!(told(&walks, 4), [(0, 2, 90), (1, 2, 90)]);
}
