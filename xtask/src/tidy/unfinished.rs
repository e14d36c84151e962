//! What is not finished is not there.

use super::{Breaches, Law};
use crate::house::House;
use crate::source::mentions;

pub const LAW: Law = Law {
    name: "nothing-half-done",
    reason: "a stub looks like a feature to everybody but its author; a note to oneself in the code is read by nobody",
    way_out: "finish it, or leave it out and say so where people look (the page, docs/standards.md, the issue)",
    find,
};

const MACROS: &[&str] = &["todo!", "unimplemented!", "dbg!"];
const NOTES: &[&str] = &["TODO", "FIXME", "XXX", "HACK"];
const WRITTEN: &[&str] =
    &[".rs", ".js", ".mjs", ".css", ".html", ".sql", ".py", ".sh", ".md", ".toml", ".ftl"];

fn find(house: &House, breaches: &mut Breaches) {
    for file in house.files.values() {
        // The chores hold these words because they look for them.
        if file.path.starts_with("xtask/") || !WRITTEN.iter().any(|end| file.path.ends_with(end)) {
            continue;
        }
        if file.is_rust() {
            for (number, line) in file.source().lines() {
                for word in MACROS.iter().filter(|word| mentions(line, word)) {
                    breaches.add(&file.path, number, format!("{word} in the code"));
                }
            }
        }
        for (number, line) in file.lines() {
            for word in NOTES.iter().filter(|word| mentions(line, word)) {
                breaches.add(&file.path, number, format!("a note to oneself ({word})"));
            }
        }
    }
}
