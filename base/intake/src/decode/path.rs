//! Where the records of a tree stand, and what can be seen from each.

use serde_json::Value;

use super::DecodeError;

/// The way from the root to each record: `periods/period/detectors/detector/lanes/lane`. Every list on the way is gone
/// through; `*` stands for every key of an object; a step ending in `?` may be absent. Empty: the root itself, or its
/// items where it is a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordPath(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    name: String,
    optional: bool,
}

impl RecordPath {
    pub fn new(text: &str) -> RecordPath {
        let step = |part: &str| match part.strip_suffix('?') {
            Some(name) => Step { name: name.into(), optional: true },
            None => Step { name: part.into(), optional: false },
        };
        RecordPath(text.split('/').filter(|part| !part.is_empty()).map(step).collect())
    }
}

/// A record and what stands above it.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    pub record: &'a Value,
    /// From the root down to the record's parent. A list is no level of its own.
    pub parents: &'a [&'a Value],
    /// The key under which the record stands, where the path said `*`.
    pub key: Option<&'a str>,
}

impl<'a> Entry<'a> {
    pub fn alone(record: &'a Value) -> Entry<'a> {
        Entry { record, parents: &[], key: None }
    }
}

/// Hands each record of the tree to `visit`.
///
/// # Errors
/// A step that was looked for and found nowhere: then the answer is not of the shape the feed file describes.
pub fn walk(
    root: &Value,
    path: &RecordPath,
    visit: &mut dyn FnMut(Entry<'_>) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let mut walker = Walker { path, seen: vec![Seen::default(); path.0.len()], visit };
    walker.down(root, 0, &mut Vec::new(), None)?;
    let lost = |(step, seen): (&Step, &Seen)| {
        (seen.wanted && !seen.found && !step.optional).then(|| step.name.clone())
    };
    match path.0.iter().zip(&walker.seen).find_map(lost) {
        None => Ok(()),
        Some(step) => Err(DecodeError::NoSuchPath { step }),
    }
}

#[derive(Clone, Default)]
struct Seen {
    wanted: bool,
    found: bool,
}

struct Walker<'p, 'v> {
    path: &'p RecordPath,
    seen: Vec<Seen>,
    visit: &'v mut dyn FnMut(Entry<'_>) -> Result<(), DecodeError>,
}

impl Walker<'_, '_> {
    fn down<'a>(
        &mut self,
        value: &'a Value,
        depth: usize,
        parents: &mut Vec<&'a Value>,
        key: Option<&'a str>,
    ) -> Result<(), DecodeError> {
        if let Value::Array(items) = value {
            return items.iter().try_for_each(|item| self.down(item, depth, parents, key));
        }
        let Some(step) = self.path.0.get(depth) else {
            return (self.visit)(Entry { record: value, parents, key });
        };
        // Some feeds write "" or null for an empty list or object.
        if value.is_null() || value.as_str().is_some_and(str::is_empty) {
            return Ok(());
        }
        self.seen[depth].wanted = true;
        parents.push(value);
        let result = if step.name == "*" {
            self.seen[depth].found |= value.is_object();
            let mut entries = value.as_object().into_iter().flatten();
            entries.try_for_each(|(key, child)| self.down(child, depth + 1, parents, Some(key)))
        } else if let Some(child) = value.get(&step.name) {
            self.seen[depth].found = true;
            match child {
                // What is empty where records are expected is no records.
                Value::Null => Ok(()),
                Value::String(text) if text.is_empty() => Ok(()),
                child => self.down(child, depth + 1, parents, key),
            }
        } else {
            Ok(())
        };
        parents.pop();
        result
    }
}
