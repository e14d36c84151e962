//! The devices of a demonstration, as a pack's `demo/` describes them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vocab::{Label, Position, Text};

use crate::model::Model;

/// A file of `demo/`: fleets that stand apart, so that a feed's devices are one file as the feed is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetFile {
    pub schema: u32,
    #[serde(rename = "fleet")]
    pub fleets: Vec<Fleet>,
}

/// Devices of one kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fleet {
    /// As the feed whose devices these play: `traffic-detectors`. Slugs begin with it.
    pub id: String,
    /// By which door its devices come.
    #[serde(default)]
    pub door: Door,
    /// What each device says.
    #[serde(rename = "datastream")]
    pub datastreams: Vec<Stream>,
    #[serde(rename = "device")]
    pub devices: Vec<Device>,
    /// What hangs on each device, where that is worth a word: its pages list it.
    #[serde(default)]
    pub hangs: Vec<Hanging>,
}

/// The door that devices come in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Door {
    /// A gateway with one key posts what all of them say.
    #[default]
    Http,
    /// Each is registered, has a key and a connection of its own, and is missed when it is silent.
    Mqtt,
}

/// A part of a device that people want to know about: a sensor on a lamppost.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Hanging {
    pub key: String,
    pub name: Text,
    pub collects: Text,
    pub does_not_collect: Text,
    pub retention: Text,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    pub key: String,
    pub name: Text,
    pub longitude: f64,
    pub latitude: f64,
    /// Stretches every value: the size of a car park.
    #[serde(default = "one")]
    pub scale: f64,
    /// In what kind of place it stands, where its fleet tells them apart: `homes`, `offices`.
    #[serde(default)]
    pub zone: String,
    /// Facts for its page, kept as they are.
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
    /// Only these of the fleet's datastreams, by key; empty means all.
    #[serde(default)]
    pub only: Vec<String>,
}

fn one() -> f64 {
    1.0
}

/// One kind of datastream of a fleet.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    pub key: String,
    pub name: Text,
    /// What the number means, for people.
    pub meaning: Text,
    /// A name of the observed property in a public vocabulary, or our own.
    pub property: String,
    /// UCUM code and the sign people read; empty for words.
    #[serde(default)]
    pub unit: String,
    #[serde(default)]
    pub unit_name: String,
    pub period_seconds: i64,
    #[serde(default)]
    pub label: Label,
    /// A value older than this is late; without it, one that is three periods old.
    #[serde(default)]
    pub freshness_seconds: Option<i64>,
    pub model: Model,
    /// Models of devices in a zone, by its name.
    #[serde(default)]
    pub zones: BTreeMap<String, Model>,
    /// The forces that it feels, in this order.
    #[serde(default)]
    pub feels: Vec<Feel>,
}

/// What a force does to a value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feel {
    pub force: String,
    /// Added for each unit of strength.
    #[serde(default)]
    pub add: f64,
    /// Where the value is drawn; a strength of 1 takes it there.
    #[serde(default)]
    pub toward: Option<f64>,
    /// Felt is what fell in so many hours up to now, not what falls: a rain gauge.
    #[serde(default)]
    pub over_hours: f64,
}

/// One datastream of one device, with dice of its own.
#[derive(Debug, Clone, Copy)]
pub struct Voice<'a> {
    pub fleet: &'a Fleet,
    pub device: &'a Device,
    pub stream: &'a Stream,
    pub dice: u64,
}

impl Device {
    pub fn place(&self) -> Position {
        Position { longitude: self.longitude, latitude: self.latitude }
    }

    pub fn has(&self, stream: &Stream) -> bool {
        self.only.is_empty() || self.only.contains(&stream.key)
    }
}

impl Fleet {
    /// Each (device, datastream) of the fleet, with dice of its own.
    pub fn voices(&self, seed: u64) -> impl Iterator<Item = Voice<'_>> {
        self.devices.iter().flat_map(move |device| {
            self.datastreams.iter().filter(|stream| device.has(stream)).map(move |stream| {
                let dice = hash(seed, &[&self.id, &device.key, &stream.key]);
                Voice { fleet: self, device, stream, dice }
            })
        })
    }

    /// The name of a device: `car-parks/harbour`.
    pub fn named(&self, device: &Device) -> String {
        format!("{}/{}", self.id, device.key)
    }
}

impl Voice<'_> {
    pub fn slug(&self) -> String {
        format!("{}/{}/{}", self.fleet.id, self.device.key, self.stream.key)
    }

    pub fn model(&self) -> &Model {
        self.stream.zones.get(&self.device.zone).unwrap_or(&self.stream.model)
    }
}

impl Stream {
    pub fn period(&self) -> i64 {
        self.period_seconds.max(1) * vocab::time::SECOND
    }
}

/// FNV-1a (Fowler, Noll, Vo) over the parts: stable for ever, which std's hasher does not promise.
fn hash(seed: u64, parts: &[&str]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325 ^ seed;
    for byte in parts.iter().flat_map(|part| part.bytes().chain([b'/'])) {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    state
}

#[cfg(test)]
mod tests;
