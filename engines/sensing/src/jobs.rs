//! Periodic work: sealing and retention; and what goes on all the time, judging and posting.

pub mod judging;
pub mod posting;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use host::jobs::Job;
use host::{Clock, DbError};
use vocab::Time;

use crate::actions::door::MOST_HOT;
use crate::bucket::Level;
use crate::mirror::Mirror;
use crate::observation::Key;
use crate::retention::Retention;
use crate::seal::{Rules, Task, plan};
use crate::store::observations::seal::{
    DELETES_A_CHUNK, STREAMS_A_CHUNK, TASKS_A_CHUNK, copies, delete_copies, forget, seal,
};
use crate::store::observations::{Observations, retention::expire};

/// A pass that finds nothing reads memory only.
pub const SEAL_SECONDS: i64 = 60;
/// Silence is counted in minutes.
pub const LISTEN_SECONDS: i64 = 60;
/// What was sent is forgotten after days.
pub const SWEEP_SECONDS: i64 = 3_600;
const RETENTION_SECONDS: i64 = 6 * 3_600;
/// After a pass, how long to watch whether rows keep pouring in, and how many make it busy: 30,000 a second.
const LOOK_AGAIN: Duration = Duration::from_secs(3);
const BUSY_ROWS: usize = 90_000;
/// Bytes of hot rows from which on nothing waits that need not: a quarter of what may be is then left for a flood.
const PRESSED: usize = MOST_HOT / 4 * 3;
/// Buckets planned at a time, 32 MB: at the end of a day each of five million datastreams has one.
const TASKS_AT_A_TIME: usize = 1_000_000;
/// Hot copies whose keys are gathered at a time: 24 MB.
const COPIES_AT_A_TIME: usize = 1_000_000;
/// Empty pages that stay: 16 MB, what a busy minute fills.
const FREE_PAGES_KEPT: i64 = 4_096;
/// Pages given back in one transaction: some 20 ms of the writer; and turns after a pass, 40 MB.
const GIVE_BACK_PAGES: i64 = 1_024;
const GIVE_BACK_TURNS: u32 = 10;
/// A day or month takes about as long as this many hours.
const DAY_WEIGHT: usize = 5;

/// This crate's jobs.
pub fn jobs(
    observations: &Observations,
    clock: &Clock,
    seal_seconds: i64,
    rules: Rules,
    retention: Retention,
) -> Vec<Job> {
    let (store, time) = (observations.clone(), clock.clone());
    let sealing = Job::every("sensing-seal", seal_seconds, move || {
        let store = store.clone();
        let time = time.clone();
        async move { seal_while_busy(&store, &time, &rules).await.map_err(|e| e.to_string()) }
    });
    let (store, time, retention) = (observations.clone(), clock.clone(), Arc::new(retention));
    let keeping = Job::every("sensing-retention", RETENTION_SECONDS, move || {
        let (store, now, retention) = (store.clone(), time.now(), retention.clone());
        async move { retention_pass(&store, now, &retention).await.map(drop).map_err(|e| e.to_string()) }
    });
    vec![sealing, keeping]
}

/// One pass, and further ones while rows come so fast that a minute would fill the memory.
async fn seal_while_busy(observations: &Observations, clock: &Clock, rules: &Rules) -> Result<(), DbError> {
    loop {
        seal_pass(observations, clock.now(), rules).await?;
        let before = observations.hot_rows();
        tokio::time::sleep(LOOK_AGAIN).await;
        if observations.hot_rows() < before + BUSY_ROWS {
            return give_back(observations).await;
        }
    }
}

/// What hot rows leave behind after a flood goes back to the disk, a little at a time.
async fn give_back(observations: &Observations) -> Result<(), DbError> {
    for _ in 0..GIVE_BACK_TURNS {
        if observations.db().give_back(FREE_PAGES_KEPT, GIVE_BACK_PAGES).await? == 0 {
            break;
        }
    }
    Ok(())
}

/// Seals all that is closed, a few datastreams a transaction, and deletes the hot copies. Answers how many rows were
/// sealed. Stopped anywhere and run again it ends in the same blocks.
pub async fn seal_pass(observations: &Observations, now: Time, rules: &Rules) -> Result<u64, DbError> {
    let rules = &if observations.hot_weight() > PRESSED { rules.pressed() } else { *rules };
    // Copies that a crash left, or a pass that failed.
    drop_copies(observations).await?;
    let (mut sealed, mut buckets, mut since) = (0, 0, 0);
    let mut from = Some(0);
    while let Some(first) = from {
        let tasks;
        let (mirror, rules) = (observations.inner.memory.mirror.clone(), *rules);
        // A look at five million datastreams takes a second, in which nobody should wait for this thread.
        let looking = tokio::task::spawn_blocking(move || due(&mirror, first, now, &rules));
        (tasks, from) = looking.await.map_err(|_| DbError::Closed)?;
        buckets += tasks.len();
        for chunk in chunks(&tasks) {
            let rows = match seal_some(observations, chunk).await {
                Ok(rows) => rows,
                Err(error) => one_by_one(observations, chunk, error).await,
            };
            sealed += rows;
            since += rows;
            if since > COPIES_AT_A_TIME as u64 {
                since = 0;
                drop_copies(observations).await?;
            }
        }
    }
    drop_copies(observations).await?;
    if sealed > 0 {
        tracing::info!(rows = sealed, buckets, "sealed");
    }
    Ok(sealed)
}

