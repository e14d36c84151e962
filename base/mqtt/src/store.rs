//! Sessions, what waits in them, and retained messages, on disk.

use std::sync::Arc;

use bytes::Bytes;
use bytestring::ByteString;
use host::db::{Param, Stage};
use host::{DbError, Row, Tx};
use serde_json::{Value as Json, json};
use vocab::{Caller, Time};

use crate::broker::Cell;
use crate::message::{Message, Properties, Qos};
use crate::packet::{Options, Will};
use crate::session::Delivery;

/// One thing to be kept. Memory follows the commit where it must not run ahead of it.
#[derive(Clone)]
pub enum Change {
    /// How long a session lives, as it stands when it is written: a later change is never overtaken by an earlier one.
    Session(Arc<Cell>),
    /// A session with all that is in it.
    Gone(i64),
    Subscribe(i64, ByteString, Options),
    Unsubscribe(i64, ByteString),
    /// Goes into the session's queue when it is durable.
    Queue(Arc<Cell>, Delivery),
    Releasing(i64, u64),
    Done(i64, u64),
    Taken(i64, u16),
    Freed(i64, u16),
    Retain(Arc<Message>),
    /// Retained messages that nobody wants any more.
    Forget(Vec<ByteString>),
    /// What is to be said if this connection ends without a word, and that it need not be said any more.
    Will(Arc<Cell>, u64, Arc<Will>),
    NoWill(u64),
}

pub struct Writing;

impl Stage for Writing {
    type Item = Vec<Change>;
    type Outcome = ();

    fn weight(changes: &Vec<Change>) -> usize {
        changes.len().max(1)
    }

    fn apply(&mut self, tx: &mut Tx, items: &[Vec<Change>]) -> Result<Vec<()>, DbError> {
        items.iter().map(|changes| changes.iter().try_for_each(|change| write(tx, change))).collect()
    }
}

fn write(tx: &mut Tx, change: &Change) -> Result<(), DbError> {
    match change {
        Change::Session(cell) => session(tx, cell)?,
        Change::Gone(session) => {
            for statement in [
                "DELETE FROM mqtt_session WHERE id = $1",
                "DELETE FROM mqtt_subscription WHERE session = $1",
                "DELETE FROM mqtt_queue WHERE session = $1",
                "DELETE FROM mqtt_incoming WHERE session = $1",
            ] {
                tx.execute(statement, &[(*session).into()])?;
            }
        }
        Change::Subscribe(session, filter, options) => {
            let identifier = options.identifier.map_or(Param::Null, |id| i64::from(id).into());
            tx.execute(
                "INSERT INTO mqtt_subscription (session, filter, options, identifier) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (session, filter) DO UPDATE SET options = excluded.options, identifier = excluded.identifier",
                &[(*session).into(), filter.to_string().into(), coded(options).into(), identifier],
            )?;
        }
        Change::Unsubscribe(session, filter) => {
            tx.execute(
                "DELETE FROM mqtt_subscription WHERE session = $1 AND filter = $2",
                &[(*session).into(), filter.to_string().into()],
            )?;
        }
        Change::Queue(cell, delivery) => queue(tx, cell, delivery)?,
        Change::Releasing(session, n) => {
            tx.execute(
                "UPDATE mqtt_queue SET releasing = 1 WHERE session = $1 AND n = $2",
                &[(*session).into(), (*n as i64).into()],
            )?;
        }
        Change::Done(session, n) => {
            tx.execute(
                "DELETE FROM mqtt_queue WHERE session = $1 AND n = $2",
                &[(*session).into(), (*n as i64).into()],
            )?;
        }
        Change::Taken(session, packet) => {
            tx.execute(
                "INSERT INTO mqtt_incoming (session, packet) VALUES ($1, $2) ON CONFLICT (session, packet) DO NOTHING",
                &[(*session).into(), i64::from(*packet).into()],
            )?;
        }
        Change::Freed(session, packet) => {
            tx.execute(
                "DELETE FROM mqtt_incoming WHERE session = $1 AND packet = $2",
                &[(*session).into(), i64::from(*packet).into()],
            )?;
        }
        Change::Retain(message) => retain(tx, message)?,
        Change::Will(cell, link, wanted) => will(tx, cell, *link, wanted)?,
        Change::NoWill(link) => {
            tx.execute("DELETE FROM mqtt_will WHERE link = $1", &[(*link as i64).into()])?;
        }
        Change::Forget(topics) => {
            for topic in topics {
                tx.execute("DELETE FROM mqtt_retained WHERE topic = $1", &[topic.to_string().into()])?;
            }
        }
    }
    Ok(())
}

