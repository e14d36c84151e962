//! `/{lang}/live`: what `assets/js/hub.js` listens to. Each event carries words in the reader's language.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::RawQuery;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use host::{Gate, Problem};
use sensing::actions::alerts::News;
use sensing::entity::Sight;
use sensing::observation::Content;
use serde_json::{Value as Json, json};
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{broadcast, watch};
use tokio::time::Instant;
use ui::Reader;
use ui::status::State as Mood;
use vocab::{Label, Lang, Mode, Time};

use super::pulse::Beat;
use crate::Portal;
use crate::dashboard::TileFile;
use crate::pages::asked::Asked;
use crate::pages::figures::{Clocks, Current};

/// Topics of one page.
const MOST: usize = 500;
/// Proxies close what is silent for a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What happens to alerts within this time is told as one thing.
const TOGETHER: Duration = Duration::from_millis(500);
/// Values go old by themselves: tiles are looked at again this often, whether or not anything came.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// Why a page is told something.
enum Why<'a> {
    /// It has just opened, or fell behind: everything that has a value.
    Opening,
    Beat(&'a Beat),
    /// Something was said to the public, or withdrawn.
    News,
    /// Time went by.
    Time,
}

impl Why<'_> {
    fn touches(&self, feed: &str) -> bool {
        match self {
            Why::Opening | Why::Time => true,
            Why::News => false,
            Why::Beat(beat) => feed.is_empty() || beat.feeds.contains(feed),
        }
    }
}

enum Topic {
    Tile(TileFile, Arc<Current>),
    Datastream {
        id: i64,
        slug: String,
    },
    /// A list that is drawn again when something of these feeds comes; of any, where there are none.
    List {
        name: String,
        feeds: Vec<String>,
    },
    /// The list of alerts.
    Alerts,
    /// What is said to the public: drawn again when something is said or withdrawn.
    Notices,
}

enum Heard {
    Beat(Result<Arc<Beat>, RecvError>),
    News,
    Nothing,
}

struct Listener {
    portal: Portal,
    lang: Lang,
    topics: Vec<Topic>,
    waiting: VecDeque<Event>,
    beats: broadcast::Receiver<Arc<Beat>>,
    /// For a page that shows alerts.
    alerts: Option<broadcast::Receiver<News>>,
    /// A storm of alerts is one message in half a second.
    not_before: Instant,
    news: watch::Receiver<u64>,
}

