//! Writing entities (OGC 18-088, 10).

use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use host::{Gate, Problem};
use serde_json::Value as Json;

use super::base::{JSON_PATCH, is_json_patch, must_be, must_be_json};
use super::read::{Found, address};
use crate::Sensing;
use crate::actions::entities::create::{self, Context, Created};
use crate::actions::entities::{By, remove, update};
use crate::api::problems::{BAD_ENTITY, BAD_PATH};
use crate::entity::draft::{Draft, Said};
use crate::entity::json::AllDerived;
use crate::entity::patch;
use crate::entity::path::{Address, Id, Tail};
use crate::entity::tree::{Item, Node};
use crate::entity::{Kind, Sight};
use crate::query::Query;
use crate::query::words::short;

fn no_place(what: String, hint: &str) -> Problem {
    Problem::new(&BAD_PATH, what).hint(hint)
}

/// The JSON of a body.
pub fn body(headers: &HeaderMap, bytes: &Bytes) -> Result<Json, Problem> {
    must_be_json(headers)?;
    read(bytes)
}

fn read(bytes: &Bytes) -> Result<Json, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        Problem::new(&BAD_ENTITY, format!("the body is no JSON we can read: {}", short(&error.to_string())))
            .hint("JSON has no NaN and no Infinity; nesting goes 128 deep at most")
    })
}

pub async fn post(
    gate: Gate,
    State(sensing): State<Sensing>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let address = address(&uri)?;
    let (kind, is_one) = address.end();
    if is_one || address.tail != Tail::All {
        return Err(no_place(
            format!("{} names no set", uri.path()),
            "POST to a set; PATCH changes one entity",
        ));
    }
    let (sight, base) = (Sight::of(&gate.caller), sensing.base(&uri, &headers));
    // The entity that the new one is hung below, and the link that leads from it.
    let above = match address.steps.as_slice() {
        [] => None,
        [before @ .., (link, None)] => {
            let parent = Address { steps: before.to_vec(), tail: Tail::All, ..address.clone() };
            Some((parent, *link))
        }
        _ => None,
    };
    if kind == Kind::Observation {
        let (datastream, feature) = match above {
            None => (None, None),
            // The way most observations come needs no look at the tables.
            Some((Address { root: Kind::Datastream, id: Some(Id::Number(id)), ref steps, .. }, _))
                if steps.is_empty() =>
            {
                (Some(id), None)
            }
            Some((parent, _)) => match sensing.find(&parent, &sight).await? {
                Found::One(node) => match &node.item {
                    Item::Entity(entity) if entity.kind == Kind::Datastream => (Some(entity.id), None),
                    Item::Entity(entity) => (None, Some(entity.id)),
                    Item::Observation { .. } => (None, None),
                },
                _ => (None, None),
            },
        };
        return sensing.take_one(&gate, &base, &headers, &bytes, datastream, feature).await;
    }
    let json = body(&headers, &bytes)?;
    let context: Context = match above {
        None => None,
        Some((parent, link)) => match sensing.find(&parent, &sight).await? {
            Found::One(node) => match &node.item {
                Item::Entity(entity) => Some((entity.kind, entity.id, link)),
                Item::Observation { .. } => None,
            },
            _ => None,
        },
    };
    let draft = Draft::read(kind, json, Said::All, &sensing.inner.world.languages)?;
    let created = sensing.create(&gate, draft, context).await?;
    let node = sensing.one(created.kind, Id::Number(created.id), &Sight::All).await?;
    sensing.shown(&base, StatusCode::CREATED, node).await
}

