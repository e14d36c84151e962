use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(filter: &str, topic: &str, expected: bool) {
    assert_eq!(matches(filter, topic), expected, "{filter} and {topic}");
}

#[test]
fn the_examples_of_the_standard() {
    for (filter, topic, expected) in [
        ("sport/tennis/player1/#", "sport/tennis/player1", true),
        ("sport/tennis/player1/#", "sport/tennis/player1/ranking", true),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true),
        ("sport/#", "sport", true),
        ("#", "anything/at/all", true),
        ("sport/tennis/+", "sport/tennis/player1", true),
        ("sport/tennis/+", "sport/tennis/player1/ranking", false),
        ("sport/+", "sport", false),
        ("sport/+", "sport/", true),
        ("+/+", "/finance", true),
        ("/+", "/finance", true),
        ("+", "/finance", false),
        ("#", "$SYS/load", false),
        ("+/monitor", "$SYS/monitor", false),
        ("$SYS/#", "$SYS/monitor", true),
        ("$SYS/monitor/+", "$SYS/monitor/clients", true),
        ("a", "A", false),
        ("a/b", "a/b/c", false),
    ] {
        check(filter, topic, expected);
    }
}

#[test]
fn filters_that_are_none() {
    let deep = "a/".repeat(63) + "a";
    let long = "a".repeat(3_000);
    for (filter, wrong) in [
        ("", Wrong::Empty),
        ("a/#/b", Wrong::Wildcard),
        ("a#", Wrong::Wildcard),
        ("a/b+", Wrong::Wildcard),
        ("++", Wrong::Wildcard),
        ("a\0b", Wrong::Character),
        ("$share/a", Wrong::Share),
        ("$share//b", Wrong::Share),
        ("$share/+/b", Wrong::Share),
        ("$share/a/", Wrong::Share),
        (&deep, Wrong::TooDeep),
        (&long, Wrong::TooLong),
    ] {
        assert_eq!(Filter::parse(filter, Bounds::default()), Err(wrong), "{filter}");
    }
    for name in ["a/+", "#", "a#b"] {
        assert_eq!(check_name(name, Bounds::default()), Err(Wrong::Wildcard), "{name}");
    }
    let shared = Filter::parse("$share/g/a/#", Bounds::default()).expect("a shared filter");
    assert_eq!((shared.share, shared.path, shared.prefix()), (Some("g"), "a/#", "a"));
}

/// The definition, written without any cleverness.
fn naive(filter: &[&str], topic: &[&str]) -> bool {
    match (filter, topic) {
        ([], []) => true,
        (["#"], _) => true,
        (["+", f @ ..], [_, t @ ..]) => naive(f, t),
        ([a, f @ ..], [b, t @ ..]) => a == b && naive(f, t),
        _ => false,
    }
}

proptest! {
    #[test]
    fn matching_is_its_definition(
        filter in prop::collection::vec(prop::sample::select(vec!["a", "b", "", "+"]), 1..5),
        many in any::<bool>(),
        topic in prop::collection::vec(prop::sample::select(vec!["a", "b", ""]), 1..5),
    ) {
        let mut filter = filter;
        if many { filter.push("#"); }
        let (text, name) = (filter.join("/"), topic.join("/"));
        prop_assume!(!text.is_empty() && !name.is_empty());
        let parsed = Filter::parse(&text, Bounds::default()).expect("well formed");
        prop_assert_eq!(parsed.matches(&name), naive(&filter, &topic));
        // What matches begins with the prefix.
        if parsed.matches(&name) { prop_assert!(name.starts_with(parsed.prefix())); }
    }

    #[test]
    fn nothing_panics(text in ".{0,80}") {
        let _ = Filter::parse(&text, Bounds::default());
        let _ = check_name(&text, Bounds::default());
    }
}
