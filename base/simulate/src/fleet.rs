//! The devices of a demonstration, as a pack's `demo.toml` describes them.

use serde::{Deserialize, Serialize};
use vocab::{Label, Text, Time};

use crate::model::{Model, Said};

/// `demo.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demo {
    pub schema: u32,
    /// Who "owns" simulated devices: the simulator, never a public body.
    pub owner: Text,
    /// What the page of every simulated device says of it.
    pub description: Text,
    #[serde(rename = "fleet")]
    pub fleets: Vec<Fleet>,
}

/// Devices of one kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fleet {
    /// As the feed whose devices these play: `traffic-detectors`. Slugs begin with it.
    pub id: String,
    /// What each device says.
    #[serde(rename = "datastream")]
    pub datastreams: Vec<Stream>,
    #[serde(rename = "device")]
    pub devices: Vec<Device>,
    /// What hangs on each device, where that is worth a word: its pages list it.
    #[serde(default)]
    pub hangs: Vec<Hanging>,
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
    /// Facts for its page, kept as they are.
    #[serde(default)]
    pub properties: std::collections::BTreeMap<String, String>,
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
    pub model: Model,
}

impl Fleet {
    /// Each (device, datastream) of the fleet, with dice of its own.
    pub fn streams(&self, seed: u64) -> impl Iterator<Item = (&Device, &Stream, u64)> {
        self.devices.iter().flat_map(move |device| {
            let wanted = move |stream: &&Stream| device.only.is_empty() || device.only.contains(&stream.key);
            self.datastreams.iter().filter(wanted).map(move |stream| {
                let own = hash(seed, &[&self.id, &device.key, &stream.key]);
                (device, stream, own)
            })
        })
    }

    pub fn slug(&self, device: &Device, stream: &Stream) -> String {
        format!("{}/{}/{}", self.id, device.key, stream.key)
    }
}

impl Stream {
    /// What a device of this stream says in `from..to`: one reading a period, on the period's grid.
    pub fn readings<'a>(
        &'a self,
        dice: u64,
        scale: f64,
        from: Time,
        to: Time,
        zone: &'a jiff::tz::TimeZone,
    ) -> impl Iterator<Item = (Time, Said)> + 'a {
        let period = self.period_seconds.max(1) * vocab::time::SECOND;
        let first = from.0.div_euclid(period) + i64::from(from.0.rem_euclid(period) != 0);
        (first..)
            .map(move |n| Time(n * period))
            .take_while(move |at| *at < to)
            .map(move |at| (at, self.model.say(dice, scale, at, zone)))
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
