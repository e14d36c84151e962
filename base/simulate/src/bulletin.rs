//! What a simulated public body says in words: the answers of a feed's source, in the format of the real one, out of the
//! notices that are in force.

use std::collections::BTreeMap;

use serde::Deserialize;
use vocab::Time;

/// How one source of a feed writes its answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bulletin {
    pub feed: String,
    pub source: String,
    /// Of the source's address, where it has several: `{ lang = "tc" }`.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// It is told again this often, and whenever a notice begins or ends.
    pub period_seconds: i64,
    /// The answer: `$all$` stands for the records.
    pub around: String,
    #[serde(default)]
    pub between: String,
    /// A notice: `$word$` stands for a word of it, `$issued FORMAT$` and `$now FORMAT$` for times (strftime).
    pub record: String,
}

/// Something said to the public for some hours.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    pub feed: String,
    /// Hours of the day that is played; one below 0 began the day before.
    pub from_hour: f64,
    pub until_hour: f64,
    pub words: BTreeMap<String, String>,
}

impl Notice {
    pub fn is_in_force(&self, hour: f64) -> bool {
        (self.from_hour..self.until_hour).contains(&hour)
    }
}

/// A notice that is in force, and since when.
pub struct InForce<'a> {
    pub notice: &'a Notice,
    pub issued: Time,
}

/// What a source answers at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub at: Time,
    /// Which bulletin of the demonstration it is of.
    pub bulletin: usize,
    pub body: String,
}

impl Bulletin {
    /// What this source answers at `now`.
    pub fn answer(&self, in_force: &[InForce], now: Time, zone: &jiff::tz::TimeZone) -> String {
        let records = in_force.iter().map(|known| {
            filled(&self.record, &|word| match time_asked(word) {
                Some(("issued", format)) => written(known.issued, format, zone),
                Some((_, format)) => written(now, format, zone),
                None => known.notice.words.get(word).cloned().unwrap_or_default(),
            })
        });
        let all = records.collect::<Vec<_>>().join(&self.between);
        filled(&self.around, &|word| match time_asked(word) {
            Some((_, format)) => written(now, format, zone),
            None if word == "all" => all.clone(),
            None => String::new(),
        })
    }
}

/// `issued %Y` asks for a time in a format.
fn time_asked(word: &str) -> Option<(&str, &str)> {
    word.split_once(' ').filter(|(which, _)| matches!(*which, "issued" | "now"))
}

/// A template with something in the place of each `$word$`.
fn filled(template: &str, word: &dyn Fn(&str) -> String) -> String {
    let parts = template.split('$').enumerate();
    parts.map(|(n, part)| if n % 2 == 1 { word(part) } else { part.to_string() }).collect()
}

/// A time in a format; nothing where the format is none (a check finds that in the pack).
pub(crate) fn written(time: Time, format: &str, zone: &jiff::tz::TimeZone) -> String {
    let stamp = jiff::Timestamp::from_microsecond(time.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    jiff::fmt::strtime::format(format, &stamp.to_zoned(zone.clone())).unwrap_or_default()
}

#[cfg(test)]
mod tests;
