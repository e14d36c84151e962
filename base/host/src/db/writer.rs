//! The one writer: takes what is queued, runs each closure in a savepoint, commits them together, answers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use super::tx::{Conn, Hook, Statements};
use super::{DbError, Place, Tx, postgres, sqlite};

/// Closures in one commit. More would only make the first of them wait longer for its answer.
const GROUP: usize = 1024;
/// Closures waiting. Beyond it a caller waits at the door instead of growing the queue.
const QUEUE: usize = 16_384;
/// Serialization failures of PostgreSQL in a row before the group is given up.
const TRIES: usize = 8;

/// One step of a group commit.
pub(super) trait Job: Send {
    /// May be called again after a roll-back. `Keep::No` rolls this step back and keeps the others.
    fn run(&mut self, tx: &mut Tx) -> Keep;
    /// Called once: after the commit, or with the reason why there was none.
    fn finish(self: Box<Self>, committed: Result<(), DbError>);
    /// Must be the only step of its commit.
    fn alone(&self) -> bool;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    Yes,
    No,
}

/// A closure with its answer as a [`Job`].
pub(super) fn closure<R, E, F, A>(alone: bool, f: F, answer: A) -> Box<dyn Job>
where
    R: Send + 'static,
    E: From<DbError> + Send + 'static,
    F: FnMut(&mut Tx) -> Result<R, E> + Send + 'static,
    A: FnOnce(Result<R, E>) + Send + 'static,
{
    Box::new(Closure { alone, f, answer, result: None })
}

struct Closure<F, A, R, E> {
    alone: bool,
    f: F,
    answer: A,
    result: Option<Result<R, E>>,
}

impl<R, E, F, A> Job for Closure<F, A, R, E>
where
    R: Send,
    E: From<DbError> + Send,
    F: FnMut(&mut Tx) -> Result<R, E> + Send,
    A: FnOnce(Result<R, E>) + Send,
{
    fn run(&mut self, tx: &mut Tx) -> Keep {
        let result = catch_unwind(AssertUnwindSafe(|| (self.f)(tx)));
        let result = result.unwrap_or_else(|_| Err(DbError::Closed.into()));
        let keep = if result.is_ok() { Keep::Yes } else { Keep::No };
        self.result = Some(result);
        keep
    }

    fn finish(self: Box<Self>, committed: Result<(), DbError>) {
        let this = *self;
        let result = match (committed, this.result) {
            // A refusal stands whether the others were committed or not.
            (_, Some(Err(refusal))) => Err(refusal),
            (Ok(()), Some(Ok(value))) => Ok(value),
            (Ok(()), None) => Err(DbError::Closed.into()),
            (Err(error), _) => Err(error.into()),
        };
        (this.answer)(result);
    }

    fn alone(&self) -> bool {
        self.alone
    }
}

/// What the writer is sent; `None` asks it to stop after what was queued before.
type Message = Option<Box<dyn Job>>;

/// The sending side, cloned into lanes.
#[derive(Clone)]
pub(super) struct Door(SyncSender<Message>);

impl Door {
    pub(super) fn submit(&self, job: Box<dyn Job>) -> Result<(), DbError> {
        self.0.send(Some(job)).map_err(|_| DbError::Closed)
    }

    /// Gives the job back when the queue is full or the writer gone.
    pub(super) fn try_submit(&self, job: Box<dyn Job>) -> Result<(), Box<dyn Job>> {
        match self.0.try_send(Some(job)) {
            Err(TrySendError::Full(Some(job)) | TrySendError::Disconnected(Some(job))) => Err(job),
            _ => Ok(()),
        }
    }
}

pub(super) struct Writer {
    door: Door,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(place: &Place) -> Result<Writer, DbError> {
        let (sender, receiver) = sync_channel(QUEUE);
        let (opened, open) = sync_channel::<Result<(), DbError>>(1);
        let place = place.clone();
        let thread = std::thread::Builder::new()
            .name("db-writer".into())
            .spawn(move || match Backend::open(&place) {
                Ok(backend) => {
                    drop(opened.send(Ok(())));
                    serve(backend, &receiver);
                }
                Err(error) => drop(opened.send(Err(error))),
            })
            .map_err(|e| DbError::Open("the writer thread".into(), e.to_string()))?;
        open.recv().map_err(|_| DbError::Closed)??;
        Ok(Writer { door: Door(sender), thread: Some(thread) })
    }

