//! `sensing_*`: the tables of entities, read. One shape serves all kinds; what differs is said in [`table`],
//! [`columns`] and [`via`].

pub(crate) mod features;
pub(crate) mod links;
pub(crate) mod statement;
pub(crate) mod write;

use std::collections::HashMap;

use host::{DbError, Row, Tx};
use serde_json::Value as Json;
use vocab::{Label, Mode, Slug, Text};

use crate::actions::entities::notes::Note;
use crate::datastream::{Accepts, Class, Datastream, Policy};
use crate::entity::{Entity, Kind, Link, Sight, StreamFacts};
use statement::Statement;

/// Ids of one statement; more are asked in several.
const IDS_AT_A_TIME: usize = 256;

pub(crate) fn table(kind: Kind) -> &'static str {
    match kind {
        Kind::Thing => "sensing_thing",
        Kind::Location => "sensing_location",
        Kind::HistoricalLocation => "sensing_history",
        Kind::Datastream => "sensing_datastream",
        Kind::Sensor => "sensing_sensor",
        Kind::ObservedProperty => "sensing_property",
        // Observations are kept by `observations`; nobody asks for their table here.
        Kind::Observation => "obs_hot",
        Kind::FeatureOfInterest => "sensing_feature",
    }
}

const PLAIN: &str = "e.id, e.slug, e.name, e.description, e.body, e.label, e.feed, e.created, e.changed";

fn columns(kind: Kind) -> String {
    match kind {
        Kind::HistoricalLocation => {
            "e.id, '', '{}', '{}', '{}', CAST(0 AS BIGINT), CAST(NULL AS TEXT), e.t, e.t, e.thing".into()
        }
        Kind::Datastream => format!(
            "{PLAIN}, e.thing, e.sensor, e.property, e.mode, e.accepts, e.policy, e.class, e.retention, \
             e.freshness_seconds, e.meaning"
        ),
        _ => PLAIN.into(),
    }
}

fn text(row: &Row, column: usize) -> Result<Text, DbError> {
    let text = row.text(column)?;
    serde_json::from_str(&text).map_err(|e| DbError::Column(column, format!("{text} ({e})")))
}

fn word<T>(row: &Row, column: usize, of: impl Fn(&str) -> Option<T>) -> Result<T, DbError> {
    let text = row.text(column)?;
    of(&text).ok_or(DbError::Column(column, text))
}

fn entity(kind: Kind, row: &Row) -> Result<Entity, DbError> {
    let id = row.int(0)?;
    let slug = match kind {
        Kind::HistoricalLocation => format!("{}/{id}", kind.slugs()),
        _ => row.text(1)?,
    };
    let body = match row.json(4)? {
        Json::Object(body) => body,
        other => return Err(DbError::Column(4, other.to_string())),
    };
    let stream = match kind {
        Kind::Datastream => Some(Box::new(StreamFacts {
            mode: Mode::from_code(row.int(12)?).ok_or_else(|| DbError::Column(12, "no mode".into()))?,
            accepts: word(row, 13, Accepts::from_word)?,
            policy: word(row, 14, Policy::from_word)?,
            class: word(row, 15, Class::from_word)?,
            retention: row.text(16)?,
            freshness_seconds: row.int(17)?,
            meaning: text(row, 18)?,
        })),
        _ => None,
    };
    let parents = match kind {
        Kind::HistoricalLocation => vec![row.int(9)?],
        Kind::Datastream => vec![row.int(9)?, row.int(10)?, row.int(11)?],
        _ => Vec::new(),
    };
    Ok(Entity {
        kind,
        id,
        slug: Slug::new(slug).map_err(|e| DbError::Column(1, e.to_string()))?,
        name: text(row, 2)?,
        description: text(row, 3)?,
        body,
        label: if row.flag(5)? { Label::Public } else { Label::Internal },
        feed: row.text_or_null(6)?,
        created: row.time(7)?,
        changed: row.time(8)?,
        parents,
        stream,
    })
}

