//! Entities written.

use host::{DbError, Param, Tx};
use vocab::{Label, Text};

use super::table;
use crate::entity::{Entity, Kind};

/// Gives out `count` ids that nobody ever had; answers the first.
pub fn next_ids(tx: &mut Tx, kind: Kind, count: usize) -> Result<i64, DbError> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let last = tx.query_one(
        "INSERT INTO sensing_last_id (kind, id) VALUES ($1, $2)
         ON CONFLICT (kind) DO UPDATE SET id = sensing_last_id.id + excluded.id RETURNING id",
        &[kind.object().into(), count.into()],
        |row| row.int(0),
    )?;
    let last = last.ok_or_else(|| DbError::Corrupt("sensing_last_id answers nothing".into()))?;
    Ok(last - count + 1)
}

pub(super) fn label(label: Label) -> i64 {
    i64::from(label == Label::Public)
}

fn json(text: &Text) -> String {
    serde_json::to_string(text).unwrap_or_else(|_| "{}".into())
}

fn values(entity: &Entity) -> Result<Vec<Param>, DbError> {
    let body = serde_json::to_string(&entity.body).map_err(|e| DbError::Corrupt(e.to_string()))?;
    let mut values: Vec<Param> = vec![
        entity.id.into(),
        (&entity.slug).into(),
        json(&entity.name).into(),
        json(&entity.description).into(),
        body.into(),
        label(entity.label).into(),
        entity.feed.clone().into(),
        entity.created.into(),
        entity.changed.into(),
    ];
    if let Some(facts) = &entity.stream {
        values.extend(entity.parents.iter().map(|id| Param::from(*id)));
        values.extend([
            Param::from(facts.mode.code()),
            facts.accepts.word().into(),
            facts.policy.word().into(),
            facts.class.word().into(),
            (&facts.retention).into(),
            facts.freshness_seconds.into(),
            json(&facts.meaning).into(),
        ]);
    }
    Ok(values)
}

const PLAIN: &[&str] = &["id", "slug", "name", "description", "body", "label", "feed", "created", "changed"];
const OF_STREAM: &[&str] = &[
    "thing",
    "sensor",
    "property",
    "mode",
    "accepts",
    "policy",
    "class",
    "retention",
    "freshness_seconds",
    "meaning",
];

fn names(entity: &Entity) -> Vec<&'static str> {
    let of_stream: &[&str] = if entity.stream.is_some() { OF_STREAM } else { &[] };
    PLAIN.iter().chain(of_stream).copied().collect()
}

pub fn insert(tx: &mut Tx, entity: &Entity) -> Result<(), DbError> {
    if entity.kind == Kind::HistoricalLocation {
        let thing = entity.parents.first().copied();
        return super::links::add_history(tx, entity.id, thing.unwrap_or(0), entity.changed);
    }
    let names = names(entity);
    let places: Vec<String> = (1..=names.len()).map(|n| format!("${n}")).collect();
    let statement =
        format!("INSERT INTO {} ({}) VALUES ({})", table(entity.kind), names.join(", "), places.join(", "));
    tx.execute(&statement, &values(entity)?).map(drop)
}

/// Writes an entity that exists anew. Answers whether it does.
pub fn update(tx: &mut Tx, entity: &Entity) -> Result<bool, DbError> {
    if entity.kind == Kind::HistoricalLocation {
        return super::links::change_history(tx, entity.id, entity.parents.first().copied(), entity.changed);
    }
    let sets: Vec<String> =
        names(entity).iter().enumerate().skip(1).map(|(at, name)| format!("{name} = ${}", at + 1)).collect();
    let statement = format!("UPDATE {} SET {} WHERE id = $1", table(entity.kind), sets.join(", "));
    Ok(tx.execute(&statement, &values(entity)?)? > 0)
}

/// Deletes one entity alone; what hangs on it is the caller's care. Answers whether there was one.
pub fn delete(tx: &mut Tx, kind: Kind, id: i64) -> Result<bool, DbError> {
    let statement = format!("DELETE FROM {} WHERE id = $1", table(kind));
    Ok(tx.execute(&statement, &[id.into()])? > 0)
}
