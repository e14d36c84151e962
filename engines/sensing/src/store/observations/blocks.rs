//! `obs_block`.

use host::{DbError, Param, Row as SqlRow, Tx};

use crate::block::{self, Block};
use crate::bucket::{Bucket, PARTS};
use crate::observation::{Key, Row};
use crate::rollup::Summary;

/// Which end of a bucket to begin at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Forward,
    Backward,
}

/// Shows the blobs of a bucket that may hold rows of `from..=to` (microseconds) to `f`, in order, until it says `false`.
pub fn each_part(
    tx: &mut Tx,
    datastream: i64,
    bucket: Bucket,
    (from, to): (i64, i64),
    direction: Direction,
    mut f: impl FnMut(&[u8]) -> Result<bool, DbError>,
) -> Result<bool, DbError> {
    let (first, last) = bucket.ids(datastream);
    let statement = match direction {
        Direction::Forward => {
            "SELECT b FROM obs_block WHERE id >= $1 AND id <= $2 AND tmax >= $3 AND tmin <= $4 ORDER BY id"
        }
        Direction::Backward => {
            "SELECT b FROM obs_block WHERE id >= $1 AND id <= $2 AND tmax >= $3 AND tmin <= $4 ORDER BY id DESC"
        }
    };
    let params: [Param; 4] = [first.into(), last.into(), from.into(), to.into()];
    let mut go_on = true;
    tx.each(statement, &params, |row| {
        go_on = row.with_bytes(0, &mut f)??;
        Ok(go_on)
    })?;
    Ok(go_on)
}

/// All rows of a bucket.
pub fn rows(tx: &mut Tx, datastream: i64, bucket: Bucket) -> Result<Vec<Row>, DbError> {
    let mut rows = Vec::new();
    each_part(tx, datastream, bucket, (i64::MIN, i64::MAX), Direction::Forward, |bytes| {
        let part = Block::open(bytes)?.rows()?;
        if rows.is_empty() {
            rows = part;
        } else {
            rows.extend(part);
        }
        Ok(true)
    })?;
    Ok(rows)
}

/// All keys of a bucket.
pub fn keys(tx: &mut Tx, datastream: i64, bucket: Bucket) -> Result<Vec<Key>, DbError> {
    let mut keys = Vec::new();
    each_part(tx, datastream, bucket, (i64::MIN, i64::MAX), Direction::Forward, |bytes| {
        keys.extend(Block::open(bytes)?.keys()?);
        Ok(true)
    })?;
    Ok(keys)
}

/// One row of a bucket.
pub fn row(tx: &mut Tx, datastream: i64, bucket: Bucket, key: Key) -> Result<Option<Row>, DbError> {
    let mut found = None;
    each_part(tx, datastream, bucket, (key.t, key.t), Direction::Forward, |bytes| {
        let rows = Block::open(bytes)?.rows()?;
        found = rows.binary_search_by_key(&key, Row::key).ok().map(|at| rows[at].clone());
        Ok(found.is_none())
    })?;
    Ok(found)
}

/// The last row of a bucket.
pub fn last_row(tx: &mut Tx, datastream: i64, bucket: Bucket) -> Result<Option<Row>, DbError> {
    let mut found = None;
    each_part(tx, datastream, bucket, (i64::MIN, i64::MAX), Direction::Backward, |bytes| {
        found = Block::open(bytes)?.rows()?.pop();
        Ok(found.is_none())
    })?;
    Ok(found)
}

const WRITE: &str = "INSERT INTO obs_block (id, n, tmin, tmax, numbers, vsum, vmin, vmax, vfirst, vlast,
         suspect, missing, estimated, simulated, b)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
     ON CONFLICT (id) DO UPDATE SET n = excluded.n, tmin = excluded.tmin, tmax = excluded.tmax,
         numbers = excluded.numbers, vsum = excluded.vsum, vmin = excluded.vmin, vmax = excluded.vmax,
         vfirst = excluded.vfirst, vlast = excluded.vlast, suspect = excluded.suspect, missing = excluded.missing,
         estimated = excluded.estimated, simulated = excluded.simulated, b = excluded.b";

