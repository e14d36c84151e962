//! `sensing_outbox`: what is to be told to whom, until it was.

use host::{DbError, Row, Tx};
use vocab::Time;

use crate::alert::{Alert, What};

/// One thing to tell one target.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    pub id: i64,
    pub alert: String,
    pub what: What,
    pub attempts: i64,
    pub written: Time,
}

fn letter(row: &Row) -> Result<Letter, DbError> {
    let what = row.text(2)?;
    Ok(Letter {
        id: row.int(0)?,
        alert: row.text(1)?,
        what: What::from_word(&what).ok_or(DbError::Column(2, what))?,
        attempts: row.int(3)?,
        written: row.time(4)?,
    })
}

/// Writes what a target is to be told. Written before, it stays as it is.
pub fn add(tx: &mut Tx, alert: &Alert, what: What, target: &str, now: Time) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO sensing_outbox (alert, what, target, written, attempts, due, sent, error)
         VALUES ($1, $2, $3, $4, 0, $4, NULL, '') ON CONFLICT (alert, what, target) DO NOTHING",
        &[(&alert.id).into(), what.word().into(), target.into(), now.into()],
    )
    .map(drop)
}

/// What a target is to be told now, oldest first.
pub fn due(tx: &mut Tx, target: &str, now: Time, limit: i64) -> Result<Vec<Letter>, DbError> {
    tx.query(
        "SELECT id, alert, what, attempts, written FROM sensing_outbox
         WHERE target = $1 AND sent IS NULL AND due <= $2 ORDER BY id LIMIT $3",
        &[target.into(), now.into(), limit.into()],
        letter,
    )
}

/// How much waits for a target.
pub fn waiting(tx: &mut Tx, target: &str) -> Result<i64, DbError> {
    let found = tx.query_one(
        "SELECT COUNT(*) FROM sensing_outbox WHERE target = $1 AND sent IS NULL",
        &[target.into()],
        |row| row.int(0),
    )?;
    Ok(found.unwrap_or(0))
}

pub fn sent(tx: &mut Tx, ids: &[i64], now: Time) -> Result<(), DbError> {
    for id in ids {
        let params = [now.into(), (*id).into()];
        tx.execute("UPDATE sensing_outbox SET sent = $1, error = '' WHERE id = $2", &params)?;
    }
    Ok(())
}

pub fn failed(tx: &mut Tx, ids: &[i64], due: Time, error: &str) -> Result<(), DbError> {
    for id in ids {
        tx.execute(
            "UPDATE sensing_outbox SET attempts = attempts + 1, due = $1, error = $2 WHERE id = $3",
            &[due.into(), error.into(), (*id).into()],
        )?;
    }
    Ok(())
}

/// Forgets what was sent before this.
pub fn sweep(tx: &mut Tx, before: Time) -> Result<u64, DbError> {
    tx.execute("DELETE FROM sensing_outbox WHERE sent IS NOT NULL AND sent < $1", &[before.into()])
}

/// Gives up what nobody took since before this.
pub fn give_up(tx: &mut Tx, before: Time) -> Result<u64, DbError> {
    tx.execute("DELETE FROM sensing_outbox WHERE sent IS NULL AND written < $1", &[before.into()])
}
