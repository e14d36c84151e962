use vocab::{Quality, Value};

use super::*;
use crate::mirror::Stream;
use crate::observation::{Key, Row};

const START: i64 = 20_485 * DAY; // 2026-02-01

fn stream(times: impl IntoIterator<Item = i64>) -> Stream {
    let mut stream = Stream::default();
    for t in times {
        stream.put(Row::new(Key { t, n: 0 }, &Value::Number(1.0), Quality::Valid, None, Time(t), 0));
    }
    stream
}

fn planned(stream: &Stream, now: i64) -> Vec<(Level, i64)> {
    let tasks = plan(1, Look::Many(stream), Time(now), &Rules::default());
    tasks.into_iter().map(|t| (t.bucket.level, (t.bucket.range().0 - START) / HOUR)).collect()
}

#[test]
fn closed_hours_then_closed_days_then_months() {
    let every_minute = (0..180).map(|m| START + m * MINUTE);
    let busy = stream(every_minute);
    let sparse = stream([START, START + HOUR]);
    let check = |stream: &Stream, now: i64, expected: &[(Level, i64)]| {
        assert_eq!(planned(stream, START + now), expected, "{} min", now / MINUTE);
    };
    check(&busy, 2 * HOUR, &[]);
    check(&busy, 2 * HOUR + 10 * MINUTE, &[(Level::Hour, 0)]);
    check(&busy, 4 * HOUR, &[(Level::Hour, 0), (Level::Hour, 1)]);
    check(&sparse, 20 * HOUR, &[]);
    check(&busy, 26 * HOUR, &[(Level::Day, 0)]);
    check(&sparse, 26 * HOUR, &[(Level::Day, 0)]);
}

#[test]
fn late_rows_go_where_their_time_is_sealed() {
    let day = Bucket::at(Level::Day, START).unwrap();
    let mut late = stream([START + 5]);
    late.sealed.calendar.insert(day, 5_000);
    assert_eq!(planned(&late, START + 30 * HOUR), [(Level::Day, 0)]);
    let mut late = stream([START + 5]);
    late.sealed.calendar.insert(Bucket::at(Level::Hour, START).unwrap(), 60);
    assert_eq!(planned(&late, START + 3 * HOUR), [(Level::Hour, 0)]);
}

#[test]
fn small_months_join_once_they_are_over() {
    let mut stream = stream([]);
    let day = |d| Bucket::at(Level::Day, START + d * DAY).unwrap();
    stream.sealed.calendar.insert(day(0), 24);
    stream.sealed.calendar.insert(day(1), 24);
    assert_eq!(planned(&stream, START + 28 * DAY), []);
    assert_eq!(planned(&stream, START + 30 * DAY), [(Level::Month, 0)]);
    stream.sealed.calendar.insert(day(2), 2_001);
    assert_eq!(planned(&stream, START + 30 * DAY), []);
    // A late row into a day of a month about to join is left to the month.
    let mut stream = super::tests::stream([START + 5]);
    stream.sealed.calendar.insert(day(0), 24);
    assert_eq!(planned(&stream, START + 30 * DAY), [(Level::Month, 0)]);
}

#[test]
fn what_is_sealed_already_is_not_sealed_again() {
    let mut stream = stream((0..60).map(|m| START + m * MINUTE));
    let hour = Bucket::at(Level::Hour, START).unwrap();
    stream.sealed.calendar.insert(hour, 60);
    stream.mark_sealed(hour);
    assert_eq!(planned(&stream, START + 3 * HOUR), []);
}

#[test]
fn a_past_that_is_filled_in_closes_behind_its_latest_row() {
    let filled = |minutes: i64, received: i64| {
        let mut stream = Stream::default();
        for m in 0..minutes {
            let t = START + m * MINUTE;
            let value = Value::Number(1.0);
            stream.put(Row::new(Key { t, n: 0 }, &value, Quality::Valid, None, Time(START + received), 0));
        }
        stream
    };
    let check = |minutes: i64, quiet_for: i64, expected: &[(Level, i64)]| {
        let received = 100 * DAY;
        assert_eq!(
            planned(&filled(minutes, received), START + received + quiet_for),
            expected,
            "{minutes} min"
        );
    };
    check(120, 0, &[]);
    check(140, 0, &[(Level::Hour, 0)]);
    check(26 * 60, 0, &[(Level::Day, 0)]);
    check(140, 11 * MINUTE, &[(Level::Day, 0)]);
}

#[test]
fn nothing_waits_when_memory_is_short() {
    let check = |stream: &Stream, now: i64, expected: &[(Level, i64)]| {
        let tasks = plan(1, Look::Many(stream), Time(START + now), &Rules::default().pressed());
        let found: Vec<_> =
            tasks.into_iter().map(|t| (t.bucket.level, (t.bucket.range().0 - START) / HOUR)).collect();
        assert_eq!(found, expected, "{} min", now / MINUTE);
    };
    let sparse = stream([START, START + HOUR]);
    check(&sparse, HOUR - 1, &[]);
    check(&sparse, HOUR + 10 * MINUTE, &[(Level::Hour, 0)]);
    check(&sparse, 2 * HOUR, &[(Level::Hour, 0), (Level::Hour, 1)]);
    check(&sparse, DAY, &[(Level::Day, 0)]);
}
