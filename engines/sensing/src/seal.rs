//! What is to be sealed, and into which bucket. The plan is pure; the store carries it out.

use std::collections::BTreeSet;

use vocab::Time;
use vocab::time::{DAY, HOUR, MINUTE};

use crate::bucket::{Bucket, Level};
use crate::calendar::Calendar;
use crate::mirror::Look;
use crate::observation::Mark;

/// When buckets are closed and what is worth a block.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// An hour or a day is sealed this long after its end: rows late by up to an hour still meet it open.
    pub wait_micros: i64,
    /// A stream that has brought nothing for this long has no more to bring of its past.
    pub quiet_micros: i64,
    /// A month's days are joined this long after its end.
    pub month_wait_micros: i64,
    /// Fewer rows than this in an hour wait for their day: a block costs some 60 bytes beside its rows.
    pub rows_an_hour: usize,
    /// Months with no more rows than this become one block; a reader of any of them decodes it in some 20 µs.
    pub rows_a_month: u64,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules {
            wait_micros: HOUR + 10 * MINUTE,
            quiet_micros: 10 * MINUTE,
            month_wait_micros: DAY,
            rows_an_hour: 16,
            rows_a_month: 2_048,
        }
    }
}

/// A bucket of a datastream to be (re)written: its hot rows, its own blocks and those of shorter buckets within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Task {
    pub bucket: Bucket,
    pub datastream: i64,
}

impl Rules {
    /// When memory gets short: what would wait for late rows, or for its day, is sealed as soon as its hour is over. It
    /// costs blocks of a row or two, which are joined when the day ends.
    pub(crate) fn pressed(self) -> Rules {
        Rules { wait_micros: 0, rows_an_hour: 1, ..self }
    }

    pub(crate) fn is_closed(&self, bucket: Bucket, now: Time) -> bool {
        let wait = if bucket.level == Level::Month { self.month_wait_micros } else { self.wait_micros };
        bucket.range().1.saturating_add(wait) <= now.0
    }

    /// The bucket that new rows at `t` belong in when no block covers `t` yet: the day when it is closed, else the
    /// closed hour, else none. Times too far off for hours or days go to their month.
    pub(crate) fn bucket_for(&self, t: i64, now: Time) -> Option<Bucket> {
        match Bucket::at(Level::Day, t) {
            None => Bucket::at(Level::Month, t).filter(|month| self.is_closed(*month, now)),
            Some(day) if self.is_closed(day, now) => Some(day),
            Some(_) => Bucket::at(Level::Hour, t).filter(|hour| self.is_closed(*hour, now)),
        }
    }
}

/// The tasks of one datastream, in no particular order, each bucket once.
pub fn plan(datastream: i64, stream: Look, now: Time, rules: &Rules) -> Vec<Task> {
    if stream.is_unsealed() && all_wait(stream, &Calendar::default(), now, rules) {
        return Vec::new();
    }
    let sealed = stream.sealed();
    let calendar = &sealed.calendar;
    let mut buckets = BTreeSet::new();
    let wait = sealed.last.as_ref().is_none_or(|last| stream.since().is_none_or(|since| last.t < since))
        && all_wait(stream, calendar, now, rules);
    let rows = if wait { Vec::new() } else { stream.rows() };
    let now = frontier(stream, now, rules);
    let mut at = 0;
    while let Some(row) = rows.get(at) {
        let covering = calendar.covering(row.t);
        // An hour's block gives way to its day as soon as that is closed.
        let lasting = covering.filter(|bucket| bucket.level != Level::Hour);
        let Some(bucket) = lasting.or_else(|| rules.bucket_for(row.t, now)).or(covering) else {
            // Rows are in order of time, but a later day may be covered where an open hour is not.
            let next = Bucket::at(Level::Hour, row.t).map_or(row.t + 1, |hour| hour.range().1);
            at += rows[at..].partition_point(|r| r.t < next);
            continue;
        };
        let here = rows[at..].partition_point(|r| r.t < bucket.range().1);
        let waiting = rows[at..at + here].iter().filter(|r| r.mark != Mark::Sealed).count();
        let enough = bucket.level != Level::Hour || covering.is_some() || waiting >= rules.rows_an_hour;
        if waiting > 0 && enough {
            buckets.insert(bucket);
        }
        at += here;
    }
    // Days that are over take in the hours sealed before.
    for day in calendar.days_with_hours() {
        let day = Bucket { level: Level::Day, index: day };
        if rules.is_closed(day, now) {
            buckets.insert(day);
        }
    }
    for month in calendar.months().filter(|month| joins(calendar, *month, rules, now)) {
        buckets.insert(Bucket { level: Level::Month, index: month });
    }
    let months: Vec<Bucket> = buckets.iter().filter(|b| b.level == Level::Month).copied().collect();
    let within = |bucket: &Bucket, month: &Bucket| {
        let (from, to) = month.range();
        bucket.level != Level::Month && (from..to).contains(&bucket.range().0)
    };
    buckets.retain(|bucket| !months.iter().any(|month| within(bucket, month)));
    buckets.into_iter().map(|bucket| Task { bucket, datastream }).collect()
}

/// Does every hot row wait for its hour or day to end? Told without a look at them, which matters where five million
/// datastreams wait for their day. Rows before the last sealed one may do so too; that is not asked here.
fn all_wait(stream: Look, calendar: &Calendar, now: Time, rules: &Rules) -> bool {
    let Some(since) = stream.since() else { return true };
    let is_open = |level| Bucket::at(level, since).is_some_and(|bucket| !rules.is_closed(bucket, now));
    let are_few = stream.len() < rules.rows_an_hour && is_open(Level::Day);
    calendar.covering(since).is_none() && (is_open(Level::Hour) || are_few)
}

/// How far the stream has come. While a past is being filled in, row by row in order of time, buckets close behind its
/// latest row: a day is then sealed once, not again with every pass. When nothing has come for a while, it is now.
fn frontier(stream: Look, now: Time, rules: &Rules) -> Time {
    match stream.last() {
        Some(last) if last.received().plus(rules.quiet_micros) > now => now.min(Time(last.t)),
        _ => now,
    }
}

/// Is that month over, in days, and small enough for one block?
fn joins(calendar: &Calendar, month: i64, rules: &Rules, now: Time) -> bool {
    let bucket = Bucket { level: Level::Month, index: month };
    !calendar.is_whole(month) && calendar.rows(month) <= rules.rows_a_month && rules.is_closed(bucket, now)
}

#[cfg(test)]
mod tests;
