//! How long a file may be.

use super::{Breaches, Law};
use crate::house::House;

pub const LAW: Law = Law {
    name: "files-stay-short",
    reason: "a file that must be scrolled is not read; the best projects have medians under 230 lines, and each of the \
             others owns one file that everybody fears",
    way_out: "find the second noun in it and give it a file of its own (`thing.rs` and `thing/part.rs`)",
    find,
};

const LINES_MAX: usize = 800;
/// What people write line by line. Data, words and lock files are as long as what they list.
const WRITTEN: &[&str] = &[".rs", ".js", ".mjs", ".css", ".html", ".sql", ".py", ".sh", ".md"];
/// Made by a program, read by few.
const GENERATED: &[&str] = &["docs/standards.md", "docs/configuration.md"];

fn find(house: &House, breaches: &mut Breaches) {
    for file in house.files.values() {
        let written =
            WRITTEN.iter().any(|end| file.path.ends_with(end)) && !GENERATED.contains(&file.path.as_str());
        let lines = file.text.lines().count();
        if written && lines > LINES_MAX {
            breaches.add(
                &file.path,
                LINES_MAX + 1,
                format!("{lines} lines; {LINES_MAX} are allowed, 400 are good"),
            );
        }
    }
}
