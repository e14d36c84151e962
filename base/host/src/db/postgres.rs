//! Opening PostgreSQL the way we want it.

use std::time::{Duration, Instant};

use ::postgres::{Client, NoTls};

use super::DbError;

/// Key of the advisory lock that a writing server holds: "causeway" in ASCII as a number.
const SERVER_LOCK: i64 = 0x6361_7573_6577_6179;

/// A server that was killed holds its lock until PostgreSQL has ended what it was doing for it, which a supervisor that
/// starts the next one at once does not wait for. Ten seconds is longer than any commit of ours has taken.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(50);

pub(super) fn open(url: &str) -> Result<Client, DbError> {
    // The address may hold a password: the message names none of it.
    Client::connect(url, NoTls).map_err(|e| DbError::Open("PostgreSQL".into(), reason(&e)))
}

/// The connection that writes; refused while another server holds the database.
pub(super) fn open_writer(url: &str) -> Result<Client, DbError> {
    let mut client = open(url)?;
    client.batch_execute("SET synchronous_commit = on; SET client_min_messages = warning")?;
    let patience = Instant::now() + PATIENCE;
    while !client.query_one("SELECT pg_try_advisory_lock($1)", &[&SERVER_LOCK])?.try_get(0)? {
        if Instant::now() > patience {
            return Err(DbError::InUse("this PostgreSQL database".into()));
        }
        std::thread::sleep(PAUSE);
    }
    Ok(client)
}

fn reason(error: &::postgres::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}
