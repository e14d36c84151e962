//! Every crate says what it is for.

use super::{Breaches, Law};
use crate::house::{House, Layer};

pub const LAW: Law = Law {
    name: "crates-introduce-themselves",
    reason: "a newcomer opens one README per crate; with the same five headings everywhere the eye knows where to look, and a \
             crate that answers no single question is two crates",
    way_out: "write README.md with the headings Question, Words, Invariants, Tables and events it owns, Read in this order (see \
              base/vocab/README.md); the description in Cargo.toml is that question and ends with `?`; [lib] doctest = false",
    find,
};

pub const FILES: Law = Law {
    name: "files-say-what-they-are",
    reason: "whoever opens a file wants to know in one breath whether it is the right one",
    way_out: "begin it with `//!` and one sentence; at most ten lines, what is longer belongs into the README or to an item",
    find: headers,
};

const HEADER_LINES_MAX: usize = 10;

const HEADINGS: &[&str] =
    &["## Question", "## Words", "## Invariants", "## Tables and events it owns", "## Read in this order"];

fn find(house: &House, breaches: &mut Breaches) {
    for krate in house.crates.iter().filter(|c| matches!(c.layer, Layer::Base | Layer::Engine)) {
        let readme = format!("{}/README.md", krate.folder);
        let manifest = format!("{}/Cargo.toml", krate.folder);
        match house.text(&readme) {
            None => breaches.add(&readme, 1, format!("{} has no README.md", krate.name)),
            Some(text) => {
                let present: Vec<&str> =
                    text.lines().map(str::trim_end).filter(|l| HEADINGS.contains(l)).collect();
                if let Some(missing) = HEADINGS.iter().find(|heading| !present.contains(heading)) {
                    breaches.add(&readme, 1, format!("the heading \"{missing}\" is missing"));
                } else if present != HEADINGS {
                    breaches.add(&readme, 1, "the five headings are in another order");
                }
            }
        }
        let description = krate.package("description").and_then(toml::Value::as_str).unwrap_or_default();
        if !description.ends_with('?') {
            let line = krate.line(house, "description");
            breaches.add(&manifest, line, format!("the description of {} is no question", krate.name));
        }
        let doctest =
            krate.manifest.get("lib").and_then(|lib| lib.get("doctest")).and_then(toml::Value::as_bool);
        if doctest != Some(false) {
            breaches.add(
                &manifest,
                krate.line(house, "[lib]"),
                format!("{} does not say doctest = false", krate.name),
            );
        }
    }
}

fn headers(house: &House, breaches: &mut Breaches) {
    for (_, file) in house.product() {
        let header = file.text.lines().take_while(|line| line.starts_with("//!")).count();
        if header == 0 && !file.text.starts_with("#![doc") {
            breaches.add(&file.path, 1, "does not say what it is");
        } else if header > HEADER_LINES_MAX {
            breaches.add(
                &file.path,
                1,
                format!("takes {header} lines to say what it is, {HEADER_LINES_MAX} are allowed"),
            );
        }
    }
}
