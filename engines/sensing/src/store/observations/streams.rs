//! `obs_stream`.

use host::{DbError, Param, Tx};

use crate::block::{self, Block};
use crate::calendar::Calendar;
use crate::mirror::Sealed;

pub fn each(tx: &mut Tx, mut f: impl FnMut(i64, Sealed)) -> Result<(), DbError> {
    tx.each("SELECT ds, n, tmin, last, calendar FROM obs_stream", &[], |row| {
        let last = row.with_bytes(3, |bytes| Block::open(bytes).and_then(|block| block.rows()))??.pop();
        let calendar = row.with_bytes(4, Calendar::decode)??;
        let rows = u64::try_from(row.int(1)?).unwrap_or(0);
        f(row.int(0)?, Sealed { rows, first: row.int(2)?, last, calendar });
        Ok(true)
    })
}

/// The calendar as this transaction sees it.
pub fn calendar(tx: &mut Tx, datastream: i64) -> Result<Calendar, DbError> {
    let found =
        tx.query_one("SELECT calendar FROM obs_stream WHERE ds = $1", &[datastream.into()], |row| {
            Ok(row.with_bytes(0, Calendar::decode)??)
        })?;
    Ok(found.unwrap_or_default())
}

/// Writes what is sealed of a datastream; removes the row when nothing is.
pub fn save(tx: &mut Tx, datastream: i64, sealed: &Sealed) -> Result<(), DbError> {
    let Some(last) = &sealed.last else {
        return delete(tx, datastream);
    };
    let params: [Param; 5] = [
        datastream.into(),
        (sealed.rows as i64).into(),
        sealed.first.into(),
        block::encode(std::slice::from_ref(last)).into(),
        sealed.calendar.encode().into(),
    ];
    tx.execute(
        "INSERT INTO obs_stream (ds, n, tmin, last, calendar) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (ds) DO UPDATE SET n = excluded.n, tmin = excluded.tmin, last = excluded.last,
             calendar = excluded.calendar",
        &params,
    )
    .map(drop)
}

pub fn delete(tx: &mut Tx, datastream: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM obs_stream WHERE ds = $1", &[datastream.into()]).map(drop)
}
