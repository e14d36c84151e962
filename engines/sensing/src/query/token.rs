//! Where a page ended, as `$skiptoken` carries it: the values it was ordered by, and what tells equal ones apart.

use serde_json::{Value as Json, json};

use super::scope::{Val, of_json};
use crate::observation::Key;

/// The last of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// What the page was ordered by; empty where that is the id alone.
    pub values: Vec<Val>,
    /// The entity's id, or the observation's datastream.
    pub id: i64,
    /// Of an observation.
    pub key: Key,
}

impl Token {
    pub fn write(&self) -> String {
        let values: Vec<Json> = self.values.iter().map(value).collect();
        json!([self.id, self.key.t, self.key.n, values]).to_string()
    }

    pub fn read(text: &str) -> Option<Token> {
        let (id, t, n, values): (i64, i64, i64, Vec<Json>) = serde_json::from_str(text).ok()?;
        let values = values.into_iter().map(|json| match &json {
            // Times are told from other values by their box.
            Json::Array(pair) => match pair.as_slice() {
                [start, end] => Some(Val::Times(start.as_i64()?, end.as_i64()?)),
                [other] => Some(Val::Json(other.clone())),
                _ => None,
            },
            _ => Some(of_json(json)),
        });
        Some(Token { values: values.collect::<Option<_>>()?, id, key: Key { t, n } })
    }
}

fn value(value: &Val) -> Json {
    match value {
        // No property is a duration.
        Val::Null | Val::Many(_) | Val::Duration(_) => Json::Null,
        Val::Bool(bool) => (*bool).into(),
        Val::Number(number) => (*number).into(),
        Val::Text(text) => text.as_str().into(),
        Val::Times(start, end) => json!([start, end]),
        Val::Json(json) => json!([json]),
    }
}
