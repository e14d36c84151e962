use proptest::prelude::*;
use vocab::Value;

use super::*;
use crate::block::tests::{a_day, any_extra, any_quality, any_value};

fn there_and_back(streams: &[(String, Vec<Row>)]) -> Vec<(String, Row)> {
    let mut writer = DayWriter::new(Vec::new()).unwrap();
    for (slug, rows) in streams {
        writer.add(slug, rows, |source| format!("feed:{source}")).unwrap();
    }
    let bytes = writer.finish().unwrap();
    let mut found = Vec::new();
    read::<ExportError>(bytes::Bytes::from(bytes), |records| {
        for record in records {
            let mut row = record.row;
            row.source = record.source.trim_start_matches("feed:").parse().unwrap();
            found.push((record.datastream.to_string(), row));
        }
        Ok(())
    })
    .unwrap();
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn rows_survive_parquet(
        values in prop::collection::vec((0i64..1_000_000_000, any_value(), any_quality(), any_extra(), 0u32..3), 0..60)
    ) {
        let row = |(t, value, quality, extra, source): &(i64, Value, _, Option<Extra>, u32)| {
            Row::new(Key { t: *t, n: t % 3 }, value, *quality, extra.as_ref(), Time(t * 3), *source)
        };
        let rows: Vec<Row> = values.iter().map(row).collect();
        let streams = [("a/1".to_string(), rows.clone()), ("b/2".to_string(), rows)];
        let expected: Vec<(String, Row)> =
            streams.iter().flat_map(|(slug, rows)| rows.iter().map(|row| (slug.clone(), row.clone()))).collect();
        prop_assert_eq!(there_and_back(&streams), expected);
    }
}

#[test]
fn several_groups() {
    let rows = a_day(70_000);
    let streams = [("a".to_string(), rows.clone()), ("b".to_string(), rows.clone()), ("c".to_string(), rows)];
    assert_eq!(there_and_back(&streams).len(), 210_000);
}

#[test]
fn other_files_are_refused() {
    let refused = read::<ExportError>(bytes::Bytes::from_static(b"PAR1 no file PAR1"), |_| Ok(()));
    assert!(refused.is_err());
    let schema = Arc::new(parse_message_type("message x { REQUIRED INT64 datastream; }").unwrap());
    let file = SerializedFileWriter::new(Vec::new(), schema, Arc::default()).unwrap();
    let bytes = file.into_inner().unwrap();
    let refused = read::<ExportError>(bytes::Bytes::from(bytes), |_| Ok(()));
    assert!(matches!(refused, Err(ExportError::Schema(_))), "{refused:?}");
}
