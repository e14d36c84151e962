//! Tiles that were drawn lately, within a bound of memory.

use std::collections::HashMap;

use super::Address;

/// What an entry costs beside its bytes: key, pointers, the table's share.
const ENTRY_BYTES: usize = 128;

/// Two generations: what is asked for moves into the young one; when that has half of the room, the old one is dropped
/// and it takes its place. So what was not asked for in between goes, without a list to be kept in order.
#[derive(Debug)]
pub struct Cache<T> {
    room_bytes: usize,
    young: HashMap<Address, (T, usize)>,
    young_bytes: usize,
    old: HashMap<Address, (T, usize)>,
}

impl<T: Clone> Cache<T> {
    pub fn new(room_bytes: usize) -> Cache<T> {
        Cache { room_bytes, young: HashMap::new(), young_bytes: 0, old: HashMap::new() }
    }

    pub fn get(&mut self, address: Address) -> Option<T> {
        if let Some((found, _)) = self.young.get(&address) {
            return Some(found.clone());
        }
        let (found, bytes) = self.old.remove(&address)?;
        self.put(address, found.clone(), bytes);
        Some(found)
    }

    /// Keeps a tile that takes so many bytes.
    pub fn put(&mut self, address: Address, tile: T, bytes: usize) {
        if self.young_bytes + bytes + ENTRY_BYTES > self.room_bytes / 2 {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        if bytes + ENTRY_BYTES <= self.room_bytes / 2 {
            match self.young.insert(address, (tile, bytes)) {
                Some((_, earlier)) => self.young_bytes = self.young_bytes - earlier + bytes,
                None => self.young_bytes += bytes + ENTRY_BYTES,
            }
        }
    }
}

#[cfg(test)]
mod tests;
