//! The landing page (OGC 18-088, 9.2.1).

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use host::Gate;
use serde_json::{Value as Json, json};

use crate::Sensing;
use crate::entity::Kind;

/// What is claimed; each class has tests in `tests/conformance/sensorthings`.
pub const CONFORMANCE: [&str; 5] = [
    "http://www.opengis.net/spec/iot_sensing/1.1/req/datamodel",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/resource-path/resource-path-to-entities",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/create-update-delete",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/data-array/data-array",
];

pub async fn landing(_: Gate, State(sensing): State<Sensing>, headers: HeaderMap) -> Response {
    let base = sensing.base(&headers);
    let sets: Vec<Json> = Kind::ALL
        .into_iter()
        .map(|kind| json!({ "name": kind.set(), "url": format!("{base}/{}", kind.set()) }))
        .collect();
    let create = format!("{base}/CreateObservations");
    let settings = json!({
        "conformance": CONFORMANCE,
        "http://www.opengis.net/spec/iot_sensing/1.1/req/data-array/data-array": { "endpoints": [create] },
    });
    sensing.json(StatusCode::OK, json!({ "value": sets, "serverSettings": settings }).to_string())
}
