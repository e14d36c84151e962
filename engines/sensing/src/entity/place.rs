//! Places in GeoJSON: what is none, and how far one reaches.

use serde_json::Value as Json;
use vocab::Position;

/// Nested arrays of one geometry; a MultiPolygon has four.
const DEPTH: usize = 4;

/// Places within places: features of a collection of geometries have three, and none is wanted within that.
const COLLECTED: usize = 4;

/// West, south, east, north in degrees.
pub type Extent = [f64; 4];

/// What is wrong with a place, if anything is. A `Feature` and a geometry are both taken (OGC 18-088, table 7).
pub fn check(place: &Json) -> Result<(), String> {
    extent(place).map(drop)
}

/// How far a place reaches.
pub fn extent(place: &Json) -> Result<Option<Extent>, String> {
    extent_within(place, COLLECTED)
}

fn extent_within(place: &Json, left: usize) -> Result<Option<Extent>, String> {
    let left = left.checked_sub(1).ok_or(format!("places within places more than {COLLECTED} deep"))?;
    let mut found = None;
    let kind = place.get("type").and_then(Json::as_str).unwrap_or_default();
    match kind {
        "Feature" => match place.get("geometry") {
            Some(Json::Null) => {}
            Some(geometry) => found = extent_within(geometry, left)?,
            None => return Err("a Feature without geometry".into()),
        },
        "FeatureCollection" | "GeometryCollection" => {
            let name = if kind == "FeatureCollection" { "features" } else { "geometries" };
            let parts = place.get(name).and_then(Json::as_array).ok_or(format!("a {kind} without {name}"))?;
            for part in parts {
                join(&mut found, extent_within(part, left)?);
            }
        }
        "Point" | "MultiPoint" | "LineString" | "MultiLineString" | "Polygon" | "MultiPolygon" => {
            let coordinates = place.get("coordinates").ok_or(format!("a {kind} without coordinates"))?;
            let depth = match kind {
                "Point" => 0,
                "MultiPoint" | "LineString" => 1,
                "MultiLineString" | "Polygon" => 2,
                _ => 3,
            };
            positions(coordinates, depth, DEPTH, &mut found)?;
        }
        other => return Err(format!("\"{other}\" is no type of GeoJSON")),
    }
    Ok(found)
}

fn positions(json: &Json, depth: usize, left: usize, found: &mut Option<Extent>) -> Result<(), String> {
    let values = json.as_array().ok_or("coordinates are arrays of numbers")?;
    if depth > 0 && left > 0 {
        return values.iter().try_for_each(|value| positions(value, depth - 1, left - 1, found));
    }
    let number =
        |at: usize| values.get(at).and_then(Json::as_f64).ok_or("a position is [longitude, latitude]");
    let place = Position::new(number(0)?, number(1)?).map_err(|e| e.to_string())?;
    let (x, y) = (place.longitude, place.latitude);
    join(found, Some([x, y, x, y]));
    Ok(())
}

pub fn join(found: &mut Option<Extent>, other: Option<Extent>) {
    *found = match (*found, other) {
        (Some(a), Some(b)) => Some([a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]),
        (a, b) => a.or(b),
    };
}

/// The area of an extent as GeoJSON: a point where it is one, else a polygon.
pub fn area([west, south, east, north]: Extent) -> Json {
    if west == east && south == north {
        return serde_json::json!({ "type": "Point", "coordinates": [west, south] });
    }
    let ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
    serde_json::json!({ "type": "Polygon", "coordinates": [ring] })
}
