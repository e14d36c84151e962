//! The house as the laws see it: every file that is or could be committed, and the crates.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use crate::source::Source;

pub struct House {
    /// By path from the root, with `/`.
    pub files: BTreeMap<String, File>,
    pub crates: Vec<Crate>,
    /// Files that `#[cfg(test)] mod …;` brings in, wherever they lie.
    only_for_tests: BTreeSet<String>,
}

pub struct File {
    pub path: String,
    /// Empty for a file that is no text.
    pub text: String,
    source: OnceCell<Source>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    Base,
    Engine,
    /// The program.
    Top,
    /// The integration tests and the chores: no part of the product.
    Beside,
}

pub struct Crate {
    pub name: String,
    /// `base/vocab`.
    pub folder: String,
    pub layer: Layer,
    pub manifest: toml::Table,
}

impl House {
    /// Reads what is tracked, and what is neither tracked nor ignored, so that a breach is found before it is added.
    pub fn read(root: &Path) -> Result<House, String> {
        let listed = Command::new("git")
            .current_dir(root)
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .output()
            .map_err(|e| format!("git does not start: {e}; install git"))?;
        if !listed.status.success() {
            let said = String::from_utf8_lossy(&listed.stderr).trim().to_string();
            return Err(format!("git cannot list the files of {}: {said}", root.display()));
        }
        let names = String::from_utf8_lossy(&listed.stdout).into_owned();
        let mut files = Vec::new();
        for name in names.split('\0').filter(|name| !name.is_empty()) {
            // A deleted file is listed until its removal is committed.
            if let Ok(bytes) = std::fs::read(root.join(name)) {
                files.push((name.to_string(), String::from_utf8(bytes).unwrap_or_default()));
            }
        }
        Ok(House::of(files))
    }

    pub fn of(files: impl IntoIterator<Item = (String, String)>) -> House {
        let files: BTreeMap<String, File> = files
            .into_iter()
            .map(|(path, text)| (path.clone(), File { path, text, source: OnceCell::new() }))
            .collect();
        let crates = files.values().filter_map(Crate::of).collect();
        let mut house = House { files, crates, only_for_tests: BTreeSet::new() };
        house.only_for_tests = house.brought_in_for_tests();
        house
    }

    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(|file| file.text.as_str())
    }

    /// Rust files of the product: of a crate in base, engines or causeway, without tests and build scripts.
    pub fn product(&self) -> impl Iterator<Item = (&Crate, &File)> {
        self.crates.iter().filter(|c| c.layer != Layer::Beside).flat_map(move |krate| {
            let inside = self.inside(&format!("{}/src/", krate.folder));
            inside.filter(|f| f.is_rust() && !self.is_test(&f.path)).map(move |file| (krate, file))
        })
    }

    pub fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.values().filter(|file| file.is_rust())
    }

    /// Files whose path begins so.
    pub fn inside<'a>(&'a self, folder: &str) -> impl Iterator<Item = &'a File> + use<'a> {
        let folder = folder.to_string();
        self.files
            .range(folder.clone()..)
            .map(|(_, file)| file)
            .take_while(move |f| f.path.starts_with(&folder))
    }

    pub fn is_test(&self, path: &str) -> bool {
        path.starts_with("tests/")
            || path.contains("/tests/")
            || path.ends_with("/tests.rs")
            || self.only_for_tests.contains(path)
    }

    /// Where `mod name;` in this file leads.
    pub fn module(&self, file: &str, name: &str) -> Option<&File> {
        let (folder, stem) = match file.rsplit_once('/') {
            Some((folder, name)) => (format!("{folder}/"), name.trim_end_matches(".rs")),
            None => (String::new(), file.trim_end_matches(".rs")),
        };
        let is_root = self.crates.iter().any(|c| c.is_root(file));
        let within = if stem == "mod" || is_root { folder } else { format!("{folder}{stem}/") };
        [format!("{within}{name}.rs"), format!("{within}{name}/mod.rs")]
            .iter()
            .find_map(|path| self.files.get(path))
    }

    fn brought_in_for_tests(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for file in self.rust() {
            let lines = &file.source().code;
            for pair in lines.windows(2).filter(|pair| pair[0].trim() == "#[cfg(test)]") {
                if let Some(child) = declared(&pair[1]).and_then(|name| self.module(&file.path, name)) {
                    let below = format!("{}/", child.path.trim_end_matches(".rs"));
                    found.extend(self.inside(&below).map(|f| f.path.clone()));
                    found.insert(child.path.clone());
                }
            }
        }
        found
    }
}

