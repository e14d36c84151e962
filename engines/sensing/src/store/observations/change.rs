//! Corrections and deletions. Each is alone in its commit, since memory must stand still meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use host::{DbError, Tx};
use vocab::Time;

use super::revisions::{self, Note};
use super::seal::{self, Sealing};
use super::{Memory, Observations, blocks, extents, hot, rollups, streams};
use crate::bucket::Bucket;
use crate::observation::{Key, Mark, ObservationId, Row};
use crate::seal::Task;

impl Observations {
    /// Puts `row` in the place of the observation with its key and keeps the earlier one as a revision. Answers
    /// whether there was one; there is none made.
    pub async fn update(
        &self,
        datastream: i64,
        row: Row,
        at: Time,
        who: &str,
        why: &str,
    ) -> Result<bool, DbError> {
        let (memory, who, why) = (self.inner.memory.clone(), who.to_string(), why.to_string());
        self.inner
            .db
            .write_alone(move |tx| {
                let note = Note { at, what: "updated", who: &who, why: &why };
                update(tx, &memory, datastream, row.clone(), note)
            })
            .await
    }

    /// Deletes an observation; a revision keeps it. Answers whether there was one.
    pub async fn delete(&self, id: ObservationId, at: Time, who: &str, why: &str) -> Result<bool, DbError> {
        let (memory, who, why) = (self.inner.memory.clone(), who.to_string(), why.to_string());
        self.inner
            .db
            .write_alone(move |tx| {
                let note = Note { at, what: "deleted", who: &who, why: &why };
                let keys = BTreeSet::from([id.key]);
                Ok(delete_all(tx, &memory, id.datastream, &keys, note)? > 0)
            })
            .await
    }

    /// Deletes observations of several datastreams in one commit; a revision keeps each. Answers how many there were.
    pub async fn delete_all(
        &self,
        keys: BTreeMap<i64, BTreeSet<Key>>,
        at: Time,
        who: &str,
    ) -> Result<u64, DbError> {
        let (memory, who) = (self.inner.memory.clone(), who.to_string());
        let deleted = self.inner.db.write_alone(move |tx| {
            let note = Note { at, what: "deleted", who: &who, why: "deleted through the API" };
            let mut deleted = 0;
            for (datastream, keys) in &keys {
                deleted += delete_all(tx, &memory, *datastream, keys, note)?;
            }
            Ok::<_, DbError>(deleted)
        });
        deleted.await
    }

    /// Deletes all observations and revisions of a datastream, as a part of the transaction that deletes the
    /// datastream itself, which must be a `write_alone`.
    pub fn delete_stream(&self, tx: &mut Tx, datastream: i64) -> Result<(), DbError> {
        delete_stream(tx, &self.inner.memory, datastream)
    }
}

/// The hot row and, below it or alone, the sealed one.
fn find(
    tx: &mut Tx,
    memory: &Memory,
    datastream: i64,
    key: Key,
) -> Result<(Option<Row>, Option<(Bucket, Row)>), DbError> {
    let found = memory.mirror.with(datastream, |s| (s.get(key), s.sealed().calendar.covering(key.t)));
    let (hot, bucket) = found.unwrap_or_default();
    let sealed = match bucket {
        Some(bucket) => blocks::row(tx, datastream, bucket, key)?.map(|row| (bucket, row)),
        None => None,
    };
    Ok((hot, sealed))
}

/// The observation with that key, as the writer finds it.
pub(crate) fn current(
    tx: &mut Tx,
    memory: &Memory,
    datastream: i64,
    key: Key,
) -> Result<Option<Row>, DbError> {
    let (hot, sealed) = find(tx, memory, datastream, key)?;
    Ok(hot.or(sealed.map(|(_, row)| row)))
}