fn session(tx: &mut Tx, cell: &Arc<Cell>) -> Result<(), DbError> {
    let (seconds, ends) = cell.life();
    if seconds == 0 {
        return Ok(());
    }
    let (caller, device, scope) = words(&cell.caller);
    tx.execute(
        "INSERT INTO mqtt_session (id, caller, device, scope, client, seconds, ends)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (id) DO UPDATE SET seconds = excluded.seconds, ends = excluded.ends",
        &[
            cell.id.into(),
            caller.into(),
            device.into(),
            scope.into(),
            cell.client.to_string().into(),
            i64::from(seconds).into(),
            ends.map_or(Param::Null, Param::from),
        ],
    )?;
    Ok(())
}

fn queue(tx: &mut Tx, cell: &Arc<Cell>, delivery: &Delivery) -> Result<(), DbError> {
    let message = &delivery.message;
    let identifiers: Vec<String> = delivery.identifiers.iter().map(u32::to_string).collect();
    tx.execute(
        "INSERT INTO mqtt_queue (session, n, qos, releasing, retain, identifiers, topic, payload, expires, properties)
         VALUES ($1, $2, $3, 0, $4, $5, $6, $7, $8, $9)",
        &[
            cell.id.into(),
            (delivery.n as i64).into(),
            (delivery.qos as i64).into(),
            i64::from(delivery.retain).into(),
            identifiers.join(",").into(),
            message.topic.to_string().into(),
            message.payload.to_vec().into(),
            message.expires.map_or(Param::Null, Param::from),
            said(message),
        ],
    )?;
    let (cell, delivery) = (cell.clone(), delivery.clone());
    tx.on_commit(Box::new(move || cell.keep(delivery)));
    Ok(())
}

fn retain(tx: &mut Tx, message: &Message) -> Result<(), DbError> {
    if message.payload.is_empty() {
        tx.execute("DELETE FROM mqtt_retained WHERE topic = $1", &[message.topic.to_string().into()])?;
        return Ok(());
    }
    tx.execute(
        "INSERT INTO mqtt_retained (topic, qos, payload, expires, properties) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (topic) DO UPDATE SET qos = excluded.qos, payload = excluded.payload, expires = excluded.expires,
             properties = excluded.properties",
        &[
            message.topic.to_string().into(),
            (message.qos as i64).into(),
            message.payload.to_vec().into(),
            message.expires.map_or(Param::Null, Param::from),
            said(message),
        ],
    )?;
    Ok(())
}

fn will(tx: &mut Tx, cell: &Arc<Cell>, link: u64, will: &Will) -> Result<(), DbError> {
    let (caller, device, scope) = words(&cell.caller);
    let message = &will.message;
    tx.execute(
        "INSERT INTO mqtt_will (link, caller, device, scope, client, delay, seconds, qos, retain, topic, payload,
             properties) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        &[
            (link as i64).into(),
            caller.into(),
            device.into(),
            scope.into(),
            cell.client.to_string().into(),
            i64::from(will.delay_seconds).into(),
            will.expiry_seconds.map_or(Param::Null, |seconds| i64::from(seconds).into()),
            (message.qos as i64).into(),
            i64::from(message.retain).into(),
            message.topic.to_string().into(),
            message.payload.to_vec().into(),
            said(message),
        ],
    )?;
    Ok(())
}

