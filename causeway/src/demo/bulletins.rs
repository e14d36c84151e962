//! What simulated public bodies say: answers in the format of the real sources, through the door that feeds come in by.

use std::sync::Arc;

use host::Clock;
use intake::Feed;
use intake::decode::Limits;
use intake::mapping::Received;
use intake::runner::{Arrival, Body, Intake};
use simulate::Play;
use simulate::bulletin::Answer;

use super::{Speaker, tick};

pub struct Bulletins {
    pub play: Arc<Play>,
    pub intake: Intake,
    pub feeds: Vec<Arc<Feed>>,
    pub clock: Clock,
}

impl Bulletins {
    /// Tells what is in force, then what changes.
    pub async fn tell(&self, speaker: Speaker) {
        let mut last = self.clock.now();
        for bulletin in 0..self.play.demo.bulletins.len() {
            if let Some(answer) = self.play.answer(bulletin, last) {
                self.hand_over(answer).await;
            }
        }
        loop {
            tokio::time::sleep(tick(&self.clock)).await;
            let now = self.clock.now();
            for answer in self.play.answers(last.plus(1), now.plus(1)) {
                self.hand_over(answer).await;
            }
            last = now;
            speaker.has_spoken(now);
        }
    }

    async fn hand_over(&self, answer: Answer) {
        let told = &self.play.demo.bulletins[answer.bulletin];
        let Some((feed, source)) = source(&self.feeds, &told.feed, &told.source) else { return };
        let arrival = Arrival {
            feed: feed.clone(),
            source,
            parameters: told.parameters.clone(),
            received: Received::At(answer.at),
            limits: Limits::default(),
            validators: Default::default(),
        };
        match self.intake.take(arrival, Body::Bytes(answer.body.into_bytes()), answer.at, None).await {
            Ok(taken) => {
                if let Some(reason) = taken.error {
                    tracing::warn!(
                        reason,
                        feed = told.feed,
                        source = told.source,
                        "a simulated bulletin does not map"
                    );
                }
            }
            Err(error) => {
                tracing::warn!(%error, feed = told.feed, "a simulated bulletin could not be stored");
            }
        }
    }
}

/// The source of a feed that a bulletin plays.
pub fn source<'a>(feeds: &'a [Arc<Feed>], feed: &str, source: &str) -> Option<(&'a Arc<Feed>, usize)> {
    let feed = feeds.iter().find(|known| known.id.as_str() == feed)?;
    Some((feed, feed.sources.iter().position(|known| known.id == source)?))
}
