use vocab::time::HOUR;
use vocab::{Quality, Time, Value};

use super::*;
use crate::bucket::Level;

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
    assert_eq!(stream.get(Key { t: 3, n: 0 }), Some(&row(3)));
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
