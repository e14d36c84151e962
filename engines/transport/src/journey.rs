//! A way from one place to another: rides, and walks between them.

use crate::day::Running;

/// Times are seconds of the day that was searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journey {
    /// The latest that one can leave to make the first ride.
    pub departure: i32,
    pub arrival: i32,
    pub legs: Vec<Leg>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leg {
    /// On foot between two stops; from where one is, or to where one goes, where there is no stop.
    Walk {
        from: Option<u32>,
        to: Option<u32>,
        seconds: u32,
    },
    Ride(Ride),
}

/// A ride on one trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ride {
    pub running: Running,
    /// Numbers of the calls in its pattern.
    pub board: u32,
    pub alight: u32,
    /// Stops.
    pub from: u32,
    pub to: u32,
    pub departure: i32,
    pub arrival: i32,
}

impl Journey {
    pub fn rides(&self) -> usize {
        self.legs.iter().filter(|leg| matches!(leg, Leg::Ride(_))).count()
    }

    pub fn walked_seconds(&self) -> u32 {
        let walks = self.legs.iter().map(|leg| match leg {
            Leg::Walk { seconds, .. } => *seconds,
            Leg::Ride(_) => 0,
        });
        walks.sum()
    }

    /// Whether this is at least as good in every respect and better in one: leaves later, arrives earlier, has fewer rides.
    pub fn dominates(&self, other: &Journey) -> bool {
        let (mine, theirs) = (self.measures(), other.measures());
        mine != theirs && mine.iter().zip(&theirs).all(|(mine, theirs)| mine <= theirs)
    }

    fn measures(&self) -> [i64; 3] {
        [-i64::from(self.departure), i64::from(self.arrival), self.rides() as i64]
    }
}

#[cfg(test)]
mod tests;
