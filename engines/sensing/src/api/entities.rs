//! Writing entities (OGC 18-088, 10).

use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use host::{Gate, Problem};
use serde_json::Value as Json;

use super::base::must_be_json;
use super::read::{Found, address};
use crate::Sensing;
use crate::actions::entities::create::{self, Context, Created};
use crate::actions::entities::{By, remove, update};
use crate::api::problems::{BAD_ENTITY, BAD_PATH};
use crate::entity::draft::{Draft, Said};
use crate::entity::path::{Address, Id, Tail};
use crate::entity::tree::{Item, Node};
use crate::entity::{Kind, Sight};
use crate::query::Query;

fn no_place(what: String, hint: &str) -> Problem {
    Problem::new(&BAD_PATH, what).hint(hint)
}

/// The JSON of a body.
pub fn body(headers: &HeaderMap, bytes: &Bytes) -> Result<Json, Problem> {
    must_be_json(headers)?;
    serde_json::from_slice(bytes).map_err(|error| {
        Problem::new(&BAD_ENTITY, format!("the body is no JSON we can read: {error}"))
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
    let sight = Sight::of(&gate.caller);
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
        return sensing.take_one(&gate, &headers, &bytes, datastream, feature).await;
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
    let base = sensing.base(&headers);
    let node = sensing.one(created.kind, Id::Number(created.id), &Sight::All).await?;
    sensing.shown(&base, StatusCode::CREATED, node).await
}

pub async fn patch(
    gate: Gate,
    State(sensing): State<Sensing>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Problem> {
    change(gate, sensing, address(&uri)?, headers, bytes, Said::Some).await
}

pub async fn put(
    gate: Gate,
    State(sensing): State<Sensing>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Problem> {
    change(gate, sensing, address(&uri)?, headers, bytes, Said::All).await
}

async fn change(
    gate: Gate,
    sensing: Sensing,
    address: Address,
    headers: HeaderMap,
    bytes: Bytes,
    said: Said,
) -> Result<Response, Problem> {
    let base = sensing.base(&headers);
    let json = body(&headers, &bytes)?;
    let entity = match sensing.found_one(&gate, &address).await?.item {
        Item::Entity(entity) => entity,
        Item::Observation { datastream, class, row } => {
            let node = sensing.correct(&gate, datastream, class, row, json).await?;
            return sensing.shown(&base, StatusCode::OK, node).await;
        }
    };
    let draft = Draft::read(entity.kind, json, said, &sensing.inner.world.languages)?;
    let (world, now, id) = (sensing.inner.world.clone(), sensing.inner.clock.now(), entity.id);
    let changed = sensing.inner.db.write(move |tx| {
        let by = By { gate: &gate, now };
        update::update(tx, &world, by, id, draft.clone(), said == Said::All)
    });
    let node = Node::of(changed.await?);
    sensing.shown(&base, StatusCode::OK, node).await
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

    /// The answer to a write: the entity, and where it is.
    pub(crate) async fn shown(
        &self,
        base: &str,
        status: StatusCode,
        node: Node,
    ) -> Result<Response, Problem> {
        let query = Query::default();
        let derived = self.all_derived(std::slice::from_ref(&node), &query).await?;
        let writer = self.writer(base, &derived);
        let mut out = String::new();
        writer.node(&mut out, &node, &query);
        let link = writer.self_link(&node.item);
        let mut response = self.json(status, out);
        if status == StatusCode::CREATED
            && let Ok(link) = HeaderValue::from_str(&link)
        {
            response.headers_mut().insert(header::LOCATION, link);
        }
        Ok(response)
    }
}
