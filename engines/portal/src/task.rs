//! What people come for: the front page offers it, and the question box finds it by the words they use.

use std::collections::BTreeSet;

use host::pack::{self, Finding, Judge, Pack};
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
        let read: Tasks = pack::parse(file)?;
        let mut judge = Judge::new(file, pack.language_tags());
        let mut seen = BTreeSet::new();
        for task in &read.tasks {
            judge.at(&format!("id = \"{}\"", task.id));
            judge.text(&format!("title of the task {}", task.id), &task.title);
            judge.text(&format!("says of the task {}", task.id), &task.says);
            if !task.path.starts_with('/') {
                let hint = "write the address without the language: /map?feed=…";
                judge.find(format!("{:?} is no address of ours", task.path), hint);
            }
            // A task leads to a feed's places, if it says so.
            if let Some((_, rest)) = task.path.split_once("feed=") {
                judge.feed(rest.split('&').next().unwrap_or(rest), pack);
            }
            if !seen.insert(&task.id) {
                judge.find(format!("two tasks are called {}", task.id), "give one of them another id");
            }
        }
        judge.passed(read)
    }
}

#[cfg(test)]
mod tests;
