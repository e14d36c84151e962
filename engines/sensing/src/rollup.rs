//! What is said of many rows in a few numbers, and the hour roll-ups of a month as one blob.

use vocab::Quality;

use crate::block::{seal, unseal};
use crate::bucket::{Bucket, Level};
use crate::codec::{
    Corrupt, Effort, Reader, decode_floats, decode_ints, encode_floats, encode_ints, put_varint,
};
use crate::observation::Row;

/// Statistics of the rows of a span of time. Numbers count bools as 0 and 1; texts and missing results count as rows
/// only. With no numbers, `sum` to `last` are 0 and mean nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Summary {
    pub rows: u64,
    pub numbers: u64,
    pub sum: f64,
    pub min: f64,
    pub max: f64,
    /// Of the earliest and the latest number.
    pub first: f64,
    pub last: f64,
    /// Rows of each [`Quality`], by its code.
    pub quality: [u64; QUALITIES],
}

pub const QUALITIES: usize = Quality::ALL.len();

impl Summary {
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Summary {
        let mut summary = Summary::default();
        rows.into_iter().for_each(|row| summary.add(row.quality(), row.number()));
        summary
    }

    /// Adds a row that comes after those already in.
    pub fn add(&mut self, quality: Quality, number: Option<f64>) {
        self.rows += 1;
        self.quality[usize::from(quality.code())] += 1;
        if let Some(number) = number {
            self.join_numbers(1, number, (number, number), (number, number));
        }
    }

    /// Adds what comes after.
    pub fn join(&mut self, later: &Summary) {
        self.rows += later.rows;
        for (mine, theirs) in self.quality.iter_mut().zip(later.quality) {
            *mine += theirs;
        }
        if later.numbers > 0 {
            self.join_numbers(later.numbers, later.sum, (later.min, later.max), (later.first, later.last));
        }
    }

    fn join_numbers(&mut self, count: u64, sum: f64, (min, max): (f64, f64), (first, last): (f64, f64)) {
        if self.numbers == 0 {
            (self.min, self.max, self.first) = (min, max, first);
        }
        self.numbers += count;
        self.sum += sum;
        self.min = self.min.min(min);
        self.max = self.max.max(max);
        self.last = last;
    }

    pub fn mean(&self) -> Option<f64> {
        (self.numbers > 0).then(|| self.sum / self.numbers as f64)
    }
}

/// First byte of a blob: hour roll-ups.
const FORMAT: u8 = 2;
const VERSION: u8 = 1;
/// A month has 744 hours at most.
const MOST_HOURS: usize = 31 * 24;
const INTS: usize = 3 + QUALITIES - 1;
const FLOATS: usize = 5;

/// The summary of each hour (bucket index) that has rows.
pub type Hours = Vec<(i64, Summary)>;

/// Roll-ups of sorted rows.
pub fn of_rows(rows: &[Row]) -> Hours {
    let hour = |row: &Row| row.t.div_euclid(vocab::time::HOUR);
    rows.chunk_by(|a, b| hour(a) == hour(b)).map(|rows| (hour(&rows[0]), Summary::of(rows))).collect()
}

/// Puts `fresh` in the place of whatever was known of the hours of `bucket`.
pub fn replace(known: &mut Hours, bucket: Bucket, fresh: Hours) {
    let (from, to) = bucket.range();
    let inside = |hour: i64| (from..to).contains(&Bucket { level: Level::Hour, index: hour }.range().0);
    known.retain(|(hour, _)| !inside(*hour));
    known.extend(fresh);
    known.sort_unstable_by_key(|(hour, _)| *hour);
}

pub fn encode(hours: &Hours) -> Vec<u8> {
    let effort = Effort::for_rows(hours.len());
    let mut columns = Vec::new();
    let mut ints = |of: &dyn Fn(&(i64, Summary)) -> i64| {
        let mut column = Vec::new();
        encode_ints(&hours.iter().map(of).collect::<Vec<_>>(), effort, &mut column);
        columns.push(column);
    };
    ints(&|(hour, _)| *hour);
    ints(&|(_, s)| s.rows as i64);
    ints(&|(_, s)| (s.rows - s.numbers) as i64);
    // The rows of quality 0 (valid) are what the others leave.
    (1..QUALITIES).for_each(|q| ints(&|(_, s)| s.quality[q] as i64));
    let mut floats = |of: &dyn Fn(&Summary) -> f64| {
        let mut column = Vec::new();
        encode_floats(&hours.iter().map(|(_, s)| of(s)).collect::<Vec<_>>(), effort, &mut column);
        columns.push(column);
    };
    floats(&|s| s.sum);
    floats(&|s| s.min);
    floats(&|s| s.max);
    floats(&|s| s.first);
    floats(&|s| s.last);
    let mut out = vec![FORMAT, VERSION];
    put_varint(&mut out, hours.len() as u64);
    columns.iter().for_each(|column| put_varint(&mut out, column.len() as u64));
    columns.iter().for_each(|column| out.extend(column));
    seal(&mut out);
    out
}

pub fn decode(bytes: &[u8]) -> Result<Hours, Corrupt> {
    let mut reader = Reader::new(unseal(bytes, FORMAT, VERSION)?);
    let count = usize::try_from(reader.varint()?).ok().filter(|n| *n <= MOST_HOURS);
    let count = count.ok_or(Corrupt("it says it has more hours than a month"))?;
    let mut lengths = [0usize; INTS + FLOATS];
    for length in &mut lengths {
        *length = usize::try_from(reader.varint()?).map_err(|_| Corrupt("a column is too long"))?;
    }
    let (int_lengths, float_lengths) = lengths.split_at(INTS);
    let mut ints = Vec::with_capacity(INTS);
    for length in int_lengths {
        ints.push(decode_ints(reader.take(*length)?, count)?);
    }
    let mut floats = Vec::with_capacity(FLOATS);
    for length in float_lengths {
        floats.push(decode_floats(reader.take(*length)?, count)?);
    }
    (0..count)
        .map(|i| {
            let int =
                |column: usize| u64::try_from(ints[column][i]).map_err(|_| Corrupt("a count is negative"));
            let rows = int(1)?;
            let mut quality = [0; QUALITIES];
            for (q, count) in quality.iter_mut().enumerate().skip(1) {
                *count = int(2 + q)?;
            }
            let others: u64 = quality.iter().sum();
            let short = Corrupt("its counts do not add up");
            quality[0] = rows.checked_sub(others).ok_or(short)?;
            let summary = Summary {
                rows,
                numbers: rows.checked_sub(int(2)?).ok_or(short)?,
                sum: floats[0][i],
                min: floats[1][i],
                max: floats[2][i],
                first: floats[3][i],
                last: floats[4][i],
                quality,
            };
            Ok((ints[0][i], summary))
        })
        .collect()
}

#[cfg(test)]
mod tests;
