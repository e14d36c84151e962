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

#[test]
fn a_timetable_counts_from_noon_less_twelve_hours() {
    for (day, zone, expected) in [
        ("2026-11-24", "Asia/Tokyo", "2026-11-23T15:00:00Z"),
        // Clocks go forward at 01:00, and backward at 02:00.
        ("2026-03-29", "Europe/Lisbon", "2026-03-28T23:00:00Z"),
        ("2026-10-25", "Europe/Lisbon", "2026-10-25T00:00:00Z"),
        ("2026-10-24", "Europe/Lisbon", "2026-10-23T23:00:00Z"),
    ] {
        let zone = TimeZone::get(zone).expect("a zone");
        assert_eq!(Day::parse(day).expect("a day").timetable_start(&zone).iso(), expected, "{day}");
    }
}

#[test]
fn days_follow_each_other_through_the_week() {
    let day = |text: &str| Day::parse(text).expect("a day");
    assert_eq!(day("2028-02-28").plus(2), day("2028-03-01"));
    assert_eq!(day("2026-01-01").plus(-1), day("2025-12-31"));
    assert_eq!((day("2026-11-23").weekday(), day("2026-11-29").weekday()), (0, 6));
}
