//! The one place that reads the time. Tests and the demo's virtual day hand out a clock of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use vocab::Time;

/// Cloning shares the clock.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System,
    Set(Arc<AtomicI64>),
    /// Where it stood at an instant of the machine's, and how much faster it goes.
    Running {
        stood: Arc<AtomicI64>,
        since: Instant,
        speed: u32,
        /// It shows no later time than this, whatever has passed.
        held: Arc<AtomicI64>,
    },
}

/// A job that is due often in a fast day still leaves the machine some rest.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

impl Clock {
    pub fn system() -> Clock {
        Clock(Kind::System)
    }

    /// A clock that stands still until it is set.
    pub fn set_at(time: Time) -> Clock {
        Clock(Kind::Set(Arc::new(AtomicI64::new(time.0))))
    }

    /// A clock that stands at `time` now and goes `speed` times as fast as the machine's.
    pub fn running(time: Time, speed: u32) -> Clock {
        let at = |time: i64| Arc::new(AtomicI64::new(time));
        let (stood, held) = (at(time.0), at(Time::MAX.0));
        Clock(Kind::Running { stood, since: Instant::now(), speed: speed.max(1), held })
    }

    /// How many times as fast as the machine's it goes.
    pub fn speed(&self) -> u32 {
        match &self.0 {
            Kind::Running { speed, .. } => *speed,
            Kind::System | Kind::Set(_) => 1,
        }
    }

    /// Whether it may tell another time than the machine's.
    pub fn is_own(&self) -> bool {
        !matches!(self.0, Kind::System)
    }

    /// Keeps a running clock from going beyond a time that is not past; later calls let it go on. What it has missed
    /// meanwhile it makes up for.
    pub fn hold(&self, at: Time) {
        if let Kind::Running { held, .. } = &self.0 {
            held.store(at.0.max(self.now().0), Ordering::SeqCst);
        }
    }

    /// Whether it would be further on if it were not held.
    pub fn is_held(&self) -> bool {
        match &self.0 {
            Kind::Running { held, .. } => self.passed() > held.load(Ordering::SeqCst),
            Kind::System | Kind::Set(_) => false,
        }
    }

    /// How long to wait here until so many seconds have gone by on it.
    pub fn wait(&self, seconds: i64) -> Duration {
        let whole = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        (whole / self.speed()).max(SHORTEST_WAIT.min(whole))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else takes")]
    pub fn now(&self) -> Time {
        match &self.0 {
            Kind::Set(micros) => Time(micros.load(Ordering::SeqCst)),
            Kind::Running { held, .. } => Time(self.passed().min(held.load(Ordering::SeqCst))),
            Kind::System => {
                let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                // A machine whose clock stands before 1970 is told apart by every time it stamps.
                Time(since.map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(Time::MAX.0)))
            }
        }
    }

    /// What a running clock would show if nobody held it.
    fn passed(&self) -> i64 {
        let Kind::Running { stood, since, speed, .. } = &self.0 else { return 0 };
        let passed = since.elapsed().as_micros().saturating_mul(u128::from(*speed));
        Time(stood.load(Ordering::SeqCst)).plus(i64::try_from(passed).unwrap_or(i64::MAX)).0
    }

    /// Moves a clock of our own; the system's is not ours to set.
    pub fn set(&self, time: Time) {
        match &self.0 {
            Kind::System => {}
            Kind::Set(micros) => micros.store(time.0, Ordering::SeqCst),
            Kind::Running { stood, .. } => {
                let ahead = time.0.saturating_sub(self.passed());
                stood.fetch_add(ahead, Ordering::SeqCst);
            }
        }
    }
}

#[cfg(test)]
mod tests;
