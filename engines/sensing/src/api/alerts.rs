//! `/api/alerts`: what rules found, one by one, as it happens; `/api/rules`: what is watched, and why that is trusted.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use host::access::Action;
use host::{Access, Doc, Gate, Problem, Routes};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tokio::sync::broadcast::error::RecvError;
use vocab::{Label, Severity};

use super::latest::parameters;
use super::problems::BAD_ALERT;
use crate::Sensing;
use crate::actions::alerts::{ALERTS, Wanted};
use crate::alert::State as AlertState;
use crate::query::words::short;
use crate::rule::{Proof, Rule};

/// Alerts of one answer.
const PAGE: i64 = 500;
/// Proxies close what is silent for a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub(super) fn routes() -> Routes<Sensing> {
    Routes::new()
        .get(
            "/api/alerts",
            Access::public_read(ALERTS),
            Doc::new("Alerts, newest first; `next` is the address of older ones")
                .query("state", "raised, acknowledged, cleared, withdrawn, or open for the first two")
                .query("rule", "the id of a rule")
                .query("severity", "info, warning or severe")
                .query("before", "the id of an alert: older ones"),
            list,
        )
        .get(
            "/api/alerts/stream",
            Access::public_read(ALERTS),
            Doc::new("What happens to alerts, as it happens, each as a CloudEvent; `reset` says that some were missed")
                .media_type("text/event-stream"),
            live,
        )
        .get("/api/alerts/{id}", Access::public_read(ALERTS), Doc::new("One alert"), one)
        .post(
            "/api/alerts/{id}/acknowledgement",
            Access::operator(Action::Update, ALERTS),
            Doc::new("A person takes the alert in hand").takes::<Acknowledging>(),
            acknowledge,
        )
        .get(
            "/api/rules",
            Access::public_read("rules"),
            Doc::new("The rules of the pack: what each watches, and over what it was replayed"),
            rules,
        )
}

/// Who takes an alert in hand.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Acknowledging {
    /// The person's name.
    by: String,
    #[serde(default)]
    remark: String,
}

async fn list(
    gate: Gate,
    State(sensing): State<Sensing>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut wanted = Wanted { limit: PAGE + 1, ..Wanted::default() };
    let wrong = |what: &str, hint: &str| Problem::bad_request(format!("{} is no {what}", short(hint)));
    for (key, value) in parameters(query.as_deref())? {
        match key.as_str() {
            "state" if value == "open" => wanted.open_only = true,
            "state" => {
                let state = AlertState::from_word(&value).ok_or_else(|| wrong("state", &value))?;
                wanted.state = Some(state);
            }
            "rule" => wanted.rule = Some(value),
            "severity" => {
                let severity = Severity::from_word(&value).ok_or_else(|| wrong("severity", &value))?;
                wanted.severity = Some(severity);
            }
            "before" => {
                let alert = sensing.alert(&gate, &value).await?;
                wanted.before = Some((alert.raised.0, alert.id));
            }
            _ => {}
        }
    }
    let mut found = sensing.list_alerts(&gate, wanted).await?;
    let has_more = found.len() as i64 > PAGE;
    found.truncate(PAGE as usize);
    let next = found.last().filter(|_| has_more).map(|alert| format!("/api/alerts?before={}", alert.id));
    let all: Vec<Json> = found.iter().map(|alert| alert.json(gate.sees_internal())).collect();
    Ok(axum::Json(json!({ "alerts": all, "next": next })).into_response())
}

async fn one(
    gate: Gate,
    State(sensing): State<Sensing>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let alert = sensing.alert(&gate, &id).await?;
    Ok(axum::Json(alert.json(gate.sees_internal())).into_response())
}

async fn acknowledge(
    gate: Gate,
    State(sensing): State<Sensing>,
    Path(id): Path<String>,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let said: Acknowledging = serde_json::from_slice(&bytes).map_err(|e| {
        Problem::new(&BAD_ALERT, e.to_string()).hint("send {\"by\": \"a name\", \"remark\": \"…\"}")
    })?;
    let alert = sensing.acknowledge_alert(&gate, &id, &said.by, &said.remark).await?;
    Ok(axum::Json(alert.json(true)).into_response())
}

async fn live(gate: Gate, State(sensing): State<Sensing>) -> Response {
    let all = gate.sees_internal();
    let events = stream::unfold(sensing.alerts().listen(), move |mut news| async move {
        loop {
            let event = match news.recv().await {
                Ok(one) if !all && one.alert.label != Label::Public => continue,
                Ok(one) => {
                    let event = one.alert.event(one.what, "/api/alerts");
                    let id = event["id"].as_str().unwrap_or_default().to_string();
                    Event::default().event("alert").id(id).data(event.to_string())
                }
                Err(RecvError::Lagged(_)) => Event::default().event("reset").data("{}"),
                Err(RecvError::Closed) => return None,
            };
            return Some((Ok::<_, Infallible>(event), news));
        }
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}

async fn rules(gate: Gate, State(sensing): State<Sensing>) -> Response {
    let all = gate.sees_internal();
    let rules = sensing.alerts().rules();
    let seen = rules.iter().filter(|rule| all || rule.label == Label::Public);
    let shown: Vec<Json> = seen.map(|rule| of_rule(rule, sensing.alerts().watched(&rule.id))).collect();
    axum::Json(json!({ "rules": shown })).into_response()
}

fn of_rule(rule: &Rule, watched: usize) -> Json {
    let (replayed, reason) = match &rule.proof {
        Proof::Replayed(runs) => (
            runs.iter()
                .map(|run| json!({ "from": run.from.iso(), "to": run.to.iso(), "alerts": run.alerts }))
                .collect(),
            None,
        ),
        Proof::Reason(reason) => (Vec::new(), Some(reason)),
    };
    json!({
        "id": rule.id,
        "title": rule.title,
        "means": rule.means,
        "whatToDo": rule.what_to_do,
        "severity": rule.severity,
        "label": rule.label,
        "enabled": rule.enabled,
        "kind": rule.condition.kind(),
        "watches": { "of": rule.watch.prefix, "datastreams": rule.watch.keys, "things": rule.watch.things, "now": watched },
        "to": rule.to,
        "replayed": Json::Array(replayed),
        "unreplayed": reason,
    })
}
