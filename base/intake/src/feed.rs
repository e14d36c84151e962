//! A feed as its file in the pack says it: where to get it, what form it has, how its records become things,
//! datastreams, observations, features and messages, whose it is and on what terms. `check` turns the file into a
//! [`Feed`] that can be run, or says what is wrong with it, with line and hint.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_spanned::Spanned;
use vocab::{Label, Lang, Slug, Text};

use crate::draft::{Duplicates, Kind};

pub mod check;

pub use check::{Feed, Records, Source};

/// An expression as it stands in the file; its place is kept for messages.
pub type Written = Spanned<String>;
/// An expression for each language.
pub type WrittenText = BTreeMap<Lang, Written>;

/// `feeds/<id>.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedFile {
    #[serde(rename = "schema")]
    _schema: u32,
    /// The same as the file's name. Slugs of all that comes of the feed begin with it.
    pub id: Spanned<Slug>,
    pub title: Spanned<Text>,
    /// What it tells and how it is measured, in a sentence or two.
    pub summary: Spanned<Text>,
    /// Who makes it.
    pub owner: Spanned<Text>,
    pub licence: LicenceFile,
    /// What a reader of the values must know: gaps, cleaning, what is absent.
    #[serde(default)]
    pub notes: Option<Spanned<Text>>,
    #[serde(default)]
    pub label: Label,
    /// IANA name for times without a zone. Without it, the city's.
    #[serde(default)]
    pub time_zone: Option<Spanned<String>>,
    /// What the source writes where it has no value, besides nothing at all.
    #[serde(default)]
    pub missing: Vec<String>,
    #[serde(default, rename = "datastream")]
    pub datastreams: Vec<DatastreamFile>,
    #[serde(default, rename = "device")]
    pub devices: Vec<DeviceFile>,
    #[serde(rename = "source")]
    pub sources: Vec<SourceFile>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LicenceFile {
    pub name: Spanned<Text>,
    pub url: Spanned<String>,
    /// The line that stands beside the data.
    pub attribution: Spanned<Text>,
}

/// `[[datastream]]`: what every datastream of this key shares.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatastreamFile {
    pub key: Spanned<String>,
    pub name: Spanned<Text>,
    /// What the number means to somebody who is no expert.
    pub meaning: Spanned<Text>,
    pub property: String,
    pub property_name: Spanned<Text>,
    /// UCUM.
    #[serde(default)]
    pub unit: String,
    #[serde(default)]
    pub unit_name: String,
    pub kind: Kind,
    /// Public only by this line.
    #[serde(default)]
    pub label: Label,
    #[serde(default)]
    pub duplicates: Duplicates,
    pub period_seconds: u32,
    pub freshness_seconds: u32,
}

/// `[[device]]`: what hangs on a thing, and what it does to people.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceFile {
    pub key: Spanned<String>,
    pub name: Spanned<Text>,
    pub collects: Spanned<Text>,
    pub does_not_collect: Spanned<Text>,
    /// For how long what it collects is kept.
    pub retention: Spanned<Text>,
    /// Whose it is, where that is not the feed's owner.
    #[serde(default)]
    pub owner: Option<Spanned<Text>>,
    /// How many of them the thing's record names; 0 means none here.
    pub count: Written,
}

/// `[[source]]`: one address, or rows that stand in the file itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceFile {
    pub id: Spanned<String>,
    /// Without it, the source comes only from recordings or from `rows`. `{name}` is filled in from `for_each`.
    #[serde(default)]
    pub url: Option<Spanned<String>>,
    /// Instead of an address: MQTT messages whose topic this filter matches are taken as answers. Expressions see the topic
    /// as `$topic` and its levels as `$level_1`, `$level_2`, ….
    #[serde(default)]
    pub mqtt: Option<Spanned<String>>,
    /// The address is fetched once for each of these; expressions see them as `$name`.
    #[serde(default)]
    pub for_each: Vec<BTreeMap<String, String>>,
    #[serde(default)]
    pub period_seconds: Option<Spanned<u32>>,
    /// Without it, the shortest of its datastreams, else three periods.
    #[serde(default)]
    pub freshness_seconds: Option<u32>,
    /// The owner offers no TLS.
    #[serde(default)]
    pub without_tls: bool,
    #[serde(default)]
    pub format: Option<Spanned<FormatFile>>,
    /// A label of the WHATWG Encoding Standard. Without it, UTF-8 or what a byte order mark says.
    #[serde(default)]
    pub encoding: Option<Spanned<String>>,
    #[serde(default)]
    pub title_lines: usize,
    #[serde(default)]
    pub note_lines: usize,
    #[serde(default)]
    pub columns: Option<Vec<String>>,
    /// In place of the feed's.
    #[serde(default)]
    pub missing: Option<Vec<String>>,
    /// Records that stand here because no address serves them.
    #[serde(default)]
    pub rows: Vec<toml::Table>,
    /// `feed/source`: the rows that stand there are the records here too.
    #[serde(default)]
    pub rows_of: Option<Spanned<String>>,
    /// Where the values come from beyond the owner.
    #[serde(default)]
    pub provenance: Option<Spanned<Text>>,
    pub records: Vec<RecordsFile>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FormatFile {
    Json,
    Xml,
    Csv,
    Tsv,
    /// Pipe-separated.
    Psv,
    Geojson,
    Rss,
}

