//! Decisions are numbered and short.

use super::{Breaches, Law};
use crate::house::House;

pub const LAW: Law = Law {
    name: "decisions-are-numbered",
    reason: "a decision is found by its number for as long as the code follows it, and read only if it fits a page",
    way_out: "docs/adr/NNNN-title.md with the next number, a first line `# NNNN. Title`, headings Context, Decision and \
              What becomes harder, and at most 100 lines",
    find,
};

/// A page.
const LINES_MAX: usize = 100;
const HEADINGS: &[&str] = &["Context", "Decision", "What becomes harder"];

fn find(house: &House, breaches: &mut Breaches) {
    let mut expected = 1;
    for file in house.inside("docs/adr/") {
        let number: Option<u32> =
            file.name().split_once('-').filter(|(n, _)| n.len() == 4).and_then(|(n, _)| n.parse().ok());
        let Some(number) = number else {
            breaches.add(&file.path, 1, "is not named NNNN-title.md");
            continue;
        };
        if number != expected {
            breaches.add(&file.path, 1, format!("number {number:04} where {expected:04} is next"));
        }
        expected = number + 1;
        if !file.text.starts_with(&format!("# {number:04}. ")) {
            breaches.add(&file.path, 1, format!("does not begin with \"# {number:04}. \" and its title"));
        }
        for heading in HEADINGS {
            if !file.text.lines().any(|line| line == format!("## {heading}")) {
                breaches.add(&file.path, 1, format!("the heading \"## {heading}\" is missing"));
            }
        }
        let lines = file.text.lines().count();
        if lines > LINES_MAX {
            breaches.add(&file.path, LINES_MAX + 1, format!("{lines} lines; a decision fits {LINES_MAX}"));
        }
    }
}
