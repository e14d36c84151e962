use proptest::prelude::*;
use vocab::time::HOUR;
use vocab::{Time, Value};

use super::*;
use crate::block::tests::{a_day, any_quality, any_value};
use crate::observation::Key;

fn rows(values: Vec<(i64, Value, Quality)>) -> Vec<Row> {
    let mut rows: Vec<Row> = values
        .iter()
        .map(|(t, value, quality)| Row::new(Key { t: *t, n: 0 }, value, *quality, None, Time(*t), 0))
        .collect();
    rows.sort_by_key(Row::key);
    rows.dedup_by_key(|row| row.key());
    rows
}

proptest! {
    #[test]
    fn hours_survive_and_join_to_the_whole(
        values in prop::collection::vec((0i64..700 * HOUR, any_value(), any_quality()), 0..400)
    ) {
        let rows = rows(values);
        let hours = of_rows(&rows);
        prop_assert_eq!(&decode(&encode(&hours)).unwrap(), &hours);
        let mut joined = Summary::default();
        hours.iter().for_each(|(_, summary)| joined.join(summary));
        let whole = Summary::of(&rows);
        // Sums may differ in the last place with the order of adding.
        prop_assert!((joined.sum - whole.sum).abs() <= whole.sum.abs() * 1e-9 || !whole.sum.is_finite() || whole.max > 1e300 || whole.min < -1e300);
        prop_assert_eq!(Summary { sum: 0.0, ..joined }, Summary { sum: 0.0, ..whole });
    }

    #[test]
    fn one_changed_byte_is_noticed(at in any::<prop::sample::Index>(), by in 1u8..) {
        let mut blob = encode(&of_rows(&a_day(600)));
        let at = at.index(blob.len());
        blob[at] ^= by;
        prop_assert!(decode(&blob).is_err());
    }
}

#[test]
fn a_day_replaces_its_own_hours_only() {
    let all = a_day(2 * 1_440 + 60);
    let mut known = of_rows(&all);
    let hours = known.len();
    let day = Bucket::at(Level::Day, all[1_500].t).unwrap();
    replace(&mut known, day, of_rows(&all[1_500..1_510]));
    assert_eq!(known.len(), hours - 23);
    assert!(known.windows(2).all(|w| w[0].0 < w[1].0));
}

#[test]
fn golden_blob_reads_as_before() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rollup/golden/v1.bin");
    let hours = of_rows(&a_day(5_000));
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, encode(&hours)).unwrap();
    }
    let blob = std::fs::read(path).unwrap_or_else(|e| panic!("{path}: {e}; run with BLESS=1"));
    assert_eq!(decode(&blob).unwrap(), hours);
}
