//! Opening a SQLite file the way we want it.

use std::fs::{File, OpenOptions};
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::DbError;

/// Different prepared statements kept a connection; the code holds some two hundred.
const STATEMENTS: usize = 256;

/// The one connection that writes. Durable: `synchronous=FULL` syncs the log before a commit is answered.
pub(super) fn open_writer(path: &Path) -> Result<(Connection, File), DbError> {
    let lock = lock(path)?;
    let conn = Connection::open(path).map_err(|e| cannot_open(path, &e))?;
    // auto_vacuum must be chosen before the first table; it lets retention give space back to the disk.
    conn.execute_batch(
        "PRAGMA auto_vacuum = INCREMENTAL;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -32768;
         PRAGMA wal_autocheckpoint = 4000;
         PRAGMA journal_size_limit = 67108864;
         PRAGMA busy_timeout = 5000;",
    )
    .map_err(|e| cannot_open(path, &e))?;
    keep_plans(&conn)?;
    Ok((conn, lock))
}

pub(super) fn open_reader(path: &Path) -> Result<Connection, DbError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(|e| cannot_open(path, &e))?;
    conn.execute_batch(
        "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192; PRAGMA mmap_size = 1073741824; PRAGMA busy_timeout = 5000;",
    )?;
    keep_plans(&conn)?;
    Ok(conn)
}

/// A statement is prepared once. Without the second line SQLite, built with STAT4 as ours is, prepares it anew whenever
/// other values are bound, in case its statistics know them; there are none here, and it cost a fifth of a page.
fn keep_plans(conn: &Connection) -> Result<(), DbError> {
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// One server a file. The lock is the operating system's, so it is gone with the process however that ends.
fn lock(path: &Path) -> Result<File, DbError> {
    let beside = path.with_extension("lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&beside)
        .map_err(|e| DbError::Open(beside.display().to_string(), e.to_string()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(DbError::InUse(path.display().to_string())),
        Err(std::fs::TryLockError::Error(e)) => {
            Err(DbError::Open(beside.display().to_string(), e.to_string()))
        }
    }
}

fn cannot_open(path: &Path, error: &rusqlite::Error) -> DbError {
    DbError::Open(path.display().to_string(), error.to_string())
}

/// One consistent copy through SQLite's backup interface, in one step: the copy holds one snapshot, writers go on.
pub(super) fn backup(from: &Path, to: &Path) -> Result<(), DbError> {
    if to.exists() {
        return Err(DbError::Open(to.display().to_string(), "it exists already; name a new file".into()));
    }
    let source = open_reader(from)?;
    let part = to.with_extension("part");
    drop(std::fs::remove_file(&part));
    {
        let mut target = Connection::open(&part).map_err(|e| cannot_open(&part, &e))?;
        let copy = rusqlite::backup::Backup::new(&source, &mut target)?;
        // All pages in one step: with smaller steps each commit of the writer would start the copy anew.
        copy.step(-1)?;
    }
    let synced = File::open(&part).and_then(|file| file.sync_all()).and_then(|()| std::fs::rename(&part, to));
    synced.map_err(|e| DbError::Open(to.display().to_string(), e.to_string()))
}
