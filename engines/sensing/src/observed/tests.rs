use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn what_is_an_observation() {
    let check = |text: &str, expected: Result<Value, &str>| {
        let read = Posted::of_bytes(text.as_bytes());
        match (&read, &expected) {
            (Ok(posted), Ok(value)) => assert_eq!(posted.value, *value, "{text}"),
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{text}: {error}"),
            _ => panic!("{text}: {read:?}"),
        }
    };
    check(r#"{"result": 3}"#, Ok(Value::Number(3.0)));
    check(r#"{"result": -2.5e3}"#, Ok(Value::Number(-2500.0)));
    check(r#"{"result": "a\n"}"#, Ok(Value::Text("a\n".into())));
    check(r#"{"result": null}"#, Ok(Value::Missing));
    check(r#"{"result": {"a": [1]}}"#, Ok(Value::Json(json!({ "a": [1] }))));
    check(r#"{"result": true, "@iot.id": 3}"#, Ok(Value::Bool(true)));
    check(r#"{}"#, Err("no result"));
    check(r#"{"result": NaN}"#, Err("expected"));
    check(r#"{"result": 1e999}"#, Err("out of range"));
    check(r#"{"result": 1, "colour": 2}"#, Err("no colour"));
    check(r#"{"result": 1, "phenomenonTime": "yesterday"}"#, Err("yesterday"));
    check(r#"{"result": 1, "phenomenonTime": "0000-01-01T00:00:00Z"}"#, Err("years 1 to 9999"));
    check(r#"{"result": 1, "phenomenonTime": "10000-01-01T00:00:00Z"}"#, Err("years 1 to 9999"));
    check(r#"{"result": 1, "phenomenonTime": 5}"#, Err("a time"));
    check(r#"{"result": 1, "parameters": 5}"#, Err("no JSON object"));
    check(r#"{"result": 1, "Datastream": {}}"#, Err("no link"));
    check(&format!("{{\"result\": {}1{}}}", "[".repeat(200), "]".repeat(200)), Err("recursion limit"));
    check("[1]", Err("an observation"));
    check("{\"result\": 1", Err("EOF"));
}

#[test]
fn times_are_instants_or_intervals() {
    let check = |text: &str, expected: Option<(i64, Option<i64>)>| {
        assert_eq!(Times::parse(text).map(|t| (t.start, t.end)), expected, "{text}");
    };
    check("1970-01-01T00:00:00Z", Some((0, None)));
    check("1970-01-01T00:00:00.5Z", Some((500_000, None)));
    check("1970-01-01T01:00:00+01:00", Some((0, None)));
    check("1970-01-01T00:00:00Z/1970-01-01T00:00:01Z", Some((0, Some(1_000_000))));
    check("1970-01-01T00:00:01Z/1970-01-01T00:00:00Z", None);
    check("1970-02-29T00:00:00Z", None);
    check("1972-02-29T00:00:00.000001Z", Some((68_169_600_000_001, None)));
    check("1970-01-01", None);
    check("1970-01-01T00:00:00", None);
    check("1970-13-01T00:00:00Z", None);
    check("é970-01-01T00:00:00Z", None);
    check("", None);
}

proptest! {
    #[test]
    fn times_are_written_as_the_calendar_writes_them(micros in Time::MIN.0..Time::MAX.0) {
        let mut text = String::new();
        times::write(&mut text, micros);
        prop_assert_eq!(&text, &Time(micros).iso());
        prop_assert_eq!(times::instant(&text), Some(micros));
    }
}

#[test]
fn keys_are_of_their_class() {
    let check = |class: Class, text: &str, key: (i64, i64), kept: Option<i64>| {
        let posted = Posted::of_bytes(text.as_bytes()).unwrap();
        let incoming = posted.incoming(1, class, Time(9));
        assert_eq!((incoming.key.t, incoming.key.n), key, "{text}");
        assert_eq!(incoming.extra.and_then(|extra| extra.result_time), kept, "{text}");
    };
    let (second, minute) = ("1970-01-01T00:00:01Z", "1970-01-01T00:01:00Z");
    check(Class::Instant, r#"{"result":1}"#, (9, 0), None);
    let both = format!(r#"{{"result":1,"phenomenonTime":"{second}","resultTime":"{minute}"}}"#);
    check(Class::Instant, &both, (1_000_000, 0), Some(60_000_000));
    check(Class::Forecast, &both, (1_000_000, 60_000_000), None);
    let same = format!(r#"{{"result":1,"phenomenonTime":"{second}","resultTime":"{second}"}}"#);
    check(Class::Instant, &same, (1_000_000, 0), None);
    let interval = format!(r#"{{"result":1,"phenomenonTime":"{second}/{minute}","resultTime":"{minute}"}}"#);
    check(Class::Interval, &interval, (1_000_000, 59_000_000), None);
}
