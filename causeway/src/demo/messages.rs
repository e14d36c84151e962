//! The messages of simulated devices, in the words of SensorThings 1.1.

use serde_json::{Map, Value, json};
use simulate::model::Said;
use simulate::{Demo, Device, Fleet, Voice};
use vocab::{Text, Time};

/// A device with its place and its datastreams, for a deep insert (OGC 18-088, 10.2.1.1).
pub fn thing(demo: &Demo, fleet: &Fleet, device: &Device, speed: u32) -> Value {
    let mut properties = texts("name", &device.name);
    properties.extend(texts("description", &demo.description));
    properties.extend(texts("owner", &demo.owner));
    properties.extend(device.properties.iter().map(|(key, value)| (key.clone(), value.clone().into())));
    properties.insert("slug".into(), format!("{}/{}", fleet.id, device.key).into());
    properties.insert("feed".into(), fleet.id.clone().into());
    properties.insert("label".into(), "public".into());
    if !fleet.hangs.is_empty() {
        properties.insert("devices".into(), json!(fleet.hangs));
    }
    let voices = fleet.voices(0).filter(|voice| voice.device.key == device.key);
    let datastreams: Vec<Value> = voices.map(|voice| datastream(&voice, speed)).collect();
    json!({
        "name": first(&device.name),
        "description": first(&demo.description),
        "properties": properties,
        "Locations": [{
            "name": first(&device.name),
            "description": "Where the simulated device would stand.",
            "encodingType": "application/geo+json",
            "location": { "type": "Point", "coordinates": [device.longitude, device.latitude] },
        }],
        "Datastreams": datastreams,
    })
}

fn datastream(voice: &Voice, speed: u32) -> Value {
    let Voice { fleet, stream, .. } = voice;
    let mut properties = texts("name", &stream.name);
    properties.extend(texts("meaning", &stream.meaning));
    properties.insert("slug".into(), voice.slug().into());
    properties.insert("feed".into(), fleet.id.clone().into());
    properties.insert("label".into(), json!(stream.label));
    properties.insert("freshness_seconds".into(), super::late_seconds(stream, speed).into());
    let is_words = !voice.model().words.is_empty();
    let kind = if is_words { "OM_CategoryObservation" } else { "OM_Measurement" };
    json!({
        "name": first(&stream.name),
        "description": first(&stream.meaning),
        "observationType": format!("http://www.opengis.net/def/observationType/OGC-OM/2.0/{kind}"),
        "unitOfMeasurement": { "name": stream.unit_name, "symbol": stream.unit, "definition": format!("ucum:{}", stream.unit) },
        "properties": properties,
        "ObservedProperty": {
            "name": stream.property,
            "definition": format!("urn:causeway:property:{}", stream.property),
            "description": first(&stream.name),
            "properties": { "slug": format!("{}/{}", fleet.id, stream.property) },
        },
        "Sensor": {
            "name": "Simulator",
            "description": "A model with dice of its own; no instrument.",
            "encodingType": "text/plain",
            "metadata": "base/simulate",
            "properties": { "slug": format!("{}/simulator", fleet.id) },
        },
    })
}

/// The body of `CreateObservations` (OGC 18-088, 12.2): one data array a datastream.
pub fn observations(rows: &[(i64, Time, Said)]) -> Value {
    let mut arrays: Vec<(i64, Vec<Value>)> = Vec::new();
    for (id, at, said) in rows {
        let row = json!([at.iso(), result(said)]);
        match arrays.last_mut() {
            Some((last, rows)) if last == id => rows.push(row),
            _ => arrays.push((*id, vec![row])),
        }
    }
    arrays
        .into_iter()
        .map(|(id, rows)| {
            json!({
                "Datastream": { "@iot.id": id },
                "components": ["phenomenonTime", "result"],
                "dataArray@iot.count": rows.len(),
                "dataArray": rows,
            })
        })
        .collect()
}

fn result(said: &Said) -> Value {
    match said {
        Said::Number(number) => json!(number),
        Said::Text(text) => json!(text),
    }
}

/// `name@zh-Hant`: a text's other languages, as the API writes them into `properties`.
fn texts(key: &str, text: &Text) -> Map<String, Value> {
    text.iter().map(|(lang, words)| (format!("{key}@{lang}"), words.into())).collect()
}

fn first(text: &Text) -> &str {
    text.iter().next().map_or("", |(_, words)| words)
}
