use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::message::Qos;
use crate::topic::Bounds;

fn message(topic: &str, payload: &str) -> Arc<Message> {
    Arc::new(Message::new(topic.into(), Bytes::copy_from_slice(payload.as_bytes()), Qos::AtMostOnce))
}

fn topics(kept: &Retained, filter: &str) -> Vec<String> {
    let filter = Filter::parse(filter, Bounds::default()).expect("a filter");
    kept.find(&filter, Time(0)).iter().map(|m| m.topic.to_string()).collect()
}

#[test]
fn the_last_one_stays_and_an_empty_one_takes_it_away() {
    let mut kept = Retained::default();
    kept.put(message("a/b", "1"));
    kept.put(message("a/b", "2"));
    kept.put(message("a", "3"));
    kept.put(message("ab", "4"));
    assert_eq!(topics(&kept, "a/#"), ["a", "a/b"]);
    assert_eq!(topics(&kept, "+"), ["a", "ab"]);
    assert!(!kept.has_room(&message("c", "5"), kept.bytes));
    assert!(kept.has_room(&message("a", "5"), kept.bytes), "it takes the place of another");
    for topic in ["a/b", "a", "ab", "none"] {
        kept.put(message(topic, ""));
    }
    assert_eq!((kept.len(), kept.bytes), (0, 0));
}

#[test]
fn what_is_over_is_not_found_and_swept() {
    let mut kept = Retained::default();
    let over = Message { expires: Some(Time(5)), ..Message::clone(&message("a", "1")) };
    kept.put(Arc::new(over));
    assert_eq!(kept.find(&Filter { share: None, path: "a" }, Time(4)).len(), 1);
    assert_eq!(kept.find(&Filter { share: None, path: "a" }, Time(5)).len(), 0);
    assert_eq!(kept.sweep(Time(5)).len(), 1);
    assert_eq!((kept.len(), kept.bytes), (0, 0));
}

proptest! {
    #[test]
    fn a_filter_finds_what_it_matches(
        names in prop::collection::vec(prop::collection::vec(prop::sample::select(vec!["a", "b", "ab", ""]), 1..4), 0..20),
        filter in prop::collection::vec(prop::sample::select(vec!["a", "b", "+"]), 1..4),
        all in any::<bool>(),
    ) {
        let mut kept = Retained::default();
        let mut filter = filter;
        if all { filter.push("#"); }
        let filter = filter.join("/");
        let mut expected = std::collections::BTreeSet::new();
        for name in names.iter().map(|n| n.join("/")).filter(|n| !n.is_empty()) {
            kept.put(message(&name, "x"));
            if crate::topic::matches(&filter, &name) { expected.insert(name); }
        }
        prop_assert_eq!(topics(&kept, &filter), expected.into_iter().collect::<Vec<_>>());
    }
}
