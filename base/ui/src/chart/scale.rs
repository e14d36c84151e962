//! Where the lines and labels of an axis stand.

use jiff::ToSpan as _;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::TimeZone;
use vocab::Time;
use vocab::time::{DAY, HOUR, MINUTE};

/// Round values that cover `low` to `high` in about `steps` steps, ends included. `least` is the smallest difference
/// that the values are written with: no step is finer, so that a scale of counts has no halves.
pub fn ticks(low: f64, high: f64, steps: usize, least: f64) -> Vec<f64> {
    if !low.is_finite() || !high.is_finite() {
        return vec![0.0, 1.0];
    }
    let (low, high) = if high > low {
        (low, high)
    } else {
        // One value alone stands in the middle of a scale of its own size.
        let room = if low == 0.0 { 1.0 } else { (low.abs() * 0.1).max(least) };
        (low - room, low + room)
    };
    // Halves first, so that the difference of two huge numbers stays finite.
    let rough = (high / steps.max(1) as f64) - (low / steps.max(1) as f64);
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|s| *s >= rough * 0.999)
        .unwrap_or(rough)
        .max(least);
    let (first, last) = ((low / step).floor(), (high / step).ceil());
    // Never more than a screenful, whatever the numbers are.
    let count = ((last - first).abs().min(24.0)) as i64;
    (0..=count).map(|i| (first + i as f64) * step).collect()
}

/// The kind of label that a tick of the time axis needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    Clock,
    Day,
    Month,
    Year,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Minutes(i64),
    Days(i64),
    Weeks,
    Months(i64),
    Years(i64),
}

/// Microseconds of a step (months and years by their usual length), to choose among them.
const STEPS: &[(i64, Step)] = &[
    (MINUTE, Step::Minutes(1)),
    (5 * MINUTE, Step::Minutes(5)),
    (15 * MINUTE, Step::Minutes(15)),
    (30 * MINUTE, Step::Minutes(30)),
    (HOUR, Step::Minutes(60)),
    (3 * HOUR, Step::Minutes(180)),
    (6 * HOUR, Step::Minutes(360)),
    (12 * HOUR, Step::Minutes(720)),
    (DAY, Step::Days(1)),
    (2 * DAY, Step::Days(2)),
    (7 * DAY, Step::Weeks),
    (30 * DAY, Step::Months(1)),
    (91 * DAY, Step::Months(3)),
    (182 * DAY, Step::Months(6)),
    (365 * DAY, Step::Years(1)),
    (2 * 365 * DAY, Step::Years(2)),
    (5 * 365 * DAY, Step::Years(5)),
    (10 * 365 * DAY, Step::Years(10)),
    (100 * 365 * DAY, Step::Years(100)),
    (1000 * 365 * DAY, Step::Years(1000)),
];

/// Instants on the city's clock and calendar between `from` and `to`, at most `most` of them (and a few for rounding).
pub fn time_ticks(from: Time, to: Time, zone: &TimeZone, most: i64) -> Vec<(Time, Label)> {
    let span = to.0.saturating_sub(from.0).max(1);
    let step =
        STEPS.iter().find(|(width, _)| span / width <= most).map_or(Step::Years(1000), |(_, step)| *step);
    let mut found = Vec::new();
    let Some(mut civil) = start(from.civil(zone), step) else { return found };
    // Twice the wanted count is never reached; it only bounds the loop.
    for _ in 0..=(2 * most + 4) {
        if let Some(time) = Time::of_civil(civil, zone) {
            if time > to {
                break;
            }
            if time >= from {
                found.push((time, label(civil, step)));
            }
        }
        let Some(next) = advance(civil, step) else { break };
        civil = next;
    }
    found
}

fn start(civil: DateTime, step: Step) -> Option<DateTime> {
    let midnight = civil.date().at(0, 0, 0, 0);
    let first_of_month = midnight.with().day(1).build().ok()?;
    match step {
        Step::Minutes(width) => {
            let minute = i64::from(civil.hour()) * 60 + i64::from(civil.minute());
            midnight.checked_add((minute / width * width).minutes()).ok()
        }
        Step::Days(_) => Some(midnight),
        Step::Weeks => {
            let back = midnight.weekday().since(Weekday::Monday);
            midnight.checked_sub(i64::from(back).days()).ok()
        }
        Step::Months(width) => {
            let month = (i64::from(civil.month()) - 1) / width * width + 1;
            first_of_month.with().month(i8::try_from(month).ok()?).build().ok()
        }
        Step::Years(width) => {
            let year = i64::from(civil.year()) / width * width;
            first_of_month.with().month(1).year(i16::try_from(year.max(1)).ok()?).build().ok()
        }
    }
}

fn advance(civil: DateTime, step: Step) -> Option<DateTime> {
    let span = match step {
        Step::Minutes(width) => width.minutes(),
        Step::Days(width) => width.days(),
        Step::Weeks => 7.days(),
        Step::Months(width) => width.months(),
        Step::Years(width) => width.years(),
    };
    civil.checked_add(span).ok()
}

fn label(civil: DateTime, step: Step) -> Label {
    match step {
        // Midnight is where a new day begins: it says which.
        Step::Minutes(_) if civil.hour() == 0 && civil.minute() == 0 => Label::Day,
        Step::Minutes(_) => Label::Clock,
        Step::Days(_) | Step::Weeks => Label::Day,
        Step::Months(_) => Label::Month,
        Step::Years(_) => Label::Year,
    }
}
