//! An alert: that a rule found something, since when, who has seen to it, and when it was over.

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use vocab::{Label, Mode, Severity, Text, Time};

use crate::rule::Rule;
use crate::rule::judge::Decision;

pub mod mail;
pub mod signature;

/// Letters of a remark and a name.
pub const REMARK: usize = 1_000;
pub const NAME: usize = 100;

#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    pub id: String,
    pub rule: String,
    /// Of the rule's file, as it was.
    pub rule_version: String,
    /// See [`Decision::subject`].
    pub subject: String,
    pub datastream: i64,
    pub title: Text,
    pub mode: Mode,
    pub label: Label,
    pub severity: Severity,
    /// By the clock of what was observed.
    pub raised: Time,
    /// When this was found out, by ours.
    pub found: Time,
    pub value: Json,
    pub acknowledged: Option<Acknowledgement>,
    /// By the clock of what was observed.
    pub cleared: Option<Time>,
    /// Its rule is gone: nobody knows whether it is over.
    pub is_withdrawn: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    pub at: Time,
    pub by: String,
    pub remark: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Raised,
    /// Somebody has it in hand.
    Acknowledged,
    Cleared,
    /// Its rule was taken back before it was over.
    Withdrawn,
}

impl State {
    pub const ALL: [State; 4] = [State::Raised, State::Acknowledged, State::Cleared, State::Withdrawn];

    pub fn word(self) -> &'static str {
        match self {
            State::Raised => "raised",
            State::Acknowledged => "acknowledged",
            State::Cleared => "cleared",
            State::Withdrawn => "withdrawn",
        }
    }

    pub fn from_word(word: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// What happened to an alert, as others are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Raised,
    Acknowledged,
    Cleared,
}

impl What {
    pub fn word(self) -> &'static str {
        match self {
            What::Raised => "raised",
            What::Acknowledged => "acknowledged",
            What::Cleared => "cleared",
        }
    }

    pub fn from_word(word: &str) -> Option<What> {
        [What::Raised, What::Acknowledged, What::Cleared].into_iter().find(|what| what.word() == word)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("it was acknowledged already, by {0}")]
    Twice(String),
    #[error("write who acknowledges it, in {NAME} characters at most")]
    Nobody,
    #[error("the remark is longer than {REMARK} characters")]
    TooLong,
}

/// The name of an alert: of the form of a ULID, but made of what it is about, so that whoever judges the same results again
/// finds the same alert. The first ten letters are its time.
pub fn id(rule: &str, subject: &str, raised: i64) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let digest = Sha256::digest(format!("{rule}\n{subject}\n{raised}").as_bytes());
    let low = digest.iter().take(10).fold(0u128, |all, byte| all << 8 | u128::from(*byte));
    let millis = u128::from((raised.max(0) / 1000) as u64 & ((1 << 48) - 1));
    let whole = millis << 80 | low;
    (0..26).rev().map(|at| char::from(LETTERS[(whole >> (5 * at) & 31) as usize])).collect()
}

/// Whether a text can be the name of an alert.
pub fn is_id(text: &str) -> bool {
    text.len() == 26 && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

impl Alert {
    pub fn raised(rule: &Rule, decision: &Decision, at: i64, mode: Mode, now: Time) -> Alert {
        Alert {
            id: id(&rule.id, &decision.subject, at),
            rule: rule.id.clone(),
            rule_version: rule.sha256.clone(),
            subject: decision.subject.to_string(),
            datastream: decision.datastream,
            title: rule.title.clone(),
            mode,
            label: rule.label,
            severity: rule.severity,
            raised: Time(at),
            found: now,
            value: decision.value.clone(),
            acknowledged: None,
            cleared: None,
            is_withdrawn: false,
        }
    }

    pub fn state(&self) -> State {
        match (self.is_withdrawn, self.cleared, &self.acknowledged) {
            (true, ..) => State::Withdrawn,
            (false, Some(_), _) => State::Cleared,
            (false, None, Some(_)) => State::Acknowledged,
            (false, None, None) => State::Raised,
        }
    }

    pub fn is_over(&self) -> bool {
        matches!(self.state(), State::Cleared | State::Withdrawn)
    }

    /// Somebody takes it in hand. What is over may be acknowledged too: somebody has seen it.
    pub fn acknowledge(&self, by: &str, remark: &str, at: Time) -> Result<Alert, Refused> {
        let (by, remark) = (by.trim(), remark.trim());
        if let Some(before) = &self.acknowledged {
            return Err(Refused::Twice(before.by.clone()));
        }
        if by.is_empty() || by.chars().count() > NAME || by.chars().any(char::is_control) {
            return Err(Refused::Nobody);
        }
        if remark.chars().count() > REMARK {
            return Err(Refused::TooLong);
        }
        let acknowledged = Some(Acknowledgement { at, by: by.into(), remark: remark.into() });
        Ok(Alert { acknowledged, ..self.clone() })
    }

    /// What programs are told of it. Who acknowledged it is for those who may see what is internal.
    pub fn json(&self, is_internal: bool) -> Json {
        let mut json = json!({
            "id": self.id,
            "rule": self.rule,
            "title": self.title,
            "state": self.state().word(),
            "severity": self.severity,
            "subject": self.subject,
            "raised": self.raised.iso(),
            "found": self.found.iso(),
            "value": self.value,
            "mode": self.mode,
            "label": self.label,
            "acknowledged": self.acknowledged.as_ref().map(|a| a.at.iso()),
            "cleared": self.cleared.filter(|_| !self.is_withdrawn).map(|at| at.iso()),
        });
        if let Some(acknowledged) = self.acknowledged.as_ref().filter(|_| is_internal) {
            json["acknowledgedBy"] = acknowledged.by.clone().into();
            json["remark"] = acknowledged.remark.clone().into();
        }
        json
    }

    /// The event of CloudEvents 1.0 in JSON. Its id is the same however often it is sent.
    pub fn event(&self, what: What, source: &str) -> Json {
        let time = match what {
            What::Raised => self.found,
            What::Acknowledged => self.acknowledged.as_ref().map_or(self.found, |a| a.at),
            What::Cleared => self.cleared.unwrap_or(self.found),
        };
        json!({
            "specversion": "1.0",
            "id": event_id(&self.id, what),
            "source": source,
            "type": format!("sensing.alert.{}.v1", what.word()),
            "subject": self.id,
            "time": time.iso(),
            "datacontenttype": "application/json",
            "data": self.json(self.label == Label::Internal),
        })
    }
}

pub fn event_id(alert: &str, what: What) -> String {
    format!("{alert}.{}", what.word())
}

#[cfg(test)]
mod tests;
