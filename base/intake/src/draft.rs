//! What a feed's records become before an engine takes them: things, datastreams, observations, features, messages.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::{Map, Value as Json};
use vocab::{Label, Mode, Position, Quality, Slug, Text, Time, Value};

/// A part of one answer, whole in itself: every datastream its observations name is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    pub feed: Slug,
    /// The `[[source]]` of the feed it came from.
    pub source: String,
    pub mode: Mode,
    /// When the answer was had; in a replay, when the recording was made.
    pub received: Time,
    /// Where the values come from beyond the feed: `cleaned by a third party`.
    pub provenance: Option<Arc<Text>>,
    pub things: Vec<DraftThing>,
    pub datastreams: Vec<DraftDatastream>,
    pub observations: Vec<DraftObservation>,
    pub features: Vec<DraftFeature>,
    pub messages: Vec<DraftMessage>,
    /// The answer lists all messages in force, and this batch holds all of them: one that is not here is over.
    pub messages_complete: bool,
    pub quarantined: Vec<Quarantined>,
    pub tally: Tally,
}

impl Batch {
    /// A batch from there with nothing in it yet.
    pub fn of(feed: Slug, source: &str, mode: Mode, received: Time, provenance: Option<Arc<Text>>) -> Batch {
        Batch {
            feed,
            source: source.into(),
            mode,
            received,
            provenance,
            things: Vec::new(),
            datastreams: Vec::new(),
            observations: Vec::new(),
            features: Vec::new(),
            messages: Vec::new(),
            messages_complete: false,
            quarantined: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// Another one from the same place, with nothing in it.
    pub fn beside(&self) -> Batch {
        Batch::of(self.feed.clone(), &self.source, self.mode, self.received, self.provenance.clone())
    }
}

/// Records of a batch. `received = mapped + quarantined`, always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub received: u64,
    pub mapped: u64,
    pub quarantined: u64,
}

/// A thing: a detector, a car park, a station, a lamppost.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftThing {
    /// `feed/key`.
    pub slug: Slug,
    pub name: Text,
    pub description: Text,
    /// JSON that the API shows. `devices`, where a feed describes them, is a list of
    /// `{key, name, count, collects, does_not_collect, retention, owner}` with texts in every language.
    pub properties: Map<String, Json>,
    pub position: Option<Position>,
    pub label: Label,
    /// It comes from a source that knows little: it fills gaps, and changes nothing that is there.
    pub only_if_new: bool,
}

impl DraftThing {
    /// What is known of a thing after this draft: texts go in language by language, properties key by key, and what the
    /// draft does not say stays. Independent of the order in which a source that fills gaps and one that knows arrive.
    pub fn onto(self, known: DraftThing) -> DraftThing {
        let both_fill = self.only_if_new && known.only_if_new;
        let (first, second) = if self.only_if_new { (self, known) } else { (known, self) };
        let text = |a: Text, b: Text| {
            let mut out = a;
            b.iter().for_each(|(lang, text)| out.insert(lang.clone(), text));
            out
        };
        let mut properties = first.properties;
        properties.extend(second.properties);
        DraftThing {
            slug: second.slug,
            name: text(first.name, second.name),
            description: text(first.description, second.description),
            properties,
            position: second.position.or(first.position),
            label: second.label,
            only_if_new: both_fill,
        }
    }
}

/// A datastream of a thing.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftDatastream {
    /// `feed/key/datastream` or, where a thing has the same one several times, `feed/key/part/datastream`.
    pub slug: Slug,
    pub thing: Slug,
    /// The datastream's name, with the part's where there is one.
    pub name: Text,
    pub facts: Arc<DatastreamFacts>,
}

/// What all datastreams of one `[[datastream]]` template share.
#[derive(Debug, Clone, PartialEq)]
pub struct DatastreamFacts {
    pub key: String,
    pub name: Text,
    pub meaning: Text,
    /// A short stable word for the observed property: `speed`.
    pub property: String,
    pub property_name: Text,
    /// A UCUM code such as `km/h`, or empty.
    pub unit: String,
    /// The unit in words.
    pub unit_name: String,
    pub kind: Kind,
    pub label: Label,
    pub duplicates: Duplicates,
    pub period_seconds: u32,
    /// A value older than this, on the feed's own clock, is stale.
    pub freshness_seconds: u32,
}

/// What results of a datastream are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Number,
    Text,
    Bool,
    Json,
}

/// Which of two differing results for the same datastream and time is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Duplicates {
    #[default]
    FirstWins,
    LastWins,
}

#[derive(Debug, Clone, PartialEq)]
pub struct DraftObservation {
    /// Index into `Batch::datastreams`.
    pub datastream: usize,
    /// Phenomenon time.
    pub time: Time,
    /// Of the datastream's kind, or missing. A number is finite.
    pub value: Value,
    pub quality: Quality,
}

/// Something drawn on a map that is no thing with datastreams: a bay, a closed road.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftFeature {
    /// `feed/key`.
    pub slug: Slug,
    pub name: Text,
    /// A GeoJSON geometry (RFC 7946).
    pub geometry: Json,
    pub properties: Map<String, Json>,
    pub label: Label,
}

/// Something said to the public: a warning, a piece of traffic news. Several answers may each bring a part: texts go in
/// language by language, and what is empty here changes nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftMessage {
    /// `feed/key`.
    pub slug: Slug,
    pub title: Text,
    pub text: Text,
    /// When it was issued or last changed.
    pub at: Time,
    pub until: Option<Time>,
    pub state: MessageState,
    pub position: Option<Position>,
    pub properties: Map<String, Json>,
    pub label: Label,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageState {
    Active,
    Over,
}

/// A record that did not map.
#[derive(Debug, Clone, PartialEq)]
pub struct Quarantined {
    /// Which record of the answer, from 1.
    pub ordinal: u64,
    /// The record as JSON, cut after 2,000 characters.
    pub record: String,
    pub reason: String,
}

/// An engine that takes what feeds bring. What it has acknowledged is durable.
pub trait Sink: Send + Sync {
    fn accept(&self, batch: Batch) -> BoxFuture<'_, Result<Receipt, SinkError>>;
}

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What became of a batch's observations. `stored + duplicate + refused = observations`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Receipt {
    pub stored: u64,
    pub duplicate: u64,
    /// By reason: `not a number`, `of another mode`.
    pub refused: BTreeMap<String, u64>,
}

impl Receipt {
    pub fn refused_in_all(&self) -> u64 {
        self.refused.values().sum()
    }

    pub fn add(&mut self, other: Receipt) {
        self.stored += other.stored;
        self.duplicate += other.duplicate;
        for (reason, count) in other.refused {
            *self.refused.entry(reason).or_default() += count;
        }
    }
}

/// Why a batch was not taken. Nothing of it is stored, so it may be offered again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SinkError {
    #[error("the queue is full; offer the batch again in {retry_seconds} s")]
    Full { retry_seconds: u32 },
    #[error("the store failed: {0}")]
    Store(String),
}

#[cfg(test)]
mod tests;
