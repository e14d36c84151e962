//! All hot rows, stream by stream, and what is known of the sealed ones, in memory. It changes only in hooks of the
//! one writer, so the writer sees exactly what is committed.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::bucket::Bucket;
use crate::calendar::Calendar;
use crate::datastream::ById;
use crate::observation::{Key, Mark, Row, Span};

/// What is sealed of a datastream. The same is in `obs_stream`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sealed {
    pub rows: u64,
    /// Times of the first and the last row; mean nothing while `rows` is 0.
    pub first: i64,
    pub last: Option<Row>,
    pub calendar: Calendar,
}

/// One datastream.
#[derive(Debug, Default)]
pub struct Stream {
    /// Sorted by key.
    rows: Vec<Row>,
    /// Hot rows whose key a block holds too.
    covered: usize,
    pub sealed: Sealed,
}

impl Stream {
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Hot rows of a span.
    pub fn span(&self, span: Span) -> &[Row] {
        let from = self.rows.partition_point(|row| row.key() < span.from);
        let to = self.rows.partition_point(|row| row.key() < span.to);
        self.rows.get(from..to).unwrap_or_default()
    }

    pub fn get(&self, key: Key) -> Option<&Row> {
        // New rows mostly come after all others.
        if self.rows.last().is_none_or(|last| last.key() < key) {
            return None;
        }
        self.rows.binary_search_by_key(&key, Row::key).ok().and_then(|at| self.rows.get(at))
    }

    /// The sealed bucket in which `key` would be, if any can hold it.
    pub fn sealed_bucket(&self, key: Key) -> Option<Bucket> {
        let last = self.sealed.last.as_ref()?;
        if last.key() < key { None } else { self.sealed.calendar.covering(key.t) }
    }

    pub fn count(&self) -> u64 {
        self.sealed.rows + (self.rows.len() - self.covered) as u64
    }

    pub fn last(&self) -> Option<&Row> {
        let (hot, sealed) = (self.rows.last(), self.sealed.last.as_ref());
        match (hot, sealed) {
            (Some(hot), Some(sealed)) => Some(if hot.key() >= sealed.key() { hot } else { sealed }),
            (hot, sealed) => hot.or(sealed),
        }
    }

    /// Times of the first and the last row, microseconds.
    pub fn extent(&self) -> Option<(i64, i64)> {
        let hot = self.rows.first().map(|row| row.t);
        let sealed = (self.sealed.rows > 0).then_some(self.sealed.first);
        let first = hot.into_iter().chain(sealed).min()?;
        Some((first, self.last()?.t))
    }

    /// Puts a row in its place, over one with its key.
    pub fn put(&mut self, row: Row) {
        if self.rows.len() == self.rows.capacity() {
            // Twenty thousand streams that double would hold twice the memory they need.
            self.rows.reserve_exact(4 + self.rows.len() / 4);
        }
        if self.rows.last().is_none_or(|last| last.key() < row.key()) {
            self.covered += usize::from(row.mark != Mark::Fresh);
            self.rows.push(row);
            return;
        }
        match self.rows.binary_search_by_key(&row.key(), Row::key) {
            Ok(at) => {
                self.covered -= usize::from(self.rows[at].mark != Mark::Fresh);
                self.covered += usize::from(row.mark != Mark::Fresh);
                self.rows[at] = row;
            }
            Err(at) => {
                self.covered += usize::from(row.mark != Mark::Fresh);
                self.rows.insert(at, row);
            }
        }
    }

    pub fn remove(&mut self, key: Key) {
        if let Ok(at) = self.rows.binary_search_by_key(&key, Row::key) {
            self.covered -= usize::from(self.rows[at].mark != Mark::Fresh);
            self.rows.remove(at);
        }
    }

    /// Removes the hot copies that blocks hold, of these keys (sorted).
    pub fn forget_sealed(&mut self, keys: &[Key]) {
        let (Some(first), Some(last)) = (keys.first(), keys.last()) else { return };
        let from = self.rows.partition_point(|row| row.key() < *first);
        let to = self.rows.partition_point(|row| row.key() <= *last);
        let gone = |row: &Row| row.mark == Mark::Sealed && keys.binary_search(&row.key()).is_ok();
        let before = self.rows.len();
        if self.rows[from..to].iter().all(gone) {
            self.rows.drain(from..to);
        } else {
            let mut at = 0;
            self.rows.retain(|row| {
                at += 1;
                !((from..to).contains(&(at - 1)) && gone(row))
            });
        }
        self.covered -= before - self.rows.len();
        // A burst must not keep its memory for ever.
        if self.rows.capacity() > 64 && self.rows.len() * 4 < self.rows.capacity() {
            self.rows.shrink_to(self.rows.len() * 2);
        }
    }

