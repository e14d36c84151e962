//! `$decimation=N`: no more points of a series than a chart has room for, and each of them observed. A column of the
//! chart keeps its least and its greatest: every peak is drawn where it was, which a mean would flatten and a triangle
//! method (LTTB) may skip; one pass in the order of time does it, whatever the number of rows.

use crate::observation::Row;

/// Points of an answer: the first and the last, and two of a column.
pub const LEAST: usize = 4;
pub const MOST: usize = 10_000;

/// Takes rows in the order of time.
pub struct Decimation {
    points: usize,
    from: i64,
    /// Microseconds, 1 or more.
    length: i128,
    /// All so far, while they are no more than the points.
    all: Option<Vec<Row>>,
    column: Option<(i128, Column)>,
    kept: Vec<Row>,
    first: Option<Row>,
    last: Option<Row>,
}

#[derive(Default)]
struct Column {
    least: Option<Row>,
    greatest: Option<Row>,
    /// Where nothing is a number: text, or a gap that says that there is none.
    other: Option<Row>,
}

impl Column {
    fn add(&mut self, row: &Row) {
        let Some(number) = row.number() else {
            self.other.get_or_insert_with(|| row.clone());
            return;
        };
        if self.least.as_ref().and_then(Row::number).is_none_or(|least| number < least) {
            self.least = Some(row.clone());
        }
        if self.greatest.as_ref().and_then(Row::number).is_none_or(|greatest| number > greatest) {
            self.greatest = Some(row.clone());
        }
    }

    fn rows(self) -> Vec<Row> {
        let mut rows: Vec<Row> = [self.least, self.greatest].into_iter().flatten().collect();
        if rows.is_empty() {
            rows.extend(self.other);
        }
        rows.sort_by_key(Row::key);
        rows.dedup_by_key(|row| row.key());
        rows
    }
}

impl Decimation {
    /// For rows from `from` (in) to `to` (in), microseconds.
    pub fn new(points: usize, from: i64, to: i64) -> Decimation {
        let length = (i128::from(to) - i128::from(from) + 1).max(1);
        let (all, kept) = (Some(Vec::new()), Vec::new());
        Decimation { points, from, length, all, column: None, kept, first: None, last: None }
    }

    pub fn add(&mut self, row: Row) {
        if let Some(all) = &mut self.all {
            all.push(row.clone());
            if all.len() > self.points {
                self.all = None;
            }
        }
        let columns = (self.points.saturating_sub(2) / 2).max(1) as i128;
        let since = (i128::from(row.t) - i128::from(self.from)).clamp(0, self.length - 1);
        let at = since * columns / self.length;
        if self.column.as_ref().is_none_or(|(known, _)| *known != at) {
            self.close();
            self.column = Some((at, Column::default()));
        }
        if let Some((_, column)) = &mut self.column {
            column.add(&row);
        }
        self.first.get_or_insert_with(|| row.clone());
        self.last = Some(row);
    }

    fn close(&mut self) {
        if let Some((_, column)) = self.column.take() {
            self.kept.extend(column.rows());
        }
    }

    /// The points, in the order of time.
    pub fn finish(mut self) -> Vec<Row> {
        if let Some(all) = self.all {
            return all;
        }
        self.close();
        let mut rows = self.kept;
        rows.extend(self.first);
        rows.extend(self.last);
        rows.sort_by_key(Row::key);
        rows.dedup_by_key(|row| row.key());
        rows
    }
}

#[cfg(test)]
mod tests;
