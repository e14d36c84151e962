//! Where feeds hand over what they brought: things and datastreams by their slugs, observations through the door.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use host::{Db, DbError};
use intake::draft::{BoxFuture, DatastreamFacts, DraftDatastream, DraftThing};
use intake::{Batch, Feed, Receipt, Sink, SinkError};
use vocab::{Slug, Time};

use crate::actions::door::Door;
use crate::actions::entities::World;
use crate::actions::entities::upsert::{self, Origin};
use crate::ingest::{Arrival, Incoming, Outcome};
use crate::observation::Key;
use crate::store::observations::SourceKind;

/// Takes things, datastreams and observations; features and messages are others' to take.
pub struct FeedSink {
    db: Db,
    door: Door,
    world: World,
    feeds: Feeds,
    known: Mutex<Known>,
}

/// The feeds of the pack, by their ids. Cloning shares them.
#[derive(Clone, Default)]
pub struct Feeds(Arc<Mutex<HashMap<String, Arc<Feed>>>>);

impl Feeds {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Feed>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the feeds of a pack that was just loaded in the place of those before.
    pub fn set(&self, feeds: &[Arc<Feed>]) {
        *self.lock() = feeds.iter().map(|feed| (feed.id.as_str().to_string(), feed.clone())).collect();
    }

    pub fn get(&self, id: &str) -> Option<Arc<Feed>> {
        self.lock().get(id).cloned()
    }

    pub fn all(&self) -> Vec<Arc<Feed>> {
        let mut all: Vec<Arc<Feed>> = self.lock().values().cloned().collect();
        all.sort_by(|a, b| a.id.cmp(&b.id));
        all
    }
}

/// What was taken before, so that the same again costs no statement.
#[derive(Default)]
struct Known {
    /// Removals when it was last sure of what it knows.
    removals: u64,
    things: HashMap<Slug, (i64, u64)>,
    datastreams: HashMap<Slug, KnownStream>,
}

struct KnownStream {
    id: i64,
    thing: i64,
    facts: Arc<DatastreamFacts>,
    name: u64,
}

fn fingerprint(of: &impl std::fmt::Debug) -> u64 {
    let mut hasher = DefaultHasher::new();
    format!("{of:?}").hash(&mut hasher);
    hasher.finish()
}

