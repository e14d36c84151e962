//! The routes about the program itself: health, metrics, the API's document, the table of problem codes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use host::problem::{self, Code};
use host::telemetry::Metrics;
use host::{Access, Db, Doc, Gate, Problem, Routes};
use serde_json::json;

/// What these routes look at.
#[derive(Clone)]
pub struct System {
    pub db: Db,
    pub metrics: Metrics,
    /// The OpenAPI document as text, made once.
    pub openapi: Arc<std::sync::OnceLock<String>>,
    /// Turned off while the server stops, so that a balancer sends nobody here.
    pub ready: Arc<AtomicBool>,
    pub codes: Arc<Vec<&'static Code>>,
}

impl System {
    pub fn new(db: &Db, metrics: &Metrics, codes: Vec<&'static Code>) -> System {
        System {
            db: db.clone(),
            metrics: metrics.clone(),
            openapi: Arc::default(),
            ready: Arc::new(AtomicBool::new(true)),
            codes: Arc::new(codes),
        }
    }
}

pub fn routes(system: System) -> Routes<()> {
    Routes::<System>::new()
        .get(
            "/healthz",
            Access::public_read("health"),
            Doc::new("Is the program alive").media_type("text/plain"),
            healthz,
        )
        .get(
            "/readyz",
            Access::public_read("health"),
            Doc::new("May requests be sent here").media_type("text/plain"),
            readyz,
        )
        .get(
            "/metrics",
            Access::public_read("metrics"),
            Doc::new("Counters and histograms (OpenMetrics)").media_type("application/openmetrics-text"),
            metrics,
        )
        .get("/openapi.json", Access::public_read("openapi"), Doc::new("This document"), openapi)
        .get("/problems", Access::public_read("problems"), Doc::new("Every problem code"), problems)
        .get(
            "/problems/{code}",
            Access::public_read("problems"),
            Doc::new("What a problem code means"),
            problem_code,
        )
        .with_state(system)
}

async fn healthz(_: Gate) -> &'static str {
    "alive\n"
}

async fn readyz(_: Gate, State(system): State<System>) -> Result<&'static str, Problem> {
    let stopping =
        || Problem::new(&problem::UNAVAILABLE, "the server is starting or stopping").retry_after(2);
    if !system.ready.load(Ordering::Relaxed) {
        return Err(stopping());
    }
    system.db.answers().await?;
    Ok("ready\n")
}

async fn metrics(_: Gate, State(system): State<System>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([("content-type", kind)], system.metrics.text()).into_response()
}

async fn openapi(_: Gate, State(system): State<System>) -> Response {
    let text = system.openapi.get().cloned().unwrap_or_default();
    ([("content-type", "application/json")], text).into_response()
}

async fn problems(_: Gate, State(system): State<System>) -> axum::Json<serde_json::Value> {
    axum::Json(system.codes.iter().map(|code| describe(code)).collect())
}

async fn problem_code(
    _: Gate,
    State(system): State<System>,
    Path(slug): Path<String>,
) -> Result<axum::Json<serde_json::Value>, Problem> {
    let found = system.codes.iter().find(|code| code.slug == slug);
    let code = found
        .ok_or_else(|| Problem::not_found(format!("the problem code {slug}")).hint("/problems lists them"))?;
    Ok(axum::Json(describe(code)))
}

fn describe(code: &Code) -> serde_json::Value {
    let titles: serde_json::Map<String, serde_json::Value> =
        code.titles.iter().map(|(lang, title)| (lang.to_string(), (*title).into())).collect();
    json!({ "type": format!("/problems/{}", code.slug), "status": code.status, "mqtt_reason": code.mqtt, "title": titles })
}
