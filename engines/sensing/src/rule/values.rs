//! What the names in a rule's condition stand for.

use jiff::tz::TimeZone;
use vocab::Time;
use vocab::time::HOUR;

use crate::observation::Row;
use crate::query::scope::{Val, Values, of_result, within};

/// Of one result.
pub const NAMES: &[&str] = &["result", "quality", "phenomenonTime", "local_hour"];
/// Of a result and the one before it; `rate` is the change in an hour.
pub const NAMES_OF_TWO: &[&str] =
    &["result", "quality", "phenomenonTime", "local_hour", "previous", "change", "rate"];

pub struct OfRow<'a> {
    pub row: &'a Row,
    /// When the one before it was, and its number.
    pub previous: Option<(i64, f64)>,
    pub zone: &'a TimeZone,
}

impl OfRow<'_> {
    fn change(&self) -> Option<(f64, i64)> {
        let (before, number) = self.previous?;
        let span = self.row.t - before;
        (span > 0).then_some((self.row.number()? - number, span))
    }
}

impl Values for OfRow<'_> {
    fn value(&self, path: &[String]) -> Val {
        let number = |number: Option<f64>| number.filter(|n| n.is_finite()).map_or(Val::Null, Val::Number);
        let Some((first, rest)) = path.split_first() else { return Val::Null };
        match first.as_str() {
            "result" => within(of_result(self.row), rest),
            "quality" => Val::Text(self.row.quality().word().into()),
            "phenomenonTime" => Val::Times(self.row.t, self.row.t),
            "local_hour" => local_hour(self.row.t, self.zone),
            "previous" => number(self.previous.map(|(_, number)| number)),
            "change" => number(self.change().map(|(change, _)| change)),
            "rate" => number(self.change().map(|(change, span)| change * HOUR as f64 / span as f64)),
            _ => Val::Null,
        }
    }
}

/// Several datastreams, each under its name.
pub struct OfInputs<'a> {
    pub values: &'a [(&'a str, Val)],
    pub at: i64,
    pub zone: &'a TimeZone,
}

impl Values for OfInputs<'_> {
    fn value(&self, path: &[String]) -> Val {
        let Some((first, rest)) = path.split_first() else { return Val::Null };
        match self.values.iter().find(|(name, _)| name == first) {
            Some((_, value)) => within(value.clone(), rest),
            None if first == "local_hour" => local_hour(self.at, self.zone),
            None => Val::Null,
        }
    }
}

fn local_hour(at: i64, zone: &TimeZone) -> Val {
    Val::Number(f64::from(Time(at).civil(zone).hour()))
}
