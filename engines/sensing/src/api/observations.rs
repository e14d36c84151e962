//! Bringing observations: one, in dataArrays, nested in other entities; and correcting them.

use std::collections::HashSet;
use std::fmt::Write as _;

use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use host::access::Action;
use host::{Gate, Problem};
use serde::de::DeserializeSeed;
use serde_json::Value as Json;
use vocab::{Caller, Time};

use super::base::must_be_json;
use crate::Sensing;
use crate::actions::entities::{By, features, no_such};
use crate::api::problems::{BAD_OBSERVATION, BUSY, IN_USE, NO_SUCH_DATASTREAM, REFUSED};
use crate::datastream::{Class, Datastream};
use crate::entity::draft::{Draft, Said};
use crate::entity::tree::{Item, Node};
use crate::entity::{Kind, Sight};
use crate::ingest::{Arrival, Incoming, Outcome, Refusal};
use crate::observation::{Key, ObservationId, Row};
use crate::observed::{Into, Part, Posted, array};
use crate::query::Query;
use crate::query::words::short;
use crate::store::entities as store;
use crate::store::observations::SourceKind;

/// Observations that one request may delete along with their feature: each is a commit of its own.
const WITHDRAWN: usize = 10_000;

pub(crate) fn unreadable(error: impl std::fmt::Display) -> Problem {
    Problem::new(&BAD_OBSERVATION, short(&error.to_string())).hint(
        "send {\"phenomenonTime\": \"2026-11-24T09:30:00Z\", \"result\": 1}; JSON has no NaN and no Infinity",
    )
}

pub fn refused(refusal: Refusal) -> Problem {
    let code = if refusal == Refusal::UnknownDatastream { &NO_SUCH_DATASTREAM } else { &REFUSED };
    Problem::new(code, format!("the observation was not stored: {}", refusal.word())).hint(refusal.hint())
}

impl Sensing {
    /// A datastream that this caller may bring observations to.
    pub(crate) fn target(&self, gate: &Gate, id: i64) -> Result<std::sync::Arc<Datastream>, Problem> {
        let found = self.observations().datastreams().get(id);
        let found = found.filter(|d| Sight::of(&gate.caller).sees(d.label, d.slug.as_str()));
        let found = found.ok_or_else(|| {
            Problem::new(&NO_SUCH_DATASTREAM, format!("Datastreams({id}) does not exist, or is not public"))
                .hint("/sta/v1.1/Datastreams lists them; make it first")
        })?;
        gate.may(Action::Create, Kind::Observation.object(), found.label, Some(found.slug.as_str()))?;
        Ok(found)
    }

    /// Hands observations to the door; answers what became of each when that is durable.
    pub(crate) async fn submit(
        &self,
        gate: &Gate,
        observations: Vec<Incoming>,
        now: Time,
    ) -> Result<Vec<Outcome>, Problem> {
        let mode = self.inner.config.mode;
        let ids = observations.iter().filter(|o| o.extra.as_ref().is_none_or(|e| e.feature.is_none()));
        let unsettled = self.inner.world.featured.unsettled(ids.map(|o| o.datastream));
        if !unsettled.is_empty() {
            let world = self.inner.world.clone();
            self.inner.db.write(move |tx| features::settle(tx, &world, &unsettled, now)).await?;
        }
        let (kind, name) = match &gate.caller {
            Caller::Device { name, .. } => (SourceKind::Device, name.as_str()),
            _ => (SourceKind::Person, "operator"),
        };
        let source = self.door().source(kind, name, "", mode).await?;
        let arrival = Arrival { source, mode, received: now, observations };
        let answer = self.door().submit(arrival).map_err(|full| {
            Problem::new(&BUSY, format!("{} observations wait to be written", full.waiting))
                .hint("none of this request was taken; send it again")
                .retry_after(full.retry_after_seconds)
        })?;
        Ok(answer.await?)
    }

    /// Makes or checks the feature of interest that an observation names.
    async fn about(
        &self,
        gate: &Gate,
        posted: &mut Posted,
        datastream: i64,
        now: Time,
    ) -> Result<(), Problem> {
        let named = posted.extra.as_ref().and_then(|extra| extra.feature);
        let draft = match posted.feature.take() {
            None if named.is_none() => return Ok(()),
            None => None,
            Some(json) => {
                Some(Draft::read(Kind::FeatureOfInterest, *json, Said::All, &self.inner.world.languages)?)
            }
        };
        let (world, by_whom) = (self.inner.world.clone(), gate.clone());
        let id = self.inner.db.write(move |tx| {
            let by = By { gate: &by_whom, now };
            let id = match (&draft, named) {
                (Some(draft), _) => features::make(tx, &world, by, draft.clone())?,
                (None, Some(id)) => {
                    let known = store::by_id(tx, Kind::FeatureOfInterest, id, &Sight::All)?;
                    known.map(|feature| feature.id).ok_or_else(|| no_such(Kind::FeatureOfInterest, id))?
                }
                (None, None) => return Ok(None),
            };
            store::features::named(tx, id, datastream)?;
            Ok::<_, Problem>(Some(id))
        });
        if let Some(id) = id.await? {
            posted.extra.get_or_insert_default().feature = Some(id);
        }
        Ok(())
    }

