use super::*;

fn journey(departure: i32, arrival: i32, rides: usize) -> Journey {
    let ride = Ride {
        running: Running { trip: 0, shift: 0 },
        board: 0,
        alight: 1,
        from: 0,
        to: 1,
        departure,
        arrival,
    };
    Journey { departure, arrival, legs: vec![Leg::Ride(ride); rides] }
}

#[test]
fn a_journey_dominates_one_that_is_nowhere_better() {
    let of = journey(100, 200, 2);
    for (other, expected) in [
        (journey(100, 201, 2), true),
        (journey(99, 200, 2), true),
        (journey(100, 200, 3), true),
        (journey(90, 210, 3), true),
        (journey(100, 200, 2), false),
        (journey(101, 300, 2), false),
        (journey(90, 199, 2), false),
        (journey(90, 210, 1), false),
    ] {
        assert_eq!(of.dominates(&other), expected, "{other:?}");
    }
}

#[test]
fn walks_are_summed() {
    let mut of = journey(0, 10, 1);
    of.legs.insert(0, Leg::Walk { from: None, to: Some(0), seconds: 30 });
    of.legs.push(Leg::Walk { from: Some(1), to: None, seconds: 12 });
    assert_eq!((of.walked_seconds(), of.rides()), (42, 1));
}
