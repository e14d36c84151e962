//! What every crate takes from the workspace.

use super::{Breaches, Law};
use crate::house::House;

pub const LAW: Law = Law {
    name: "lints-are-inherited",
    reason: "`unsafe` is forbidden once, for all; a crate that does not inherit the lints is a door in that wall. The licence \
             and the edition stand once too",
    way_out: "write [lints] workspace = true, and license, edition, version .workspace = true in the crate's Cargo.toml",
    find,
};

fn find(house: &House, breaches: &mut Breaches) {
    let root: toml::Table = house.text("Cargo.toml").unwrap_or_default().parse().unwrap_or_default();
    let lint =
        ["workspace", "lints", "rust"].iter().try_fold(&root, |table, key| table.get(*key)?.as_table());
    let unsafe_code = lint.and_then(|rust| rust.get("unsafe_code")).and_then(toml::Value::as_str);
    if unsafe_code != Some("forbid") {
        breaches.add("Cargo.toml", 1, "[workspace.lints.rust] does not say unsafe_code = \"forbid\"");
    }
    for path in ["LICENSE-APACHE", "LICENSE-MIT"] {
        if !house.files.contains_key(path) {
            breaches.add(path, 1, "the licence is not here");
        }
    }
    for krate in &house.crates {
        let manifest = format!("{}/Cargo.toml", krate.folder);
        let inherits = |value: Option<&toml::Value>| {
            value.and_then(|v| v.get("workspace")).and_then(toml::Value::as_bool) == Some(true)
        };
        if !inherits(krate.manifest.get("lints")) {
            breaches.add(
                &manifest,
                krate.line(house, "[lints]"),
                format!("{} does not inherit the lints", krate.name),
            );
        }
        for key in ["license", "edition", "version"] {
            if !inherits(krate.package(key)) {
                breaches.add(
                    &manifest,
                    krate.line(house, key),
                    format!("{} has a {key} of its own", krate.name),
                );
            }
        }
    }
}
