//! `obs_counter`: received = stored + duplicate + … + refused, by source, in the commit of the rows themselves.

use std::collections::BTreeMap;

use host::{DbError, Tx};
use vocab::Time;

use crate::ingest::Outcome;

/// How many observations of a source came to one end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counter {
    pub source: u32,
    pub outcome: Outcome,
    pub rows: u64,
}

/// Counts of one commit, and when the last of them came: (source, code of the outcome).
pub type Counts = BTreeMap<(u32, i64), (i64, Time)>;

pub fn add(tx: &mut Tx, counts: &Counts) -> Result<(), DbError> {
    for ((source, outcome), (rows, last)) in counts {
        tx.execute(
            "INSERT INTO obs_counter (source, outcome, n, last) VALUES ($1, $2, $3, $4)
             ON CONFLICT (source, outcome) DO UPDATE SET n = obs_counter.n + excluded.n, last = excluded.last",
            &[(*source).into(), (*outcome).into(), (*rows).into(), (*last).into()],
        )?;
    }
    Ok(())
}

pub fn list(tx: &mut Tx) -> Result<Vec<Counter>, DbError> {
    tx.query("SELECT source, outcome, n FROM obs_counter ORDER BY source, outcome", &[], |row| {
        let code = row.int(1)?;
        Ok(Counter {
            source: u32::try_from(row.int(0)?).map_err(|e| DbError::Column(0, e.to_string()))?,
            outcome: Outcome::from_code(code).ok_or_else(|| DbError::Column(1, format!("{code}")))?,
            rows: u64::try_from(row.int(2)?).unwrap_or(0),
        })
    })
}
