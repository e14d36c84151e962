//! Links between documents lead somewhere, and so do the documents that a message names.

use super::{Breaches, Law};
use crate::house::House;

pub const LAW: Law = Law {
    name: "links-lead-somewhere",
    reason: "a document that points at nothing teaches its reader not to trust the next one",
    way_out: "correct the path, or write the file",
    find,
};

fn find(house: &House, breaches: &mut Breaches) {
    named_by_messages(house, breaches);
    for file in house.files.values().filter(|f| f.path.ends_with(".md")) {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (number, line) in file.lines() {
            let targets = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
            for target in targets {
                let path = target.split('#').next().unwrap_or_default();
                if path.is_empty() || path.contains("://") || path.starts_with("mailto:") {
                    continue;
                }
                let whole = resolve(folder, path);
                let is_folder = house.inside(&format!("{}/", whole.trim_end_matches('/'))).next().is_some();
                if !house.files.contains_key(&whole) && !is_folder {
                    breaches.add(&file.path, number, format!("{target} is not there"));
                }
            }
        }
    }
}

fn named_by_messages(house: &House, breaches: &mut Breaches) {
    for (_, file) in house.product() {
        for text in &file.source().strings {
            let words = text.text.split(|c: char| !(c.is_ascii_alphanumeric() || "/-_.".contains(c)));
            for path in words.filter(|word| word.starts_with("docs/") && word.ends_with(".md")) {
                if !house.files.contains_key(path) {
                    breaches.add(
                        &file.path,
                        text.line,
                        format!("a message sends people to {path}, which is not there"),
                    );
                }
            }
        }
    }
}

fn resolve(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
