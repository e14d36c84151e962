//! The calls of one trip as a feed gives them, made whole: times that are left blank are filled in along the way.

use vocab::Position;

/// A row of `stop_times.txt`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Called {
    pub trip: u32,
    pub sequence: u32,
    pub stop: u32,
    pub arrival: Option<i32>,
    pub departure: Option<i32>,
    pub may_board: bool,
    pub may_alight: bool,
    /// `shape_dist_traveled`; below zero where it is not given.
    pub travelled: f32,
}

/// Why a trip cannot be used, as the canonical validator names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// Fewer than two calls: nobody can ride.
    UnusableTrip,
    /// Its first or last call has no time.
    MissingTripEdge,
    /// It arrives before it has left the stop before.
    BackInTime,
}

impl Broken {
    pub fn rule(self) -> &'static str {
        match self {
            Broken::UnusableTrip => "unusable_trip",
            Broken::MissingTripEdge => "missing_trip_edge",
            Broken::BackInTime => "stop_time_with_arrival_before_previous_departure_time",
        }
    }
}

/// Arrival and departure at each call of a trip, in its order. Blank ones lie between the timed calls around them: by the
/// distance travelled where the feed gives it, else by the way between the stops as the crow flies, else evenly.
pub fn complete(
    calls: &[Called],
    place: impl Fn(u32) -> Option<Position>,
) -> Result<Vec<(i32, i32)>, Broken> {
    if calls.len() < 2 {
        return Err(Broken::UnusableTrip);
    }
    // One of the two stands for both.
    let timed: Vec<Option<(i32, i32)>> = calls
        .iter()
        .map(|call| match (call.arrival, call.departure) {
            (None, None) => None,
            (arrival, departure) => Some((arrival.or(departure)?, departure.or(arrival)?)),
        })
        .collect();
    if timed[0].is_none() || timed[timed.len() - 1].is_none() {
        return Err(Broken::MissingTripEdge);
    }
    let mut times: Vec<(i32, i32)> = Vec::with_capacity(calls.len());
    let mut before = 0;
    for (at, time) in timed.iter().enumerate() {
        let Some((arrival, departure)) = *time else { continue };
        if let Some((_, left)) = times.last().copied() {
            if arrival < left {
                return Err(Broken::BackInTime);
            }
            let shares = shares(&calls[before..=at], &place);
            let between = |share: &f64| left + (f64::from(arrival - left) * share).round() as i32;
            times.extend(shares[..at - before - 1].iter().map(between).map(|time| (time, time)));
        }
        if departure < arrival {
            return Err(Broken::BackInTime);
        }
        times.push((arrival, departure));
        before = at;
    }
    Ok(times)
}

/// How much of the way from the first of some calls to the last lies behind each but the first.
fn shares(calls: &[Called], place: impl Fn(u32) -> Option<Position>) -> Vec<f64> {
    let travelled = |pair: &[Called]| f64::from(pair[1].travelled) - f64::from(pair[0].travelled);
    let crow = |pair: &[Called]| {
        let (from, to) = (place(pair[0].stop)?, place(pair[1].stop)?);
        Some(from.distance_metres(to))
    };
    let pairs = || calls.windows(2);
    let is_measured =
        calls.iter().all(|call| call.travelled >= 0.0) && pairs().all(|pair| travelled(pair) >= 0.0);
    let mut lengths: Vec<f64> = match is_measured {
        true => pairs().map(travelled).collect(),
        false => pairs().map(crow).collect::<Option<_>>().unwrap_or_default(),
    };
    if lengths.iter().sum::<f64>() <= 0.0 {
        lengths = vec![1.0; calls.len() - 1];
    }
    let whole: f64 = lengths.iter().sum();
    let mut behind = 0.0;
    let add = |length: f64| {
        behind += length;
        behind / whole
    };
    lengths.into_iter().map(add).collect()
}

#[cfg(test)]
mod tests;
