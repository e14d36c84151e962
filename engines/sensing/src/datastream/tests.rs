use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::ingest::tests::datastream;

proptest! {
    /// Whatever is registered, renamed and removed: ids and slugs find what a map finds.
    #[test]
    fn the_registry_is_two_maps(steps in prop::collection::vec((1i64..60, prop::option::of(0usize..40)), 0..300)) {
        let (all, mut map) = (Datastreams::default(), BTreeMap::<i64, String>::new());
        for (id, name) in steps {
            match name {
                Some(length) => {
                    // Slugs of all lengths, each of one datastream at a time, as the table has it.
                    let slug = format!("s/{}{}", "x".repeat(length * 4), id % 7);
                    if map.iter().any(|(other, known)| *other != id && *known == slug) {
                        continue;
                    }
                    let facts = datastream(id, Accepts::Number, Class::Instant);
                    all.put(Datastream { slug: Slug::new(slug.clone()).unwrap(), ..facts });
                    map.insert(id, slug);
                }
                None => {
                    all.remove(id);
                    map.remove(&id);
                }
            }
        }
        prop_assert_eq!(all.ids(), map.keys().copied().collect::<Vec<_>>());
        prop_assert_eq!(all.len(), map.len());
        for (id, slug) in &map {
            let known = all.get(*id).unwrap();
            prop_assert_eq!(known.slug.as_str(), slug);
            prop_assert_eq!(all.by_slug(&Slug::new(slug.clone()).unwrap()).unwrap().id, *id);
        }
        for id in (1..60).filter(|id| !map.contains_key(id)) {
            prop_assert!(all.get(id).is_none() && !all.contains(id));
        }
        let found = all.whose_slug(|slug| slug.starts_with("s/xxxx"));
        let expected = map.iter().filter(|(_, slug)| slug.starts_with("s/xxxx"));
        prop_assert!(found.iter().map(|d| d.id).eq(expected.map(|(id, _)| *id)));
    }
}
