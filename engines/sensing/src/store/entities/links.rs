//! Where things are and were.

use host::{DbError, Tx};
use vocab::Time;

/// Locations of a thing, now.
pub fn locations(tx: &mut Tx, thing: i64) -> Result<Vec<i64>, DbError> {
    tx.query(
        "SELECT location FROM sensing_thing_location WHERE thing = $1 ORDER BY location",
        &[thing.into()],
        |row| row.int(0),
    )
}

/// Things at a location, now.
pub fn things(tx: &mut Tx, location: i64) -> Result<Vec<i64>, DbError> {
    tx.query(
        "SELECT thing FROM sensing_thing_location WHERE location = $1 ORDER BY thing",
        &[location.into()],
        |row| row.int(0),
    )
}

/// Puts a thing at these locations and nowhere else.
pub fn place(tx: &mut Tx, thing: i64, locations: &[i64]) -> Result<(), DbError> {
    tx.execute("DELETE FROM sensing_thing_location WHERE thing = $1", &[thing.into()])?;
    for location in locations {
        tx.execute(
            "INSERT INTO sensing_thing_location (thing, location) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            &[thing.into(), (*location).into()],
        )?;
    }
    Ok(())
}

pub fn add_history(tx: &mut Tx, id: i64, thing: i64, at: Time) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO sensing_history (id, thing, t) VALUES ($1, $2, $3)",
        &[id.into(), thing.into(), at.into()],
    )
    .map(drop)
}

pub fn change_history(tx: &mut Tx, id: i64, thing: Option<i64>, at: Time) -> Result<bool, DbError> {
    let touched = tx.execute(
        "UPDATE sensing_history SET thing = COALESCE($2, thing), t = $3 WHERE id = $1",
        &[id.into(), thing.into(), at.into()],
    )?;
    Ok(touched > 0)
}

pub fn history_at(tx: &mut Tx, history: i64, locations: &[i64]) -> Result<(), DbError> {
    for location in locations {
        tx.execute(
            "INSERT INTO sensing_history_location (history, location) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            &[history.into(), (*location).into()],
        )?;
    }
    Ok(())
}

/// The latest entry of a thing's history, and the locations it names.
pub fn latest(tx: &mut Tx, thing: i64) -> Result<Option<(Time, Vec<i64>)>, DbError> {
    let found = tx.query_one(
        "SELECT id, t FROM sensing_history WHERE thing = $1 ORDER BY t DESC, id DESC LIMIT 1",
        &[thing.into()],
        |row| Ok((row.int(0)?, row.time(1)?)),
    )?;
    let Some((id, at)) = found else { return Ok(None) };
    let locations = tx.query(
        "SELECT location FROM sensing_history_location WHERE history = $1 ORDER BY location",
        &[id.into()],
        |row| row.int(0),
    )?;
    Ok(Some((at, locations)))
}

/// Whether a historical location names any place.
pub fn is_at(tx: &mut Tx, history: i64) -> Result<bool, DbError> {
    let found = tx.query_one(
        "SELECT location FROM sensing_history_location WHERE history = $1 LIMIT 1",
        &[history.into()],
        |row| row.int(0),
    )?;
    Ok(found.is_some())
}

pub fn forget_history(tx: &mut Tx, history: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM sensing_history_location WHERE history = $1", &[history.into()]).map(drop)
}

pub fn histories_of(tx: &mut Tx, thing: i64) -> Result<Vec<i64>, DbError> {
    tx.query("SELECT id FROM sensing_history WHERE thing = $1", &[thing.into()], |row| row.int(0))
}

/// Takes a location out of everything that names it; the history of having been there goes with it (OGC 18-088, 10.4).
pub fn forget_location(tx: &mut Tx, location: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM sensing_thing_location WHERE location = $1", &[location.into()])?;
    let histories = tx.query(
        "SELECT history FROM sensing_history_location WHERE location = $1",
        &[location.into()],
        |row| row.int(0),
    )?;
    for history in histories {
        forget_history(tx, history)?;
        tx.execute("DELETE FROM sensing_history WHERE id = $1", &[history.into()])?;
    }
    Ok(())
}

pub fn forget_thing(tx: &mut Tx, thing: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM sensing_thing_location WHERE thing = $1", &[thing.into()]).map(drop)
}

/// Ids of the datastreams of a thing, a sensor or an observed property.
pub fn datastreams_by(tx: &mut Tx, column: &str, id: i64) -> Result<Vec<i64>, DbError> {
    let statement = format!("SELECT id FROM sensing_datastream WHERE {column} = $1 ORDER BY id");
    tx.query(&statement, &[id.into()], |row| row.int(0))
}