/// Writes sorted rows as the blocks of a bucket, in place of what it held.
pub fn write(tx: &mut Tx, datastream: i64, bucket: Bucket, rows: &[Row]) -> Result<(), DbError> {
    let parts = block::partition(rows, PARTS);
    for (part, rows) in parts.iter().enumerate() {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { continue };
        let s = Summary::of(*rows);
        let count = |n: u64| Param::Int(n as i64);
        let [_, suspect, missing, estimated, simulated] = s.quality;
        let params: [Param; 15] = [
            bucket.id(datastream, part).into(),
            count(s.rows),
            first.t.into(),
            last.t.into(),
            count(s.numbers),
            storable(s.sum),
            s.min.into(),
            s.max.into(),
            s.first.into(),
            s.last.into(),
            count(suspect),
            count(missing),
            count(estimated),
            count(simulated),
            block::encode(rows).into(),
        ];
        tx.execute(WRITE, &params)?;
    }
    let (_, last) = bucket.ids(datastream);
    tx.execute(
        "DELETE FROM obs_block WHERE id >= $1 AND id <= $2",
        &[(bucket.id(datastream, 0) + parts.len() as i64).into(), last.into()],
    )?;
    Ok(())
}

/// A sum may overflow to infinity, and infinities of both signs add to what no column holds; then it is 0 with the
/// numbers still there to be read.
fn storable(sum: f64) -> Param {
    Param::Float(if sum.is_nan() { 0.0 } else { sum })
}

pub fn delete(tx: &mut Tx, datastream: i64, bucket: Bucket) -> Result<u64, DbError> {
    let (first, last) = bucket.ids(datastream);
    tx.execute("DELETE FROM obs_block WHERE id >= $1 AND id <= $2", &[first.into(), last.into()])
}

/// What the columns say of a block.
#[derive(Debug, Clone, Copy)]
pub struct Header {
    pub id: i64,
    pub first: i64,
    pub summary: Summary,
}

const HEADER: &str =
    "SELECT id, n, tmin, numbers, vsum, vmin, vmax, vfirst, vlast, suspect, missing, estimated, simulated
     FROM obs_block WHERE id >= $1 AND id <= $2 ORDER BY id";

/// Shows the headers of a range of keys to `f`, in order.
pub fn headers(tx: &mut Tx, (first, last): (i64, i64), mut f: impl FnMut(Header)) -> Result<(), DbError> {
    tx.each(HEADER, &[first.into(), last.into()], |row| {
        f(header(row)?);
        Ok(true)
    })
}

fn header(row: &SqlRow) -> Result<Header, DbError> {
    let count = |column| -> Result<u64, DbError> {
        u64::try_from(row.int(column)?).map_err(|_| DbError::Column(column, "a negative count".into()))
    };
    let rows = count(1)?;
    let (suspect, missing, estimated, simulated) = (count(9)?, count(10)?, count(11)?, count(12)?);
    let valid = rows.saturating_sub(suspect + missing + estimated + simulated);
    let summary = Summary {
        rows,
        numbers: count(3)?,
        sum: row.float(4)?,
        min: row.float(5)?,
        max: row.float(6)?,
        first: row.float(7)?,
        last: row.float(8)?,
        quality: [valid, suspect, missing, estimated, simulated],
    };
    Ok(Header { id: row.int(0)?, first: row.int(2)?, summary })
}

/// The first key at or after `id`: where the next bucket that holds anything begins.
pub fn next_id(tx: &mut Tx, id: i64) -> Result<Option<i64>, DbError> {
    tx.query_one("SELECT id FROM obs_block WHERE id >= $1 ORDER BY id LIMIT 1", &[id.into()], |row| {
        row.int(0)
    })
}
