use super::*;

#[test]
fn times_come_back_as_written() {
    for text in [
        "2026-11-24T01:30:00Z",
        "2026-11-24T01:30:00.250Z",
        "1969-12-31T23:59:59.999999Z",
        "0001-01-01T00:00:00Z",
    ] {
        assert_eq!(Time::parse(text).unwrap().iso(), text);
    }
    assert_eq!(Time::parse("2026-11-24T09:30:00+08:00").unwrap().iso(), "2026-11-24T01:30:00Z");
}

#[test]
fn what_is_no_time_is_refused() {
    for text in [
        "",
        "now",
        "2026-11-24T09:30:00",
        "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "2026-13-01T00:00:00Z",
    ] {
        assert_eq!(Time::parse(text), Err(NotATime(text.into())), "{text}");
    }
}

#[test]
fn civil_times_are_read_in_their_zone() {
    let zone = TimeZone::get("Asia/Tokyo").unwrap();
    assert_eq!(Time::parse_in("2026-11-24 09:30:00", &zone).unwrap().iso(), "2026-11-24T00:30:00Z");
    assert_eq!(Time::parse_in("2026-11-24T09:30", &zone).unwrap().iso(), "2026-11-24T00:30:00Z");
}

#[test]
fn buckets_before_1970_go_downwards() {
    assert_eq!(Time(-1).floor(HOUR), Time(-HOUR));
    assert_eq!(Time(HOUR).floor(HOUR), Time(HOUR));
    assert_eq!(Time::MAX.plus(i64::MAX), Time::MAX);
}
