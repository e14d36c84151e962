//! The pace of a demonstration: its clock does not run ahead of those who speak by it. On a slow machine a fast day takes
//! longer, and no value is late for that.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use host::Clock;
use vocab::Time;
use vocab::time::SECOND;

/// How far the clock may be ahead of the slowest, in seconds of the machine's: some ticks.
const AHEAD_SECONDS: i64 = 1;

/// Cloning shares it.
#[derive(Clone)]
pub struct Pace(Arc<Inner>);

struct Inner {
    clock: Clock,
    /// Until when each has spoken.
    spoken: Mutex<Spoken>,
}

#[derive(Default)]
struct Spoken {
    until: BTreeMap<u64, Time>,
    next: u64,
}

/// Somebody whom the clock waits for, as long as this lives.
pub struct Speaker {
    pace: Pace,
    number: u64,
}

impl Pace {
    pub fn new(clock: &Clock) -> Pace {
        Pace(Arc::new(Inner { clock: clock.clone(), spoken: Mutex::default() }))
    }

    fn spoken(&self) -> MutexGuard<'_, Spoken> {
        self.0.spoken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn join(&self) -> Speaker {
        let mut spoken = self.spoken();
        let number = spoken.next;
        spoken.next += 1;
        spoken.until.insert(number, self.0.clock.now());
        self.hold(&spoken);
        Speaker { pace: self.clone(), number }
    }

    fn hold(&self, spoken: &Spoken) {
        let clock = &self.0.clock;
        let ahead = i64::from(clock.speed()) * AHEAD_SECONDS * SECOND;
        // At the pace of people nobody waits: a reading that is late is late.
        let slowest = spoken.until.values().min().filter(|_| clock.speed() > 1);
        clock.hold(slowest.map_or(Time::MAX, |time| time.plus(ahead)));
    }
}

impl Speaker {
    /// It has said all that was due until then.
    pub fn has_spoken(&self, until: Time) {
        let mut spoken = self.pace.spoken();
        spoken.until.insert(self.number, until);
        self.pace.hold(&spoken);
    }
}

impl Drop for Speaker {
    fn drop(&mut self) {
        let mut spoken = self.pace.spoken();
        spoken.until.remove(&self.number);
        self.pace.hold(&spoken);
    }
}
