//! The laws of the house as tests. A law is a file in this folder: what it looks for, why it stands, and the way out for
//! whoever breaks it.

use std::path::Path;

use crate::house::House;

mod assets;
mod chinese;
mod city;
mod decisions;
mod drivers;
mod edges;
mod errors;
mod exceptions;
mod features;
mod forgotten;
mod inheritance;
mod introduction;
mod languages;
mod length;
mod links;
mod map;
mod migrations;
mod names;
mod openapi;
mod pack;
mod places;
mod problems;
mod purity;
mod sql;
mod standards;
mod tables;
mod unfinished;
mod unit_tests;

pub struct Law {
    pub name: &'static str,
    pub reason: &'static str,
    pub way_out: &'static str,
    pub find: fn(&House, &mut Breaches),
}

/// Every law, in the order a newcomer would ask.
pub const LAWS: &[Law] = &[
    edges::LAW,
    city::LAW,
    purity::LAW,
    sql::LAW,
    sql::PLAIN,
    tables::LAW,
    migrations::LAW,
    problems::LAW,
    drivers::LAW,
    names::LAW,
    names::SHELL,
    length::LAW,
    length::MOST,
    length::FUNCTIONS,
    forgotten::LAW,
    unit_tests::LAW,
    errors::LAW,
    exceptions::LAW,
    unfinished::LAW,
    features::LAW,
    inheritance::LAW,
    introduction::LAW,
    introduction::FILES,
    map::LAW,
    languages::LAW,
    chinese::LAW,
    pack::LAW,
    assets::LAW,
    places::LAW,
    openapi::LAW,
    standards::LAW,
    decisions::LAW,
    links::LAW,
];

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Breach {
    pub file: String,
    /// From 1.
    pub line: usize,
    pub what: String,
}

#[derive(Debug, Default)]
pub struct Breaches(Vec<Breach>);

impl Breaches {
    pub fn add(&mut self, file: impl Into<String>, line: usize, what: impl Into<String>) {
        self.0.push(Breach { file: file.into(), line, what: what.into() });
    }
}

impl Law {
    /// All breaches, in the order of their places.
    pub fn breaches(&self, house: &House) -> Vec<Breach> {
        let mut found = Breaches::default();
        (self.find)(house, &mut found);
        found.0.sort();
        found.0.dedup();
        found.0
    }
}

/// What is wrong with the house, ready to print; empty when every law holds. `only` names laws; empty means all.
pub fn report(house: &House, only: &[String]) -> Result<Vec<String>, String> {
    if let Some(unknown) = only.iter().find(|name| LAWS.iter().all(|law| law.name != **name)) {
        let known: Vec<&str> = LAWS.iter().map(|law| law.name).collect();
        return Err(format!("there is no law {unknown}; there are: {}", known.join(", ")));
    }
    let chosen = LAWS.iter().filter(|law| only.is_empty() || only.iter().any(|name| name == law.name));
    let mut lines = Vec::new();
    for law in chosen {
        for Breach { file, line, what } in law.breaches(house) {
            lines.push(format!(
                "{file}:{line}: {what}\n    law      {}\n    why      {}\n    way out  {}",
                law.name, law.reason, law.way_out
            ));
        }
    }
    Ok(lines)
}

/// Lists migrations and problem codes as released: from then on they stay as they are.
pub fn freeze(root: &Path, house: &House) -> Result<String, String> {
    let lists =
        [(migrations::LIST, migrations::released(house)), (problems::LIST, problems::released(house))];
    let mut said = Vec::new();
    for (path, text) in lists {
        let before = house.text(path).unwrap_or_default().lines().count();
        std::fs::write(root.join(path), &text).map_err(|e| format!("{path} cannot be written: {e}"))?;
        said.push(format!("{path}: {} new, {before} already there", text.lines().count() - before));
    }
    Ok(said.join("\n"))
}

#[cfg(test)]
mod tests;
