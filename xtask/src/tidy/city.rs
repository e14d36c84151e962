//! The code knows cities; only the pack knows its city.

use super::{Breaches, Law};
use crate::house::House;

pub const LAW: Law = Law {
    name: "no-city-in-code",
    reason: "a second city must cost no code: what belongs to one city (its name, grid, currency, payment system) is data \
             in its pack, which an officer can read and edit",
    way_out: "put it in cities/<city>/ and read it from the pack (`host::pack::City` has the name, grid, currency, zone, \
              languages); a text for people goes into the pack's words/ folder",
    find,
};

/// Words of the first city, in any case: those that count in the middle of a word, and those that count only alone. Its
/// name is looked for by its two halves, with at most one character between them.
const ANYWHERE: &[&str] = &["hk1980", "hkicl", "香港"];
const ALONE: &[&str] = &["hkt", "hkd", "2326"];

fn find(house: &House, breaches: &mut Breaches) {
    for folder in ["base/", "engines/", "causeway/"] {
        for file in house.inside(folder) {
            // Digests in a lock file are random letters.
            if house.is_test(&file.path) || file.name() == "package-lock.json" {
                continue;
            }
            if let Some(word) = named(&file.path) {
                breaches.add(&file.path, 1, format!("the file's name names a city ({word})"));
            }
            for (number, line) in file.lines() {
                if let Some(word) = named(line) {
                    breaches.add(&file.path, number, format!("names a city ({word})"));
                }
            }
        }
    }
}

fn named(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    let alone = |word: &str| {
        text.match_indices(word).any(|(at, _)| {
            let touches = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
            !touches(text[..at].chars().next_back()) && !touches(text[at + word.len()..].chars().next())
        })
    };
    let halves = text.match_indices("hong").any(|(at, half)| {
        let rest = &text[at + half.len()..];
        let one_later = rest.chars().next().map_or("", |c| &rest[c.len_utf8()..]);
        rest.starts_with("kong") || one_later.starts_with("kong")
    });
    if halves {
        return Some("its name");
    }
    let anywhere = ANYWHERE.iter().find(|word| text.contains(**word));
    anywhere.or_else(|| ALONE.iter().find(|word| alone(word))).copied()
}
