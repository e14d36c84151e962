//! What pages and other engines may read: things and datastreams with all that stands beside a value.

use std::collections::HashMap;
use std::sync::Arc;

use host::DbError;
use intake::Feed;
use serde_json::{Map, Value as Json};
use vocab::{Label, Mode, Position, Text, Time};

use super::upsert::point;
use crate::Sensing;
use crate::datastream::Accepts;
use crate::entity::{Entity, Kind, Sight};
use crate::observation::{Row, Span};
use crate::rollup::Summary;
use crate::store::entities::{self, Which};
use crate::store::observations::Order;

/// A thing.
#[derive(Debug, Clone)]
pub struct ThingView {
    pub id: i64,
    pub slug: String,
    pub name: Text,
    pub description: Text,
    pub properties: Map<String, Json>,
    pub label: Label,
    /// Its feed's id, and what the pack says of the feed: owner, licence, notes.
    pub feed: Option<String>,
    pub source: Option<Arc<Feed>>,
    /// GeoJSON of where it is, where that is known.
    pub location: Option<Json>,
    /// Where that is a point.
    pub position: Option<Position>,
    pub changed: Time,
}

/// A datastream with its last observation.
#[derive(Debug, Clone)]
pub struct StreamView {
    pub id: i64,
    pub slug: String,
    pub thing: i64,
    pub name: Text,
    pub meaning: Text,
    /// What it observes: `Air temperature`.
    pub property: Text,
    pub property_slug: String,
    /// `km/h`; empty where there is none.
    pub unit: String,
    pub unit_name: String,
    pub mode: Mode,
    pub accepts: Accepts,
    pub label: Label,
    /// A value older than this is stale; 0 where nobody said.
    pub freshness_seconds: i64,
    pub feed: Option<String>,
    pub source: Option<Arc<Feed>>,
    pub last: Option<Row>,
    /// Observations in all.
    pub count: u64,
    /// Phenomenon times of the first and the last, microseconds.
    pub extent: Option<(i64, i64)>,
}

impl StreamView {
    /// Whether the last value is too old to be called current, on the clock `now`.
    pub fn is_stale(&self, now: Time) -> bool {
        let limit = self.freshness_seconds.saturating_mul(vocab::time::SECOND);
        self.last.as_ref().is_none_or(|row| self.freshness_seconds > 0 && now.0.saturating_sub(row.t) > limit)
    }
}

/// Things of one statement of a list without an end.
const MOST: usize = 100_000;

impl Sensing {
    fn source(&self, feed: Option<&String>) -> Option<Arc<Feed>> {
        self.inner.feeds.get(feed?)
    }

    fn thing_view(&self, entity: Entity, location: Option<Json>) -> ThingView {
        let source = self.source(entity.feed.as_ref());
        let properties = match entity.body.get("properties") {
            Some(Json::Object(properties)) => properties.clone(),
            _ => Map::new(),
        };
        let position = location.as_ref().and_then(point);
        ThingView {
            id: entity.id,
            slug: entity.slug.to_string(),
            name: entity.name,
            description: entity.description,
            properties,
            label: entity.label,
            feed: entity.feed,
            source,
            location,
            position,
            changed: entity.changed,
        }
    }

    fn stream_view(&self, entity: Entity, property: Option<&Entity>) -> Option<StreamView> {
        let thing = entity.parent(Kind::Thing)?;
        let source = self.source(entity.feed.as_ref());
        let unit = |key: &str| {
            let text =
                entity.body.get("unitOfMeasurement").and_then(|unit| unit.get(key)).and_then(Json::as_str);
            text.unwrap_or_default().to_string()
        };
        let (unit, unit_name) = (unit("symbol"), unit("name"));
        let facts = *entity.stream?;
        let observations = self.observations();
        Some(StreamView {
            id: entity.id,
            slug: entity.slug.to_string(),
            thing,
            name: entity.name,
            meaning: if facts.meaning.is_empty() { entity.description } else { facts.meaning },
            property: property.map(|p| p.name.clone()).unwrap_or_default(),
            property_slug: property.map(|p| p.slug.to_string()).unwrap_or_default(),
            unit,
            unit_name,
            mode: facts.mode,
            accepts: facts.accepts,
            label: entity.label,
            freshness_seconds: facts.freshness_seconds,
            feed: entity.feed,
            source,
            last: observations.last(entity.id),
            count: observations.count_all(entity.id),
            extent: observations.extent(entity.id),
        })
    }

