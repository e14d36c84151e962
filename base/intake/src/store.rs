//! The intake_* tables.

use std::collections::BTreeMap;

use host::migrate::{Migrations, Step};
use host::{DbError, Row, Tx};
use vocab::Time;

use crate::draft::{Quarantined, Receipt, Tally};
use crate::fetch::Validators;
use crate::health::SourceHealth;

pub const MIGRATIONS: Migrations = Migrations {
    owner: "intake",
    steps: &[Step { version: 1, name: "intake", sql: include_str!("../migrations/0001_intake.sql") }],
};

/// Quarantined records kept of each address: enough to see what is wrong, whatever the address sends.
const QUARANTINE_KEPT: i64 = 200;
/// Bytes kept of a broken answer.
const BROKEN_KEPT: usize = 256 * 1024;

/// All that is known of one address of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PullState {
    pub last_asked: Option<Time>,
    pub health: SourceHealth,
    pub validators: Validators,
    pub counters: Counters,
}

/// `records = mapped + quarantined`; `observations = stored + duplicate + refused`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Counters {
    pub answers: u64,
    pub unchanged: u64,
    pub broken: u64,
    pub records: u64,
    pub mapped: u64,
    pub quarantined: u64,
    pub observations: u64,
    pub stored: u64,
    pub duplicate: u64,
    pub refused: u64,
}

impl Counters {
    pub fn add_batch(&mut self, tally: Tally, observations: u64, receipt: &Receipt) {
        self.records += tally.received;
        self.mapped += tally.mapped;
        self.quarantined += tally.quarantined;
        self.observations += observations;
        self.stored += receipt.stored;
        self.duplicate += receipt.duplicate;
        self.refused += receipt.refused_in_all();
    }

    pub fn plus(self, other: Counters) -> Counters {
        Counters {
            answers: self.answers + other.answers,
            unchanged: self.unchanged + other.unchanged,
            broken: self.broken + other.broken,
            records: self.records + other.records,
            mapped: self.mapped + other.mapped,
            quarantined: self.quarantined + other.quarantined,
            observations: self.observations + other.observations,
            stored: self.stored + other.stored,
            duplicate: self.duplicate + other.duplicate,
            refused: self.refused + other.refused,
        }
    }
}

/// A broken answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    pub at: Time,
    pub error: String,
    /// Of the whole answer; `body` is its beginning.
    pub length: u64,
    pub body: Vec<u8>,
}

const COLUMNS: &str = "last_asked, last_good, newest, last_error_at, last_error, failures, etag, last_modified, answers, \
     unchanged, broken, records, mapped, quarantined, observations, stored, duplicate, refused";

/// Every address that was ever asked, by feed and pull.
pub fn load(tx: &mut Tx) -> Result<BTreeMap<(String, String), PullState>, DbError> {
    let sql = format!("SELECT feed, pull, {COLUMNS} FROM intake_source");
    let rows = tx.query(&sql, &[], |row| Ok(((row.text(0)?, row.text(1)?), state(row)?)))?;
    Ok(rows.into_iter().collect())
}

fn state(row: &Row) -> Result<PullState, DbError> {
    let time = |column| Ok::<_, DbError>(row.int_or_null(column)?.map(Time));
    let count = |column| Ok::<_, DbError>(row.int(column)?.max(0) as u64);
    let last_error = time(5)?.zip(row.text_or_null(6)?);
    Ok(PullState {
        last_asked: time(2)?,
        health: SourceHealth {
            last_good: time(3)?,
            newest: time(4)?,
            last_error,
            failures: u32::try_from(row.int(7)?).unwrap_or(u32::MAX),
        },
        validators: Validators { etag: row.text_or_null(8)?, last_modified: row.text_or_null(9)? },
        counters: Counters {
            answers: count(10)?,
            unchanged: count(11)?,
            broken: count(12)?,
            records: count(13)?,
            mapped: count(14)?,
            quarantined: count(15)?,
            observations: count(16)?,
            stored: count(17)?,
            duplicate: count(18)?,
            refused: count(19)?,
        },
    })
}

/// Writes what is known of an address, whole.
pub fn save(tx: &mut Tx, feed: &str, pull: &str, state: &PullState) -> Result<(), DbError> {
    let PullState { last_asked, health, validators, counters: c } = state;
    let (error_at, error) = health.last_error.clone().unzip();
    let count = |n: u64| host::Param::Int(i64::try_from(n).unwrap_or(i64::MAX));
    tx.execute(
        &format!(
            "INSERT INTO intake_source (feed, pull, {COLUMNS})
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
             ON CONFLICT (feed, pull) DO UPDATE SET last_asked = excluded.last_asked, last_good = excluded.last_good,
             newest = excluded.newest, last_error_at = excluded.last_error_at, last_error = excluded.last_error,
             failures = excluded.failures, etag = excluded.etag, last_modified = excluded.last_modified,
             answers = excluded.answers, unchanged = excluded.unchanged, broken = excluded.broken,
             records = excluded.records, mapped = excluded.mapped, quarantined = excluded.quarantined,
             observations = excluded.observations, stored = excluded.stored, duplicate = excluded.duplicate,
             refused = excluded.refused"
        ),
        &[
            feed.into(),
            pull.into(),
            (*last_asked).into(),
            health.last_good.into(),
            health.newest.into(),
            error_at.into(),
            error.into(),
            health.failures.into(),
            validators.etag.clone().into(),
            validators.last_modified.clone().into(),
            count(c.answers),
            count(c.unchanged),
            count(c.broken),
            count(c.records),
            count(c.mapped),
            count(c.quarantined),
            count(c.observations),
            count(c.stored),
            count(c.duplicate),
            count(c.refused),
        ],
    )?;
    Ok(())
}

