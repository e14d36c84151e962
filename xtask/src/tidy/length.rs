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

pub const MOST: Law = Law {
    name: "most-files-are-shorter-still",
    reason: "a limit becomes a habit: files grow up to it unless the usual file is held far below",
    way_out: "split the longest files by their second noun; median under 200 lines, nine in ten under 500",
    find: usual,
};

const MEDIAN_MAX: usize = 200;
const NINE_IN_TEN_MAX: usize = 500;

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

fn usual(house: &House, breaches: &mut Breaches) {
    let mut lengths: Vec<(usize, &str)> =
        house.product().map(|(_, file)| (file.text.lines().count(), file.path.as_str())).collect();
    lengths.sort_unstable();
    for (share, max, name) in [(0.5, MEDIAN_MAX, "median"), (0.9, NINE_IN_TEN_MAX, "ninth of ten")] {
        let at = (lengths.len() as f64 * share) as usize;
        if let (Some((lines, _)), Some((_, longest))) = (lengths.get(at), lengths.last())
            && *lines > max
        {
            breaches.add(
                *longest,
                1,
                format!("the {name} file has {lines} lines, {max} are allowed; this is the longest"),
            );
        }
    }
}