pub(crate) fn update(
    tx: &mut Tx,
    memory: &Memory,
    datastream: i64,
    mut row: Row,
    note: Note,
) -> Result<bool, DbError> {
    let (hot, sealed) = find(tx, memory, datastream, row.key())?;
    let was = hot.as_ref().or(sealed.as_ref().map(|(_, row)| row));
    let Some(was) = was else { return Ok(false) };
    revisions::add(tx, datastream, was, note)?;
    row.mark = if sealed.is_some() { Mark::Over } else { Mark::Fresh };
    let rows = [(datastream, row)];
    hot::put(tx, &rows)?;
    extents::widen(tx, memory, &rows)?;
    let mirror = memory.mirror.clone();
    tx.on_commit(Box::new(move || mirror.put_all(rows.into())));
    Ok(true)
}

/// Deletes those of `keys` that there are; a revision keeps each. Answers how many. To be called once a datastream in a
/// transaction: what memory knows of its blocks follows with the commit.
pub(crate) fn delete_all(
    tx: &mut Tx,
    memory: &Memory,
    datastream: i64,
    keys: &BTreeSet<Key>,
    note: Note,
) -> Result<u64, DbError> {
    let mut by_bucket: BTreeMap<Option<Bucket>, Vec<(Key, Option<Row>)>> = BTreeMap::new();
    memory.mirror.with(datastream, |stream| {
        let calendar = stream.sealed().calendar;
        for key in keys {
            let bucket = calendar.covering(key.t);
            by_bucket.entry(bucket).or_default().push((*key, stream.get(*key)));
        }
    });
    let hot: Vec<(i64, Key)> = keys.iter().map(|key| (datastream, *key)).collect();
    hot::delete(tx, &hot)?;
    let (mut deleted, mut sealing) = (0, Sealing::default());
    for (bucket, gone) in by_bucket {
        let known = bucket.map_or(Ok(Vec::new()), |bucket| blocks::rows(tx, datastream, bucket))?;
        let sealed = |key: Key| known.binary_search_by_key(&key, Row::key).ok().and_then(|at| known.get(at));
        for (key, hot) in &gone {
            // Where both are, the hot one is the truth.
            if let Some(was) = hot.as_ref().or(sealed(*key)) {
                revisions::add(tx, datastream, was, note)?;
                deleted += 1;
            }
        }
        let (before, mut rows) = (known.len() as u64, known.clone());
        rows.retain(|row| gone.binary_search_by_key(&row.key(), |(key, _)| *key).is_err());
        let Some(bucket) = bucket.filter(|_| rows.len() < known.len()) else { continue };
        let sealed = sealing.sealed(&memory.mirror, datastream);
        if rows.is_empty() {
            blocks::delete(tx, datastream, bucket)?;
            rollups::write(tx, datastream, bucket, &rows)?;
            sealed.calendar.remove(bucket, before);
            sealed.rows -= before;
        } else {
            seal::replace(tx, sealed, Task { bucket, datastream }, &rows, before)?;
        }
    }
    // Counted once, from what is left when all are gone.
    if !sealing.is_empty() {
        seal::recount(tx, datastream, sealing.sealed(&memory.mirror, datastream))?;
        sealing.finish(tx, &memory.mirror)?;
    }
    let mirror = memory.mirror.clone();
    tx.on_commit(Box::new(move || {
        mirror.change(datastream, |stream| hot.iter().for_each(|(_, key)| stream.remove(*key)));
    }));
    Ok(deleted)
}

pub(crate) fn delete_stream(tx: &mut Tx, memory: &Memory, datastream: i64) -> Result<(), DbError> {
    let found = memory.mirror.with(datastream, |stream| {
        let hot: Vec<(i64, Key)> = stream.rows().iter().map(|row| (datastream, row.key())).collect();
        (hot, stream.sealed().calendar)
    });
    let (hot, calendar) = found.unwrap_or_default();
    hot::delete(tx, &hot)?;
    for bucket in calendar.all() {
        blocks::delete(tx, datastream, bucket)?;
    }
    for month in calendar.months() {
        rollups::delete(tx, datastream, month)?;
    }
    streams::delete(tx, datastream)?;
    revisions::delete_of(tx, datastream)?;
    extents::delete(tx, memory, datastream)?;
    let mirror = memory.mirror.clone();
    tx.on_commit(Box::new(move || mirror.forget(datastream)));
    Ok(())
}
