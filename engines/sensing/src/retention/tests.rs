use super::*;
use crate::bucket::Level;
use crate::datastream::{Accepts, Class};

#[test]
fn whole_buckets_go_when_their_last_day_may() {
    let mut calendar = Calendar::default();
    let month = Bucket::at(Level::Month, 20_485 * DAY).unwrap(); // February 2026
    let day = |d: i64| Bucket::at(Level::Day, (20_513 + d) * DAY).unwrap(); // 1 March on
    calendar.insert(month, 100);
    calendar.insert(day(0), 10);
    calendar.insert(day(1), 10);
    let check = |cutoff_days: i64, expected: &[Bucket]| {
        assert_eq!(expired(&calendar, Time(cutoff_days * DAY)), expected, "{cutoff_days}");
    };
    check(20_512, &[]);
    check(20_513, &[month]);
    check(20_514, &[month, day(0)]);
    check(20_515, &[month, day(0), day(1)]);
}

#[test]
fn classes_without_a_line_are_kept() {
    let stream = crate::ingest::tests::datastream(1, Accepts::Number, Class::Instant).facts();
    let days = |class: &str| Retention { days: [(class.into(), 30)].into() };
    let now = Time(1000 * DAY);
    assert_eq!(days("raw").cutoff(&stream, now), None);
    assert_eq!(days("ever").cutoff(&stream, now), Some(Time(970 * DAY)));
}