/// A will that was kept, and whose it is.
pub struct KeptWill {
    pub link: u64,
    pub caller: Caller,
    pub client: String,
    pub will: Will,
}

/// The wills of those who were connected when the server was killed.
pub fn wills(tx: &mut Tx) -> Result<Vec<KeptWill>, DbError> {
    tx.query(
        "SELECT link, caller, device, scope, client, delay, seconds, qos, retain, topic, payload, expires, properties
         FROM mqtt_will ORDER BY link",
        &[],
        |row| {
            let retain = row.int(8)? != 0;
            let will = Will {
                message: message(row, 9, Qos::of(row.int(7)?).unwrap_or_default(), retain)?,
                delay_seconds: u32::try_from(row.int(5)?).unwrap_or(u32::MAX),
                expiry_seconds: row.int_or_null(6)?.and_then(|seconds| u32::try_from(seconds).ok()),
            };
            Ok(KeptWill {
                link: row.int(0)? as u64,
                caller: caller(row, 1)?,
                client: row.text(4)?,
                will,
            })
        },
    )
}

/// As [`words`] wrote it, from this column on.
fn caller(row: &Row, from: usize) -> Result<Caller, DbError> {
    Ok(match row.text(from)?.as_str() {
        "operator" => Caller::Operator,
        "device" => Caller::Device { name: row.text(from + 1)?, scope: row.text(from + 2)? },
        _ => Caller::Anonymous,
    })
}

/// A session as it was kept.
pub struct Kept {
    pub id: i64,
    pub caller: Caller,
    pub client: String,
    pub seconds: u32,
    pub ends: Option<Time>,
    pub subscriptions: Vec<(String, Options)>,
    /// In order; whether the client has it and is to release its id.
    pub queue: Vec<(Delivery, bool)>,
    pub incoming: Vec<u16>,
}

/// What a session left behind that ended while more was on its way to it.
pub fn sweep(tx: &mut Tx) -> Result<(), DbError> {
    for statement in [
        "DELETE FROM mqtt_subscription WHERE session NOT IN (SELECT id FROM mqtt_session)",
        "DELETE FROM mqtt_queue WHERE session NOT IN (SELECT id FROM mqtt_session)",
        "DELETE FROM mqtt_incoming WHERE session NOT IN (SELECT id FROM mqtt_session)",
    ] {
        tx.execute(statement, &[])?;
    }
    Ok(())
}

/// Everything, at the start.
pub fn load(tx: &mut Tx) -> Result<(Vec<Kept>, Vec<Message>), DbError> {
    let mut sessions = tx.query(
        "SELECT id, caller, device, scope, client, seconds, ends FROM mqtt_session ORDER BY id",
        &[],
        |row| {
            Ok(Kept {
                id: row.int(0)?,
                caller: caller(row, 1)?,
                client: row.text(4)?,
                seconds: u32::try_from(row.int(5)?).unwrap_or(u32::MAX),
                ends: row.int_or_null(6)?.map(Time),
                subscriptions: Vec::new(),
                queue: Vec::new(),
                incoming: Vec::new(),
            })
        },
    )?;
    let at = |sessions: &[Kept], id: i64| sessions.binary_search_by_key(&id, |kept| kept.id).ok();
    tx.each("SELECT session, filter, options, identifier FROM mqtt_subscription", &[], |row| {
        if let Some(at) = at(&sessions, row.int(0)?) {
            let identifier = row.int_or_null(3)?.and_then(|id| u32::try_from(id).ok());
            sessions[at].subscriptions.push((row.text(1)?, decoded(row.int(2)?, identifier)));
        }
        Ok(true)
    })?;
    tx.each(
        "SELECT session, n, qos, releasing, retain, identifiers, topic, payload, expires, properties
         FROM mqtt_queue ORDER BY session, n",
        &[],
        |row| {
            if let Some(at) = at(&sessions, row.int(0)?) {
                let qos = Qos::of(row.int(2)?).unwrap_or_default();
                let delivery = Delivery {
                    n: row.int(1)? as u64,
                    message: Arc::new(message(row, 6, qos, false)?),
                    qos,
                    retain: row.int(4)? != 0,
                    identifiers: row.text(5)?.split(',').filter_map(|id| id.parse().ok()).collect(),
                    dup: true,
                };
                sessions[at].queue.push((delivery, row.int(3)? != 0));
            }
            Ok(true)
        },
    )?;
    tx.each("SELECT session, packet FROM mqtt_incoming", &[], |row| {
        if let (Some(at), Ok(packet)) = (at(&sessions, row.int(0)?), u16::try_from(row.int(1)?)) {
            sessions[at].incoming.push(packet);
        }
        Ok(true)
    })?;
    let retained =
        tx.query("SELECT qos, topic, payload, expires, properties FROM mqtt_retained", &[], |row| {
            message(row, 1, Qos::of(row.int(0)?).unwrap_or_default(), true)
        })?;
    Ok((sessions, retained))
}

