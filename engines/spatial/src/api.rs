//! HTTP: features as GeoJSON below `/features`, and the base map as vector tiles below `/tiles/base`.

mod features;
pub mod problems;
mod tiles;

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use host::Routes;

pub(crate) use tiles::Tiles;

use crate::Spatial;

/// Says in every answer about features of feeds whether they are live, recorded or simulated.
const MODE: HeaderName = HeaderName::from_static("causeway-mode");

/// The base map changes when the pack does: a reader may keep it for an hour and asks again by its tag.
const OF_THE_MAP: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// Every route of this crate.
pub(crate) fn routes(spatial: Spatial) -> Routes<()> {
    tiles::routes().merge(features::routes()).with_state(spatial)
}

fn answer(media_type: &'static str, body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

#[cfg(test)]
mod tests;
