//! How a feed is doing, on its own clock: green, stale, failing, partial or never heard of.

use vocab::Time;
use vocab::time::SECOND;

/// The state a feed's sources add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// Every source gave a good answer within its freshness limit.
    Green,
    /// Some sources are green; others are not, or never were.
    Partial,
    /// The last good answer is older than the limit, though nothing says it failed.
    Stale,
    /// The last answers were broken or did not come, and what we have is old.
    Failing,
    /// Nothing good has ever come.
    Never,
}

impl Health {
    pub fn word(self) -> &'static str {
        match self {
            Health::Green => "green",
            Health::Partial => "partial",
            Health::Stale => "stale",
            Health::Failing => "failing",
            Health::Never => "never",
        }
    }
}

/// What happened at one source of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A good answer. `newest` is the latest time of an observation in it, where it has any.
    Good { newest: Option<Time> },
    /// The server said that nothing changed (304): what we have is still the source's word.
    Unchanged,
    /// No answer, a broken one, or one of which not a single record mapped.
    Bad { error: String },
}

/// What is remembered of a source. Times are of the feed's own clock, which in a replay is the recording's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceHealth {
    pub last_good: Option<Time>,
    /// The latest observation's own time.
    pub newest: Option<Time>,
    pub last_error: Option<(Time, String)>,
    pub failures: u32,
}

impl SourceHealth {
    /// The next state, after `outcome` at `now`. A clock that jumps backwards never makes `last_good` older.
    pub fn after(mut self, outcome: Outcome, now: Time) -> SourceHealth {
        match outcome {
            Outcome::Good { newest } => {
                self.last_good = self.last_good.max(Some(now));
                self.newest = self.newest.max(newest);
                self.failures = 0;
            }
            // Without a good answer ever, "unchanged" tells us nothing that we have.
            Outcome::Unchanged if self.last_good.is_some() => {
                self.last_good = self.last_good.max(Some(now));
                self.failures = 0;
            }
            Outcome::Unchanged => {}
            Outcome::Bad { error } => {
                self.last_error = Some((now, error));
                self.failures = self.failures.saturating_add(1);
            }
        }
        self
    }

    pub fn health(&self, freshness_seconds: u32, now: Time) -> Health {
        let limit = i64::from(freshness_seconds) * SECOND;
        match self.last_good {
            None => Health::Never,
            // An answer that comes on time and tells old values is as stale as one that does not come.
            Some(good) if now.0.saturating_sub(self.newest.map_or(good, |n| n.min(good)).0) <= limit => {
                Health::Green
            }
            Some(_) if self.failures > 0 => Health::Failing,
            Some(_) => Health::Stale,
        }
    }

    /// Since when a stale source has been stale.
    pub fn last_fresh(&self) -> Option<Time> {
        match (self.newest, self.last_good) {
            (Some(newest), Some(good)) => Some(newest.min(good)),
            (_, good) => good,
        }
    }
}

/// A feed's health from that of its sources.
pub fn of_sources(sources: impl IntoIterator<Item = Health>) -> Health {
    let all: Vec<Health> = sources.into_iter().collect();
    let any = |h: Health| all.contains(&h);
    match (any(Health::Green), all.iter().all(|h| *h == Health::Green)) {
        (true, true) => Health::Green,
        (true, false) => Health::Partial,
        _ if any(Health::Failing) => Health::Failing,
        _ if any(Health::Stale) => Health::Stale,
        _ => Health::Never,
    }
}

#[cfg(test)]
mod tests;
