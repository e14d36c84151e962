//! The city pack: a folder of files that hold all that belongs to one city. This loads and checks them; what a file
//! means is the business of the engine whose subject it is.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use vocab::{Lang, Text, Time};

use crate::db::{DbError, Tx};

mod judge;

pub use judge::{Judge, keep};

/// One file of a pack, as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackFile {
    /// From the pack's folder, with `/`: `feeds/air-quality.toml`.
    pub path: String,
    pub text: String,
    /// Hexadecimal.
    pub sha256: String,
}

impl PackFile {
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> PackFile {
        let text = text.into();
        let sha256 = Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
        PackFile { path: path.into(), text, sha256 }
    }

    /// `air-quality` of `feeds/air-quality.toml`.
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.split_once('.').map_or(name, |(stem, _)| stem)
    }
}

/// Something wrong in a pack: where, what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub file: String,
    /// From 1; 0 where the file as a whole is meant.
    pub line: usize,
    pub message: String,
    pub hint: String,
}

impl Finding {
    pub fn new(file: &PackFile, line: usize, message: impl Into<String>, hint: impl Into<String>) -> Finding {
        Finding { file: file.path.clone(), line, message: message.into(), hint: hint.into() }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.message)?,
            line => write!(f, "{}:{line}: {}", self.file, self.message)?,
        }
        if self.hint.is_empty() { Ok(()) } else { write!(f, "\n    {}", self.hint) }
    }
}

/// A loaded pack: its city and its files by path.
#[derive(Debug, Clone)]
pub struct Pack {
    pub city: City,
    pub files: BTreeMap<String, PackFile>,
}

/// `city.toml`: what the whole program asks of a city.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct City {
    pub schema: u32,
    /// Short name for addresses and files.
    pub id: String,
    pub name: Text,
    /// The languages of the pages, the first being the one for a reader of whom nothing is known.
    pub languages: Vec<Language>,
    /// IANA name. A time without a zone in a feed is read in it; people read times in it.
    pub time_zone: String,
    /// ISO 4217.
    pub currency: String,
    pub grid: Grid,
    /// Where the map opens: west, south, east, north in degrees.
    pub extent: [f64; 4],
    /// The public bodies' own site, linked from the first line of every page: we are not it.
    pub official_site: Link,
    /// Who runs this installation, unless the configuration says otherwise.
    #[serde(default)]
    pub run_by: Option<Text>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    pub tag: Lang,
    /// The value of `lang` on pages, where it says more than the tag (`zh-Hant-HK` of a city for `zh-Hant`).
    pub html: String,
    /// Its own name in itself.
    pub name: String,
}

/// The city's own coordinate system.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    pub epsg: u32,
    /// A PROJ string, where the code's definition in the library lacks the datum shift.
    #[serde(default)]
    pub proj: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    pub title: Text,
    pub url: String,
}

/// The newest schema of pack files that this program reads.
const SCHEMA: u32 = 1;
/// A pack is text that officers edit; a file beyond this (a map layer is the largest) is a mistake.
const FILE_LIMIT_BYTES: u64 = 16 * 1024 * 1024;

impl Pack {
    /// Reads a folder. Every file that is wrong is named, not only the first.
    pub fn from_folder(folder: &Path) -> Result<Pack, Vec<Finding>> {
        let mut files = Vec::new();
        let mut findings = Vec::new();
        walk(folder, folder, &mut files, &mut findings);
        if findings.is_empty() { Pack::from_files(files) } else { Err(findings) }
    }

    /// A pack out of files already read, as the release binary embeds one.
    pub fn from_files(files: impl IntoIterator<Item = (String, String)>) -> Result<Pack, Vec<Finding>> {
        let files: BTreeMap<String, PackFile> =
            files.into_iter().map(|(path, text)| (path.clone(), PackFile::new(path, text))).collect();
        let Some(file) = files.get("city.toml") else {
            return Err(vec![Finding {
                file: "city.toml".into(),
                line: 0,
                message: "a pack needs this file".into(),
                hint: "name the folder that holds city.toml, or write one: see docs/how-to-add-a-city.md"
                    .into(),
            }]);
        };
        let city: City = parse(file)?;
        let findings = city.findings(file);
        if findings.is_empty() { Ok(Pack { city, files }) } else { Err(findings) }
    }

    /// The files of a folder with this ending, in the order of their paths; not those of its folders.
    pub fn folder<'a>(&'a self, folder: &'a str, ending: &'a str) -> impl Iterator<Item = &'a PackFile> {
        self.files.values().filter(move |file| {
            file.path
                .strip_prefix(folder)
                .and_then(|rest| rest.strip_prefix('/'))
                .is_some_and(|rest| !rest.contains('/') && rest.ends_with(ending))
        })
    }

    pub fn language_tags(&self) -> Vec<Lang> {
        self.city.languages.iter().map(|l| l.tag.clone()).collect()
    }
}

impl City {
    fn findings(&self, file: &PackFile) -> Vec<Finding> {
        let mut judge = Judge::new(file, self.languages.iter().map(|l| l.tag.clone()).collect());
        if self.languages.is_empty() {
            let what = "a city speaks at least one language";
            judge.at_key("languages").find(what, "add a [[languages]] table");
        }
        judge.at_key("name").text("name", &self.name);
        judge.at_key("official_site").text("official_site", &self.official_site.title);
        if jiff::tz::TimeZone::get(&self.time_zone).is_err() {
            let what = format!("{} is no time zone", self.time_zone);
            judge.at_key("time_zone").find(what, "use an IANA name such as Europe/Lisbon");
        }
        let [west, south, east, north] = self.extent;
        if !(west < east
            && south < north
            && west >= -180.0
            && east <= 180.0
            && south >= -90.0
            && north <= 90.0)
        {
            let hint = "write west, south, east, north in degrees";
            judge.at_key("extent").find("the extent is no box", hint);
        }
        if self.currency.len() != 3 || !self.currency.bytes().all(|b| b.is_ascii_uppercase()) {
            let what = format!("{} is no currency", self.currency);
            judge.at_key("currency").find(what, "use the three letters of ISO 4217");
        }
        judge.findings()
    }

