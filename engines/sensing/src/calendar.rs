//! Which buckets of a datastream hold blocks, and how many rows each month has sealed.
//!
//! The buckets of one datastream never overlap: a month that is whole has no days or hours, a day has no hours. So each
//! instant has at most one place, and late rows always find it.

use crate::bucket::{Bucket, Level, first_day, month_of_day};
use crate::codec::{Corrupt, Reader, put_signed, put_varint};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    months: Vec<Month>,
    /// Hours that have a block of their own, ascending.
    hours: Vec<i32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Month {
    month: i32,
    /// Bit d−1: day d has a block. [`WHOLE`]: the month is one block.
    days: u32,
    rows: u32,
}

const WHOLE: u32 = 1 << 31;
const HOURS_A_DAY: i64 = 24;

impl Calendar {
    pub fn is_empty(&self) -> bool {
        self.months.is_empty()
    }

    /// The sealed bucket that holds `t`.
    pub fn covering(&self, t: i64) -> Option<Bucket> {
        let month = Bucket::at(Level::Month, t)?;
        let mark = self.month(month.index)?;
        if mark.days & WHOLE != 0 {
            return Some(month);
        }
        let day = Bucket::at(Level::Day, t)?;
        if mark.days & day_bit(day.index) != 0 {
            return Some(day);
        }
        let hour = Bucket::at(Level::Hour, t)?;
        self.hours.binary_search(&(hour.index as i32)).ok().map(|_| hour)
    }

    /// Rows sealed in a month.
    pub fn rows(&self, month: i64) -> u64 {
        self.month(month).map_or(0, |m| u64::from(m.rows))
    }

    /// Notes that `bucket` has a block now, in place of the shorter ones within it, and that its month has `more` rows
    /// more than before.
    pub fn insert(&mut self, bucket: Bucket, more: i64) {
        let (from, _) = bucket.range();
        let Some(month) = Bucket::at(Level::Month, from) else { return };
        let at = match self.months.binary_search_by_key(&month.index, |m| i64::from(m.month)) {
            Ok(at) => at,
            Err(at) => {
                self.months.insert(at, Month { month: month.index as i32, days: 0, rows: 0 });
                at
            }
        };
        let mark = &mut self.months[at];
        mark.rows = (i64::from(mark.rows) + more).clamp(0, i64::from(u32::MAX)) as u32;
        match bucket.level {
            Level::Month => {
                mark.days = WHOLE;
                self.forget_hours(bucket);
            }
            Level::Day => {
                mark.days |= day_bit(bucket.index);
                self.forget_hours(bucket);
            }
            Level::Hour => {
                if let Err(at) = self.hours.binary_search(&(bucket.index as i32)) {
                    self.hours.insert(at, bucket.index as i32);
                }
            }
        }
    }

    /// Notes that `bucket`, which held `rows` rows, has no block any more.
    pub fn remove(&mut self, bucket: Bucket, rows: u64) {
        let (from, _) = bucket.range();
        let Some(month) = Bucket::at(Level::Month, from) else { return };
        let Ok(at) = self.months.binary_search_by_key(&month.index, |m| i64::from(m.month)) else { return };
        let mark = &mut self.months[at];
        mark.rows = mark.rows.saturating_sub(u32::try_from(rows).unwrap_or(u32::MAX));
        match bucket.level {
            Level::Month => mark.days = 0,
            Level::Day => mark.days &= !day_bit(bucket.index),
            Level::Hour => self.hours.retain(|h| i64::from(*h) != bucket.index),
        }
        if self.months[at].days == 0 && !self.hours.iter().any(|h| month_of_hour(*h) == month.index) {
            self.months.remove(at);
        }
    }

