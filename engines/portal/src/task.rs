//! What people come for: the front page offers it, and the question box finds it by the words they use.

use std::collections::BTreeSet;

use host::pack::{self, Finding, Pack};
use serde::Deserialize;
use vocab::Text;

pub const FILE: &str = "dashboards/tasks.toml";

/// `dashboards/tasks.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tasks {
    pub schema: u32,
    #[serde(rename = "task", default)]
    pub tasks: Vec<Task>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    pub id: String,
    pub title: Text,
    /// What one finds there, in a sentence.
    pub says: Text,
    /// Address without the language: `/map?feed=car-parks`.
    pub path: String,
    /// Other words that people use for it, in any language.
    #[serde(default)]
    pub words: Vec<String>,
}

impl Tasks {
    pub fn of(pack: &Pack) -> Result<Tasks, Vec<Finding>> {
        let Some(file) = pack.files.get(FILE) else { return Ok(Tasks::default()) };
        let read: Tasks = pack::parse(file).map_err(|finding| vec![finding])?;
        let langs = pack.language_tags();
        let mut findings = Vec::new();
        let mut seen = BTreeSet::new();
        for task in &read.tasks {
            let place = format!("id = \"{}\"", task.id);
            let line = file.text.find(&place).map_or(0, |byte| pack::line_at(&file.text, byte));
            let mut find = |what: String, hint: &str| findings.push(Finding::new(file, line, what, hint));
            for (key, text) in [("title", &task.title), ("says", &task.says)] {
                for lang in text.missing(&langs) {
                    let what = format!("{key} of the task {} has no text in {lang}", task.id);
                    find(what, "write it in every language of the city");
                }
            }
            if !task.path.starts_with('/') {
                let hint = "write the address without the language: /map?feed=…";
                find(format!("{:?} is no address of ours", task.path), hint);
            }
            // A task leads to a feed's places, if it says so.
            let feed = task.path.split_once("feed=").map(|(_, rest)| rest.split('&').next().unwrap_or(rest));
            if let Some(feed) = feed.filter(|feed| !pack.files.contains_key(&format!("feeds/{feed}.toml"))) {
                find(format!("there is no feed {feed}"), "name a file of feeds/ without its ending");
            }
            if !seen.insert(&task.id) {
                find(format!("two tasks are called {}", task.id), "give one of them another id");
            }
        }
        if findings.is_empty() { Ok(read) } else { Err(findings) }
    }
}

#[cfg(test)]
mod tests;
