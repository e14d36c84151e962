//! Hours, days and months of UTC that blocks are cut by, and the key of a block.

use vocab::time::{DAY, HOUR};

use crate::observation::Span;

/// How long a block's bucket is. Kept in 2 bits of the block's key, never renumbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Hour = 0,
    Day = 1,
    Month = 2,
}

impl Level {
    pub const ALL: [Level; 3] = [Level::Hour, Level::Day, Level::Month];

    /// What is added to an index so that 21 bits hold it: hours count from 1900, days and months from the year 1.
    fn offset(self) -> i64 {
        match self {
            Level::Hour => 613_608,
            Level::Day => 719_162,
            Level::Month => 23_628,
        }
    }
}

/// One hour, day or month, counted from 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket {
    pub level: Level,
    pub index: i64,
}

const BUCKET_BITS: u32 = 21;
const STREAM_BITS: u32 = 32;
const PART_BITS: u32 = 8;
pub const PARTS: usize = 1 << PART_BITS;

impl Bucket {
    /// The bucket of that level which holds `t`, or nothing where the key has no room for it: hours lie in the years
    /// 1900 to 2139, days end in 5742; a longer bucket takes what lies outside.
    pub fn at(level: Level, t: i64) -> Option<Bucket> {
        let index = match level {
            Level::Hour => t.div_euclid(HOUR),
            Level::Day => t.div_euclid(DAY),
            Level::Month => month_of_day(t.div_euclid(DAY)),
        };
        let bucket = Bucket { level, index };
        bucket.field().map(|_| bucket)
    }

    fn field(self) -> Option<i64> {
        let field = self.index + self.level.offset();
        (0..1 << BUCKET_BITS).contains(&field).then_some(field)
    }

    /// First microsecond, and the first one after the bucket.
    pub fn range(self) -> (i64, i64) {
        match self.level {
            Level::Hour => (self.index * HOUR, (self.index + 1) * HOUR),
            Level::Day => (self.index * DAY, (self.index + 1) * DAY),
            Level::Month => (first_day(self.index) * DAY, first_day(self.index + 1) * DAY),
        }
    }

    pub fn span(self) -> Span {
        let (from, to) = self.range();
        Span::times(from, to)
    }

    /// Keys of the blocks of one datastream in this bucket, first and last part.
    pub fn ids(self, datastream: i64) -> (i64, i64) {
        let first = self.id(datastream, 0);
        (first, first + (1 << PART_BITS) - 1)
    }

    /// `level(2) | bucket(21) | datastream(32) | part(8)`: all datastreams of one bucket lie side by side, so that
    /// retention and city-wide questions read one range.
    pub fn id(self, datastream: i64, part: usize) -> i64 {
        let field = self.field().unwrap_or(0);
        (self.level as i64) << (BUCKET_BITS + STREAM_BITS + PART_BITS)
            | field << (STREAM_BITS + PART_BITS)
            | (datastream & ((1 << STREAM_BITS) - 1)) << PART_BITS
            | (part as i64 & ((1 << PART_BITS) - 1))
    }

    /// Bucket and datastream of a block's key.
    pub fn of_id(id: i64) -> Option<(Bucket, i64)> {
        let level =
            Level::ALL.into_iter().find(|l| *l as i64 == id >> (BUCKET_BITS + STREAM_BITS + PART_BITS))?;
        let field = id >> (STREAM_BITS + PART_BITS) & ((1 << BUCKET_BITS) - 1);
        let datastream = id >> PART_BITS & ((1 << STREAM_BITS) - 1);
        Some((Bucket { level, index: field - level.offset() }, datastream))
    }
}

/// Day of the first of a month, both counted from 1970-01.
pub fn first_day(month: i64) -> i64 {
    let (year, month_of_year) = (1970 + month.div_euclid(12), month.rem_euclid(12));
    // Years that begin in March put the leap day last, so that month lengths follow one line.
    let (year, from_march) =
        if month_of_year < 2 { (year - 1, month_of_year + 10) } else { (year, month_of_year - 2) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    year * 365 + leap_days + (153 * from_march + 2) / 5 - 719_468
}

/// Month that holds a day, both counted from 1970-01.
pub fn month_of_day(day: i64) -> i64 {
    // 146,097 days make 4,800 months: the estimate is off by one at most.
    let guess = (day * 4_800).div_euclid(146_097);
    (guess - 1..=guess + 1).rev().find(|month| first_day(*month) <= day).unwrap_or(guess)
}

#[cfg(test)]
mod tests;
