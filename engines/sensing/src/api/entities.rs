//! Writing entities (OGC 18-088, 10).

use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use host::{Gate, Problem};
use serde_json::Value as Json;

use super::base::{JSON_PATCH, is_json_patch, must_be, must_be_json};
use super::read::{Found, address, below_root};
use crate::Sensing;
use crate::actions::entities::By;
use crate::actions::entities::changes::{self, Act, Done, Failed, How, Names, Step};
use crate::api::problems::{BAD_ENTITY, BUSY};
use crate::entity::json::AllDerived;
use crate::entity::path::{Address, Id};
use crate::entity::tree::{Item, Node};
use crate::entity::{Kind, Sight};
use crate::query::Query;
use crate::query::words::short;

fn read(bytes: &[u8]) -> Result<Json, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        Problem::new(&BAD_ENTITY, format!("the body is no JSON we can read: {}", short(&error.to_string())))
            .hint("JSON has no NaN and no Infinity; nesting goes 128 deep at most")
    })
}

/// What a method with this body asks to be done.
pub fn act(method: &Method, headers: &HeaderMap, bytes: &[u8]) -> Result<Act, Problem> {
    if *method == Method::DELETE {
        return Ok(Act::Remove);
    }
    let how = match *method {
        Method::PATCH if is_json_patch(headers) => Some(How::Operations),
        Method::PATCH => Some(How::Merge),
        Method::PUT => Some(How::Replace),
        _ => None,
    };
    if how == Some(How::Operations) {
        must_be(&[JSON_PATCH], headers)?
    } else {
        must_be_json(headers)?
    }
    let json = read(bytes)?;
    Ok(match how {
        None => Act::Make(json),
        Some(how) => Act::Change(how, json),
    })
}

/// POST, PATCH and PUT of any address.
pub async fn write(
    gate: Gate,
    State(sensing): State<Sensing>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let base = sensing.base(&uri, &headers);
    if method == Method::POST
        && let Some(datastream) = sensing.plain_observation(&uri, &gate).await?
    {
        let (datastream, feature) = datastream;
        return sensing.take_one(&gate, &base, &headers, &bytes, datastream, feature).await;
    }
    // Whether the address leads anywhere is told before anything is said of the body.
    address(&uri)?;
    let step = Step { name: None, at: below_root(&uri), act: act(&method, &headers, &bytes)? };
    sensing.write_one(&gate, &base, step).await
}

pub async fn delete(
    gate: Gate,
    State(sensing): State<Sensing>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let address = address(&uri)?;
    let (kind, is_one) = address.end();
    if !is_one {
        return sensing.remove_all(&gate, &address, kind, uri.query().unwrap_or_default()).await;
    }
    let step = Step { name: None, at: below_root(&uri), act: Act::Remove };
    sensing.write_one(&gate, &sensing.base(&uri, &headers), step).await
}

impl Sensing {
    /// Where an observation is to go whose address says that it is one: (datastream, feature). The way most of them
    /// come, by a lane that shares its commits.
    async fn plain_observation(
        &self,
        uri: &Uri,
        gate: &Gate,
    ) -> Result<Option<(Option<i64>, Option<i64>)>, Problem> {
        let address = address(uri)?;
        if address.end() != (Kind::Observation, false) || address.tail != crate::entity::path::Tail::All {
            return Ok(None);
        }
        let [before @ .., _] = address.steps.as_slice() else { return Ok(Some((None, None))) };
        if let (Kind::Datastream, Some(Id::Number(id)), []) = (address.root, address.id, before) {
            return Ok(Some((Some(id), None)));
        }
        let parent = Address { steps: before.to_vec(), ..address.clone() };
        Ok(match self.find(&parent, &Sight::of(&gate.caller)).await? {
            Found::One(node) => match &node.item {
                Item::Entity(entity) if entity.kind == Kind::Datastream => Some((Some(entity.id), None)),
                Item::Entity(entity) => Some((None, Some(entity.id))),
                Item::Observation { .. } => Some((None, None)),
            },
            _ => Some((None, None)),
        })
    }

    /// Does all steps in one transaction, or none of them.
    pub(crate) async fn perform(
        &self,
        gate: &Gate,
        base: &str,
        steps: Vec<Step>,
        names: Names,
    ) -> Result<(Vec<Done>, Names), Failed> {
        let busy = |full: host::db::Full| Failed {
            step: 0,
            problem: Problem::new(&BUSY, format!("{} observations wait to be sealed", full.waiting))
                .hint("none of this request was taken; send it again")
                .retry_after(full.retry_after_seconds),
        };
        self.door().room().map_err(busy)?;
        let (world, now, gate, base) =
            (self.inner.world.clone(), self.inner.clock.now(), gate.clone(), base.to_string());
        let shares = steps.iter().all(Step::leaves_observations_alone);
        let work = move |tx: &mut host::Tx| {
            let mut names = names.clone();
            let by = By { gate: &gate, now };
            changes::perform(tx, &world, by, &base, &steps, &mut names).map(|done| (done, names))
        };
        if shares { self.inner.db.write(work).await } else { self.inner.db.write_alone(work).await }
    }

    async fn write_one(&self, gate: &Gate, base: &str, step: Step) -> Result<Response, Problem> {
        let done = self.perform(gate, base, vec![step], Names::new()).await;
        let (mut done, _) = done.map_err(|failed| failed.problem)?;
        match done.pop() {
            Some(Done::Made(node)) => self.shown(base, StatusCode::CREATED, node).await,
            Some(Done::Changed(node)) => self.shown(base, StatusCode::OK, node).await,
            Some(Done::Removed) | None => Ok(StatusCode::OK.into_response()),
        }
    }

    /// An entity as it is shown where nobody chose.
    async fn written(&self, base: &str, node: &Node) -> Result<String, Problem> {
        let query = Query::default();
        let derived = self.all_derived(std::slice::from_ref(node), &query).await?;
        let mut out = String::new();
        self.writer(base, &derived).node(&mut out, node, &query);
        Ok(out)
    }

    /// The answer to a write: the entity, and where it is.
    pub(crate) async fn shown(
        &self,
        base: &str,
        status: StatusCode,
        node: Node,
    ) -> Result<Response, Problem> {
        let link = self.writer(base, &AllDerived::new()).self_link(&node.item);
        let mut response = self.json(status, self.written(base, &node).await?);
        if status == StatusCode::CREATED
            && let Ok(link) = HeaderValue::from_str(&link)
        {
            response.headers_mut().insert(header::LOCATION, link);
        }
        Ok(response)
    }
}
