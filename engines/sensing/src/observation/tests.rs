use super::*;

#[test]
fn an_id_reads_as_it_prints() {
    let check = |text: &str, expected: Option<(i64, i64, i64)>| {
        let read = text.parse::<ObservationId>().ok();
        let want = expected.map(|(datastream, t, n)| ObservationId { datastream, key: Key { t, n } });
        assert_eq!(read, want, "{text}");
        if let Some(id) = want {
            assert_eq!(id.to_string(), text);
        }
    };
    check("5-1700000000000000", Some((5, 1_700_000_000_000_000, 0)));
    check("5-1700000000000000-3600000000", Some((5, 1_700_000_000_000_000, 3_600_000_000)));
    check("5--62135596800000000", Some((5, -62_135_596_800_000_000, 0)));
    check("5--1--2", Some((5, -1, -2)));
    check("7-0", Some((7, 0, 0)));
    for broken in [
        "", "-", "5", "5-", "5--", "05-1", "5-+1", "5-1-0", "5-01", "5-1-", "5-1-2-3", "a-1", "5-1.0", "5 -1",
    ] {
        check(broken, None);
    }
    check("99999999999999999999-1", None);
}

#[test]
fn a_row_is_small_and_gives_back_what_it_was_given() {
    assert_eq!(size_of::<Row>(), 48);
    let key = Key { t: 1_500_000, n: 0 };
    let extra = Extra { feature: Some(9), ..Extra::default() };
    let values = [
        Value::Number(21.5),
        Value::Bool(true),
        Value::Text("閘口 3".into()),
        Value::Json(serde_json::json!({"a": [1, null]})),
        Value::Missing,
    ];
    for value in values {
        for extra in [None, Some(&extra)] {
            let row = Row::new(key, &value, Quality::Suspect, extra, Time(9_000_000), 3);
            assert_eq!(row.value(), value);
            assert_eq!(row.quality(), Quality::Suspect);
            assert_eq!(row.extra(), extra.cloned());
            assert_eq!((row.received(), row.lag_seconds), (Time(9_000_000), 8));
        }
    }
}

#[test]
fn minus_zero_becomes_zero_and_empty_extras_vanish() {
    let key = Key { t: 0, n: 0 };
    let row = Row::new(key, &Value::Number(-0.0), Quality::Valid, Some(&Extra::default()), Time(0), 0);
    assert_eq!(row.number().map(f64::to_bits), Some(0));
    assert_eq!(row.extra_text(), None);
}

#[test]
fn the_key_after_a_key_leaves_nothing_between() {
    assert_eq!(Key { t: 5, n: 0 }.next(), Key { t: 5, n: 1 });
    assert_eq!(Key { t: 5, n: i64::MAX }.next(), Key { t: 6, n: i64::MIN });
}
