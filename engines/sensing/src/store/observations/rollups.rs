//! `obs_rollup`.

use host::{DbError, Tx};

use crate::bucket::{Bucket, Level};
use crate::observation::Row;
use crate::rollup::{self, Hours};

fn id(datastream: i64, month: i64) -> i64 {
    Bucket { level: Level::Month, index: month }.id(datastream, 0)
}

pub fn read(tx: &mut Tx, datastream: i64, month: i64) -> Result<Hours, DbError> {
    let found =
        tx.query_one("SELECT b FROM obs_rollup WHERE id = $1", &[id(datastream, month).into()], |row| {
            Ok(row.with_bytes(0, rollup::decode)??)
        })?;
    Ok(found.unwrap_or_default())
}

/// Puts the roll-ups of `rows`, which are all rows of `bucket`, in place of those before.
pub fn write(tx: &mut Tx, datastream: i64, bucket: Bucket, rows: &[Row]) -> Result<(), DbError> {
    let Some(month) = Bucket::at(Level::Month, bucket.range().0) else { return Ok(()) };
    let mut hours =
        if bucket.level == Level::Month { Hours::new() } else { read(tx, datastream, month.index)? };
    rollup::replace(&mut hours, bucket, rollup::of_rows(rows));
    if hours.is_empty() {
        return delete(tx, datastream, month.index);
    }
    tx.execute(
        "INSERT INTO obs_rollup (id, b) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET b = excluded.b",
        &[id(datastream, month.index).into(), rollup::encode(&hours).into()],
    )
    .map(drop)
}

pub fn delete(tx: &mut Tx, datastream: i64, month: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM obs_rollup WHERE id = $1", &[id(datastream, month).into()]).map(drop)
}
