//! One handle on the city's database: a SQLite file, or PostgreSQL for a bigger city.
//!
//! All writes go through one writer thread that puts many of them in one durable commit; reads run on threads of their
//! own, each on one consistent snapshot. Closures are synchronous and may be run again, so they must not do anything
//! but talk to their [`Tx`]; what should follow a commit is given to [`Tx::on_commit`].

mod backup;
mod lane;
mod param;
mod postgres;
mod reader;
mod sql;
mod sqlite;
mod tx;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use backup::{dump, load};
pub use lane::{Full, Lane, Stage};
pub use param::{Param, Row};
pub use sql::expand;
pub use tx::Tx;

/// What went wrong between us and the database. Internal: a handler turns it into a problem without its detail.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    #[error("the database refused: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("the database refused: {0}")]
    Postgres(#[from] ::postgres::Error),
    #[error("the database is shut down, or its thread died; the log says why")]
    Closed,
    #[error("cannot open {0}: {1}")]
    Open(String, String),
    #[error("column {0} holds {1}, which is not what the code expects")]
    Column(usize, String),
    #[error("{0}")]
    Corrupt(String),
    #[error("another server has {0} open; stop it first, or use another data folder")]
    InUse(String),
    #[error("the commit failed, nothing of it was kept: {0}")]
    Commit(String),
    #[error("PostgreSQL asked to run the transaction again")]
    Retry,
}

impl DbError {
    /// PostgreSQL's serialization_failure and deadlock_detected: run again, it was nobody's fault.
    fn is_retryable(&self) -> bool {
        match self {
            DbError::Retry => true,
            DbError::Postgres(e) => e.code().is_some_and(|c| c.code() == "40001" || c.code() == "40P01"),
            _ => false,
        }
    }
}

/// Which SQL engine is behind the handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

/// The handle. Cloning it is cheap; the last clone dropped stops the threads after the queued work is done.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    place: Place,
    writer: writer::Writer,
    readers: reader::Readers,
}

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    File(PathBuf),
    Server(String),
}

/// Reader threads. Two cores serve the whole city; four let a slow scan not stand before a quick look-up.
const READERS: usize = 4;

impl Db {
    /// Opens `sqlite:PATH` or `postgres://…`. A second server on the same database is refused.
    pub fn open(url: &str) -> Result<Db, DbError> {
        let place = if let Some(path) = url.strip_prefix("sqlite:") {
            Place::File(PathBuf::from(path))
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Place::Server(url.to_string())
        } else {
            return Err(DbError::Open(
                url.split(':').next().unwrap_or_default().to_string(),
                "a database address begins with sqlite: or postgres://".into(),
            ));
        };
        let writer = writer::Writer::start(&place)?;
        let readers = reader::Readers::start(&place, READERS)?;
        Ok(Db { inner: Arc::new(Inner { place, writer, readers }) })
    }

    pub fn dialect(&self) -> Dialect {
        match self.inner.place {
            Place::File(_) => Dialect::Sqlite,
            Place::Server(_) => Dialect::Postgres,
        }
    }

    /// The SQLite file, where there is one.
    pub fn file(&self) -> Option<&Path> {
        match &self.inner.place {
            Place::File(path) => Some(path),
            Place::Server(_) => None,
        }
    }

    /// Runs `f` in a savepoint of the next group commit and answers once that is durable. An `Err` of `f` rolls back
    /// only what `f` did.
    pub async fn write<R, E>(&self, f: impl FnMut(&mut Tx) -> Result<R, E> + Send + 'static) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.write_as(false, f).await
    }

    /// As [`Db::write`], in a commit of its own: for work that also changes what is kept in memory.
    pub async fn write_alone<R, E>(
        &self,
        f: impl FnMut(&mut Tx) -> Result<R, E> + Send + 'static,
    ) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.write_as(true, f).await
    }

    async fn write_as<R, E>(
        &self,
        alone: bool,
        f: impl FnMut(&mut Tx) -> Result<R, E> + Send + 'static,
    ) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (answer, answered) = tokio::sync::oneshot::channel();
        self.inner.writer.submit(writer::closure(alone, f, move |result| drop(answer.send(result))))?;
        answered.await.unwrap_or_else(|_| Err(DbError::Closed.into()))
    }

    /// [`Db::write`] for threads that are not async.
    pub fn write_blocking<R, E>(
        &self,
        f: impl FnMut(&mut Tx) -> Result<R, E> + Send + 'static,
    ) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.write_as_blocking(false, f)
    }

    /// [`Db::write_alone`] for threads that are not async.
    pub fn write_alone_blocking<R, E>(
        &self,
        f: impl FnMut(&mut Tx) -> Result<R, E> + Send + 'static,
    ) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.write_as_blocking(true, f)
    }

    fn write_as_blocking<R, E>(
        &self,
        alone: bool,
        f: impl FnMut(&mut Tx) -> Result<R, E> + Send + 'static,
    ) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (answer, answered) = std::sync::mpsc::sync_channel(1);
        self.inner.writer.submit(writer::closure(alone, f, move |result| drop(answer.send(result))))?;
        answered.recv().unwrap_or_else(|_| Err(DbError::Closed.into()))
    }

    /// Runs `f` on a reader thread, on one consistent snapshot.
    pub async fn read<R, E>(&self, f: impl FnMut(&mut Tx) -> Result<R, E> + Send + 'static) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (answer, answered) = tokio::sync::oneshot::channel();
        self.inner.readers.submit(f, move |result| drop(answer.send(result)));
        answered.await.unwrap_or_else(|_| Err(DbError::Closed.into()))
    }

    /// [`Db::read`] for threads that are not async.
    pub fn read_blocking<R, E>(&self, f: impl FnMut(&mut Tx) -> Result<R, E> + Send + 'static) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (answer, answered) = std::sync::mpsc::sync_channel(1);
        self.inner.readers.submit(f, move |result| drop(answer.send(result)));
        answered.recv().unwrap_or_else(|_| Err(DbError::Closed.into()))
    }

    /// A bounded queue of typed rows, written as one step of each commit. `capacity` counts [`Stage::weight`].
    pub fn lane<S: Stage>(&self, capacity: usize, stage: S) -> Lane<S> {
        Lane::new(self.inner.writer.door(), capacity, stage)
    }

    /// One consistent copy of the whole database in a new file, while the server runs.
    ///
    /// SQLite writes a database file, PostgreSQL a dump in our own format; `restore` knows both.
    pub fn backup(&self, to: &Path) -> Result<(), DbError> {
        match &self.inner.place {
            Place::File(from) => sqlite::backup(from, to),
            Place::Server(_) => {
                let to = to.to_path_buf();
                self.read_blocking(move |tx| backup::dump(tx, &to))
            }
        }
    }
}

#[cfg(test)]
mod tests;
