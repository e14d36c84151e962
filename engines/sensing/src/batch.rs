//! Many requests in one (OGC 18-088, 11): read from multipart or JSON, and what became of each written back.

use host::Problem;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::api::problems::BAD_BATCH;
use crate::query::words::short;

pub mod multipart;

/// Requests of one batch. Each may be as costly as one of its own; this many are a minute's work.
pub const MOST: usize = 1_000;

/// One request.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// By which its answer is told from others, and by which later ones refer to what it makes.
    pub id: Option<String>,
    /// In capitals.
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What is done by itself, or all or nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    One(Asked),
    Set(Vec<Asked>),
}

/// What became of one request.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    pub id: Option<String>,
    pub status: u16,
    pub location: Option<String>,
    pub kind: String,
    pub body: String,
}

impl Answered {
    pub fn is_error(&self) -> bool {
        self.status >= 400
    }
}

/// The answers to one entry, as it was.
#[derive(Debug, Clone, PartialEq)]
pub enum Replied {
    One(Answered),
    Set(Vec<Answered>),
}

pub fn wrong(what: impl Into<String>) -> Problem {
    Problem::new(&BAD_BATCH, what).hint(
        "send {\"requests\": [{\"id\": \"1\", \"method\": \"get\", \"url\": \"Things\"}]}, or multipart/mixed as \
         OData 4.0 part 1 has it in 11.7",
    )
}

/// Refuses what has more requests than one batch may, or two by one name.
pub fn checked(entries: Vec<Entry>) -> Result<Vec<Entry>, Problem> {
    let mut ids: Vec<&str> = Vec::new();
    let mut count = 0;
    for entry in &entries {
        let asked = match entry {
            Entry::One(one) => std::slice::from_ref(one),
            Entry::Set(all) => all.as_slice(),
        };
        count += asked.len();
        ids.extend(asked.iter().filter_map(|one| one.id.as_deref()));
    }
    if count > MOST {
        return Err(wrong(format!("{count} requests; {MOST} are the most")));
    }
    ids.sort_unstable();
    match ids.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(wrong(format!("two requests are called {}", short(pair[0])))),
        None => Ok(entries),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Whole {
    requests: Vec<One>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct One {
    id: Json,
    method: String,
    url: String,
    #[serde(default)]
    atomicity_group: Option<String>,
    #[serde(default)]
    headers: serde_json::Map<String, Json>,
    #[serde(default)]
    body: Option<Json>,
}

/// A batch in JSON (OData JSON 4.01, 19). Requests of a group stand one after the other.
pub fn of_json(bytes: &[u8]) -> Result<Vec<Entry>, Problem> {
    let whole: Whole = serde_json::from_slice(bytes)
        .map_err(|error| wrong(format!("the body is no batch: {}", short(&error.to_string()))))?;
    let mut entries: Vec<Entry> = Vec::new();
    let mut groups: Vec<String> = Vec::new();
    let mut open: Option<String> = None;
    for one in whole.requests {
        let id = match one.id {
            Json::String(text) => text,
            Json::Number(number) => number.to_string(),
            _ => return Err(wrong("the id of a request is a text")),
        };
        let mut headers: Vec<(String, String)> = one
            .headers
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_ascii_lowercase(), value.as_str()?.to_string())))
            .collect();
        if one.body.is_some() && !headers.iter().any(|(name, _)| name == "content-type") {
            headers.push(("content-type".into(), "application/json".into()));
        }
        let body = match one.body {
            None => Vec::new(),
            Some(json) => json.to_string().into_bytes(),
        };
        let method = one.method.to_ascii_uppercase();
        let asked = Asked { id: Some(id), method, url: one.url, headers, body };
        match (&one.atomicity_group, entries.last_mut()) {
            (Some(group), Some(Entry::Set(all))) if open.as_ref() == Some(group) => all.push(asked),
            (Some(group), _) if groups.contains(group) => {
                return Err(wrong(format!("the requests of group {} stand apart", short(group))));
            }
            (Some(group), _) => {
                groups.push(group.clone());
                entries.push(Entry::Set(vec![asked]));
            }
            (None, _) => entries.push(Entry::One(asked)),
        }
        open = one.atomicity_group;
    }
    checked(entries)
}

/// What became of a batch, as JSON.
pub fn to_json(replies: &[Replied]) -> String {
    let one = |answered: &Answered| {
        let mut answer = json!({ "id": answered.id, "status": answered.status });
        if let Some(location) = &answered.location {
            answer["location"] = location.as_str().into();
        }
        if !answered.body.is_empty() {
            // What is no JSON (a plain value, CSV) is given as a text.
            let body = serde_json::from_str(&answered.body);
            answer["body"] = body.unwrap_or_else(|_| Json::from(answered.body.as_str()));
            answer["headers"] = json!({ "content-type": answered.kind });
        }
        answer
    };
    let all = replies.iter().flat_map(|reply| match reply {
        Replied::One(answered) => std::slice::from_ref(answered),
        Replied::Set(all) => all.as_slice(),
    });
    json!({ "responses": all.map(one).collect::<Vec<_>>() }).to_string()
}

#[cfg(test)]
mod tests;
