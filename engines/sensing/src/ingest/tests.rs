use serde_json::json;
use vocab::time::{HOUR, MINUTE};
use vocab::{Label, Slug};

use super::*;
use crate::datastream::Datastream;

const NOW: Time = Time(1_790_000_000_000_000);

pub(crate) fn datastream(id: i64, accepts: Accepts, class: Class) -> Datastream {
    Datastream {
        id,
        slug: Slug::new(format!("test/{id}")).unwrap(),
        mode: Mode::Live,
        accepts,
        policy: Policy::FirstWins,
        class,
        retention: "ever".into(),
        label: Label::Public,
    }
}

#[test]
fn what_may_come_in() {
    let check = |accepts, class, key: (i64, i64), value: Value, expected: Result<(), Refusal>| {
        let stream = datastream(1, accepts, class);
        let incoming = Incoming { key: Key { t: key.0, n: key.1 }, ..Incoming::new(1, NOW, value.clone()) };
        let row = validate(&incoming, Some(&stream.facts()), (3, Mode::Live, NOW), &Limits::default());
        assert_eq!(row.map(drop), expected, "{accepts:?} {class:?} {key:?} {value:?}");
    };
    use {Accepts::*, Class::*};
    let (now, one) = (NOW.0, Value::Number(1.0));
    check(Number, Instant, (now, 0), one.clone(), Ok(()));
    check(Number, Instant, (now, 0), Value::Missing, Ok(()));
    check(Number, Instant, (now, 0), Value::Bool(true), Err(Refusal::WrongKind));
    check(Any, Instant, (now, 0), Value::Json(json!([1])), Ok(()));
    check(Text, Instant, (now, 0), Value::Text("x".repeat(65_536)), Ok(()));
    check(Text, Instant, (now, 0), Value::Text("x".repeat(65_537)), Err(Refusal::TooLong));
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        check(Number, Instant, (now, 0), Value::Number(bad), Err(Refusal::NotFinite));
    }
    check(Number, Instant, (now + 10 * MINUTE, 0), one.clone(), Ok(()));
    check(Number, Instant, (now + 10 * MINUTE + 1, 0), one.clone(), Err(Refusal::InTheFuture));
    check(Number, Instant, (Time::MIN.0, 0), one.clone(), Ok(()));
    check(Number, Instant, (Time::MIN.0 - 1, 0), one.clone(), Err(Refusal::TimeOutOfRange));
    check(Number, Instant, (i64::MAX, 0), one.clone(), Err(Refusal::TimeOutOfRange));
    check(Number, Instant, (now, 5), one.clone(), Err(Refusal::WrongClass));
    check(Number, Interval, (now - HOUR, HOUR), one.clone(), Ok(()));
    check(Number, Interval, (now - HOUR, -1), one.clone(), Err(Refusal::WrongClass));
    check(Number, Interval, (now, i64::MAX), one.clone(), Err(Refusal::TimeOutOfRange));
    check(Number, Forecast, (now + 100 * HOUR, now), one.clone(), Ok(()));
    check(Number, Forecast, (now + 100 * HOUR, now + HOUR), one.clone(), Err(Refusal::InTheFuture));
    check(Number, Forecast, (now, i64::MIN), one, Err(Refusal::TimeOutOfRange));
}

#[test]
fn modes_are_not_mixed_and_streams_must_exist() {
    let stream = datastream(1, Accepts::Number, Class::Instant).facts();
    let incoming = Incoming::new(1, NOW, Value::Number(1.0));
    let ask = |stream, mode| validate(&incoming, stream, (0, mode, NOW), &Limits::default()).map(drop);
    assert_eq!(ask(Some(&stream), Mode::Simulated), Err(Refusal::WrongMode));
    assert_eq!(ask(None, Mode::Live), Err(Refusal::UnknownDatastream));
}

#[test]
fn no_result_is_missing() {
    let stream = datastream(1, Accepts::Number, Class::Instant);
    let incoming = Incoming::new(1, NOW, Value::Missing);
    let row = validate(&incoming, Some(&stream.facts()), (0, Mode::Live, NOW), &Limits::default()).unwrap();
    assert_eq!(row.quality(), Quality::Missing);
}

#[test]
fn what_becomes_of_a_second_one() {
    let row = |value: f64| Row::new(Key { t: 1, n: 0 }, &Value::Number(value), Quality::Valid, None, NOW, 0);
    let check = |hot: Option<f64>, sealed: Option<f64>, policy, expected| {
        let (hot, sealed) = (hot.map(row), sealed.map(row));
        assert_eq!(decide(hot.as_ref(), sealed.as_ref(), &row(1.0), policy), expected);
    };
    use Policy::*;
    check(None, None, FirstWins, Outcome::Stored);
    check(Some(1.0), None, FirstWins, Outcome::Duplicate);
    check(None, Some(1.0), LastWins, Outcome::Duplicate);
    check(Some(2.0), None, FirstWins, Outcome::DifferingKept);
    check(None, Some(2.0), LastWins, Outcome::Replaced);
    check(Some(1.0), Some(2.0), LastWins, Outcome::Duplicate);
    check(Some(2.0), Some(1.0), FirstWins, Outcome::DifferingKept);
}

#[test]
fn codes_give_back_their_outcome() {
    for code in [0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 16, 17] {
        assert_eq!(Outcome::from_code(code).map(Outcome::code), Some(code));
    }
    assert_eq!(Outcome::from_code(4), None);
}
