//! `sensing_device` and its history.

use std::collections::HashMap;

use host::{DbError, Param, Row, Tx};
use vocab::{Label, Slug, Time};

use crate::device::{Device, Event, State, What};

/// A line of a device's history as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub at: Time,
    pub event: Event,
    pub who: String,
}

const COLUMNS: &str = "id, slug, scope, name, label, state, is_silent, model, serial, firmware, battery, \
                       silence_seconds, key_digest, registered";

fn device(row: &Row) -> Result<(i64, Device), DbError> {
    let slug = |column, text: String| Slug::new(text).map_err(|e| DbError::Column(column, e.to_string()));
    let state = row.text(5)?;
    Ok((
        row.int(0)?,
        Device {
            slug: slug(1, row.text(1)?)?,
            scope: slug(2, row.text(2)?)?,
            name: row.text(3)?,
            label: if row.flag(4)? { Label::Public } else { Label::Internal },
            state: State::ALL.into_iter().find(|s| s.word() == state).ok_or(DbError::Column(5, state))?,
            is_silent: row.flag(6)?,
            model: row.text(7)?,
            serial: row.text(8)?,
            firmware: row.text(9)?,
            battery: row.text_or_null(10)?.map(|text| slug(10, text)).transpose()?,
            silence_seconds: row.int(11)?,
            key_digest: row.text_or_null(12)?,
            registered: row.time(13)?,
        },
    ))
}

fn params(device: &Device) -> [Param; 13] {
    [
        device.slug.as_str().into(),
        device.scope.as_str().into(),
        device.name.as_str().into(),
        i64::from(device.label == Label::Public).into(),
        device.state.word().into(),
        i64::from(device.is_silent).into(),
        device.model.as_str().into(),
        device.serial.as_str().into(),
        device.firmware.as_str().into(),
        device.battery.as_ref().map(Slug::as_str).into(),
        device.silence_seconds.into(),
        device.key_digest.as_deref().into(),
        device.registered.into(),
    ]
}

/// Adds a device. `false`: the name is taken.
pub fn add(tx: &mut Tx, device: &Device) -> Result<bool, DbError> {
    let added = tx.execute(
        "INSERT INTO sensing_device (slug, scope, name, label, state, is_silent, model, serial, firmware, battery,
             silence_seconds, key_digest, registered)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (slug) DO NOTHING",
        &params(device),
    )?;
    Ok(added == 1)
}

/// Writes a device that is there.
pub fn save(tx: &mut Tx, device: &Device) -> Result<(), DbError> {
    tx.execute(
        "UPDATE sensing_device SET scope = $2, name = $3, label = $4, state = $5, is_silent = $6, model = $7,
             serial = $8, firmware = $9, battery = $10, silence_seconds = $11, key_digest = $12, registered = $13
         WHERE slug = $1",
        &params(device),
    )
    .map(drop)
}

pub fn named(tx: &mut Tx, slug: &str) -> Result<Option<(i64, Device)>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM sensing_device WHERE slug = $1");
    tx.query_one(&sql, &[slug.into()], device)
}

/// Devices in the order of their names, after one of them.
pub fn list(tx: &mut Tx, after: &str, limit: usize) -> Result<Vec<Device>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM sensing_device WHERE slug > $1 ORDER BY slug LIMIT $2");
    tx.query(&sql, &[after.into(), (limit as i64).into()], |row| device(row).map(|(_, device)| device))
}

pub fn note(tx: &mut Tx, device: i64, line: &Line) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO sensing_device_event (device, n, at, what, detail, who)
         SELECT $1, COALESCE(MAX(n), 0) + 1, $2, $3, $4, $5 FROM sensing_device_event WHERE device = $1",
        &[
            device.into(),
            line.at.into(),
            line.event.what.word().into(),
            line.event.detail.as_str().into(),
            line.who.as_str().into(),
        ],
    )
    .map(drop)
}

/// A device's history, newest first.
pub fn history(tx: &mut Tx, device: i64, limit: usize) -> Result<Vec<Line>, DbError> {
    tx.query(
        "SELECT at, what, detail, who FROM sensing_device_event WHERE device = $1 ORDER BY n DESC LIMIT $2",
        &[device.into(), (limit as i64).into()],
        |row| {
            let word = row.text(1)?;
            let what = What::ALL.iter().copied().find(|what| what.word() == word);
            let what = what.ok_or(DbError::Column(1, word))?;
            Ok(Line { at: row.time(0)?, event: Event { what, detail: row.text(2)? }, who: row.text(3)? })
        },
    )
}

/// When a device was last heard, whatever became of what it said.
pub fn last_heard(tx: &mut Tx, device: &str) -> Result<Option<Time>, DbError> {
    let last = tx.query_one(
        "SELECT COALESCE(MAX(c.last), 0) FROM obs_source s JOIN obs_counter c ON c.source = s.id
         WHERE s.kind = 'device' AND s.slug = $1",
        &[device.into()],
        |row| row.time(0),
    )?;
    Ok(last.filter(|last| last.0 > 0))
}

/// [`last_heard`] of every device, by its name.
pub fn heard(tx: &mut Tx) -> Result<HashMap<String, Time>, DbError> {
    let rows = tx.query(
        "SELECT s.slug, MAX(c.last) FROM obs_source s JOIN obs_counter c ON c.source = s.id
         WHERE s.kind = 'device' GROUP BY s.slug",
        &[],
        |row| Ok((row.text(0)?, row.time(1)?)),
    )?;
    // Stores of an earlier program did not say when.
    Ok(rows.into_iter().filter(|(_, last)| last.0 > 0).collect())
}