pub async fn live(_: Gate, asked: Asked, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let Asked { portal, lang } = asked;
    let beats = portal.beats();
    let news = portal.parts().news.clone();
    let mut listener = Listener {
        portal,
        lang,
        topics: Vec::new(),
        waiting: VecDeque::new(),
        beats,
        news,
        alerts: None,
        not_before: Instant::now(),
    };
    let pairs = query.unwrap_or_default();
    let topics = pairs.split('&').filter_map(|pair| pair.strip_prefix("topic="));
    for topic in topics.take(MOST) {
        let topic = topic.replace("%3A", ":").replace("%2F", "/").replace("%2C", ",");
        listener.topics.extend(listener.topic(&topic));
    }
    if listener.topics.iter().any(|topic| matches!(topic, Topic::Alerts)) {
        listener.alerts = Some(listener.portal.parts().sensing.alerts().listen());
    }
    // Values are states, not events: whoever comes back is told the current ones, and has missed nothing.
    listener.all().await?;
    let events = stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok::<_, Infallible>(event), listener))
    });
    // Whoever wraps the answer may ask once more after its end.
    Ok(Sse::new(events.fuse()).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

impl Listener {
    fn topic(&self, name: &str) -> Option<Topic> {
        if name == "feeds" {
            return Some(Topic::List { name: name.into(), feeds: Vec::new() });
        }
        if name == "alerts" {
            return Some(Topic::Alerts);
        }
        if name == "notices" {
            return Some(Topic::Notices);
        }
        if let Some(feeds) = name.strip_prefix("map:") {
            let feeds = feeds.split(',').map(String::from).collect();
            return Some(Topic::List { name: name.into(), feeds });
        }
        if let Some(id) = name.strip_prefix("tile:") {
            let tiles = &self.portal.parts().content.dashboard.tiles;
            let tile = tiles.iter().find(|tile| tile.id == id)?.clone();
            let nothing = Current { value: None, time: None, is_stale: false, of: None, count: 0 };
            return Some(Topic::Tile(tile, Arc::new(nothing)));
        }
        let slug = vocab::Slug::new(name).ok()?;
        let found = self.portal.parts().sensing.observations().datastreams().by_slug(&slug)?;
        let seen = Sight::Public.sees(found.label, found.slug.as_str());
        seen.then(|| Topic::Datastream { id: found.id, slug: name.into() })
    }

    /// Puts the current value of every topic in the queue.
    async fn all(&mut self) -> Result<(), host::DbError> {
        let clocks = self.portal.clocks().await?;
        self.tell(&clocks, Why::Opening);
        Ok(())
    }

    /// Puts in the queue what is new of what this page shows.
    fn tell(&mut self, clocks: &Clocks, why: Why) {
        let portal = self.portal.clone();
        let reader = portal.site().reader(&portal.parts().content.words, &self.lang);
        let number = if let Why::Beat(beat) = &why { beat.number } else { 0 };
        let mut told = Vec::new();
        for topic in &mut self.topics {
            match topic {
                Topic::Tile(tile, known) => {
                    if !why.touches(&tile.feed) {
                        continue;
                    }
                    let current = portal.current(tile, clocks);
                    if !matches!(why, Why::Opening) && *current == **known {
                        continue;
                    }
                    let (state, _) = portal.judged(tile, &current, &reader);
                    told.push((
                        "value",
                        value(
                            &portal,
                            &reader,
                            &format!("tile:{}", tile.id),
                            current.value,
                            current.time,
                            state,
                        ),
                    ));
                    *known = current;
                }
                Topic::Datastream { id, slug } => {
                    let row = match &why {
                        Why::Beat(beat) => beat.rows.get(id).cloned(),
                        Why::Opening => portal.parts().sensing.observations().last(*id),
                        Why::Time | Why::News => None,
                    };
                    let Some(row) = row else { continue };
                    let limit = portal.parts().sensing.note(*id).map_or(0, |note| note.freshness_seconds);
                    let (state, _) = portal.state_of(limit, &row, &reader, clocks);
                    let mut message = value(&portal, &reader, slug, row.number(), Some(Time(row.t)), state);
                    if !matches!(row.content(), Content::Number(_) | Content::Missing) {
                        message["text"] = reader.value(&row.value(), 1).into();
                    }
                    told.push(("value", message));
                }
                Topic::Alerts => {}
                Topic::Notices => {
                    if matches!(why, Why::News) {
                        told.push(("list", json!({ "id": "notices" })));
                    }
                }
                Topic::List { name, feeds } => {
                    let touches = feeds.is_empty() || feeds.iter().any(|feed| why.touches(feed));
                    if matches!(why, Why::Beat(_)) && touches {
                        told.push(("list", json!({ "id": name })));
                    }
                }
            }
        }
        let began = portal.inner.pulse.began;
        for (kind, message) in told {
            let event =
                Event::default().event(kind).id(format!("{began}-{number}")).data(message.to_string());
            self.waiting.push_back(event);
        }
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            let heard = tokio::select! {
                () = of_alerts(&mut self.alerts, self.not_before) => {
                    self.not_before = Instant::now() + TOGETHER;
                    self.waiting.push_back(Event::default().event("list").data("{\"id\":\"alerts\"}"));
                    continue;
                }
                beat = self.beats.recv() => Heard::Beat(beat),
                Ok(()) = self.news.changed() => Heard::News,
                () = tokio::time::sleep(LOOK_AGAIN) => Heard::Nothing,
            };
            let clocks = self.portal.clocks().await.ok()?;
            match heard {
                Heard::Beat(Ok(beat)) => self.tell(&clocks, Why::Beat(&beat)),
                Heard::Beat(Err(RecvError::Lagged(_))) => self.tell(&clocks, Why::Opening),
                Heard::Beat(Err(RecvError::Closed)) => return None,
                Heard::News => self.tell(&clocks, Why::News),
                Heard::Nothing => self.tell(&clocks, Why::Time),
            }
        }
    }
}

/// Ready when something happened to public alerts. Given up while it waits, it has taken nothing that is then lost.
async fn of_alerts(news: &mut Option<broadcast::Receiver<News>>, not_before: Instant) {
    let Some(news) = news else { return std::future::pending().await };
    tokio::time::sleep_until(not_before).await;
    loop {
        match news.recv().await {
            Ok(one) if one.alert.label != Label::Public => {}
            // The list is drawn again whole, whatever was missed.
            Ok(_) | Err(RecvError::Lagged(_)) => break,
            Err(RecvError::Closed) => return std::future::pending().await,
        }
    }
    while !matches!(news.try_recv(), Err(TryRecvError::Empty | TryRecvError::Closed)) {}
}

/// A `value` message as `assets/js/hub.js` describes it.
fn value(
    portal: &Portal,
    reader: &Reader,
    id: &str,
    value: Option<f64>,
    time: Option<Time>,
    state: Mood,
) -> Json {
    let mut message = json!({ "id": id, "value": value, "state": state.word() });
    if let Some(time) = time {
        message["time"] = time.iso().into();
        message["at"] = reader.date_time(time).into();
        let when = match (portal.parts().mode, state) {
            (_, Mood::Stale) => Some(reader.say("status-stale", &[("since", reader.date_time(time).into())])),
            (Mode::Recording, _) => {
                Some(reader.say("tile-recorded", &[("time", reader.date_time(time).into())]))
            }
            _ => None,
        };
        if let Some(when) = when {
            message["when"] = when.into();
        }
    }
    message
}
