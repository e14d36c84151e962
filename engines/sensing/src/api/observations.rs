//! Bringing observations: one, or many in dataArrays, by the lane that shares its commits.

use std::collections::HashSet;
use std::fmt::Write as _;

use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use host::access::Action;
use host::{Gate, Problem};
use vocab::Time;

use super::base::must_be_json;
use crate::Sensing;
use crate::actions::entities::changes::{refused, source, unreadable};
use crate::actions::entities::{By, features};
use crate::api::problems::{BAD_OBSERVATION, BUSY, NO_SUCH_DATASTREAM};
use crate::datastream::Datastream;
use crate::entity::tree::{Item, Node};
use crate::entity::{Kind, Sight};
use crate::ingest::{Arrival, Incoming, Outcome};
use crate::observation::{ObservationId, Row};
use crate::observed::{Posted, array};
use crate::query::words::short;

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
        let (kind, name) = source(&gate.caller);
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
    async fn about(&self, gate: &Gate, posted: &mut Posted, datastream: i64) -> Result<(), Problem> {
        if posted.feature.is_none() && posted.extra.as_ref().is_none_or(|extra| extra.feature.is_none()) {
            return Ok(());
        }
        let (world, by_whom, said) = (self.inner.world.clone(), gate.clone(), posted.clone());
        let named = self.inner.db.write(move |tx| {
            let (mut posted, by) = (said.clone(), By { gate: &by_whom, now: by_whom.now });
            features::about(tx, &world, by, &mut posted, datastream)?;
            Ok::<_, Problem>(posted)
        });
        *posted = named.await?;
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
        self.about(gate, &mut posted, id).await?;
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
                        false => sensing.about(&gate, &mut posted, target.id).await,
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
