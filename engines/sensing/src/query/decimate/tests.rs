use proptest::prelude::*;
use vocab::{Quality, Time, Value};

use super::*;
use crate::observation::Key;

fn row(t: i64, value: Value) -> Row {
    Row::new(Key { t, n: 0 }, &value, Quality::Valid, None, Time(0), 0)
}

fn decimated(points: usize, rows: &[Row]) -> Vec<Row> {
    let (from, to) = (rows.first().map_or(0, |row| row.t), rows.last().map_or(0, |row| row.t));
    let mut decimation = Decimation::new(points, from, to);
    rows.iter().for_each(|row| decimation.add(row.clone()));
    decimation.finish()
}

#[test]
fn peaks_stay_where_they_were() {
    let check = |values: &[f64], points: usize, expected: &[i64]| {
        let rows: Vec<Row> = (0i64..).zip(values).map(|(t, value)| row(t, Value::Number(*value))).collect();
        let kept: Vec<i64> = decimated(points, &rows).iter().map(|row| row.t).collect();
        assert_eq!(kept, expected, "{values:?}");
    };
    check(&[], 4, &[]);
    check(&[1.0, 2.0, 3.0, 4.0], 4, &[0, 1, 2, 3]);
    check(&[1.0, 1.0, 9.0, 1.0, -9.0, 1.0, 1.0], 4, &[0, 2, 4, 6]);
    check(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 5.0, 0.0, 0.0], 6, &[0, 5, 7, 9]);
    // What is no number is shown where nothing else is.
    let mut rows: Vec<Row> = (0..10).map(|t| row(t, Value::Missing)).collect();
    assert_eq!(decimated(4, &rows).len(), 2);
    rows[5] = row(5, Value::Number(1.0));
    assert!(decimated(4, &rows).iter().any(|row| row.t == 5));
}

proptest! {
    #[test]
    fn never_more_points_and_always_the_extremes(values in prop::collection::vec(-100i32..100, 1..300), points in LEAST..50) {
        let rows: Vec<Row> = (0i64..).zip(&values).map(|(t, value)| row(t * t, Value::Number(f64::from(*value)))).collect();
        let kept = decimated(points, &rows);
        prop_assert!(kept.len() <= points, "{} of {points}", kept.len());
        prop_assert!(kept.windows(2).all(|pair| pair[0].t < pair[1].t));
        prop_assert_eq!(kept.first(), rows.first());
        prop_assert_eq!(kept.last(), rows.last());
        let least = |rows: &[Row]| rows.iter().filter_map(Row::number).min_by(f64::total_cmp);
        let greatest = |rows: &[Row]| rows.iter().filter_map(Row::number).max_by(f64::total_cmp);
        prop_assert_eq!(least(&kept), least(&rows));
        prop_assert_eq!(greatest(&kept), greatest(&rows));
    }
}
