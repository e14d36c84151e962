//! Puts one city pack inside the program, so that a downloaded binary has a city to show. Which one, `cities/embedded`
//! says; the code does not.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    let cities = PathBuf::from(env("CARGO_MANIFEST_DIR")).join("../cities");
    let name =
        std::fs::read_to_string(cities.join("embedded")).expect("cities/embedded names the pack to embed");
    let pack = cities.join(name.trim()).canonicalize().expect("the pack that cities/embedded names exists");
    println!("cargo:rerun-if-changed={}", cities.join("embedded").display());
    println!("cargo:rerun-if-changed={}", pack.display());
    let mut files = Vec::new();
    walk(&pack, &mut files);
    files.sort();
    let mut code = String::from("pub static PACK: &[(&str, &str)] = &[\n");
    for file in files {
        let inside =
            file.strip_prefix(&pack).expect("the walk stays inside").to_string_lossy().replace('\\', "/");
        writeln!(code, "    ({inside:?}, include_str!({:?})),", file.display().to_string())
            .expect("a String takes all");
    }
    code.push_str("];\n");
    std::fs::write(PathBuf::from(env("OUT_DIR")).join("pack.rs"), code).expect("OUT_DIR can be written");
}

fn env(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the pack can be read").flatten() {
        let path = entry.path();
        let name = entry.file_name();
        // Fixtures are for tests.
        if name.to_string_lossy().starts_with('.') || name == "fixtures" {
            continue;
        }
        if path.is_dir() { walk(&path, files) } else { files.push(path) }
    }
}
