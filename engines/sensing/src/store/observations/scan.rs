//! Rows of one datastream in order, from blocks and hot rows.

use std::iter::Peekable;

use host::{DbError, Tx};

use super::blocks::{self, Direction};
use super::{Hot, streams};
use crate::block::Block;
use crate::observation::{Row, Span};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Ascending,
    Descending,
}

/// As [`super::Observations::scan`], in a transaction that began after `hot` was taken.
pub fn scan(
    tx: &mut Tx,
    datastream: i64,
    span: Span,
    order: Order,
    limit: usize,
    hot: &Hot,
) -> Result<Vec<Row>, DbError> {
    if span.is_empty() || limit == 0 {
        return Ok(Vec::new());
    }
    let mut hot = hot.0.clone();
    let mut buckets = streams::calendar(tx, datastream)?.buckets(span.from.t, span.to.t.saturating_add(1));
    let direction = match order {
        Order::Ascending => Direction::Forward,
        Order::Descending => {
            hot.reverse();
            buckets.reverse();
            Direction::Backward
        }
    };
    let mut page = Page { hot: hot.into_iter().peekable(), rows: Vec::new(), order, limit };
    for bucket in buckets {
        // What is hot before the bucket may fill the page without it.
        let (from, to) = bucket.range();
        let before = |row: &Row| match order {
            Order::Ascending => row.t < from,
            Order::Descending => row.t >= to,
        };
        page.take_hot(before);
        if page.is_full() {
            break;
        }
        let times = (span.from.t, span.to.t);
        let go_on = blocks::each_part(tx, datastream, bucket, times, direction, |bytes| {
            let mut rows = Block::open(bytes)?.rows()?;
            if order == Order::Descending {
                rows.reverse();
            }
            rows.into_iter().filter(|row| span.holds(row.key())).for_each(|row| page.add(row));
            Ok(!page.is_full())
        })?;
        if !go_on {
            break;
        }
    }
    page.take_hot(|_| true);
    Ok(page.rows)
}

struct Page {
    hot: Peekable<std::vec::IntoIter<Row>>,
    rows: Vec<Row>,
    order: Order,
    limit: usize,
}

impl Page {
    fn is_full(&self) -> bool {
        self.rows.len() >= self.limit
    }

    fn take_hot(&mut self, wanted: impl Fn(&Row) -> bool) {
        while self.rows.len() < self.limit
            && let Some(row) = self.hot.next_if(&wanted)
        {
            self.rows.push(row);
        }
    }

    /// Adds the next sealed row, after the hot ones that come before it; a hot row with its key stands for it.
    fn add(&mut self, row: Row) {
        let (key, order) = (row.key(), self.order);
        self.take_hot(|hot| match order {
            Order::Ascending => hot.key() <= key,
            Order::Descending => hot.key() >= key,
        });
        if !self.is_full() && self.rows.last().is_none_or(|last| last.key() != key) {
            self.rows.push(row);
        }
    }
}
