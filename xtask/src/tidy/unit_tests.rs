//! Where unit tests stand.

use super::{Breaches, Law};
use crate::house::{House, declared};

pub const LAW: Law = Law {
    name: "tests-have-their-own-file",
    reason: "an edited test then rebuilds nothing but itself, and a noun reads to its end without scrolling past tests",
    way_out: "write `#[cfg(test)] mod tests;` as the last line of the noun and put the tests into <noun>/tests.rs",
    find,
};

fn find(house: &House, breaches: &mut Breaches) {
    for file in house.rust().filter(|f| !house.is_test(&f.path) && !f.path.starts_with("peers/")) {
        let lines = &file.source().code;
        for (at, line) in lines.iter().enumerate() {
            let line = line.trim();
            let next = lines.get(at + 1).map(|l| l.trim()).unwrap_or_default();
            if matches!(line, "#[test]" | "#[tokio::test]") {
                breaches.add(&file.path, at + 1, "a test among the code");
            } else if line == "#[cfg(test)]" && next.starts_with("mod ") && declared(next).is_none() {
                breaches.add(&file.path, at + 1, "a module of tests among the code");
            }
        }
    }
}
