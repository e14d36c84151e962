//! Observations as JSON, written by hand: an answer holds thousands, and a tree of each would cost more than all else.

use std::fmt::Write as _;

use vocab::Quality;

use super::{times, usual_result_time};
use crate::datastream::Class;
use crate::observation::{Content, Extra, ObservationId, Row};

/// The fields of an observation, in the order in which they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Id,
    PhenomenonTime,
    ResultTime,
    Result,
    ResultQuality,
    ValidTime,
    Parameters,
}

impl Shown {
    pub const ALL: [Shown; 7] = [
        Shown::Id,
        Shown::PhenomenonTime,
        Shown::ResultTime,
        Shown::Result,
        Shown::ResultQuality,
        Shown::ValidTime,
        Shown::Parameters,
    ];

    /// What a dataArray shows where nobody chose.
    pub const USUAL: [Shown; 5] =
        [Shown::Id, Shown::PhenomenonTime, Shown::ResultTime, Shown::Result, Shown::ResultQuality];

    pub fn name(self) -> &'static str {
        match self {
            Shown::Id => "id",
            Shown::PhenomenonTime => "phenomenonTime",
            Shown::ResultTime => "resultTime",
            Shown::Result => "result",
            Shown::ResultQuality => "resultQuality",
            Shown::ValidTime => "validTime",
            Shown::Parameters => "parameters",
        }
    }

    pub fn of(name: &str) -> Option<Shown> {
        let name = if name == "@iot.id" { "id" } else { name };
        Shown::ALL.into_iter().find(|shown| shown.name() == name)
    }
}

/// A row with what its datastream says of it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub datastream: i64,
    pub class: Class,
    pub row: &'a Row,
}

impl Seen<'_> {
    pub fn id(&self) -> ObservationId {
        ObservationId { datastream: self.datastream, key: self.row.key() }
    }

    /// Start and, of an interval, end of the phenomenon; microseconds.
    pub fn phenomenon_time(&self) -> (i64, Option<i64>) {
        let Row { t, n, .. } = *self.row;
        (t, (self.class == Class::Interval && n != 0).then(|| t.saturating_add(n)))
    }

    pub fn result_time(&self, extra: Option<&Extra>) -> i64 {
        extra.and_then(|extra| extra.result_time).unwrap_or(usual_result_time(self.row.key(), self.class))
    }

    /// Writes the value of one field; `null` where there is none.
    pub fn write(&self, out: &mut String, shown: Shown, extra: Option<&Extra>) {
        match shown {
            Shown::Id => drop(write!(out, "\"{}\"", self.id())),
            Shown::PhenomenonTime => {
                let (start, end) = self.phenomenon_time();
                out.push('"');
                times::write_times(out, start, end);
                out.push('"');
            }
            Shown::ResultTime => {
                out.push('"');
                times::write(out, self.result_time(extra));
                out.push('"');
            }
            Shown::Result => content(out, self.row.content()),
            Shown::ResultQuality => match (extra.and_then(|e| e.result_quality.as_ref()), self.row.quality())
            {
                (Some(json), _) => drop(write!(out, "{json}")),
                (None, Quality::Valid) => out.push_str("null"),
                (None, quality) => drop(write!(out, "\"{}\"", quality.word())),
            },
            Shown::ValidTime => match extra.and_then(|e| e.valid_time) {
                None => out.push_str("null"),
                Some((start, end)) => {
                    out.push('"');
                    times::write_times(out, start, Some(end));
                    out.push('"');
                }
            },
            Shown::Parameters => match extra.and_then(|e| e.parameters.as_ref()) {
                None => out.push_str("null"),
                Some(json) => drop(write!(out, "{json}")),
            },
        }
    }

    /// Whether an entity shows this field although nobody asked: what most have none of is left out.
    fn is_worth(&self, shown: Shown, extra: Option<&Extra>) -> bool {
        match shown {
            Shown::ResultQuality => {
                self.row.quality() != Quality::Valid || extra.is_some_and(|e| e.result_quality.is_some())
            }
            Shown::ValidTime => extra.is_some_and(|e| e.valid_time.is_some()),
            Shown::Parameters => extra.is_some_and(|e| e.parameters.is_some()),
            _ => true,
        }
    }

    /// Writes the fields of an entity without its closing brace. `base` ends before `/Observations`; `chosen` is what
    /// `$select` names, in its stead all that is there.
    pub fn write_entity(&self, out: &mut String, base: &str, chosen: Option<&[Shown]>) {
        let extra = self.row.extra();
        let extra = extra.as_ref();
        let id = self.id();
        out.push('{');
        if chosen.is_none_or(|chosen| chosen.contains(&Shown::Id)) {
            let _ = write!(out, "\"@iot.id\":\"{id}\",");
        }
        if chosen.is_none() {
            let _ = write!(out, "\"@iot.selfLink\":\"{base}/Observations('{id}')\",");
        }
        for shown in Shown::ALL.into_iter().skip(1) {
            let wanted = match chosen {
                Some(chosen) => chosen.contains(&shown),
                None => self.is_worth(shown, extra),
            };
            if wanted {
                let _ = write!(out, "\"{}\":", shown.name());
                self.write(out, shown, extra);
                out.push(',');
            }
        }
        if out.ends_with(',') {
            out.pop();
        }
    }

    /// Writes a row of a dataArray.
    pub fn write_row(&self, out: &mut String, chosen: &[Shown]) {
        let extra = self.row.extra();
        out.push('[');
        for (at, shown) in chosen.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            self.write(out, *shown, extra.as_ref());
        }
        out.push(']');
    }
}

/// A result as JSON.
pub fn content(out: &mut String, content: Content) {
    match content {
        Content::Number(number) => self::number(out, number),
        Content::Bool(bool) => out.push_str(if bool { "true" } else { "false" }),
        Content::Text(text) => out.push_str(&serde_json::Value::from(text).to_string()),
        Content::Json(json) => out.push_str(json),
        Content::Missing => out.push_str("null"),
    }
}

/// A finite number; a whole one without its point, as people write counts.
pub fn number(out: &mut String, number: f64) {
    // Beyond 2^53 a double is no count any more; beyond 1e17 its digits say nothing.
    let _ = if number.fract() == 0.0 && number.abs() < 9.0e15 {
        write!(out, "{}", number as i64)
    } else if number.abs() < 1.0e17 && number.abs() > 1.0e-7 {
        write!(out, "{number}")
    } else {
        write!(out, "{number:e}")
    };
}

#[cfg(test)]
mod tests;
