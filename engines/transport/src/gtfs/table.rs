//! Rows of a table of a feed, by the names of its columns.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read;

use csv::ByteRecord;
use vocab::Day;

use super::{Refused, Report};

pub struct Table<'s> {
    pub file: &'static str,
    reader: csv::Reader<Box<dyn Read + 's>>,
    columns: HashMap<String, usize>,
    record: ByteRecord,
    row: u64,
}

/// A column that may not be there.
pub type Column = Option<usize>;

impl<'s> Table<'s> {
    /// Reads the head, and refuses a table without a column that it needs.
    pub fn new(
        file: &'static str,
        bytes: Box<dyn Read + 's>,
        needed: &[&'static str],
    ) -> Result<Table<'s>, Refused> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(bytes);
        let mut head = ByteRecord::new();
        let unreadable = |e: csv::Error| Refused::Unreadable(file.into(), e.to_string());
        reader.read_byte_record(&mut head).map_err(unreadable)?;
        let names = head.iter().enumerate().map(|(at, name)| {
            let name = String::from_utf8_lossy(name);
            // Some begin with the mark of their byte order.
            (name.trim().trim_start_matches('\u{feff}').to_string(), at)
        });
        let columns: HashMap<String, usize> = names.collect();
        if let Some(column) = needed.iter().find(|name| !columns.contains_key(**name)) {
            return Err(Refused::NoColumn { file, column });
        }
        Ok(Table { file, reader, columns, record: ByteRecord::new(), row: 1 })
    }

    pub fn column(&self, name: &str) -> Column {
        self.columns.get(name).copied()
    }

    /// Goes on to the next row. A row that is no CSV ends the table, and is told.
    pub fn advance(&mut self, report: &mut Report) -> bool {
        loop {
            self.row += 1;
            match self.reader.read_byte_record(&mut self.record) {
                // A blank line is one empty field.
                Ok(true) if self.record.iter().all(<[u8]>::is_empty) => {}
                Ok(is_there) => return is_there,
                Err(error) => {
                    report.add("csv_parsing_failed", self.file, self.row, error.to_string());
                    return false;
                }
            }
        }
    }

    pub fn row(&self) -> u64 {
        self.row
    }

    fn bytes(&self, column: Column) -> &[u8] {
        column.and_then(|at| self.record.get(at)).unwrap_or_default().trim_ascii()
    }

    /// What stands in a column; nothing where it is empty or not there.
    pub fn text(&self, column: Column) -> Cow<'_, str> {
        String::from_utf8_lossy(self.bytes(column))
    }

    /// A value of a column; nothing where there is none, and told by this rule where something else stands there.
    fn value<T>(
        &self,
        column: Column,
        name: &str,
        rule: &'static str,
        report: &mut Report,
        read: impl Fn(&[u8]) -> Option<T>,
    ) -> Option<T> {
        let bytes = self.bytes(column);
        if bytes.is_empty() {
            return None;
        }
        let value = read(bytes);
        if value.is_none() {
            let text = String::from_utf8_lossy(bytes);
            report.add(rule, self.file, self.row, format!("{name} is {text:?}"));
        }
        value
    }

    /// Tells which of these columns a row leaves blank, though it needs them.
    pub fn tell_blanks(&self, needed: &[(Column, &str)], report: &mut Report) {
        for (_, name) in needed.iter().filter(|(column, _)| self.bytes(*column).is_empty()) {
            report.add("missing_required_field", self.file, self.row, format!("{name} is blank"));
        }
    }

    pub fn number(&self, column: Column, name: &str, report: &mut Report) -> Option<i64> {
        self.value(column, name, "invalid_integer", report, parsed)
    }

    pub fn fraction(&self, column: Column, name: &str, report: &mut Report) -> Option<f64> {
        let finite = |bytes: &[u8]| parsed(bytes).filter(|number: &f64| number.is_finite());
        self.value(column, name, "invalid_float", report, finite)
    }

    /// Seconds from where the service day counts; beyond 24:00 too.
    pub fn time(&self, column: Column, name: &str, report: &mut Report) -> Option<i32> {
        self.value(column, name, "invalid_time", report, seconds)
    }

    /// `20261124`.
    pub fn day(&self, column: Column, name: &str, report: &mut Report) -> Option<Day> {
        self.value(column, name, "invalid_date", report, day)
    }
}

fn parsed<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn day(text: &[u8]) -> Option<Day> {
    let text = std::str::from_utf8(text).ok()?;
    Day::parse(&format!("{}-{}-{}", text.get(..4)?, text.get(4..6)?, text.get(6..)?)).ok()
}

/// `7:05:00` or `31:05:00`; a service day is no longer than a week.
fn seconds(text: &[u8]) -> Option<i32> {
    const HOURS_MAX: i32 = 7 * 24;
    let mut parts = text.split(|byte| *byte == b':').map(|part| {
        let fits = matches!(part.len(), 1..=3) && part.iter().all(u8::is_ascii_digit);
        fits.then(|| part.iter().fold(0, |number, digit| number * 10 + i32::from(digit - b'0')))
    });
    match (parts.next()??, parts.next()??, parts.next()??, parts.next()) {
        (hours, minutes, seconds, None) if hours <= HOURS_MAX && minutes < 60 && seconds < 60 => {
            Some(hours * 3600 + minutes * 60 + seconds)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