    async fn thing_views(&self, which: Which, limit: usize) -> Result<Vec<ThingView>, DbError> {
        let found = self.inner.db.read(move |tx| {
            let things = entities::page(tx, &which, false, limit)?;
            Ok::<_, DbError>((places(tx, &things)?, things))
        });
        let (mut places, things) = found.await?;
        let view = |thing: Entity| {
            let place = places.remove(&thing.id);
            self.thing_view(thing, place)
        };
        Ok(things.into_iter().map(view).collect())
    }

    async fn stream_views(&self, which: Which) -> Result<Vec<StreamView>, DbError> {
        let sight = which.sight.clone();
        let found = self.inner.db.read(move |tx| {
            let streams = entities::page(tx, &which, false, MOST)?;
            let ids: Vec<i64> = streams.iter().filter_map(|s| s.parent(Kind::ObservedProperty)).collect();
            Ok::<_, DbError>((entities::by_ids(tx, Kind::ObservedProperty, &ids, &sight)?, streams))
        });
        let (properties, streams) = found.await?;
        let view = |stream: Entity| {
            let property = stream.parent(Kind::ObservedProperty).and_then(|id| properties.get(&id));
            self.stream_view(stream, property)
        };
        Ok(streams.into_iter().filter_map(view).collect())
    }

    /// A thing by its slug.
    pub async fn thing(&self, slug: &str, sight: &Sight) -> Result<Option<ThingView>, DbError> {
        let slug = slug.to_string();
        let id = self.inner.db.read(move |tx| entities::by_slug(tx, Kind::Thing, &slug)).await?;
        let Some(id) = id.map(|thing| thing.id) else { return Ok(None) };
        let which = Which { ids: (id, id), ..Which::all(Kind::Thing, sight.clone()) };
        Ok(self.thing_views(which, 1).await?.pop())
    }

    /// Where a thing was, newest first: since when, what the place is called, where that is a point.
    pub async fn whereabouts(
        &self,
        thing: i64,
        sight: &Sight,
        limit: usize,
    ) -> Result<Vec<(Time, Text, Option<Position>)>, DbError> {
        let (past, place) =
            (Kind::Thing.link("HistoricalLocations"), Kind::HistoricalLocation.link("Locations"));
        let (Some(past), Some(place), sight) = (past, place, sight.clone()) else { return Ok(Vec::new()) };
        let found = self.inner.db.read(move |tx| {
            let all = Which::all(Kind::HistoricalLocation, sight.clone());
            let times =
                entities::page(tx, &Which { of: Some((Kind::Thing, thing, past)), ..all }, true, limit)?;
            let ids: Vec<i64> = times.iter().map(|time| time.id).collect();
            let places = entities::children(tx, Kind::HistoricalLocation, place, &ids, &sight, limit * 4)?;
            Ok::<_, DbError>((times, places))
        });
        let (times, places) = found.await?;
        let at = |time: Entity| {
            let place = places.iter().find(|(of, _)| *of == time.id).map(|(_, place)| place);
            let point = place.and_then(|place| place.body.get("location")).and_then(point);
            (time.changed, place.map(|place| place.name.clone()).unwrap_or_default(), point)
        };
        let mut all: Vec<_> = times.into_iter().map(at).collect();
        all.sort_by_key(|(since, ..)| std::cmp::Reverse(*since));
        Ok(all)
    }

    /// Things after the id `after` (0 for the first), of one feed or of all.
    pub async fn things(
        &self,
        feed: Option<&str>,
        sight: &Sight,
        after: i64,
        limit: usize,
    ) -> Result<Vec<ThingView>, DbError> {
        let ids = (after.saturating_add(1), i64::MAX);
        let which = Which { ids, feed: feed.map(str::to_string), ..Which::all(Kind::Thing, sight.clone()) };
        self.thing_views(which, limit).await
    }

