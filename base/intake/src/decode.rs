//! Bytes in a declared format to records: a tree or rows, bounded in bytes, depth and number.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;

use encoding_rs::Encoding;
use serde_json::{Map, Value};

pub mod delimited;
pub mod encoding;
pub mod json;
pub mod nearest;
pub mod path;
pub mod unpack;
pub mod xml;

pub use delimited::Layout;
pub use nearest::{Near, Nearest};
pub use path::{Entry, RecordPath};

/// What an answer may grow to before it is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Of the unpacked answer.
    pub bytes: u64,
    pub depth: usize,
    /// Values of a tree: elements, list items, fields. A value costs about 100 bytes of memory.
    pub values: usize,
    pub records: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        // The largest feed known is 2.7 MB, 58,564 rows, 300,000 values, 12 levels deep.
        Limits { bytes: 32 * 1024 * 1024, depth: 64, values: 1_000_000, records: 500_000 }
    }
}

impl Limits {
    /// For a file the operator gives: years of history, read as a stream.
    pub fn history() -> Limits {
        Limits { bytes: 4 * 1024 * 1024 * 1024, records: 100_000_000, ..Limits::default() }
    }
}

/// What the bytes are, once unpacked and made text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    Json,
    Xml,
    Delimited(Layout),
}

/// All that is needed to read records out of an answer.
#[derive(Debug, Clone)]
pub struct Reading {
    pub format: Format,
    pub encoding: Option<&'static Encoding>,
    /// The kinds of record in it. A row of a delimited file is handed over once for each.
    pub shapes: Vec<Shape>,
    pub limits: Limits,
}

/// One kind of record.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shape {
    pub path: RecordPath,
    pub unpivot: Option<Unpivot>,
    pub nearest: Option<Arc<Nearest>>,
}

/// Turns a wide record into one for each column: `keep` stays in each, the other columns become `name` and `value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpivot {
    pub keep: Vec<String>,
    pub name: String,
    pub value: String,
}

/// Why an answer cannot be read. Each says what is wrong with which part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    #[error("the answer is an HTML page, not data; open the address in a browser to see what it says")]
    Html,
    #[error("the answer is empty")]
    Empty,
    #[error("{format}, line {line}: {message}")]
    Syntax { format: &'static str, line: usize, message: String },
    #[error(
        "XML, line {0}: a document type is not accepted, since it can make a small file grow without bound"
    )]
    DocumentType(usize),
    #[error("XML, line {0}: an entity that XML itself does not define is not accepted")]
    Entity(usize),
    #[error("byte {offset} is not {encoding}; declare the feed's encoding, or tell its owner")]
    Encoding { encoding: &'static str, offset: usize },
    #[error("the answer is longer than {0} bytes once unpacked")]
    TooLong(u64),
    #[error("the answer nests deeper than {0} levels")]
    TooDeep(usize),
    #[error("the answer holds more than {0} values")]
    TooManyValues(usize),
    #[error("the answer holds more than {0} records")]
    TooManyRecords(usize),
    #[error(
        "the answer has no {step}, where the records should stand: its shape is not the one the feed file describes"
    )]
    NoSuchPath { step: String },
    #[error("the answer has no column {column}: it is not the table the feed file describes")]
    NoSuchColumn { column: String },
    #[error("whoever took the records stopped")]
    Stopped,
    #[error("the answer breaks off or is damaged: {0}")]
    Broken(String),
}

impl DecodeError {
    fn of_io(error: io::Error) -> DecodeError {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<unpack::TooLong>()) {
            Some(unpack::TooLong(limit)) => DecodeError::TooLong(*limit),
            None => DecodeError::Broken(error.to_string()),
        }
    }

    fn of_csv(error: csv::Error) -> DecodeError {
        let line = error.position().map_or(0, |p| p.line() as usize);
        match error.into_kind() {
            csv::ErrorKind::Io(error) => DecodeError::of_io(error),
            csv::ErrorKind::Utf8 { err, .. } => DecodeError::Syntax {
                format: "CSV",
                line,
                message: format!("{err}; declare the feed's encoding, or tell its owner"),
            },
            kind => DecodeError::Syntax { format: "CSV", line, message: format!("{kind:?}") },
        }
    }
}

/// What is handed over for each record: which shape it has, and where it stands or why it is none.
pub type Visit<'v> = dyn FnMut(usize, Result<Entry<'_>, String>) -> Result<(), DecodeError> + 'v;

/// Hands each record to `visit`, shape by shape, in order; a row that is no record (wrong number of cells) as its reason.
/// Rows in UTF-8 are read as a stream, so a history of any length takes little memory; everything else is read whole,
/// within limits, and an answer that lacks one of the shapes is refused before its first record.
pub fn each_record(input: impl Read, reading: &Reading, visit: &mut Visit<'_>) -> Result<(), DecodeError> {
    let unpacked = unpack::unpacked(input, reading.limits.bytes).map_err(DecodeError::of_io)?;
    let mut input = BufReader::new(unpacked);
    let start = input.fill_buf().map_err(DecodeError::of_io)?;
    if start.is_empty() {
        return Err(DecodeError::Empty);
    }
    let streams = reading.encoding.is_none_or(|e| e == encoding_rs::UTF_8)
        && Encoding::for_bom(start).is_none_or(|(e, _)| e == encoding_rs::UTF_8);
    let limits = &reading.limits;
    let mut counted = Counted::new(reading, visit);
    match &reading.format {
        Format::Delimited(layout) if streams => {
            if looks_like_html(&String::from_utf8_lossy(start)) {
                return Err(DecodeError::Html);
            }
            delimited::each_row(input, layout, limits, &mut |row| counted.row(row))?;
        }
        Format::Delimited(layout) => {
            let text = whole(input, reading)?;
            delimited::each_row(text.as_bytes(), layout, limits, &mut |row| counted.row(row))?;
        }
        Format::Json => counted.tree(&json::tree(&whole(input, reading)?, limits)?)?,
        Format::Xml => counted.tree(&xml::tree(&whole(input, reading)?, limits)?)?,
    }
    counted.gathered()
}

