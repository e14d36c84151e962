//! A feed file read, compiled and judged: every mistake at once, each with its line and what to do.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use host::pack::{self, line_at};
use host::{Finding, PackFile};
use jiff::tz::TimeZone;
use serde_spanned::Spanned;
use vocab::{Label, Lang, Slug, Text};

use super::*;
use crate::decode::{self, Format, Layout, Nearest, RecordPath, Shape, Unpivot};
use crate::draft::DatastreamFacts;
use crate::expression::Expression;

mod source;

use source::Context;

/// What a feed file is judged against.
#[derive(Debug, Clone)]
pub struct City {
    pub languages: Vec<Lang>,
    pub zone: TimeZone,
    /// The rows that stand in feed files, by `feed/source`, for those that say `rows_of`.
    pub rows: BTreeMap<String, Vec<toml::Table>>,
}

/// A feed that can be run.
#[derive(Debug, Clone)]
pub struct Feed {
    pub id: Slug,
    pub title: Text,
    pub summary: Text,
    pub owner: Text,
    pub licence: Licence,
    pub notes: Option<Text>,
    pub label: Label,
    pub zone: TimeZone,
    pub datastreams: Vec<Arc<DatastreamFacts>>,
    pub devices: Vec<Device>,
    pub sources: Vec<Source>,
    /// Of the file, so that what came in can be traced to the words that mapped it.
    pub sha256: String,
}

#[derive(Debug, Clone)]
pub struct Licence {
    pub name: Text,
    pub url: String,
    pub attribution: Text,
}

#[derive(Debug, Clone)]
pub struct Device {
    pub key: String,
    pub name: Text,
    pub collects: Text,
    pub does_not_collect: Text,
    pub retention: Text,
    pub owner: Option<Text>,
    pub count: Expression,
}

#[derive(Debug, Clone)]
pub struct Source {
    pub id: String,
    /// What is fetched: one address, one for each of `for_each`, or none.
    pub pulls: Vec<Pull>,
    /// Messages of these MQTT topics are its answers.
    pub mqtt: Option<String>,
    pub without_tls: bool,
    pub period_seconds: u32,
    pub freshness_seconds: u32,
    pub format: Format,
    pub encoding: Option<&'static encoding_rs::Encoding>,
    /// Records that stand in the file.
    pub rows: Vec<serde_json::Value>,
    pub provenance: Option<Arc<Text>>,
    pub records: Vec<Records>,
}

/// One address of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    pub url: String,
    pub parameters: BTreeMap<String, String>,
}

impl Pull {
    /// `warnings`, or `warnings/en` where the source has several.
    pub fn id(&self, source: &str) -> String {
        let values = self.parameters.values().map(String::as_str);
        std::iter::once(source).chain(values).collect::<Vec<_>>().join("/")
    }
}

/// One kind of record and what becomes of it.
#[derive(Debug, Clone)]
pub struct Records {
    pub shape: Shape,
    pub lets: Vec<(String, Expression)>,
    pub received: Option<Expression>,
    pub when: Option<Expression>,
    pub things: Vec<ThingTemplate>,
    pub observations: Vec<ObservationTemplate>,
    pub features: Vec<FeatureTemplate>,
    pub messages: Vec<MessageTemplate>,
    pub messages_complete: bool,
}

pub type TextTemplate = Vec<(Lang, Expression)>;

#[derive(Debug, Clone)]
pub enum Place {
    Degrees { longitude: Expression, latitude: Expression },
    Grid { epsg: u32, easting: Expression, northing: Expression },
}

#[derive(Debug, Clone)]
pub struct ThingTemplate {
    pub key: Expression,
    pub name: TextTemplate,
    pub description: TextTemplate,
    pub properties: Vec<(String, Expression)>,
    pub texts: Vec<(String, TextTemplate)>,
    pub place: Option<Place>,
    pub only_if_new: bool,
    pub when: Option<Expression>,
    /// Indices into [`Feed::devices`].
    pub devices: Vec<usize>,
}

#[derive(Debug, Clone)]
pub struct ObservationTemplate {
    pub thing: Expression,
    pub facts: Arc<DatastreamFacts>,
    pub part: Option<Expression>,
    pub part_name: TextTemplate,
    pub time: Expression,
    pub result: Expression,
    pub quality: Option<Expression>,
    pub missing: Vec<String>,
    pub when: Option<Expression>,
}

