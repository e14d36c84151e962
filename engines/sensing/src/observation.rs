//! One observation as the store keeps it, and the text that names it outside.

use serde::{Deserialize, Serialize};
use vocab::time::SECOND;
use vocab::{Quality, Time, Value};

/// What kind of result a row holds. Kept in 3 bits, never renumbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Number = 0,
    Bool = 1,
    Text = 2,
    Json = 3,
    Missing = 4,
}

impl Kind {
    pub fn from_code(code: u8) -> Option<Kind> {
        [Kind::Number, Kind::Bool, Kind::Text, Kind::Json, Kind::Missing]
            .into_iter()
            .find(|k| *k as u8 == code)
    }
}

/// A result without a copy of it. `Json` is its text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Content<'a> {
    Number(f64),
    Bool(bool),
    Text(&'a str),
    Json(&'a str),
    Missing,
}

/// What few observations have beside time, result and quality. Stored as JSON with these names.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Extra {
    /// Microseconds; only where it differs from the phenomenon time and is not in the key.
    #[serde(rename = "rt", skip_serializing_if = "Option::is_none")]
    pub result_time: Option<i64>,
    /// Start and end, microseconds.
    #[serde(rename = "vt", skip_serializing_if = "Option::is_none")]
    pub valid_time: Option<(i64, i64)>,
    #[serde(rename = "p", skip_serializing_if = "Option::is_none")]
    pub parameters: Option<serde_json::Value>,
    /// Id of a feature of interest other than the datastream's own.
    #[serde(rename = "foi", skip_serializing_if = "Option::is_none")]
    pub feature: Option<i64>,
    #[serde(rename = "rq", skip_serializing_if = "Option::is_none")]
    pub result_quality: Option<serde_json::Value>,
}

impl Extra {
    pub fn is_empty(&self) -> bool {
        *self == Extra::default()
    }
}

/// Where a row stands within its datastream: phenomenon time (start) in microseconds, and `n`, which is 0 for instants,
/// end − start for intervals and the result time for forecasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub t: i64,
    pub n: i64,
}

impl Key {
    /// Before every row at or after `t`.
    pub fn start_of(t: i64) -> Key {
        Key { t, n: i64::MIN }
    }

    /// The next key there could be; where a page that ended at `self` goes on.
    pub fn next(self) -> Key {
        match self.n.checked_add(1) {
            Some(n) => Key { t: self.t, n },
            None => Key::start_of(self.t.saturating_add(1)),
        }
    }
}

/// Keys from `from` (in) to `to` (out).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from: Key,
    pub to: Key,
}

impl Span {
    pub const ALL: Span =
        Span { from: Key { t: i64::MIN, n: i64::MIN }, to: Key { t: i64::MAX, n: i64::MAX } };

    /// Times from `from` (in) to `to` (out), microseconds.
    pub fn times(from: i64, to: i64) -> Span {
        Span { from: Key::start_of(from), to: Key::start_of(to) }
    }

    pub fn holds(&self, key: Key) -> bool {
        self.from <= key && key < self.to
    }

    pub fn is_empty(&self) -> bool {
        self.from >= self.to
    }
}

/// What the blocks know of a row that is still hot. Only the mirror writes and reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Mark {
    /// No block holds its key.
    #[default]
    Fresh,
    /// A block holds its key with an earlier result; this row stands in its place.
    Over,
    /// A block holds this very row; the hot copy is about to go.
    Sealed,
}

/// One observation of a datastream: 48 bytes and, for text and rarities, one allocation.
#[derive(Clone)]
pub struct Row {
    pub t: i64,
    pub n: i64,
    /// Bits of the number, or 0 and 1 for a bool.
    bits: u64,
    rare: Option<Box<Rare>>,
    /// Whole second of receipt less whole second of `t`; saturates after 68 years.
    pub lag_seconds: i32,
    /// Number of the row in `obs_source`.
    pub source: u32,
    tag: u8,
    pub(crate) mark: Mark,
}

