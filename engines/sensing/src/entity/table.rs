//! Answers as other programs take them: CSV, a column for each path; GeoJSON, a feature for each entity. Both are made of
//! the answer as the standard has it.

use serde_json::{Map, Value as Json, json};

/// Columns of one table: an answer whose entities have nothing in common would make one of each property.
const COLUMNS: usize = 2_000;

/// Every value by the path that leads to it, without links and other control information.
fn flat(json: &Json) -> Vec<(String, &Json)> {
    let mut found = Vec::new();
    walk("", json, &mut found);
    found
}

fn walk<'a>(path: &str, json: &'a Json, found: &mut Vec<(String, &'a Json)>) {
    let below = |name: &str| if path.is_empty() { name.to_string() } else { format!("{path}/{name}") };
    match json {
        Json::Object(object) => {
            for (name, value) in object {
                match name.as_str() {
                    "@iot.id" => found.push((below("id"), value)),
                    name if name.contains("@iot.") => {}
                    name => walk(&below(name), value, found),
                }
            }
        }
        Json::Array(list) => {
            list.iter().enumerate().for_each(|(at, value)| walk(&below(&at.to_string()), value, found));
        }
        value => found.push((path.to_string(), value)),
    }
}

/// The entities of an answer: those of a collection, or the one that it is.
fn entities(answer: &Json) -> &[Json] {
    match answer.get("value").and_then(Json::as_array) {
        Some(all) => all,
        None => std::slice::from_ref(answer),
    }
}

/// A table with a header (RFC 4180). `None` where it would have too many columns.
pub fn csv(answer: &Json) -> Option<String> {
    let rows: Vec<Vec<(String, &Json)>> = entities(answer).iter().map(flat).collect();
    let mut places = std::collections::HashMap::new();
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in rows.iter().flatten() {
        places.entry(name.as_str()).or_insert_with(|| {
            names.push(name);
            names.len() - 1
        });
        if names.len() > COLUMNS {
            return None;
        }
    }
    let mut out = String::new();
    line(&mut out, names.iter().map(|name| (*name).to_string()));
    for row in &rows {
        let mut cells = vec![String::new(); names.len()];
        for (name, value) in row {
            if let Some(cell) = places.get(name.as_str()).and_then(|at| cells.get_mut(*at)) {
                *cell = match value {
                    Json::Null => String::new(),
                    Json::String(text) => text.clone(),
                    other => other.to_string(),
                };
            }
        }
        line(&mut out, cells.into_iter());
    }
    Some(out)
}

fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(',');
        }
        // A sheet would take what begins with these for a formula: a text that is none of a number is quoted by a mark.
        let is_formula = cell.starts_with(['=', '+', '@', '\t', '\r'])
            || cell.starts_with('-') && cell.parse::<f64>().is_err();
        let cell = if is_formula { format!("'{cell}") } else { cell };
        if cell.contains([',', '"', '\n', '\r']) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&cell);
        }
    }
    out.push_str("\r\n");
}

/// A `FeatureCollection` (RFC 7946): the first place within an entity is its geometry, all else its properties by path.
pub fn geojson(answer: &Json) -> String {
    let feature = |entity: &Json| {
        let mut bare = entity.clone();
        let geometry = take_place(&mut bare).unwrap_or(Json::Null);
        let properties: Map<String, Json> =
            flat(&bare).into_iter().map(|(path, value)| (path, value.clone())).collect();
        json!({ "type": "Feature", "geometry": geometry, "properties": properties })
    };
    let features: Vec<Json> = entities(answer).iter().map(feature).collect();
    let mut all = json!({ "type": "FeatureCollection", "features": features });
    for name in ["@iot.count", "@iot.nextLink"] {
        if let Some(value) = answer.get(name) {
            all[name] = value.clone();
        }
    }
    all.to_string()
}

/// Takes the first place out of an entity or of what is expanded in it; further ones go unshown.
fn take_place(json: &mut Json) -> Option<Json> {
    let mut found = None;
    match json {
        Json::Object(object) => {
            for name in ["location", "feature", "observedArea"] {
                if object.get(name).is_some_and(|value| value.get("type").is_some()) {
                    found = found.or(object.shift_remove(name).map(geometry));
                    object.shift_remove(name);
                }
            }
            // What a property of the client's own holds is no place of the entity.
            for (_, value) in object.iter_mut().filter(|(name, _)| *name != "properties") {
                found = found.or(take_place(value));
            }
        }
        Json::Array(list) => {
            for value in list {
                let place = take_place(value);
                found = found.or(place);
            }
        }
        _ => {}
    }
    found
}

/// Of a feature, its geometry.
fn geometry(place: Json) -> Json {
    match place.get("geometry") {
        Some(geometry) => geometry.clone(),
        None => place,
    }
}

#[cfg(test)]
mod tests;