#[derive(Debug, Clone)]
pub struct FeatureTemplate {
    pub key: Expression,
    pub name: TextTemplate,
    pub geometry: Option<Expression>,
    pub epsg: Option<u32>,
    pub place: Option<Place>,
    pub properties: Vec<(String, Expression)>,
    pub texts: Vec<(String, TextTemplate)>,
    pub when: Option<Expression>,
}

#[derive(Debug, Clone)]
pub struct MessageTemplate {
    pub key: Expression,
    pub title: TextTemplate,
    pub text: TextTemplate,
    pub at: Expression,
    pub until: Option<Expression>,
    pub active: Option<Expression>,
    pub place: Option<Place>,
    pub properties: Vec<(String, Expression)>,
    pub when: Option<Expression>,
}

/// Reads a feed file of a pack.
pub fn check(file: &PackFile, city: &City) -> Result<Feed, Vec<Finding>> {
    let read: FeedFile = pack::parse(file)?;
    let mut checker = Checker { file, city, findings: Vec::new() };
    let feed = checker.feed(read);
    checker.findings.sort();
    match feed {
        Some(feed) if checker.findings.is_empty() => Ok(feed),
        _ => Err(checker.findings),
    }
}

/// Every feed of a pack, in the order of their names; or every mistake in any of them.
pub fn load(pack: &host::Pack) -> Result<Vec<Arc<Feed>>, Vec<Finding>> {
    let mut rows = BTreeMap::new();
    // A file that cannot be read is found out below.
    for feed in pack.folder("feeds", ".toml").filter_map(|file| pack::parse::<FeedFile>(file).ok()) {
        for source in feed.sources.into_iter().filter(|s| !s.rows.is_empty()) {
            rows.insert(format!("{}/{}", feed.id.get_ref(), source.id.get_ref()), source.rows);
        }
    }
    let city = City { languages: pack.language_tags(), zone: pack.city.zone(), rows };
    let mut feeds = Vec::new();
    let mut findings = Vec::new();
    for file in pack.folder("feeds", ".toml") {
        match check(file, &city) {
            Ok(feed) => feeds.push(Arc::new(feed)),
            Err(more) => findings.extend(more),
        }
    }
    if findings.is_empty() { Ok(feeds) } else { Err(findings) }
}

struct Checker<'a> {
    file: &'a PackFile,
    city: &'a City,
    findings: Vec<Finding>,
}

/// Stands for an expression that did not compile; the finding about it keeps the feed from ever running.
const BROKEN: &str = "''";

