//! How far from its phenomenon time an observation of a datastream can reach: with it the ends of a datastream are found
//! by a look at a few rows, whatever was corrected, deleted or sealed since. It only ever grows.

use crate::datastream::Class;
use crate::observation::Row;

/// All in microseconds. Nothing reaches anywhere where all are 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// Of any `n` at most.
    pub longest: i64,
    /// Result times that are said, before and after the phenomenon time.
    pub early: i64,
    pub late: i64,
    /// `n` less the phenomenon time, which forecasts have for their result time.
    pub n_early: i64,
    pub n_late: i64,
}

impl Reach {
    pub fn of(row: &Row) -> Reach {
        let mut reach = Reach::default();
        if row.n != 0 {
            let away = row.n.saturating_sub(row.t);
            reach = Reach { longest: row.n.max(0), n_early: away.min(0), n_late: away.max(0), ..reach };
        }
        if let Some(said) = row.extra().and_then(|extra| extra.result_time) {
            let away = said.saturating_sub(row.t);
            reach = Reach { early: away.min(0), late: away.max(0), ..reach };
        }
        reach
    }

    /// The same or wider.
    pub fn join(self, other: Reach) -> Reach {
        Reach {
            longest: self.longest.max(other.longest),
            early: self.early.min(other.early),
            late: self.late.max(other.late),
            n_early: self.n_early.min(other.n_early),
            n_late: self.n_late.max(other.n_late),
        }
    }

    /// After its start, a phenomenon ends so late at most.
    pub fn end(self, class: Class) -> i64 {
        if class == Class::Interval { self.longest } else { 0 }
    }

    /// After its start, or before it, a result comes within these.
    pub fn result(self, class: Class) -> (i64, i64) {
        match class {
            Class::Instant => (self.early, self.late),
            Class::Interval => (self.early, self.late.max(self.longest)),
            Class::Forecast => (self.n_early.min(self.early), self.n_late.max(self.late)),
        }
    }
}

/// From when to when the phenomena of a datastream are, and its results came; microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extents {
    pub phenomenon: (i64, i64),
    pub result: (i64, i64),
}