    /// `POST /Observations` and below a datastream or a feature.
    pub(crate) async fn take_one(
        &self,
        gate: &Gate,
        base: &str,
        headers: &HeaderMap,
        bytes: &Bytes,
        datastream: Option<i64>,
        feature: Option<i64>,
    ) -> Result<Response, Problem> {
        must_be_json(headers)?;
        let mut posted = Posted::of_bytes(bytes).map_err(unreadable)?;
        let id = datastream.or(posted.datastream).ok_or_else(|| {
            unreadable("it names no Datastream")
                .hint("add \"Datastream\": {\"@iot.id\": 1}, or post to Datastreams(1)/Observations")
        })?;
        let target = self.target(gate, id)?;
        let now = gate.now;
        if let Some(feature) = feature {
            posted.extra.get_or_insert_default().feature = Some(feature);
        }
        self.about(gate, &mut posted, id, now).await?;
        let incoming = posted.incoming(id, target.class, now);
        let outcome = self.submit(gate, vec![incoming.clone()], now).await?;
        match outcome.first() {
            None => {}
            Some(Outcome::Refused(refusal)) => return Err(refused(*refusal)),
            Some(_) => {}
        }
        // The one that is there: with the rule that the first wins, a second that differs is not.
        let row = match outcome.first() {
            Some(Outcome::DifferingKept) => self.observations().get(id, incoming.key).await?,
            _ => None,
        };
        let Incoming { key, value, quality, extra, .. } = &incoming;
        let row = row.unwrap_or_else(|| Row::new(*key, value, *quality, extra.as_deref(), now, 0));
        let item = Item::Observation { datastream: id, class: target.class, row };
        self.shown(base, StatusCode::CREATED, Node { item, branches: Vec::new() }).await
    }

    /// Observations that came within entities that were just made.
    pub(crate) async fn take_nested(
        &self,
        gate: &Gate,
        nested: Vec<(i64, Posted)>,
        now: Time,
    ) -> Result<(), Problem> {
        let mut observations = Vec::with_capacity(nested.len());
        for (id, posted) in nested {
            let target = self.target(gate, id)?;
            observations.push(posted.incoming(id, target.class, now));
        }
        let outcomes = self.submit(gate, observations, now).await?;
        match outcomes
            .into_iter()
            .find_map(|o| if let Outcome::Refused(refusal) = o { Some(refusal) } else { None })
        {
            Some(refusal) => Err(refused(refusal)),
            None => Ok(()),
        }
    }

    /// Corrects an observation; the earlier result is kept as a revision.
    pub(crate) async fn correct(
        &self,
        gate: &Gate,
        datastream: i64,
        class: Class,
        row: Row,
        json: Json,
        said: Said,
    ) -> Result<Node, Problem> {
        let target = self.target(gate, datastream)?;
        gate.may(Action::Update, Kind::Observation.object(), target.label, Some(target.slug.as_str()))?;
        let now = gate.now;
        let Json::Object(changes) = json else {
            return Err(unreadable("a change of an observation is a JSON object"));
        };
        let mut posted = Posted::default();
        if said == Said::Some {
            posted = Posted { value: row.value(), quality: row.quality(), ..posted };
            posted.extra = row.extra().map(Box::new);
        } else if !changes.contains_key("result") {
            return Err(unreadable("it has no result"));
        }
        for (name, value) in changes {
            let part = Part::of(&name).ok_or_else(|| unreadable(format!("an observation has no {name}")))?;
            Into { part, posted: &mut posted }.deserialize(value).map_err(unreadable)?;
        }
        let moved = posted.time.is_some_and(|time| {
            let length = time.end.map_or(0, |end| end - time.start);
            time.start != row.t || (class == Class::Interval && length != row.n)
        });
        if moved || posted.datastream.is_some_and(|id| id != datastream) {
            return Err(unreadable("its phenomenonTime and its Datastream are its name, and stay")
                .hint("delete it, and post another"));
        }
        posted.time = None;
        self.about(gate, &mut posted, datastream, now).await?;
        let mut incoming = posted.incoming(datastream, class, now);
        incoming.key = row.key();
        let arrival = (row.source, self.inner.config.mode, now);
        let limits = &self.inner.config.limits;
        let fresh = crate::ingest::validate(&incoming, Some(&target), arrival, limits).map_err(refused)?;
        let who = gate.caller.word();
        let is_there = self
            .observations()
            .update(datastream, fresh.clone(), now, &who, "changed through the API")
            .await?;
        if !is_there {
            return Err(no_such(Kind::Observation, ObservationId { datastream, key: row.key() }));
        }
        Ok(Node { item: Item::Observation { datastream, class, row: fresh }, branches: Vec::new() })
    }

