use super::*;

#[test]
fn days_are_read_written_and_counted() {
    for (text, read) in [
        ("2026-11-24", Some("2026-11-24")),
        ("2024-02-29", Some("2024-02-29")),
        ("2023-02-29", None),
        ("2026-11", None),
        ("2026-11-24T00:00:00Z", None),
        ("20261124", None),
        ("", None),
    ] {
        assert_eq!(Day::parse(text).ok().map(|day| day.to_string()).as_deref(), read, "{text}");
    }
    let day = |text| Day::parse(text).unwrap();
    for (from, to, days) in [
        ("2022-12-31", "2023-01-01", 1),
        ("2024-03-01", "2024-02-28", -2),
        ("2020-12-10", "2026-11-25", 2176),
        ("2026-01-01", "2026-01-01", 0),
    ] {
        assert_eq!(day(from).days_until(day(to)), days, "{from} to {to}");
    }
    assert_eq!(day("2024-03-31").months_before(1), day("2024-02-29"));
}

#[test]
fn a_day_begins_when_it_does_in_the_zone() {
    let zone = TimeZone::get("Asia/Tokyo").unwrap();
    let start = Day::parse("2026-11-24").unwrap().start(&zone);
    assert_eq!(start.iso(), "2026-11-23T15:00:00Z");
    assert_eq!(Day::of(start, &zone).to_string(), "2026-11-24");
    assert_eq!(Day::of(start.plus(-1), &zone).to_string(), "2026-11-23");
}
