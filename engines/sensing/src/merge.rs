//! Joining what is sealed with what is hot. Where both hold a key the hot row wins: the door judged it against the
//! sealed one before it let it in.

use std::cmp::Ordering;

use crate::observation::Row;

/// Sealed rows with hot rows over them; both sorted by key.
pub fn merge(sealed: Vec<Row>, hot: impl IntoIterator<Item = Row>) -> Vec<Row> {
    let mut hot = hot.into_iter().peekable();
    if hot.peek().is_none() {
        return sealed;
    }
    let mut merged = Vec::with_capacity(sealed.len() + hot.size_hint().0);
    for row in sealed {
        while let Some(earlier) = hot.next_if(|h| h.key() < row.key()) {
            merged.push(earlier);
        }
        if hot.peek().is_none_or(|h| h.key().cmp(&row.key()) != Ordering::Equal) {
            merged.push(row);
        }
    }
    merged.extend(hot);
    merged
}

#[cfg(test)]
mod tests;
