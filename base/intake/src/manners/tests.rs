use proptest::prelude::*;
use vocab::Time;
use vocab::time::{MINUTE, SECOND};

use super::*;

#[test]
fn failures_double_the_wait() {
    for (period, failures, expected_seconds) in
        [(60, 0, 60), (60, 1, 120), (60, 3, 480), (60, 30, 3600), (0, 0, 1), (7200, 0, 7200), (7200, 4, 7200)]
    {
        assert_eq!(wait(period, failures, 0), expected_seconds * SECOND, "{period} {failures}");
    }
}

#[test]
fn a_server_may_ask_us_to_stay_away() {
    for (text, expected) in
        [("120", Some(120 * SECOND)), (" 0 ", Some(0)), ("99999999", Some(86_400 * SECOND)), ("soon", None)]
    {
        assert_eq!(told_to_wait(text), expected, "{text}");
    }
}

#[test]
fn a_host_gets_its_requests_evenly() {
    let mut visits = Visits::new(30);
    let now = Time(0);
    let places: Vec<i64> = (0..4).map(|_| visits.reserve("a", now).0 / SECOND).collect();
    assert_eq!(places, [0, 2, 4, 6]);
    assert_eq!(visits.reserve("b", now), now);
    assert_eq!(visits.reserve("a", Time(MINUTE)), Time(MINUTE));
}

proptest! {
    #[test]
    fn the_wait_stays_in_bounds(period in 1u32..100_000, failures in 0u32..1000, dice in any::<u64>()) {
        let waited = wait(period, failures, dice);
        let least = i64::from(period) * SECOND;
        prop_assert!(waited >= least.min(LONGEST_WAIT));
        prop_assert!(waited <= least.max(LONGEST_WAIT) * 11 / 10);
    }

    #[test]
    fn no_minute_sees_too_many(per_minute in 1u32..100, gaps in proptest::collection::vec(0i64..5_000_000, 1..200)) {
        let mut visits = Visits::new(per_minute);
        let mut now = Time(0);
        let mut places = Vec::new();
        for gap in gaps {
            now = now.plus(gap);
            places.push(visits.reserve("h", now).0);
        }
        for (i, place) in places.iter().enumerate() {
            let within = places[i..].iter().filter(|p| **p < place + MINUTE - MINUTE / i64::from(per_minute)).count();
            prop_assert!(within <= per_minute as usize);
        }
    }
}
