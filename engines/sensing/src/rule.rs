//! A rule of the pack: what it watches, when somebody should be told, what that means and what happens next.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::tz::TimeZone;
use vocab::{Label, Severity, Text, Time};

use crate::query::filter::Filter;

pub mod check;
pub mod file;
pub mod judge;
pub mod state;
pub mod values;

/// Where an alert goes. The addresses are the operator's, never the pack's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    Page,
    Atom,
    Webhook,
    Mail,
}

/// A rule that can be judged.
#[derive(Debug, Clone)]
pub struct Rule {
    pub id: String,
    pub title: Text,
    pub means: Text,
    pub what_to_do: Text,
    pub label: Label,
    pub severity: Severity,
    pub watch: Watch,
    pub condition: Condition,
    /// Hours of the city's clock, from (in) and to (out), outside which nothing is judged.
    pub hours: Option<(i8, i8)>,
    pub zone: TimeZone,
    pub to: Vec<Channel>,
    pub enabled: bool,
    pub proof: Proof,
    /// Of the file, so that an alert can be traced to the words that raised it.
    pub sha256: String,
}

/// The datastreams of a rule, by their names: `<prefix>/<thing>[/<part>…]/<key>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// A feed, or the scope of devices.
    pub prefix: String,
    pub is_feed: bool,
    pub keys: BTreeSet<String>,
    /// All things, where none is named.
    pub things: Vec<String>,
}

/// When somebody should be told. Microseconds throughout.
#[derive(Debug, Clone)]
pub enum Condition {
    /// One datastream at a time: `when` is true for `hold`; over when `until` is, for `calm`.
    When(Test),
    /// The same result for `span`, unless that is so by nature.
    Stuck { span: i64, unless: Option<Filter> },
    /// Between two results lies more than `span`.
    Gap { span: i64 },
    /// Nothing for `span`.
    Absence { span: i64 },
    /// Datastreams of one thing together, each under a name.
    Combination { inputs: Vec<Input>, within: i64, test: Test },
    /// `test` is true for a share of all the rule's datastreams at once.
    Many { test: Test, share: f64, until_share: f64, least: usize, within: i64 },
}

#[derive(Debug, Clone)]
pub struct Test {
    pub when: Filter,
    pub until: Option<Filter>,
    pub hold: i64,
    pub calm: i64,
    /// A result longer ago than this is no previous one.
    pub within: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    pub name: String,
    pub key: String,
}

/// Why anybody should trust it.
#[derive(Debug, Clone, PartialEq)]
pub enum Proof {
    /// It was replayed over these times and raised so many alerts.
    Replayed(Vec<Run>),
    /// It could not be, for this reason.
    Reason(Text),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    pub from: Time,
    pub to: Time,
    pub alerts: usize,
}

/// The rules of a pack.
pub type Rules = Arc<Vec<Arc<Rule>>>;

impl Condition {
    pub fn kind(&self) -> &'static str {
        match self {
            Condition::When(_) => "when",
            Condition::Stuck { .. } => "stuck",
            Condition::Gap { .. } => "gap",
            Condition::Absence { .. } => "absence",
            Condition::Combination { .. } => "combination",
            Condition::Many { .. } => "many",
        }
    }

    /// Whether one judgement looks at several datastreams.
    pub fn is_of_several(&self) -> bool {
        matches!(self, Condition::Combination { .. } | Condition::Many { .. })
    }
}

impl Watch {
    /// Whether a datastream of this name is watched: then its key, and the name without it.
    pub fn matches<'a>(&self, slug: &'a str) -> Option<(&'a str, &'a str)> {
        let (subject, key) = slug.rsplit_once('/')?;
        let rest = subject.strip_prefix(self.prefix.as_str())?;
        let within = match rest.strip_prefix('/') {
            Some(within) => within,
            // Of devices, the scope may be the thing itself.
            None if rest.is_empty() && !self.is_feed => "",
            None => return None,
        };
        let thing = within.split('/').next().unwrap_or_default();
        let is_key = self.keys.contains(key) || self.keys.contains("*");
        let is_thing = self.things.is_empty() || self.things.iter().any(|known| known == thing);
        (is_key && is_thing).then_some((key, subject))
    }
}

impl Rule {
    /// Whether its hours hold this moment.
    pub fn is_open(&self, at: i64) -> bool {
        self.hours.is_none_or(|(from, to)| {
            let hour = Time(at).civil(&self.zone).hour();
            if from <= to { (from..to).contains(&hour) } else { hour >= from || hour < to }
        })
    }

    pub fn goes_to(&self, channel: Channel) -> bool {
        self.to.contains(&channel)
    }
}

#[cfg(test)]
pub(crate) mod tests;
