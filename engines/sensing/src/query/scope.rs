//! What a path of `$filter` or `$orderby` means for one entity.

use serde_json::Value as Json;
use vocab::Lang;

use super::Query;
use crate::entity::Kind;
use crate::entity::json::{AllDerived, Writer};
use crate::entity::tree::{Branch, Item, Node};
use crate::observation::{Content, Row};
use crate::observed::times::Times;
use crate::observed::writing::{Seen, Shown};

/// A value as conditions see it.
#[derive(Debug, Clone, PartialEq)]
pub enum Val {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    /// Start and end, microseconds; the same of an instant.
    Times(i64, i64),
    /// Microseconds.
    Duration(i64),
    Json(Json),
    /// Along a link to many.
    Many(Vec<Val>),
}

/// What the paths of a condition stand for.
pub trait Values {
    fn value(&self, path: &[String]) -> Val;
}

/// What paths lead through: an entity with the links that conditions name.
pub struct Scope<'a> {
    pub node: &'a Node,
    /// What was loaded along which links.
    pub loaded: &'a Query,
    pub languages: &'a [Lang],
    pub derived: &'a AllDerived,
}

impl Values for Scope<'_> {
    fn value(&self, path: &[String]) -> Val {
        self.follow(self.node, self.loaded, path)
    }
}

impl Scope<'_> {
    fn follow(&self, node: &Node, loaded: &Query, path: &[String]) -> Val {
        let Some((first, rest)) = path.split_first() else { return Val::Null };
        if let Some(link) = node.item.kind().link(first) {
            let below = loaded.expand.iter().find(|(known, _)| *known == link).map(|(_, query)| query);
            return match (node.branch(loaded, link), below) {
                (Some(Branch::One(Some(one))), Some(below)) => self.follow(one, below, rest),
                (Some(Branch::Many(page)), Some(below)) => {
                    Val::Many(page.nodes.iter().map(|node| self.follow(node, below, rest)).collect())
                }
                _ => Val::Null,
            };
        }
        match &node.item {
            Item::Observation { row, .. } => match node.item.seen() {
                Some(seen) => within(of_observation(&seen, row, first), rest),
                None => Val::Null,
            },
            Item::Entity(entity) => {
                let writer = Writer { base: "", languages: self.languages, derived: self.derived };
                let json = writer.property(entity, first).unwrap_or(Json::Null);
                let is_time = matches!(first.as_str(), "time" | "phenomenonTime" | "resultTime")
                    && matches!(entity.kind, Kind::HistoricalLocation | Kind::Datastream);
                match (&json, is_time) {
                    (Json::String(text), true) => Times::parse(text).map_or(Val::Null, of_times),
                    _ => within(of_json(json), rest),
                }
            }
        }
    }
}

/// A field of an observation.
pub fn of_observation(seen: &Seen, row: &Row, name: &str) -> Val {
    match name {
        "id" => Val::Text(seen.id().to_string()),
        "phenomenonTime" => {
            let (start, end) = seen.phenomenon_time();
            Val::Times(start, end.unwrap_or(start))
        }
        "resultTime" => {
            let time = seen.result_time(row.extra().as_ref());
            Val::Times(time, time)
        }
        "result" => of_result(row),
        other => {
            let Some(shown) = Shown::of(other) else { return Val::Null };
            let mut text = String::new();
            seen.write(&mut text, shown, row.extra().as_ref());
            let json: Json = serde_json::from_str(&text).unwrap_or(Json::Null);
            match (shown, &json) {
                (Shown::ValidTime, Json::String(text)) => Times::parse(text).map_or(Val::Null, of_times),
                _ => of_json(json),
            }
        }
    }
}

pub fn of_result(row: &Row) -> Val {
    match row.content() {
        Content::Number(number) => Val::Number(number),
        Content::Bool(bool) => Val::Bool(bool),
        Content::Text(text) => Val::Text(text.into()),
        Content::Json(json) => serde_json::from_str(json).map_or(Val::Null, Val::Json),
        Content::Missing => Val::Null,
    }
}

fn of_times(times: Times) -> Val {
    Val::Times(times.start, times.end.unwrap_or(times.start))
}

pub fn within(value: Val, path: &[String]) -> Val {
    let Some((first, rest)) = path.split_first() else { return value };
    match value {
        Val::Json(mut json) => match json.get_mut(first.as_str()) {
            Some(inner) => within(of_json(inner.take()), rest),
            None => Val::Null,
        },
        _ => Val::Null,
    }
}

pub fn of_json(json: Json) -> Val {
    match json {
        Json::Null => Val::Null,
        Json::Bool(bool) => Val::Bool(bool),
        Json::Number(number) => number.as_f64().map_or(Val::Null, Val::Number),
        Json::String(text) => Val::Text(text),
        other => Val::Json(other),
    }
}
