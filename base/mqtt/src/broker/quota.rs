//! How much one device may send, over all its connections: a bucket of tokens that fills with time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use vocab::Time;
use vocab::time::SECOND;

/// Tokens of one device: a second's worth at most.
pub(crate) struct Bucket {
    per_second: f64,
    state: Mutex<(f64, Time)>,
}

impl Bucket {
    pub fn new(per_second: u32, now: Time) -> Bucket {
        Bucket { per_second: per_second.into(), state: Mutex::new((per_second.into(), now)) }
    }

    /// Takes a token, where there is one.
    pub fn take(&self, now: Time) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (tokens, since) = *state;
        let passed = (now.0 - since.0).max(0) as f64 / SECOND as f64;
        let tokens = (tokens + passed * self.per_second).min(self.per_second);
        *state = if tokens >= 1.0 { (tokens - 1.0, now) } else { (tokens, now) };
        tokens >= 1.0
    }
}

/// By the device's name; a handful of bytes for each that ever came.
#[derive(Default)]
pub(super) struct Quotas(Mutex<HashMap<String, Arc<Bucket>>>);

impl Quotas {
    pub fn of(&self, device: &str, per_second: u32, now: Time) -> Arc<Bucket> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(device.to_string()).or_insert_with(|| Arc::new(Bucket::new(per_second, now))).clone()
    }
}

#[cfg(test)]
mod tests;
