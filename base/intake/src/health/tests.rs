use proptest::prelude::*;
use vocab::Time;
use vocab::time::SECOND;

use super::*;

fn at(seconds: i64) -> Time {
    Time(seconds * SECOND)
}

fn good(newest: i64) -> Outcome {
    Outcome::Good { newest: Some(at(newest)) }
}

fn bad() -> Outcome {
    Outcome::Bad { error: "the server said 503".into() }
}

#[track_caller]
fn check(outcomes: &[(i64, Outcome)], now: i64, expected: Health) {
    let end = outcomes.iter().fold(SourceHealth::default(), |state, (t, o)| state.after(o.clone(), at(*t)));
    assert_eq!(end.health(60, at(now)), expected, "{outcomes:?}");
}

#[test]
fn a_source_is_as_fresh_as_its_values() {
    check(&[], 0, Health::Never);
    check(&[(0, bad())], 0, Health::Never);
    check(&[(0, Outcome::Unchanged)], 0, Health::Never);
    check(&[(100, good(90))], 150, Health::Green);
    check(&[(100, good(90))], 151, Health::Stale);
    check(&[(100, Outcome::Good { newest: None })], 160, Health::Green);
    check(&[(100, good(20))], 100, Health::Stale);
    check(&[(100, good(90)), (120, bad())], 140, Health::Green);
    check(&[(100, good(90)), (120, bad())], 200, Health::Failing);
    check(&[(100, good(90)), (120, bad()), (130, good(130))], 140, Health::Green);
    // The clock was set back: nothing becomes older than it was.
    check(&[(100, good(90)), (50, good(40))], 100, Health::Green);
}

#[test]
fn an_unchanged_answer_without_times_keeps_a_source_fresh() {
    check(&[(0, Outcome::Good { newest: None }), (100, Outcome::Unchanged)], 150, Health::Green);
}

#[test]
fn a_feed_is_what_its_sources_are() {
    use Health::*;
    for (sources, expected) in [
        (vec![], Never),
        (vec![Green, Green], Green),
        (vec![Green, Never], Partial),
        (vec![Green, Failing], Partial),
        (vec![Stale, Never], Stale),
        (vec![Failing, Stale], Failing),
        (vec![Never], Never),
    ] {
        assert_eq!(of_sources(sources.clone()), expected, "{sources:?}");
    }
}

proptest! {
    #[test]
    fn green_means_a_good_answer_within_the_limit(steps in proptest::collection::vec((0i64..1000, 0u8..3, 0i64..1000), 0..30), now in 0i64..2000) {
        let mut state = SourceHealth::default();
        let mut any_good = false;
        for (t, kind, newest) in steps {
            let outcome = match kind { 0 => good(newest), 1 => bad(), _ => Outcome::Unchanged };
            any_good |= kind == 0;
            state = state.after(outcome, at(t));
        }
        let health = state.health(60, at(now));
        prop_assert_eq!(health == Health::Never, !any_good);
        if health == Health::Green {
            prop_assert!(state.last_fresh().unwrap() >= at(now - 60));
        }
    }
}
