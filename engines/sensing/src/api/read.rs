//! Reading: sets, entities, their links and properties (OGC 18-088, 9).

use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use host::{Gate, Problem};

use crate::Sensing;
use crate::actions::entities::expand::budget;
use crate::actions::entities::no_such;
use crate::actions::entities::{along, collection};
use crate::actions::observed::Part;
use crate::api::problems::{BAD_PATH, BAD_QUERY, TOO_MUCH};
use crate::entity::json::{AllDerived, Writer};
use crate::entity::path::{Address, Id, Tail};
use crate::entity::table;
use crate::entity::tree::{Branch, Item, Node, Page};
use crate::entity::{Entity, Kind, Sight};
use crate::observation::ObservationId;
use crate::query::scope::{Val, of_observation};
use crate::query::{Format, Query};
use crate::store::entities::{self as store, Which};

/// What stands before every address of the data model, in either version.
pub const ROOTS: [&str; 2] = ["/sta/v1.1/", "/sta/v1.0/"];

/// What an address leads to.
pub enum Found {
    Set(Which),
    Observations(Vec<Part>),
    One(Box<Node>),
}

/// The address of a request.
pub fn address(uri: &Uri) -> Result<Address, Problem> {
    Address::parse(&below_root(uri))
        .map_err(|what| Problem::new(&BAD_PATH, what).hint("/sta/v1.1 lists the entity sets"))
}

/// What follows the version in the path of a request, with what clients encode of it decoded.
pub fn below_root(uri: &Uri) -> String {
    let path = ROOTS.iter().find_map(|root| uri.path().strip_prefix(root)).unwrap_or_default();
    let path = path.replace("%27", "'").replace("%28", "(").replace("%29", ")");
    path.replace("%24", "$").replace("%20", " ")
}

pub async fn get(
    gate: Gate,
    State(sensing): State<Sensing>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let address = address(&uri)?;
    let (kind, _) = address.end();
    let mut query = Query::parse(uri.query().unwrap_or_default(), kind)?;
    query.set_now(gate.now);
    let sight = Sight::of(&gate.caller);
    let base = sensing.base(&uri, &headers);
    let found = sensing.find(&address, &sight).await?;
    if let (Tail::Property { name, plain }, Found::One(node)) = (&address.tail, &found) {
        return sensing.property(&base, node, name, *plain).await;
    }
    let at = format!("{}{}", sensing.origin(&uri, &headers), uri.path());
    if query.apply.is_some() {
        return sensing.grouped(found, &query, &sight, &at).await;
    }
    let mut left = budget();
    let mut out = String::new();
    match found {
        Found::One(node) => {
            let mut nodes = sensing.expand(vec![*node], &query, &sight, &mut left).await?;
            let derived = sensing.all_derived(&nodes, &query).await?;
            let writer = sensing.writer(&base, &derived);
            match (nodes.pop(), &address.tail) {
                (None, _) => {}
                (Some(node), Tail::Ref) => writer.reference(&mut out, &node),
                (Some(node), _) => writer.node(&mut out, &node, &query),
            }
        }
        set => {
            let mut page = match set {
                Found::Observations(parts) => sensing.observations_page(parts, &query, &sight).await?,
                Found::Set(which) => sensing.page(which, &query).await?,
                Found::One(_) => Page::default(),
            };
            page.nodes = sensing.expand(page.nodes, &query, &sight, &mut left).await?;
            let derived = sensing.all_derived(&page.nodes, &query).await?;
            // About 300 bytes an observation; growing a megabyte by doubling copies it twice.
            out.reserve(page.nodes.len() * if query.format == Format::DataArray { 96 } else { 384 });
            let writer = sensing.writer(&base, &derived);
            match (&address.tail, query.format) {
                (Tail::Ref, _) => writer.references(&mut out, &page, &query, &at),
                (_, Format::DataArray) => writer.data_array(&mut out, &page, &query, &at),
                _ => writer.collection(&mut out, &page, &query, &at),
            }
        }
    }
    sensing.formatted(query.format, out)
}

