//! May this observation come in, and what becomes of it? Pure: the door asks, the store does.

use vocab::time::MINUTE;
use vocab::{Mode, Quality, Time, Value};

use crate::datastream::{Accepts, Class, Facts, Policy};
use crate::observation::{Extra, Key, Row};

/// One observation on its way in.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    pub datastream: i64,
    /// Phenomenon time (start) in microseconds, and `n` as the datastream's class has it.
    pub key: Key,
    pub value: Value,
    pub quality: Quality,
    pub extra: Option<Box<Extra>>,
    /// When it was received, where that is not when it arrives here: history keeps what its file says.
    pub received: Option<Time>,
}

impl Incoming {
    /// A plain one: an instant, nothing special.
    pub fn new(datastream: i64, time: Time, value: Value) -> Incoming {
        let key = Key { t: time.0, n: 0 };
        Incoming { datastream, key, value, quality: Quality::Valid, extra: None, received: None }
    }
}

/// Observations of one source that came together.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrival {
    /// Row in `obs_source`: which feed, device, file or person.
    pub source: u32,
    /// How the source is filled; must be the mode of every datastream it writes to.
    pub mode: Mode,
    pub received: Time,
    pub observations: Vec<Incoming>,
}

/// Why an observation was not let in. The code is kept with the counters and never renumbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    UnknownDatastream = 10,
    WrongMode = 11,
    WrongKind = 12,
    NotFinite = 13,
    TimeOutOfRange = 14,
    InTheFuture = 15,
    TooLong = 16,
    WrongClass = 17,
}

impl Refusal {
    pub const ALL: [Refusal; 8] = [
        Refusal::UnknownDatastream,
        Refusal::WrongMode,
        Refusal::WrongKind,
        Refusal::NotFinite,
        Refusal::TimeOutOfRange,
        Refusal::InTheFuture,
        Refusal::TooLong,
        Refusal::WrongClass,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Refusal::UnknownDatastream => "unknown-datastream",
            Refusal::WrongMode => "wrong-mode",
            Refusal::WrongKind => "wrong-kind",
            Refusal::NotFinite => "not-finite",
            Refusal::TimeOutOfRange => "time-out-of-range",
            Refusal::InTheFuture => "in-the-future",
            Refusal::TooLong => "too-long",
            Refusal::WrongClass => "wrong-class",
        }
    }

    /// What failed and what to do, for whoever sent it.
    pub fn hint(self) -> &'static str {
        match self {
            Refusal::UnknownDatastream => "there is no such datastream; create it first",
            Refusal::WrongMode => {
                "the datastream has another mode (live, recording, simulated); modes are never mixed"
            }
            Refusal::WrongKind => {
                "the datastream takes another kind of result; send what its observation type says"
            }
            Refusal::NotFinite => {
                "the result is not a finite number; send no result and quality \"missing\" instead"
            }
            Refusal::TimeOutOfRange => "the time lies outside the years 1 to 9999",
            Refusal::InTheFuture => {
                "the time lies in the future; check the clock and time zone of the device"
            }
            Refusal::TooLong => "the result, or what comes with it, is longer than 64 KiB of text",
            Refusal::WrongClass => {
                "an instant has no end, an interval has one after its start, a forecast has a result time"
            }
        }
    }
}

/// What became of an observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Stored,
    /// The same was there already.
    Duplicate,
    /// Another result was there already and stays.
    DifferingKept,
    /// Another result was there already and is now a revision.
    Replaced,
    Refused(Refusal),
}

impl Outcome {
    /// The code of its counter. Received = the sum over all codes.
    pub fn code(self) -> i64 {
        match self {
            Outcome::Stored => 0,
            Outcome::Duplicate => 1,
            Outcome::DifferingKept => 2,
            Outcome::Replaced => 3,
            Outcome::Refused(refusal) => refusal as i64,
        }
    }

    pub fn from_code(code: i64) -> Option<Outcome> {
        let kept = [Outcome::Stored, Outcome::Duplicate, Outcome::DifferingKept, Outcome::Replaced];
        let refused = Refusal::ALL.into_iter().map(Outcome::Refused);
        kept.into_iter().chain(refused).find(|outcome| outcome.code() == code)
    }