    /// Notes that blocks now hold every hot row of the bucket.
    pub fn mark_sealed(&mut self, bucket: Bucket) {
        let span = bucket.span();
        let from = self.rows.partition_point(|row| row.key() < span.from);
        for row in self.rows[from..].iter_mut().take_while(|row| row.key() < span.to) {
            self.covered += usize::from(row.mark == Mark::Fresh);
            row.mark = Mark::Sealed;
        }
    }

    /// Sets the mark of a row, as found on opening.
    pub(crate) fn mark(&mut self, key: Key, mark: Mark) {
        if let Ok(at) = self.rows.binary_search_by_key(&key, Row::key) {
            self.covered -= usize::from(self.rows[at].mark != Mark::Fresh);
            self.covered += usize::from(mark != Mark::Fresh);
            self.rows[at].mark = mark;
        }
    }
}

pub type Shard = HashMap<i64, Stream, ById>;

/// Locks: a writer of a full commit holds one for well under a millisecond, so that nobody waits for the whole commit.
const SHARDS: usize = 64;

pub struct Mirror {
    shards: Vec<RwLock<Shard>>,
    hot: AtomicUsize,
    rewritten: AtomicUsize,
}

impl Default for Mirror {
    fn default() -> Mirror {
        Mirror {
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
            hot: AtomicUsize::new(0),
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
    pub fn with<R>(&self, datastream: i64, f: impl FnOnce(&Stream) -> R) -> Option<R> {
        self.read(datastream).get(&datastream).map(f)
    }

    /// Changes one stream, made if it is new.
    pub fn change<R>(&self, datastream: i64, f: impl FnOnce(&mut Stream) -> R) -> R {
        let mut shard = self.write(datastream);
        let stream = shard.entry(datastream).or_default();
        let before = stream.rows.len();
        let answer = f(stream);
        self.count(before, stream.rows.len());
        answer
    }

    fn count(&self, before: usize, after: usize) {
        if after >= before {
            self.hot.fetch_add(after - before, Ordering::Relaxed);
        } else {
            self.hot.fetch_sub(before - after, Ordering::Relaxed);
        }
    }

    pub fn forget(&self, datastream: i64) {
        let gone = self.write(datastream).remove(&datastream);
        self.count(gone.map_or(0, |stream| stream.rows.len()), 0);
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
                let stream = shard.entry(datastream).or_default();
                let before = stream.rows.len();
                stream.put(row);
                if before == stream.rows.len() {
                    self.rewritten.fetch_add(1, Ordering::Relaxed);
                }
                self.count(before, stream.rows.len());
            }
        }
    }

    /// Read locks of all shards, for a batch of look-ups.
    pub fn view(&self) -> View<'_> {
        View(self.shards.iter().map(|s| s.read().unwrap_or_else(PoisonError::into_inner)).collect())
    }

    /// Shows every stream to `f`, one shard locked at a time.
    pub fn each(&self, mut f: impl FnMut(i64, &Stream)) {
        for lock in &self.shards {
            let shard = lock.read().unwrap_or_else(PoisonError::into_inner);
            shard.iter().for_each(|(datastream, stream)| f(*datastream, stream));
        }
    }

    /// How many times a row was put over a hot one. Unchanged: every hot row is as it was.
    pub fn rewritten(&self) -> usize {
        self.rewritten.load(Ordering::Relaxed)
    }

    pub fn hot_rows(&self) -> usize {
        self.hot.load(Ordering::Relaxed)
    }
}

/// All streams, standing still.
pub struct View<'a>(Vec<RwLockReadGuard<'a, Shard>>);

impl View<'_> {
    pub fn stream(&self, datastream: i64) -> Option<&Stream> {
        self.0[shard_of(datastream)].get(&datastream)
    }
}

fn shard_of(datastream: i64) -> usize {
    datastream.rem_euclid(SHARDS as i64) as usize
}

#[cfg(test)]
mod tests;
