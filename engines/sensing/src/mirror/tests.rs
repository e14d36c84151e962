use std::collections::BTreeMap;

use proptest::prelude::*;
use vocab::time::{HOUR, MINUTE};
use vocab::{Quality, Time, Value};

use super::*;
use crate::block::tests::any_rows;
use crate::bucket::Level;
use crate::observation::{Mark, Span};

fn row(t: i64) -> Row {
    Row::new(Key { t, n: 0 }, &Value::Number(t as f64), Quality::Valid, None, Time(t), 0)
}

#[test]
fn rows_lie_sorted_however_they_come() {
    let mut stream = Stream::default();
    [5, 1, 9, 5, 3].into_iter().for_each(|t| stream.put(row(t)));
    assert_eq!(stream.rows().iter().map(|r| r.t).collect::<Vec<_>>(), [1, 3, 5, 9]);
    assert_eq!((stream.count(), stream.extent(), stream.last().map(|r| r.t)), (4, Some((1, 9)), Some(9)));
    assert_eq!(stream.span(Span::times(2, 9)).len(), 2);
    assert_eq!(stream.get(Key { t: 3, n: 0 }), Some(row(3)));
    assert_eq!(stream.get(Key { t: 4, n: 0 }), None);
}

#[test]
fn a_row_that_is_also_sealed_counts_once() {
    let mut stream = Stream::default();
    (0..10).for_each(|i| stream.put(row(i * HOUR / 5)));
    let hour = Bucket::at(Level::Hour, 0).unwrap();
    stream.mark_sealed(hour);
    stream.sealed.rows = 5;
    stream.sealed.last = Some(row(4 * HOUR / 5));
    assert_eq!(stream.count(), 10);
    let mut over = row(0);
    over.mark = Mark::Over;
    stream.put(over);
    assert_eq!(stream.count(), 10);
    let keys: Vec<Key> = (0..5).map(|i| Key { t: i * HOUR / 5, n: 0 }).collect();
    stream.forget_sealed(&keys);
    assert_eq!((stream.rows().len(), stream.count()), (6, 10), "the one put over stays hot");
    stream.remove(Key { t: 0, n: 0 });
    assert_eq!(stream.count(), 10, "the sealed one under it is still there");
}

#[derive(Debug, Clone)]
enum Step {
    /// So many rows, one after the other, from this minute on.
    Put(i64, i64),
    Over(i64),
    Remove(i64),
    SealHour(i64),
    /// The copies of an hour go, but for some.
    Forget(i64, i64),
    Sealed(u64),
}

fn any_step() -> impl Strategy<Value = Step> {
    let minute = || 0i64..1_500;
    prop_oneof![
        4 => (minute(), 1i64..80).prop_map(|(from, rows)| Step::Put(from, rows)),
        2 => minute().prop_map(Step::Over),
        2 => minute().prop_map(Step::Remove),
        1 => (0i64..25).prop_map(Step::SealHour),
        1 => (0i64..25, 1i64..7).prop_map(|(hour, step)| Step::Forget(hour, step)),
        1 => (0u64..9).prop_map(Step::Sealed),
    ]
}

fn minute(m: i64, mark: Mark) -> Row {
    let value = Value::Number((m % 17) as f64 / 10.0);
    let mut row =
        Row::new(Key { t: m * MINUTE, n: 0 }, &value, Quality::Valid, None, Time(m * MINUTE + m), 3);
    row.mark = mark;
    row
}

fn keys(rows: &[Row]) -> Vec<(i64, Mark)> {
    rows.iter().map(|row| (row.t, row.mark)).collect()
}

