//! What was found wrong in a feed, row by row.

use std::collections::BTreeMap;

/// Rows named of each rule; all are counted.
const NAMED: u64 = 20;

/// One row of a feed that was repaired or left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The rule, as the canonical GTFS validator names it.
    pub rule: &'static str,
    pub file: &'static str,
    /// From 1, the head of the table being the first; 0 where the table as a whole is meant.
    pub row: u64,
    pub what: String,
}

/// Notices of a feed, and how often each rule was broken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub notices: Vec<Notice>,
    pub counts: BTreeMap<(&'static str, &'static str), u64>,
}

impl Report {
    pub fn add(&mut self, rule: &'static str, file: &'static str, row: u64, what: impl Into<String>) {
        let count = self.counts.entry((rule, file)).or_default();
        *count += 1;
        if *count <= NAMED {
            self.notices.push(Notice { rule, file, row, what: what.into() });
        }
    }

    /// How often a rule was broken, in all tables.
    pub fn count(&self, rule: &str) -> u64 {
        self.counts.iter().filter(|((known, _), _)| *known == rule).map(|(_, count)| count).sum()
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for ((rule, file), count) in &self.counts {
            writeln!(f, "{rule} {file} {count}")?;
            for notice in self.notices.iter().filter(|n| n.rule == *rule && n.file == *file) {
                match notice.row {
                    0 => writeln!(f, "    {}", notice.what)?,
                    row => writeln!(f, "    row {row}: {}", notice.what)?,
                }
            }
        }
        Ok(())
    }
}
