//! `/tiles/base`: the pack's map as vector tiles, and their description.

use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use host::{Access, Doc, Gate, Problem, Routes};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use vocab::Lang;

use super::problems::{NO_BASE_MAP, NO_SUCH_TILE};
use super::{OF_THE_MAP, answer};
use crate::Spatial;
use crate::layer::{Kind, Layers};
use crate::tile::cache::Cache;
use crate::tile::{Address, Drawing};

const MEDIA_TYPE: &str = "application/vnd.mapbox-vector-tile";
/// Some thousands of tiles: those of a city that many people look at are drawn once.
const CACHE_BYTES: usize = 16 * 1024 * 1024;

pub(super) fn routes() -> Routes<Spatial> {
    Routes::new()
        .get(
            "/tiles/base.json",
            Access::public_read("tiles"),
            Doc::new("The base map, described as TileJSON 3.0"),
            description,
        )
        .get(
            "/tiles/base/{z}/{x}/{y}",
            Access::public_read("tiles"),
            Doc::new(
                "A tile of the base map (Mapbox Vector Tile 2.1); 204 where there is nothing to be seen",
            )
            .media_type(MEDIA_TYPE),
            tile,
        )
}

/// The base map, ready to be drawn and partly drawn.
pub(crate) struct Tiles {
    drawing: Drawing,
    drawn: Mutex<Cache<Tile>>,
}

/// Empty where there is nothing to be seen. Cloning shares the bytes.
#[derive(Debug, Clone)]
struct Tile {
    bytes: Bytes,
    tag: HeaderValue,
}

impl Tiles {
    pub(crate) fn of(layers: &Layers) -> Tiles {
        Tiles { drawing: Drawing::of(layers), drawn: Mutex::new(Cache::new(CACHE_BYTES)) }
    }

    fn tile(&self, address: Address) -> Tile {
        let drawn = || self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tile) = drawn().get(address) {
            return tile;
        }
        // Drawn without the lock: two who ask at once draw the same.
        let bytes = Bytes::from(self.drawing.tile(address));
        let tile = Tile { tag: tag(&bytes), bytes };
        drawn().put(address, tile.clone(), tile.bytes.len());
        tile
    }
}

/// Weak, since the bytes may go out compressed.
fn tag(bytes: &[u8]) -> HeaderValue {
    let digest: String = Sha256::digest(bytes).iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::from_str(&format!("W/\"{digest}\"")).unwrap_or(HeaderValue::from_static("W/\"\""))
}

/// Whether the reader has it already (RFC 9110, 13.1.2).
fn is_known(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_string();
    let tag = strong(tag.to_str().unwrap_or_default());
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.split(',').any(|known| known.trim() == "*" || strong(known) == tag))
}

async fn tile(
    State(spatial): State<Spatial>,
    Path((z, x, y)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let deepest = spatial.map()?.zoom();
    let numbers = (z.parse::<u8>(), x.parse::<u32>(), y.parse::<u32>());
    let address = match numbers {
        (Ok(z), Ok(x), Ok(y)) => Address::new(z, x, y).filter(|_| z <= deepest),
        _ => None,
    };
    let address = address.ok_or_else(|| {
        let asked: String = format!("{z}/{x}/{y}").chars().take(60).collect();
        Problem::new(&NO_SUCH_TILE, format!("{asked} is no tile of the base map"))
            .hint(format!("ask for z/x/y with z from 0 to {deepest}, x and y below 2^z"))
    })?;
    let tile = spatial.inner.tiles.tile(address);
    let mut response = if is_known(&headers, &tile.tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else if tile.bytes.is_empty() {
        StatusCode::NO_CONTENT.into_response()
    } else {
        answer(MEDIA_TYPE, tile.bytes)
    };
    response.headers_mut().insert(header::ETAG, tile.tag);
    response.headers_mut().insert(header::CACHE_CONTROL, OF_THE_MAP);
    Ok(response)
}

impl Spatial {
    fn map(&self) -> Result<&Layers, Problem> {
        if self.layers().is_empty() {
            let problem = Problem::new(&NO_BASE_MAP, "the pack of this city has no folder map");
            return Err(problem.hint("GET /features lists what there is to be drawn"));
        }
        Ok(self.layers())
    }
}

async fn description(gate: Gate, State(spatial): State<Spatial>) -> Result<Response, Problem> {
    let layers = spatial.map()?;
    let mut response = answer("application/json", tile_json(layers, &gate.languages).to_string());
    response.headers_mut().insert(header::CACHE_CONTROL, OF_THE_MAP);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-language"));
    Ok(response)
}

/// TileJSON 3.0.0, sections 3.1 to 3.18.
fn tile_json(layers: &Layers, wanted: &[String]) -> Json {
    let source = attribution(layers, wanted);
    let [west, south, east, north] = layers.extent().corners();
    json!({
        "tilejson": "3.0.0",
        "scheme": "xyz",
        "tiles": ["/tiles/base/{z}/{x}/{y}"],
        "minzoom": 0,
        "maxzoom": layers.zoom(),
        "bounds": [west, south, east, north],
        "center": [(west + east) / 2.0, (south + north) / 2.0, layers.zoom().min(10)],
        // Map viewers put it into the page as HTML.
        "attribution": ui::markup::escape(&source),
        "vector_layers": layers.all().iter().map(|layer| vector_layer(layers, layer.kind)).collect::<Vec<_>>(),
    })
}

fn vector_layer(layers: &Layers, kind: Kind) -> Json {
    let mut fields = Map::new();
    if matches!(kind, Kind::Streets | Kind::Railways | Kind::PlaceLabels) {
        fields.insert("name".into(), "name in the city's first language".into());
        for lang in layers.languages() {
            fields.insert(format!("name_{lang}"), format!("name in {lang}").into());
        }
        fields.insert("rank".into(), "1 is shown first".into());
        fields.insert("kind".into(), "what it is".into());
    }
    json!({"id": kind.word(), "fields": fields, "minzoom": 0, "maxzoom": layers.zoom()})
}

/// Where the ground comes from, in the reader's language where it is one of the city's.
fn attribution(layers: &Layers, wanted: &[String]) -> String {
    let source = layers.source();
    let speaks = |lang: &&Lang, tag: &str| {
        let (lang, tag) = (lang.as_str().to_ascii_lowercase(), tag.to_ascii_lowercase());
        // `en` for `en-GB`, and never one script for another.
        tag.strip_prefix(&lang).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    let theirs = wanted.iter().find_map(|tag| layers.languages().iter().find(|lang| speaks(lang, tag)));
    let lang = theirs.or(layers.languages().first());
    let text = lang.and_then(|lang| source.get(lang)).unwrap_or_default();
    format!("{text} ({})", layers.licence())
}