proptest! {
    /// Few rows or many, packed or not: what is answered is what a plain map of the rows answers.
    #[test]
    fn it_is_a_map_of_rows(steps in prop::collection::vec(any_step(), 0..40), id in 1i64..2_000) {
        let (mirror, mut map, mut sealed) = (Mirror::default(), BTreeMap::<i64, Mark>::new(), 0);
        for step in steps {
            match step {
                Step::Put(from, count) => {
                    map.extend((from..from + count).map(|m| (m, Mark::Fresh)));
                    mirror.put_all((from..from + count).map(|m| (id, minute(m, Mark::Fresh))).collect());
                }
                Step::Over(m) => {
                    map.insert(m, Mark::Over);
                    mirror.put_all(vec![(id, minute(m, Mark::Over))]);
                }
                Step::Remove(m) => {
                    map.remove(&m);
                    mirror.change(id, |stream| stream.remove(Key { t: m * MINUTE, n: 0 }));
                }
                Step::SealHour(hour) => {
                    map.range_mut(hour * 60..(hour + 1) * 60).for_each(|(_, mark)| *mark = Mark::Sealed);
                    let bucket = Bucket::at(Level::Hour, hour * HOUR).unwrap();
                    mirror.change(id, |stream| stream.mark_sealed(bucket));
                }
                Step::Forget(hour, step) => {
                    let gone: Vec<i64> = (hour * 60..(hour + 1) * 60).step_by(step as usize).collect();
                    map.retain(|m, mark| *mark != Mark::Sealed || !gone.contains(m));
                    let gone: Vec<Key> = gone.iter().map(|m| Key { t: m * MINUTE, n: 0 }).collect();
                    mirror.change(id, |stream| stream.forget_sealed(&gone));
                }
                Step::Sealed(rows) => {
                    sealed = rows;
                    let last = (rows > 0).then(|| minute(700, Mark::Fresh));
                    let mut known = Sealed { rows, first: -5, last, ..Sealed::default() };
                    if rows > 0 {
                        known.calendar.insert(Bucket::at(Level::Day, 0).unwrap(), rows as i64);
                    }
                    mirror.change(id, |stream| stream.sealed = known);
                }
            }
            let expected: Vec<(i64, Mark)> = map.iter().map(|(m, mark)| (m * MINUTE, *mark)).collect();
            prop_assert_eq!(mirror.hot_rows(), expected.len());
            let fresh = expected.iter().filter(|(_, mark)| *mark == Mark::Fresh).count();
            let looked = mirror.with(id, |look| -> Result<(), TestCaseError> {
                prop_assert_eq!(keys(&look.rows()), &expected[..]);
                prop_assert_eq!((look.len(), look.covered()), (expected.len(), expected.len() - fresh));
                prop_assert_eq!(look.count(), sealed + fresh as u64);
                let span = Span::times(100 * MINUTE, 900 * MINUTE);
                let within: Vec<_> =
                    expected.iter().filter(|(t, _)| (100 * MINUTE..900 * MINUTE).contains(t)).copied().collect();
                prop_assert_eq!(keys(&look.span(span)), &within[..]);
                prop_assert_eq!(keys(&look.first_of(span, 40)), &within[..within.len().min(40)]);
                prop_assert_eq!(keys(&look.last_of(span, 40)), &within[within.len().saturating_sub(40)..]);
                for m in [0, 700, 701, 1_499] {
                    let found = look.get(Key { t: m * MINUTE, n: 0 }).map(|row| (row.t, row.mark));
                    prop_assert_eq!(found, map.get(&m).map(|mark| (m * MINUTE, *mark)));
                }
                let hot = expected.last().map(|(t, _)| *t);
                let last = hot.into_iter().chain((sealed > 0).then_some(700 * MINUTE)).max();
                prop_assert_eq!(look.last().map(|row| row.t), last);
                let first = expected.first().map(|(t, _)| *t).into_iter().chain((sealed > 0).then_some(-5)).min();
                prop_assert_eq!(look.extent(), first.zip(last));
                prop_assert!(look.since().is_none_or(|since| expected[0].0 >= since && expected[0].0 < since + HOUR));
                prop_assert_eq!(look.since().is_some(), !expected.is_empty());
                let bucket = look.sealed_bucket(Key { t: 5, n: 0 }).is_some();
                prop_assert_eq!(bucket, sealed > 0);
                Ok(())
            });
            looked.unwrap_or(Ok(()))?;
        }
        mirror.forget(id);
        prop_assert_eq!((mirror.hot_rows(), mirror.with(id, |_| ())), (0, None));
    }

    /// Whatever a row holds, it comes out of few rows and of many as it went in.
    #[test]
    fn rows_survive(rows in any_rows(80)) {
        let mirror = Mirror::default();
        let (early, late) = rows.split_at(rows.len() / 2);
        mirror.put_all(late.iter().map(|row| (7, row.clone())).collect());
        mirror.put_all(early.iter().map(|row| (7, row.clone())).collect());
        prop_assert_eq!(&mirror.with(7, |look| look.rows()).unwrap_or_default(), &rows);
        let mut stream = Stream::default();
        rows.iter().cloned().for_each(|row| stream.put(row));
        prop_assert_eq!(&stream.rows(), &rows);
    }
}

#[test]
fn streams_are_shown_in_order_from_any_of_them_on() {
    let mirror = Mirror::default();
    let ids = [1, 2, 255, 256, 70_000, 70_001, 1 << 22];
    mirror.put_all(ids.iter().rev().map(|id| (*id, row(5))).collect());
    let from = |first: i64, most: usize| {
        let mut seen = Vec::new();
        mirror.each_from(first, |id, _| {
            seen.push(id);
            seen.len() < most
        });
        seen
    };
    assert_eq!(from(0, 99), ids);
    assert_eq!(from(256, 99), ids[3..]);
    assert_eq!(from(257, 2), ids[4..6]);
    assert!(from(1 << 23, 99).is_empty());
    mirror.change(-3, |stream| stream.put(row(1)));
    assert_eq!(mirror.hot_rows(), ids.len(), "what is no id has no stream");
}

/// The figure that the memory of five million datastreams is planned with.
#[test]
fn a_few_plain_readings_take_few_bytes() {
    let mirror = Mirror::default();
    let hourly = |hour: i64| {
        let t = 1_790_000_000_000_000 + hour * HOUR + hour % 7 * 1_000;
        let value = Value::Number(1_234.5 + hour as f64 / 10.0);
        Row::new(Key { t, n: 0 }, &value, Quality::Valid, None, Time(t + 2_000_000), 12)
    };
    (0..24).for_each(|hour| mirror.put_all((1..=256).map(|id| (id, hourly(hour))).collect()));
    assert!(mirror.weight() / 256 < 220, "{} bytes for a day of a meter", mirror.weight() / 256);
    (1..=256).for_each(|id| mirror.forget(id));
    assert_eq!(mirror.weight(), 0);
}
