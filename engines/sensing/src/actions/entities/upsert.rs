//! Things and datastreams as feeds bring them, again and again: made when they are new, changed when they differ.

use host::{DbError, Tx};
use intake::draft::{DatastreamFacts, DraftDatastream, DraftThing, Duplicates, Kind as ResultKind};
use serde_json::{Map, Value as Json, json};
use vocab::{Label, Mode, Position, Slug, Text, Time};

use super::{World, announce, features, set_locations};
use crate::datastream::{Accepts, Class, Policy};
use crate::entity::{Entity, Kind, StreamFacts, languages};
use crate::store::entities::{self, links, write};

/// What is known of the feed itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Origin {
    pub feed: String,
    pub title: Text,
    pub summary: Text,
    pub url: String,
}

fn blank(kind: Kind, id: i64, slug: Slug, now: Time) -> Entity {
    Entity {
        kind,
        id,
        slug,
        name: Text::default(),
        description: Text::default(),
        body: Map::new(),
        label: Label::Internal,
        feed: None,
        created: now,
        changed: now,
        parents: Vec::new(),
        stream: None,
    }
}

fn properties(slug: &Slug, feed: &str, label: Label) -> Map<String, Json> {
    let mut map = Map::new();
    map.insert("slug".into(), slug.as_str().into());
    map.insert("feed".into(), feed.into());
    map.insert("label".into(), json!(label));
    map
}

/// Writes what is new or differs; answers its id.
fn put(tx: &mut Tx, world: &World, entity: Entity, is_new: bool) -> Result<i64, DbError> {
    if is_new {
        write::insert(tx, &entity)?;
    } else {
        write::update(tx, &entity)?;
    }
    announce(tx, world, &entity);
    Ok(entity.id)
}

/// The entity of this name, or a blank one with a number.
fn known_or_blank(tx: &mut Tx, kind: Kind, slug: &Slug, now: Time) -> Result<(Entity, bool), DbError> {
    match entities::by_slug(tx, kind, slug.as_str())? {
        Some(entity) => Ok((entity, false)),
        None => Ok((blank(kind, write::next_ids(tx, kind, 1)?, slug.clone(), now), true)),
    }
}

/// Takes a thing in. Answers its id.
pub fn thing(tx: &mut Tx, world: &World, feed: &str, draft: DraftThing, now: Time) -> Result<i64, DbError> {
    let (mut entity, is_new) = known_or_blank(tx, Kind::Thing, &draft.slug, now)?;
    let place = position(tx, entity.id, is_new)?;
    let draft = match is_new {
        true => draft,
        false => draft.onto(DraftThing {
            slug: entity.slug.clone(),
            name: entity.name.clone(),
            description: entity.description.clone(),
            properties: entity.body.get("properties").and_then(Json::as_object).cloned().unwrap_or_default(),
            position: place,
            label: entity.label,
            only_if_new: false,
        }),
    };
    let before = entity.clone();
    let mut all = properties(&draft.slug, feed, draft.label);
    all.extend(
        draft.properties.into_iter().filter(|(key, _)| !matches!(key.as_str(), "slug" | "feed" | "label")),
    );
    entity.name = draft.name;
    entity.description = draft.description;
    entity.body.insert("properties".into(), Json::Object(all));
    entity.label = draft.label;
    entity.feed = Some(feed.into());
    let (id, slug, name, label) = (entity.id, entity.slug.clone(), entity.name.clone(), entity.label);
    if is_new || entity != before {
        entity.changed = now;
        put(tx, world, entity, is_new)?;
    }
    if let Some(position) = draft.position.filter(|position| Some(*position) != place) {
        let location = write::next_ids(tx, Kind::Location, 1)?;
        // A thing that moves has a location for each place; the first is called as the thing is.
        let slug = if place.is_none() { Ok(slug) } else { Slug::new(format!("{slug}/places/{location}")) };
        let slug = slug.map_err(|e| DbError::Corrupt(e.to_string()))?;
        let mut at = blank(Kind::Location, location, slug, now);
        at.name = name;
        at.label = label;
        at.feed = Some(feed.into());
        at.body.insert("encodingType".into(), "application/geo+json".into());
        let coordinates = [position.longitude, position.latitude];
        at.body.insert("location".into(), json!({ "type": "Point", "coordinates": coordinates }));
        write::insert(tx, &at)?;
        set_locations(tx, world, id, &[location], now).map_err(|problem| DbError::Corrupt(problem.detail))?;
        let datastreams = links::datastreams_by(tx, "thing", id)?;
        features::settle(tx, world, &datastreams, now)?;
    }
    Ok(id)
}

/// The id of a thing that came in an earlier batch.
pub fn thing_named(tx: &mut Tx, slug: &Slug) -> Result<Option<i64>, DbError> {
    Ok(entities::by_slug(tx, Kind::Thing, slug.as_str())?.map(|thing| thing.id))
}

/// Where a thing is, if its location is a point.
fn position(tx: &mut Tx, thing: i64, is_new: bool) -> Result<Option<Position>, DbError> {
    if is_new {
        return Ok(None);
    }
    let ids = links::locations(tx, thing)?;
    let all = entities::by_ids(tx, Kind::Location, &ids, &crate::entity::Sight::All)?;
    Ok(all.values().find_map(|location| point(location.body.get("location")?)))
}

