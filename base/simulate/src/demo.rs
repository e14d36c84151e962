//! `demo.toml`: the day that is played, what acts on the devices in it, what is said to the public, what breaks.

use serde::Deserialize;
use vocab::Text;

use crate::bulletin::{Bulletin, Notice};
use crate::fleet::Fleet;
use crate::force::{Band, Corridor, Curve};

/// A demonstration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demo {
    pub schema: u32,
    /// Who "owns" simulated devices: the simulator, never a public body.
    pub owner: Text,
    /// What the page of every simulated device says of it.
    pub description: Text,
    #[serde(default)]
    pub day: Day,
    #[serde(default, rename = "band")]
    pub bands: Vec<Band>,
    #[serde(default, rename = "curve")]
    pub curves: Vec<Curve>,
    #[serde(default, rename = "corridor")]
    pub corridors: Vec<Corridor>,
    #[serde(default, rename = "fault")]
    pub faults: Vec<Fault>,
    #[serde(default, rename = "bulletin")]
    pub bulletins: Vec<Bulletin>,
    #[serde(default, rename = "notice")]
    pub notices: Vec<Notice>,
    /// Of this file; those of `demo/` are added to them.
    #[serde(default, rename = "fleet")]
    pub fleets: Vec<Fleet>,
}

/// The day that is played. Its hours are local; 25 is one o'clock of the next day.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Day {
    /// The hour at which a demonstration begins that goes faster than the clock.
    pub begins_hour: f64,
    /// After so many days it comes again; those between are like any other.
    pub repeats_days: i64,
    /// Days before it that the devices can tell of.
    pub past_days: i64,
}

impl Default for Day {
    fn default() -> Day {
        // A week, so that the day falls on the same weekday; and four weeks of it, which "normal for this hour" needs.
        Day { begins_hour: 0.0, repeats_days: 7, past_days: 28 }
    }
}

/// A device that breaks, or one datastream of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    pub fleet: String,
    pub device: String,
    #[serde(default)]
    pub datastream: Option<String>,
    pub how: How,
    pub from_hour: f64,
    pub until_hour: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// It says nothing.
    Silent,
    /// It says again and again what it said when it broke.
    Stuck,
}
