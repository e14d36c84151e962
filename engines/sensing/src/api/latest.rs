//! `/api/latest`: the last values of many datastreams in one call, from memory.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use host::{Access, Doc, Gate, Problem, Routes};
use serde_json::{Map, Value as Json, json};
use vocab::Slug;
use vocab::time::SECOND;

use crate::Sensing;
use crate::api::problems::{BAD_QUERY, NO_SUCH_DATASTREAM, TOO_MUCH};
use crate::datastream::Datastream;
use crate::entity::json::text;
use crate::entity::{Sight, languages};
use crate::observation::Row;
use crate::observed::{times, writing};
use crate::query::words::decoded;

/// Datastreams of one call.
const MOST: usize = 20_000;

pub(super) fn routes() -> Routes<Sensing> {
    Routes::new().get(
        "/api/latest",
        Access::public_read("observations"),
        Doc::new("The last values of many datastreams")
            .query("datastream", "names or ids, with commas between them; may stand several times")
            .query("collection", "a feed: all of its datastreams"),
        latest,
    )
}

/// The parameters of a query, decoded, in their order.
pub fn parameters(query: Option<&str>) -> Result<Vec<(String, String)>, Problem> {
    let pairs = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let both = decoded(name).zip(decoded(value));
            both.ok_or_else(|| {
                Problem::new(&BAD_QUERY, "the query is not UTF-8").hint("encode it as RFC 3986 says")
            })
        })
        .collect()
}

impl Sensing {
    /// A datastream by its name or id, if these eyes see it.
    pub(crate) fn named(&self, name: &str, sight: &Sight) -> Option<Arc<Datastream>> {
        let registry = self.observations().datastreams();
        let found = match name.parse::<i64>() {
            Ok(id) => registry.get(id),
            Err(_) => registry.by_slug(&Slug::new(name).ok()?),
        };
        found.filter(|datastream| sight.sees(datastream.label, datastream.slug.as_str()))
    }

    /// One datastream that a parameter must name.
    pub(crate) fn one_named(&self, name: &str, sight: &Sight) -> Result<Arc<Datastream>, Problem> {
        self.named(name, sight).ok_or_else(|| {
            let name: String = name.chars().take(200).collect();
            Problem::new(
                &NO_SUCH_DATASTREAM,
                format!("the datastream \"{name}\" does not exist, or is not public"),
            )
            .hint("name one by properties.slug or @iot.id of /sta/v1.1/Datastreams")
        })
    }

    /// Those that `datastream` and `collection` name, and the names that lead nowhere.
    pub(crate) fn chosen(
        &self,
        parameters: &[(String, String)],
        sight: &Sight,
    ) -> Result<(Vec<Arc<Datastream>>, Vec<String>), Problem> {
        let (mut found, mut unknown) = (Vec::new(), Vec::new());
        for (key, value) in parameters {
            match key.as_str() {
                "datastream" => {
                    for name in value.split(',').filter(|name| !name.is_empty()).take(MOST + 1) {
                        match self.named(name, sight) {
                            Some(datastream) => found.push(datastream),
                            None => unknown.push(name.to_string()),
                        }
                    }
                }
                "collection" => {
                    let ids = self.inner.world.notes.of_feed(value);
                    let registry = self.observations().datastreams();
                    let seen = ids.into_iter().filter_map(|id| registry.get(id));
                    found.extend(seen.filter(|d| sight.sees(d.label, d.slug.as_str())));
                }
                _ => {}
            }
        }
        if found.is_empty() && unknown.is_empty() {
            let hint = "add ?datastream=<name or id> or ?collection=<feed>";
            return Err(Problem::new(&BAD_QUERY, "nothing that there is was asked for").hint(hint));
        }
        if found.len() + unknown.len() > MOST {
            return Err(
                Problem::new(&TOO_MUCH, format!("more than {MOST} datastreams at once")).hint("ask in parts")
            );
        }
        Ok((found, unknown))
    }

    /// Owner and licence of a feed, as far as the pack says; in the city's first language.
    pub(crate) fn terms(&self, feed: &str) -> Option<Json> {
        let feed = self.inner.feeds.get(feed)?;
        let plain = |text| languages::plain(text, &self.inner.world.languages).to_string();
        Some(json!({
            "title": plain(&feed.title),
            "owner": plain(&feed.owner),
            "licence": plain(&feed.licence.name),
            "licence_url": feed.licence.url,
            "attribution": plain(&feed.licence.attribution),
        }))
    }

    /// Writes one observation with the name of its datastream, as our own answers have it.
    pub(crate) fn write_value(&self, out: &mut String, datastream: &Datastream, row: &Row) {
        let _ = write!(out, "{{\"datastream\":\"{}\",\"id\":{},\"time\":\"", datastream.slug, datastream.id);
        times::write(out, row.t);
        out.push_str("\",\"result\":");
        writing::content(out, row.content());
        let _ = write!(out, ",\"quality\":\"{}\"", row.quality().word());
        if let Some(note) = self.inner.world.notes.get(datastream.id) {
            if !note.unit.is_empty() {
                out.push_str(",\"unit\":");
                text(out, &note.unit);
            }
            if let Some(feed) = &note.feed {
                out.push_str(",\"feed\":");
                text(out, feed);
            }
        }
    }
}

async fn latest(
    gate: Gate,
    State(sensing): State<Sensing>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let sight = Sight::of(&gate.caller);
    let (found, unknown) = sensing.chosen(&parameters(query.as_deref())?, &sight)?;
    let mut out = String::with_capacity(256 + found.len() * 192);
    let _ = write!(
        out,
        "{{\"mode\":\"{}\",\"now\":\"{}\",\"values\":[",
        sensing.inner.config.mode.word(),
        gate.now
    );
    let mut feeds = BTreeSet::new();
    let mut is_first = true;
    for datastream in &found {
        let note = sensing.inner.world.notes.get(datastream.id);
        feeds.extend(note.as_ref().and_then(|note| note.feed.clone()));
        let Some(row) = sensing.observations().last(datastream.id) else { continue };
        if !std::mem::take(&mut is_first) {
            out.push(',');
        }
        sensing.write_value(&mut out, datastream, &row);
        let limit = note.map_or(0, |note| note.freshness_seconds);
        if limit > 0 {
            let is_stale = gate.now.0.saturating_sub(row.t) > limit.saturating_mul(SECOND);
            let _ = write!(out, ",\"stale\":{is_stale}");
        }
        out.push('}');
    }
    let terms: Map<String, Json> =
        feeds.into_iter().filter_map(|feed| Some((feed.clone(), sensing.terms(&feed)?))).collect();
    let _ = write!(out, "],\"feeds\":{},\"unknown\":{}}}", Json::Object(terms), json!(unknown));
    Ok(sensing.json(StatusCode::OK, out))
}
