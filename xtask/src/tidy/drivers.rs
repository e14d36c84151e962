//! Which crates may depend on which outside crates.

use super::{Breaches, Law};
use crate::house::{House, Layer};

pub const LAW: Law = Law {
    name: "drivers-live-at-the-edge",
    reason: "one crate knows the databases and one knows how to fetch; everybody else uses their handles, so that a limit, a \
             log line or a guard is written once",
    way_out: "use host::Db and Tx, host::http, or let a feed file and intake fetch it",
    find,
};

/// Outside crates, and who may name them.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("rusqlite", &["host"]),
    ("postgres", &["host"]),
    ("tokio-postgres", &["host"]),
    ("rustls", &["host", "intake"]),
    ("tokio-rustls", &["host", "intake"]),
    ("hyper", &["host", "intake"]),
    ("hyper-util", &["host", "intake", "causeway"]),
    ("ureq", &[]),
    ("tracing-subscriber", &["host"]),
];

fn find(house: &House, breaches: &mut Breaches) {
    for krate in house.crates.iter().filter(|c| c.layer != Layer::Beside) {
        for name in krate.product_dependencies() {
            let rule = ONLY_IN.iter().find(|(driver, _)| *driver == name);
            if rule.is_some_and(|(_, allowed)| !allowed.contains(&krate.name.as_str())) {
                let manifest = format!("{}/Cargo.toml", krate.folder);
                breaches.add(manifest, krate.line(house, name), format!("{} depends on {name}", krate.name));
            }
        }
    }
}