    /// Things whose location is a point within `metres` of a place, nearest first and by slug where two stand together, each
    /// with its distance.
    pub async fn things_near(
        &self,
        place: Position,
        metres: f64,
        sight: &Sight,
        limit: usize,
    ) -> Result<Vec<(f64, ThingView)>, DbError> {
        let eyes = sight.clone();
        let near = self.inner.db.read(move |tx| {
            let mut near = Vec::new();
            entities::each_place(tx, &eyes, |thing, location| {
                let away = point(location).map(|at| at.distance_metres(place));
                near.extend(away.filter(|away| *away <= metres).map(|away| (away, thing)));
            })?;
            near.sort_by(|a, b| a.0.total_cmp(&b.0));
            near.truncate(limit);
            let ids: Vec<i64> = near.iter().map(|(_, thing)| *thing).collect();
            let things = entities::by_ids(tx, Kind::Thing, &ids, &eyes)?;
            let all: Vec<Entity> = things.values().cloned().collect();
            Ok::<_, DbError>((near, things, places(tx, &all)?))
        });
        let (near, mut things, mut places) = near.await?;
        let view = |(away, thing): (f64, i64)| {
            Some((away, self.thing_view(things.remove(&thing)?, places.remove(&thing))))
        };
        let mut views: Vec<(f64, ThingView)> = near.into_iter().filter_map(view).collect();
        views.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.slug.cmp(&b.1.slug)));
        Ok(views)
    }

    /// A datastream by its slug.
    pub async fn datastream(&self, slug: &str, sight: &Sight) -> Result<Option<StreamView>, DbError> {
        let Ok(slug) = vocab::Slug::new(slug) else { return Ok(None) };
        let Some(known) = self.observations().datastreams().by_slug(&slug) else { return Ok(None) };
        let which = Which { ids: (known.id, known.id), ..Which::all(Kind::Datastream, sight.clone()) };
        Ok(self.stream_views(which).await?.pop())
    }

    /// The datastreams of a thing.
    pub async fn datastreams_of(&self, thing: i64, sight: &Sight) -> Result<Vec<StreamView>, DbError> {
        let link = Kind::Thing.link("Datastreams").map(|link| (Kind::Thing, thing, link));
        self.stream_views(Which { of: link, ..Which::all(Kind::Datastream, sight.clone()) }).await
    }

    /// The datastreams of a feed.
    pub async fn datastreams_by_feed(&self, feed: &str, sight: &Sight) -> Result<Vec<StreamView>, DbError> {
        let feed = Some(feed.to_string());
        self.stream_views(Which { feed, ..Which::all(Kind::Datastream, sight.clone()) }).await
    }

    /// Observations of a datastream from `from` (in) to `to` (out), oldest first.
    pub async fn series(
        &self,
        datastream: i64,
        from: Time,
        to: Time,
        limit: usize,
    ) -> Result<Vec<Row>, DbError> {
        self.observations().scan(datastream, Span::times(from.0, to.0), Order::Ascending, limit).await
    }

    /// Statistics of each `step` (microseconds) of a time in which a datastream has rows: (start, summary).
    pub async fn summary(
        &self,
        datastream: i64,
        from: Time,
        to: Time,
        step: i64,
    ) -> Result<Vec<(Time, Summary)>, DbError> {
        let steps = self.observations().aggregate(vec![datastream], from.0, to.0, step).await?;
        Ok(steps.into_iter().map(|(_, at, summary)| (Time(at), summary)).collect())
    }
}

/// Where things are, in GeoJSON.
fn places(tx: &mut host::Tx, things: &[Entity]) -> Result<HashMap<i64, Json>, DbError> {
    let ids: Vec<i64> = things.iter().map(|thing| thing.id).collect();
    let Some(link) = Kind::Thing.link("Locations") else { return Ok(HashMap::new()) };
    // Whoever sees the thing sees where it is.
    let found = entities::children(tx, Kind::Thing, link, &ids, &Sight::All, usize::MAX)?;
    let place = |(thing, mut location): (i64, Entity)| {
        let json = location.body.shift_remove("location")?;
        (location.body.get("encodingType").and_then(Json::as_str) != Some("text/plain"))
            .then_some((thing, json))
    };
    Ok(found.into_iter().filter_map(place).collect())
}
