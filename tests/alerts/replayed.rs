//! Rules of the first city, replayed over recordings: the table of alerts is committed, and what a rule's file says of its
//! replays is true. Where there are no recordings this says so and is skipped.

use causeway_tests::committed::is_current;
use causeway_tests::{root, shared_data};

use crate::laws::printed;

/// Rules of one feed, which is brought in once. That of thirteen years of air is replayed by hand.
const RULES: [&str; 3] = ["roads-empty", "kwun-tong-road-slow", "detector-stuck"];

#[test]
fn the_table_of_replayed_rules_is_current() {
    let Some(data) = shared_data("replayed rules") else { return };
    let data = data.display().to_string();
    let files =
        RULES.map(|rule| root().join(format!("cities/hong-kong/rules/{rule}.toml")).display().to_string());
    let mut arguments = vec!["rules", "replay", "--replay", &data];
    arguments.extend(files.iter().map(String::as_str));
    let said = printed(&arguments);
    assert!(!said.contains("not what the file says"), "{said}");
    // Both days on which each found something, and quiet ones.
    assert!(said.matches("as the file says").count() >= 2 * RULES.len(), "{said}");
    is_current("tests/alerts/replayed.tsv", &said);
}
