//! The landing page (OGC 18-088, 9.2.1).

use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use host::Gate;
use serde_json::{Value as Json, json};

use super::base::is_1_0;
use crate::Sensing;
use crate::entity::Kind;

/// What stands before the name of every requirement.
const REQUIREMENTS: &str = "http://www.opengis.net/spec/iot_sensing/1.1/req/";

/// What is claimed: each requirement is named by a test in `tests/conformance/sensorthings`.
pub const CONFORMANCE: &[&str] = &[
    "datamodel/datastream/properties",
    "datamodel/datastream/relations",
    "datamodel/entity-control-information/common-control-information",
    "datamodel/feature-of-interest/properties",
    "datamodel/feature-of-interest/relations",
    "datamodel/historical-location/properties",
    "datamodel/historical-location/relations",
    "datamodel/location/properties",
    "datamodel/location/relations",
    "datamodel/observation/properties",
    "datamodel/observation/relations",
    "datamodel/observed-property/properties",
    "datamodel/observed-property/relations",
    "datamodel/sensor/properties",
    "datamodel/sensor/relations",
    "datamodel/thing/properties",
    "datamodel/thing/relations",
    "resource-path/resource-path-to-entities",
    "request-data/built-in-filter-operations",
    "request-data/built-in-query-functions",
    "request-data/count",
    "request-data/expand",
    "request-data/filter",
    "request-data/order",
    "request-data/orderby",
    "request-data/pagination",
    "request-data/query-status-code",
    "request-data/select",
    "request-data/skip",
    "request-data/status-code",
    "request-data/top",
    "create-update-delete/create-entity",
    "create-update-delete/deep-insert",
    "create-update-delete/deep-insert-status-code",
    "create-update-delete/delete-entity",
    "create-update-delete/historical-location-auto-creation",
    "create-update-delete/historical-location-manual-creation",
    "create-update-delete/link-to-existing-entities",
    "create-update-delete/update-entity",
    "create-update-delete/update-entity-jsonpatch",
    "create-update-delete/update-entity-put",
    "batch-request/batch-request",
    "data-array/data-array",
    "create-observations-via-mqtt/observations-creation",
    "receive-updates-via-mqtt/receive-updates",
];

/// Classes of which every requirement is claimed, for clients that ask for those.
pub const CLASSES: &[&str] = &[
    "datamodel",
    "resource-path",
    "request-data",
    "create-update-delete",
    "batch-request",
    "data-array",
    "create-observations-via-mqtt",
    "receive-updates-via-mqtt",
];

pub async fn landing(
    _: Gate,
    State(sensing): State<Sensing>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let base = sensing.base(&uri, &headers);
    let sets: Vec<Json> = Kind::ALL
        .into_iter()
        .map(|kind| json!({ "name": kind.set(), "url": format!("{base}/{}", kind.set()) }))
        .collect();
    // The earlier version knows of no settings.
    if is_1_0(&uri) {
        return sensing.json(StatusCode::OK, json!({ "value": sets }).to_string());
    }
    let create = format!("{base}/CreateObservations");
    let claimed: Vec<String> =
        CLASSES.iter().chain(CONFORMANCE).map(|name| format!("{REQUIREMENTS}{name}")).collect();
    let data_array = format!("{REQUIREMENTS}data-array/data-array");
    let socket = format!("{}/mqtt", sensing.origin(&uri, &headers).replacen("http", "ws", 1));
    let mut doors = sensing.inner.config.mqtt.clone();
    doors.push(socket);
    let mut settings = json!({ "conformance": claimed, data_array: { "endpoints": [create] } });
    for name in
        ["create-observations-via-mqtt/observations-creation", "receive-updates-via-mqtt/receive-updates"]
    {
        settings[format!("{REQUIREMENTS}{name}")] = json!({ "endpoints": doors });
    }
    sensing.json(StatusCode::OK, json!({ "value": sets, "serverSettings": settings }).to_string())
}
