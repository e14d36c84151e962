//! Things and datastreams of a feed, kept for some seconds: a page of a thousand places must not read them again for
//! every reader. Values are not kept here; they are always asked of the engine.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use host::DbError;
use sensing::actions::entities::look::{StreamView, ThingView};
use sensing::entity::Sight;
use vocab::Position;
use vocab::time::SECOND;

use crate::Portal;

/// A thing that is new shows after this.
const KEPT: i64 = 10 * SECOND;
/// Things of one feed that pages know; a city's largest list, of lampposts, has 30,000.
const MOST: usize = 50_000;

/// What is public of one feed.
pub struct Known {
    pub things: Vec<ThingView>,
    /// Datastreams by the id of their thing, in order of their ids.
    pub streams: HashMap<i64, Vec<StreamView>>,
    /// Of `things`, the numbers of those that lie in each district, by the number of the district.
    pub in_area: HashMap<usize, Vec<usize>>,
    /// The last parts of the slugs of datastreams that had a value when this was read.
    pub spoken: HashSet<String>,
    /// Where each thing was when its district was looked up, and which it is.
    whereabouts: HashMap<i64, (Position, Option<usize>)>,
    /// How many datastreams the city had when this was read.
    of_datastreams: usize,
    /// When it was read, or somebody last set out to read it again.
    at: AtomicI64,
}

#[derive(Default)]
pub struct Registry {
    feeds: Mutex<HashMap<String, Arc<Known>>>,
}

impl Portal {
    /// Public things and datastreams of a feed. Whoever comes first waits for them; later ones are given what is known,
    /// and it is read again behind them when it is old.
    pub(crate) async fn known(&self, feed: &str) -> Result<Arc<Known>, DbError> {
        let now = self.parts().clock.now();
        let Some(known) = self.kept(feed) else { return self.learn(feed).await };
        let age = now.0.saturating_sub(known.at.load(Ordering::Relaxed));
        if known.things.is_empty() && known.of_datastreams != self.datastreams() {
            // One who came early found it empty; somebody has been registered since.
            return self.learn(feed).await;
        }
        if age >= KEPT {
            known.at.store(now.0, Ordering::Relaxed);
            let (portal, feed) = (self.clone(), feed.to_string());
            tokio::spawn(async move {
                if let Err(error) = portal.learn(&feed).await {
                    tracing::error!(%error, feed, "the things of a feed could not be read again");
                }
            });
        }
        Ok(known)
    }

    /// How many datastreams the city has.
    fn datastreams(&self) -> usize {
        self.parts().sensing.observations().datastreams().len()
    }

    fn kept(&self, feed: &str) -> Option<Arc<Known>> {
        self.inner.registry.feeds.lock().unwrap_or_else(PoisonError::into_inner).get(feed).cloned()
    }

    fn keep(&self, feed: &str, known: Arc<Known>) {
        self.inner.registry.feeds.lock().unwrap_or_else(PoisonError::into_inner).insert(feed.into(), known);
    }

    async fn learn(&self, feed: &str) -> Result<Arc<Known>, DbError> {
        let sensing = &self.parts().sensing;
        // Counted before it is read: what comes meanwhile is not missed.
        let of_datastreams = self.datastreams();
        let things = sensing.things(Some(feed), &Sight::Public, 0, MOST).await?;
        let mut streams: HashMap<i64, Vec<StreamView>> = HashMap::new();
        let mut spoken = HashSet::new();
        for stream in sensing.datastreams_by_feed(feed, &Sight::Public).await? {
            let key = stream.slug.rsplit('/').next().unwrap_or_default();
            if stream.last.is_some() && !spoken.contains(key) {
                spoken.insert(key.to_string());
            }
            streams.entry(stream.thing).or_default().push(stream);
        }
        let whereabouts = self.whereabouts(feed, &things);
        let mut in_area: HashMap<usize, Vec<usize>> = HashMap::new();
        for (at, thing) in things.iter().enumerate() {
            if let Some((_, Some(area))) = whereabouts.get(&thing.id) {
                in_area.entry(*area).or_default().push(at);
            }
        }
        let at = AtomicI64::new(self.parts().clock.now().0);
        let known = Arc::new(Known { things, streams, in_area, spoken, whereabouts, of_datastreams, at });
        self.keep(feed, known.clone());
        Ok(known)
    }

    /// The district of each thing that has a place. A thing that has not moved is not looked up again: a city has tens of
    /// thousands of them, and they stand still.
    fn whereabouts(&self, feed: &str, things: &[ThingView]) -> HashMap<i64, (Position, Option<usize>)> {
        let layers = self.parts().layers();
        let earlier = self.kept(feed);
        let placed = things.iter().filter_map(|thing| Some((thing.id, thing.position?)));
        let found = placed.map(|(id, position)| {
            let known = earlier.as_ref().and_then(|known| known.whereabouts.get(&id));
            let known = known.filter(|(was, _)| *was == position).map(|(_, area)| *area);
            (id, (position, known.unwrap_or_else(|| layers.area_number(position))))
        });
        found.collect()
    }
}
