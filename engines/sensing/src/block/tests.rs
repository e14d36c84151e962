use proptest::prelude::*;
use vocab::{Quality, Time, Value};

use super::*;
use crate::observation::Extra;

/// Any result the door lets in.
pub(crate) fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => (-400i32..400).prop_map(|tenths| Value::Number(f64::from(tenths) / 10.0)),
        2 => any::<f64>().prop_filter("finite", |v| v.is_finite()).prop_map(Value::Number),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => ".{0,20}".prop_map(Value::Text),
        1 => (any::<i32>(), ".{0,5}").prop_map(|(n, t)| Value::Json(serde_json::json!({"n": n, "t": [t]}))),
        1 => Just(Value::Missing),
    ]
}

pub(crate) fn any_quality() -> impl Strategy<Value = Quality> {
    prop_oneof![8 => Just(Quality::Valid), 2 => prop::sample::select(Quality::ALL.to_vec())]
}

pub(crate) fn any_extra() -> impl Strategy<Value = Option<Extra>> {
    let extra = (any::<Option<i64>>(), any::<Option<i64>>()).prop_map(|(result_time, feature)| Extra {
        result_time,
        feature,
        ..Extra::default()
    });
    prop_oneof![6 => Just(None), 1 => extra.prop_map(Some)]
}

pub(crate) fn any_rows(most: usize) -> impl Strategy<Value = Vec<Row>> {
    let row = (
        prop_oneof![9 => 0i64..5_000_000_000, 1 => Time::MIN.0..Time::MAX.0],
        prop_oneof![9 => Just(0i64), 1 => any::<i64>()],
        any_value(),
        any_quality(),
        any_extra(),
        prop_oneof![5 => 0i64..100_000_000, 1 => Time::MIN.0..Time::MAX.0],
        0u32..4,
    );
    prop::collection::vec(row, 0..most).prop_map(|rows| {
        let mut rows: Vec<Row> = rows
            .into_iter()
            .map(|(t, n, value, quality, extra, late, source)| {
                let received = Time(t.saturating_add(late));
                Row::new(Key { t, n }, &value, quality, extra.as_ref(), received, source)
            })
            .collect();
        rows.sort_by_key(Row::key);
        rows.dedup_by_key(|row| row.key());
        rows
    })
}

/// A day of a minute stream with tenths, jitter and a few late rows: what most blocks look like.
pub(crate) fn a_day(rows: i64) -> Vec<Row> {
    (0..rows)
        .map(|i| {
            let t = 1_700_006_400_000_000 + i * 60_000_000 + (i * 7_919 % 4_001 - 2_000) * 1_000;
            let value = Value::Number((200 + i * i % 37) as f64 / 10.0);
            let late = if i % 20 == 3 { 1_800_000_000 } else { 2_000_000 };
            Row::new(Key { t, n: 0 }, &value, Quality::Valid, None, Time(t + late), 1)
        })
        .collect()
}

proptest! {
    #[test]
    fn rows_survive(rows in any_rows(400)) {
        let blob = encode(&rows);
        let block = Block::open(&blob).unwrap();
        prop_assert_eq!(block.len(), rows.len());
        prop_assert_eq!(&block.rows().unwrap(), &rows);
        prop_assert_eq!(block.keys().unwrap(), rows.iter().map(Row::key).collect::<Vec<_>>());
        let (times, numbers) = block.numbers().unwrap();
        prop_assert_eq!(times, rows.iter().map(|r| r.t).collect::<Vec<_>>());
        let expected: Vec<_> = rows.iter().map(|r| (r.quality(), r.number())).collect();
        prop_assert_eq!(numbers.iter().collect::<Vec<_>>(), expected);
        prop_assert_eq!(encode(&rows), blob, "the same rows give the same bytes");
    }

    #[test]
    fn one_changed_byte_is_noticed(rows in any_rows(40), at in any::<prop::sample::Index>(), by in 1u8..) {
        let mut blob = encode(&rows);
        let at = at.index(blob.len());
        blob[at] ^= by;
        prop_assert!(Block::open(&blob).is_err());
    }

    #[test]
    fn a_lie_with_a_right_checksum_never_panics(
        rows in any_rows(60), at in any::<prop::sample::Index>(), by in 1u8..
    ) {
        let mut blob = encode(&rows);
        blob.truncate(blob.len() - CRC_BYTES);
        let at = at.index(blob.len());
        blob[at] ^= by;
        seal(&mut blob);
        if let Ok(block) = Block::open(&blob) {
            drop(block.rows());
            drop(block.keys());
            drop(block.numbers());
        }
    }

    #[test]
    fn a_torn_blob_is_noticed(rows in any_rows(40), at in any::<prop::sample::Index>()) {
        let blob = encode(&rows);
        prop_assert!(Block::open(&blob[..at.index(blob.len())]).is_err());
    }

    #[test]
    fn pieces_join_to_the_whole(rows in any_rows(300), parts in 1usize..20) {
        let pieces = partition(&rows, parts);
        prop_assert!(pieces.len() <= parts);
        prop_assert_eq!(pieces.concat(), rows);
    }
}

#[test]
fn a_long_day_is_cut() {
    let rows = a_day(20_000);
    assert_eq!(partition(&rows, 256).iter().map(|p| p.len()).collect::<Vec<_>>(), [8_192, 8_192, 3_616]);
    let key = |t| Key { t, n: 0 };
    let text = Value::Text("x".repeat(60_000));
    let long: Vec<Row> =
        (0..200).map(|t| Row::new(key(t), &text, Quality::Valid, None, Time(t), 0)).collect();
    assert_eq!(partition(&long, 256).len(), 3);
    assert_eq!(partition(&long, 2).len(), 1);
}

/// Blobs written by this version must be read by every later one. To make new ones after a change of format: raise
/// [`VERSION`], keep reading the old, and run with `BLESS=1`.
#[test]
fn golden_blobs_read_as_before() {
    let check = |name: &str, rows: Vec<Row>| {
        let path = format!("{}/src/block/golden/{name}.bin", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, encode(&rows)).unwrap();
        }
        let blob = std::fs::read(&path).unwrap_or_else(|e| panic!("{path}: {e}; run with BLESS=1"));
        assert_eq!(Block::open(&blob).unwrap().rows().unwrap(), rows, "{name}");
    };
    check("v1-hour", a_day(60));
    check("v1-day", a_day(1_440));
    let value = |i: i64| match i % 5 {
        0 => Value::Number(1.0 / (i + 1) as f64),
        1 => Value::Bool(i % 2 == 0),
        2 => Value::Text(format!("班次 {i}")),
        3 => Value::Json(serde_json::json!({"lane": i, "open": true})),
        _ => Value::Missing,
    };
    let mixed = |i: i64| {
        let extra = Extra { result_time: Some(i), feature: (i % 3 == 0).then_some(i), ..Extra::default() };
        let quality = Quality::ALL[(i % 5) as usize];
        let key = Key { t: i * 1_000_003, n: i * 3_600 };
        Row::new(
            key,
            &value(i),
            quality,
            (i % 4 == 0).then_some(&extra),
            Time(i * 2_000_000),
            (i / 10) as u32,
        )
    };
    check("v1-mixed", (0..50).map(mixed).collect());
}
