//! A box in degrees.

use crate::Position;

/// West ≤ east and south ≤ north, all within the ranges of [`Position`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no box: {1}; write west,south,east,north in degrees, as in 8.5,47.2,8.6,47.3")]
pub struct BadBounds(pub String, pub &'static str);

impl Bounds {
    pub fn of(position: Position) -> Bounds {
        let Position { longitude, latitude } = position;
        Bounds { west: longitude, south: latitude, east: longitude, north: latitude }
    }

    /// The smallest box around all of these; none around none.
    pub fn around(positions: impl IntoIterator<Item = Position>) -> Option<Bounds> {
        let mut positions = positions.into_iter();
        let mut bounds = Bounds::of(positions.next()?);
        positions.for_each(|position| bounds.stretch(position));
        Some(bounds)
    }

    /// West, south, east, north as a pack's extent has them.
    pub fn new([west, south, east, north]: [f64; 4]) -> Result<Bounds, &'static str> {
        if Position::new(west, south).is_err() || Position::new(east, north).is_err() {
            return Err("longitudes lie in -180..180, latitudes in -90..90");
        }
        match (west <= east, south <= north) {
            (true, true) => Ok(Bounds { west, south, east, north }),
            (false, _) => {
                Err("its west lies east of its east (ask twice for a box across the 180th meridian)")
            }
            (_, false) => Err("its south lies north of its north"),
        }
    }

    /// The parameter `bbox` of OGC API Features (17-069r4, 7.15.3): four numbers, or six of which the third and the last
    /// are heights.
    pub fn parse(text: &str) -> Result<Bounds, BadBounds> {
        let bad = |why| BadBounds(text.chars().take(100).collect(), why);
        let numbers = text.splitn(8, ',').map(|part| part.trim().parse::<f64>());
        let numbers: Vec<f64> = numbers.collect::<Result<_, _>>().map_err(|_| bad("a part is no number"))?;
        let corners = match numbers[..] {
            [west, south, east, north] | [west, south, _, east, north, _] => [west, south, east, north],
            _ => return Err(bad("it has neither four numbers nor six")),
        };
        Bounds::new(corners).map_err(bad)
    }

    /// Makes it hold this position too.
    pub fn stretch(&mut self, position: Position) {
        self.west = self.west.min(position.longitude);
        self.east = self.east.max(position.longitude);
        self.south = self.south.min(position.latitude);
        self.north = self.north.max(position.latitude);
    }

    /// The smallest box around both.
    #[must_use]
    pub fn with(self, other: Bounds) -> Bounds {
        Bounds {
            west: self.west.min(other.west),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            north: self.north.max(other.north),
        }
    }

    /// With its edges.
    pub fn holds(&self, position: Position) -> bool {
        (self.west..=self.east).contains(&position.longitude)
            && (self.south..=self.north).contains(&position.latitude)
    }

    /// Whether they have a point in common; an edge is one.
    pub fn meets(&self, other: &Bounds) -> bool {
        self.west <= other.east
            && other.west <= self.east
            && self.south <= other.north
            && other.south <= self.north
    }

    pub fn corners(&self) -> [f64; 4] {
        [self.west, self.south, self.east, self.north]
    }
}

#[cfg(test)]
mod tests;
