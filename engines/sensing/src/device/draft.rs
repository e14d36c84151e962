//! A device as somebody registers it: by a form, a line of a table, or JSON.

use serde::Deserialize;
use vocab::{Label, Slug, Time};

use super::{Device, State};

/// Bytes of a name, a model, a serial number or a version: a label on a box holds less.
const TEXT: usize = 200;
/// Devices of one request; a city of 100,000 lampposts comes in ten files.
const ROWS: usize = 10_000;
/// Ten years. Longer is no rule.
const SILENCE_MOST_SECONDS: i64 = 315_360_000;

/// What is said of a new device. Only its own name must be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceDraft {
    /// Its stable name, as in `lampposts/17`.
    pub device: String,
    /// The beginning of the names it may write; without it its own name.
    #[serde(default)]
    pub scope: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    /// `public` or `internal`; without it internal.
    #[serde(default)]
    pub label: Option<String>,
    #[serde(default)]
    pub model: Option<String>,
    #[serde(default)]
    pub serial: Option<String>,
    #[serde(default)]
    pub firmware: Option<String>,
    /// The name of the datastream that says how full its battery is.
    #[serde(default)]
    pub battery: Option<String>,
    /// It is silent when nothing came for so many seconds; without it, it may be quiet for ever.
    #[serde(default)]
    pub silence_seconds: Option<i64>,
}

/// What changes of a device. What is not said stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DeviceChange {
    pub name: Option<String>,
    pub label: Option<String>,
    pub battery: Option<String>,
    pub silence_seconds: Option<i64>,
    pub firmware: Option<String>,
    /// Another serial number means other hardware: it needs a key of its own.
    pub serial: Option<String>,
    pub model: Option<String>,
    /// `working`, `lost` or `retired`.
    pub state: Option<State>,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {what}")]
pub struct Mistake {
    pub field: &'static str,
    pub what: String,
}

fn wrong(field: &'static str, what: impl Into<String>) -> Mistake {
    Mistake { field, what: what.into() }
}

fn text(field: &'static str, given: Option<&str>) -> Result<String, Mistake> {
    let given = given.unwrap_or_default().trim();
    match given.len() <= TEXT && !given.chars().any(char::is_control) {
        true => Ok(given.to_string()),
        false => Err(wrong(field, format!("write at most {TEXT} bytes on one line"))),
    }
}

fn slug(field: &'static str, given: &str) -> Result<Slug, Mistake> {
    Slug::new(given.trim()).map_err(|e| wrong(field, e.to_string()))
}

fn silence(given: Option<i64>) -> Result<i64, Mistake> {
    match given.unwrap_or(0) {
        seconds @ 0..=SILENCE_MOST_SECONDS => Ok(seconds),
        _ => Err(wrong("silence_seconds", format!("a number from 0 to {SILENCE_MOST_SECONDS}"))),
    }
}

fn label(given: &str) -> Result<Label, Mistake> {
    match given.trim() {
        "public" => Ok(Label::Public),
        "internal" | "" => Ok(Label::Internal),
        _ => Err(wrong("label", "write public or internal")),
    }
}

fn battery(given: Option<&str>) -> Result<Option<Slug>, Mistake> {
    given.filter(|given| !given.trim().is_empty()).map(|given| slug("battery", given)).transpose()
}

impl DeviceDraft {
    pub fn device(&self, now: Time) -> Result<Device, Mistake> {
        let own = slug("device", &self.device)?;
        let scope = self.scope.as_deref().filter(|scope| !scope.trim().is_empty());
        let name = text("name", self.name.as_deref())?;
        Ok(Device {
            scope: scope.map_or(Ok(own.clone()), |scope| slug("scope", scope))?,
            name: if name.is_empty() { own.to_string() } else { name },
            slug: own,
            label: label(self.label.as_deref().unwrap_or_default())?,
            state: State::Working,
            is_silent: false,
            model: text("model", self.model.as_deref())?,
            serial: text("serial", self.serial.as_deref())?,
            firmware: text("firmware", self.firmware.as_deref())?,
            battery: battery(self.battery.as_deref())?,
            silence_seconds: silence(self.silence_seconds)?,
            key_digest: None,
            registered: now,
        })
    }
}

impl DeviceChange {
    /// The part that is description: it has no history.
    pub fn described(&self, device: &Device) -> Result<Device, Mistake> {
        let mut next = device.clone();
        if let Some(name) = &self.name {
            next.name = text("name", Some(name))?;
        }
        if let Some(given) = &self.label {
            next.label = label(given)?;
        }
        if let Some(given) = &self.battery {
            next.battery = battery(Some(given))?;
        }
        if self.silence_seconds.is_some() {
            next.silence_seconds = silence(self.silence_seconds)?;
        }
        if let (Some(model), None) = (&self.model, &self.serial) {
            next.model = text("model", Some(model))?;
        }
        for (field, given) in [("serial", &self.serial), ("firmware", &self.firmware), ("model", &self.model)]
        {
            text(field, given.as_deref())?;
        }
        Ok(next)
    }

    /// Whether it says nothing but what a device may say of itself.
    pub fn is_own(&self) -> bool {
        *self == DeviceChange { firmware: self.firmware.clone(), ..DeviceChange::default() }
    }
}

/// Reads a table with a line of names (RFC 4180): the drafts with their lines, or every line that is wrong.
pub fn rows(bytes: &[u8]) -> Result<Vec<(u64, DeviceDraft)>, Vec<(u64, String)>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let (mut drafts, mut mistakes) = (Vec::new(), Vec::new());
    for read in reader.deserialize::<DeviceDraft>() {
        match read {
            Ok(draft) => drafts.push((2 + (drafts.len() + mistakes.len()) as u64, draft)),
            Err(error) => {
                let line = error.position().map_or(1, csv::Position::line);
                mistakes.push((line, error.to_string()));
            }
        }
        if drafts.len() + mistakes.len() > ROWS {
            mistakes.push((0, format!("the table has more than {ROWS} lines: send it in parts")));
            break;
        }
    }
    if mistakes.is_empty() { Ok(drafts) } else { Err(mistakes) }
}
