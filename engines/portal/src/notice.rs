//! What is said to the public: a weather warning, a piece of traffic news. Feeds bring it, the pages show what is in
//! force.

use intake::draft::{DraftMessage, MessageState};
use serde_json::{Map, Value as Json};
use vocab::time::DAY;
use vocab::{Label, Mode, Position, Text, Time};

/// Parts of one notice come within hours of each other; a day later the same kind of warning is a new one.
const APART: i64 = DAY;

/// A notice as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// `feed/key`.
    pub slug: String,
    pub feed: String,
    /// Which source of the feed said it: where that lists all that are in force, one that it no longer lists is over.
    pub source: String,
    pub title: Text,
    pub text: Text,
    /// When it was issued or last changed, by its own word.
    pub at: Time,
    pub until: Option<Time>,
    pub is_over: bool,
    pub position: Option<Position>,
    pub properties: Map<String, Json>,
    pub label: Label,
    pub mode: Mode,
    pub received: Time,
}

impl Notice {
    /// Whether it is in force at `now`, on the clock of its feed.
    pub fn is_in_force(&self, now: Time) -> bool {
        !self.is_over && self.until.is_none_or(|until| until > now)
    }

    /// What a message makes of what was known. Several answers may each bring a part of one notice: a text that is not
    /// said again stays, and an older word does not replace a newer one. A word of another day, or after the end, is of
    /// another notice, and nothing of the earlier one stays with it. The source that lists all that are in force keeps it
    /// in its list, whoever adds a part.
    pub fn after(
        known: Option<Notice>,
        draft: DraftMessage,
        (feed, source, lists_all): (&str, &str, bool),
        mode: Mode,
        received: Time,
    ) -> Notice {
        let over = draft.state == MessageState::Over;
        let fresh = Notice {
            slug: draft.slug.to_string(),
            feed: feed.into(),
            source: source.into(),
            title: draft.title,
            text: draft.text,
            at: draft.at,
            until: draft.until,
            is_over: over,
            position: draft.position,
            properties: draft.properties,
            label: draft.label,
            mode,
            received,
        };
        let belongs = |known: &Notice| {
            known.mode == mode
                && known.at.0.abs_diff(fresh.at.0) <= APART.unsigned_abs()
                && (!known.is_over || over || fresh.at <= known.at)
        };
        let Some(known) = known.filter(belongs) else { return fresh };
        let source = if lists_all { fresh.source.clone() } else { known.source.clone() };
        let (older, newer) = if fresh.at < known.at { (fresh, known) } else { (known, fresh) };
        let mut properties = older.properties;
        properties.extend(newer.properties);
        Notice {
            title: joined(older.title, &newer.title),
            text: joined(older.text, &newer.text),
            position: newer.position.or(older.position),
            properties,
            received: newer.received.max(older.received),
            source,
            ..newer
        }
    }
}

/// Language by language; what the newer one does not say stays.
fn joined(mut older: Text, newer: &Text) -> Text {
    for (lang, words) in newer.iter().filter(|(_, words)| !words.trim().is_empty()) {
        older.insert(lang.clone(), words);
    }
    older
}

#[cfg(test)]
mod tests;