/// As [`each_record`], from a tree that is there already.
pub fn each_record_of_tree(
    tree: &Value,
    reading: &Reading,
    visit: &mut Visit<'_>,
) -> Result<(), DecodeError> {
    Counted::new(reading, visit).tree(tree)
}

fn whole(mut input: impl Read, reading: &Reading) -> Result<String, DecodeError> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).map_err(DecodeError::of_io)?;
    let text = encoding::to_text(&bytes, reading.encoding)?;
    if text.trim().is_empty() {
        return Err(DecodeError::Empty);
    }
    if looks_like_html(&text) { Err(DecodeError::Html) } else { Ok(text) }
}

/// A page, as servers send it with status 200 when something is wrong.
fn looks_like_html(text: &str) -> bool {
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    ["<!doctype html", "<html"].iter().any(|tag| {
        let after = start.get(tag.len()..).and_then(|rest| rest.chars().next());
        start.get(..tag.len()).is_some_and(|s| s.eq_ignore_ascii_case(tag))
            && after.is_none_or(|c| !c.is_alphanumeric())
    })
}

struct Counted<'r, 'v, 'f> {
    count: usize,
    reading: &'r Reading,
    /// Of each shape that wants only what is nearest.
    gathering: Vec<Option<nearest::Gathering>>,
    visit: &'v mut Visit<'f>,
}

impl<'r, 'v, 'f> Counted<'r, 'v, 'f> {
    fn new(reading: &'r Reading, visit: &'v mut Visit<'f>) -> Self {
        let gathering = reading.shapes.iter().map(|s| s.nearest.clone().map(nearest::Gathering::new));
        Counted { count: 0, reading, gathering: gathering.collect(), visit }
    }

    /// Hands over what was nearest, now that all was seen.
    fn gathered(&mut self) -> Result<(), DecodeError> {
        for (shape, gathering) in std::mem::take(&mut self.gathering).into_iter().enumerate() {
            for record in gathering.into_iter().flat_map(nearest::Gathering::records) {
                match record {
                    Ok(record) => self.hand_over(shape, Ok(Entry::alone(&record)))?,
                    Err(reason) => self.hand_over(shape, Err(reason))?,
                }
            }
        }
        Ok(())
    }
    fn tree(&mut self, tree: &Value) -> Result<(), DecodeError> {
        for shape in &self.reading.shapes {
            path::walk(tree, &shape.path, &mut |_| Ok(()))?;
        }
        for (index, shape) in self.reading.shapes.iter().enumerate() {
            path::walk(tree, &shape.path, &mut |entry| self.entry(index, entry))?;
        }
        Ok(())
    }

    fn row(&mut self, row: Result<Value, String>) -> Result<(), DecodeError> {
        match row {
            Ok(record) => {
                (0..self.reading.shapes.len()).try_for_each(|index| self.entry(index, Entry::alone(&record)))
            }
            Err(reason) => self.hand_over(0, Err(reason)),
        }
    }

    fn entry(&mut self, shape: usize, entry: Entry<'_>) -> Result<(), DecodeError> {
        if let Some(gathering) = self.gathering.get_mut(shape).and_then(Option::as_mut) {
            return match gathering.take(entry.record) {
                Ok(()) => Ok(()),
                Err(reason) => self.hand_over(shape, Err(reason)),
            };
        }
        let Some(unpivot) = &self.reading.shapes[shape].unpivot else {
            return self.hand_over(shape, Ok(entry));
        };
        let Value::Object(fields) = entry.record else {
            return self.hand_over(shape, Err("the record has no fields to spread out".into()));
        };
        let kept = |name: &String| unpivot.keep.contains(name);
        let keep: Map<String, Value> =
            fields.iter().filter(|(name, _)| kept(name)).map(|(n, v)| (n.clone(), v.clone())).collect();
        for (name, value) in fields.iter().filter(|(name, _)| !kept(name)) {
            let mut record = keep.clone();
            record.insert(unpivot.name.clone(), name.as_str().into());
            record.insert(unpivot.value.clone(), value.clone());
            self.hand_over(shape, Ok(Entry { record: &Value::Object(record), ..entry }))?;
        }
        Ok(())
    }

    fn hand_over(&mut self, shape: usize, entry: Result<Entry<'_>, String>) -> Result<(), DecodeError> {
        self.count += 1;
        if self.count > self.reading.limits.records {
            return Err(DecodeError::TooManyRecords(self.reading.limits.records));
        }
        (self.visit)(shape, entry)
    }
}

#[cfg(test)]
mod tests;