impl Sensing {
    /// An answer as the client wants it.
    fn formatted(&self, format: Format, answer: String) -> Result<Response, Problem> {
        if matches!(format, Format::Json | Format::DataArray) {
            return Ok(self.json(StatusCode::OK, answer));
        }
        let answer: serde_json::Value = serde_json::from_str(&answer).map_err(|error| {
            tracing::error!(%error, "an answer was written as no JSON");
            Problem::new(&host::problem::INTERNAL, "the answer could not be written")
        })?;
        if format == Format::GeoJson {
            return Ok(self.answer(StatusCode::OK, "application/geo+json", table::geojson(&answer)));
        }
        let text = table::csv(&answer).ok_or_else(|| {
            Problem::new(&TOO_MUCH, "a table with more than 2,000 columns").hint("$select what is wanted")
        })?;
        let mut response = self.answer(StatusCode::OK, "text/csv; charset=utf-8", text);
        // A table has no place for the link to the next page but beside it (RFC 8288).
        let next = answer.get("@iot.nextLink").and_then(serde_json::Value::as_str);
        let link = next.and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok());
        link.into_iter().for_each(|link| drop(response.headers_mut().insert(header::LINK, link)));
        Ok(response)
    }

    /// `$apply`: groups, and what is said of each.
    async fn grouped(
        &self,
        found: Found,
        query: &Query,
        sight: &Sight,
        at: &str,
    ) -> Result<Response, Problem> {
        let Some(apply) = &query.apply else { return Ok(StatusCode::NO_CONTENT.into_response()) };
        let rows = match found {
            Found::Observations(parts) => self.grouped_observations(parts, apply, sight).await?,
            Found::Set(which) => self.grouped_entities(which, apply).await?,
            Found::One(_) => {
                return Err(Problem::new(&BAD_QUERY, "$apply of one entity")
                    .hint("ask a set: Datastreams(1)/Observations"));
            }
        };
        let (count, top) = (rows.len(), query.top.unwrap_or(usize::MAX));
        let mut answer = serde_json::Map::new();
        if query.count {
            answer.insert("@iot.count".into(), count.into());
        }
        if count > query.skip.saturating_add(top) && top > 0 {
            answer.insert("@iot.nextLink".into(), query.skip_link(at, query.skip + top).into());
        }
        let value = rows.into_iter().skip(query.skip).take(top).map(serde_json::Value::Object).collect();
        answer.insert("value".into(), serde_json::Value::Array(value));
        self.formatted(query.format, serde_json::Value::Object(answer).to_string())
    }

    pub(crate) fn writer<'a>(&'a self, base: &'a str, derived: &'a AllDerived) -> Writer<'a> {
        Writer { base, languages: &self.inner.world.languages, derived }
    }

    pub(crate) async fn page(&self, which: Which, query: &Query) -> Result<Page, Problem> {
        let (world, query) = (self.inner.world.clone(), query.clone());
        self.inner.db.read(move |tx| collection::page(tx, &world, &which, &query)).await
    }

    /// One entity or observation by its id.
    pub(crate) async fn one(&self, kind: Kind, id: Id, sight: &Sight) -> Result<Node, Problem> {
        match id {
            Id::Number(number) => {
                let eyes = sight.clone();
                let found = self.inner.db.read(move |tx| store::by_id(tx, kind, number, &eyes)).await?;
                found.map(Node::of).ok_or_else(|| no_such(kind, number))
            }
            Id::Observation(id) => {
                let part = self.parts(Some(&[id.datastream]), sight).pop();
                let part = part.ok_or_else(|| no_such(kind, Id::Observation(id)))?;
                let row = self.observations().get(id.datastream, id.key).await?;
                let row = row.ok_or_else(|| no_such(kind, Id::Observation(id)))?;
                let item = Item::Observation { datastream: id.datastream, class: part.class, row };
                Ok(Node { item, branches: Vec::new() })
            }
        }
    }

    /// Follows an address to its end.
    pub(crate) async fn find(&self, address: &Address, sight: &Sight) -> Result<Found, Problem> {
        let Some(id) = address.id else {
            return Ok(match address.root {
                Kind::Observation => Found::Observations(self.parts(None, sight)),
                kind => Found::Set(Which::all(kind, sight.clone())),
            });
        };
        // The way most observations are asked for needs no look at the tables.
        if let (Kind::Datastream, Id::Number(id), [(link, None)]) =
            (address.root, id, address.steps.as_slice())
            && link.to == Kind::Observation
        {
            let parts = self.parts(Some(&[id]), sight);
            return if parts.is_empty() {
                Err(no_such(Kind::Datastream, id))
            } else {
                Ok(Found::Observations(parts))
            };
        }
        let mut node = self.one(address.root, id, sight).await?;
        for (link, id) in &address.steps {
            let kind = node.item.kind();
            let number = match &node.item {
                Item::Entity(entity) => entity.id,
                Item::Observation { datastream, .. } => *datastream,
            };
            node = match (link.many, id) {
                (true, None) if link.to == Kind::Observation => {
                    return Ok(Found::Observations(self.parts_of(kind, number, sight).await?));
                }
                (true, None) => {
                    let of = Some((kind, number, *link));
                    return Ok(Found::Set(Which { of, ..Which::all(link.to, sight.clone()) }));
                }
                (true, Some(Id::Observation(id))) => self.observation_of(kind, number, *id, sight).await?,
                (_, id) => {
                    let id = id.and_then(|id| if let Id::Number(id) = id { Some(id) } else { None });
                    let (from, link, eyes) = (node.clone(), *link, sight.clone());
                    self.inner.db.read(move |tx| along::step(tx, &from, link, id, &eyes)).await?
                }
            };
        }
        Ok(Found::One(Box::new(node)))
    }

    /// One of the observations of a datastream or of a feature of interest.
    async fn observation_of(
        &self,
        kind: Kind,
        number: i64,
        id: ObservationId,
        sight: &Sight,
    ) -> Result<Node, Problem> {
        let found = self.one(Kind::Observation, Id::Observation(id), sight).await?;
        let parts = self.parts_of(kind, number, sight).await?;
        let is_there = found.item.seen().is_some_and(|seen| {
            parts.iter().any(|part| part.datastream == id.datastream && part.holds(seen.row))
        });
        if is_there { Ok(found) } else { Err(no_such(Kind::Observation, Id::Observation(id))) }
    }

    /// What answers say of the datastreams in them beyond their rows.
    pub(crate) async fn all_derived(&self, nodes: &[Node], query: &Query) -> Result<AllDerived, Problem> {
        let (mut plain, mut with_area) = (Vec::new(), Vec::new());
        gather(nodes, query, &mut plain, &mut with_area);
        if plain.is_empty() && with_area.is_empty() {
            return Ok(AllDerived::new());
        }
        let world = self.inner.world.clone();
        let derived = self.inner.db.read(move |tx| {
            let mut all = collection::derived(tx, &world, &plain, false)?;
            all.extend(collection::derived(tx, &world, &with_area, true)?);
            Ok::<_, Problem>(all)
        });
        derived.await
    }

    async fn property(&self, base: &str, node: &Node, name: &str, plain: bool) -> Result<Response, Problem> {
        let json = match &node.item {
            Item::Entity(entity) => {
                let derived = self.all_derived(std::slice::from_ref(node), &Query::default()).await?;
                self.writer(base, &derived).property(entity, name)
            }
            Item::Observation { .. } => node.item.seen().and_then(|seen| {
                let shown = crate::observed::writing::Shown::of(name)?;
                let mut text = String::new();
                seen.write(&mut text, shown, seen.row.extra().as_ref());
                let there = of_observation(&seen, seen.row, name) != Val::Null;
                serde_json::from_str(&text).ok().filter(|_| there)
            }),
        };
        let Some(json) = json else { return Ok(StatusCode::NO_CONTENT.into_response()) };
        if plain {
            let text = json.as_str().map_or_else(|| json.to_string(), str::to_string);
            return Ok(self.answer(StatusCode::OK, "text/plain; charset=utf-8", text));
        }
        let mut body = serde_json::Map::new();
        body.insert(name.into(), json);
        Ok(self.json(StatusCode::OK, serde_json::Value::Object(body).to_string()))
    }
}

/// Every datastream of an answer whose extents are shown, with or without their areas.
fn gather(nodes: &[Node], query: &Query, plain: &mut Vec<Entity>, with_area: &mut Vec<Entity>) {
    for node in nodes {
        if let Item::Entity(entity) = &node.item
            && entity.kind == Kind::Datastream
        {
            if query.selects("observedArea") {
                with_area.push((**entity).clone());
            } else if query.selects("phenomenonTime") || query.selects("resultTime") {
                plain.push((**entity).clone());
            }
        }
        for ((_, below), branch) in query.expand.iter().zip(&node.branches) {
            match branch {
                Branch::One(Some(one)) => gather(std::slice::from_ref(one), below, plain, with_area),
                Branch::One(None) => {}
                Branch::Many(page) => gather(&page.nodes, below, plain, with_area),
            }
        }
    }
}
