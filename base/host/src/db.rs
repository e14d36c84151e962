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

impl Place {
    fn of(url: &str) -> Result<Place, DbError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            Ok(Place::File(PathBuf::from(path)))
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Ok(Place::Server(url.to_string()))
        } else {
            // The address may hold a password: only its beginning is said.
            let scheme = url.split(':').next().unwrap_or_default().to_string();
            Err(DbError::Open(scheme, "a database address begins with sqlite: or postgres://".into()))
        }
    }
}

/// Reader threads. Two cores serve the whole city; four let a slow scan not stand before a quick look-up.
const READERS: usize = 4;

impl Db {
    /// Opens `sqlite:PATH` or `postgres://…`. A second server on the same database is refused.
    pub fn open(url: &str) -> Result<Db, DbError> {
        let place = Place::of(url)?;
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
        self.inner.readers.ask(f)
    }

    /// Whether a question is answered at all.
    pub async fn answers(&self) -> Result<(), DbError> {
        self.read(|tx| tx.query_one("SELECT 1", &[], |_| Ok(()))).await.map(drop)
    }

    /// Gives pages that hold nothing back to the disk, `most` of them, and leaves `keep` for what comes next. Answers how
    /// many. PostgreSQL does this by itself.
    pub async fn give_back(&self, keep: i64, most: i64) -> Result<i64, DbError> {
        if self.dialect() == Dialect::Postgres {
            return Ok(0);
        }
        self.write_alone(move |tx| {
            let free = tx.query_one("PRAGMA freelist_count", &[], |row| row.int(0))?.unwrap_or(0);
            let some = (free - keep).clamp(0, most);
            if some > 0 {
                // A page for each row of the answer.
                tx.each(&format!("PRAGMA incremental_vacuum({some})"), &[], |_| Ok(true))?;
            }
            Ok(some)
        })
        .await
    }

    /// A bounded queue of typed rows, written as one step of each commit. `capacity` counts [`Stage::weight`].
    pub fn lane<S: Stage>(&self, capacity: usize, stage: S) -> Lane<S> {
        Lane::new(self.inner.writer.door(), capacity, stage)
    }
}

/// One consistent copy of a whole database in a new file, while its server runs: it needs no server's lock.
///
/// SQLite gives a database file, PostgreSQL a dump in our own format; [`restore`] knows both.
pub fn backup(url: &str, to: &Path) -> Result<(), DbError> {
    match Place::of(url)? {
        Place::File(from) => sqlite::backup(&from, to),
        place @ Place::Server(_) => {
            let to = to.to_path_buf();
            reader::Readers::start(&place, 1)?.ask(move |tx| backup::dump(tx, &to))
        }
    }
}

/// Fills a database from a backup of either kind. The database must hold nothing: a SQLite file must not exist yet, and
/// a dump replaces the rows of a database that `migrate` has just made.
pub fn restore(
    url: &str,
    from: &Path,
    migrate: impl FnOnce(&Db) -> Result<(), DbError>,
) -> Result<(), DbError> {
    let failed = |e: std::io::Error| DbError::Open(from.display().to_string(), e.to_string());
    let mut head = [0; 16];
    std::fs::File::open(from)
        .and_then(|mut file| std::io::Read::read_exact(&mut file, &mut head))
        .map_err(failed)?;
    let place = Place::of(url)?;
    if let Place::File(to) = &place {
        if to.exists() {
            return Err(DbError::Open(
                to.display().to_string(),
                "it exists already; restore into an empty data folder".into(),
            ));
        }
        if &head == b"SQLite format 3\0" {
            return std::fs::copy(from, to).and_then(|_| std::fs::File::open(to)?.sync_all()).map_err(failed);
        }
    }
    let db = Db::open(url)?;
    migrate(&db)?;
    let from = from.to_path_buf();
    db.write_alone_blocking(move |tx| backup::load(tx, &from).map(drop))
}

#[cfg(test)]
mod tests;