pub async fn patch_entity(
    gate: Gate,
    State(sensing): State<Sensing>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let address = address(&uri)?;
    let base = sensing.base(&uri, &headers);
    if is_json_patch(&headers) {
        must_be(&[JSON_PATCH], &headers)?;
        let operations = read(&bytes)?;
        let node = sensing.found_one(&gate, &address).await?;
        let shown = sensing.written(&base, &node).await?;
        let shown: Json = serde_json::from_str(&shown).map_err(|error| {
            tracing::error!(%error, "an entity was written as no JSON");
            Problem::new(&host::problem::INTERNAL, "the entity could not be read")
        })?;
        let changed = patch::apply(shown, &operations).map_err(|what| {
            Problem::new(&BAD_ENTITY, what).hint("paths are those of the entity as it is shown (RFC 6902)")
        })?;
        // Read again: many small moves can make what lies deeper than we read.
        let changed = read(&Bytes::from(changed.to_string()))?;
        return change(gate, sensing, node, &base, changed, Said::All).await;
    }
    let json = body(&headers, &bytes)?;
    let node = sensing.found_one(&gate, &address).await?;
    change(gate, sensing, node, &base, json, Said::Some).await
}

pub async fn put(
    gate: Gate,
    State(sensing): State<Sensing>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let (address, json) = (address(&uri)?, body(&headers, &bytes)?);
    let node = sensing.found_one(&gate, &address).await?;
    let base = sensing.base(&uri, &headers);
    change(gate, sensing, node, &base, json, Said::All).await
}

async fn change(
    gate: Gate,
    sensing: Sensing,
    node: Node,
    base: &str,
    json: Json,
    said: Said,
) -> Result<Response, Problem> {
    let entity = match node.item {
        Item::Entity(entity) => entity,
        Item::Observation { datastream, class, row } => {
            let node = sensing.correct(&gate, datastream, class, row, json, said).await?;
            return sensing.shown(base, StatusCode::OK, node).await;
        }
    };
    let draft = Draft::read(entity.kind, json, said, &sensing.inner.world.languages)?;
    let (world, now, id) = (sensing.inner.world.clone(), sensing.inner.clock.now(), entity.id);
    let changed = sensing.inner.db.write(move |tx| {
        let by = By { gate: &gate, now };
        update::update(tx, &world, by, id, draft.clone(), said == Said::All)
    });
    let node = Node::of(changed.await?);
    sensing.shown(base, StatusCode::OK, node).await
}

pub async fn delete(
    gate: Gate,
    State(sensing): State<Sensing>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let node = sensing.found_one(&gate, &address(&uri)?).await?;
    match node.item {
        Item::Observation { datastream, row, .. } => sensing.withdraw(&gate, datastream, row.key()).await?,
        Item::Entity(entity) => {
            if entity.kind == Kind::FeatureOfInterest {
                sensing.withdraw_all_about(&gate, entity.id).await?;
            }
            let (world, now) = (sensing.inner.world.clone(), sensing.inner.clock.now());
            let removed = sensing.inner.db.write_alone(move |tx| {
                remove::remove(tx, &world, By { gate: &gate, now }, entity.kind, entity.id)
            });
            removed.await?;
        }
    }
    Ok(StatusCode::OK.into_response())
}

impl Sensing {
    /// Makes an entity with all that is nested in it; nested observations go through the door when it is durable.
    pub(crate) async fn create(
        &self,
        gate: &Gate,
        draft: Draft,
        context: Context,
    ) -> Result<Created, Problem> {
        let (world, now, by_whom) = (self.inner.world.clone(), self.inner.clock.now(), gate.clone());
        let mut created = self
            .inner
            .db
            .write(move |tx| create::create(tx, &world, By { gate: &by_whom, now }, draft.clone(), context))
            .await?;
        let nested = std::mem::take(&mut created.observations);
        if !nested.is_empty() {
            self.take_nested(gate, nested, now).await?;
        }
        Ok(created)
    }

    async fn found_one(&self, gate: &Gate, address: &Address) -> Result<Node, Problem> {
        let (kind, is_one) = address.end();
        if !is_one || address.tail != Tail::All {
            let what = format!("this names no single {}", kind.name());
            return Err(no_place(what, "name one: Things(1)"));
        }
        match self.find(address, &Sight::of(&gate.caller)).await? {
            Found::One(node) => Ok(*node),
            _ => Err(no_place(format!("this names no single {}", kind.name()), "name one: Things(1)")),
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
