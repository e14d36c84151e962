//! MQTT: what publications to topics of the data model mean (OGC 18-088, 14.1), and who may subscribe to them.

mod interests;
mod replay;
mod tell;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use bytestring::ByteString;
use host::access::Action;
use host::http::Keys;
use host::{Access, Gate, Problem};
use mqtt::application::Busy;
use mqtt::limits::RETRY;
use mqtt::{Application, Fates, Publication, Reason, Refused, Replay, Taking};
use vocab::Caller;

use super::entities;
use super::problems::BUSY;
use crate::Sensing;
use crate::actions::entities::changes::{refused, unreadable};
use crate::entity::Kind;
use crate::entity::Sight;
use crate::ingest::{Incoming, Outcome};
use crate::observed::Posted;
use crate::told::{self, Topic};
use interests::Interests;

pub use tell::tell;

/// The data model behind an MQTT broker. Cloning shares it.
#[derive(Clone)]
pub struct Topics {
    sensing: Sensing,
    keys: Keys,
    interests: Arc<Interests>,
}

impl Topics {
    pub fn new(sensing: &Sensing, keys: &Keys) -> Topics {
        Topics { sensing: sensing.clone(), keys: keys.clone(), interests: Arc::default() }
    }

    fn gate(&self, caller: &Caller) -> Gate {
        let access = Access::key_holders(Action::Create, Kind::Observation.object());
        Gate { caller: caller.clone(), now: self.sensing.inner.clock.now(), access, languages: Vec::new() }
    }
}

/// A problem as MQTT 5 says it.
pub fn said(problem: Problem) -> Refused {
    let hint = problem.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
    // Who has no key at all is told so by CONNACK only; here it may not.
    let reason = match problem.code.mqtt {
        0x86 => Reason::NotAuthorized,
        code => Reason::Other(code),
    };
    Refused { reason, why: format!("{}{hint}", problem.detail) }
}

impl Application for Topics {
    fn authenticate(&self, _user: Option<&str>, password: &[u8]) -> Option<Caller> {
        self.keys.caller(std::str::from_utf8(password).ok()?)
    }

    fn takes(&self, topic: &str) -> bool {
        topic.starts_with(told::ROOT)
    }

    fn publish(&self, caller: &Caller, batch: Vec<Publication>) -> Result<Taking, Busy> {
        if self.sensing.door().is_full(batch.len()) {
            return Err(Busy(batch));
        }
        let (topics, gate) = (self.clone(), self.gate(caller));
        Ok(Box::pin(async move { topics.take(&gate, batch).await }))
    }

    fn serves(&self, filter: &str) -> bool {
        told::is_ours(filter)
    }

    fn subscribe(&self, caller: &Caller, topic: &str) -> Result<u64, Refused> {
        let parsed = Topic::parse(topic).map_err(said)?;
        if let Some(id) = parsed.datastream() {
            // One that nobody may see is not told to exist.
            let parts = self.sensing.parts(Some(&[id]), &Sight::of(caller));
            if parts.is_empty() {
                return Err(said(crate::actions::entities::no_such(Kind::Datastream, id)));
            }
        }
        Ok(self.interests.add(topic, parsed, Sight::of(caller)))
    }

    fn unsubscribe(&self, interest: u64) {
        self.interests.remove(interest);
    }

    fn replay(
        &self,
        caller: &Caller,
        topic: &str,
        from: Option<&str>,
    ) -> Result<Option<Box<dyn Replay>>, Refused> {
        let parsed = Topic::parse(topic).map_err(said)?;
        let from = match (parsed.from, from) {
            (None, None) => return Ok(None),
            (Some(from), _) => from,
            (None, Some(text)) => told::time(text).map_err(said)?,
        };
        if !parsed.is_of_observations() {
            let why = "only observations are told again".to_string();
            return Err(Refused { reason: Reason::TopicFilterInvalid, why });
        }
        Ok(Some(Box::new(replay::Past::new(&self.sensing, parsed, Sight::of(caller), from))))
    }
}

impl Topics {
    /// Takes publications in their order; observations that follow one another go through the door together.
    async fn take(&self, gate: &Gate, batch: Vec<Publication>) -> Fates {
        let mut fates: Fates = Vec::with_capacity(batch.len());
        let mut together: Vec<Incoming> = Vec::with_capacity(batch.len());
        // Where the fate of each of those stands.
        let mut places: Vec<usize> = Vec::with_capacity(batch.len());
        for publication in batch {
            match self.plain(gate, &publication) {
                Some(Ok(incoming)) => {
                    places.push(fates.len());
                    together.push(incoming);
                    fates.push(Ok(()));
                }
                Some(Err(problem)) => fates.push(Err(said(problem))),
                None => {
                    self.submit_all(gate, &mut together, &mut places, &mut fates).await;
                    fates.push(self.create(gate, publication).await.map_err(said));
                }
            }
        }
        self.submit_all(gate, &mut together, &mut places, &mut fates).await;
        fates
    }

    /// An observation that needs nothing but the door; `None` where there is more to do.
    fn plain(&self, gate: &Gate, publication: &Publication) -> Option<Result<Incoming, Problem>> {
        let path = publication.topic.strip_prefix(told::ROOT)?;
        let named = told::datastream_of(path);
        if named.is_none() && path != "Observations" {
            return None;
        }
        let posted = match Posted::of_bytes(&publication.payload) {
            Ok(posted) => posted,
            Err(error) => return Some(Err(unreadable(error))),
        };
        let has_feature =
            posted.feature.is_some() || posted.extra.as_ref().is_some_and(|e| e.feature.is_some());
        let id = named.or(posted.datastream)?;
        if has_feature {
            return None;
        }
        Some(self.sensing.target(gate, id).map(|target| posted.incoming(id, target.class, gate.now)))
    }

    async fn submit_all(
        &self,
        gate: &Gate,
        together: &mut Vec<Incoming>,
        places: &mut Vec<usize>,
        fates: &mut Fates,
    ) {
        if together.is_empty() {
            return;
        }
        let (observations, places) = (std::mem::take(together), std::mem::take(places));
        let outcomes = loop {
            match self.sensing.submit(gate, observations.clone(), gate.now).await {
                Ok(outcomes) => break outcomes,
                // The connection is not read meanwhile: no more come than it may have under way.
                Err(problem) if problem.code == &BUSY => tokio::time::sleep(RETRY).await,
                Err(problem) => {
                    let refused = said(problem);
                    places.iter().for_each(|at| fates[*at] = Err(refused.clone()));
                    return;
                }
            }
        };
        for (at, outcome) in places.into_iter().zip(outcomes) {
            if let Outcome::Refused(refusal) = outcome {
                fates[at] = Err(said(refused(refusal)));
            }
        }
    }

    /// Whatever else may be posted over HTTP.
    async fn create(&self, gate: &Gate, publication: Publication) -> Result<(), Problem> {
        let path = publication.topic.strip_prefix(told::ROOT).unwrap_or_default();
        let mut text = String::from(super::read::ROOTS[0]);
        crate::query::words::encode(&mut text, path);
        let text = text.replace("%2F", "/").replace("%2f", "/");
        let uri: Uri = text.parse().map_err(|_| Problem::bad_request("the topic is no address"))?;
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let payload: Bytes = publication.payload;
        let sensing = State(self.sensing.clone());
        entities::write(gate.clone(), sensing, Method::POST, OriginalUri(uri), headers, payload)
            .await
            .map(drop)
    }
}

/// A topic on the wire.
fn on_wire(topic: &str) -> ByteString {
    topic.to_string().into()
}
