//! The same words in every language.

use std::collections::{BTreeMap, BTreeSet};

use super::{Breaches, Law};
use crate::house::{File, House};

pub const LAW: Law = Law {
    name: "languages-say-the-same",
    reason: "no language stands in for another: a message that is missing in one is a hole in every page of its readers",
    way_out: "write the message in every language of the folder (written by somebody who speaks it, not converted), or remove \
              it from all",
    find,
};

/// What the code itself brings. A pack may bring more.
const OURS: &[&str] = &["en", "zh-Hant", "zh-Hans"];

fn find(house: &House, breaches: &mut Breaches) {
    let mut folders: BTreeMap<&str, Vec<&File>> = BTreeMap::new();
    for file in house.files.values().filter(|f| f.path.ends_with(".ftl") && f.path.contains("/messages/")) {
        folders.entry(file.path.rsplit_once('/').map_or("", |(folder, _)| folder)).or_default().push(file);
    }
    for (folder, files) in folders {
        for lang in OURS {
            if !files.iter().any(|f| f.name() == format!("{lang}.ftl")) {
                breaches.add(format!("{folder}/{lang}.ftl"), 1, "this language is not here");
            }
        }
        let all: BTreeSet<&str> = files.iter().flat_map(|f| keys(&f.text).into_keys()).collect();
        for file in &files {
            let own = keys(&file.text);
            for key in all.iter().filter(|key| !own.contains_key(*key)) {
                breaches.add(&file.path, 1, format!("{key} is missing"));
            }
            for (key, lines) in own.iter().filter(|(_, lines)| lines.len() > 1) {
                breaches.add(&file.path, lines[1], format!("{key} is written twice"));
            }
        }
    }
}

/// Names of messages with the lines they stand on. A message begins at the margin.
fn keys(ftl: &str) -> BTreeMap<&str, Vec<usize>> {
    let mut found: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, line) in
        ftl.lines().enumerate().filter(|(_, l)| l.starts_with(|c: char| c.is_ascii_alphabetic()))
    {
        if let Some((key, _)) = line.split_once('=') {
            found.entry(key.trim()).or_default().push(at + 1);
        }
    }
    found
}
