use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::topic;

#[derive(Debug, Clone, PartialEq)]
struct One {
    who: u32,
    is_here: bool,
}

impl Member for One {
    fn is_same(&self, other: &One) -> bool {
        self.who == other.who
    }
    fn is_here(&self) -> bool {
        self.is_here
    }
}

fn one(who: u32) -> One {
    One { who, is_here: true }
}

#[test]
fn a_group_takes_turns_and_prefers_who_is_here() {
    let mut tree = Tree::default();
    for who in 1..=3 {
        tree.add("a/b", Some("g"), one(who));
    }
    let took: Vec<u32> = (0..6).map(|_| tree.chosen("a/b")[0].who).collect();
    assert_eq!(took, [1, 2, 3, 1, 2, 3]);
    tree.add("a/b", Some("g"), One { who: 2, is_here: false });
    let took: Vec<u32> = (0..4).map(|_| tree.chosen("a/b")[0].who).collect();
    assert_eq!(took, [1, 3, 1, 3]);
    for who in [1, 3] {
        assert!(tree.remove("a/b", Some("g"), |m| m.who == who));
    }
    assert_eq!(tree.chosen("a/b")[0].who, 2, "the last one gets it though it is away");
}

#[test]
fn a_second_subscription_takes_the_place_of_the_first() {
    let mut tree = Tree::default();
    assert!(!tree.add("a/+", None, one(1)));
    assert!(tree.add("a/+", None, one(1)));
    assert_eq!(tree.chosen("a/b").len(), 1);
    assert!(tree.remove("a/+", None, |m| m.who == 1));
    assert!(!tree.remove("a/+", None, |m| m.who == 1));
    assert!(tree.is_empty(), "nothing is left of what nobody wants");
}

fn filter() -> impl Strategy<Value = String> {
    let level = prop::sample::select(vec!["a", "b", "$c", "+"]);
    (prop::collection::vec(level, 1..4), any::<bool>())
        .prop_map(|(levels, all)| levels.join("/") + if all { "/#" } else { "" })
}

proptest! {
    #[test]
    fn the_tree_finds_what_a_list_finds(
        subscriptions in prop::collection::vec((filter(), 0u32..5, any::<bool>()), 0..40),
        topics in prop::collection::vec(prop::collection::vec(prop::sample::select(vec!["a", "b", "$c"]), 1..5), 1..10),
    ) {
        let mut tree = Tree::default();
        let mut list: BTreeSet<(String, u32)> = BTreeSet::new();
        for (filter, who, add) in &subscriptions {
            let had = list.contains(&(filter.clone(), *who));
            if *add {
                prop_assert_eq!(tree.add(filter, None, one(*who)), had);
                list.insert((filter.clone(), *who));
            } else {
                prop_assert_eq!(tree.remove(filter, None, |m| m.who == *who), had);
                list.remove(&(filter.clone(), *who));
            }
        }
        prop_assert_eq!(tree.is_empty(), list.is_empty());
        for topic in topics {
            let topic = topic.join("/");
            let mut found: Vec<u32> = tree.chosen(&topic).iter().map(|m| m.who).collect();
            let mut expected: Vec<u32> =
                list.iter().filter(|(filter, _)| topic::matches(filter, &topic)).map(|(_, who)| *who).collect();
            found.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(found, expected, "{}", topic);
        }
    }
}
