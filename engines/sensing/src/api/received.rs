//! `/api/received`: the proof that received = stored + duplicate + refused, for every feed and device.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use host::{Access, Doc, Gate, Problem, Routes};
use serde_json::{Value as Json, json};

use crate::Sensing;
use crate::ingest::Outcome;

pub(super) fn routes() -> Routes<Sensing> {
    Routes::new().get(
        "/api/received",
        Access::public_read("counters"),
        Doc::new("What became of everything received, by feed, device, file and person"),
        received,
    )
}

/// What became of what one source brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub received: u64,
    pub stored: u64,
    /// There already, the same or with another result that stays.
    pub duplicate: u64,
    /// Of those stored, the ones that took the place of an earlier result.
    pub replaced: u64,
    /// By reason.
    pub refused: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub fn add(&mut self, outcome: Outcome, rows: u64) {
        self.received += rows;
        match outcome {
            Outcome::Stored => self.stored += rows,
            Outcome::Replaced => {
                self.stored += rows;
                self.replaced += rows;
            }
            Outcome::Duplicate | Outcome::DifferingKept => self.duplicate += rows,
            Outcome::Refused(refusal) => *self.refused.entry(refusal.word()).or_default() += rows,
        }
    }

    fn json(&self) -> Json {
        json!({
            "received": self.received,
            "stored": self.stored,
            "duplicate": self.duplicate,
            "replaced": self.replaced,
            "refused": self.refused,
        })
    }
}

impl Sensing {
    /// What became of everything received, by kind (`feed`, `device`, `file`, `person`) and name.
    pub async fn received(&self) -> Result<BTreeMap<(&'static str, String), Tally>, host::DbError> {
        let (sources, counters) =
            (self.observations().sources().await?, self.observations().counters().await?);
        let names: BTreeMap<u32, _> = sources.into_iter().map(|s| (s.id, (s.kind.word(), s.slug))).collect();
        let mut all: BTreeMap<_, Tally> = BTreeMap::new();
        for counter in counters {
            let name = names.get(&counter.source).cloned();
            let name = name.unwrap_or(("unknown", counter.source.to_string()));
            all.entry(name).or_default().add(counter.outcome, counter.rows);
        }
        Ok(all)
    }
}

async fn received(_: Gate, State(sensing): State<Sensing>) -> Result<Response, Problem> {
    let mut total = Tally::default();
    let mut sources = Vec::new();
    for ((kind, name), tally) in sensing.received().await? {
        total.received += tally.received;
        total.stored += tally.stored;
        total.duplicate += tally.duplicate;
        total.replaced += tally.replaced;
        for (reason, rows) in &tally.refused {
            *total.refused.entry(reason).or_default() += rows;
        }
        let mut source = tally.json();
        source["kind"] = kind.into();
        source["name"] = name.into();
        sources.push(source);
    }
    let (waiting, capacity) = sensing.door().load();
    let answer = json!({
        "mode": sensing.inner.config.mode,
        "total": total.json(),
        "sources": sources,
        "queue": { "waiting": waiting, "capacity": capacity },
    });
    Ok(sensing.json(StatusCode::OK, answer.to_string()))
}
