//! All hot rows, stream by stream, and what is known of the sealed ones, in memory. It changes only in hooks of the
//! one writer, so the writer sees exactly what is committed.

mod lean;
mod packed;
mod stream;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::bucket::Bucket;
use crate::calendar::Calendar;
use crate::observation::{Key, Row};
pub use lean::Look;
use lean::{FEW, Lean};
pub use stream::Stream;

/// What is sealed of a datastream. The same is in `obs_stream`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sealed {
    pub rows: u64,
    /// Times of the first and the last row; mean nothing while `rows` is 0.
    pub first: i64,
    pub last: Option<Row>,
    pub calendar: Calendar,
}

impl Sealed {
    /// The bucket in which `key` would be, if any can hold it.
    pub fn bucket_of(&self, key: Key) -> Option<Bucket> {
        let last = self.last.as_ref()?;
        if last.key() < key { None } else { self.calendar.covering(key.t) }
    }
}

/// What is kept of one datastream: 16 bytes, and what they point to. No bytes: nothing is.
#[derive(Debug)]
enum Slot {
    Few(Box<[u8]>),
    Many(Box<Stream>),
}

impl Slot {
    fn look(&self) -> Option<Look<'_>> {
        match self {
            Slot::Few(bytes) => Lean::of(bytes).map(Look::Few),
            Slot::Many(stream) => Some(Look::Many(stream)),
        }
    }

    fn put(&mut self, row: Row) {
        if let Slot::Few(bytes) = self {
            // As of a datastream that is new, where there are no bytes.
            let lean = Lean::of(bytes).or_else(|| Lean::of(&[0; 7]));
            if let Some(more) = lean.and_then(|lean| lean.with_newer(&row)) {
                *bytes = more;
                return;
            }
        }
        self.change(|stream| stream.put(row));
    }

    fn change<R>(&mut self, f: impl FnOnce(&mut Stream) -> R) -> R {
        let answer = match self {
            Slot::Many(stream) => f(stream),
            Slot::Few(bytes) => {
                let mut stream = Lean::of(bytes).map(Lean::unpack).unwrap_or_default();
                let answer = f(&mut stream);
                *self = Slot::Many(Box::new(stream));
                answer
            }
        };
        if let Slot::Many(stream) = self
            && stream.len() <= FEW
        {
            *self = Slot::Few(Lean::pack(stream));
        }
        answer
    }

    fn rows(&self) -> usize {
        self.look().map_or(0, Look::len)
    }

    fn weight(&self) -> usize {
        self.look().map_or(0, Look::weight)
    }
}

/// Neighbours that share a lock, and lie side by side.
const PAGE: usize = 256;

/// Every 64th page.
#[derive(Default)]
struct Shard(Vec<Option<Box<[Slot]>>>);

/// The page of an id, and its place there.
fn place(datastream: i64) -> Option<(usize, usize)> {
    let id = u32::try_from(datastream).ok()? as usize;
    Some((id / PAGE, id % PAGE))
}

impl Shard {
    fn slot(&self, datastream: i64) -> Option<&Slot> {
        let (page, at) = place(datastream)?;
        self.0.get(page / SHARDS)?.as_ref()?.get(at)
    }

    /// Made if it is new; none for what is no id.
    fn slot_mut(&mut self, datastream: i64) -> Option<&mut Slot> {
        let (page, at) = place(datastream)?;
        if self.0.len() <= page / SHARDS {
            self.0.resize_with(page / SHARDS + 1, || None);
        }
        let new = || (0..PAGE).map(|_| Slot::Few(Box::default())).collect();
        self.0[page / SHARDS].get_or_insert_with(new).get_mut(at)
    }
}

/// Locks: a writer of a full commit holds one for well under a millisecond, so that nobody waits for the whole commit.
const SHARDS: usize = 64;

pub struct Mirror {
    shards: Vec<RwLock<Shard>>,
    hot: AtomicUsize,
    weight: AtomicUsize,
    rewritten: AtomicUsize,
}

impl Default for Mirror {
    fn default() -> Mirror {
        Mirror {
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
            hot: AtomicUsize::new(0),
            weight: AtomicUsize::new(0),
            rewritten: AtomicUsize::new(0),
        }
    }
}

impl Mirror {
    fn lock(&self, datastream: i64) -> &RwLock<Shard> {
        &self.shards[shard_of(datastream)]
    }

