//! Notices taken in: load, decide, save.

use std::collections::HashSet;

use host::{DbError, Tx};
use intake::draft::DraftMessage;
use vocab::{Mode, Time};

use crate::notice::Notice;
use crate::store;

/// What one answer of a source said.
pub struct Said {
    pub feed: String,
    pub source: String,
    pub mode: Mode,
    pub received: Time,
    pub messages: Vec<DraftMessage>,
    /// It listed all that are in force: what it does not list any more is over.
    pub is_complete: bool,
}

/// Whether anything is new of it.
pub fn take(tx: &mut Tx, said: &Said) -> Result<bool, DbError> {
    let mut listed = HashSet::new();
    let mut is_new = false;
    for draft in &said.messages {
        let known = store::by_slug(tx, draft.slug.as_str(), said.mode)?;
        let from = (said.feed.as_str(), said.source.as_str(), said.is_complete);
        let notice = Notice::after(known.clone(), draft.clone(), from, said.mode, said.received);
        // The same again, at another moment, is nothing new.
        let same = known.is_some_and(|known| Notice { received: notice.received, ..known } == notice);
        if !same {
            store::put(tx, &notice)?;
            is_new = true;
        }
        listed.insert(notice.slug);
    }
    if said.is_complete {
        for slug in store::not_over(tx, &said.feed, &said.source, said.mode)? {
            if !listed.contains(&slug) {
                store::end(tx, &slug, said.mode)?;
                is_new = true;
            }
        }
    }
    Ok(is_new)
}