impl FeedSink {
    pub fn new(db: &Db, door: &Door, world: &World, feeds: &Feeds) -> FeedSink {
        FeedSink {
            db: db.clone(),
            door: door.clone(),
            world: world.clone(),
            feeds: feeds.clone(),
            known: Mutex::default(),
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let removals = self.world.removals.load(Ordering::Relaxed);
        if known.removals != removals {
            *known = Known { removals, ..Known::default() };
        }
        known
    }

    async fn take(&self, batch: Batch) -> Result<Receipt, SinkError> {
        let store = |error: DbError| SinkError::Store(error.to_string());
        let feed = batch.feed.as_str().to_string();
        let things = self.things(&feed, batch.things, batch.received).await.map_err(store)?;
        let origin = self.origin(&feed, &batch.source);
        let datastreams = Streams { drafts: &batch.datastreams, things: &things, batch_mode: batch.mode };
        let ids = self.datastreams(origin, datastreams, batch.received).await.map_err(store)?;
        if batch.observations.is_empty() {
            return Ok(Receipt::default());
        }
        let version = self.feeds.get(&feed).map(|feed| feed.sha256.clone()).unwrap_or_default();
        let slug = format!("{feed}/{}", batch.source);
        let source = self.door.source(SourceKind::Feed, &slug, &version, batch.mode).await.map_err(store)?;
        let observations = batch.observations.into_iter().map(|observation| Incoming {
            // An index that leads nowhere is a datastream that does not exist, and is counted as such.
            datastream: ids.get(observation.datastream).copied().unwrap_or(0),
            key: Key { t: observation.time.0, n: 0 },
            value: observation.value,
            quality: observation.quality,
            extra: None,
            received: None,
        });
        let arrival = Arrival {
            source,
            mode: batch.mode,
            received: batch.received,
            observations: observations.collect(),
        };
        let answer = self.door.submit(arrival);
        let answer = answer.map_err(|full| SinkError::Full { retry_seconds: full.retry_after_seconds })?;
        Ok(receipt(&answer.await.map_err(store)?))
    }

    /// What the feed's file says of it; where there is no file, as little as its name.
    fn origin(&self, id: &str, source: &str) -> Origin {
        let Some(feed) = self.feeds.get(id) else { return Origin { feed: id.into(), ..Origin::default() } };
        let url = feed.sources.iter().find(|s| s.id == source).and_then(|s| s.pulls.first());
        let url = url.map_or(feed.licence.url.clone(), |pull| pull.url.to_string());
        Origin { feed: id.into(), title: feed.title.clone(), summary: feed.summary.clone(), url }
    }

    /// Ids of all things of a batch, by slug.
    async fn things(
        &self,
        feed: &str,
        drafts: Vec<DraftThing>,
        now: Time,
    ) -> Result<HashMap<Slug, i64>, DbError> {
        let (mut ids, mut fresh) = (HashMap::new(), Vec::new());
        {
            let known = self.known();
            for draft in drafts {
                let print = fingerprint(&draft);
                match known.things.get(&draft.slug) {
                    Some((id, last)) if *last == print => drop(ids.insert(draft.slug, *id)),
                    _ => fresh.push((draft, print)),
                }
            }
        }
        if fresh.is_empty() {
            return Ok(ids);
        }
        let (world, feed) = (self.world.clone(), feed.to_string());
        let made = self
            .db
            .write(move |tx| {
                fresh
                    .iter()
                    .map(|(draft, print)| {
                        let id = upsert::thing(tx, &world, &feed, draft.clone(), now)?;
                        Ok((draft.slug.clone(), id, *print))
                    })
                    .collect::<Result<Vec<_>, DbError>>()
            })
            .await?;
        let mut known = self.known();
        for (slug, id, print) in made {
            known.things.insert(slug.clone(), (id, print));
            ids.insert(slug, id);
        }
        Ok(ids)
    }

    /// Ids of all datastreams of a batch, in its order.
    async fn datastreams(
        &self,
        origin: Origin,
        streams: Streams<'_>,
        now: Time,
    ) -> Result<Vec<i64>, DbError> {
        let mut ids = vec![0; streams.drafts.len()];
        let mut fresh = Vec::new();
        {
            let known = self.known();
            for (at, draft) in streams.drafts.iter().enumerate() {
                let thing = streams.things.get(&draft.thing).copied();
                let thing = thing.or_else(|| known.things.get(&draft.thing).map(|(id, _)| *id));
                let print = fingerprint(&draft.name);
                match known.datastreams.get(&draft.slug) {
                    Some(last)
                        if Arc::ptr_eq(&last.facts, &draft.facts)
                            && last.name == print
                            && thing.is_none_or(|id| id == last.thing)
                            && self.world.memory.datastreams.contains(last.id) =>
                    {
                        ids[at] = last.id;
                    }
                    _ => fresh.push((at, draft.clone(), thing, print)),
                }
            }
        }
        if fresh.is_empty() {
            return Ok(ids);
        }
        let (world, mode) = (self.world.clone(), streams.batch_mode);
        let made = self.db.write(move |tx| {
            let mut made = Vec::new();
            for (at, draft, thing, print) in &fresh {
                let thing = match thing {
                    Some(thing) => *thing,
                    None => match upsert::thing_named(tx, &draft.thing)? {
                        Some(thing) => thing,
                        None => continue,
                    },
                };
                let id = upsert::datastream(tx, &world, &origin, draft, thing, mode, now)?;
                let known = KnownStream { id, thing, facts: draft.facts.clone(), name: *print };
                made.push((*at, draft.slug.clone(), known));
            }
            Ok::<_, DbError>(made)
        });
        let made = made.await?;
        let mut known = self.known();
        for (at, slug, stream) in made {
            ids[at] = stream.id;
            known.datastreams.insert(slug, stream);
        }
        Ok(ids)
    }
}

struct Streams<'a> {
    drafts: &'a [DraftDatastream],
    things: &'a HashMap<Slug, i64>,
    batch_mode: vocab::Mode,
}

fn receipt(outcomes: &[Outcome]) -> Receipt {
    let mut receipt = Receipt::default();
    for outcome in outcomes {
        match outcome {
            Outcome::Stored | Outcome::Replaced => receipt.stored += 1,
            Outcome::Duplicate | Outcome::DifferingKept => receipt.duplicate += 1,
            Outcome::Refused(refusal) => *receipt.refused.entry(refusal.word().into()).or_default() += 1,
        }
    }
    receipt
}

impl Sink for FeedSink {
    fn accept(&self, batch: Batch) -> BoxFuture<'_, Result<Receipt, SinkError>> {
        Box::pin(self.take(batch))
    }
}

#[cfg(test)]
pub(crate) mod tests;
