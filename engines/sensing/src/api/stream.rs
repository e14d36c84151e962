//! `/api/stream`: observations as they are committed, by Server-Sent Events. Who was away for a moment resumes from a
//! bounded memory of recent commits; who was away longer is told so (`reset`) and reads the store.

use std::collections::{HashSet, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use host::{Access, Doc, Gate, Problem, Routes};
use tokio::sync::broadcast::{self, error::RecvError};

use super::latest::parameters;
use crate::Sensing;
use crate::entity::Sight;
use crate::observation::Row;
use crate::store::observations::Committed;

/// Rows remembered for those who resume: 10 MB with their texts, some ten seconds of a busy city.
const REMEMBERED: usize = 50_000;
/// Commits that a slow reader may be behind.
const BEHIND: usize = 256;
/// Proxies close what is silent for a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub(super) fn routes() -> Routes<Sensing> {
    Routes::new().get(
        "/api/stream",
        Access::public_read("observations"),
        Doc::new("Observations as they come; Last-Event-ID resumes, an event `reset` says that it cannot")
            .media_type("text/event-stream")
            .query("datastream", "names or ids, with commas between them")
            .query("collection", "a feed: all of its datastreams"),
        stream_of,
    )
}

/// A commit with its number.
type Numbered = (u64, Committed);

/// Recent commits. Cloning shares them.
#[derive(Clone)]
pub(crate) struct Recent {
    inner: Arc<Mutex<Ring>>,
    told: broadcast::Sender<Numbered>,
}

struct Ring {
    commits: VecDeque<Numbered>,
    rows: usize,
    next: u64,
    /// When the numbers began: those of an earlier start mean nothing now.
    began: i64,
    is_listening: bool,
}

impl Recent {
    pub fn new(began: i64) -> Recent {
        let ring = Ring { commits: VecDeque::new(), rows: 0, next: 1, began, is_listening: false };
        Recent { inner: Arc::new(Mutex::new(ring)), told: broadcast::channel(BEHIND).0 }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Ring> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, committed: Committed) {
        let mut ring = self.lock();
        let number = ring.next;
        ring.next += 1;
        ring.rows += committed.len();
        ring.commits.push_back((number, committed.clone()));
        while ring.rows > REMEMBERED && ring.commits.len() > 1 {
            let gone = ring.commits.pop_front().map_or(0, |(_, rows)| rows.len());
            ring.rows -= gone;
        }
        // Told under the lock: whoever subscribes sees each commit in the memory or live, and none twice.
        drop(self.told.send((number, committed)));
    }

    /// Commits were missed: nobody can resume from before.
    fn forget(&self) {
        let mut ring = self.lock();
        ring.commits.clear();
        ring.rows = 0;
        ring.next += 1;
    }

    /// What came after the event `last`, or nothing where that is not known any more; and all that comes from now on.
    fn resume(&self, last: Option<&str>) -> (Option<Vec<Numbered>>, broadcast::Receiver<Numbered>, String) {
        let ring = self.lock();
        let live = self.told.subscribe();
        let here = format!("{}-{}", ring.began, ring.next - 1);
        let Some(last) = last else { return (Some(Vec::new()), live, here) };
        let known = last.split_once('-').and_then(|(began, number)| {
            let number: u64 = number.parse().ok()?;
            let oldest = ring.commits.front().map_or(ring.next, |(number, _)| *number);
            (began.parse() == Ok(ring.began) && number + 1 >= oldest && number < ring.next).then_some(number)
        });
        let missed = known.map(|number| ring.commits.iter().filter(|(n, _)| *n > number).cloned().collect());
        (missed, live, here)
    }

    /// Begins to remember, once; before anybody streams nobody can resume.
    fn listen(&self, sensing: &Sensing) {
        if std::mem::replace(&mut self.lock().is_listening, true) {
            return;
        }
        let (mut commits, recent) = (sensing.observations().listen(), self.clone());
        tokio::spawn(async move {
            loop {
                match commits.recv().await {
                    Ok(committed) => recent.add(committed),
                    Err(RecvError::Lagged(_)) => recent.forget(),
                    Err(RecvError::Closed) => return,
                }
            }
        });
    }
}

/// What one reader is still to be told.
struct Reader {
    sensing: Sensing,
    wanted: HashSet<i64>,
    waiting: VecDeque<Event>,
    live: broadcast::Receiver<Numbered>,
    began: i64,
    last: u64,
}

async fn stream_of(
    gate: Gate,
    State(sensing): State<Sensing>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (found, _) = sensing.chosen(&parameters(query.as_deref())?, &Sight::of(&gate.caller))?;
    let recent = sensing.inner.recent.clone();
    recent.listen(&sensing);
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let (missed, live, here) = recent.resume(last);
    let began = recent.lock().began;
    let wanted = found.iter().map(|datastream| datastream.id).collect();
    let mut reader = Reader { sensing, wanted, waiting: VecDeque::new(), live, began, last: 0 };
    match missed {
        // So that a reader who has seen nothing yet can resume too.
        Some(missed) if missed.is_empty() => {
            reader.waiting.push_back(Event::default().event("begin").id(here).data("{}"))
        }
        Some(missed) => missed.into_iter().for_each(|commit| reader.take(commit)),
        None => reader.waiting.push_back(reset(&here)),
    }
    let events = stream::unfold(reader, |mut reader| async move {
        let event = reader.next().await?;
        Some((Ok::<_, Infallible>(event), reader))
    });
    // Whoever wraps the answer may ask once more after its end.
    Ok(Sse::new(events.fuse()).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

fn reset(here: &str) -> Event {
    Event::default()
        .event("reset")
        .id(here)
        .data("{\"hint\":\"something was missed; read the last values again\"}")
}

impl Reader {
    /// Notes what this reader wants of a commit.
    fn take(&mut self, (number, rows): Numbered) {
        self.last = number;
        let wanted: Vec<&(i64, Row)> = rows.iter().filter(|(id, _)| self.wanted.contains(id)).collect();
        let registry = self.sensing.observations().datastreams();
        let mut data = String::new();
        for (id, row) in wanted {
            let Some(datastream) = registry.get(*id) else { continue };
            data.push(if data.is_empty() { '[' } else { ',' });
            self.sensing.write_value(&mut data, &datastream, row);
            data.push('}');
        }
        if !data.is_empty() {
            data.push(']');
            let id = format!("{}-{number}", self.began);
            self.waiting.push_back(Event::default().event("observations").id(id).data(data));
        }
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            match self.live.recv().await {
                Ok(commit) => self.take(commit),
                Err(RecvError::Lagged(missed)) => {
                    self.last += missed;
                    return Some(reset(&format!("{}-{}", self.began, self.last)));
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests;
