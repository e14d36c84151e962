//! What acts on many devices at once: rain that crosses the city, wind that rises, an accident that slows a road. A force
//! is a number at a place and an hour; a pack gives it a name, and says which datastreams feel it.

use serde::Deserialize;
use vocab::Position;

/// A band that moves across the land, endless to both sides: rain before a front. Strongest on its axis.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    pub force: String,
    /// Where its axis passes, and at which hour of the day that is played.
    pub longitude: f64,
    pub latitude: f64,
    pub hour: f64,
    /// Where it moves: 0 north, 90 east.
    pub heading_degrees: f64,
    pub speed_kmh: f64,
    /// How far from the axis it falls to a third.
    pub width_km: f64,
    /// On the axis.
    pub strength: f64,
}

/// Everywhere the same, as the hours go: straight lines between points of (hour, strength).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    pub force: String,
    pub points: Vec<(f64, f64)>,
}

/// Along a line of places of (longitude, latitude), or at a single one, as the hours go.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Corridor {
    pub force: String,
    pub line: Vec<(f64, f64)>,
    /// How far from the line it falls to a third.
    pub reach_km: f64,
    pub points: Vec<(f64, f64)>,
}

/// Kilometres of a degree of latitude, on the sphere that `vocab` measures with.
const DEGREE_KM: f64 = 111.195;

impl Band {
    /// The hour at which its axis passes a place.
    pub fn passes(&self, place: Position) -> f64 {
        self.hour + self.ahead_km(place) / self.speed_kmh
    }

    fn ahead_km(&self, place: Position) -> f64 {
        let (east, north) = apart_km((self.longitude, self.latitude), (place.longitude, place.latitude));
        let heading = self.heading_degrees.to_radians();
        east * heading.sin() + north * heading.cos()
    }

    pub fn strength(&self, place: Position, hour: f64) -> f64 {
        let from_axis = self.ahead_km(place) - self.speed_kmh * (hour - self.hour);
        self.strength * bell(from_axis / self.width_km)
    }
}

impl Curve {
    pub fn strength(&self, hour: f64) -> f64 {
        between(&self.points, hour)
    }
}

impl Corridor {
    pub fn strength(&self, place: Position, hour: f64) -> f64 {
        let now = between(&self.points, hour);
        if now == 0.0 { 0.0 } else { now * bell(self.distance_km(place) / self.reach_km) }
    }

    pub fn distance_km(&self, place: Position) -> f64 {
        let seen: Vec<(f64, f64)> =
            self.line.iter().map(|point| apart_km((place.longitude, place.latitude), *point)).collect();
        let alone = seen.iter().map(|(east, north)| east.hypot(*north));
        let legs = seen.windows(2).map(|leg| to_leg(leg[0], leg[1]));
        alone.chain(legs).fold(f64::INFINITY, f64::min)
    }
}

/// East and north from one place to another: a city is flat enough.
fn apart_km(from: (f64, f64), to: (f64, f64)) -> (f64, f64) {
    let narrow = ((from.1 + to.1) / 2.0).to_radians().cos();
    ((to.0 - from.0) * DEGREE_KM * narrow, (to.1 - from.1) * DEGREE_KM)
}

/// From where we stand to a leg between two points.
fn to_leg(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (x, y) = (b.0 - a.0, b.1 - a.1);
    let length = x * x + y * y;
    let along = if length > 0.0 { (-(a.0 * x + a.1 * y) / length).clamp(0.0, 1.0) } else { 0.0 };
    (a.0 + along * x).hypot(a.1 + along * y)
}

/// 1 in the middle, a third at 1 and next to nothing at 3.
fn bell(x: f64) -> f64 {
    (-x * x).exp()
}

/// The line through the points at an hour; before the first and after the last it stays as they are.
fn between(points: &[(f64, f64)], hour: f64) -> f64 {
    let after = points.partition_point(|(at, _)| *at <= hour);
    match (after.checked_sub(1).and_then(|left| points.get(left)), points.get(after)) {
        (Some((from, a)), Some((to, b))) => a + (b - a) * (hour - from) / (to - from),
        (Some((_, only)), None) | (None, Some((_, only))) => *only,
        (None, None) => 0.0,
    }
}

#[cfg(test)]
mod tests;