#[derive(Clone, PartialEq, Default)]
struct Rare {
    text: Box<str>,
    extra: Option<Box<str>>,
}

impl Row {
    /// `text` is the text of a text or JSON result, `extra` the JSON of an [`Extra`].
    pub(crate) fn from_parts(
        key: Key,
        tag: Tag,
        number: f64,
        text: Option<Box<str>>,
        extra: Option<Box<str>>,
        lag_seconds: i32,
        source: u32,
    ) -> Row {
        let bits = match tag.kind {
            Kind::Number => number.to_bits(),
            Kind::Bool => u64::from(number != 0.0),
            Kind::Text | Kind::Json | Kind::Missing => 0,
        };
        // An empty text is no text: a row that was read again must equal the one that was written.
        let (text, extra) = (text.unwrap_or_default(), extra.filter(|e| !e.is_empty()));
        let rare = (!text.is_empty() || extra.is_some()).then(|| Box::new(Rare { text, extra }));
        Row { t: key.t, n: key.n, bits, rare, lag_seconds, source, tag: tag.code(), mark: Mark::Fresh }
    }

    /// A row out of a result. A number that is not finite must have been refused before.
    pub fn new(
        key: Key,
        value: &Value,
        quality: Quality,
        extra: Option<&Extra>,
        received: Time,
        source: u32,
    ) -> Row {
        let extra = extra
            .filter(|e| !e.is_empty())
            .and_then(|e| serde_json::to_string(e).ok())
            .map(String::into_boxed_str);
        let (kind, number, text) = match value {
            // A database column cannot tell −0 from 0, so no row holds −0.
            Value::Number(n) => (Kind::Number, n + 0.0, None),
            Value::Bool(b) => (Kind::Bool, f64::from(u8::from(*b)), None),
            Value::Text(t) => (Kind::Text, 0.0, Some(t.clone().into_boxed_str())),
            Value::Json(j) => (Kind::Json, 0.0, Some(j.to_string().into_boxed_str())),
            Value::Missing => (Kind::Missing, 0.0, None),
        };
        Row::from_parts(key, Tag { kind, quality }, number, text, extra, lag_seconds(key.t, received), source)
    }

    pub fn key(&self) -> Key {
        Key { t: self.t, n: self.n }
    }

    pub fn kind(&self) -> Kind {
        Kind::from_code(self.tag >> 3 & 7).unwrap_or(Kind::Missing)
    }

    pub fn quality(&self) -> Quality {
        Quality::from_code(self.tag & 7).unwrap_or_default()
    }

    /// Quality, kind and whether there is an extra, as columns and blocks keep them.
    pub(crate) fn tag(&self) -> Tag {
        Tag { kind: self.kind(), quality: self.quality() }
    }

