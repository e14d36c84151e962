//! What many say alike is kept once: millions of datastreams have a dozen units, owners and rules between them.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

#[derive(Debug)]
pub struct Alike<T> {
    known: HashSet<Arc<T>>,
    /// So many are known when those that nobody uses any more are thrown out.
    sweep_at: usize,
}

/// A few hundred that lie about cost nothing.
const SWEEP_AT_LEAST: usize = 256;

impl<T> Default for Alike<T> {
    fn default() -> Alike<T> {
        Alike { known: HashSet::new(), sweep_at: SWEEP_AT_LEAST }
    }
}

impl<T: Eq + Hash> Alike<T> {
    pub fn one(&mut self, value: T) -> Arc<T> {
        if let Some(known) = self.known.get(&value) {
            return known.clone();
        }
        if self.known.len() >= self.sweep_at {
            self.known.retain(|known| Arc::strong_count(known) > 1);
            self.sweep_at = SWEEP_AT_LEAST.max(2 * self.known.len());
        }
        let value = Arc::new(value);
        self.known.insert(value.clone());
        value
    }
}

#[cfg(test)]
mod tests;