    pub fn word(self) -> &'static str {
        match self {
            Outcome::Stored => "stored",
            Outcome::Duplicate => "duplicate",
            Outcome::DifferingKept => "differing-kept",
            Outcome::Replaced => "replaced",
            Outcome::Refused(refusal) => refusal.word(),
        }
    }

    /// Is there an observation with its key now?
    pub fn is_there(self) -> bool {
        !matches!(self, Outcome::Refused(_))
    }
}

/// What the way in allows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// How far ahead of our clock a device's may be. Ten minutes: clocks drift, time zones differ by more.
    pub ahead_micros: i64,
    /// Bytes of a text or JSON result, and of what comes with a result.
    pub text_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { ahead_micros: 10 * MINUTE, text_bytes: 64 << 10 }
    }
}

/// The row to be stored, or why there is none. `now` is our clock.
pub fn validate(
    incoming: &Incoming,
    datastream: Option<&Facts>,
    arrival: (u32, Mode, Time),
    limits: &Limits,
) -> Result<Row, Refusal> {
    let (source, mode, received) = arrival;
    let datastream = datastream.ok_or(Refusal::UnknownDatastream)?;
    if datastream.mode != mode {
        return Err(Refusal::WrongMode);
    }
    if !takes(datastream.accepts, &incoming.value) {
        return Err(Refusal::WrongKind);
    }
    if incoming.value.number().is_some_and(|n| !n.is_finite()) {
        return Err(Refusal::NotFinite);
    }
    let Key { t, n } = incoming.key;
    Time::checked(t).ok_or(Refusal::TimeOutOfRange)?;
    let latest = received.plus(limits.ahead_micros).0;
    match datastream.class {
        Class::Instant if n != 0 => return Err(Refusal::WrongClass),
        Class::Interval if n < 0 => return Err(Refusal::WrongClass),
        Class::Interval => drop(t.checked_add(n).and_then(Time::checked).ok_or(Refusal::TimeOutOfRange)?),
        Class::Forecast => drop(Time::checked(n).ok_or(Refusal::TimeOutOfRange)?),
        Class::Instant => {}
    }
    let known_at = if datastream.class == Class::Forecast { n } else { t };
    if known_at > latest {
        return Err(Refusal::InTheFuture);
    }
    // A source that sends no result says that it is missing, whatever else it says.
    let missing = incoming.value == Value::Missing && incoming.quality == Quality::Valid;
    let quality = if missing { Quality::Missing } else { incoming.quality };
    let received = incoming.received.unwrap_or(received);
    let row = Row::new(incoming.key, &incoming.value, quality, incoming.extra.as_deref(), received, source);
    let extra = row.extra_text().map_or(0, str::len);
    if row.text().len() > limits.text_bytes || extra > limits.text_bytes {
        return Err(Refusal::TooLong);
    }
    Ok(row)
}

fn takes(accepts: Accepts, value: &Value) -> bool {
    matches!(
        (accepts, value),
        (Accepts::Any, _)
            | (_, Value::Missing)
            | (Accepts::Number, Value::Number(_))
            | (Accepts::Bool, Value::Bool(_))
            | (Accepts::Text, Value::Text(_))
            | (Accepts::Json, Value::Json(_))
    )
}

/// What to do with a row whose key is, or is not, there already. `hot` is the hot row with its key, `sealed` the one in
/// a block; where both are, the hot one is the truth.
pub fn decide(hot: Option<&Row>, sealed: Option<&Row>, incoming: &Row, policy: Policy) -> Outcome {
    match hot.or(sealed) {
        None => Outcome::Stored,
        Some(known) if known.says_the_same(incoming) => Outcome::Duplicate,
        Some(_) => match policy {
            Policy::FirstWins => Outcome::DifferingKept,
            Policy::LastWins => Outcome::Replaced,
        },
    }
}

#[cfg(test)]
pub(crate) mod tests;
