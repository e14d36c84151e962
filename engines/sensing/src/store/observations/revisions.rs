//! `obs_revision`.

use host::{DbError, Param, Tx};
use vocab::Time;

use crate::block::{self, Block};
use crate::observation::{Key, Row};

/// An earlier state of an observation.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// 1 for the first.
    pub number: i64,
    pub at: Time,
    /// `superseded`, `updated` or `deleted`.
    pub what: String,
    pub who: String,
    pub why: String,
    pub was: Row,
}

/// What happened to a row, by whom and why.
#[derive(Debug, Clone, Copy)]
pub struct Note<'a> {
    pub at: Time,
    pub what: &'a str,
    pub who: &'a str,
    pub why: &'a str,
}

pub fn add(tx: &mut Tx, datastream: i64, was: &Row, note: Note) -> Result<(), DbError> {
    let key: [Param; 3] = [datastream.into(), was.t.into(), was.n.into()];
    let last = tx.query_one(
        "SELECT revision FROM obs_revision WHERE ds = $1 AND t = $2 AND n = $3 ORDER BY revision DESC LIMIT 1",
        &key,
        |row| row.int(0),
    )?;
    let [ds, t, n] = key;
    let params: [Param; 9] = [
        ds,
        t,
        n,
        (last.unwrap_or(0) + 1).into(),
        note.at.into(),
        note.what.into(),
        note.who.into(),
        note.why.into(),
        block::encode(std::slice::from_ref(was)).into(),
    ];
    tx.execute(
        "INSERT INTO obs_revision (ds, t, n, revision, at, what, who, why, was)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &params,
    )
    .map(drop)
}

pub fn list(tx: &mut Tx, datastream: i64, key: Key) -> Result<Vec<Revision>, DbError> {
    tx.query(
        "SELECT revision, at, what, who, why, was FROM obs_revision
         WHERE ds = $1 AND t = $2 AND n = $3 ORDER BY revision",
        &[datastream.into(), key.t.into(), key.n.into()],
        |row| {
            let mut was = row.with_bytes(5, |bytes| Block::open(bytes).and_then(|block| block.rows()))??;
            Ok(Revision {
                number: row.int(0)?,
                at: row.time(1)?,
                what: row.text(2)?,
                who: row.text(3)?,
                why: row.text(4)?,
                was: was.pop().ok_or_else(|| DbError::Column(5, "no row".into()))?,
            })
        },
    )
}

pub fn delete_of(tx: &mut Tx, datastream: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM obs_revision WHERE ds = $1", &[datastream.into()]).map(drop)
}
