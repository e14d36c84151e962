//! A result and how far to trust it.

use serde::{Deserialize, Serialize};

/// The result of an observation.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Number(f64),
    Bool(bool),
    Text(String),
    Json(serde_json::Value),
    /// No result: the source said so, with a missing-value mark.
    Missing,
}

impl Value {
    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Number(n) => Some(*n),
            _ => None,
        }
    }

    /// As JSON. A number that JSON cannot carry (NaN, infinite) never gets this far: the door refuses it.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Value::Number(n) => serde_json::Number::from_f64(*n).map_or(serde_json::Value::Null, |number| {
                // Whole numbers read as whole numbers: a count of 3 is 3, not 3.0.
                if n.fract() == 0.0 && n.abs() < 9.0e15 { (*n as i64).into() } else { number.into() }
            }),
            Value::Bool(b) => (*b).into(),
            Value::Text(t) => t.clone().into(),
            Value::Json(j) => j.clone(),
            Value::Missing => serde_json::Value::Null,
        }
    }
}

/// How far to trust a result. Stored with each one, shown, filterable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quality {
    #[default]
    Valid,
    Suspect,
    Missing,
    Estimated,
    Simulated,
}

impl Quality {
    pub const ALL: [Quality; 5] =
        [Quality::Valid, Quality::Suspect, Quality::Missing, Quality::Estimated, Quality::Simulated];

    pub fn word(self) -> &'static str {
        match self {
            Quality::Valid => "valid",
            Quality::Suspect => "suspect",
            Quality::Missing => "missing",
            Quality::Estimated => "estimated",
            Quality::Simulated => "simulated",
        }
    }

    pub fn from_word(word: &str) -> Option<Quality> {
        Quality::ALL.into_iter().find(|q| q.word() == word)
    }

    /// The number kept in blocks (3 bits). Never renumbered.
    pub fn code(self) -> u8 {
        match self {
            Quality::Valid => 0,
            Quality::Suspect => 1,
            Quality::Missing => 2,
            Quality::Estimated => 3,
            Quality::Simulated => 4,
        }
    }

    pub fn from_code(code: u8) -> Option<Quality> {
        Quality::ALL.into_iter().find(|q| q.code() == code)
    }
}

#[cfg(test)]
mod tests;
