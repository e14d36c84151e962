//! Moving hot rows into blocks. Each chunk is one transaction that writes blocks, roll-ups and `obs_stream`; the hot
//! copies are deleted afterwards, in order of time, since that is how `obs_hot` lies on its pages. A crash between the
//! two leaves rows in both; readers drop one, and the next pass deletes it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use host::{DbError, Tx};

use super::{blocks, hot, rollups, streams};
use crate::bucket::{Bucket, Level};
use crate::merge::merge;
use crate::mirror::{Mirror, Sealed};
use crate::observation::{Key, Mark, Row};
use crate::seal::Task;

/// Streams of a transaction: the write lock is then held for some 10 to 50 ms.
pub const TASKS_A_CHUNK: usize = 250;
/// Hot copies deleted in a transaction, for the same reason, and streams of which they are forgotten.
pub const DELETES_A_CHUNK: usize = 20_000;
pub const STREAMS_A_CHUNK: usize = 2_500;

/// What sealing changed in memory, to follow the commit.
#[derive(Default)]
pub struct Sealing {
    sealed: BTreeMap<i64, Sealed>,
    marked: Vec<Task>,
    pub rows: u64,
}

impl Sealing {
    /// What is sealed of a datastream, with what this transaction has done already.
    pub fn sealed(&mut self, mirror: &Mirror, datastream: i64) -> &mut Sealed {
        self.sealed
            .entry(datastream)
            .or_insert_with(|| mirror.with(datastream, |s| s.sealed()).unwrap_or_default())
    }

    pub fn is_empty(&self) -> bool {
        self.sealed.is_empty()
    }

    pub fn mark(&mut self, task: Task) {
        self.marked.push(task);
    }

    /// Writes `obs_stream` and lets the mirror follow.
    pub fn finish(self, tx: &mut Tx, mirror: &Arc<Mirror>) -> Result<u64, DbError> {
        for (datastream, sealed) in &self.sealed {
            streams::save(tx, *datastream, sealed)?;
        }
        let mirror = mirror.clone();
        let rows = self.rows;
        tx.on_commit(Box::new(move || {
            for (datastream, sealed) in self.sealed {
                mirror.change(datastream, |stream| stream.sealed = sealed);
            }
            for task in self.marked {
                mirror.change(task.datastream, |stream| stream.mark_sealed(task.bucket));
            }
        }));
        Ok(rows)
    }
}

/// Carries out some tasks of a plan; alone in its commit. Answers how many rows were newly sealed. A task that was
/// overtaken (its datastream deleted, its bucket joined into a longer one) does nothing.
pub fn seal(tx: &mut Tx, mirror: &Arc<Mirror>, tasks: &[Task]) -> Result<u64, DbError> {
    let mut sealing = Sealing::default();
    for task in tasks {
        let rows = mirror.with(task.datastream, |s| s.span(task.bucket.span()));
        let Some(rows) = rows else { continue };
        let sealed = sealing.sealed(mirror, task.datastream);
        let within = sealed.calendar.buckets(task.bucket.range().0, task.bucket.range().1);
        let overtaken = within.iter().any(|bucket| bucket.level > task.bucket.level);
        let nothing_new =
            rows.iter().all(|row| row.mark == Mark::Sealed) && (within.is_empty() || within == [task.bucket]);
        if overtaken || nothing_new {
            continue;
        }
        let more = rewrite(tx, sealed, *task, rows)?;
        sealing.rows += more;
        sealing.mark(*task);
    }
    sealing.finish(tx, mirror)
}

/// Writes a bucket anew from its blocks, those of shorter buckets within it, and `over`. Answers how many rows more are
/// sealed than before.
pub fn rewrite(tx: &mut Tx, sealed: &mut Sealed, task: Task, over: Vec<Row>) -> Result<u64, DbError> {
    let known = gather(tx, sealed, task)?;
    let before = known.len() as u64;
    let rows = merge(known, over);
    replace(tx, sealed, task, &rows, before)?;
    Ok(rows.len() as u64 - before)
}

/// All sealed rows of a bucket; the blocks of shorter buckets within it are deleted, to be written into it.
pub fn gather(tx: &mut Tx, sealed: &Sealed, task: Task) -> Result<Vec<Row>, DbError> {
    let (from, to) = task.bucket.range();
    let mut known = Vec::new();
    for bucket in sealed.calendar.buckets(from, to) {
        known.append(&mut blocks::rows(tx, task.datastream, bucket)?);
        if bucket != task.bucket {
            blocks::delete(tx, task.datastream, bucket)?;
        }
    }
    Ok(known)
}