/// What is to be sealed of the datastreams from `first` on, and where the next pass begins if that is not all.
fn due(mirror: &Mirror, first: i64, now: Time, rules: &Rules) -> (Vec<Task>, Option<i64>) {
    let (mut tasks, mut next) = (Vec::new(), None);
    mirror.each_from(first, |datastream, stream| {
        if tasks.len() >= TASKS_AT_A_TIME {
            next = Some(datastream);
            return false;
        }
        tasks.extend(plan(datastream, stream, now, rules));
        true
    });
    tasks.sort_unstable();
    (tasks, next)
}

async fn seal_some(observations: &Observations, tasks: &[Task]) -> Result<u64, DbError> {
    let (mirror, tasks) = (observations.inner.memory.mirror.clone(), tasks.to_vec());
    observations.db().write_alone(move |tx| seal(tx, &mirror, &tasks)).await
}

/// One damaged block must not keep all others from being sealed: its rows stay hot, and the log says so every pass.
async fn one_by_one(observations: &Observations, tasks: &[Task], error: DbError) -> u64 {
    tracing::warn!(%error, "sealing some datastreams together failed; trying each alone");
    let mut sealed = 0;
    for task in tasks {
        match seal_some(observations, std::slice::from_ref(task)).await {
            Ok(rows) => sealed += rows,
            Err(error) => tracing::error!(%error, ?task, "cannot seal; the rows stay hot"),
        }
    }
    sealed
}

/// Runs of tasks that each hold the write lock for about as long.
fn chunks(tasks: &[Task]) -> Vec<&[Task]> {
    let mut chunks = Vec::new();
    let (mut start, mut weight) = (0, 0);
    for (i, task) in tasks.iter().enumerate() {
        weight += if task.bucket.level == Level::Hour { 1 } else { DAY_WEIGHT };
        if weight >= TASKS_A_CHUNK {
            chunks.push(&tasks[start..=i]);
            (start, weight) = (i + 1, 0);
        }
    }
    if start < tasks.len() {
        chunks.push(&tasks[start..]);
    }
    chunks
}

async fn drop_copies(observations: &Observations) -> Result<(), DbError> {
    let (db, mirror) = (observations.db(), &observations.inner.memory.mirror);
    let mut from = 0;
    loop {
        let asked = mirror.clone();
        let looking = tokio::task::spawn_blocking(move || copies(&asked, from, COPIES_AT_A_TIME));
        let copies = Arc::new(looking.await.map_err(|_| DbError::Closed)?);
        for start in (0..copies.keys.len()).step_by(DELETES_A_CHUNK) {
            let some = start..copies.keys.len().min(start + DELETES_A_CHUNK);
            let (mirror, copies) = (mirror.clone(), copies.clone());
            db.write_alone(move |tx| delete_copies(tx, &mirror, &copies, some.clone())).await?;
        }
        let mut streams: BTreeMap<i64, Vec<Key>> = BTreeMap::new();
        for (t, datastream, n) in &copies.keys {
            streams.entry(*datastream).or_default().push(Key { t: *t, n: *n });
        }
        let streams: Vec<(i64, Vec<Key>)> = streams.into_iter().collect();
        for some in streams.chunks(STREAMS_A_CHUNK) {
            let (mirror, some) = (mirror.clone(), some.to_vec());
            let forgotten = db.write_alone(move |tx| {
                forget(tx, &mirror, some.clone());
                Ok::<(), DbError>(())
            });
            forgotten.await?;
        }
        match copies.next {
            Some(next) => from = next,
            None => return Ok(()),
        }
    }
}

/// Deletes what has been kept long enough. Answers how many rows went.
pub async fn retention_pass(
    observations: &Observations,
    now: Time,
    retention: &Retention,
) -> Result<u64, DbError> {
    let mut gone = 0;
    for id in observations.datastreams().ids() {
        let cutoff =
            observations.datastreams().with(|all| all.get(id).and_then(|d| retention.cutoff(d, now)));
        let Some(cutoff) = cutoff else { continue };
        if observations.extent(id).is_none_or(|(first, _)| first >= cutoff.0) {
            continue;
        }
        let mirror = observations.inner.memory.mirror.clone();
        gone += observations.db().write_alone(move |tx| expire(tx, &mirror, id, cutoff)).await?;
    }
    Ok(gone)
}
