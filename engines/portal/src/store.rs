//! The portal_* tables.

use host::{DbError, Param, Row, Tx};
use serde_json::Value as Json;
use vocab::{Label, Mode, Position, Text, Time};

use crate::notice::Notice;

const COLUMNS: &str = "slug, mode, feed, source, title, body, at, until, is_over, longitude, latitude, properties, label, received";

fn text(row: &Row, column: usize) -> Result<Text, DbError> {
    serde_json::from_value(row.json(column)?).map_err(|e| DbError::Column(column, e.to_string()))
}

fn notice(row: &Row) -> Result<Notice, DbError> {
    let position = match (row.float_or_null(9)?, row.float_or_null(10)?) {
        (Some(longitude), Some(latitude)) => Position::new(longitude, latitude).ok(),
        _ => None,
    };
    Ok(Notice {
        slug: row.text(0)?,
        mode: Mode::from_code(row.int(1)?).ok_or_else(|| DbError::Column(1, "no mode".into()))?,
        feed: row.text(2)?,
        source: row.text(3)?,
        title: text(row, 4)?,
        text: text(row, 5)?,
        at: row.time(6)?,
        until: row.int_or_null(7)?.map(Time),
        is_over: row.flag(8)?,
        position,
        properties: match row.json(11)? {
            Json::Object(properties) => properties,
            other => return Err(DbError::Column(11, other.to_string())),
        },
        label: if row.flag(12)? { Label::Public } else { Label::Internal },
        received: row.time(13)?,
    })
}

pub fn by_slug(tx: &mut Tx, slug: &str, mode: Mode) -> Result<Option<Notice>, DbError> {
    let statement = format!("SELECT {COLUMNS} FROM portal_notice WHERE slug = $1 AND mode = $2");
    tx.query_one(&statement, &[slug.into(), mode.code().into()], notice)
}

pub fn put(tx: &mut Tx, notice: &Notice) -> Result<(), DbError> {
    let json = |text: &Text| serde_json::to_string(text).unwrap_or_default();
    let params: [Param; 14] = [
        (&notice.slug).into(),
        notice.mode.code().into(),
        (&notice.feed).into(),
        (&notice.source).into(),
        json(&notice.title).into(),
        json(&notice.text).into(),
        notice.at.into(),
        notice.until.map(|t| t.0).into(),
        notice.is_over.into(),
        notice.position.map(|p| p.longitude).into(),
        notice.position.map(|p| p.latitude).into(),
        serde_json::to_string(&notice.properties).unwrap_or_default().into(),
        (notice.label == Label::Public).into(),
        notice.received.into(),
    ];
    tx.execute(
        &format!(
            "INSERT INTO portal_notice ({COLUMNS})
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
             ON CONFLICT (slug, mode) DO UPDATE SET feed = excluded.feed, source = excluded.source,
                 title = excluded.title, body = excluded.body, at = excluded.at, until = excluded.until,
                 is_over = excluded.is_over, longitude = excluded.longitude, latitude = excluded.latitude,
                 properties = excluded.properties, label = excluded.label, received = excluded.received"
        ),
        &params,
    )?;
    Ok(())
}

/// Slugs of what a source of a feed said and has not taken back.
pub fn not_over(tx: &mut Tx, feed: &str, source: &str, mode: Mode) -> Result<Vec<String>, DbError> {
    tx.query(
        "SELECT slug FROM portal_notice WHERE feed = $1 AND source = $2 AND mode = $3 AND is_over = 0",
        &[feed.into(), source.into(), mode.code().into()],
        |row| row.text(0),
    )
}

pub fn end(tx: &mut Tx, slug: &str, mode: Mode) -> Result<(), DbError> {
    let params = [slug.into(), mode.code().into()];
    tx.execute("UPDATE portal_notice SET is_over = 1 WHERE slug = $1 AND mode = $2", &params)?;
    Ok(())
}

/// Notices of a mode, newest first; those that are over too. `limit` at most.
pub fn latest(tx: &mut Tx, mode: Mode, limit: i64) -> Result<Vec<Notice>, DbError> {
    let statement = format!(
        "SELECT {COLUMNS} FROM portal_notice WHERE mode = $1 ORDER BY is_over, at DESC, slug LIMIT $2"
    );
    tx.query(&statement, &[mode.code().into(), limit.into()], notice)
}
