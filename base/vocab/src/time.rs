//! An instant: microseconds since 1970-01-01T00:00:00Z, years 1 to 9999. Reading the clock is the shell's work.

use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};

/// Microseconds UTC. Arithmetic saturates at the ends of the years 1 and 9999, so no input can overflow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub i64);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a time: write it as 2026-11-24T09:30:00Z or with an offset, in the years 1 to 9999")]
pub struct NotATime(pub String);

pub const SECOND: i64 = 1_000_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

impl Time {
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Time = Time(-62_135_596_800 * SECOND);
    /// 9999-12-30T00:00:00Z: a day and a half short of the end, so that every local time of it exists too.
    pub const MAX: Time = Time(253_402_128_000 * SECOND);

    /// An instant out of any number, or nothing when it lies outside the years we keep.
    pub fn checked(micros: i64) -> Option<Time> {
        (Time::MIN.0..=Time::MAX.0).contains(&micros).then_some(Time(micros))
    }

    pub fn plus(self, micros: i64) -> Time {
        Time(self.0.saturating_add(micros).clamp(Time::MIN.0, Time::MAX.0))
    }

    /// The start of the bucket of `width` microseconds that holds this instant (counted from 1970, downwards).
    pub fn floor(self, width: i64) -> Time {
        Time(self.0.div_euclid(width) * width)
    }

    /// ISO 8601 with an offset or `Z`. A time without a zone is refused: see [`Time::parse_in`].
    pub fn parse(text: &str) -> Result<Time, NotATime> {
        let text = text.trim();
        let stamp: jiff::Timestamp = text.parse().map_err(|_| NotATime(text.into()))?;
        Time::checked(stamp.as_microsecond()).ok_or_else(|| NotATime(text.into()))
    }

    /// A civil time without a zone (`2026-11-24 09:30:00`, `2026-11-24T09:30`), read in the named zone.
    pub fn parse_in(text: &str, zone: &TimeZone) -> Result<Time, NotATime> {
        let text = text.trim();
        let civil: jiff::civil::DateTime = text.parse().map_err(|_| NotATime(text.into()))?;
        Time::of_civil(civil, zone).ok_or_else(|| NotATime(text.into()))
    }

    pub fn of_civil(civil: jiff::civil::DateTime, zone: &TimeZone) -> Option<Time> {
        Time::checked(civil.to_zoned(zone.clone()).ok()?.timestamp().as_microsecond())
    }

    /// The civil time in a zone, for people.
    pub fn civil(self, zone: &TimeZone) -> jiff::civil::DateTime {
        self.stamp().to_zoned(zone.clone()).datetime()
    }

    fn stamp(self) -> jiff::Timestamp {
        let clamped = self.0.clamp(Time::MIN.0, Time::MAX.0);
        jiff::Timestamp::from_microsecond(clamped).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// `2026-11-24T01:30:00Z`; with milliseconds or microseconds only where there are any.
    pub fn iso(self) -> String {
        let civil = self.civil(&Offset::UTC.to_time_zone());
        let (date, time) = (civil.date(), civil.time());
        let mut text = format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            date.year(),
            date.month(),
            date.day(),
            time.hour(),
            time.minute(),
            time.second()
        );
        let micros = self.0.rem_euclid(SECOND);
        if micros % 1000 != 0 {
            text.push_str(&format!(".{micros:06}"));
        } else if micros != 0 {
            text.push_str(&format!(".{:03}", micros / 1000));
        }
        text.push('Z');
        text
    }
}

impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.iso())
    }
}

#[cfg(test)]
mod tests;
