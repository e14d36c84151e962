//! Instants and intervals of ISO 8601 as SensorThings has them, read and written by hand: ingest and export are made of
//! them, and a calendar library takes ten times as long.

use serde::de::Visitor;
use serde::{Deserialize, Deserializer};
use vocab::Time;
use vocab::time::{DAY, HOUR, MINUTE, SECOND};

/// An instant, or an interval with its end; microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    pub start: i64,
    pub end: Option<i64>,
}

impl Times {
    pub fn parse(text: &str) -> Option<Times> {
        match text.split_once('/') {
            None => Some(Times { start: instant(text)?, end: None }),
            Some((start, end)) => {
                let (start, end) = (instant(start)?, instant(end)?);
                (start <= end).then_some(Times { start, end: Some(end) })
            }
        }
    }
}

impl<'de> Deserialize<'de> for Times {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Times, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Times;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str(
                    "a time, as 2026-11-24T09:30:00Z, or two with / between them, in the years 1 to 9999",
                )
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Times, E> {
                Times::parse(text).ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }
        from.deserialize_str(Text)
    }
}

/// Microseconds of an instant with an offset or `Z`, within the years we keep.
pub fn instant(text: &str) -> Option<i64> {
    match plain(text.as_bytes()) {
        Some(micros) => Time::checked(micros).map(|time| time.0),
        None => Time::parse(text).ok().map(|time| time.0),
    }
}

/// `2026-11-24T09:30:00.123Z`, the form that nearly all are in.
fn plain(text: &[u8]) -> Option<i64> {
    let (head, tail) = text.split_at_checked(19)?;
    let &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', n0, n1, b':', s0, s1] = head else {
        return None;
    };
    let two = |a, b| Some(digit(a)? * 10 + digit(b)?);
    let year = two(y0, y1)? * 100 + two(y2, y3)?;
    let (month, day) = (two(m0, m1)?, two(d0, d1)?);
    let (hour, minute, second) = (two(h0, h1)?, two(n0, n1)?, two(s0, s1)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        1..=12 => 31,
        _ => return None,
    };
    if day < 1 || day > days || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut micros = 0;
    match tail {
        b"Z" => {}
        [b'.', digits @ .., b'Z'] if (1..=6).contains(&digits.len()) => {
            for at in 0..6 {
                micros = micros * 10 + digits.get(at).map_or(Some(0), |d| digit(*d))?;
            }
        }
        _ => return None,
    }
    Some(days_from_civil(year, month, day) * DAY + hour * HOUR + minute * MINUTE + second * SECOND + micros)
}

fn digit(byte: u8) -> Option<i64> {
    byte.is_ascii_digit().then(|| i64::from(byte - b'0'))
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar. Counted in years that begin in March, so that the leap
/// day comes last, and in eras of 400 years, which all have 146,097 days.
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The other way round: year, month, day.
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// Writes an instant as [`Time::iso`] does.
pub fn write(out: &mut String, micros: i64) {
    let micros = micros.clamp(Time::MIN.0, Time::MAX.0);
    let (days, rest) = (micros.div_euclid(DAY), micros.rem_euclid(DAY));
    let (year, month, day) = civil_from_days(days);
    let mut text = *b"0000-00-00T00:00:00.000000Z";
    let mut put = |at: usize, digits: usize, mut number: i64| {
        for place in (at..at + digits).rev() {
            text[place] = b'0' + (number % 10) as u8;
            number /= 10;
        }
    };
    put(0, 4, year);
    put(5, 2, month);
    put(8, 2, day);
    put(11, 2, rest / HOUR);
    put(14, 2, rest / MINUTE % 60);
    put(17, 2, rest / SECOND % 60);
    let fraction = rest % SECOND;
    put(20, 6, fraction);
    let end = match fraction {
        0 => 19,
        _ if fraction % 1000 == 0 => 23,
        _ => 26,
    };
    out.push_str(std::str::from_utf8(&text[..end]).unwrap_or_default());
    out.push('Z');
}

/// An instant, or an interval with `/`.
pub fn write_times(out: &mut String, start: i64, end: Option<i64>) {
    write(out, start);
    if let Some(end) = end {
        out.push('/');
        write(out, end);
    }
}
