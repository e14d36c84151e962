//! Whose a table is, its name says.

use super::{Breaches, Law, sql};
use crate::house::House;

pub const LAW: Law = Law {
    name: "tables-name-their-owner",
    reason: "whoever reads a statement sees whose table it touches, and nobody writes another crate's tables behind its \
             back: its invariants are kept in its actions",
    way_out: "name the table <crate>_<what> (observations: obs_<what>); to touch another crate's data call its actions in \
              the same transaction",
    find,
};

/// Prefixes that are not the crate's name.
const SHORT: &[(&str, &str)] = &[("obs", "sensing")];

const BEFORE_A_TABLE: &[&str] = &["from", "join", "into", "update", "table", "on"];

fn find(house: &House, breaches: &mut Breaches) {
    for krate in &house.crates {
        let folder = format!("{}/migrations/", krate.folder);
        for file in house.inside(&folder).filter(|f| f.path.ends_with(".sql")) {
            for (number, line) in file.lines() {
                let words: Vec<&str> =
                    line.split(|c: char| !crate::source::is_word(c)).filter(|w| !w.is_empty()).collect();
                let upper: Vec<String> = words.iter().map(|w| w.to_uppercase()).collect();
                let name = match upper.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
                    ["CREATE", "TABLE", "IF", "NOT", "EXISTS", ..] => words.get(5),
                    ["CREATE", "TABLE", ..] => words.get(2),
                    _ => None,
                };
                if let Some(name) = name.filter(|name| owner(house, name) != Some(&krate.name)) {
                    breaches.add(
                        &file.path,
                        number,
                        format!("the table {name} does not begin with {}_", krate.name),
                    );
                }
            }
        }
    }
    for (krate, file) in house.product() {
        for piece in file.source().strings.iter().filter(|piece| sql::is_statement(&piece.text)) {
            let words: Vec<String> = piece
                .text
                .split(|c: char| !crate::source::is_word(c))
                .filter(|w| !w.is_empty())
                .map(str::to_lowercase)
                .collect();
            for pair in words.windows(2).filter(|pair| BEFORE_A_TABLE.contains(&pair[0].as_str())) {
                if let Some(other) = owner(house, &pair[1]).filter(|owner| **owner != krate.name) {
                    breaches.add(
                        &file.path,
                        piece.line,
                        format!("{} touches {}, a table of {other}", krate.name, pair[1]),
                    );
                }
            }
        }
    }
}

fn owner<'a>(house: &'a House, table: &str) -> Option<&'a String> {
    let (prefix, _) = table.split_once('_')?;
    let name = SHORT.iter().find(|(short, _)| *short == prefix).map_or(prefix, |(_, name)| name);
    house.crates.iter().map(|c| &c.name).find(|n| *n == name)
}
