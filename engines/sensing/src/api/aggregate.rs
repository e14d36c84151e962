//! `/api/aggregate`: statistics of steps of time, from roll-ups where they cover a step.

use std::fmt::Write as _;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use host::{Access, Doc, Gate, Problem, Routes};
use serde_json::json;
use vocab::time::{DAY, HOUR, MINUTE, SECOND};
use vocab::{Quality, Time};

use super::latest::parameters;
use crate::Sensing;
use crate::api::problems::{BAD_QUERY, TOO_MUCH};
use crate::entity::Sight;
use crate::observed::times;
use crate::query::words::short;
use crate::rollup::Summary;

/// Steps of one answer: 20 years of days, a month of minutes.
const STEPS: i64 = 50_000;
/// Steps where nobody says how long they are: as many as a chart has room for.
const USUAL_STEPS: i64 = 500;

pub(super) fn routes() -> Routes<Sensing> {
    Routes::new().get(
        "/api/aggregate",
        Access::public_read("observations"),
        Doc::new("Count, least, greatest, mean, first and last of each step of time")
            .query("datastream", "a name or an id")
            .query("from", "a time; without it the first observation's")
            .query("to", "a time; without it the last observation's")
            .query("step", "15m, 1h, 1d or seconds; steps are counted from `from`"),
        aggregate,
    )
}

fn wrong(what: String, hint: &str) -> Problem {
    Problem::new(&BAD_QUERY, what).hint(hint)
}

/// A time of a parameter, where there is one.
pub fn time(parameters: &[(String, String)], name: &str) -> Result<Option<Time>, Problem> {
    let Some((_, text)) = parameters.iter().find(|(key, _)| key == name) else { return Ok(None) };
    // A plus sign that was not encoded has become a space.
    let time = Time::parse(text).or_else(|_| Time::parse(&text.replace(' ', "+")));
    let hint = "write it as 2026-11-24T09:30:00Z, in the years 1 to 9999";
    time.map(Some).map_err(|_| wrong(format!("{name}={}", short(text)), hint))
}

/// Microseconds of `15m`.
fn step(text: &str) -> Option<i64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let count: i64 = text.get(..digits)?.parse().ok()?;
    let unit = match text.get(digits..)? {
        "" | "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        _ => return None,
    };
    count.checked_mul(unit).filter(|step| *step > 0)
}

/// The shortest usual step of which a time has few enough.
fn usual_step(length: i64) -> i64 {
    let usual = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY];
    usual.into_iter().find(|step| length / step <= USUAL_STEPS).unwrap_or(length / USUAL_STEPS + 1)
}

async fn aggregate(
    gate: Gate,
    State(sensing): State<Sensing>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let parameters = parameters(query.as_deref())?;
    let one = |name: &str| parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let name = one("datastream")
        .ok_or_else(|| wrong("no datastream is named".into(), "add ?datastream=<name or id>"))?;
    let datastream = sensing.one_named(name, &Sight::of(&gate.caller))?;
    let extent = sensing.observations().extent(datastream.id);
    let (first, last) = extent.unwrap_or((gate.now.0, gate.now.0));
    let given = one("step").map(|text| {
        step(text).ok_or_else(|| wrong(format!("step={}", short(text)), "write 15m, 1h, 1d or seconds"))
    });
    let given = given.transpose()?;
    let to = time(&parameters, "to")?.map_or(last.saturating_add(1), |to| to.0);
    // Whole hours and days of our own choosing meet the roll-ups.
    let from = match time(&parameters, "from")? {
        Some(from) => from.0,
        None => Time(first).floor(given.unwrap_or_else(|| usual_step(to.saturating_sub(first)))).0,
    };
    if from > to && parameters.iter().any(|(key, _)| key == "to") {
        return Err(wrong("from lies after to".into(), "from is in, to is out"));
    }
    let length = to.saturating_sub(from);
    let step = given.unwrap_or_else(|| usual_step(length));
    if length / step > STEPS {
        let what = format!("{} steps; {STEPS} are allowed", length / step);
        return Err(Problem::new(&TOO_MUCH, what).hint("take longer steps, or a shorter time"));
    }
    let steps = sensing.observations().aggregate(vec![datastream.id], from, to, step).await?;
    let note = sensing.inner.world.notes.get(datastream.id);
    let feed = note.as_ref().and_then(|note| note.feed.clone());
    let head = json!({
        "mode": datastream.mode,
        "datastream": datastream.slug,
        "id": datastream.id,
        "unit": note.as_ref().map(|note| note.unit.clone()).unwrap_or_default(),
        "from": Time(from).iso(),
        "to": Time(to).iso(),
        "step_seconds": step / SECOND,
        "source": feed.as_deref().and_then(|feed| sensing.terms(feed)),
        "feed": feed,
    });
    let head = head.to_string();
    // A year of hours is 8,760 steps: written as they come, not built as a tree first.
    let mut out = String::with_capacity(head.len() + steps.len() * 150 + 16);
    out.push_str(head.strip_suffix('}').unwrap_or_default());
    out.push_str(",\"steps\":[");
    for (index, (_, at, summary)) in steps.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_step(&mut out, *at, summary);
    }
    out.push_str("]}");
    Ok(sensing.json(StatusCode::OK, out))
}

fn write_step(out: &mut String, at: i64, summary: &Summary) {
    out.push_str("{\"time\":\"");
    times::write(out, at);
    let _ = write!(out, "\",\"count\":{}", summary.rows);
    let has_numbers = summary.numbers > 0;
    for (name, value) in [
        ("min", has_numbers.then_some(summary.min)),
        ("max", has_numbers.then_some(summary.max)),
        ("mean", summary.mean()),
        ("first", has_numbers.then_some(summary.first)),
        ("last", has_numbers.then_some(summary.last)),
    ] {
        let _ = write!(out, ",\"{name}\":");
        match value {
            // Statistics are no counts: a whole one keeps its point.
            Some(value) => {
                let _ = write!(out, "{value:?}");
            }
            None => out.push_str("null"),
        }
    }
    // Share of the rows that have each quality, those that none has left out.
    out.push_str(",\"quality\":{");
    let shares = Quality::ALL.into_iter().zip(summary.quality).filter(|(_, rows)| *rows > 0);
    for (index, (quality, rows)) in shares.enumerate() {
        let comma = if index > 0 { "," } else { "" };
        let share = rows as f64 / summary.rows.max(1) as f64;
        let _ = write!(out, "{comma}\"{}\":{share:?}", quality.word());
    }
    out.push_str("}}");
}

#[cfg(test)]
mod tests;
