//! How feeds are doing, for pages and the API.

use crate::draft::Quarantined;
use crate::store::Broken;

use super::*;

/// A feed, as `/feeds` shows it.
#[derive(Debug, Clone)]
pub struct FeedStatus {
    pub feed: Arc<Feed>,
    pub mode: Mode,
    pub health: Health,
    pub counters: Counters,
    pub pulls: Vec<PullStatus>,
}

impl FeedStatus {
    /// When any of its addresses last gave what could be read.
    pub fn last_good(&self) -> Option<Time> {
        self.pulls.iter().filter_map(|pull| pull.state.health.last_good).max()
    }
}

/// One address of it, or one recording in place of it.
#[derive(Debug, Clone)]
pub struct PullStatus {
    /// `source`, or `source/parameter`.
    pub id: String,
    /// Nothing where the source comes only from recordings or from the file itself.
    pub url: Option<String>,
    pub health: Health,
    /// Now, on this address's own clock.
    pub clock: Time,
    pub state: PullState,
}

impl Intake {
    /// Now, on the clock of one source of a feed: in a replay its recordings' latest. Nothing where it goes by the system's.
    pub fn clock(&self, feed: &str, source: &str) -> Option<Time> {
        let is_it = |pull: &str| {
            pull.strip_prefix(source).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let clocks = self.clocks();
        clocks.iter().filter(|((f, pull), _)| f == feed && is_it(pull)).map(|(_, now)| *now).max()
    }

    /// Every feed with the state of its addresses. In a replay each goes by its recording's clock, and an address without
    /// a recording has never been heard of; live, a source that comes only from recordings does not count.
    pub fn status(&self, feeds: &[Arc<Feed>], now: Time) -> Vec<FeedStatus> {
        feeds.iter().map(|feed| self.status_of(feed, now)).collect()
    }

    fn status_of(&self, feed: &Arc<Feed>, now: Time) -> FeedStatus {
        let states = self.states().clone();
        let mut pulls = Vec::new();
        let mut judged = Vec::new();
        let mut rows_are_there = false;
        for source in &feed.sources {
            let only = [Pull { url: String::new(), parameters: BTreeMap::new() }];
            let all = if source.pulls.is_empty() { &only[..] } else { &source.pulls[..] };
            for pull in all {
                let id = pull.id(&source.id);
                let clock = self.clock_of(&feed.id, &id);
                let state = states.get(&(feed.id.to_string(), id.clone())).cloned();
                let heard_of = state.is_some();
                let state = state.unwrap_or_default();
                let now = clock.unwrap_or(now);
                let health = state.health.health(source.freshness_seconds, now);
                rows_are_there |= !source.rows.is_empty() && state.health.last_good.is_some();
                let counts = match self.mode() {
                    Mode::Recording => {
                        source.rows.is_empty() && (clock.is_some() || !source.pulls.is_empty())
                    }
                    _ => !source.pulls.is_empty(),
                };
                if counts {
                    judged.push(health);
                }
                if counts || heard_of {
                    let url = (!pull.url.is_empty()).then(|| pull.url.clone());
                    pulls.push(PullStatus { id, url, health, clock: now, state });
                }
            }
        }
        // What stands in the file grows no older: a feed of nothing else is as good as its rows.
        if judged.is_empty() && rows_are_there {
            judged.push(Health::Green);
        }
        let counters = pulls.iter().fold(Counters::default(), |sum, p| sum.plus(p.state.counters));
        FeedStatus { feed: feed.clone(), mode: self.mode(), health: of_sources(judged), counters, pulls }
    }
}

/// What a feed's page tells of its troubles.
impl Intake {
    /// The latest quarantined records of a feed, newest first, each with when it came.
    pub async fn quarantined(&self, feed: &Slug, limit: u32) -> Result<Vec<(Time, Quarantined)>, DbError> {
        let feed = feed.to_string();
        self.inner.db.read(move |tx| store::quarantined(tx, &feed, limit)).await
    }

    /// Refused observations of a feed by reason, most first.
    pub async fn refusals(&self, feed: &Slug) -> Result<Vec<(String, u64)>, DbError> {
        let feed = feed.to_string();
        self.inner.db.read(move |tx| store::refusals(tx, &feed)).await
    }

    /// The last broken answer of one address of a feed.
    pub async fn broken(&self, feed: &Slug, pull: &str) -> Result<Option<Broken>, DbError> {
        let (feed, pull) = (feed.to_string(), pull.to_string());
        self.inner.db.read(move |tx| store::broken(tx, &feed, &pull)).await
    }
}
