use proptest::prelude::*;
use vocab::time::{DAY, HOUR};

use super::*;

fn bucket(level: Level, t: i64) -> Bucket {
    Bucket::at(level, t).unwrap()
}

#[test]
fn a_longer_bucket_takes_the_place_of_shorter_ones() {
    let t = 20_000 * DAY;
    let mut calendar = Calendar::default();
    calendar.insert(bucket(Level::Hour, t), 60);
    calendar.insert(bucket(Level::Hour, t + HOUR), 60);
    assert_eq!(calendar.covering(t + HOUR), Some(bucket(Level::Hour, t + HOUR)));
    assert_eq!(calendar.covering(t + 2 * HOUR), None);
    assert_eq!(calendar.days_with_hours(), [20_000]);
    calendar.insert(bucket(Level::Day, t), 10);
    assert_eq!(calendar.all(), [bucket(Level::Day, t)]);
    assert_eq!(calendar.covering(t + 23 * HOUR), Some(bucket(Level::Day, t)));
    calendar.insert(bucket(Level::Month, t), 0);
    assert_eq!(calendar.all(), [bucket(Level::Month, t)]);
    assert_eq!(calendar.rows(bucket(Level::Month, t).index), 130);
    calendar.remove(bucket(Level::Month, t), 130);
    assert!(calendar.is_empty());
}

proptest! {
    #[test]
    fn it_reads_as_it_writes_and_finds_what_it_lists(
        inserts in prop::collection::vec((0i64..90 * 24, 0usize..2, 0i64..5000), 0..60),
        from in 0i64..90 * 24, hours in 0i64..1000,
    ) {
        let start = 20_000 * DAY;
        let mut calendar = Calendar::default();
        for (hour, level, rows) in inserts {
            let t = start + hour * HOUR;
            // The rule of placement: what is covered stays where it is.
            let target = calendar.covering(t).unwrap_or(bucket(Level::ALL[level], t));
            calendar.insert(target, rows);
        }
        prop_assert_eq!(&Calendar::decode(&calendar.encode()).unwrap(), &calendar);
        let all = calendar.all();
        for pair in all.windows(2) {
            prop_assert!(pair[0].range().1 <= pair[1].range().0, "{:?}", pair);
        }
        for b in &all {
            prop_assert_eq!(calendar.covering(b.range().0), Some(*b));
        }
        let (from, to) = (start + from * HOUR, start + (from + hours) * HOUR);
        let expected: Vec<Bucket> =
            all.into_iter().filter(|b| b.range().0 < to && from < b.range().1).collect();
        prop_assert_eq!(calendar.buckets(from, to), expected);
    }

    #[test]
    fn broken_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        drop(Calendar::decode(&bytes));
    }
}
