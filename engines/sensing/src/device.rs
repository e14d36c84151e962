//! A device of the registry: a post that keeps its name and its datastreams, and the hardware that stands there for now.

use serde::{Deserialize, Serialize};
use vocab::time::SECOND;
use vocab::{Label, Slug, Time};

mod draft;

pub use draft::{DeviceChange, DeviceDraft, Mistake, rows};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Working,
    /// Nobody knows where it is: its key opens nothing until it is found or replaced.
    Lost,
    /// Taken down for good. What it measured stays.
    Retired,
}

impl State {
    pub const ALL: [State; 3] = [State::Working, State::Lost, State::Retired];

    pub fn word(self) -> &'static str {
        match self {
            State::Working => "working",
            State::Lost => "lost",
            State::Retired => "retired",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub slug: Slug,
    /// The beginning of the slugs it may write.
    pub scope: Slug,
    pub name: String,
    pub label: Label,
    pub state: State,
    /// Whether its silence has been noted.
    pub is_silent: bool,
    pub model: String,
    pub serial: String,
    pub firmware: String,
    /// The datastream that says how full its battery is.
    pub battery: Option<Slug>,
    /// It is silent when nothing came for longer than this; 0: it may be quiet for ever.
    pub silence_seconds: i64,
    /// Of its key, where it has one.
    pub key_digest: Option<String>,
    pub registered: Time,
}

/// What is known of a device just now, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// Nothing ever came from it.
    New,
    Speaking,
    Silent,
    Lost,
    Retired,
}

impl Health {
    pub fn word(self) -> &'static str {
        match self {
            Health::New => "new",
            Health::Speaking => "speaking",
            Health::Silent => "silent",
            Health::Lost => "lost",
            Health::Retired => "retired",
        }
    }
}

/// What somebody does with a device, or the clock finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// New hardware takes the place of the old one, whose key opens nothing any more.
    Replace {
        serial: String,
        model: Option<String>,
    },
    Firmware(String),
    Lose,
    Find,
    Retire,
    /// A new key, by its digest; the one before opens nothing any more.
    Key(String),
    /// Time passed; the device was last heard then.
    Listen(Option<Time>),
}

/// A line of a device's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub what: What,
    /// A serial number, a version, a time: no sentence.
    pub detail: String,
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $word:literal),* $(,)?) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum What { $($(#[$doc])* $name),* }

        impl What {
            pub const ALL: &[What] = &[$(What::$name),*];

            pub fn word(self) -> &'static str {
                match self { $(What::$name => $word),* }
            }
        }
    };
}

words! {
    Registered = "registered",
    Replaced = "replaced",
    Firmware = "firmware",
    Lost = "lost",
    Found = "found",
    Retired = "retired",
    Key = "key",
    /// Nothing came for longer than it may be quiet.
    Silent = "silent",
    /// It was heard again after a silence.
    Back = "back",
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the device is retired; register a new one")]
    Retired,
    #[error("the device is not lost")]
    NotLost,
    #[error("the device is lost already")]
    Lost,
    #[error("a lost device gets no key; find or replace it first")]
    NoKeyWhileLost,
}

impl Device {
    /// What this makes of the device, and what its history will say; no event: nothing changed.
    pub fn decide(&self, command: Command, now: Time) -> Result<(Device, Option<Event>), Refused> {
        let mut next = self.clone();
        let event = |what, detail: String| Some(Event { what, detail });
        if self.state == State::Retired {
            return match command {
                Command::Listen(_) => Ok((next, None)),
                _ => Err(Refused::Retired),
            };
        }
        let event = match command {
            Command::Replace { serial, model } => {
                let was = std::mem::replace(&mut next.serial, serial);
                next.model = model.unwrap_or(next.model);
                // The new hardware says its own version when it speaks.
                next.firmware.clear();
                (next.state, next.is_silent, next.key_digest) = (State::Working, false, None);
                event(What::Replaced, format!("{was} → {}", next.serial))
            }
            Command::Firmware(version) if version == self.firmware => None,
            Command::Firmware(version) => {
                next.firmware.clone_from(&version);
                event(What::Firmware, version)
            }
            Command::Lose if self.state == State::Lost => return Err(Refused::Lost),
            Command::Lose => {
                next.state = State::Lost;
                event(What::Lost, String::new())
            }
            Command::Find if self.state == State::Working => return Err(Refused::NotLost),
            Command::Find => {
                next.state = State::Working;
                event(What::Found, String::new())
            }
            Command::Retire => {
                (next.state, next.key_digest) = (State::Retired, None);
                event(What::Retired, String::new())
            }
            Command::Key(_) if self.state == State::Lost => return Err(Refused::NoKeyWhileLost),
            Command::Key(digest) => {
                next.key_digest = Some(digest);
                event(What::Key, String::new())
            }
            Command::Listen(last) => {
                next.is_silent = self.is_quiet(last, now);
                match (self.is_silent, next.is_silent) {
                    (false, true) => event(What::Silent, last.map(|t| t.iso()).unwrap_or_default()),
                    (true, false) => event(What::Back, last.map(|t| t.iso()).unwrap_or_default()),
                    _ => None,
                }
            }
        };
        Ok((next, event))
    }

    /// Whether it has been quiet for longer than it may. One that never spoke has time from its registration on.
    fn is_quiet(&self, last: Option<Time>, now: Time) -> bool {
        let since = last.map_or(self.registered, |last| last.max(self.registered));
        let limit = self.silence_seconds.saturating_mul(SECOND);
        self.state == State::Working && self.silence_seconds > 0 && now.0.saturating_sub(since.0) > limit
    }

    pub fn health(&self, last: Option<Time>, now: Time) -> Health {
        match (self.state, last) {
            (State::Lost, _) => Health::Lost,
            (State::Retired, _) => Health::Retired,
            _ if self.is_quiet(last, now) => Health::Silent,
            (_, None) => Health::New,
            (_, Some(_)) => Health::Speaking,
        }
    }

    /// The digest of a key that opens the door for it now.
    pub fn admitted(&self) -> Option<&str> {
        self.key_digest.as_deref().filter(|_| self.state == State::Working)
    }
}

#[cfg(test)]
mod tests;
