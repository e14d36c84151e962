//! Threads that read, each with a connection of its own, each closure on one snapshot.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::tx::{Conn, Statements};
use super::{DbError, Place, Tx, postgres, sqlite};

type Job = Box<dyn FnOnce(&mut Backend) + Send>;

pub(super) struct Readers {
    queue: Arc<Queue>,
}

struct Queue {
    state: Mutex<State>,
    ready: Condvar,
}

struct State {
    jobs: VecDeque<Job>,
    open: bool,
}

pub(super) enum Backend {
    Sqlite(rusqlite::Connection),
    Postgres { client: Box<::postgres::Client>, statements: Statements },
}

impl Readers {
    pub(super) fn start(place: &Place, threads: usize) -> Result<Readers, DbError> {
        let queue = Arc::new(Queue {
            state: Mutex::new(State { jobs: VecDeque::new(), open: true }),
            ready: Condvar::new(),
        });
        for _ in 0..threads {
            let mut backend = match place {
                Place::File(path) => Backend::Sqlite(sqlite::open_reader(path)?),
                Place::Server(url) => Backend::Postgres {
                    client: Box::new(postgres::open(url)?),
                    statements: Statements::new(),
                },
            };
            let queue = queue.clone();
            std::thread::Builder::new()
                .name("db-reader".into())
                .spawn(move || {
                    while let Some(job) = queue.next() {
                        job(&mut backend);
                    }
                })
                .map_err(|e| DbError::Open("a reader thread".into(), e.to_string()))?;
        }
        Ok(Readers { queue })
    }

    pub(super) fn submit<R, E>(
        &self,
        mut f: impl FnMut(&mut Tx) -> Result<R, E> + Send + 'static,
        answer: impl FnOnce(Result<R, E>) + Send + 'static,
    ) where
        R: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let job: Job = Box::new(move |backend| {
            let result = catch_unwind(AssertUnwindSafe(|| snapshot(backend, &mut f)));
            answer(result.unwrap_or_else(|_| Err(DbError::Closed.into())));
        });
        self.queue.lock().jobs.push_back(job);
        self.queue.ready.notify_one();
    }

    /// Submits and waits; not for async threads.
    pub(super) fn ask<R, E>(&self, f: impl FnMut(&mut Tx) -> Result<R, E> + Send + 'static) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (answer, answered) = std::sync::mpsc::sync_channel(1);
        self.submit(f, move |result| drop(answer.send(result)));
        answered.recv().unwrap_or_else(|_| Err(DbError::Closed.into()))
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue.lock().open = false;
        self.queue.ready.notify_all();
    }
}

impl Queue {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            if !state.open {
                return None;
            }
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn snapshot<R, E: From<DbError>>(
    backend: &mut Backend,
    f: &mut impl FnMut(&mut Tx) -> Result<R, E>,
) -> Result<R, E> {
    let (begin, conn) = match backend {
        Backend::Sqlite(conn) => ("BEGIN", Conn::Sqlite(conn)),
        Backend::Postgres { client, statements } => {
            ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", Conn::Postgres { client, statements })
        }
    };
    let mut tx = Tx::new(conn);
    tx.execute(begin, &[])?;
    let result = f(&mut tx);
    // The snapshot is given back whatever happened; a failing roll-back means a dead connection, which the next
    // BEGIN reports.
    drop(tx.execute("ROLLBACK", &[]));
    result
}