/// How a link's far end is found from its near one.
enum Via {
    /// The far end holds the near one's id in this column.
    Theirs(&'static str),
    /// The near end holds the far one's id: [`Entity::parents`].
    Mine,
    /// A table between them: its name, the near end's column, the far end's.
    Between(&'static str, &'static str, &'static str),
}

fn via(from: Kind, link: Link) -> Via {
    match (from, link.to) {
        _ if !link.many => Via::Mine,
        (Kind::Thing, Kind::Location) => Via::Between("sensing_thing_location", "thing", "location"),
        (Kind::Location, Kind::Thing) => Via::Between("sensing_thing_location", "location", "thing"),
        (Kind::Location, Kind::HistoricalLocation) => {
            Via::Between("sensing_history_location", "location", "history")
        }
        (Kind::HistoricalLocation, _) => Via::Between("sensing_history_location", "history", "location"),
        (Kind::Sensor, _) => Via::Theirs("sensor"),
        (Kind::ObservedProperty, _) => Via::Theirs("property"),
        _ => Via::Theirs("thing"),
    }
}

/// Which entities of a kind are meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Which {
    pub kind: Kind,
    /// Those that this link of this entity leads to; the link is one to many.
    pub of: Option<(Kind, i64, Link)>,
    pub sight: Sight,
    /// Ids from the first (in) to the last (in).
    pub ids: (i64, i64),
    pub feed: Option<String>,
}

impl Which {
    pub fn all(kind: Kind, sight: Sight) -> Which {
        Which { kind, of: None, sight, ids: (i64::MIN, i64::MAX), feed: None }
    }