pub fn add_refusals(
    tx: &mut Tx,
    feed: &str,
    pull: &str,
    refused: &BTreeMap<String, u64>,
) -> Result<(), DbError> {
    for (reason, count) in refused {
        tx.execute(
            "INSERT INTO intake_refusal (feed, pull, reason, refused) VALUES ($1, $2, $3, $4)
             ON CONFLICT (feed, pull, reason) DO UPDATE SET refused = intake_refusal.refused + excluded.refused",
            &[feed.into(), pull.into(), reason.into(), i64::try_from(*count).unwrap_or(i64::MAX).into()],
        )?;
    }
    Ok(())
}

/// Refused observations of a feed by reason, most first.
pub fn refusals(tx: &mut Tx, feed: &str) -> Result<Vec<(String, u64)>, DbError> {
    tx.query(
        "SELECT reason, CAST(SUM(refused) AS BIGINT) FROM intake_refusal WHERE feed = $1 GROUP BY reason ORDER BY 2 DESC, 1",
        &[feed.into()],
        |row| Ok((row.text(0)?, row.int(1)?.max(0) as u64)),
    )
}

/// Keeps quarantined records, and of each address only the latest.
pub fn quarantine(
    tx: &mut Tx,
    feed: &str,
    pull: &str,
    at: Time,
    records: &[Quarantined],
) -> Result<(), DbError> {
    if records.is_empty() {
        return Ok(());
    }
    for record in records {
        let ordinal = i64::try_from(record.ordinal).unwrap_or(i64::MAX);
        tx.execute(
            "INSERT INTO intake_quarantine (feed, pull, at, ordinal, record, reason) VALUES ($1, $2, $3, $4, $5, $6)",
            &[feed.into(), pull.into(), at.into(), ordinal.into(), (&record.record).into(), (&record.reason).into()],
        )?;
    }
    tx.execute(
        "DELETE FROM intake_quarantine WHERE feed = $1 AND pull = $2 AND id <= (
             SELECT id FROM intake_quarantine WHERE feed = $1 AND pull = $2 ORDER BY id DESC LIMIT 1 OFFSET $3)",
        &[feed.into(), pull.into(), QUARANTINE_KEPT.into()],
    )?;
    Ok(())
}

/// The latest quarantined records of a feed, newest first, each with when it came.
pub fn quarantined(tx: &mut Tx, feed: &str, limit: u32) -> Result<Vec<(Time, Quarantined)>, DbError> {
    tx.query(
        "SELECT at, ordinal, record, reason FROM intake_quarantine WHERE feed = $1 ORDER BY id DESC LIMIT $2",
        &[feed.into(), limit.into()],
        |row| {
            let ordinal = row.int(1)?.max(0) as u64;
            Ok((row.time(0)?, Quarantined { ordinal, record: row.text(2)?, reason: row.text(3)? }))
        },
    )
}

/// Keeps an address's last broken answer in place of the one before.
pub fn keep_broken(
    tx: &mut Tx,
    feed: &str,
    pull: &str,
    at: Time,
    error: &str,
    body: &[u8],
) -> Result<(), DbError> {
    let kept = &body[..body.len().min(BROKEN_KEPT)];
    tx.execute(
        "INSERT INTO intake_broken (feed, pull, at, error, length, body) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (feed, pull) DO UPDATE SET at = excluded.at, error = excluded.error, length = excluded.length,
         body = excluded.body",
        &[feed.into(), pull.into(), at.into(), error.into(), (body.len() as i64).into(), kept.into()],
    )?;
    Ok(())
}

pub fn broken(tx: &mut Tx, feed: &str, pull: &str) -> Result<Option<Broken>, DbError> {
    tx.query_one(
        "SELECT at, error, length, body FROM intake_broken WHERE feed = $1 AND pull = $2",
        &[feed.into(), pull.into()],
        |row| {
            let length = row.int(2)?.max(0) as u64;
            Ok(Broken { at: row.time(0)?, error: row.text(1)?, length, body: row.bytes(3)? })
        },
    )
}

#[cfg(test)]
mod tests;
