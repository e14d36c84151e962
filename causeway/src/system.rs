//! The routes about the program itself: health, metrics, the API's document, the table of problem codes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use host::problem::{self, Code};
use host::telemetry::Metrics;
use host::{Access, Action, Db, Doc, Gate, Problem, Routes};
use serde_json::json;
use tokio::sync::{mpsc, oneshot};

use crate::assemble::Standing;
use crate::commands::Failure;
use crate::running::{Ask, Reloaded};

/// What these routes look at.
#[derive(Clone)]
pub struct System {
    db: Db,
    metrics: Metrics,
    /// The OpenAPI document as text, made once.
    pub openapi: Arc<std::sync::OnceLock<String>>,
    ready: Arc<AtomicBool>,
    codes: Arc<Vec<&'static Code>>,
    asks: mpsc::Sender<Ask>,
}

impl System {
    pub fn new(standing: &Standing, codes: Vec<&'static Code>) -> System {
        System {
            db: standing.db.clone(),
            metrics: standing.metrics.clone(),
            openapi: Arc::default(),
            ready: standing.ready.clone(),
            codes: Arc::new(codes),
            asks: standing.asks.clone(),
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
        .post(
            "/api/pack/reload",
            Access::operator(Action::Operate, "pack"),
            Doc::new(
                "Read the city pack again, without a restart: all of it, or nothing where it has a mistake",
            )
            .answers::<Reloaded>(),
            reload,
        )
        .with_state(system)
}

async fn reload(_: Gate, State(system): State<System>) -> Result<axum::Json<Reloaded>, Problem> {
    let (answer, answered) = oneshot::channel();
    let unavailable = || Problem::new(&problem::UNAVAILABLE, "the pack is being read already").retry_after(2);
    system.asks.try_send(answer).map_err(|_| unavailable())?;
    match answered.await.map_err(|_| unavailable())? {
        Ok(reloaded) => Ok(axum::Json(reloaded)),
        Err(Failure::Db(error)) => Err(error.into()),
        Err(failure) => Err(Problem::new(&problem::PACK_REFUSED, failure.to_string())
            .hint("nothing was changed; mend the files and ask again")),
    }
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
