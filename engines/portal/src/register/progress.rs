//! What the register as a whole says: how many entries stand where, which wait for a word, what the mission rests on.

use std::collections::BTreeMap;

use vocab::Day;

use super::{Carried, Counted, Entry, Nature, Register, Stage};

/// An open entry whose newest source is older than this has gone quiet.
pub const QUIET_MONTHS: i32 = 18;

/// Entries by what the newest source says. Nothing stands for "no record since".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub all: usize,
    pub stages: BTreeMap<Stage, usize>,
    pub silent: usize,
}

/// How one kind of entry is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    pub all: usize,
    pub new: usize,
    pub bullets: usize,
    pub beside: usize,
}

pub fn tally<'a>(entries: impl Iterator<Item = &'a Entry>) -> Tally {
    let mut tally = Tally::default();
    for entry in entries {
        tally.all += 1;
        match entry.newest() {
            Some(record) => *tally.stages.entry(record.stage).or_default() += 1,
            None => tally.silent += 1,
        }
    }
    tally
}

impl Register {
    /// Entries that are neither finished nor given up and of which no source has spoken for long: the longest silence
    /// first, so that whoever answers for one sees it.
    pub fn quiet(&self, today: Day) -> Vec<&Entry> {
        let since = today.months_before(QUIET_MONTHS);
        let mut quiet: Vec<&Entry> = self
            .entries
            .iter()
            .filter(|entry| match entry.newest() {
                Some(record) => record.stage.is_open() && record.date < since,
                None => entry.document.stage.is_open(),
            })
            .collect();
        quiet.sort_by_key(|entry| entry.newest().map(|record| record.date));
        quiet
    }

    /// Counts by a key that an entry has.
    pub fn counts<K: Ord>(&self, key: impl Fn(&Entry) -> K) -> BTreeMap<K, Count> {
        let mut counts: BTreeMap<K, Count> = BTreeMap::new();
        for entry in &self.entries {
            let count = counts.entry(key(entry)).or_default();
            count.all += 1;
            count.new += usize::from(entry.new);
            match self.counted(entry) {
                Counted::Bullets => count.bullets += 1,
                Counted::Beside => count.beside += 1,
            }
        }
        counts
    }

    pub fn count(&self) -> Count {
        self.counts(|_| ()).remove(&()).unwrap_or_default()
    }

    pub fn natures(&self) -> BTreeMap<Nature, Count> {
        self.counts(|entry| entry.nature)
    }

    pub fn carried(&self) -> BTreeMap<Carried, Count> {
        self.counts(|entry| entry.here.state)
    }

    fn counted(&self, entry: &Entry) -> Counted {
        self.section(&entry.section).map_or(Counted::Beside, |section| section.counted)
    }
}
