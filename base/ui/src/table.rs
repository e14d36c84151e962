//! Tables that stay tables: with a caption, headers and, on a narrow window, a label at each value.

use askama::Template;
use vocab::Quality;

use crate::markup::{Markup, escape};
use crate::reader::Reader;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub label: String,
    /// Numbers stand at the end of their cell, so that digits line up.
    pub numeric: bool,
}

impl Column {
    pub fn words(label: impl Into<String>) -> Column {
        Column { label: label.into(), numeric: false }
    }

    pub fn number(label: impl Into<String>) -> Column {
        Column { label: label.into(), numeric: true }
    }
}

/// A table. The first cell of a row names the row.
#[derive(Debug, Clone)]
pub struct Table {
    pub caption: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Markup>>,
    /// On a narrow window each row becomes a small block (true), or the table scrolls sideways (false: wide grids of
    /// figures that are compared down the columns).
    pub stack: bool,
    /// How many rows there are in all, when only some are shown.
    pub total: Option<usize>,
}

impl Table {
    pub fn new(caption: impl Into<String>, columns: Vec<Column>) -> Table {
        Table { caption: caption.into(), columns, rows: Vec::new(), stack: true, total: None }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = Markup>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub fn html(&self, reader: &Reader) -> Markup {
        Markup::of(&TableHtml { table: self, r: *reader })
    }
}

/// A number for a cell, with the exact value for whoever reads the page with a program.
pub fn number(value: f64, decimals: u8, reader: &Reader) -> Markup {
    Markup::trusted(format!(
        "<data value=\"{value}\">{}</data>",
        escape(&reader.number_up_to(value, decimals))
    ))
}

/// The same with its quality, which the moving chart shades.
pub fn judged(value: f64, quality: Quality, decimals: u8, reader: &Reader) -> Markup {
    let shown = escape(&reader.number_up_to(value, decimals));
    Markup::trusted(format!("<data value=\"{value}\" data-quality=\"{}\">{shown}</data>", quality.word()))
}

#[derive(Template)]
#[template(path = "table.html")]
struct TableHtml<'a> {
    table: &'a Table,
    r: Reader<'a>,
}

impl TableHtml<'_> {
    fn column(&self, index: &usize) -> (&str, bool) {
        self.table.columns.get(*index).map_or(("", false), |c| (c.label.as_str(), c.numeric))
    }

    fn remark(&self) -> Option<String> {
        let total = self.table.total.filter(|total| *total > self.table.rows.len())?;
        let args =
            [("shown", self.r.count(self.table.rows.len()).into()), ("count", self.r.count(total).into())];
        Some(self.r.say("table-shown", &args))
    }
}

#[cfg(test)]
mod tests;