    /// Buckets that overlap `from..to` (microseconds), in order of time.
    pub fn buckets(&self, from: i64, to: i64) -> Vec<Bucket> {
        let mut found = Vec::new();
        let overlaps = |bucket: &Bucket| {
            let range = bucket.range();
            range.0 < to && from < range.1
        };
        // The month before the one that holds `from` ends at or before it; a clamp keeps far limits in range.
        let first = Bucket::at(Level::Month, from).map_or(i64::MIN, |b| b.index);
        let last = Bucket::at(Level::Month, to).map_or(i64::MAX, |b| b.index);
        let start = self.months.partition_point(|m| i64::from(m.month) < first);
        for mark in self.months[start..].iter().take_while(|m| i64::from(m.month) <= last) {
            let month = i64::from(mark.month);
            if mark.days & WHOLE != 0 {
                found.push(Bucket { level: Level::Month, index: month });
                continue;
            }
            let days = (0..31).filter(|d| mark.days >> d & 1 == 1);
            let days = days.map(|d| Bucket { level: Level::Day, index: first_day(month) + d });
            let from_hour = self.hours.partition_point(|h| month_of_hour(*h) < month);
            let hours = self.hours[from_hour..].iter().take_while(|h| month_of_hour(**h) == month);
            let hours = hours.map(|h| Bucket { level: Level::Hour, index: i64::from(*h) });
            let at = found.len();
            found.extend(days.chain(hours));
            found[at..].sort_unstable_by_key(|b| b.range().0);
        }
        found.retain(overlaps);
        found
    }

    pub fn all(&self) -> Vec<Bucket> {
        self.buckets(i64::MIN, i64::MAX)
    }

    /// Months that hold anything.
    pub fn months(&self) -> impl Iterator<Item = i64> + '_ {
        self.months.iter().map(|m| i64::from(m.month))
    }

    /// Is that month one block?
    pub fn is_whole(&self, month: i64) -> bool {
        self.month(month).is_some_and(|m| m.days & WHOLE != 0)
    }

    /// Days that still have hour blocks, ascending.
    pub fn days_with_hours(&self) -> Vec<i64> {
        let mut days: Vec<i64> = self.hours.iter().map(|h| i64::from(*h).div_euclid(HOURS_A_DAY)).collect();
        days.dedup();
        days
    }

    fn month(&self, month: i64) -> Option<&Month> {
        let at = self.months.binary_search_by_key(&month, |m| i64::from(m.month)).ok()?;
        self.months.get(at)
    }

    fn forget_hours(&mut self, within: Bucket) {
        let (from, to) = within.range();
        self.hours.retain(|h| {
            let (start, _) = Bucket { level: Level::Hour, index: i64::from(*h) }.range();
            !(from <= start && start < to)
        });
    }

    /// A few bytes a month.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_varint(&mut out, self.months.len() as u64);
        let mut before = 0;
        for mark in &self.months {
            put_signed(&mut out, i64::from(mark.month - before));
            put_varint(&mut out, u64::from(mark.days));
            put_varint(&mut out, u64::from(mark.rows));
            before = mark.month;
        }
        put_varint(&mut out, self.hours.len() as u64);
        let mut before = 0;
        for hour in &self.hours {
            put_signed(&mut out, i64::from(hour - before));
            before = *hour;
        }
        out
    }

    pub fn decode(bytes: &[u8]) -> Result<Calendar, Corrupt> {
        let mut reader = Reader::new(bytes);
        let mut calendar = Calendar::default();
        let mut before = 0i32;
        for _ in 0..reader.varint()? {
            before = step(before, reader.signed()?)?;
            let (days, rows) = (reader.varint()?, reader.varint()?);
            let fits = |x: u64| u32::try_from(x).map_err(|_| Corrupt("a calendar's month is out of range"));
            calendar.months.push(Month { month: before, days: fits(days)?, rows: fits(rows)? });
        }
        let mut before = 0i32;
        for _ in 0..reader.varint()? {
            before = step(before, reader.signed()?)?;
            calendar.hours.push(before);
        }
        Ok(calendar)
    }
}

fn step(before: i32, by: i64) -> Result<i32, Corrupt> {
    i32::try_from(by)
        .ok()
        .and_then(|by| before.checked_add(by))
        .ok_or(Corrupt("a calendar runs out of range"))
}

fn day_bit(day: i64) -> u32 {
    1 << (day - first_day(month_of_day(day))).clamp(0, 30)
}

fn month_of_hour(hour: i32) -> i64 {
    month_of_day(i64::from(hour).div_euclid(HOURS_A_DAY))
}

#[cfg(test)]
mod tests;