/// Topic, payload, expiry and properties from this column on.
fn message(row: &Row, from: usize, qos: Qos, retain: bool) -> Result<Message, DbError> {
    let properties = row.text_or_null(from + 3)?.and_then(|text| heard(&text));
    Ok(Message {
        topic: row.text(from)?.into(),
        payload: Bytes::from(row.bytes(from + 1)?),
        qos,
        retain,
        expires: row.int_or_null(from + 2)?.map(Time),
        properties: properties.map(Arc::new),
    })
}

fn words(caller: &Caller) -> (&'static str, String, String) {
    match caller {
        Caller::Operator => ("operator", String::new(), String::new()),
        Caller::Device { name, scope } => ("device", name.clone(), scope.clone()),
        _ => ("anonymous", String::new(), String::new()),
    }
}

fn coded(options: &Options) -> i64 {
    options.qos as i64
        | i64::from(options.no_local) << 2
        | i64::from(options.retain_as_published) << 3
        | i64::from(options.retain_handling & 3) << 4
}

fn decoded(code: i64, identifier: Option<u32>) -> Options {
    Options {
        qos: Qos::of(code & 3).unwrap_or_default(),
        no_local: code & 4 != 0,
        retain_as_published: code & 8 != 0,
        retain_handling: (code >> 4 & 3) as u8,
        identifier,
    }
}

fn said(message: &Message) -> Param {
    let Some(properties) = &message.properties else { return Param::Null };
    let text = |text: &Option<ByteString>| text.as_ref().map(ToString::to_string);
    let user: Vec<Json> =
        properties.user.iter().map(|(name, value)| json!([name.to_string(), value.to_string()])).collect();
    json!({
        "text": properties.is_text,
        "type": text(&properties.content_type),
        "response": text(&properties.response_topic),
        "correlation": properties.correlation.as_ref().map(|bytes| bytes.to_vec()),
        "user": user,
    })
    .to_string()
    .into()
}

fn heard(text: &str) -> Option<Properties> {
    let json: Json = serde_json::from_str(text).ok()?;
    let word = |json: &Json| json.as_str().map(ByteString::from);
    let bytes = |json: &Json| {
        let list = json.as_array()?;
        Some(list.iter().filter_map(|byte| byte.as_u64().map(|byte| byte as u8)).collect::<Vec<u8>>().into())
    };
    let pair = |json: &Json| Some((word(&json[0])?, word(&json[1])?));
    Some(Properties {
        is_text: json["text"].as_bool().unwrap_or(false),
        content_type: word(&json["type"]),
        response_topic: word(&json["response"]),
        correlation: bytes(&json["correlation"]),
        user: json["user"].as_array().into_iter().flatten().filter_map(pair).collect(),
    })
}

#[cfg(test)]
mod tests;