impl Checker<'_> {
    fn find(&mut self, byte: usize, message: impl Into<String>, hint: impl Into<String>) {
        let line = if byte == 0 { 0 } else { line_at(&self.file.text, byte) };
        self.findings.push(Finding::new(self.file, line, message, hint));
    }

    fn feed(&mut self, read: FeedFile) -> Option<Feed> {
        let id = read.id.get_ref().clone();
        if id.as_str() != self.file.stem() || id.as_str().contains('/') {
            let hint = format!("write id = \"{}\", or rename the file", self.file.stem());
            self.find(read.id.span().start, format!("id {id} is not the file's name"), hint);
        }
        let zone = match &read.time_zone {
            None => self.city.zone.clone(),
            Some(name) => TimeZone::get(name.get_ref()).unwrap_or_else(|_| {
                let message = format!("{} is no time zone", name.get_ref());
                self.find(name.span().start, message, "use an IANA name such as Europe/Lisbon");
                TimeZone::UTC
            }),
        };
        let licence = Licence {
            name: self.text("the licence's name", &read.licence.name),
            url: self.url(&read.licence.url),
            attribution: self.text("the attribution", &read.licence.attribution),
        };
        let datastreams: Vec<_> = read.datastreams.iter().map(|d| Arc::new(self.facts(d))).collect();
        self.distinct("datastream", read.datastreams.iter().map(|d| &d.key));
        let devices: Vec<_> = read.devices.iter().map(|d| self.device(d)).collect();
        self.distinct("device", read.devices.iter().map(|d| &d.key));
        self.distinct("source", read.sources.iter().map(|s| &s.id));
        let context = Context { missing: &read.missing, datastreams: &datastreams, devices: &devices };
        let sources: Vec<_> = read.sources.iter().filter_map(|s| self.source(s, &context)).collect();
        let used: BTreeSet<&str> = sources
            .iter()
            .flat_map(|s| &s.records)
            .flat_map(|r| &r.observations)
            .map(|o| o.facts.key.as_str())
            .collect();
        for datastream in &read.datastreams {
            if !used.contains(datastream.key.get_ref().as_str()) && self.findings.is_empty() {
                let message = format!("no observation fills the datastream {}", datastream.key.get_ref());
                self.find(
                    datastream.key.span().start,
                    message,
                    "add an [[source.records.observation]], or remove it",
                );
            }
        }
        Some(Feed {
            title: self.text("the title", &read.title),
            summary: self.text("the summary", &read.summary),
            owner: self.text("the owner", &read.owner),
            notes: read.notes.as_ref().map(|t| self.text("the notes", t)),
            label: read.label,
            sha256: self.file.sha256.clone(),
            id,
            licence,
            zone,
            datastreams,
            devices,
            sources,
        })
    }

    fn text(&mut self, what: &str, text: &Spanned<Text>) -> Text {
        for lang in text.get_ref().missing(&self.city.languages) {
            let message = format!("{what} has no text in {lang}");
            self.find(text.span().start, message, "write it in every language of the city");
        }
        self.known(text.get_ref().langs(), text.span().start);
        text.get_ref().clone()
    }

    fn known<'l>(&mut self, langs: impl Iterator<Item = &'l Lang>, byte: usize) {
        let strangers: Vec<Lang> = langs.filter(|l| !self.city.languages.contains(l)).cloned().collect();
        for lang in strangers {
            let tags: Vec<&str> = self.city.languages.iter().map(Lang::as_str).collect();
            let hint = format!("the city speaks {}", tags.join(", "));
            self.find(byte, format!("{lang} is no language of this city"), hint);
        }
    }

    fn url(&mut self, url: &Spanned<String>) -> String {
        let text = url.get_ref();
        if !(text.starts_with("https://") || text.starts_with("http://"))
            || text.contains(char::is_whitespace)
        {
            self.find(url.span().start, format!("{text} is no URL"), "begin it with https://");
        }
        text.clone()
    }

    fn distinct<'s>(&mut self, what: &str, keys: impl Iterator<Item = &'s Spanned<String>>) {
        let mut seen = BTreeSet::new();
        for key in keys {
            let fits = !key.get_ref().contains('/') && Slug::new(key.get_ref().clone()).is_ok();
            if !fits {
                let hint = "use letters, digits and . _ -";
                self.find(key.span().start, format!("\"{}\" cannot name a {what}", key.get_ref()), hint);
            }
            if !seen.insert(key.get_ref().as_str()) {
                self.find(
                    key.span().start,
                    format!("there are two of the {what} {}", key.get_ref()),
                    "rename one",
                );
            }
        }
    }

    fn facts(&mut self, d: &DatastreamFile) -> DatastreamFacts {
        DatastreamFacts {
            key: d.key.get_ref().clone(),
            name: self.text("the datastream's name", &d.name),
            meaning: self.text("the meaning", &d.meaning),
            property: d.property.clone(),
            property_name: self.text("the property's name", &d.property_name),
            unit: d.unit.clone(),
            unit_name: d.unit_name.clone(),
            kind: d.kind,
            label: d.label,
            duplicates: d.duplicates,
            period_seconds: d.period_seconds,
            freshness_seconds: d.freshness_seconds,
        }
    }

    fn device(&mut self, d: &DeviceFile) -> Device {
        Device {
            key: d.key.get_ref().clone(),
            name: self.text("the device's name", &d.name),
            collects: self.text("what it collects", &d.collects),
            does_not_collect: self.text("what it does not collect", &d.does_not_collect),
            retention: self.text("the retention", &d.retention),
            owner: d.owner.as_ref().map(|t| self.text("the device's owner", t)),
            count: self.expression(&d.count),
        }
    }

    fn expression(&mut self, written: &Written) -> Expression {
        match Expression::compile(written.get_ref()) {
            Ok(expression) => expression,
            Err((at, message)) => {
                // The text begins after its quote.
                let message = format!("{message} (in \"{}\", at character {})", written.get_ref(), at + 1);
                self.find(written.span().start, message, "see the expressions in docs/how-to-add-a-feed.md");
                Expression::compile(BROKEN).unwrap_or_default()
            }
        }
    }

    fn maybe(&mut self, written: &Option<Written>) -> Option<Expression> {
        written.as_ref().map(|w| self.expression(w))
    }

    fn texts(&mut self, written: &WrittenText) -> TextTemplate {
        if let Some(first) = written.values().next() {
            self.known(written.keys(), first.span().start);
        }
        written.iter().map(|(lang, w)| (lang.clone(), self.expression(w))).collect()
    }

    fn named(&mut self, written: &BTreeMap<String, Written>) -> Vec<(String, Expression)> {
        written.iter().map(|(name, w)| (name.clone(), self.expression(w))).collect()
    }
}