/// `name` of `mod name;`.
pub fn declared(line: &str) -> Option<&str> {
    let line = line.trim().trim_end_matches(';');
    let (before, name) = line.split_once("mod ")?;
    let plain = before.is_empty() || before.starts_with("pub") && before.ends_with(' ');
    (plain && name.chars().all(crate::source::is_word)).then_some(name)
}

impl File {
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    pub fn source(&self) -> &Source {
        self.source.get_or_init(|| Source::of(&self.text))
    }

    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Lines with their numbers from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(at, line)| (at + 1, line))
    }
}

impl Crate {
    fn of(file: &File) -> Option<Crate> {
        let folder = file.path.strip_suffix("/Cargo.toml")?;
        let layer = match folder.split('/').collect::<Vec<_>>().as_slice() {
            ["base", _] => Layer::Base,
            ["engines", _] => Layer::Engine,
            ["causeway"] => Layer::Top,
            ["tests" | "xtask"] => Layer::Beside,
            _ => return None,
        };
        // A manifest that is no TOML stops cargo before any law could.
        let manifest: toml::Table = file.text.parse().unwrap_or_default();
        let package = manifest.get("package").and_then(|p| p.get("name")).and_then(toml::Value::as_str);
        let name = package.unwrap_or(folder.rsplit('/').next().unwrap_or_default()).to_string();
        Some(Crate { name, folder: folder.to_string(), layer, manifest })
    }

    pub fn package(&self, key: &str) -> Option<&toml::Value> {
        self.manifest.get("package").and_then(|package| package.get(key))
    }

    /// Names under `[dependencies]`, `[build-dependencies]` and `[dev-dependencies]`.
    pub fn dependencies(&self) -> BTreeSet<&str> {
        self.listed(&["dependencies", "build-dependencies", "dev-dependencies"])
    }

    /// Those that become part of the program.
    pub fn product_dependencies(&self) -> BTreeSet<&str> {
        self.listed(&["dependencies"])
    }

    fn listed(&self, tables: &[&str]) -> BTreeSet<&str> {
        let found = tables.iter().filter_map(|t| self.manifest.get(*t)).filter_map(toml::Value::as_table);
        found.flat_map(|table| table.keys().map(String::as_str)).collect()
    }

    /// Whether cargo begins to compile with this file.
    pub fn is_root(&self, path: &str) -> bool {
        let Some(inside) = path.strip_prefix(&format!("{}/", self.folder)) else { return false };
        let mut named = vec![self.package("build"), self.manifest.get("lib").and_then(|lib| lib.get("path"))];
        for kind in ["bin", "test", "bench", "example"] {
            let targets = self.manifest.get(kind).and_then(toml::Value::as_array).into_iter().flatten();
            named.extend(targets.map(|target| target.get("path")));
        }
        let is_found = |folder: &str, switch: &str| {
            let on = self.package(switch).and_then(toml::Value::as_bool) != Some(false);
            let alone = |name: &str| !name.contains('/') && name.ends_with(".rs");
            let with_parts = |name: &str| name.split_once('/').is_some_and(|(_, rest)| rest == "main.rs");
            on && inside.strip_prefix(folder).is_some_and(|name| alone(name) || with_parts(name))
        };
        ["src/lib.rs", "src/main.rs", "build.rs"].contains(&inside)
            || named.into_iter().flatten().any(|path| path.as_str() == Some(inside))
            || is_found("tests/", "autotests")
            || is_found("examples/", "autoexamples")
            || is_found("benches/", "autobenches")
    }

    /// The line of the manifest that begins so; 1 where there is none.
    pub fn line(&self, house: &House, begins: &str) -> usize {
        let file = house.files.get(&format!("{}/Cargo.toml", self.folder));
        file.and_then(|f| f.lines().find(|(_, line)| line.starts_with(begins)))
            .map_or(1, |(number, _)| number)
    }
}
