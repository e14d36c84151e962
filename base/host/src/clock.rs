//! The one place that reads the time. Tests and the demo's virtual day hand out a clock of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use vocab::Time;

/// Cloning shares the clock.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System,
    Set(Arc<AtomicI64>),
}

impl Clock {
    pub fn system() -> Clock {
        Clock(Kind::System)
    }

    /// A clock that stands still until it is set.
    pub fn set_at(time: Time) -> Clock {
        Clock(Kind::Set(Arc::new(AtomicI64::new(time.0))))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else takes")]
    pub fn now(&self) -> Time {
        match &self.0 {
            Kind::Set(micros) => Time(micros.load(Ordering::SeqCst)),
            Kind::System => {
                let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                // A machine whose clock stands before 1970 is told apart by every time it stamps.
                Time(since.map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(Time::MAX.0)))
            }
        }
    }

    /// Moves a clock made by [`Clock::set_at`]; the system's clock is not ours to set.
    pub fn set(&self, time: Time) {
        if let Kind::Set(micros) = &self.0 {
            micros.store(time.0, Ordering::SeqCst);
        }
    }
}
