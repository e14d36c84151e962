//! What files and folders may not be called.

use super::{Breaches, Law};
use crate::house::{House, Layer};

pub const LAW: Law = Law {
    name: "no-grab-bags",
    reason: "a file called utils takes everything and tells nothing; after a year nobody dares to touch it",
    way_out: "name it for the one thing it is about; two things are two files",
    find: grab_bags,
};

pub const SHELL: Law = Law {
    name: "shell-has-six-names",
    reason: "whoever has read one crate finds the SQL, the HTTP and the jobs of the next without searching",
    way_out: "store (SQL), actions (load, decide, save, emit), api (HTTP and JSON), pages (HTML), jobs (periodic work), feeds \
              (outside systems); beyond 400 lines a folder of that name; and store is never pub",
    find: shell,
};

const GRAB_BAGS: &[&str] =
    &["util", "utils", "common", "helper", "helpers", "misc", "shared", "manager", "managers"];

/// Other words for a shell file, and ours.
const OTHER_WORDS: &[(&str, &str)] = &[
    ("handlers", "api or pages"),
    ("handler", "api or pages"),
    ("routes", "api or pages"),
    ("controller", "api or pages"),
    ("endpoints", "api"),
    ("views", "pages"),
    ("service", "actions"),
    ("services", "actions"),
    ("repository", "store"),
    ("dao", "store"),
    ("database", "store"),
    ("db", "store"),
    ("queries", "store"),
    ("sql", "store"),
    ("models", "a noun each"),
    ("types", "a noun each"),
    ("cron", "jobs"),
    ("worker", "jobs"),
    ("workers", "jobs"),
    ("client", "feeds"),
];

fn grab_bags(house: &House, breaches: &mut Breaches) {
    let is_bag = |part: &str| {
        let stem = part.split('.').next().unwrap_or_default();
        let words: Vec<&str> = stem.split(['_', '-']).collect();
        GRAB_BAGS.contains(&stem) || words.last().is_some_and(|last| GRAB_BAGS.contains(last))
    };
    let code = [".rs", ".js", ".mjs", ".css", ".html", ".py"];
    for file in house.files.values().filter(|f| code.iter().any(|end| f.path.ends_with(end))) {
        if let Some(part) = file.path.split('/').find(|part| is_bag(part)) {
            breaches.add(&file.path, 1, format!("a file or folder is called {part}"));
        }
    }
}

fn shell(house: &House, breaches: &mut Breaches) {
    for (krate, file) in house.product() {
        // The machine's toolkit and the program are shell throughout and name their parts as they are.
        if krate.name == "host" || krate.layer == Layer::Top {
            continue;
        }
        let inside = file.path.strip_prefix(&format!("{}/src/", krate.folder)).unwrap_or_default();
        let first = inside.split('/').next().unwrap_or_default().trim_end_matches(".rs");
        if let Some((word, ours)) = OTHER_WORDS.iter().find(|(word, _)| *word == first) {
            breaches.add(&file.path, 1, format!("{word} is called {ours} here"));
        }
        if inside == "lib.rs" {
            for (number, _) in file.source().lines().filter(|(_, line)| line.trim() == "pub mod store;") {
                breaches.add(&file.path, number, "store is pub");
            }
        }
    }
}
