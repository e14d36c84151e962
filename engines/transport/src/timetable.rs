//! A timetable in memory: flat arrays, no text where a number does. Made once of feeds, never changed.

use jiff::tz::TimeZone;
use vocab::Position;

use crate::calendar::Services;

/// Whether somebody in a wheelchair can use it: GTFS `wheelchair_boarding`, `wheelchair_accessible`. Unknown is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    #[default]
    Unknown,
    Possible,
    Impossible,
}

/// What a stop is: GTFS `location_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StopKind {
    /// Where vehicles stop.
    #[default]
    Platform,
    Station,
    Entrance,
    Node,
    BoardingArea,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    pub id: String,
    pub name: String,
    /// Nodes of a station may have none.
    pub position: Option<Position>,
    pub parent: Option<u32>,
    pub kind: StopKind,
    pub wheelchair: Access,
    /// What is written on the platform.
    pub platform: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub id: String,
    pub agency: String,
    pub short_name: String,
    pub long_name: String,
    /// GTFS `route_type`, extended types included.
    pub kind: u16,
}

/// A trip of one service day, or one of those that a headway stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trip {
    pub id: Box<str>,
    pub route: u32,
    pub service: u32,
    pub pattern: u32,
    /// Its times, less `start`, begin here in [`Timetable::profiles`].
    pub profile: u32,
    /// Seconds from the start of the service day to its first arrival.
    pub start: i32,
    pub headsign: u32,
    /// One of a headway that is not kept to the minute: whoever waits for it waits up to so long. 0 where it is timed.
    pub headway_seconds: u32,
    pub wheelchair: Access,
}

/// Stops that trips have in common, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pattern {
    /// Where they begin in [`Timetable::pattern_stops`].
    pub at: u32,
    pub len: u32,
}

/// A stop of a pattern, and what one may do there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Call {
    pub stop: u32,
    pub may_board: bool,
    pub may_alight: bool,
}

/// From a stop to another on foot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walk {
    pub to: u32,
    pub seconds: u32,
}

/// Walks of every stop, the shortest of each first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Walks {
    /// Where the walks of each stop begin; one more than there are stops.
    at: Vec<u32>,
    all: Vec<Walk>,
}

impl Walks {
    /// Of `(from, to, seconds)`; of two between the same stops the shorter counts.
    pub fn new(stops: usize, mut walks: Vec<(u32, u32, u32)>) -> Walks {
        walks.sort_unstable();
        walks.dedup_by_key(|(from, to, _)| (*from, *to));
        walks.sort_unstable_by_key(|(from, to, seconds)| (*from, *seconds, *to));
        let mut at = vec![0; stops + 1];
        for (from, ..) in &walks {
            at[*from as usize + 1] += 1;
        }
        for stop in 0..stops {
            at[stop + 1] += at[stop];
        }
        Walks { at, all: walks.into_iter().map(|(_, to, seconds)| Walk { to, seconds }).collect() }
    }

    pub fn of(&self, stop: u32) -> &[Walk] {
        match self.at.get(stop as usize..stop as usize + 2) {
            Some(&[from, to]) => &self.all[from as usize..to as usize],
            _ => &[],
        }
    }
}

#[derive(Debug, Clone)]
pub struct Timetable {
    /// Its times are counted in this zone.
    pub zone: TimeZone,
    pub services: Services,
    pub stops: Vec<Stop>,
    pub routes: Vec<Route>,
    /// In order of their patterns.
    pub trips: Vec<Trip>,
    pub patterns: Vec<Pattern>,
    pub pattern_stops: Vec<Call>,
    /// Arrival and departure at each stop of a pattern, in seconds from the first arrival. Trips share them.
    pub profiles: Vec<(i32, i32)>,
    pub headsigns: Vec<String>,
    pub walks: Walks,
    /// Seconds that a change at the same stop takes, of each stop.
    pub changes: Vec<u32>,
}

impl Timetable {
    pub fn calls(&self, pattern: u32) -> &[Call] {
        let Pattern { at, len } = self.patterns[pattern as usize];
        &self.pattern_stops[at as usize..(at + len) as usize]
    }

    /// When a trip first departs and last arrives, in seconds from the start of its service day.
    pub fn ends(&self, trip: &Trip) -> (i32, i32) {
        let (first, len) = (trip.profile as usize, self.patterns[trip.pattern as usize].len as usize);
        (trip.start + self.profiles[first].1, trip.start + self.profiles[first + len - 1].0)
    }

    /// Arrival and departure of a trip at each of its stops, in seconds from the start of its service day.
    pub fn times(&self, trip: &Trip) -> impl Iterator<Item = (i32, i32)> {
        let len = self.patterns[trip.pattern as usize].len as usize;
        let profile = &self.profiles[trip.profile as usize..trip.profile as usize + len];
        profile.iter().map(|(arrival, departure)| (trip.start + arrival, trip.start + departure))
    }
}

#[cfg(test)]
mod tests;