    pub fn content(&self) -> Content<'_> {
        match self.kind() {
            Kind::Number => Content::Number(f64::from_bits(self.bits)),
            Kind::Bool => Content::Bool(self.bits != 0),
            Kind::Text => Content::Text(self.text()),
            Kind::Json => Content::Json(self.text()),
            Kind::Missing => Content::Missing,
        }
    }

    pub fn value(&self) -> Value {
        match self.content() {
            Content::Number(n) => Value::Number(n),
            Content::Bool(b) => Value::Bool(b),
            Content::Text(t) => Value::Text(t.into()),
            Content::Json(j) => serde_json::from_str(j).map_or(Value::Missing, Value::Json),
            Content::Missing => Value::Missing,
        }
    }

    /// What statistics count: a number, or a bool as 0 and 1.
    pub fn number(&self) -> Option<f64> {
        match self.content() {
            Content::Number(n) => Some(n),
            Content::Bool(b) => Some(f64::from(u8::from(b))),
            _ => None,
        }
    }

    /// The number as it is kept: its bits, or 0 and 1 for a bool.
    pub(crate) fn bits(&self) -> u64 {
        self.bits
    }

    pub(crate) fn text(&self) -> &str {
        self.rare.as_ref().map_or("", |rare| &rare.text)
    }

    pub(crate) fn extra_text(&self) -> Option<&str> {
        self.rare.as_ref().and_then(|rare| rare.extra.as_deref())
    }

    pub fn extra(&self) -> Option<Extra> {
        self.extra_text().and_then(|text| serde_json::from_str(text).ok())
    }

    /// When it came, to the second.
    pub fn received(&self) -> Time {
        let second = self.t.div_euclid(SECOND).saturating_add(i64::from(self.lag_seconds));
        Time(second.saturating_mul(SECOND))
    }

    /// Says the same of the same: result, quality and extra. When and by whom it was brought does not matter.
    pub fn says_the_same(&self, other: &Row) -> bool {
        self.bits == other.bits && self.tag == other.tag && self.rare == other.rare
    }

    /// Bytes it takes beside its 48.
    pub(crate) fn weight(&self) -> usize {
        self.rare.as_ref().map_or(0, |r| r.text.len() + r.extra.as_ref().map_or(0, |e| e.len()))
    }
}

fn lag_seconds(t: i64, received: Time) -> i32 {
    let lag = received.0.div_euclid(SECOND) - t.div_euclid(SECOND);
    lag.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

impl PartialEq for Row {
    fn eq(&self, other: &Row) -> bool {
        self.key() == other.key()
            && self.says_the_same(other)
            && self.lag_seconds == other.lag_seconds
            && self.source == other.source
    }
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{} {:?} {:?}", self.t, self.n, self.content(), self.quality())?;
        write!(f, " lag {} source {} {:?}", self.lag_seconds, self.source, self.mark)?;
        self.extra_text().map_or(Ok(()), |extra| write!(f, " {extra}"))
    }
}

/// Kind and quality of a row in one byte: quality in bits 0–2, kind in bits 3–5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tag {
    pub kind: Kind,
    pub quality: Quality,
}

impl Tag {
    pub fn code(self) -> u8 {
        self.quality.code() | (self.kind as u8) << 3
    }

    pub fn from_code(code: u8) -> Option<Tag> {
        let kind = Kind::from_code(code >> 3)?;
        Some(Tag { kind, quality: Quality::from_code(code & 7)? })
    }
}

/// `@iot.id` of an observation: `<datastream>-<t>`, or `<datastream>-<t>-<n>` where `n` is not 0. Derived from the key,
/// so it outlives sealing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ObservationId {
    pub datastream: i64,
    pub key: Key,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" names no observation: an id is <datastream>-<microseconds>, with -<n> for intervals and forecasts"
)]
pub struct NotAnObservationId(pub String);

impl std::fmt::Display for ObservationId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.datastream, self.key.t)?;
        if self.key.n == 0 { Ok(()) } else { write!(f, "-{}", self.key.n) }
    }
}

impl std::str::FromStr for ObservationId {
    type Err = NotAnObservationId;

    fn from_str(text: &str) -> Result<ObservationId, NotAnObservationId> {
        let parse = || {
            let (datastream, rest) = text.split_once('-')?;
            // A time before 1970 brings a minus sign of its own.
            let digits_from = usize::from(rest.starts_with('-'));
            let (t, n) = match rest.get(digits_from..)?.find('-') {
                Some(at) => (rest.get(..digits_from + at)?, rest.get(digits_from + at + 1..)?),
                None => (rest, "0"),
            };
            let key = Key { t: t.parse().ok()?, n: n.parse().ok()? };
            let id = ObservationId { datastream: datastream.parse().ok()?, key };
            // One observation has one name: no leading zeros, no plus sign, no `-0`.
            (id.to_string() == text).then_some(id)
        };
        parse().ok_or_else(|| NotAnObservationId(text.chars().take(100).collect()))
    }
}

#[cfg(test)]
mod tests;