/// `[[source.records]]`: one kind of record in the answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordsFile {
    /// From the root to the records: `periods/period/detectors/detector/lanes/lane`.
    #[serde(default)]
    pub path: String,
    #[serde(default)]
    pub unpivot: Option<UnpivotFile>,
    #[serde(default)]
    pub nearest: Option<Spanned<NearestFile>>,
    /// When the record was had, in a history whose rows say it. Without it, when the answer was.
    #[serde(default)]
    pub received: Option<Written>,
    /// Records of which it is not true are not wanted: nothing is made of them, and they are not quarantined.
    #[serde(default)]
    pub when: Option<Written>,
    /// Named expressions, seen by those below as `$name`. They see the record, not each other.
    #[serde(default, rename = "let")]
    pub lets: BTreeMap<String, Written>,
    #[serde(default, rename = "thing")]
    pub things: Vec<ThingFile>,
    #[serde(default, rename = "observation")]
    pub observations: Vec<ObservationFile>,
    #[serde(default, rename = "feature")]
    pub features: Vec<FeatureFile>,
    #[serde(default, rename = "message")]
    pub messages: Vec<MessageFile>,
    /// The answer lists all messages in force: what is not in it any more is over.
    #[serde(default)]
    pub messages_complete: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnpivotFile {
    pub keep: Vec<String>,
    pub name: String,
    pub value: String,
}

/// Of a big grid, only what stands nearest to each of a few places.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NearestFile {
    /// The fields of a record that hold degrees.
    pub longitude: String,
    pub latitude: String,
    pub within_metres: u32,
    /// Each with `longitude` and `latitude`, and what else the templates want to know of it as `nearest/…`.
    pub places: Vec<toml::Table>,
}

/// Degrees, or metres of a grid.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceFile {
    #[serde(default)]
    pub longitude: Option<Written>,
    #[serde(default)]
    pub latitude: Option<Written>,
    #[serde(default)]
    pub easting: Option<Written>,
    #[serde(default)]
    pub northing: Option<Written>,
    /// EPSG code of the grid.
    #[serde(default)]
    pub epsg: Option<u32>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThingFile {
    pub key: Written,
    pub name: Spanned<WrittenText>,
    #[serde(default)]
    pub description: WrittenText,
    #[serde(default)]
    pub properties: BTreeMap<String, Written>,
    /// Properties with a text for each language.
    #[serde(default)]
    pub texts: BTreeMap<String, WrittenText>,
    #[serde(default)]
    pub place: Option<Spanned<PlaceFile>>,
    /// This source knows little more than the key; see [`crate::draft::DraftThing::only_if_new`].
    #[serde(default)]
    pub only_if_new: bool,
    #[serde(default)]
    pub when: Option<Written>,
    /// Keys of `[[device]]` templates that may hang on it.
    #[serde(default)]
    pub devices: Vec<Spanned<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObservationFile {
    /// The thing's key.
    pub thing: Written,
    /// Key of a `[[datastream]]`.
    pub datastream: Spanned<String>,
    /// Which one of several of the same thing: a lane, a kind of vehicle.
    #[serde(default)]
    pub part: Option<Written>,
    #[serde(default)]
    pub part_name: WrittenText,
    pub time: Written,
    pub result: Written,
    /// `valid`, `suspect`, `missing`, `estimated` or `simulated`; without it, valid.
    #[serde(default)]
    pub quality: Option<Written>,
    #[serde(default)]
    pub missing: Option<Vec<String>>,
    #[serde(default)]
    pub when: Option<Written>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureFile {
    pub key: Written,
    pub name: Spanned<WrittenText>,
    /// A GeoJSON geometry; or a place.
    #[serde(default)]
    pub geometry: Option<Written>,
    /// EPSG code of the grid whose metres the geometry is written in; without it, degrees.
    #[serde(default)]
    pub epsg: Option<u32>,
    #[serde(default)]
    pub place: Option<Spanned<PlaceFile>>,
    #[serde(default)]
    pub properties: BTreeMap<String, Written>,
    /// Properties with a text for each language.
    #[serde(default)]
    pub texts: BTreeMap<String, WrittenText>,
    #[serde(default)]
    pub when: Option<Written>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageFile {
    pub key: Written,
    /// A language whose expression gives nothing is not in this answer; another source may bring it.
    #[serde(default)]
    pub title: WrittenText,
    #[serde(default)]
    pub text: WrittenText,
    pub at: Written,
    #[serde(default)]
    pub until: Option<Written>,
    /// Whether it is in force; without it, yes.
    #[serde(default)]
    pub active: Option<Written>,
    #[serde(default)]
    pub place: Option<Spanned<PlaceFile>>,
    #[serde(default)]
    pub properties: BTreeMap<String, Written>,
    #[serde(default)]
    pub when: Option<Written>,
}

#[cfg(test)]
pub(crate) mod tests;