/// Writes `rows` as all there is in a bucket, where `before` rows were.
pub fn replace(
    tx: &mut Tx,
    sealed: &mut Sealed,
    task: Task,
    rows: &[Row],
    before: u64,
) -> Result<(), DbError> {
    let Task { bucket, datastream } = task;
    blocks::write(tx, datastream, bucket, rows)?;
    if bucket.level >= Level::Day {
        rollups::write(tx, datastream, bucket, rows)?;
    }
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(()) };
    sealed.first = if sealed.last.is_none() { first.t } else { sealed.first.min(first.t) };
    if sealed.last.as_ref().is_none_or(|known| known.key() <= last.key()) {
        let mut last = last.clone();
        last.mark = Mark::Fresh;
        sealed.last = Some(last);
    }
    sealed.rows = sealed.rows + rows.len() as u64 - before;
    sealed.calendar.insert(bucket, rows.len() as i64 - before as i64);
    Ok(())
}

/// Hot copies that blocks hold, of some datastreams.
pub struct Copies {
    /// Time, datastream, n: the order of `obs_hot`.
    pub keys: Vec<(i64, i64, i64)>,
    /// Where the next ones are to be looked for; none when all were seen.
    pub next: Option<i64>,
    /// [`Mirror::rewritten`] when they were listed.
    listed_at: usize,
}

/// Those of the datastreams from `from` on, `most` or somewhat more of them.
pub fn copies(mirror: &Mirror, from: i64, most: usize) -> Copies {
    let listed_at = mirror.rewritten();
    let (mut keys, mut next) = (Vec::new(), None);
    mirror.each_from(from, |datastream, stream| {
        if keys.len() >= most {
            next = Some(datastream);
            return false;
        }
        if stream.covered() > 0 {
            let sealed = stream.rows().into_iter().filter(|row| row.mark == Mark::Sealed);
            keys.extend(sealed.map(|row| (row.t, datastream, row.n)));
        }
        true
    });
    keys.sort_unstable();
    Copies { keys, next, listed_at }
}

/// Deletes hot copies; alone in its commit. A row that was put over since is left. The mirror keeps what is deleted
/// until [`forget`]: a copy more in memory changes no answer, and to look each up in turn would cost more than all else.
pub fn delete_copies(
    tx: &mut Tx,
    mirror: &Mirror,
    copies: &Copies,
    some: Range<usize>,
) -> Result<(), DbError> {
    let keys = copies.keys.get(some).unwrap_or_default();
    let keys = keys.iter().map(|(t, datastream, n)| (*datastream, Key { t: *t, n: *n }));
    let unchanged = mirror.rewritten() == copies.listed_at;
    let still = |(datastream, key): &(i64, Key)| {
        let mark = || mirror.with(*datastream, |s| s.get(*key).map(|row| row.mark)).flatten();
        unchanged || mark() == Some(Mark::Sealed)
    };
    hot::delete(tx, &keys.filter(still).collect::<Vec<_>>())
}

/// Takes deleted copies out of the mirror, stream by stream.
pub fn forget(tx: &mut Tx, mirror: &Arc<Mirror>, streams: Vec<(i64, Vec<Key>)>) {
    let mirror = mirror.clone();
    tx.on_commit(Box::new(move || {
        for (datastream, keys) in streams {
            mirror.change(datastream, |stream| stream.forget_sealed(&keys));
        }
    }));
}

/// What is sealed of a datastream, counted anew from its blocks: after rows were taken out of them.
pub fn recount(tx: &mut Tx, datastream: i64, sealed: &mut Sealed) -> Result<(), DbError> {
    let buckets: Vec<Bucket> = sealed.calendar.all();
    sealed.last = match buckets.last() {
        Some(bucket) => blocks::last_row(tx, datastream, *bucket)?,
        None => None,
    };
    sealed.first = 0;
    if let Some(bucket) = buckets.first() {
        let mut first = i64::MAX;
        blocks::headers(tx, bucket.ids(datastream), |header| first = first.min(header.first))?;
        sealed.first = first;
    }
    Ok(())
}
