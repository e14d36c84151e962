//! Nothing of another project is committed.

use super::{Breaches, Law};
use crate::house::House;

pub const LAW: Law = Law {
    name: "nothing-of-others-is-committed",
    reason: "a copied library or font ages unseen, brings its licence with it and hides from every audit",
    way_out: "name it in package.json or Cargo.toml with a lock; the build brings it",
    find,
};

const ENDINGS: &[&str] = &[
    ".min.js", ".min.css", ".min.mjs", ".woff", ".woff2", ".ttf", ".otf", ".eot", ".wasm", ".js.map",
    ".css.map", ".whl", ".jar", ".so", ".a", ".dll",
];
const FOLDERS: &[&str] = &["node_modules", "vendor", "third_party", "third-party", "bower_components"];

fn find(house: &House, breaches: &mut Breaches) {
    for path in house.files.keys() {
        if let Some(ending) = ENDINGS.iter().find(|ending| path.ends_with(**ending)) {
            breaches.add(path, 1, format!("a file of another project, by its name ({ending})"));
        }
        if let Some(folder) = path.split('/').find(|part| FOLDERS.contains(part)) {
            breaches.add(path, 1, format!("a file of another project, by its folder ({folder})"));
        }
    }
}
