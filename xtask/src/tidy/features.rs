//! No feature flags of our own.

use super::{Breaches, Law};
use crate::house::House;

pub const LAW: Law = Law {
    name: "no-feature-flags",
    reason: "every flag doubles the programs that must be built and tested, and on two cores only one of them is",
    way_out: "decide at run time, from the configuration or the pack",
    find,
};

fn find(house: &House, breaches: &mut Breaches) {
    for krate in house.crates.iter().filter(|c| c.manifest.contains_key("features")) {
        let line = krate.line(house, "[features]");
        breaches.add(format!("{}/Cargo.toml", krate.folder), line, "a crate with features");
    }
    for file in house.rust() {
        for (number, line) in file.source().lines() {
            if line.contains("cfg(feature")
                || line.contains("cfg_attr(feature")
                || line.contains("cfg!(feature")
            {
                breaches.add(&file.path, number, "code that depends on a feature");
            }
        }
    }
}
