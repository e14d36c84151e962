//! Which of many boxes meet a box? In memory, derived from the rows, and rebuilt when enough of them have changed.

pub mod packed;

use std::collections::HashMap;

pub use packed::Packed;

use crate::geometry::Bounds;

/// A packed tree, and what has changed since it was packed.
#[derive(Debug, Clone, Default)]
pub struct Index {
    packed: Packed,
    /// Where a box is now; None for one that is gone. Stands before what the tree says.
    changed: HashMap<i64, Option<Bounds>>,
}

/// Changes that are looked through one by one before the tree is packed anew, besides an eighth of the tree. Packing
/// costs some 0.2 µs a box, so that each change pays for a few boxes.
const CHANGES_MAX: usize = 256;

impl Index {
    pub fn new(boxes: impl IntoIterator<Item = (i64, Bounds)>) -> Index {
        Index { packed: Packed::new(boxes.into_iter().collect()), changed: HashMap::new() }
    }

    /// Puts a box in the place of the one of this id, where there is one.
    pub fn put(&mut self, id: i64, bounds: Bounds) {
        self.change(id, Some(bounds));
    }

    pub fn remove(&mut self, id: i64) {
        self.change(id, None);
    }

    fn change(&mut self, id: i64, bounds: Option<Bounds>) {
        self.changed.insert(id, bounds);
        if self.changed.len() > CHANGES_MAX + self.packed.len() / 8 {
            let changed = std::mem::take(&mut self.changed);
            let kept = self.packed.iter().filter(|(id, _)| !changed.contains_key(id));
            let fresh = changed.iter().filter_map(|(id, bounds)| Some((*id, (*bounds)?)));
            self.packed = Packed::new(kept.chain(fresh).collect());
        }
    }

    /// Ids of those that meet the box, ascending.
    pub fn within(&self, bounds: &Bounds) -> Vec<i64> {
        let mut found = Vec::new();
        self.packed.within(bounds, |id| {
            if !self.changed.contains_key(&id) {
                found.push(id);
            }
        });
        let fresh = self.changed.iter().filter(|(_, now)| now.is_some_and(|now| now.meets(bounds)));
        found.extend(fresh.map(|(id, _)| *id));
        found.sort_unstable();
        found
    }
}

#[cfg(test)]
mod tests;
