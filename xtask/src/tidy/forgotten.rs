//! Files that nothing reaches.

use std::collections::BTreeSet;

use super::{Breaches, Law};
use crate::house::{Crate, House, declared};

pub const LAW: Law = Law {
    name: "no-forgotten-file",
    reason: "a module without a `mod` line compiles nothing, and a test in it never fails; a template, text or migration that \
             no code names is dead",
    way_out: "name it where its neighbours are named, or remove it",
    find,
};

fn find(house: &House, breaches: &mut Breaches) {
    for krate in &house.crates {
        let inside = format!("{}/", krate.folder);
        let reached = reached(house, krate);
        for file in house.inside(&inside).filter(|f| f.is_rust() && !reached.contains(f.path.as_str())) {
            breaches.add(&file.path, 1, "no `mod` line leads to this file");
        }
        let code: String = house.inside(&inside).filter(|f| f.is_rust()).map(|f| f.text.as_str()).collect();
        for (folder, what) in [("templates", "template"), ("messages", "text"), ("migrations", "migration")] {
            let folder = format!("{}/{folder}/", krate.folder);
            for file in house.inside(&folder) {
                let name = file.path.strip_prefix(&folder).unwrap_or(&file.path);
                let by_a_template = house
                    .inside(&folder)
                    .any(|other| other.path != file.path && other.text.contains(&format!("\"{name}\"")));
                // A whole folder may be taken in at once.
                let at_once = code.contains(&format!(
                    "/{}\"",
                    folder.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
                ));
                if !code.contains(name) && !by_a_template && !at_once {
                    breaches.add(&file.path, 1, format!("no code names this {what}"));
                }
            }
        }
    }
}

fn reached<'a>(house: &'a House, krate: &Crate) -> BTreeSet<&'a str> {
    let mut open: Vec<&str> = house
        .inside(&format!("{}/", krate.folder))
        .map(|f| f.path.as_str())
        .filter(|path| krate.is_root(path))
        .collect();
    let mut reached = BTreeSet::new();
    while let Some(path) = open.pop() {
        if !reached.insert(path) {
            continue;
        }
        let Some(file) = house.files.get(path) else { continue };
        let names = file.source().lines().filter_map(|(_, line)| declared(line));
        open.extend(names.filter_map(|name| house.module(path, name)).map(|f| f.path.as_str()));
        // `#[path = "x.rs"] mod y;` and `include!("x.rs")` name a file beside this one.
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let beside = file.source().strings.iter().filter(|s| s.text.ends_with(".rs"));
        open.extend(
            beside.filter_map(|s| house.files.get(&format!("{folder}/{}", s.text))).map(|f| f.path.as_str()),
        );
    }
    reached
}
