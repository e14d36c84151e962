//! One look at the stream of commits for all open pages: what changed in the last half second, told once.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sensing::Row;
use tokio::sync::broadcast::{self, error::RecvError};

use crate::Portal;

/// Nobody reads faster; a burst of commits is one change.
const BEAT: Duration = Duration::from_millis(500);
/// Beats that a slow page may be behind; one that is more is told all current values again.
const BEHIND: usize = 16;

/// What changed in one beat.
#[derive(Debug, Default)]
pub struct Beat {
    pub number: u64,
    /// The newest row of each datastream that has one.
    pub rows: HashMap<i64, Row>,
    pub feeds: HashSet<String>,
}

pub struct Pulse {
    told: broadcast::Sender<Arc<Beat>>,
    is_beating: AtomicBool,
    /// Beats of an earlier start mean nothing now.
    pub began: i64,
    gathered: Mutex<Beat>,
}

impl Pulse {
    pub fn new(began: i64) -> Pulse {
        let told = broadcast::channel(BEHIND).0;
        Pulse { told, is_beating: AtomicBool::new(false), began, gathered: Mutex::default() }
    }

    fn gather(&self, portal: &Portal, rows: &[(i64, Row)]) {
        let mut beat = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, row) in rows {
            let newer = beat.rows.get(id).is_none_or(|known| known.t <= row.t);
            if newer {
                beat.rows.insert(*id, row.clone());
            }
            if let Some(feed) = portal.parts().sensing.note(*id).and_then(|note| note.feed.clone())
                && !beat.feeds.contains(&feed)
            {
                beat.feeds.insert(feed);
            }
        }
    }

    fn beat(&self) {
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        if gathered.rows.is_empty() {
            return;
        }
        let next = Beat { number: gathered.number + 1, ..Beat::default() };
        let done = std::mem::replace(&mut *gathered, next);
        // Nobody listens: then nobody misses it.
        drop(self.told.send(Arc::new(done)));
    }
}

impl Portal {
    /// The beats from now on. The heart starts with the first page that listens, and stops when nobody holds the portal.
    pub(crate) fn beats(&self) -> broadcast::Receiver<Arc<Beat>> {
        let pulse = &self.inner.pulse;
        let receiver = pulse.told.subscribe();
        if !pulse.is_beating.swap(true, Ordering::SeqCst) {
            let (portal, mut commits) =
                (Arc::downgrade(&self.inner), self.parts().sensing.observations().listen());
            tokio::spawn(async move {
                let mut clock = tokio::time::interval(BEAT);
                clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
                loop {
                    let commit = tokio::select! {
                        commit = commits.recv() => Some(commit),
                        _ = clock.tick() => None,
                    };
                    let Some(inner) = portal.upgrade() else { return };
                    match commit {
                        None => inner.pulse.beat(),
                        Some(Ok(rows)) => inner.pulse.gather(&Portal { inner: inner.clone() }, &rows),
                        // What was missed shows with the next value of its datastream.
                        Some(Err(RecvError::Lagged(_))) => {}
                        Some(Err(RecvError::Closed)) => return,
                    }
                }
            });
        }
        receiver
    }
}
