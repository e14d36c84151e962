//! The schedule of an entry: what the document promised against what sources say. A slip is told only between two dates
//! that somebody wrote down; silence is neither late nor done.

use vocab::Day;

use super::{Entry, Stage};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// The document gives no date.
    Undated,
    /// Its date is still to come, and no source says that it was reached.
    Ahead { by: Day },
    /// Its date has passed, and no source says whether it was reached.
    NotKnown { by: Day },
    /// A source says on which day it came about.
    Reached { by: Day, on: Day, slip_days: i64 },
    /// A source of this day says that it is there, and not since when.
    ReachedBefore { by: Day, source: Day },
    /// A source says that it was given up.
    Stopped { by: Day, source: Day },
}

impl Entry {
    pub fn schedule(&self, today: Day) -> Schedule {
        let Some(due) = &self.document.due else { return Schedule::Undated };
        let by = due.by;
        let reached = || self.since.iter().filter(|record| record.stage.is_reached());
        let dated = reached().filter_map(|record| record.reached).min();
        if let Some(on) = dated {
            return Schedule::Reached { by, on, slip_days: by.days_until(on).max(0) };
        }
        if let Some(first) = reached().next() {
            return Schedule::ReachedBefore { by, source: first.date };
        }
        match self.newest() {
            Some(last) if last.stage == Stage::Stopped => Schedule::Stopped { by, source: last.date },
            _ if by < today => Schedule::NotKnown { by },
            _ => Schedule::Ahead { by },
        }
    }
}

impl Schedule {
    /// The word that filters and programs use.
    pub fn word(self) -> &'static str {
        match self {
            Schedule::Undated => "undated",
            Schedule::Ahead { .. } => "ahead",
            Schedule::NotKnown { .. } => "not-known",
            Schedule::Reached { slip_days: 0, .. } => "in-time",
            Schedule::Reached { .. } => "late",
            Schedule::ReachedBefore { by, source } if source <= by => "in-time",
            Schedule::ReachedBefore { .. } => "reached",
            Schedule::Stopped { .. } => "stopped",
        }
    }

    pub const WORDS: [&'static str; 7] =
        ["undated", "ahead", "not-known", "in-time", "late", "reached", "stopped"];
}
