//! Runs feeds: asks each address when it is due, maps what comes, hands it to the sink, and keeps the books.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use host::{Clock, Db, DbError};
use tokio::sync::{mpsc, watch};
use vocab::time::SECOND;
use vocab::{Mode, Slug, Time};

use crate::decode::{DecodeError, Limits};
use crate::draft::{Batch, BoxFuture, Receipt, Sink, SinkError, Tally};
use crate::feed::check::{Feed, Pull, Source};
use crate::fetch::{Answer, Ask, FetchError, Fetcher, Validators};
use crate::health::{Health, Outcome, of_sources};
use crate::manners;
use crate::mapping::{self, Context, Received};
use crate::store::{self, Counters, PullState};

pub mod intake;
pub mod status;

pub use intake::{Arrival, Body, Hold, Intake, SharedProject, Taken};
pub use status::{FeedStatus, PullStatus};

/// Fetches feeds until told to stop.
pub struct Runner {
    pub intake: Intake,
    pub fetcher: Arc<Fetcher>,
    pub clock: Clock,
    /// So that two runs of a test wait alike, and two installations do not.
    pub seed: u64,
}

impl Runner {
    /// Starts one task for each address. They end when `stop` says true.
    pub fn start(
        self,
        feeds: &[Arc<Feed>],
        stop: &watch::Receiver<bool>,
    ) -> Vec<tokio::task::JoinHandle<()>> {
        let runner = Arc::new(self);
        let mut tasks = Vec::new();
        for feed in feeds {
            for (index, source) in feed.sources.iter().enumerate() {
                if !source.rows.is_empty() {
                    let (runner, feed) = (runner.clone(), feed.clone());
                    tasks.push(tokio::spawn(async move { runner.take_rows(feed, index).await }));
                }
                for pull in &source.pulls {
                    let (runner, feed, pull) = (runner.clone(), feed.clone(), pull.clone());
                    let work = async move { runner.repeat(&feed, index, &pull).await };
                    tasks.push(tokio::spawn(host::jobs::until(stop.clone(), work)));
                }
            }
        }
        tasks
    }

    async fn take_rows(&self, feed: Arc<Feed>, source: usize) {
        let id = feed.id.clone();
        if let Err(error) = self.intake.take_rows(feed, source, self.clock.now()).await {
            tracing::error!(feed = %id, %error, "the rows of the feed file could not be stored");
        }
    }

    async fn repeat(&self, feed: &Arc<Feed>, index: usize, pull: &Pull) {
        let source = &feed.sources[index];
        let key = (feed.id.to_string(), pull.id(&source.id));
        let state = self.intake.states().get(&key).cloned().unwrap_or_default();
        // After a restart an address is not asked before its time.
        let mut wait = state.last_asked.map_or(0, |asked| {
            let due = asked.plus(i64::from(source.period_seconds) * SECOND);
            (due.0 - self.clock.now().0).clamp(0, i64::from(source.period_seconds) * SECOND)
        });
        for turn in 0u64.. {
            tokio::time::sleep(Duration::from_micros(u64::try_from(wait).unwrap_or(0))).await;
            let stay_away = match self.once(feed, index, pull).await {
                Ok(stay_away) => stay_away,
                Err(error) => {
                    tracing::error!(feed = %feed.id, pull = key.1, %error, "the books of the feed could not be written");
                    None
                }
            };
            let failures = self.intake.states().get(&key).map_or(0, |s| s.health.failures);
            let dice = dice(self.seed, &key, turn);
            wait = manners::wait(source.period_seconds, failures, dice).max(stay_away.unwrap_or(0));
        }
    }

    /// Asks one address once. Answers how long the server told us to stay away.
    pub async fn once(&self, feed: &Arc<Feed>, index: usize, pull: &Pull) -> Result<Option<i64>, DbError> {
        let source = &feed.sources[index];
        let (feed_id, pull_id) = (feed.id.to_string(), pull.id(&source.id));
        let known =
            self.intake.states().get(&(feed_id.clone(), pull_id.clone())).cloned().unwrap_or_default();
        let ask =
            Ask { url: pull.url.clone(), without_tls: source.without_tls, validators: known.validators };
        let answer = self.fetcher.fetch(&ask).await;
        let now = self.clock.now();
        match answer {
            Ok(Answer::Unchanged) => {
                self.intake.note(&feed_id, &pull_id, now, Outcome::Unchanged, |_| {}).await?;
                Ok(None)
            }
            Ok(Answer::Fresh { body, validators }) => {
                let arrival = Arrival {
                    feed: feed.clone(),
                    source: index,
                    parameters: pull.parameters.clone(),
                    received: Received::At(now),
                    limits: Limits::default(),
                    validators,
                };
                let taken = self.intake.take(arrival, Body::Bytes(body), now, None).await?;
                if let Some(error) = taken.error {
                    tracing::warn!(
                        feed = feed_id,
                        pull = pull_id,
                        error,
                        "a broken answer; it is kept for diagnosis"
                    );
                }
                Ok(None)
            }
            Err(error) => {
                let text = error.to_string();
                tracing::warn!(feed = feed_id, pull = pull_id, error = text, "no answer");
                let outcome = Outcome::Bad { error: text.clone() };
                self.intake.note(&feed_id, &pull_id, now, outcome, |_| {}).await?;
                match error {
                    FetchError::Status { stay_away, body, .. } => {
                        self.intake.keep_broken(feed_id, pull_id, now, text, body).await?;
                        Ok(stay_away)
                    }
                    _ => Ok(None),
                }
            }
        }
    }
}

/// A number that differs from address to address and turn to turn, and not from run to run.
fn dice(seed: u64, key: &(String, String), turn: u64) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    (seed, key, turn).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
pub(crate) mod tests;
