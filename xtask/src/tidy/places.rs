//! Nothing knows where this checkout lies.

use super::{Breaches, Law};
use crate::house::House;

pub const LAW: Law = Law {
    name: "no-place-but-the-checkout",
    reason: "a path of one person's machine works on that machine only, and says more about it than the reader should know",
    way_out: "write the path from the root of the checkout, or take it as an argument",
    find,
};

const SOMEBODYS: &[&str] = &["/home/", "/Users/", "/root/", "C:\\Users"];

fn find(house: &House, breaches: &mut Breaches) {
    for file in house.files.values().filter(|f| !f.path.starts_with("xtask/")) {
        for (number, line) in file.lines() {
            let begins = |at: usize| {
                let before = line[..at].chars().next_back();
                // `/{lang}/home/` and `https://x/home/` go on from something.
                before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '.' | '}' | '/' | '-' | '_' | '~'))
            };
            for place in SOMEBODYS.iter().filter(|p| line.match_indices(**p).any(|(at, _)| begins(at))) {
                breaches.add(&file.path, number, format!("a path of somebody's machine ({place})"));
            }
        }
    }
}
