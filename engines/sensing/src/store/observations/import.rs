//! History in bulk: rows of closed days and months go straight into blocks, past `obs_hot`.

use std::collections::BTreeMap;

use host::{DbError, Tx};
use vocab::Time;

use super::counters::{self, Counts};
use super::record::{Batch, record};
use super::revisions::{self, Note};
use super::seal::{Sealing, gather, replace};
use super::{Memory, extents, sources};
use crate::bucket::{Bucket, Level};
use crate::calendar::Calendar;
use crate::datastream::Policy;
use crate::ingest::{Outcome, decide};
use crate::merge::merge;
use crate::observation::Row;
use crate::seal::{Rules, Task};

/// Writes a batch of history and answers what became of each row; alone in its commit. Rows of days still open, and
/// rows over hot ones, take the way of all others.
pub fn import(
    tx: &mut Tx,
    memory: &Memory,
    batch: &Batch,
    now: Time,
    rules: &Rules,
) -> Result<Vec<Outcome>, DbError> {
    let mut outcomes = batch.outcomes.clone();
    let mut by_stream: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (i, (datastream, _)) in batch.rows.iter().enumerate() {
        by_stream.entry(*datastream).or_default().push(i);
    }
    let mut sealing = Sealing::default();
    let mut rest = Vec::new();
    for (datastream, mut places) in by_stream {
        places.sort_by_key(|i| batch.rows[*i].1.key());
        let policy = memory.datastreams.get(datastream).map(|d| d.policy);
        let (direct, other): (Vec<usize>, Vec<usize>) = places.into_iter().partition(|i| {
            let key = batch.rows[*i].1.key();
            policy.is_some() && !memory.mirror.with(datastream, |s| s.get(key).is_some()).unwrap_or(false)
        });
        rest.extend(other);
        let Some(policy) = policy else { continue };
        let sealed = sealing.sealed(&memory.mirror, datastream);
        let rows: Vec<&Row> = direct.iter().map(|i| &batch.rows[*i].1).collect();
        for (target, range) in targets(&sealed.calendar, &rows, now, rules) {
            let places = &direct[range];
            let Some(bucket) = target else {
                rest.extend(places);
                continue;
            };
            let task = Task { bucket, datastream };
            let known = gather(tx, sealed, task)?;
            let over = judge(tx, batch, (datastream, policy), &known, places, &mut outcomes)?;
            let before = known.len() as u64;
            if !over.is_empty() || sealed.calendar.buckets(bucket.range().0, bucket.range().1) != [bucket] {
                let rows = merge(known, over);
                replace(tx, sealed, task, &rows, before)?;
            }
        }
    }
    sealing.finish(tx, &memory.mirror)?;
    extents::widen(tx, memory, &batch.rows)?;
    let mut counts = Counts::new();
    let mut is_rest = vec![false; outcomes.len()];
    rest.iter().for_each(|i| is_rest[position(batch, *i)] = true);
    for (outcome, _) in outcomes.iter().zip(&is_rest).filter(|(_, rest)| !**rest) {
        counts.entry((batch.source, outcome.code())).or_insert((0, batch.received)).0 += 1;
    }
    counters::add(tx, &counts)?;
    if !rest.is_empty() {
        rest.sort_unstable();
        for (i, outcome) in rest.iter().zip(take_hot(tx, memory, batch, &rest)?) {
            outcomes[position(batch, *i)] = outcome;
        }
    }
    Ok(outcomes)
}

/// Decides about rows of one bucket, sorted by key, against those that it holds; answers those that go in.
fn judge(
    tx: &mut Tx,
    batch: &Batch,
    (datastream, policy): (i64, Policy),
    known: &[Row],
    places: &[usize],
    outcomes: &mut [Outcome],
) -> Result<Vec<Row>, DbError> {
    let mut over: Vec<Row> = Vec::with_capacity(places.len());
    for i in places {
        let row = &batch.rows[*i].1;
        let earlier = over.last().filter(|last| last.key() == row.key());
        let at = known.binary_search_by_key(&row.key(), Row::key).ok();
        let outcome = decide(earlier, at.map(|at| &known[at]), row, policy);
        if outcome == Outcome::Replaced {
            let was = earlier.or(at.map(|at| &known[at]));
            let who = sources::slug(tx, batch.source)?;
            let why = "a later observation with the same key";
            let note = Note { at: batch.received, what: "superseded", who: &who, why };
            was.map_or(Ok(()), |was| revisions::add(tx, datastream, was, note))?;
            if earlier.is_some() {
                over.pop();
            }
        }
        if matches!(outcome, Outcome::Stored | Outcome::Replaced) {
            over.push(row.clone());
        }
        outcomes[position(batch, *i)] = outcome;
    }
    Ok(over)
}

/// Lets some rows of a batch take the way of all others.
fn take_hot(tx: &mut Tx, memory: &Memory, batch: &Batch, some: &[usize]) -> Result<Vec<Outcome>, DbError> {
    let rows: Vec<(i64, Row)> = some.iter().map(|i| batch.rows[*i].clone()).collect();
    let hot = Batch {
        source: batch.source,
        received: batch.received,
        outcomes: vec![Outcome::Stored; rows.len()],
        rows,
        positions: Vec::new(),
        made: Vec::new(),
    };
    Ok(record(tx, memory, &[hot])?.pop().unwrap_or_default())
}

fn position(batch: &Batch, row: usize) -> usize {
    batch.positions.get(row).map_or(row, |p| *p as usize)
}

/// Where runs of sorted rows belong: the block that covers them, a new month where that is small and closed, a closed
/// day, or nowhere yet.
fn targets(
    calendar: &Calendar,
    rows: &[&Row],
    now: Time,
    rules: &Rules,
) -> Vec<(Option<Bucket>, std::ops::Range<usize>)> {
    let month_of = |row: &Row| Bucket::at(Level::Month, row.t);
    let mut runs: Vec<(Option<Bucket>, std::ops::Range<usize>)> = Vec::new();
    let mut start = 0;
    for month_rows in rows.chunk_by(|a, b| month_of(a) == month_of(b)) {
        let month = month_rows.first().and_then(|row| month_of(row));
        let fits = |month: &Bucket| {
            calendar.rows(month.index) == 0
                && month_rows.len() as u64 <= rules.rows_a_month
                && rules.is_closed(*month, now)
        };
        let whole = month.filter(fits);
        for (i, row) in month_rows.iter().enumerate() {
            let covering = calendar.covering(row.t);
            let lasting = covering.filter(|bucket| bucket.level != Level::Hour);
            let day = rules.bucket_for(row.t, now).filter(|bucket| bucket.level != Level::Hour);
            // An hour's block gives way to its day as soon as that is closed.
            let target = lasting.or(whole).or(day).or(covering);
            match runs.last_mut() {
                Some((last, range)) if *last == target && range.end == start + i => range.end += 1,
                _ => runs.push((target, start + i..start + i + 1)),
            }
        }
        start += month_rows.len();
    }
    runs
}