    fn read(&self, datastream: i64) -> RwLockReadGuard<'_, Shard> {
        self.lock(datastream).read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, datastream: i64) -> RwLockWriteGuard<'_, Shard> {
        self.lock(datastream).write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks one stream; nothing where the datastream has no rows.
    pub fn with<R>(&self, datastream: i64, f: impl FnOnce(Look) -> R) -> Option<R> {
        self.read(datastream).slot(datastream).and_then(Slot::look).map(f)
    }

    /// Changes one stream, made if it is new.
    pub fn change<R>(&self, datastream: i64, f: impl FnOnce(&mut Stream) -> R) -> R {
        let mut shard = self.write(datastream);
        match shard.slot_mut(datastream) {
            Some(slot) => self.counted(slot, |slot| slot.change(f)),
            None => f(&mut Stream::default()),
        }
    }

    fn counted<R>(&self, slot: &mut Slot, f: impl FnOnce(&mut Slot) -> R) -> R {
        let (rows, weight) = (slot.rows(), slot.weight());
        let answer = f(slot);
        // Wrapping: what is taken away was added before.
        self.hot.fetch_add(slot.rows().wrapping_sub(rows), Ordering::Relaxed);
        self.weight.fetch_add(slot.weight().wrapping_sub(weight), Ordering::Relaxed);
        answer
    }

    pub fn forget(&self, datastream: i64) {
        if let Some(slot) = self.write(datastream).slot_mut(datastream) {
            self.counted(slot, |slot| *slot = Slot::Few(Box::default()));
        }
    }

    /// Puts rows in their places, one lock a shard.
    pub fn put_all(&self, rows: Vec<(i64, Row)>) {
        let mut by_shard: Vec<Vec<(i64, Row)>> = (0..SHARDS).map(|_| Vec::new()).collect();
        for (datastream, row) in rows {
            by_shard[shard_of(datastream)].push((datastream, row));
        }
        for (lock, rows) in self.shards.iter().zip(by_shard).filter(|(_, rows)| !rows.is_empty()) {
            let mut shard = lock.write().unwrap_or_else(PoisonError::into_inner);
            for (datastream, row) in rows {
                let Some(slot) = shard.slot_mut(datastream) else { continue };
                let before = slot.rows();
                self.counted(slot, |slot| slot.put(row));
                if before == slot.rows() {
                    self.rewritten.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }

    /// Read locks of all shards, for a batch of look-ups.
    pub fn view(&self) -> View<'_> {
        View(self.shards.iter().map(|s| s.read().unwrap_or_else(PoisonError::into_inner)).collect())
    }

    /// Shows every stream to `f` in order of the ids, a page locked at a time, until it answers `false`. `from`: the first
    /// id that is shown.
    pub fn each_from(&self, from: i64, mut f: impl FnMut(i64, Look) -> bool) {
        let Some((first, _)) = place(from) else { return };
        for page in first.. {
            let shard = self.shards[page % SHARDS].read().unwrap_or_else(PoisonError::into_inner);
            // Pages are laid in no order, so one that is not there yet may have followers in other shards.
            let Some(slots) = shard.0.get(page / SHARDS) else {
                drop(shard);
                if page % SHARDS == 0 && self.ends_before(page) {
                    return;
                }
                continue;
            };
            for (at, slot) in slots.as_deref().unwrap_or_default().iter().enumerate() {
                let datastream = (page * PAGE + at) as i64;
                let Some(look) = slot.look().filter(|_| datastream >= from) else { continue };
                if !f(datastream, look) {
                    return;
                }
            }
        }
    }

    /// Is there no page at or after this one?
    fn ends_before(&self, page: usize) -> bool {
        let reaches = |shard: &RwLock<Shard>| {
            shard.read().unwrap_or_else(PoisonError::into_inner).0.len() > page / SHARDS
        };
        !self.shards.iter().any(reaches)
    }

    /// Shows every stream to `f`.
    pub fn each(&self, mut f: impl FnMut(i64, Look)) {
        self.each_from(0, |datastream, look| {
            f(datastream, look);
            true
        });
    }

    /// How many times a row was put over a hot one. Unchanged: every hot row is as it was.
    pub fn rewritten(&self) -> usize {
        self.rewritten.load(Ordering::Relaxed)
    }

    pub fn hot_rows(&self) -> usize {
        self.hot.load(Ordering::Relaxed)
    }

    /// Bytes that all hot rows take, about.
    pub fn weight(&self) -> usize {
        self.weight.load(Ordering::Relaxed)
    }
}

/// All streams, standing still.
pub struct View<'a>(Vec<RwLockReadGuard<'a, Shard>>);

impl View<'_> {
    pub fn stream(&self, datastream: i64) -> Option<Look<'_>> {
        self.0[shard_of(datastream)].slot(datastream).and_then(Slot::look)
    }
}

fn shard_of(datastream: i64) -> usize {
    place(datastream).map_or(0, |(page, _)| page % SHARDS)
}

#[cfg(test)]
mod tests;
