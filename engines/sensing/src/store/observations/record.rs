//! Writing what the door let in: duplicates are found in memory, rows go to `obs_hot`, counters with them.

use std::collections::HashMap;

use host::{DbError, Tx};
use vocab::Time;

use super::counters::{self, Counts};
use super::revisions::{self, Note};
use super::{Memory, blocks, extents, hot, sources};
use crate::bucket::Bucket;
use crate::datastream::Policy;
use crate::ingest::{Outcome, Refusal, decide};
use crate::observation::{Key, Mark, Row};

/// Validated observations of one source.
pub struct Batch {
    pub source: u32,
    pub received: Time,
    /// Rows let in, with their datastreams.
    pub rows: Vec<(i64, Row)>,
    /// One for each that came; those of `rows` are decided here.
    pub outcomes: Vec<Outcome>,
    /// Where in `outcomes` each of `rows` stands; empty when all were let in.
    pub positions: Vec<u32>,
    /// Rules of datastreams that the same transaction makes: memory learns of them with its commit.
    pub made: Vec<(i64, Policy)>,
}

impl Batch {
    fn position(&self, row: usize) -> usize {
        self.positions.get(row).map_or(row, |p| *p as usize)
    }
}

/// A row of a batch by its key; sorting puts rows with one key side by side, in order of arrival, and all rows in the
/// order in which `obs_hot` is written fastest.
type Place = (i64, i64, i64, u32, u32);

/// Writes batches and answers what became of each observation. Memory follows on commit.
pub fn record(tx: &mut Tx, memory: &Memory, batches: &[Batch]) -> Result<Vec<Vec<Outcome>>, DbError> {
    let mut outcomes: Vec<Vec<Outcome>> = batches.iter().map(|b| b.outcomes.clone()).collect();
    let mut order: Vec<Place> = Vec::with_capacity(batches.iter().map(|b| b.rows.len()).sum());
    for (b, batch) in (0u32..).zip(batches) {
        order.extend((0u32..).zip(&batch.rows).map(|(r, (ds, row))| (row.t, *ds, row.n, b, r)));
    }
    order.sort_unstable();

    let mut work = Work::default();
    memory.datastreams.with(|datastreams| -> Result<(), DbError> {
        let view = memory.mirror.view();
        for same in order.chunk_by(|a, b| (a.0, a.1, a.2) == (b.0, b.1, b.2)) {
            let (t, ds, n, ..) = same[0];
            let key = Key { t, n };
            let made = || batches.iter().flat_map(|batch| &batch.made).find(|(id, _)| *id == ds);
            let policy = datastreams.get(ds).map(|d| d.policy).or_else(|| made().map(|(_, policy)| *policy));
            let stream = view.stream(ds);
            let hot = stream.and_then(|s| s.get(key));
            let sealed = match stream.and_then(|s| s.sealed_bucket(key)) {
                Some(bucket) if hot.is_none() => work.sealed(tx, ds, bucket, key)?,
                _ => None,
            };
            let mut current = hot.as_ref().or(sealed.as_ref());
            let mut write = None;
            for (.., b, r) in same {
                let batch = &batches[*b as usize];
                let row = &batch.rows[*r as usize].1;
                let outcome = match policy {
                    None => Outcome::Refused(Refusal::UnknownDatastream),
                    Some(policy) => decide(current, None, row, policy),
                };
                if let (Outcome::Replaced, Some(was)) = (outcome, current) {
                    work.superseded.push((ds, was.clone(), batch.source, batch.received));
                }
                if matches!(outcome, Outcome::Stored | Outcome::Replaced) {
                    (current, write) = (Some(row), Some(row));
                }
                outcomes[*b as usize][batch.position(*r as usize)] = outcome;
            }
            if let Some(row) = write {
                let mut row = row.clone();
                let covered = sealed.is_some() || hot.as_ref().is_some_and(|h| h.mark != Mark::Fresh);
                row.mark = if covered { Mark::Over } else { Mark::Fresh };
                if hot.is_some() { work.over.push((ds, row)) } else { work.new.push((ds, row)) }
            }
        }
        Ok(())
    })?;

    hot::insert(tx, &work.new)?;
    hot::put(tx, &work.over)?;
    for (ds, was, source, at) in &work.superseded {
        let who = sources::slug(tx, *source)?;
        let why = "a later observation with the same key";
        revisions::add(tx, *ds, was, Note { at: *at, what: "superseded", who: &who, why })?;
    }
    counters::add(tx, &counts(batches, &outcomes))?;
    let mut rows = work.new;
    rows.append(&mut work.over);
    extents::widen(tx, memory, &rows)?;
    follow(tx, memory, rows);
    Ok(outcomes)
}

/// What is found and to be done, gathered over a commit.
#[derive(Default)]
struct Work {
    new: Vec<(i64, Row)>,
    over: Vec<(i64, Row)>,
    superseded: Vec<(i64, Row, u32, Time)>,
    /// Keys of the blocks met so far: late rows come in crowds.
    keys: HashMap<(Bucket, i64), Vec<Key>>,
}

/// Blocks whose keys are remembered within a commit; 1,440 keys take 23 kB.
const BLOCKS_REMEMBERED: usize = 1_024;

impl Work {
    /// The sealed row with that key.
    fn sealed(&mut self, tx: &mut Tx, ds: i64, bucket: Bucket, key: Key) -> Result<Option<Row>, DbError> {
        if !self.keys.contains_key(&(bucket, ds)) {
            if self.keys.len() >= BLOCKS_REMEMBERED {
                self.keys.clear();
            }
            let keys = match blocks::keys(tx, ds, bucket) {
                // Whatever a damaged block held, what arrives now is kept, and others' rows with it.
                Err(DbError::Corrupt(reason)) => {
                    tracing::error!(reason, datastream = ds, ?bucket, "cannot look for duplicates");
                    Vec::new()
                }
                keys => keys?,
            };
            self.keys.insert((bucket, ds), keys);
        }
        let is_there = self.keys.get(&(bucket, ds)).is_some_and(|keys| keys.binary_search(&key).is_ok());
        if is_there { blocks::row(tx, ds, bucket, key) } else { Ok(None) }
    }
}

fn counts(batches: &[Batch], outcomes: &[Vec<Outcome>]) -> Counts {
    let mut counts = Counts::new();
    for (batch, outcomes) in batches.iter().zip(outcomes) {
        for same in outcomes.chunk_by(|a, b| a == b) {
            let (rows, last) = counts.entry((batch.source, same[0].code())).or_insert((0, batch.received));
            *rows += same.len() as i64;
            *last = batch.received.max(*last);
        }
    }
    counts
}

/// On commit the mirror takes the rows and listeners hear of them.
fn follow(tx: &mut Tx, memory: &Memory, rows: Vec<(i64, Row)>) {
    if rows.is_empty() {
        return;
    }
    let (mirror, committed) = (memory.mirror.clone(), memory.committed.clone());
    tx.on_commit(Box::new(move || {
        let told = (committed.receiver_count() > 0).then(|| rows.clone());
        mirror.put_all(rows);
        if let Some(rows) = told {
            // The last listener may have gone meanwhile.
            drop(committed.send(rows.into()));
        }
    }));
}
