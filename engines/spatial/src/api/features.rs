//! `/features`: what feeds draw on the map, and the layers of the pack, as GeoJSON (RFC 7946) a page at a time.

use std::fmt::Write as _;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use host::{Access, Doc, Gate, Problem, Routes};
use serde_json::{Value as Json, json};

use super::problems::{BAD_BOX, BAD_QUERY, NO_SUCH_COLLECTION, NO_SUCH_FEATURE};
use super::{MODE, OF_THE_MAP, answer};
use crate::feature::{self, Sight};
use crate::geometry::Bounds;
use crate::layer::{Kind, Layer, Shape};
use crate::{Spatial, Which};

const GEOJSON: &str = "application/geo+json";
/// Features of one answer, where the query does not say.
const USUAL: usize = 1_000;
/// A larger `limit` is taken for this one (OGC API Features, 17-069r4, 7.15.2).
const MOST: usize = 10_000;

pub(super) fn routes() -> Routes<Spatial> {
    let access = Access::public_read("features");
    Routes::new()
        .get(
            "/features",
            access,
            Doc::new("All collections of features: of feeds, and of the city's map"),
            list,
        )
        .get(
            "/features/{collection}",
            access,
            Doc::new("The features of a collection, as a GeoJSON FeatureCollection")
                .query("bbox", "west,south,east,north in degrees: those whose box meets it")
                .query("limit", "features of a page, 10,000 at most")
                .query("after", "where the page before ended; follow the link next instead where you can")
                .media_type(GEOJSON),
            page,
        )
        .get(
            "/features/{collection}/{*id}",
            access,
            Doc::new("One feature, as GeoJSON").media_type(GEOJSON),
            one,
        )
}

/// What a query asks of a collection.
#[derive(Debug, Clone, PartialEq)]
struct Asked {
    within: Option<Bounds>,
    after: i64,
    limit: usize,
}

impl Asked {
    fn of(pairs: &[(String, String)]) -> Result<Asked, Problem> {
        let mut asked = Asked { within: None, after: 0, limit: USUAL };
        for (key, value) in pairs {
            let bad = |hint: &str| {
                let value: String = value.chars().take(60).collect();
                Problem::new(&BAD_QUERY, format!("{key}={value} could not be understood")).hint(hint)
            };
            match key.as_str() {
                "bbox" => {
                    let hint = "write bbox=west,south,east,north in degrees";
                    let bounds = Bounds::parse(value);
                    asked.within =
                        Some(bounds.map_err(|e| Problem::new(&BAD_BOX, e.to_string()).hint(hint))?);
                }
                "limit" => {
                    let limit = value.parse::<usize>().ok().filter(|limit| *limit > 0);
                    asked.limit = limit.ok_or_else(|| bad("write a whole number from 1 to 10000"))?.min(MOST);
                }
                "after" => {
                    let after = value.parse::<i64>().ok().filter(|after| *after >= 0);
                    asked.after = after.ok_or_else(|| bad("follow the link next of the page before"))?;
                }
                _ => return Err(bad("there are bbox, limit and after")),
            }
        }
        Ok(asked)
    }

    /// The address of the page that follows the one that ends with `last`.
    fn next(&self, collection: &str, last: i64) -> String {
        let mut next = format!("/features/{collection}?limit={}&after={last}", self.limit);
        if let Some(within) = self.within {
            let [west, south, east, north] = within.corners();
            let _ = write!(next, "&bbox={west},{south},{east},{north}");
        }
        next
    }
}

async fn list(gate: Gate, State(spatial): State<Spatial>) -> Response {
    let map = spatial.layers().all().iter().filter_map(|layer| {
        let bounds = layer.shapes.iter().map(|shape| shape.bounds).reduce(Bounds::with)?;
        let word = layer.kind.word();
        Some(json!({
            "id": word,
            "of": "map",
            "count": layer.shapes.len(),
            "bbox": bounds.corners(),
            "items": format!("/features/{word}"),
        }))
    });
    let mode = spatial.inner.config.mode.word();
    let feeds = spatial.collections(Sight::of(&gate.caller)).into_iter().map(|summary| {
        json!({
            "id": summary.collection,
            "of": "feed",
            "mode": mode,
            "count": summary.count,
            "bbox": summary.bounds.corners(),
            "changed": summary.changed.iso(),
            "items": format!("/features/{}", summary.collection),
        })
    });
    let all: Vec<Json> = map.chain(feeds).collect();
    let mut response = answer("application/json", json!({"mode": mode, "collections": all}).to_string());
    response.headers_mut().insert(MODE, HeaderValue::from_static(mode));
    response
}

