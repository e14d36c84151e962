//! Who did what, when. Append-only: nothing here changes or removes a line.

use vocab::{Caller, Time};

use crate::db::{DbError, Tx};

/// Writes a line in the transaction of what it tells of.
pub fn record(
    tx: &mut Tx,
    at: Time,
    caller: &Caller,
    action: &str,
    object: &str,
    detail: &str,
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO host_audit (time, caller, action, object, detail) VALUES ($1, $2, $3, $4, $5)",
        &[at.into(), caller.word().into(), action.into(), object.into(), detail.into()],
    )
    .map(drop)
}
