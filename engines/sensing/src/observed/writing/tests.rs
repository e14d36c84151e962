use serde_json::json;
use vocab::{Time, Value};

use super::*;
use crate::observation::Key;

fn written(value: Value, quality: Quality, extra: Extra, class: Class, n: i64) -> serde_json::Value {
    let row = Row::new(Key { t: 1_000_000, n }, &value, quality, Some(&extra), Time(0), 1);
    let mut out = String::new();
    Seen { datastream: 7, class, row: &row }.write_entity(&mut out, "http://x", None);
    out.push('}');
    serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}"))
}

#[test]
fn entities_are_json() {
    let plain = written(Value::Number(2.0), Quality::Valid, Extra::default(), Class::Instant, 0);
    assert_eq!(
        plain,
        json!({
            "@iot.id": "7-1000000", "@iot.selfLink": "http://x/Observations('7-1000000')",
            "phenomenonTime": "1970-01-01T00:00:01Z", "resultTime": "1970-01-01T00:00:01Z", "result": 2,
        })
    );
    let extra = Extra {
        result_time: Some(5_000_000),
        valid_time: Some((0, 1)),
        parameters: Some(json!({ "a": "\"" })),
        feature: None,
        result_quality: None,
    };
    let rich = written(Value::Text("é\"".into()), Quality::Suspect, extra, Class::Interval, 1_000_000);
    assert_eq!(rich["phenomenonTime"], "1970-01-01T00:00:01Z/1970-01-01T00:00:02Z");
    assert_eq!(rich["resultTime"], "1970-01-01T00:00:05Z");
    assert_eq!(rich["result"], "é\"");
    assert_eq!(rich["resultQuality"], "suspect");
    assert_eq!(rich["validTime"], "1970-01-01T00:00:00Z/1970-01-01T00:00:00.000001Z");
    assert_eq!(rich["parameters"], json!({ "a": "\"" }));
    assert_eq!(rich["@iot.id"], "7-1000000-1000000");
}

#[test]
fn numbers_come_back_as_they_were() {
    for number in [0.0, -3.0, 0.1, 1e300, -1e-300, f64::MAX, f64::MIN_POSITIVE, 9e15, 1.5e16, 123456.789] {
        let mut out = String::new();
        super::number(&mut out, number);
        assert_eq!(serde_json::from_str::<f64>(&out).unwrap(), number, "{out}");
    }
}
