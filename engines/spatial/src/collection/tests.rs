use serde_json::json;
use vocab::Mode;

use super::*;
use crate::feature::tests::{draft, point};

fn feature(id: i64, key: &str, x: f64, label: Label) -> Feature {
    let draft = intake::draft::DraftFeature { label, ..draft(key, point(x, 39.4), json!({})) };
    Feature { id, ..Feature::of("bays", draft, Mode::Live, Time(id), Time(0)).unwrap() }
}

#[test]
fn only_what_may_be_seen_is_counted_and_found() {
    let collections = Collections::default();
    let all = [
        feature(1, "a", -9.5, Label::Public),
        feature(2, "b", -9.4, Label::Internal),
        feature(3, "c", 5.0, Label::Public),
    ];
    collections.put("bays", all.iter().map(Note::of).collect());
    let town = Bounds::new([-9.6, 39.3, -9.3, 39.5]).unwrap();
    for (sight, count, found, changed) in [(Sight::All, 3, vec![1, 2], 3), (Sight::Public, 2, vec![1], 3)] {
        let summary = collections.summaries(sight).remove(0);
        assert_eq!((summary.count, summary.changed), (count, Time(changed)));
        assert_eq!(summary.bounds.corners(), [-9.5, 39.4, 5.0, 39.4]);
        assert_eq!(collections.within("bays", &town, sight), found);
        assert_eq!((summary.collection.as_str(), collections.count("bays", sight)), ("bays", count));
    }
    collections.put("secret", vec![Note::of(&feature(9, "x", 0.0, Label::Internal))]);
    for (name, all, public) in [("secret", 1, 0), ("bays", 3, 2), ("no", 0, 0)] {
        let counts = [Sight::All, Sight::Public].map(|sight| collections.count(name, sight));
        assert_eq!(counts, [all, public], "{name}");
    }
    let lists = [Sight::All, Sight::Public].map(|sight| collections.summaries(sight).len());
    assert_eq!(lists, [2, 1]);
    // One that is hidden, shown, shown again, and hidden.
    for (label, public) in
        [(Label::Internal, 1), (Label::Public, 2), (Label::Public, 2), (Label::Internal, 1)]
    {
        collections.put("bays", vec![Note::of(&feature(1, "a", -9.5, label))]);
        assert_eq!(collections.count("bays", Sight::Public), public);
    }
    assert!(collections.within("no", &town, Sight::All).is_empty());
}

#[test]
fn what_is_known_is_not_new() {
    let collections = Collections::default();
    let one = || feature(1, "a", -9.5, Label::Public);
    assert_eq!(collections.changed("bays", vec![one()]).len(), 1);
    collections.fill([("bays".to_string(), Note::of(&one()))]);
    let offered = vec![one(), feature(0, "a", -9.6, Label::Public), feature(0, "b", -9.5, Label::Public)];
    let found = collections.changed("bays", offered);
    let keys: Vec<(&str, f64)> = found.iter().map(|f| (f.slug.as_str(), f.bounds.west)).collect();
    assert_eq!(keys, [("bays/a", -9.6), ("bays/b", -9.5)]);
}
