//! Deleting what has been kept long enough.

use std::sync::Arc;

use host::{DbError, Tx};
use vocab::Time;

use super::seal::{Sealing, recount};
use super::{blocks, hot, rollups};
use crate::mirror::Mirror;
use crate::observation::{Key, Span};
use crate::retention::expired;

/// Deletes blocks and hot rows of one datastream before `cutoff`; alone in its commit. Answers how many rows went.
pub fn expire(tx: &mut Tx, mirror: &Arc<Mirror>, datastream: i64, cutoff: Time) -> Result<u64, DbError> {
    let mut sealing = Sealing::default();
    let sealed = sealing.sealed(mirror, datastream);
    let buckets = expired(&sealed.calendar, cutoff);
    let mut gone = 0;
    for bucket in &buckets {
        let mut rows = 0;
        blocks::headers(tx, bucket.ids(datastream), |header| rows += header.summary.rows)?;
        blocks::delete(tx, datastream, *bucket)?;
        rollups::write(tx, datastream, *bucket, &[])?;
        sealed.calendar.remove(*bucket, rows);
        sealed.rows = sealed.rows.saturating_sub(rows);
        gone += rows;
    }
    // A hot row in a bucket that stays is left to that bucket's turn: it may stand over a sealed one.
    let calendar = sealed.calendar.clone();
    let keys: Vec<(i64, Key)> = mirror
        .with(datastream, |stream| {
            let hot = stream.span(Span::times(i64::MIN, cutoff.0)).into_iter();
            hot.filter(|row| calendar.covering(row.t).is_none()).map(|row| (datastream, row.key())).collect()
        })
        .unwrap_or_default();
    gone += keys.len() as u64;
    if gone == 0 {
        return Ok(0);
    }
    if !buckets.is_empty() {
        recount(tx, datastream, sealed)?;
        sealing.finish(tx, mirror)?;
    }
    hot::delete(tx, &keys)?;
    let mirror = mirror.clone();
    tx.on_commit(Box::new(move || {
        mirror.change(datastream, |stream| keys.iter().for_each(|(_, key)| stream.remove(*key)));
    }));
    Ok(gone)
}
