//! Live, recording or simulated: three modes that are never mixed in one figure.

use serde::{Deserialize, Serialize};

/// How a datastream came to be filled. A datastream has one mode for its whole life; the write path refuses
/// observations of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    Live,
    Recording,
    Simulated,
}

impl Mode {
    pub const ALL: [Mode; 3] = [Mode::Live, Mode::Recording, Mode::Simulated];

    pub fn word(self) -> &'static str {
        match self {
            Mode::Live => "live",
            Mode::Recording => "recording",
            Mode::Simulated => "simulated",
        }
    }

    pub fn from_word(word: &str) -> Option<Mode> {
        Mode::ALL.into_iter().find(|m| m.word() == word)
    }

    /// The number kept in tables. Never renumbered.
    pub fn code(self) -> i64 {
        match self {
            Mode::Live => 0,
            Mode::Recording => 1,
            Mode::Simulated => 2,
        }
    }

    pub fn from_code(code: i64) -> Option<Mode> {
        Mode::ALL.into_iter().find(|m| m.code() == code)
    }
}

#[cfg(test)]
mod tests;
