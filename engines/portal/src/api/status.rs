//! `/api/feeds` and `/api/notices`.

use axum::Json;
use axum::extract::State;
use host::{Gate, Problem};
use intake::runner::{FeedStatus, PullStatus};
use serde_json::{Value, json};
use vocab::Label;

use crate::{Portal, store};

/// Notices of one answer; a city has some ten in force.
const NOTICES: i64 = 500;

pub async fn feeds(gate: Gate, State(portal): State<Portal>) -> Result<Json<Value>, Problem> {
    let parts = portal.parts();
    let mut feeds = Vec::new();
    for status in parts.intake.status(&parts.feeds, gate.now) {
        let refused = parts.intake.refusals(&status.feed.id).await?;
        feeds.push(feed(&status, refused));
    }
    Ok(Json(json!({ "mode": parts.mode, "now": gate.now.iso(), "feeds": feeds })))
}

fn feed(status: &FeedStatus, refused: Vec<(String, u64)>) -> Value {
    let counters = status.counters;
    let reasons: serde_json::Map<String, Value> =
        refused.into_iter().map(|(why, n)| (why, n.into())).collect();
    json!({
        "feed": status.feed.id,
        "title": status.feed.title,
        "owner": status.feed.owner,
        "licence": { "name": status.feed.licence.name, "url": status.feed.licence.url, "attribution": status.feed.licence.attribution },
        "mode": status.mode,
        "health": status.health,
        "counters": counters,
        "refused": reasons,
        "adds_up": counters.records == counters.mapped + counters.quarantined
            && counters.observations == counters.stored + counters.duplicate + counters.refused,
        "sources": status.pulls.iter().map(pull).collect::<Vec<_>>(),
    })
}

fn pull(pull: &PullStatus) -> Value {
    let health = &pull.state.health;
    json!({
        "source": pull.id,
        "url": pull.url,
        "health": pull.health,
        "clock": pull.clock.iso(),
        "last_good": health.last_good.map(|t| t.iso()),
        "newest": health.newest.map(|t| t.iso()),
        "failures": health.failures,
        "last_error": health.last_error.as_ref().map(|(at, error)| json!({ "at": at.iso(), "error": error })),
        "counters": pull.state.counters,
    })
}

pub async fn notices(_: Gate, State(portal): State<Portal>) -> Result<Json<Value>, Problem> {
    let mode = portal.parts().mode;
    let found = portal.parts().db.read(move |tx| store::latest(tx, mode, NOTICES)).await?;
    let seen = found.iter().filter(|notice| notice.label == Label::Public);
    let notices: Vec<Value> = seen
        .map(|notice| {
            json!({
                "id": notice.slug,
                "feed": notice.feed,
                "title": notice.title,
                "text": notice.text,
                "at": notice.at.iso(),
                "until": notice.until.map(|t| t.iso()),
                "over": notice.is_over,
                "position": notice.position.map(|p| json!([p.longitude, p.latitude])),
                "properties": notice.properties,
                "mode": notice.mode,
            })
        })
        .collect();
    Ok(Json(json!({ "mode": mode, "notices": notices })))
}
