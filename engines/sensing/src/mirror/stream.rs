//! The hot rows of a datastream that has many: older ones packed by some hundreds, the newest as they are.

use super::packed;
use crate::bucket::Bucket;
use crate::mirror::Sealed;
use crate::observation::{Key, Mark, Row, Span};

/// Rows that are not packed; when there are so many, the older half is.
const NEWEST: usize = 32;
/// Rows packed together: reading one of them reads them all, in some 3 µs.
const TOGETHER: usize = 256;

#[derive(Debug, Default)]
pub struct Stream {
    /// In order of their keys, as are all rows.
    chunks: Vec<Chunk>,
    newest: Vec<Row>,
    /// Bytes of the chunks.
    packed: usize,
    count: usize,
    /// Hot rows whose key a block holds too.
    covered: usize,
    pub sealed: Sealed,
}

#[derive(Debug)]
struct Chunk {
    first: Key,
    last: Key,
    count: usize,
    bytes: Box<[u8]>,
}

impl Chunk {
    fn of(rows: &[Row]) -> Option<Chunk> {
        let (first, last) = (rows.first()?.key(), rows.last()?.key());
        let mut bytes = Vec::with_capacity(rows.len() * 10);
        packed::rows(&mut bytes, rows);
        Some(Chunk { first, last, count: rows.len(), bytes: bytes.into_boxed_slice() })
    }

    fn rows(&self) -> Vec<Row> {
        packed::unpack(&self.bytes, self.count)
    }

    fn weight(&self) -> usize {
        size_of::<Chunk>() + self.bytes.len()
    }
}

fn covered(rows: &[Row]) -> usize {
    rows.iter().filter(|row| row.mark != Mark::Fresh).count()
}

impl Stream {
    /// Of all its rows, in order.
    pub(super) fn of(rows: Vec<Row>, sealed: Sealed) -> Stream {
        let mut stream =
            Stream { count: rows.len(), covered: covered(&rows), newest: rows, sealed, ..Stream::default() };
        stream.pack();
        stream
    }

    /// Packs the older ones when there are many.
    fn pack(&mut self) {
        if self.newest.len() < NEWEST {
            return;
        }
        let mut older: Vec<Row> = self.newest.drain(..self.newest.len() - NEWEST / 2).collect();
        if let Some(chunk) = self.chunks.pop_if(|chunk| chunk.count + older.len() <= TOGETHER) {
            self.packed -= chunk.weight();
            let mut rows = chunk.rows();
            rows.append(&mut older);
            older = rows;
        }
        let chunks = older.chunks(TOGETHER).filter_map(Chunk::of);
        let packed = &mut self.packed;
        self.chunks.extend(chunks.inspect(|chunk| *packed += chunk.weight()));
        self.newest.shrink_to(NEWEST);
    }

    pub fn len(&self) -> usize {
        self.count
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn covered(&self) -> usize {
        self.covered
    }

    /// Bytes that the rows take, about.
    pub(super) fn weight(&self) -> usize {
        let newest: usize = self.newest.iter().map(|row| size_of::<Row>() + row.weight()).sum();
        self.packed + newest
    }

    pub fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::with_capacity(self.count);
        self.chunks.iter().for_each(|chunk| rows.append(&mut chunk.rows()));
        rows.extend_from_slice(&self.newest);
        rows
    }

    /// Hot rows of a span.
    pub fn span(&self, span: Span) -> Vec<Row> {
        let mut rows = Vec::new();
        for chunk in self.chunks.iter().filter(|chunk| span.from <= chunk.last && chunk.first < span.to) {
            rows.extend(chunk.rows().into_iter().filter(|row| span.holds(row.key())));
        }
        rows.extend(self.newest.iter().filter(|row| span.holds(row.key())).cloned());
        rows
    }

    /// The first of a span, `most` of them.
    pub fn first_of(&self, span: Span, most: usize) -> Vec<Row> {
        let mut rows = Vec::new();
        for chunk in self.chunks.iter().filter(|chunk| span.from <= chunk.last && chunk.first < span.to) {
            if rows.len() >= most {
                break;
            }
            rows.extend(chunk.rows().into_iter().filter(|row| span.holds(row.key())));
        }
        rows.extend(self.newest.iter().filter(|row| span.holds(row.key())).take(most).cloned());
        rows.truncate(most);
        rows
    }

    /// The last of a span, `most` of them, in order.
    pub fn last_of(&self, span: Span, most: usize) -> Vec<Row> {
        let within = self.newest.iter().rev().filter(|row| span.holds(row.key()));
        let mut rows: Vec<Row> = within.take(most).cloned().collect();
        for chunk in self.chunks.iter().rev().filter(|chunk| span.from <= chunk.last && chunk.first < span.to)
        {
            if rows.len() >= most {
                break;
            }
            rows.extend(chunk.rows().into_iter().rev().filter(|row| span.holds(row.key())));
        }
        rows.truncate(most);
        rows.reverse();
        rows
    }

    fn last_key(&self) -> Option<Key> {
        self.newest.last().map(Row::key).or_else(|| self.chunks.last().map(|chunk| chunk.last))
    }

    pub(super) fn oldest(&self) -> Option<i64> {
        self.chunks.first().map(|chunk| chunk.first.t).or_else(|| self.newest.first().map(|row| row.t))
    }

