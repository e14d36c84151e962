//! Steps of time as people count them: from local midnight, in weeks from Monday, in months of the calendar.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use vocab::Time;
use vocab::time::DAY;

use crate::observed::times::{civil_from_days, days_from_civil};

/// Days from 1970-01-01 to the first Monday after it: weeks begin then.
const MONDAY: i64 = 4;

#[derive(Debug, Clone, PartialEq)]
enum Width {
    /// Of a day, counted from midnight; the last of a day ends with it, also where clocks are changed.
    Micros(i64),
    Days(i64),
    Months(i64),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Bucket {
    width: Width,
    /// An IANA name; the city's where there is none.
    zone: Option<TimeZone>,
}

impl Bucket {
    /// `duration'PT15M'` and, where it is not the city's, `'Europe/Lisbon'`.
    pub fn parse(width: &str, zone: Option<&str>) -> Result<Bucket, String> {
        let quoted = |text: &str, before: &str| {
            let inner = text.strip_prefix(before)?.strip_prefix('\'')?.strip_suffix('\'')?;
            Some(inner.to_string())
        };
        let text = quoted(width, "duration").ok_or("the width is written duration'PT1H'")?;
        let hint = "a width is up to a day (PT15M), whole days (P7D), months (P1M) or years (P1Y)";
        let width = match months(&text) {
            Some(months) => Width::Months(months),
            None => match crate::query::filter::duration(&text) {
                Some(micros) if micros > 0 && micros % DAY == 0 => Width::Days(micros / DAY),
                Some(micros) if (1..DAY).contains(&micros) => Width::Micros(micros),
                _ => return Err(hint.to_string()),
            },
        };
        let zone = match zone {
            None => None,
            Some(text) => {
                let name = quoted(text, "").ok_or("a zone is written 'Europe/Lisbon'")?;
                let short: String = name.chars().take(40).collect();
                Some(TimeZone::get(&name).map_err(|_| format!("there is no time zone {short}"))?)
            }
        };
        Ok(Bucket { width, zone })
    }

    /// Where steps begin, from the one that holds `from` to the first at or after `to`; `None` where there are more than
    /// `most`.
    pub fn edges(&self, from: i64, to: i64, city: &TimeZone, most: usize) -> Option<Vec<i64>> {
        let zone = self.zone.as_ref().unwrap_or(city);
        let mut edges = vec![self.floor(from, zone)];
        while let Some(last) = edges.last().copied()
            && last < to
        {
            if edges.len() > most {
                return None;
            }
            // At the end of the calendar the last step is cut off.
            edges.push(self.next(last, zone).filter(|next| *next > last).unwrap_or(i64::MAX));
        }
        Some(edges)
    }

    fn floor(&self, t: i64, zone: &TimeZone) -> i64 {
        let date = Time(t.clamp(Time::MIN.0, Time::MAX.0)).civil(zone).date();
        let day = |days: i64| midnight(days, zone).unwrap_or(t);
        let (year, month) = (i64::from(date.year()), i64::from(date.month()));
        let days = days_from_civil(year, month, i64::from(date.day()));
        match self.width {
            Width::Micros(width) => {
                let midnight = day(days);
                midnight + (t - midnight).div_euclid(width) * width
            }
            Width::Days(width) => day((days - MONDAY).div_euclid(width) * width + MONDAY),
            Width::Months(width) => {
                let first = (year * 12 + month - 1).div_euclid(width) * width;
                day(days_from_civil(first.div_euclid(12), first.rem_euclid(12) + 1, 1))
            }
        }
    }

    fn next(&self, edge: i64, zone: &TimeZone) -> Option<i64> {
        let date = Time(edge).civil(zone).date();
        let (year, month) = (i64::from(date.year()), i64::from(date.month()));
        let days = days_from_civil(year, month, i64::from(date.day()));
        match self.width {
            Width::Micros(width) => Some((edge + width).min(midnight(days + 1, zone)?)),
            Width::Days(width) => midnight(days + width, zone),
            Width::Months(width) => {
                let next = year * 12 + month - 1 + width;
                midnight(days_from_civil(next.div_euclid(12), next.rem_euclid(12) + 1, 1), zone)
            }
        }
    }
}

/// The first instant of a day in a zone, the day counted from 1970-01-01.
fn midnight(days: i64, zone: &TimeZone) -> Option<i64> {
    let (year, month, day) = civil_from_days(days);
    let date =
        Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    Time::of_civil(date.at(0, 0, 0, 0), zone).map(|time| time.0)
}

/// Months of `P1M`, `P2Y`.
fn months(text: &str) -> Option<i64> {
    let inner = text.strip_prefix('P')?;
    let (digits, unit) = inner.split_at_checked(inner.len().checked_sub(1)?)?;
    let count: i64 = digits.parse().ok().filter(|n| (1..=1_200).contains(n))?;
    match unit {
        "M" => Some(count),
        "Y" => Some(count * 12),
        _ => None,
    }
}
