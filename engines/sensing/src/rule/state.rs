//! How one thing that a rule judges is doing: quiet, pending, raised, clearing, and what turns one into the next.

use serde::{Deserialize, Serialize};

/// What one look found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Bad,
    Good,
    /// Neither: between two thresholds. What is raised stays so; what is pending is not.
    Between,
    /// Nothing can be said: nothing changes.
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    #[default]
    Quiet,
    Pending,
    Raised,
    /// Good again, not for long enough.
    Clearing,
}

/// What became of a look, where anything did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Raise(i64),
    Clear(i64),
}

/// Of one datastream, one thing's datastreams together, or all of a rule's. Times are microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// The newest result that was judged.
    #[serde(rename = "t")]
    pub seen: i64,
    #[serde(rename = "p")]
    pub phase: Phase,
    /// Since when it is pending or clearing.
    #[serde(rename = "s", skip_serializing_if = "is_zero")]
    pub since: i64,
    /// The bits of the number before, with its time: a text of decimals would be another number now and then.
    #[serde(rename = "n", skip_serializing_if = "Option::is_none")]
    pub previous: Option<(i64, u64)>,
    /// The result that may be stuck, by its digest, and since when it is the same.
    #[serde(rename = "f", skip_serializing_if = "Option::is_none")]
    pub same: Option<(i64, u64)>,
}

fn is_zero(value: &i64) -> bool {
    *value == 0
}

impl State {
    /// Before anything: the next look is the first.
    pub fn before(t: i64) -> State {
        State { seen: t.saturating_sub(1), ..State::default() }
    }

    pub fn is_raised(&self) -> bool {
        matches!(self.phase, Phase::Raised | Phase::Clearing)
    }

    /// Takes what a look at `t` found. `hold`: how long it must be bad; `calm`: how long good.
    pub fn take(&mut self, verdict: Verdict, t: i64, hold: i64, calm: i64) -> Option<Turn> {
        match (self.phase, verdict) {
            (Phase::Quiet, Verdict::Bad) => {
                (self.phase, self.since) = (Phase::Pending, t);
                self.raise_when_held(t, hold)
            }
            (Phase::Pending, Verdict::Bad) => self.raise_when_held(t, hold),
            (Phase::Pending, Verdict::Good | Verdict::Between) => {
                (self.phase, self.since) = (Phase::Quiet, 0);
                None
            }
            (Phase::Raised, Verdict::Good) => {
                (self.phase, self.since) = (Phase::Clearing, t);
                self.clear_when_calm(t, calm)
            }
            (Phase::Clearing, Verdict::Good) => self.clear_when_calm(t, calm),
            (Phase::Clearing, Verdict::Bad | Verdict::Between) => {
                (self.phase, self.since) = (Phase::Raised, 0);
                None
            }
            (_, Verdict::Unknown)
            | (Phase::Quiet, Verdict::Good | Verdict::Between)
            | (Phase::Raised, Verdict::Bad | Verdict::Between) => None,
        }
    }

    fn raise_when_held(&mut self, t: i64, hold: i64) -> Option<Turn> {
        if t.saturating_sub(self.since) < hold {
            return None;
        }
        (self.phase, self.since) = (Phase::Raised, 0);
        Some(Turn::Raise(t))
    }

    fn clear_when_calm(&mut self, t: i64, calm: i64) -> Option<Turn> {
        if t.saturating_sub(self.since) < calm {
            return None;
        }
        (self.phase, self.since) = (Phase::Quiet, 0);
        Some(Turn::Clear(t))
    }
}

#[cfg(test)]
mod tests;
