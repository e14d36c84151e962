//! A day of the calendar, without a zone: what documents and sources give as a date.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::Time;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(Date);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no day: write it as 2026-11-24")]
pub struct NotADay(pub String);

impl Day {
    pub fn parse(text: &str) -> Result<Day, NotADay> {
        let read = text.parse::<Date>().ok().filter(|_| text.len() == "2026-11-24".len());
        read.map(Day).ok_or_else(|| NotADay(text.into()))
    }

    /// The day of an instant, as the calendar of the zone has it.
    pub fn of(time: Time, zone: &TimeZone) -> Day {
        Day(time.civil(zone).date())
    }

    /// Its first instant in the zone.
    pub fn start(self, zone: &TimeZone) -> Time {
        Time::of_civil(self.0.at(0, 0, 0, 0), zone).unwrap_or(Time::MIN)
    }

    /// Where a timetable of this day counts from: its noon less twelve hours (GTFS Schedule, field type Time). On a day
    /// on which clocks are changed that is not its first instant.
    pub fn timetable_start(self, zone: &TimeZone) -> Time {
        Time::of_civil(self.0.at(12, 0, 0, 0), zone).unwrap_or(Time::MIN).plus(-crate::time::DAY / 2)
    }

    /// So many days later.
    pub fn plus(self, days: i64) -> Day {
        Day(self.0.saturating_add(jiff::Span::new().days(days)))
    }

    /// Monday is 0.
    pub fn weekday(self) -> usize {
        self.0.weekday().to_monday_zero_offset() as usize
    }

    /// Days from this one to `other`; below zero where `other` comes first.
    pub fn days_until(self, other: Day) -> i64 {
        let days = |day: Day| day.start(&TimeZone::UTC).0.div_euclid(crate::time::DAY);
        days(other) - days(self)
    }

    /// The same day so many months earlier, or the last of that month.
    pub fn months_before(self, months: i32) -> Day {
        Day(self.0.saturating_sub(jiff::Span::new().months(months)))
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for Day {
    type Error = NotADay;
    fn try_from(text: String) -> Result<Day, NotADay> {
        Day::parse(&text)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> String {
        day.to_string()
    }
}

#[cfg(test)]
mod tests;
