//! How often a good guest knocks: when a source is due, how long to wait after a failure, how many requests a host gets.

use std::collections::BTreeMap;

use vocab::Time;
use vocab::time::{MINUTE, SECOND};

/// A source that keeps failing is asked at least this often, so that its return is noticed.
const LONGEST_WAIT: i64 = 60 * MINUTE;

/// Microseconds to wait before the next request: the period, doubled for each failure in a row up to an hour, and spread
/// by up to a tenth so that many sources of one host do not knock together. `dice` is any random number.
pub fn wait(period_seconds: u32, failures: u32, dice: u64) -> i64 {
    let period = i64::from(period_seconds.max(1)) * SECOND;
    // 2^16 periods of a second are beyond the longest wait already.
    let backed_off = period.saturating_mul(1 << failures.min(16));
    let wait = backed_off.min(LONGEST_WAIT.max(period));
    let spread = wait / 10;
    wait + i64::try_from(dice % (spread as u64 + 1)).unwrap_or(0)
}

/// How long a server told us to stay away (`Retry-After` in seconds, RFC 9110, 10.2.3), within reason.
pub fn told_to_wait(retry_after: &str) -> Option<i64> {
    let seconds: i64 = retry_after.trim().parse().ok()?;
    // A day: longer is a mistake or a wall, and the next request will be told again.
    Some(seconds.clamp(0, 24 * 3600) * SECOND)
}

/// Counts requests to each host. A request that comes too early is told when it may.
#[derive(Debug, Clone)]
pub struct Visits {
    per_minute: u32,
    /// For each host, when its next free place is.
    next: BTreeMap<String, Time>,
}

impl Visits {
    pub fn new(per_minute: u32) -> Visits {
        Visits { per_minute: per_minute.max(1), next: BTreeMap::new() }
    }

    /// Reserves a place for one request and says when it is: now, or later. Places of a host are evenly spaced.
    pub fn reserve(&mut self, host: &str, now: Time) -> Time {
        let spacing = MINUTE / i64::from(self.per_minute);
        let at = self.next.get(host).copied().filter(|next| *next > now).unwrap_or(now);
        self.next.insert(host.to_string(), at.plus(spacing));
        at
    }
}

#[cfg(test)]
mod tests;
