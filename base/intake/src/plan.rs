//! What a replay plays, and when. Each source that has recordings has a clock of its own, which begins at its first
//! record, runs at the replay's speed and stops where its recordings end. Values are never shifted or repeated.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_spanned::Spanned;
use vocab::{Slug, Time};

/// `replay.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplayFile {
    #[serde(rename = "schema")]
    _schema: u32,
    #[serde(rename = "recording")]
    pub recordings: Vec<RecordingFile>,
}

/// `[[recording]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordingFile {
    /// From the folder given with `--replay`.
    pub file: Spanned<String>,
    pub feed: Spanned<Slug>,
    /// The `[[source]]` of the feed that would have fetched it.
    pub source: String,
    /// Which of the source's `for_each`, as `name = value`; empty where it has none.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    #[serde(rename = "as")]
    pub form: Spanned<Form>,
    /// As served: when. History: the time of its first record.
    pub from: Spanned<String>,
    /// History: the time of its last record.
    #[serde(default)]
    pub to: Option<Spanned<String>>,
    /// History: what is earlier is loaded at once and the clock begins here.
    #[serde(default)]
    pub play_from: Option<Spanned<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// One answer, byte for byte.
    AsServed,
    /// Many records in the order in which they were had, each with its time.
    History,
}

/// A recording, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    pub file: String,
    pub feed: Slug,
    pub source: String,
    pub parameters: BTreeMap<String, String>,
    pub form: Form,
    pub from: Time,
    pub to: Time,
    /// Where the clock begins: `from`, or later.
    pub play_from: Time,
}

/// What is wrong with an entry, as (byte offset, message, hint).
pub type Wrong = (usize, String, String);

impl RecordingFile {
    pub fn check(&self) -> Result<Recording, Wrong> {
        let time = |text: &Spanned<String>| {
            Time::parse(text.get_ref()).map_err(|e| {
                (
                    text.span().start,
                    e.to_string(),
                    "give the offset too: 2026-01-29T14:26:06+08:00".to_string(),
                )
            })
        };
        let from = time(&self.from)?;
        let form = *self.form.get_ref();
        let to = match (&self.to, form) {
            (Some(to), Form::History) => time(to)?,
            (None, Form::AsServed) => from,
            (Some(to), Form::AsServed) => {
                let message = "an answer as served has one time".to_string();
                return Err((to.span().start, message, "remove `to`, or write as = \"history\"".into()));
            }
            (None, Form::History) => {
                let message = "a history needs the time of its last record".to_string();
                return Err((self.form.span().start, message, "add `to`".into()));
            }
        };
        let play_from = match &self.play_from {
            None => from,
            Some(text) => {
                let at = time(text)?;
                if !(from..=to).contains(&at) {
                    let message = "play_from lies outside the recording".to_string();
                    return Err((text.span().start, message, "choose a time between `from` and `to`".into()));
                }
                at
            }
        };
        if to < from {
            let message = "the recording ends before it begins".to_string();
            return Err((self.from.span().start, message, "exchange `from` and `to`".into()));
        }
        Ok(Recording {
            file: self.file.get_ref().clone(),
            feed: self.feed.get_ref().clone(),
            source: self.source.clone(),
            parameters: self.parameters.clone(),
            form,
            from,
            to,
            play_from,
        })
    }
}

/// What a source is to its feed: its clock is shared by all its recordings.
pub type Key = (Slug, String, BTreeMap<String, String>);

impl Recording {
    pub fn key(&self) -> Key {
        (self.feed.clone(), self.source.clone(), self.parameters.clone())
    }
}

/// What is due of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Not yet.
    Nothing,
    /// All of it: an answer as served, or a history whose clock has reached its end.
    All,
    /// A history's records up to and with this time.
    Until(Time),
}

/// The slowest and the fastest a replay runs.
pub const SPEEDS: std::ops::RangeInclusive<u32> = 1..=10_000;

/// The clock of a source, `elapsed` microseconds after the replay began: `None` for a source without recordings.
pub fn clock(recordings: &[Recording], key: &Key, speed: u32, elapsed: i64) -> Option<Time> {
    let of_source = || recordings.iter().filter(|r| r.key() == *key);
    let begin = of_source().map(|r| r.play_from).min()?;
    let end = of_source().map(|r| r.to).max()?;
    let run = elapsed.max(0).saturating_mul(i64::from(speed));
    Some(begin.plus(run).min(end))
}

/// What is due of each recording, in their order, `elapsed` microseconds after the replay began. It only ever grows.
pub fn due(recordings: &[Recording], speed: u32, elapsed: i64) -> Vec<Due> {
    let of = |recording: &Recording| {
        let now = clock(recordings, &recording.key(), speed, elapsed)?;
        Some(if now < recording.from {
            Due::Nothing
        } else if now >= recording.to {
            Due::All
        } else {
            Due::Until(now)
        })
    };
    recordings.iter().map(|r| of(r).unwrap_or(Due::Nothing)).collect()
}

#[cfg(test)]
mod tests;