async fn page(
    gate: Gate,
    State(spatial): State<Spatial>,
    Path(collection): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let asked = Asked::of(&pairs)?;
    if let Some(layer) = Kind::of_word(&collection).and_then(|kind| spatial.layers().get(kind)) {
        return Ok(of_the_map(&spatial, layer, &asked));
    }
    let sight = Sight::of(&gate.caller);
    let which = Which { sight, within: asked.within, after: asked.after, limit: asked.limit };
    let page = spatial.features_of(&collection, which).await?;
    let page = page.ok_or_else(|| no_such_collection(&collection))?;
    let mode = spatial.inner.config.mode.word();
    let mut out = String::with_capacity(256 + page.features.len() * 512);
    let _ = write!(out, "{{\"type\":\"FeatureCollection\",\"mode\":\"{mode}\",\"features\":[");
    for (at, feature) in page.features.iter().enumerate() {
        out.push_str(if at > 0 { "," } else { "" });
        feature.write(&mut out, &spatial.inner.config.languages);
    }
    let last = page.features.last().filter(|_| page.has_more).map(|feature| feature.id);
    end(&mut out, page.features.len(), page.matched, last.map(|last| asked.next(&collection, last)));
    let mut response = answer(GEOJSON, out);
    response.headers_mut().insert(MODE, HeaderValue::from_static(mode));
    Ok(response)
}

/// A page of a layer of the pack; its features follow each other as in their file.
fn of_the_map(spatial: &Spatial, layer: &Layer, asked: &Asked) -> Response {
    let numbered = (1i64..).zip(&layer.shapes);
    let fits = |shape: &Shape| asked.within.is_none_or(|within| within.meets(&shape.bounds));
    let all: Vec<(i64, &Shape)> = numbered.filter(|(_, shape)| fits(shape)).collect();
    let mut rest = all.iter().filter(|(number, _)| *number > asked.after);
    let shown: Vec<_> = rest.by_ref().take(asked.limit).collect();
    let mut out = String::from("{\"type\":\"FeatureCollection\",\"features\":[");
    for (at, (_, shape)) in shown.iter().enumerate() {
        out.push_str(if at > 0 { "," } else { "" });
        write_shape(&mut out, spatial, shape);
    }
    let last = shown.last().filter(|_| rest.next().is_some()).map(|(number, _)| *number);
    end(&mut out, shown.len(), all.len(), last.map(|last| asked.next(layer.kind.word(), last)));
    let mut response = answer(GEOJSON, out);
    response.headers_mut().insert(header::CACHE_CONTROL, OF_THE_MAP);
    response
}

fn write_shape(out: &mut String, spatial: &Spatial, shape: &Shape) {
    feature::head(out, &shape.slug, |out| shape.geometry.write(out));
    let mut properties = serde_json::Map::new();
    properties.extend(shape.rank.map(|rank| ("rank".to_string(), rank.into())));
    properties.extend(shape.kind.as_ref().map(|kind| ("kind".to_string(), kind.as_str().into())));
    let rest = Json::Object(properties).to_string();
    let has_name = feature::names(out, &shape.name, spatial.layers().languages());
    out.push_str(if has_name && rest.len() > 2 { "," } else { "" });
    out.push_str(&rest[1..]);
    out.push('}');
}

/// Closes a FeatureCollection.
fn end(out: &mut String, shown: usize, matched: usize, next: Option<String>) {
    let _ = write!(out, "],\"numberReturned\":{shown},\"numberMatched\":{matched},\"links\":[");
    if let Some(next) = next {
        let _ = write!(out, "{{\"rel\":\"next\",\"type\":\"{GEOJSON}\",\"href\":{}}}", Json::from(next));
    }
    out.push_str("]}");
}

async fn one(
    gate: Gate,
    State(spatial): State<Spatial>,
    Path((collection, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let mut out = String::new();
    let (name, value) =
        if let Some(layer) = Kind::of_word(&collection).and_then(|kind| spatial.layers().get(kind)) {
            let shape = layer.shapes.iter().find(|shape| shape.slug.as_str() == id);
            write_shape(&mut out, &spatial, shape.ok_or_else(|| no_such_feature(&collection, &id))?);
            (header::CACHE_CONTROL, OF_THE_MAP)
        } else {
            let found = spatial.feature(&collection, &id, Sight::of(&gate.caller)).await?;
            let found = found.ok_or_else(|| no_such_feature(&collection, &id))?;
            found.write(&mut out, &spatial.inner.config.languages);
            (MODE, HeaderValue::from_static(found.mode.word()))
        };
    let mut response = answer(GEOJSON, out);
    response.headers_mut().insert(name, value);
    Ok(response)
}

fn no_such_collection(collection: &str) -> Problem {
    let collection: String = collection.chars().take(100).collect();
    Problem::new(
        &NO_SUCH_COLLECTION,
        format!("the collection \"{collection}\" does not exist, or is not public"),
    )
    .hint("GET /features lists those there are")
}

fn no_such_feature(collection: &str, id: &str) -> Problem {
    let name: String = format!("{collection}/{id}").chars().take(200).collect();
    Problem::new(&NO_SUCH_FEATURE, format!("the feature \"{name}\" does not exist, or is not public")).hint(
        "take the id of a feature of GET /features/{collection}, without the collection at its beginning",
    )
}
