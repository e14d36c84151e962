//! Comma-, tab- and pipe-separated rows (RFC 4180 and what exporters make of it), read as a stream.

use std::collections::VecDeque;
use std::io::Read;

use serde_json::{Map, Value};

use super::{DecodeError, Limits};

/// How the rows of a file stand in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    pub delimiter: u8,
    /// Lines above the header: titles, dates.
    pub title_lines: usize,
    /// Rows below the last record: foot notes.
    pub note_lines: usize,
    /// Names of the columns where the file has no header.
    pub columns: Option<Vec<String>>,
    /// Columns without which it is another table.
    pub needed: Vec<String>,
}

/// A row beyond this is one whose quote was never closed.
const ROW_LIMIT_BYTES: usize = 1024 * 1024;

/// Hands each row to `visit` as an object of texts under the header's names, in order. A cell that is empty is an empty
/// text. A row with more or fewer cells than there are names is handed over as an error: it is not a record, and not
/// silently nothing either.
pub fn each_row(
    input: impl Read,
    layout: &Layout,
    limits: &Limits,
    visit: &mut dyn FnMut(Result<Value, String>) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(layout.delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(skip_lines(input, layout.title_lines)?);
    let mut row = csv::StringRecord::new();
    let mut names = layout.columns.clone();
    if let Some(names) = &names {
        all_there(layout, names)?;
    }
    // The last rows wait here: only the end of the file tells notes from records.
    let mut held: VecDeque<Result<Value, String>> = VecDeque::new();
    let mut records = 0usize;
    while reader.read_record(&mut row).map_err(DecodeError::of_csv)? {
        if row.as_slice().len() > ROW_LIMIT_BYTES {
            let line = row.position().map_or(0, |p| p.line() as usize) + layout.title_lines;
            let message = format!("a row is longer than {ROW_LIMIT_BYTES} bytes; a quote is not closed");
            return Err(DecodeError::Syntax { format: "CSV", line, message });
        }
        let Some(names) = &names else {
            let header = distinct(&row);
            all_there(layout, &header)?;
            names = Some(header);
            continue;
        };
        records += 1;
        if records > limits.records {
            return Err(DecodeError::TooManyRecords(limits.records));
        }
        held.push_back(if row.len() == names.len() {
            let cells = names.iter().zip(&row).map(|(name, cell)| (name.clone(), Value::from(cell.trim())));
            Ok(Value::Object(cells.collect::<Map<_, _>>()))
        } else {
            Err(format!("the row has {} cells where the header has {}", row.len(), names.len()))
        });
        while held.len() > layout.note_lines {
            if let Some(ready) = held.pop_front() {
                visit(ready)?;
            }
        }
    }
    if names.is_none() {
        return Err(DecodeError::Syntax { format: "CSV", line: 1, message: "there is no header row".into() });
    }
    Ok(())
}

fn all_there(layout: &Layout, names: &[String]) -> Result<(), DecodeError> {
    match layout.needed.iter().find(|column| !names.contains(column)) {
        Some(column) => Err(DecodeError::NoSuchColumn { column: column.clone() }),
        None => Ok(()),
    }
}

/// Header names, trimmed; a name that comes again gets `_2`, `_3`.
fn distinct(row: &csv::StringRecord) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(row.len());
    for cell in row {
        let cell = cell.trim().trim_start_matches('\u{feff}');
        let mut name = cell.to_string();
        let mut n = 2;
        while names.contains(&name) {
            name = format!("{cell}_{n}");
            n += 1;
        }
        names.push(name);
    }
    names
}

fn skip_lines(mut input: impl Read, lines: usize) -> Result<impl Read, DecodeError> {
    let mut byte = [0u8];
    for _ in 0..lines {
        // Byte by byte, since titles are short and the reader below needs the rest untouched.
        while input.read(&mut byte).map_err(DecodeError::of_io)? == 1 && byte[0] != b'\n' {}
    }
    Ok(input)
}