    /// Deletes an observation; a revision keeps it.
    pub(crate) async fn withdraw(&self, gate: &Gate, datastream: i64, key: Key) -> Result<(), Problem> {
        let target = self.target(gate, datastream)?;
        gate.may(Action::Delete, Kind::Observation.object(), target.label, Some(target.slug.as_str()))?;
        let id = ObservationId { datastream, key };
        let who = gate.caller.word();
        match self.observations().delete(id, gate.now, &who, "deleted through the API").await? {
            true => Ok(()),
            false => Err(no_such(Kind::Observation, id)),
        }
    }

    /// Deletes the observations about a feature, before the feature itself goes (OGC 18-088, table 25).
    pub(crate) async fn withdraw_all_about(&self, gate: &Gate, feature: i64) -> Result<(), Problem> {
        let parts = self.parts_of(Kind::FeatureOfInterest, feature, &Sight::All).await?;
        let query = Query::first(WITHDRAWN);
        let page = self.observations_page(parts, &query, &Sight::All).await?;
        if page.next.is_some() {
            let what = format!("more than {WITHDRAWN} observations are about FeaturesOfInterest({feature})");
            return Err(Problem::new(&IN_USE, what).hint("delete their datastreams instead"));
        }
        for node in page.nodes {
            if let Some(seen) = node.item.seen() {
                self.withdraw(gate, seen.datastream, seen.row.key()).await?;
            }
        }
        Ok(())
    }
}

/// `POST /CreateObservations` (OGC 18-088, 12.2): a link for each that is stored, "error" and why for each that is not.
pub async fn create_observations(
    gate: Gate,
    State(sensing): State<Sensing>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Problem> {
    must_be_json(&headers)?;
    let groups = array::parse(&bytes).map_err(|error| {
        Problem::new(&BAD_OBSERVATION, format!("the body is no list of dataArrays: {}", short(&error.to_string())))
            .hint("send [{\"Datastream\": {\"@iot.id\": 1}, \"components\": [\"phenomenonTime\", \"result\"], \"dataArray\": [[…]]}]")
    })?;
    let rows: usize = groups.iter().map(|group| group.rows.len()).sum();
    let mut observations = Vec::with_capacity(rows);
    let mut fates: Vec<Fate> = Vec::with_capacity(rows);
    let mut known: HashSet<(i64, i64)> = HashSet::new();
    for group in groups {
        let target = match group.datastream {
            Some(id) => sensing.target(&gate, id),
            None => Err(unreadable("it names no Datastream")),
        };
        for row in group.rows {
            let fate = match (&target, row) {
                (Err(problem), _) => Err(problem.detail.clone()),
                (_, Err(fault)) => Err(fault),
                (Ok(target), Ok(mut posted)) => {
                    let named = posted.extra.as_ref().and_then(|extra| extra.feature);
                    // Asked once for all rows that name it: each time is a commit.
                    let is_known = posted.feature.is_none()
                        && named.is_none_or(|feature| known.contains(&(target.id, feature)));
                    let about = match is_known {
                        true => Ok(()),
                        false => sensing.about(&gate, &mut posted, target.id, gate.now).await,
                    };
                    match about {
                        Err(problem) => Err(problem.detail),
                        Ok(()) => {
                            known.extend(named.map(|feature| (target.id, feature)));
                            observations.push(posted.incoming(target.id, target.class, gate.now));
                            Ok(observations.len() as u32 - 1)
                        }
                    }
                }
            };
            fates.push(fate);
        }
    }
    let ids: Vec<ObservationId> =
        observations.iter().map(|o| ObservationId { datastream: o.datastream, key: o.key }).collect();
    let outcomes = if observations.is_empty() {
        Vec::new()
    } else {
        sensing.submit(&gate, observations, gate.now).await?
    };
    let answer = answers(&sensing.base(&uri, &headers), &fates, &ids, &outcomes);
    Ok(sensing.json(StatusCode::CREATED, answer))
}

/// A row's place among the observations that were handed over, or what is wrong with it.
type Fate = Result<u32, String>;

fn answers(base: &str, fates: &[Fate], ids: &[ObservationId], outcomes: &[Outcome]) -> String {
    let mut out = String::with_capacity(16 + fates.len() * (base.len() + 48));
    out.push('[');
    for (at, fate) in fates.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        let place = fate.as_ref().map(|place| *place as usize);
        match place.map(|place| (ids.get(place), outcomes.get(place))) {
            Ok((Some(id), Some(outcome))) if outcome.is_there() => {
                let _ = write!(out, "\"{base}/Observations('{id}')\"");
            }
            Ok((_, Some(Outcome::Refused(refusal)))) => {
                let _ = write!(out, "\"error: {}\"", refusal.word());
            }
            Ok(_) => out.push_str("\"error\""),
            Err(fault) => crate::entity::json::text(&mut out, &format!("error: {fault}")),
        }
    }
    out.push(']');
    out
}