/// The place of a GeoJSON point.
pub fn point(location: &Json) -> Option<Position> {
    let coordinates = location.get("coordinates")?;
    Position::new(coordinates.get(0)?.as_f64()?, coordinates.get(1)?.as_f64()?).ok()
}

/// Takes a datastream in. Answers its id.
pub fn datastream(
    tx: &mut Tx,
    world: &World,
    origin: &Origin,
    draft: &DraftDatastream,
    thing: i64,
    mode: Mode,
    now: Time,
) -> Result<i64, DbError> {
    let facts = &draft.facts;
    let sensor = sensor(tx, world, origin, facts.label, now)?;
    let property = observed_property(tx, world, origin, facts, now)?;
    let (mut entity, is_new) = known_or_blank(tx, Kind::Datastream, &draft.slug, now)?;
    let before = entity.clone();
    entity.name = draft.name.clone();
    entity.description = facts.meaning.clone();
    entity.body = body(origin, draft);
    entity.label = facts.label;
    entity.feed = Some(origin.feed.clone());
    entity.parents = vec![thing, sensor, property];
    entity.stream = Some(Box::new(StreamFacts {
        // A datastream has one mode for its whole life.
        mode: before.stream.as_ref().map_or(mode, |known| known.mode),
        accepts: accepts(facts.kind),
        policy: match facts.duplicates {
            Duplicates::FirstWins => Policy::FirstWins,
            Duplicates::LastWins => Policy::LastWins,
        },
        class: Class::Instant,
        retention: before.stream.as_ref().map_or(String::new(), |known| known.retention.clone()),
        freshness_seconds: facts.freshness_seconds.into(),
        meaning: facts.meaning.clone(),
    }));
    let id = entity.id;
    if is_new || entity != before {
        entity.changed = now;
        put(tx, world, entity, is_new)?;
        features::settle(tx, world, &[id], now)?;
    }
    Ok(id)
}

fn accepts(kind: ResultKind) -> Accepts {
    match kind {
        ResultKind::Number => Accepts::Number,
        ResultKind::Text => Accepts::Text,
        ResultKind::Bool => Accepts::Bool,
        ResultKind::Json => Accepts::Json,
    }
}

fn body(origin: &Origin, draft: &DraftDatastream) -> Map<String, Json> {
    let facts = &draft.facts;
    let mut all = properties(&draft.slug, &origin.feed, facts.label);
    all.insert("freshness_seconds".into(), facts.freshness_seconds.into());
    all.insert("period_seconds".into(), facts.period_seconds.into());
    languages::add_all(&mut all, "meaning", &facts.meaning);
    let kind = match facts.kind {
        ResultKind::Number => "OM_Measurement",
        ResultKind::Text => "OM_CategoryObservation",
        ResultKind::Bool => "OM_TruthObservation",
        ResultKind::Json => "OM_ComplexObservation",
    };
    let unit = |text: &str| if text.is_empty() { Json::Null } else { text.into() };
    let definition = if facts.unit.is_empty() { Json::Null } else { format!("ucum:{}", facts.unit).into() };
    let mut body = Map::new();
    body.insert(
        "observationType".into(),
        format!("http://www.opengis.net/def/observationType/OGC-OM/2.0/{kind}").into(),
    );
    body.insert(
        "unitOfMeasurement".into(),
        json!({ "name": unit(&facts.unit_name), "symbol": unit(&facts.unit), "definition": definition }),
    );
    body.insert("properties".into(), Json::Object(all));
    body
}

/// The feed itself stands for the instruments behind it, of which it says nothing.
fn sensor(tx: &mut Tx, world: &World, origin: &Origin, label: Label, now: Time) -> Result<i64, DbError> {
    let slug = Slug::from_outside(&origin.feed).map_err(|e| DbError::Corrupt(e.to_string()))?;
    let (mut entity, is_new) = known_or_blank(tx, Kind::Sensor, &slug, now)?;
    let before = entity.clone();
    entity.name = origin.title.clone();
    entity.description = origin.summary.clone();
    entity.feed = Some(origin.feed.clone());
    entity.label = if before.label == Label::Public { Label::Public } else { label };
    entity.body.insert("encodingType".into(), "text/plain".into());
    entity.body.insert("metadata".into(), origin.url.as_str().into());
    entity.body.insert("properties".into(), Json::Object(properties(&slug, &origin.feed, entity.label)));
    if is_new || entity != before {
        return put(tx, world, entity, is_new);
    }
    Ok(before.id)
}

fn observed_property(
    tx: &mut Tx,
    world: &World,
    origin: &Origin,
    facts: &DatastreamFacts,
    now: Time,
) -> Result<i64, DbError> {
    let slug = format!("{}/{}", origin.feed, facts.property);
    let slug = Slug::from_outside(&slug).map_err(|e| DbError::Corrupt(e.to_string()))?;
    let (mut entity, is_new) = known_or_blank(tx, Kind::ObservedProperty, &slug, now)?;
    let before = entity.clone();
    entity.name = facts.property_name.clone();
    entity.description = facts.property_name.clone();
    entity.feed = Some(origin.feed.clone());
    entity.label = if before.label == Label::Public { Label::Public } else { facts.label };
    entity.body.insert("definition".into(), format!("urn:causeway:property:{}", facts.property).into());
    entity.body.insert("properties".into(), Json::Object(properties(&slug, &origin.feed, entity.label)));
    if is_new || entity != before {
        return put(tx, world, entity, is_new);
    }
    Ok(before.id)
}
