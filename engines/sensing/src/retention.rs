//! How long observations are kept: by class, in whole buckets.

use std::collections::BTreeMap;
use std::sync::Arc;

use vocab::Time;
use vocab::time::DAY;

use crate::bucket::Bucket;
use crate::calendar::Calendar;
use crate::datastream::Facts;

/// Days that observations of each retention class are kept. A class without a line is kept for ever.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Retention {
    pub days: BTreeMap<Arc<str>, u32>,
}

impl Retention {
    /// Observations before this instant may go. `None`: none may.
    pub fn cutoff(&self, datastream: &Facts, now: Time) -> Option<Time> {
        self.days.get(&datastream.retention).map(|days| now.plus(-i64::from(*days) * DAY))
    }
}

/// Sealed buckets that lie before the cutoff whole. A month's block stays until its last day may go.
pub fn expired(calendar: &Calendar, cutoff: Time) -> Vec<Bucket> {
    let mut buckets = calendar.buckets(i64::MIN, cutoff.0);
    buckets.retain(|bucket| bucket.range().1 <= cutoff.0);
    buckets
}

#[cfg(test)]
mod tests;
