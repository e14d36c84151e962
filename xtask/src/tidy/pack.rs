//! Every file of a pack says which schema it is written in.

use super::{Breaches, Law};
use crate::house::House;

pub const LAW: Law = Law {
    name: "pack-files-say-their-schema",
    reason: "a pack outlives the program that first read it; a file that names its schema can be refused with a clear word, or \
             read as it was meant",
    way_out: "begin the file with `schema = 1`",
    find,
};

fn find(house: &House, breaches: &mut Breaches) {
    for folder in ["cities/", "tests/packs/"] {
        let files =
            house.inside(folder).filter(|f| f.path.ends_with(".toml") && !f.path.contains("/fixtures/"));
        for file in files {
            let first = file.lines().find(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
            if first.is_none_or(|(_, line)| !line.starts_with("schema = ")) {
                breaches.add(&file.path, first.map_or(1, |(n, _)| n), "does not begin with its schema");
            }
        }
    }
}