    fn condition(&self, statement: &mut Statement) {
        statement.push(&format!(" FROM {} e", table(self.kind)));
        let parent = match self.of {
            Some((from, id, link)) => match via(from, link) {
                Via::Between(table, mine, theirs) => {
                    statement.push(&format!(" JOIN {table} l ON l.{theirs} = e.id AND l.{mine} = ")).bind(id);
                    None
                }
                Via::Theirs(column) => Some((column, id)),
                Via::Mine => Some(("id", id)),
            },
            None => None,
        };
        statement.push(" WHERE e.id >= ").bind(self.ids.0).push(" AND e.id <= ").bind(self.ids.1);
        if let Some((column, id)) = parent {
            statement.push(&format!(" AND e.{column} = ")).bind(id);
        }
        if let Some(feed) = &self.feed {
            statement.push(" AND e.feed = ").bind(feed);
        }
        statement.seen(self.kind, &self.sight);
    }
}

/// Some of them in order of their ids; `limit` at most.
pub fn page(tx: &mut Tx, which: &Which, descending: bool, limit: usize) -> Result<Vec<Entity>, DbError> {
    let mut statement = Statement::new(format!("SELECT {}", columns(which.kind)));
    which.condition(&mut statement);
    statement.push(if descending { " ORDER BY e.id DESC LIMIT " } else { " ORDER BY e.id LIMIT " });
    statement.bind(i64::try_from(limit).unwrap_or(i64::MAX));
    statement.query(tx, |row| entity(which.kind, row))
}

pub fn count(tx: &mut Tx, which: &Which) -> Result<u64, DbError> {
    let mut statement = Statement::new("SELECT COUNT(*)");
    which.condition(&mut statement);
    let found = statement.query(tx, |row| row.int(0))?;
    Ok(found.first().and_then(|n| u64::try_from(*n).ok()).unwrap_or(0))
}

/// Those of these ids that there are and that may be seen, by id.
pub fn by_ids(tx: &mut Tx, kind: Kind, ids: &[i64], sight: &Sight) -> Result<HashMap<i64, Entity>, DbError> {
    let mut found = HashMap::new();
    for ids in sorted(ids).chunks(IDS_AT_A_TIME) {
        let mut statement =
            Statement::new(format!("SELECT {} FROM {} e WHERE e.id IN (", columns(kind), table(kind)));
        statement.list(ids).push(")").seen(kind, sight);
        for entity in statement.query(tx, |row| entity(kind, row))? {
            found.insert(entity.id, entity);
        }
    }
    Ok(found)
}

pub fn by_id(tx: &mut Tx, kind: Kind, id: i64, sight: &Sight) -> Result<Option<Entity>, DbError> {
    Ok(by_ids(tx, kind, &[id], sight)?.remove(&id))
}

pub fn by_slug(tx: &mut Tx, kind: Kind, slug: &str) -> Result<Option<Entity>, DbError> {
    if kind == Kind::HistoricalLocation {
        return Ok(None);
    }
    let statement = format!("SELECT {} FROM {} e WHERE e.slug = $1", columns(kind), table(kind));
    tx.query_one(&statement, &[slug.into()], |row| entity(kind, row))
}

fn sorted(ids: &[i64]) -> Vec<i64> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Where a link to many leads from each of `parents`: (parent, entity), in order of the entities' ids. `limit` bounds
/// all of them together.
pub fn children(
    tx: &mut Tx,
    from: Kind,
    link: Link,
    parents: &[i64],
    sight: &Sight,
    limit: usize,
) -> Result<Vec<(i64, Entity)>, DbError> {
    let mut found = Vec::new();
    for ids in sorted(parents).chunks(IDS_AT_A_TIME) {
        let (parent, join) = match via(from, link) {
            Via::Between(table, mine, theirs) => {
                (format!("l.{mine}"), format!(" JOIN {table} l ON l.{theirs} = e.id"))
            }
            Via::Theirs(column) => (format!("e.{column}"), String::new()),
            Via::Mine => return Ok(Vec::new()),
        };
        let columns = columns(link.to);
        let mut statement =
            Statement::new(format!("SELECT {columns}, {parent} FROM {} e{join}", table(link.to)));
        statement.push(&format!(" WHERE {parent} IN (")).list(ids).push(")").seen(link.to, sight);
        let left = limit.saturating_sub(found.len());
        statement.push(" ORDER BY e.id LIMIT ").bind(i64::try_from(left).unwrap_or(i64::MAX));
        let last = columns.matches(", ").count() + 1;
        found.extend(statement.query(tx, |row| Ok((row.int(last)?, entity(link.to, row)?)))?);
    }
    Ok(found)
}

/// Shows what ingest and pages of values must know of every datastream to `f`, in order of the ids: no names, no
/// descriptions, so that five million are read in seconds.
pub fn each_datastream(tx: &mut Tx, mut f: impl FnMut(Datastream, Note)) -> Result<(), DbError> {
    let statement = "SELECT id, slug, body, label, feed, mode, accepts, policy, class, retention, freshness_seconds \
                     FROM sensing_datastream ORDER BY id";
    tx.each(statement, &[], |row| {
        let slug = Slug::new(row.text(1)?).map_err(|e| DbError::Column(1, e.to_string()))?;
        // What is no unit as the standard has it has no symbol.
        let unit = serde_json::from_str::<Measured>(&row.text(2)?).ok().and_then(|body| body.unit);
        let symbol = unit.and_then(|unit| unit.symbol.as_str().map(String::from));
        let facts = Datastream {
            id: row.int(0)?,
            slug,
            label: if row.flag(3)? { Label::Public } else { Label::Internal },
            mode: Mode::from_code(row.int(5)?).ok_or_else(|| DbError::Column(5, "no mode".into()))?,
            accepts: word(row, 6, Accepts::from_word)?,
            policy: word(row, 7, Policy::from_word)?,
            class: word(row, 8, Class::from_word)?,
            retention: row.text(9)?.into(),
        };
        let note = Note {
            unit: symbol.unwrap_or_default(),
            freshness_seconds: row.int(10)?,
            feed: row.text_or_null(4)?,
        };
        f(facts, note);
        Ok(true)
    })
}

/// The unit in a datastream's body.
#[derive(serde::Deserialize)]
struct Measured {
    #[serde(rename = "unitOfMeasurement")]
    unit: Option<Unit>,
}

#[derive(serde::Deserialize)]
struct Unit {
    #[serde(default)]
    symbol: Json,
}

/// Shows the places of all things that may be seen to `f`: (thing, location as JSON).
pub fn each_place(tx: &mut Tx, sight: &Sight, mut f: impl FnMut(i64, &Json)) -> Result<(), DbError> {
    let mut statement = Statement::new(
        "SELECT l.thing, p.body FROM sensing_thing e JOIN sensing_thing_location l ON l.thing = e.id \
         JOIN sensing_location p ON p.id = l.location WHERE 1 = 1",
    );
    statement.seen(Kind::Thing, sight);
    let places = statement.query(tx, |row| Ok((row.int(0)?, row.json(1)?)))?;
    places.iter().for_each(|(thing, body)| f(*thing, body.get("location").unwrap_or(&Json::Null)));
    Ok(())
}

#[cfg(test)]
mod tests;
