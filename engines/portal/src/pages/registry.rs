//! Things and datastreams of a feed, kept for some seconds: a page of a thousand places must not read them again for
//! every reader. Values are not kept here; they are always asked of the engine.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use host::DbError;
use sensing::actions::entities::look::{StreamView, ThingView};
use sensing::entity::Sight;
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
        let known = self.kept(feed);
        let now = self.parts().clock.now();
        match known {
            None => self.learn(feed).await,
            // One who came early found it empty: that is soon read again.
            Some(known) if known.things.is_empty() => self.learn(feed).await,
            Some(known) if now.0.saturating_sub(known.at.load(Ordering::Relaxed)) < KEPT => Ok(known),
            Some(known) => {
                known.at.store(now.0, Ordering::Relaxed);
                let (portal, feed) = (self.clone(), feed.to_string());
                tokio::spawn(async move {
                    if let Err(error) = portal.learn(&feed).await {
                        tracing::error!(%error, feed, "the things of a feed could not be read again");
                    }
                });
                Ok(known)
            }
        }
    }

    fn kept(&self, feed: &str) -> Option<Arc<Known>> {
        self.inner.registry.feeds.lock().unwrap_or_else(PoisonError::into_inner).get(feed).cloned()
    }

    fn keep(&self, feed: &str, known: Arc<Known>) {
        self.inner.registry.feeds.lock().unwrap_or_else(PoisonError::into_inner).insert(feed.into(), known);
    }

    async fn learn(&self, feed: &str) -> Result<Arc<Known>, DbError> {
        let sensing = &self.parts().sensing;
        let things = sensing.things(Some(feed), &Sight::Public, 0, MOST).await?;
        let mut streams: HashMap<i64, Vec<StreamView>> = HashMap::new();
        for stream in sensing.datastreams_by_feed(feed, &Sight::Public).await? {
            streams.entry(stream.thing).or_default().push(stream);
        }
        let known = Arc::new(Known { things, streams, at: AtomicI64::new(self.parts().clock.now().0) });
        self.keep(feed, known.clone());
        Ok(known)
    }
}
