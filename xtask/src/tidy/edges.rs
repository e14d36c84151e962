//! Who may import whom.

use super::{Breaches, Law};
use crate::house::{Crate, House, Layer};

pub const LAW: Law = Law {
    name: "imports-go-one-way",
    reason: "base ← engines ← causeway is the whole architecture; an import against it, or an edge nobody decided, \
             ties two subjects together that must be readable, testable and replaceable alone",
    way_out: "move what both need down (a word to base/vocab, a tool to base/host), meet in one transaction through \
              actions or through an event; a new edge needs a decision record in docs/adr, a row in xtask/src/tidy/edges.rs \
              and a line in ARCHITECTURE.md",
    find,
};

/// What each crate of base may use. `vocab` is at the bottom and uses nothing.
const BASE: &[(&str, &[&str])] = &[
    ("vocab", &[]),
    ("host", &["vocab"]),
    ("simulate", &["vocab"]),
    ("ui", &["vocab"]),
    ("intake", &["vocab", "host"]),
    ("mqtt", &["vocab", "host"]),
];

/// What an engine may use of other engines, beside all of base. `portal` reads all of them.
const ENGINES: &[(&str, &[&str])] = &[
    ("sensing", &["spatial"]),
    ("transport", &["spatial", "sensing"]),
    ("payments", &["proof"]),
    ("identity", &["proof"]),
    ("cases", &["payments", "proof", "spatial"]),
    ("health", &["identity", "proof"]),
    ("opendata", &["sensing", "spatial", "transport"]),
];

/// What an engine shows to other engines is its nouns and its actions.
const PRIVATE: &[&str] = &["store", "api", "pages", "jobs", "feeds"];

fn find(house: &House, breaches: &mut Breaches) {
    let architecture = house.text("ARCHITECTURE.md").unwrap_or_default();
    for krate in &house.crates {
        for name in krate.dependencies() {
            let Some(used) = house.crates.iter().find(|c| c.name == name) else { continue };
            let manifest = format!("{}/Cargo.toml", krate.folder);
            let line = krate.line(house, name);
            if !may_use(krate, used) {
                breaches.add(manifest, line, format!("{} imports {}", krate.folder, used.folder));
            } else if krate.layer == Layer::Engine && used.layer == Layer::Engine {
                let written = [format!("{} → {name}", krate.name), format!("{} → all", krate.name)];
                if !written.iter().any(|edge| architecture.contains(edge)) {
                    let what = format!("ARCHITECTURE.md does not list the edge {}", written[0]);
                    breaches.add(manifest, line, what);
                }
            }
        }
    }
    let engines: Vec<&str> =
        house.crates.iter().filter(|c| c.layer == Layer::Engine).map(|c| c.name.as_str()).collect();
    for (krate, file) in house.product().filter(|(krate, _)| krate.layer == Layer::Engine) {
        for path in file.source().uses() {
            let mut parts = path.text.split("::");
            let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            if engines.contains(&first) && first != krate.name && PRIVATE.contains(&second) {
                breaches.add(
                    &file.path,
                    path.line,
                    format!("uses {first}::{second}, which is {first}'s own"),
                );
            }
        }
    }
}

fn may_use(krate: &Crate, used: &Crate) -> bool {
    let listed = |table: &[(&str, &[&str])]| {
        table.iter().any(|(name, uses)| *name == krate.name && uses.contains(&used.name.as_str()))
    };
    match (krate.layer, used.layer) {
        // The tests drive the whole product; the chores read files and need none of it.
        (Layer::Beside, _) => krate.folder == "tests" && used.folder != "xtask",
        (Layer::Base, Layer::Base) => listed(BASE),
        (Layer::Engine, Layer::Base) | (Layer::Top, Layer::Base | Layer::Engine) => true,
        (Layer::Engine, Layer::Engine) => krate.name == "portal" || listed(ENGINES),
        _ => false,
    }
}
