use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn it_is_a_map(steps in prop::collection::vec((0i64..5_000, any::<Option<u8>>()), 0..200)) {
        let (mut paged, mut map) = (Paged::default(), BTreeMap::new());
        for (id, value) in steps {
            match value {
                Some(value) => prop_assert_eq!(paged.put(id, value), map.insert(id, value)),
                None => prop_assert_eq!(paged.remove(id), map.remove(&id)),
            }
            prop_assert_eq!(paged.get(id), map.get(&id));
        }
        prop_assert_eq!(paged.len(), map.len());
        prop_assert!(paged.iter().eq(map.iter().map(|(id, value)| (*id, value))));
    }
}

proptest! {
    #[test]
    fn ids_are_a_set(steps in prop::collection::vec((1i64..300, any::<bool>()), 0..200)) {
        let (mut ids, mut set) = (Ids::default(), std::collections::BTreeSet::new());
        for (id, is_in) in steps {
            if is_in {
                ids.insert(id);
                set.insert(id);
            } else {
                ids.remove(id);
                set.remove(&id);
            }
            prop_assert_eq!((ids.contains(id), ids.is_empty()), (is_in, set.is_empty()));
        }
        prop_assert!(ids.iter().eq(set.iter().copied()));
    }
}

#[test]
fn nothing_stands_where_no_id_is() {
    let mut paged = Paged::default();
    assert_eq!((paged.put(-1, 1), paged.put(1 << 32, 1)), (None, None));
    assert_eq!((paged.get(-1), paged.len()), (None, 0));
}
