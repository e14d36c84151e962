//! Datastreams of a running server: those that tests of violence write to, and all of them by their names.

use std::collections::BTreeMap;

use serde_json::json;

use crate::client::Client;

/// The name of a stream that [`register`] makes.
pub fn slug(stream: usize) -> String {
    format!("kill/s{stream}/v")
}

/// Makes things with one public datastream of numbers each.
pub fn register(client: &Client, streams: usize) {
    for stream in 0..streams {
        let thing = json!({
            "name": format!("s{stream}"), "description": "written and killed",
            "properties": { "slug": format!("kill/s{stream}"), "feed": "kill", "label": "public" },
            "Datastreams": [{
                "name": "v", "description": "values",
                "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
                "unitOfMeasurement": { "name": "one", "symbol": "1", "definition": "ucum:1" },
                "properties": { "slug": slug(stream), "label": "public" },
                "ObservedProperty": { "name": "v", "description": "v", "definition": "urn:v", "properties": { "slug": "kill/v" } },
                "Sensor": { "name": "s", "description": "s", "encodingType": "text/plain", "metadata": "s", "properties": { "slug": "kill/s" } },
            }],
        });
        client.post("/sta/v1.1/Things", &thing).expect(201);
    }
}

/// The server's number of every datastream, by its slug.
pub fn ids(client: &Client) -> BTreeMap<String, i64> {
    let all = client.all("/sta/v1.1/Datastreams?$select=id,properties&$top=1000");
    let named = all.iter().map(|datastream| {
        let slug = datastream["properties"]["slug"].as_str().expect("a slug");
        (slug.to_string(), datastream["@iot.id"].as_i64().expect("a number"))
    });
    named.collect()
}