    pub(super) fn submit(&self, job: Box<dyn Job>) -> Result<(), DbError> {
        self.door.submit(job)
    }

    pub(super) fn door(&self) -> Door {
        self.door.clone()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.door.0.send(None));
        // Waiting gives the file back before the next open; a hook that holds the last handle cannot wait for itself.
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            drop(thread.join());
        }
    }
}

enum Backend {
    Sqlite { conn: rusqlite::Connection, _lock: std::fs::File },
    Postgres { client: Box<::postgres::Client>, statements: Statements },
}

impl Backend {
    fn open(place: &Place) -> Result<Backend, DbError> {
        match place {
            Place::File(path) => {
                let (conn, lock) = sqlite::open_writer(path)?;
                Ok(Backend::Sqlite { conn, _lock: lock })
            }
            Place::Server(url) => Ok(Backend::Postgres {
                client: Box::new(postgres::open_writer(url)?),
                statements: Statements::new(),
            }),
        }
    }

    fn begin(&self) -> &'static str {
        match self {
            Backend::Sqlite { .. } => "BEGIN IMMEDIATE",
            Backend::Postgres { .. } => "BEGIN ISOLATION LEVEL SERIALIZABLE",
        }
    }

    fn tx(&mut self) -> Tx<'_> {
        Tx::new(match self {
            Backend::Sqlite { conn, .. } => Conn::Sqlite(conn),
            Backend::Postgres { client, statements } => Conn::Postgres { client, statements },
        })
    }
}

fn serve(mut backend: Backend, messages: &Receiver<Message>) {
    let mut waiting: Option<Box<dyn Job>> = None;
    loop {
        let first = match waiting.take() {
            Some(job) => job,
            None => match messages.recv() {
                Ok(Some(job)) => job,
                Ok(None) | Err(_) => return,
            },
        };
        let mut stop = false;
        let mut group = vec![first];
        while !group[0].alone() && group.len() < GROUP {
            match messages.try_recv() {
                Ok(Some(job)) if job.alone() => {
                    waiting = Some(job);
                    break;
                }
                Ok(Some(job)) => group.push(job),
                Ok(None) => {
                    stop = true;
                    break;
                }
                Err(_) => break,
            }
        }
        commit(&mut backend, group);
        if stop {
            return;
        }
    }
}

fn commit(backend: &mut Backend, mut group: Vec<Box<dyn Job>>) {
    let mut failure = None;
    for _ in 0..TRIES {
        match attempt(backend, &mut group) {
            Ok(hooks) => {
                for hook in hooks {
                    if catch_unwind(AssertUnwindSafe(hook)).is_err() {
                        tracing::error!(
                            "a hook after a commit panicked; what it keeps in memory may be behind"
                        );
                    }
                }
                for job in group {
                    job.finish(Ok(()));
                }
                return;
            }
            Err(error) => {
                drop(backend.tx().batch("ROLLBACK"));
                let again = error.is_retryable();
                failure = Some(error);
                if !again {
                    break;
                }
            }
        }
    }
    let reason = failure.map(|e| e.to_string()).unwrap_or_default();
    tracing::error!(reason, closures = group.len(), "a commit failed; nothing of it was kept");
    for job in group {
        job.finish(Err(DbError::Commit(reason.clone())));
    }
}

/// One try at the whole group: the hooks to run when it is durable, or why it is not.
fn attempt(backend: &mut Backend, group: &mut [Box<dyn Job>]) -> Result<Vec<Hook>, DbError> {
    let begin = backend.begin();
    let mut tx = backend.tx();
    tx.batch(begin)?;
    for job in group.iter_mut() {
        let hooks_before = tx.hooks.len();
        tx.execute("SAVEPOINT step", &[])?;
        let keep = job.run(&mut tx);
        if tx.must_retry {
            return Err(DbError::Retry);
        }
        match keep {
            Keep::Yes => tx.execute("RELEASE step", &[])?,
            Keep::No => {
                tx.hooks.truncate(hooks_before);
                // A full disk makes SQLite roll the whole transaction back by itself; then this fails and so does the
                // group, which is the truth: nothing of it was kept.
                tx.execute("ROLLBACK TO step", &[])?;
                tx.execute("RELEASE step", &[])?
            }
        };
    }
    tx.batch("COMMIT")?;
    Ok(std::mem::take(&mut tx.hooks))
}