    pub fn get(&self, key: Key) -> Option<Row> {
        // New rows mostly come after all others.
        if self.last_key().is_none_or(|last| last < key) {
            return None;
        }
        if self.newest.first().is_some_and(|first| first.key() <= key) {
            return self.newest.iter().find(|row| row.key() == key).cloned();
        }
        let chunk = self.chunks.get(self.chunks.partition_point(|chunk| chunk.last < key))?;
        if key < chunk.first {
            return None;
        }
        let mut rows = chunk.rows();
        let at = rows.binary_search_by_key(&key, Row::key).ok()?;
        Some(rows.swap_remove(at))
    }

    /// The last hot row.
    pub(super) fn last_hot(&self) -> Option<Row> {
        match self.newest.last() {
            Some(row) => Some(row.clone()),
            None => self.chunks.last().and_then(|chunk| chunk.rows().pop()),
        }
    }

    pub fn last(&self) -> Option<Row> {
        later(self.last_hot(), self.sealed.last.clone())
    }

    pub fn count(&self) -> u64 {
        self.sealed.rows + (self.count - self.covered) as u64
    }

    /// Times of the first and the last row, microseconds.
    pub fn extent(&self) -> Option<(i64, i64)> {
        let sealed = (self.sealed.rows > 0).then_some(self.sealed.first);
        let first = self.oldest().into_iter().chain(sealed).min()?;
        Some((first, self.last()?.t))
    }

    /// Puts a row in its place, over one with its key.
    pub fn put(&mut self, row: Row) {
        let key = row.key();
        if self.last_key().is_none_or(|last| last < key) {
            self.count += 1;
            self.covered += usize::from(row.mark != Mark::Fresh);
            self.newest.push(row);
            return self.pack();
        }
        self.alter(Span { from: key, to: key.next() }, |rows| {
            match rows.binary_search_by_key(&key, Row::key) {
                Ok(at) => rows[at] = row,
                Err(at) => rows.insert(at, row),
            }
        });
    }

    /// Changes rows where those of a span lie, or would lie if there were any: a row of the span that `f` adds is put in
    /// order. Rows of other places are shown to `f` too.
    fn alter(&mut self, span: Span, f: impl FnOnce(&mut Vec<Row>)) {
        let from = self.chunks.partition_point(|chunk| chunk.last < span.from);
        let is_newest = self.newest.first().is_some_and(|row| row.key() < span.to);
        let mut to = self.chunks.partition_point(|chunk| chunk.first < span.to).max(from);
        // Between two places, and none is of the newest: the chunk that follows takes it, or the newest do.
        if to == from && !is_newest {
            to = (from + 1).min(self.chunks.len());
        }
        let takes_newest = is_newest || to == from;
        let mut rows = Vec::new();
        for chunk in self.chunks.drain(from..to) {
            self.packed -= chunk.weight();
            rows.append(&mut chunk.rows());
        }
        let packed = rows.len();
        if takes_newest {
            rows.append(&mut self.newest);
        }
        let (count, covers) = (rows.len(), covered(&rows));
        f(&mut rows);
        self.count = self.count + rows.len() - count;
        self.covered = self.covered + covered(&rows) - covers;
        if takes_newest {
            // As many as before stay unpacked.
            let packed = packed.min(rows.len());
            self.newest = rows.split_off(packed);
        }
        let parts = rows.len().div_ceil(TOGETHER).max(1);
        let chunks = rows.chunks(rows.len().div_ceil(parts).max(1)).filter_map(Chunk::of);
        let chunks: Vec<Chunk> = chunks.collect();
        self.packed += chunks.iter().map(Chunk::weight).sum::<usize>();
        self.chunks.splice(from..from, chunks);
        self.pack();
    }

    pub fn remove(&mut self, key: Key) {
        self.alter(Span { from: key, to: key.next() }, |rows| rows.retain(|row| row.key() != key));
    }

    /// Removes the hot copies that blocks hold, of these keys (sorted).
    pub fn forget_sealed(&mut self, keys: &[Key]) {
        let (Some(first), Some(last)) = (keys.first(), keys.last()) else { return };
        self.alter(Span { from: *first, to: last.next() }, |rows| {
            rows.retain(|row| row.mark != Mark::Sealed || keys.binary_search(&row.key()).is_err());
        });
    }

    /// Notes that blocks now hold every hot row of the bucket.
    pub fn mark_sealed(&mut self, bucket: Bucket) {
        let span = bucket.span();
        self.alter(span, |rows| {
            rows.iter_mut().filter(|row| span.holds(row.key())).for_each(|row| row.mark = Mark::Sealed);
        });
    }

    /// Sets the mark of a row, as found on opening.
    pub(crate) fn mark(&mut self, key: Key, mark: Mark) {
        self.alter(Span { from: key, to: key.next() }, |rows| {
            rows.iter_mut().filter(|row| row.key() == key).for_each(|row| row.mark = mark);
        });
    }
}

/// The later of two rows; of two with one key the hot one.
pub(super) fn later(hot: Option<Row>, sealed: Option<Row>) -> Option<Row> {
    match (hot, sealed) {
        (Some(hot), Some(sealed)) => Some(if hot.key() >= sealed.key() { hot } else { sealed }),
        (hot, sealed) => hot.or(sealed),
    }
}
