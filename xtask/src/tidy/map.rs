//! ARCHITECTURE.md names every crate, with its question.

use super::{Breaches, Law};
use crate::house::{House, Layer};

pub const LAW: Law = Law {
    name: "the-map-is-complete",
    reason: "the code map is what a newcomer trusts; a crate that is not on it, or that answers another question than the map \
             says, makes all of it doubtful",
    way_out: "give the crate a row in ARCHITECTURE.md with the question of its Cargo.toml, word for word",
    find,
};

fn find(house: &House, breaches: &mut Breaches) {
    let map = house.text("ARCHITECTURE.md").unwrap_or_default();
    for krate in house.crates.iter().filter(|c| matches!(c.layer, Layer::Base | Layer::Engine)) {
        let question = krate.package("description").and_then(toml::Value::as_str).unwrap_or_default();
        let name = format!("| `{}` |", krate.folder);
        match map.lines().enumerate().find(|(_, line)| line.starts_with(&name)) {
            None => breaches.add("ARCHITECTURE.md", 1, format!("{} is not on the code map", krate.folder)),
            Some((at, row)) if !row.contains(question) => {
                breaches.add("ARCHITECTURE.md", at + 1, format!("{} asks \"{question}\"", krate.folder));
            }
            Some(_) => {}
        }
    }
}
