//! Walks between the stops of a timetable: those that its feed gives, and as the crow flies until streets are known.

use std::collections::HashMap;

use crate::timetable::{Stop, StopKind, Walks};

/// How people walk where no street is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Walking {
    /// Stops farther apart than this are not walked between; 0 for none but those that a feed gives.
    pub radius_metres: f64,
    pub metres_per_second: f64,
    /// How much longer a way is than the crow's: about 1.3 in a city of blocks.
    pub detour: f64,
}

impl Default for Walking {
    /// 1.2 m/s is what signals for pedestrians reckon with.
    fn default() -> Walking {
        Walking { radius_metres: 400.0, metres_per_second: 1.2, detour: 1.3 }
    }
}

impl Walking {
    fn seconds(&self, metres: f64) -> u32 {
        (metres * self.detour / self.metres_per_second).ceil() as u32
    }
}

/// What a row of GTFS `transfers.txt` says of two stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Possible,
    /// It takes so long at least.
    Takes,
    Impossible,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    pub from: u32,
    pub to: u32,
    pub kind: Kind,
    pub seconds: Option<u32>,
}

/// The walks of a timetable, and how long a change at each stop takes.
pub fn between(stops: &[Stop], given: Vec<Given>, walking: &Walking) -> (Walks, Vec<u32>) {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for (stop, parent) in stops.iter().enumerate().filter_map(|(n, stop)| Some((n as u32, stop.parent?))) {
        children.entry(parent).or_default().push(stop);
    }
    // What is said of a station is said of each of its platforms.
    let platforms = |stop: u32| match stops[stop as usize].kind {
        StopKind::Station => children.get(&stop).cloned().unwrap_or_default(),
        _ => vec![stop],
    };
    let metres = |from: u32, to: u32| {
        let (from, to) = (stops[from as usize].position?, stops[to as usize].position?);
        Some(from.distance_metres(to))
    };
    let mut changes = vec![0; stops.len()];
    let mut said: HashMap<(u32, u32), Option<u32>> = HashMap::new();
    for row in given {
        for from in platforms(row.from) {
            for to in platforms(row.to) {
                let seconds = match row.kind {
                    Kind::Impossible => None,
                    Kind::Takes => Some(row.seconds.unwrap_or(0)),
                    Kind::Possible => Some(metres(from, to).map_or(0, |metres| walking.seconds(metres))),
                };
                match seconds {
                    Some(seconds) if from == to => changes[from as usize] = seconds,
                    _ => drop(said.insert((from, to), seconds)),
                }
            }
        }
    }
    let mut walks: Vec<(u32, u32, u32)> = Vec::new();
    near(stops, walking.radius_metres, |from, to, metres| {
        if !said.contains_key(&(from, to)) {
            walks.push((from, to, walking.seconds(metres)));
        }
    });
    walks.extend(said.into_iter().filter_map(|((from, to), seconds)| Some((from, to, seconds?))));
    (Walks::new(stops.len(), walks), changes)
}

/// Tells of each platform those within a radius, but not itself.
fn near(stops: &[Stop], radius: f64, mut tell: impl FnMut(u32, u32, f64)) {
    /// Metres of a degree of latitude, a little less than the shortest there is.
    const DEGREE: f64 = 110_000.0;
    if radius <= 0.0 {
        return;
    }
    let placed = || {
        let platforms = stops.iter().enumerate().filter(|(_, stop)| stop.kind == StopKind::Platform);
        platforms.filter_map(|(number, stop)| Some((number as u32, stop.position?)))
    };
    // Cells are as high as the radius and, even at the poleward end of the map, as wide.
    let high = radius / DEGREE;
    let farthest = placed().map(|(_, at)| at.latitude.abs()).fold(0.0, f64::max);
    let wide = high / (farthest + high).min(89.0).to_radians().cos();
    let cell =
        |longitude: f64, latitude: f64| ((longitude / wide).floor() as i64, (latitude / high).floor() as i64);
    let mut cells: HashMap<(i64, i64), Vec<u32>> = HashMap::new();
    for (stop, at) in placed() {
        cells.entry(cell(at.longitude, at.latitude)).or_default().push(stop);
    }
    for (stop, at) in placed() {
        let (x, y) = cell(at.longitude, at.latitude);
        for around in (x - 1..=x + 1).flat_map(|x| (y - 1..=y + 1).map(move |y| (x, y))) {
            for other in cells.get(&around).into_iter().flatten().filter(|other| **other != stop) {
                let metres =
                    stops[*other as usize].position.map_or(f64::MAX, |there| at.distance_metres(there));
                if metres <= radius {
                    tell(stop, *other, metres);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