    pub fn zone(&self) -> jiff::tz::TimeZone {
        // Checked when the pack was loaded.
        jiff::tz::TimeZone::get(&self.time_zone).unwrap_or(jiff::tz::TimeZone::UTC)
    }
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<(String, String)>, findings: &mut Vec<Finding>) {
    let shown = |path: &Path| {
        let inside = path.strip_prefix(root).unwrap_or(path);
        inside.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) => {
            let (message, hint) =
                (format!("cannot be read: {e}"), "name a folder that this user may read".into());
            return findings.push(Finding { file: shown(folder), line: 0, message, hint });
        }
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if name.to_string_lossy().starts_with('.') {
            continue;
        }
        if path.is_dir() {
            // Fixtures are for tests and are in formats of their own.
            if name != "fixtures" {
                walk(root, &path, files, findings);
            }
            continue;
        }
        let mut find = |message: String, hint: &str| {
            findings.push(Finding { file: shown(&path), line: 0, message, hint: hint.into() });
        };
        match entry.metadata() {
            Ok(metadata) if metadata.len() > FILE_LIMIT_BYTES => {
                find(format!("is {} bytes long", metadata.len()), "a pack holds texts up to 16 MiB each");
                continue;
            }
            _ => {}
        }
        match std::fs::read(&path).map(String::from_utf8) {
            Ok(Ok(text)) => files.push((shown(&path), text)),
            Ok(Err(_)) => find("is not UTF-8".into(), "save it as UTF-8"),
            Err(e) => find(format!("cannot be read: {e}"), "let this user read it"),
        }
    }
}

/// Reads a TOML file of a pack into its type. Every such file begins with `schema = N`.
pub fn parse<T: DeserializeOwned>(file: &PackFile) -> Result<T, Vec<Finding>> {
    let table: toml::Table = file.text.parse().map_err(|e: toml::de::Error| of_toml(file, &e))?;
    match table.get("schema").and_then(toml::Value::as_integer) {
        Some(n) if n == i64::from(SCHEMA) => {}
        Some(n) => {
            let (line, what) = (line_of_key(&file.text, "schema"), "is not one this program reads");
            let hint = format!("it reads schema = {SCHEMA}");
            return Err(vec![Finding::new(file, line, format!("schema {n} {what}"), hint)]);
        }
        None => {
            let hint = format!("begin it with: schema = {SCHEMA}");
            return Err(vec![Finding::new(file, 1, "the file does not say its schema", hint)]);
        }
    }
    toml::from_str(&file.text).map_err(|e| of_toml(file, &e))
}

fn of_toml(file: &PackFile, error: &toml::de::Error) -> Vec<Finding> {
    let line = error.span().map_or(0, |span| line_at(&file.text, span.start));
    let message = error.message().lines().next().unwrap_or_default().to_string();
    vec![Finding::new(file, line, &message, hint_for(&message))]
}

/// The line, from 1, of a byte.
pub fn line_at(text: &str, byte: usize) -> usize {
    text.as_bytes()[..byte.min(text.len())].iter().filter(|b| **b == b'\n').count() + 1
}

/// The first line that sets `key` or opens a table of that name; 0 where there is none.
pub fn line_of_key(text: &str, key: &str) -> usize {
    let is_it = |line: &str| {
        let line = line.trim_start().trim_start_matches('[');
        line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(['=', ']', '.']))
    };
    text.lines().position(is_it).map_or(0, |at| at + 1)
}

/// Turns the parser's word into what an officer can do.
fn hint_for(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match (message.starts_with("unknown field"), message.starts_with("missing field"), quoted.split_first()) {
        (true, _, Some((wrong, known))) => {
            let nearest = known.iter().map(|k| (distance(wrong, k), k)).min();
            match nearest {
                // Three edits away is a slip of the hand; farther is another word.
                Some((edits, key)) if edits <= 3 => format!("did you mean `{key}`?"),
                _ => format!("the keys here are: {}", known.join(", ")),
            }
        }
        (_, true, Some((key, _))) => format!("add `{key}`"),
        _ => "see the field's meaning in docs/, or compare with a file of the same folder".into(),
    }
}

/// Edit distance (Levenshtein), for slips of the hand.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let next = if x == *y { diagonal } else { 1 + diagonal.min(row[j]).min(row[j + 1]) };
            diagonal = std::mem::replace(&mut row[j + 1], next);
        }
    }
    row[b.len()]
}

/// Notes each file of a pack in the store, unless this very text is there already. Never removes one.
pub fn remember(tx: &mut Tx, pack: &Pack, at: Time, by: &str) -> Result<u64, DbError> {
    let mut new = 0;
    for file in pack.files.values() {
        new += tx.execute(
            "INSERT INTO host_pack_file (path, sha256, body, loaded_at, loaded_by) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (path, sha256) DO NOTHING",
            &[(&file.path).into(), (&file.sha256).into(), (&file.text).into(), at.into(), by.into()],
        )?;
    }
    Ok(new)
}

#[cfg(test)]
mod tests;
