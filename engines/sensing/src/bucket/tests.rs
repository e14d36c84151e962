use proptest::prelude::*;
use vocab::Time;

use super::*;

fn t(text: &str) -> i64 {
    Time::parse(text).map(|t| t.0).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn buckets_begin_where_the_calendar_says() {
    let check = |level, at: &str, from: &str, to: &str| {
        let bucket = Bucket::at(level, t(at)).unwrap();
        assert_eq!(bucket.range(), (t(from), t(to)), "{level:?} of {at}");
    };
    check(Level::Hour, "2026-11-24T09:59:59.999999Z", "2026-11-24T09:00:00Z", "2026-11-24T10:00:00Z");
    check(Level::Day, "1969-12-31T23:00:00Z", "1969-12-31T00:00:00Z", "1970-01-01T00:00:00Z");
    check(Level::Month, "2024-02-29T00:00:00Z", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z");
    check(Level::Month, "1900-02-28T12:00:00Z", "1900-02-01T00:00:00Z", "1900-03-01T00:00:00Z");
    check(Level::Month, "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-02-01T00:00:00Z");
    assert_eq!(Bucket::at(Level::Month, Time::MAX.0).unwrap().range().0, t("9999-12-01T00:00:00Z"));
}

#[test]
fn far_times_have_no_short_bucket_but_always_a_month() {
    for (at, hour, day) in [
        ("0001-01-01T00:00:00Z", false, true),
        ("1900-01-01T00:00:00Z", true, true),
        ("9999-01-01T00:00:00Z", false, false),
    ] {
        assert_eq!(Bucket::at(Level::Hour, t(at)).is_some(), hour, "hour {at}");
        assert_eq!(Bucket::at(Level::Day, t(at)).is_some(), day, "day {at}");
        assert!(Bucket::at(Level::Month, t(at)).is_some(), "month {at}");
    }
}

proptest! {
    #[test]
    fn a_bucket_holds_its_time_and_its_key_gives_it_back(
        at in Time::MIN.0..=Time::MAX.0, datastream in 0i64..1 << 32, part in 0usize..256
    ) {
        for level in Level::ALL {
            let Some(bucket) = Bucket::at(level, at) else { continue };
            let (from, to) = bucket.range();
            prop_assert!(from <= at && at < to);
            let id = bucket.id(datastream, part);
            prop_assert!(id >= 0);
            prop_assert_eq!(Bucket::of_id(id), Some((bucket, datastream)));
            let (first, last) = bucket.ids(datastream);
            prop_assert!(first <= id && id <= last);
        }
    }

    #[test]
    fn keys_sort_by_bucket_then_datastream(a in 0i64..1_000_000, b in 0i64..1_000_000, x in 0i64..1 << 32, y in 0i64..1 << 32) {
        let key = |index, datastream| Bucket { level: Level::Day, index }.id(datastream, 0);
        prop_assert_eq!(key(a, x).cmp(&key(b, y)), (a, x).cmp(&(b, y)));
    }
}
