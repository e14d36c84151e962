//! `rules/<id>.toml` as an officer writes it.

use std::collections::BTreeMap;

use serde::Deserialize;
use vocab::{Label, Severity, Text};

use super::Channel;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    #[serde(rename = "schema")]
    _schema: u32,
    /// The same as the file's name.
    pub id: String,
    pub title: Text,
    /// What it means when this alert is there.
    pub means: Text,
    /// What happens next, and what the reader can do.
    pub what_to_do: Text,
    /// Public only by this line.
    #[serde(default)]
    pub label: Label,
    pub severity: Severity,
    /// A feed of the pack.
    #[serde(default)]
    pub feed: Option<String>,
    /// Or the beginning of the names that devices write.
    #[serde(default)]
    pub scope: Option<String>,
    /// Keys of datastreams; of devices also `*`.
    pub datastreams: Vec<String>,
    #[serde(default)]
    pub things: Vec<String>,
    pub to: Vec<Channel>,
    #[serde(default)]
    pub enabled: bool,
    /// Why it may be on although it was never replayed.
    #[serde(default)]
    pub unreplayed: Option<Text>,
    #[serde(default)]
    pub replayed: Vec<ReplayedFile>,
    pub condition: ConditionFile,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplayedFile {
    pub from: String,
    pub to: String,
    pub alerts: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Threshold,
    Rate,
    Stuck,
    Gap,
    Absence,
    Combination,
    Many,
}

/// All that any kind of condition has; `check` says which go together.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionFile {
    pub kind: Kind,
    #[serde(default)]
    pub when: Option<String>,
    #[serde(default)]
    pub until: Option<String>,
    #[serde(default)]
    pub unless: Option<String>,
    #[serde(default)]
    pub for_seconds: Option<i64>,
    #[serde(default)]
    pub clear_for_seconds: Option<i64>,
    #[serde(default)]
    pub seconds: Option<i64>,
    #[serde(default)]
    pub within_seconds: Option<i64>,
    #[serde(default)]
    pub inputs: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub share: Option<f64>,
    #[serde(default)]
    pub until_share: Option<f64>,
    #[serde(default)]
    pub least: Option<usize>,
    #[serde(default)]
    pub hours: Option<(i8, i8)>,
}

impl ConditionFile {
    /// The keys that were written, beside the kind.
    pub fn written(&self) -> Vec<&'static str> {
        [
            ("when", self.when.is_some()),
            ("until", self.until.is_some()),
            ("unless", self.unless.is_some()),
            ("for_seconds", self.for_seconds.is_some()),
            ("clear_for_seconds", self.clear_for_seconds.is_some()),
            ("seconds", self.seconds.is_some()),
            ("within_seconds", self.within_seconds.is_some()),
            ("inputs", self.inputs.is_some()),
            ("share", self.share.is_some()),
            ("until_share", self.until_share.is_some()),
            ("least", self.least.is_some()),
            ("hours", self.hours.is_some()),
        ]
        .into_iter()
        .filter(|(_, is_there)| *is_there)
        .map(|(key, _)| key)
        .collect()
    }
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Kind::Threshold => "threshold",
            Kind::Rate => "rate",
            Kind::Stuck => "stuck",
            Kind::Gap => "gap",
            Kind::Absence => "absence",
            Kind::Combination => "combination",
            Kind::Many => "many",
        }
    }

    /// What a condition of this kind must say, and what it may.
    pub fn keys(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Kind::Threshold => (&["when"], &["until", "for_seconds", "clear_for_seconds", "hours"]),
            Kind::Rate => {
                (&["when", "within_seconds"], &["until", "for_seconds", "clear_for_seconds", "hours"])
            }
            Kind::Stuck => (&["seconds"], &["unless", "hours"]),
            Kind::Gap => (&["seconds"], &["hours"]),
            Kind::Absence => (&["seconds"], &["hours"]),
            Kind::Combination => (
                &["when", "inputs"],
                &["until", "for_seconds", "clear_for_seconds", "within_seconds", "hours"],
            ),
            Kind::Many => (
                &["when", "share", "least", "within_seconds"],
                &["until_share", "for_seconds", "clear_for_seconds", "hours"],
            ),
        }
    }
}
