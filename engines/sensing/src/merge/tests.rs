use std::collections::BTreeMap;

use proptest::prelude::*;
use vocab::{Quality, Time, Value};

use super::*;
use crate::observation::Key;

fn row(t: i64, value: f64) -> Row {
    Row::new(Key { t, n: 0 }, &Value::Number(value), Quality::Valid, None, Time(t), 0)
}

proptest! {
    #[test]
    fn hot_wins_and_nothing_is_lost(sealed in prop::collection::btree_map(0i64..50, 0f64..1.0, 0..40),
                                    hot in prop::collection::btree_map(0i64..50, 1f64..2.0, 0..40)) {
        let rows = |map: &BTreeMap<i64, f64>| map.iter().map(|(t, v)| row(*t, *v)).collect::<Vec<_>>();
        let merged = merge(rows(&sealed), rows(&hot));
        let mut expected = sealed;
        expected.extend(hot);
        prop_assert_eq!(&merged, &rows(&expected));
        prop_assert_eq!(merge(merged.clone(), merged.clone()), merged, "merging again changes nothing");
    }
}
