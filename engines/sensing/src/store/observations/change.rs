//! Corrections and deletions. Each is alone in its commit, since memory must stand still meanwhile.

use host::{DbError, Tx};
use vocab::Time;

use super::revisions::{self, Note};
use super::seal::{self, Sealing};
use super::{Memory, Observations, blocks, hot, rollups, streams};
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
                delete(tx, &memory, id, note)
            })
            .await
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
    let found = memory.mirror.with(datastream, |s| (s.get(key).cloned(), s.sealed.calendar.covering(key.t)));
    let (hot, bucket) = found.unwrap_or_default();
    let sealed = match bucket {
        Some(bucket) => blocks::row(tx, datastream, bucket, key)?.map(|row| (bucket, row)),
        None => None,
    };
    Ok((hot, sealed))
}

fn update(tx: &mut Tx, memory: &Memory, datastream: i64, mut row: Row, note: Note) -> Result<bool, DbError> {
    let (hot, sealed) = find(tx, memory, datastream, row.key())?;
    let was = hot.as_ref().or(sealed.as_ref().map(|(_, row)| row));
    let Some(was) = was else { return Ok(false) };
    revisions::add(tx, datastream, was, note)?;
    row.mark = if sealed.is_some() { Mark::Over } else { Mark::Fresh };
    let rows = [(datastream, row)];
    hot::put(tx, &rows)?;
    let mirror = memory.mirror.clone();
    tx.on_commit(Box::new(move || mirror.put_all(rows.into())));
    Ok(true)
}

fn delete(tx: &mut Tx, memory: &Memory, id: ObservationId, note: Note) -> Result<bool, DbError> {
    let ObservationId { datastream, key } = id;
    let (hot, sealed) = find(tx, memory, datastream, key)?;
    let was = hot.as_ref().or(sealed.as_ref().map(|(_, row)| row));
    let Some(was) = was else { return Ok(false) };
    revisions::add(tx, datastream, was, note)?;
    hot::delete(tx, &[(datastream, key)])?;
    if let Some((bucket, _)) = sealed {
        let mut rows = blocks::rows(tx, datastream, bucket)?;
        let before = rows.len() as u64;
        rows.retain(|row| row.key() != key);
        let mut sealing = Sealing::default();
        let sealed = sealing.sealed(&memory.mirror, datastream);
        if rows.is_empty() {
            blocks::delete(tx, datastream, bucket)?;
            rollups::write(tx, datastream, bucket, &rows)?;
            sealed.calendar.remove(bucket, before);
            sealed.rows -= before;
        } else {
            seal::replace(tx, sealed, Task { bucket, datastream }, &rows, before)?;
        }
        seal::recount(tx, datastream, sealed)?;
        sealing.finish(tx, &memory.mirror)?;
    }
    let mirror = memory.mirror.clone();
    tx.on_commit(Box::new(move || mirror.change(datastream, |stream| stream.remove(key))));
    Ok(true)
}

pub(crate) fn delete_stream(tx: &mut Tx, memory: &Memory, datastream: i64) -> Result<(), DbError> {
    let found = memory.mirror.with(datastream, |stream| {
        let hot: Vec<(i64, Key)> = stream.rows().iter().map(|row| (datastream, row.key())).collect();
        (hot, stream.sealed.calendar.clone())
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
    let mirror = memory.mirror.clone();
    tx.on_commit(Box::new(move || mirror.forget(datastream)));
    Ok(())
}
