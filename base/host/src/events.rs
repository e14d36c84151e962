//! Events: what happened, written in the transaction that made it happen (CloudEvents 1.0), told to whoever listens.
//!
//! A consumer keeps its cursor in the transaction of its effect, so it sees each event at least once and acts once.

use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::broadcast;
use vocab::Time;

use crate::db::{DbError, Param, Row, Tx};

/// How long events are kept for those who resume.
pub const KEPT_DAYS: i64 = 7;
/// Events a slow listener may be behind before it must read them from the table.
const BEHIND: usize = 4096;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    pub id: i64,
    pub time: Time,
    /// `crate.noun.verb.v1`.
    #[serde(rename = "type")]
    pub kind: String,
    pub source: String,
    pub subject: String,
    pub data: Value,
}

impl Event {
    /// In the JSON format of CloudEvents 1.0.
    pub fn to_cloud_event(&self) -> Value {
        json!({
            "specversion": "1.0",
            "id": self.id.to_string(),
            "time": self.time.iso(),
            "type": self.kind,
            "source": self.source,
            "subject": self.subject,
            "datacontenttype": "application/json",
            "data": self.data,
        })
    }
}

/// The live side of the events.
#[derive(Clone)]
pub struct Events {
    sender: broadcast::Sender<Event>,
}

impl Default for Events {
    fn default() -> Events {
        Events { sender: broadcast::channel(BEHIND).0 }
    }
}

impl Events {
    /// Writes an event with what it tells of; listeners hear of it when the commit is durable.
    pub fn emit(
        &self,
        tx: &mut Tx,
        time: Time,
        kind: &str,
        source: &str,
        subject: &str,
        data: Value,
    ) -> Result<i64, DbError> {
        let params: [Param; 5] =
            [time.into(), kind.into(), source.into(), subject.into(), data.to_string().into()];
        let id = tx
            .query_one(
                "INSERT INTO host_event (time, type, source, subject, data) VALUES ($1, $2, $3, $4, $5) RETURNING id",
                &params,
                |row| row.int(0),
            )?
            .ok_or_else(|| DbError::Corrupt("an event was given no number".into()))?;
        let event =
            Event { id, time, kind: kind.into(), source: source.into(), subject: subject.into(), data };
        let sender = self.sender.clone();
        // Nobody listening is no failure.
        tx.on_commit(Box::new(move || drop(sender.send(event))));
        Ok(id)
    }

    pub fn listen(&self) -> broadcast::Receiver<Event> {
        self.sender.subscribe()
    }
}

/// Events after `id`, oldest first, of types that begin with `prefix`.
pub fn after(tx: &mut Tx, id: i64, prefix: &str, limit: i64) -> Result<Vec<Event>, DbError> {
    tx.query(
        "SELECT id, time, type, source, subject, data FROM host_event
         WHERE id > $1 AND substr(type, 1, $2) = $3 ORDER BY id LIMIT $4",
        &[id.into(), (prefix.len() as i64).into(), prefix.into(), limit.into()],
        row,
    )
}

fn row(row: &Row) -> Result<Event, DbError> {
    Ok(Event {
        id: row.int(0)?,
        time: row.time(1)?,
        kind: row.text(2)?,
        source: row.text(3)?,
        subject: row.text(4)?,
        data: row.json(5)?,
    })
}

/// Where a consumer stands; 0 before its first event.
pub fn cursor(tx: &mut Tx, consumer: &str) -> Result<i64, DbError> {
    let found =
        tx.query_one("SELECT event_id FROM host_cursor WHERE consumer = $1", &[consumer.into()], |r| {
            r.int(0)
        })?;
    Ok(found.unwrap_or(0))
}

pub fn set_cursor(tx: &mut Tx, consumer: &str, id: i64) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO host_cursor (consumer, event_id) VALUES ($1, $2)
         ON CONFLICT (consumer) DO UPDATE SET event_id = excluded.event_id",
        &[consumer.into(), id.into()],
    )
    .map(drop)
}

/// Removes events older than [`KEPT_DAYS`].
pub fn sweep(tx: &mut Tx, now: Time) -> Result<u64, DbError> {
    tx.execute("DELETE FROM host_event WHERE time < $1", &[now.plus(-KEPT_DAYS * vocab::time::DAY).into()])
}
