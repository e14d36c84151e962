//! Periodic work. Each run is noted in the store, so that a restart neither forgets a job nor runs a daily one twice;
//! every job must be idempotent, since a crash may come between its work and its note.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::watch;
use vocab::Time;
use vocab::time::SECOND;

use crate::clock::Clock;
use crate::db::{Db, DbError, Param, Tx};

type Run = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// A named piece of periodic work.
#[derive(Clone)]
pub struct Job {
    pub name: &'static str,
    pub period_seconds: i64,
    run: Run,
}

impl Job {
    /// `run` answers with what went wrong, for the operator.
    pub fn every<F>(
        name: &'static str,
        period_seconds: i64,
        run: impl Fn() -> F + Send + Sync + 'static,
    ) -> Job
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        Job { name, period_seconds, run: Arc::new(move || Box::pin(run())) }
    }
}

/// Runs the jobs, each on its own task, until `stop` says true.
pub fn start(
    db: &Db,
    clock: &Clock,
    jobs: Vec<Job>,
    stop: &watch::Receiver<bool>,
) -> Vec<tokio::task::JoinHandle<()>> {
    jobs.into_iter()
        .map(|job| {
            let (db, clock) = (db.clone(), clock.clone());
            tokio::spawn(until(stop.clone(), async move { repeat(&db, &clock, &job).await }))
        })
        .collect()
}

/// Does this until it is done or `stop` says true.
pub async fn until(mut stop: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    tokio::select! {
        () = work => {},
        _ = stop.wait_for(|stop| *stop) => {},
    }
}

async fn repeat(db: &Db, clock: &Clock, job: &Job) {
    let name = job.name;
    let last = db.read(move |tx| last_success(tx, name)).await.unwrap_or_else(|error: DbError| {
        tracing::error!(%error, job = name, "cannot read when this last ran");
        None
    });
    let until_due = |last: Time| (last.0 + job.period_seconds * SECOND - clock.now().0) / SECOND;
    // A clock that was set back must not keep a job from its work for longer than its period.
    let mut wait = last.map_or(0, until_due).clamp(0, job.period_seconds.max(0));
    loop {
        tokio::time::sleep(clock.wait(wait)).await;
        let started = clock.now();
        let outcome = (job.run)().await;
        if let Err(reason) = &outcome {
            tracing::error!(reason, job = name, "a job failed; it is run again next time");
        }
        let error = outcome.err();
        if let Err(error) = db.write(move |tx| note::<DbError>(tx, name, started, error.as_deref())).await {
            tracing::error!(%error, job = name, "cannot note that this ran");
        }
        wait = job.period_seconds;
    }
}

fn last_success(tx: &mut Tx, name: &str) -> Result<Option<Time>, DbError> {
    let found = tx.query_one("SELECT last_succeeded FROM host_job WHERE name = $1", &[name.into()], |r| {
        r.int_or_null(0)
    })?;
    Ok(found.flatten().map(Time))
}

fn note<E: From<DbError>>(tx: &mut Tx, name: &str, started: Time, error: Option<&str>) -> Result<(), E> {
    let succeeded: Param = if error.is_none() { started.into() } else { Param::Null };
    let failed = i64::from(error.is_some());
    tx.execute(
        "INSERT INTO host_job (name, last_started, last_succeeded, failures, last_error) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (name) DO UPDATE SET last_started = excluded.last_started,
             last_succeeded = COALESCE(excluded.last_succeeded, host_job.last_succeeded),
             failures = host_job.failures + excluded.failures, last_error = excluded.last_error",
        &[name.into(), started.into(), succeeded, failed.into(), error.into()],
    )?;
    Ok(())
}
