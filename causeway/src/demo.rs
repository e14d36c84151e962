//! The demonstration: simulated devices that come in by the same doors as real ones, over HTTP and MQTT, with keys of their
//! own, and simulated bulletins that come in as feeds do.
//!
//! What they say is `simulate`'s business; this makes them known, gives them a past, and lets them speak as time goes on.

mod bulletins;
mod client;
mod line;
mod messages;
mod pace;
mod registered;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use host::Clock;
use sensing::Sensing;
use simulate::model::Said;
use simulate::{Door, Fleet, Play, Stream, Voice};
use vocab::Time;
use vocab::time::{DAY, HOUR, SECOND};

pub use bulletins::{Bulletins, source};
use client::{Client, Spoken};
use line::Line;
pub use pace::{Pace, Speaker};

/// In the past, readings stand no closer than this: enough for a chart of the last days.
const PAST_STEP: i64 = 600 * SECOND;
/// Farther back one an hour is enough to say what is normal at this hour, and a sixth of the work.
const LONG_AGO_STEP: i64 = HOUR;
const LONG_AGO: i64 = 3 * DAY;
/// Observations in one message of the past: about 100 KB.
const A_MESSAGE: usize = 2_000;
/// Between two messages of the past, so that pages and live readings come before it.
const A_BREATH: Duration = Duration::from_millis(20);
/// How often devices look whether something is due; in a fast demonstration each look is worth minutes.
const TICK: Duration = Duration::from_secs(1);
const FAST_TICK: Duration = Duration::from_millis(250);
/// The clock of a fast demonstration waits for its devices, but moves by ticks: so many seconds of the machine's make no
/// reading late.
const SLACK_SECONDS: i64 = 4;

/// How long to wait between two looks.
fn tick(clock: &Clock) -> Duration {
    if clock.speed() > 1 { FAST_TICK } else { TICK }
}

/// After how long a reading is late: what the pack says, or three periods, but nothing that this machine's tick cannot keep.
fn late_seconds(stream: &Stream, speed: u32) -> i64 {
    let own = stream.freshness_seconds.unwrap_or(stream.period_seconds * 3);
    if speed > 1 { own.max(i64::from(speed) * SLACK_SECONDS) } else { own }
}

/// What the devices of one fleet need of the server they play to.
pub struct Players {
    pub play: Arc<Play>,
    /// Index into the demonstration's fleets.
    pub fleet: usize,
    /// `http://127.0.0.1:8080`.
    pub base: String,
    /// Address of the door for MQTT.
    pub mqtt: Option<String>,
    /// The key that lets this fleet write, and nothing else.
    pub key: String,
    pub sensing: Sensing,
    pub clock: Clock,
    pub pace: Pace,
}

/// One datastream that is known to the server, and what it has of it.
struct Known<'a> {
    id: i64,
    voice: Voice<'a>,
    spoken: Option<Spoken>,
}

impl Players {
    fn fleet(&self) -> &Fleet {
        &self.play.demo.fleets[self.fleet]
    }

    /// Plays for ever. What goes wrong is logged and tried again: a device does not give up either.
    pub async fn play(&self, speaker: Speaker) {
        let client = Client::new(&self.base, &self.key);
        // Being made known takes seconds, on a fast clock hours: they are told as dense as those that follow.
        let now = self.clock.now();
        let known = loop {
            match self.introduce(&client).await {
                Ok(known) => break known,
                Err(reason) => {
                    tracing::warn!(reason, "the simulated devices are not known yet; trying again");
                    tokio::time::sleep(TICK).await;
                }
            }
        };
        tracing::info!(fleet = self.fleet().id, datastreams = known.len(), "simulated devices speak");
        let past = async {
            if let Err(reason) = self.past(&client, &known, now).await {
                tracing::warn!(
                    reason,
                    fleet = self.fleet().id,
                    "simulated devices could not tell of their past"
                );
            }
        };
        tokio::join!(past, self.present(&client, &known, now, speaker));
    }

    async fn present(&self, client: &Client, known: &[Known<'_>], now: Time, speaker: Speaker) {
        // What was said while nobody listened, as dense as it is spoken for the last hour.
        let since = |k: &Known| k.spoken.map_or(now.plus(-HOUR), |s| s.last.plus(1).max(now.plus(-HOUR)));
        let from: Vec<Time> = known.iter().map(since).collect();
        let address = match self.fleet().door {
            Door::Http => None,
            Door::Mqtt => self.mqtt.as_ref(),
        };
        let Some(address) = address else {
            let mut teller = Teller::Gateway(client);
            return self.speak(&mut teller, known, from, speaker).await;
        };
        let devices = known.chunk_by(|a, b| a.voice.device.key == b.voice.device.key);
        let mut first = 0;
        let each = devices.map(|own| {
            let from = from[first..first + own.len()].to_vec();
            first += own.len();
            let speaker = self.pace.join();
            async move {
                let device = own[0].voice.device;
                let key = loop {
                    match registered::key_of(&self.sensing, &self.clock, self.fleet(), device).await {
                        Ok(key) => break key,
                        Err(reason) => {
                            tracing::warn!(reason, "a simulated device is not registered yet; trying again");
                            tokio::time::sleep(TICK).await;
                        }
                    }
                };
                let line = Line::new(address.clone(), self.fleet().named(device), key);
                self.speak(&mut Teller::Device(line), own, from, speaker).await;
            }
        });
        let each: Vec<_> = each.collect();
        // From now on the clock waits for each of them.
        drop(speaker);
        join_all(each).await;
    }

    /// Says what is due, look after look.
    async fn speak(
        &self,
        teller: &mut Teller<'_>,
        known: &[Known<'_>],
        mut from: Vec<Time>,
        speaker: Speaker,
    ) {
        loop {
            let now = self.clock.now();
            let due = known.iter().zip(&from).flat_map(|(k, from)| {
                let period = k.voice.stream.period();
                let said = self.play.readings(&k.voice, period, *from, now.plus(1));
                said.map(|(at, said)| (k.id, at, said))
            });
            match teller.say(due.collect()).await {
                Ok(()) => {
                    from.fill(now.plus(1));
                    speaker.has_spoken(now);
                }
                // The same readings are sent again next time: the door drops what it has.
                Err(reason) => tracing::warn!(reason, "simulated readings were not taken; trying again"),
            }
            tokio::time::sleep(tick(&self.clock)).await;
        }
    }

    /// Makes each device known unless the store has it from an earlier start.
    async fn introduce(&self, client: &Client) -> Result<Vec<Known<'_>>, String> {
        let (fleet, demo) = (self.fleet(), &self.play.demo);
        let voices: Vec<Voice> = fleet.voices(self.play.seed).collect();
        let there = client.datastreams(&fleet.id).await?;
        let mut missing: Vec<&str> = Vec::new();
        for voice in voices.iter().filter(|voice| !there.contains_key(&voice.slug())) {
            if missing.last() != Some(&voice.device.key.as_str()) {
                missing.push(&voice.device.key);
                let thing = messages::thing(demo, fleet, voice.device, self.clock.speed());
                client.post("/sta/v1.1/Things", &thing).await?;
            }
        }
        let there: HashMap<String, (i64, Option<Spoken>)> =
            if missing.is_empty() { there } else { client.datastreams(&fleet.id).await? };
        let known = voices.into_iter().map(|voice| {
            let slug = voice.slug();
            let (id, spoken) = *there.get(&slug).ok_or_else(|| format!("the server does not list {slug}"))?;
            Ok(Known { id, voice, spoken })
        });
        known.collect()
    }

    /// Gives each datastream its past, a day after the other, the latest first: what is there is always one piece, and a
    /// later start goes on where this one ended.
    async fn past(&self, client: &Client, known: &[Known<'_>], now: Time) -> Result<(), String> {
        let mut message: Vec<(i64, Time, Said)> = Vec::with_capacity(A_MESSAGE);
        for day in 0..self.play.demo.day.past_days {
            let (from, to) = (now.plus(-(day + 1) * DAY), now.plus(-day * DAY).min(now.plus(-HOUR)));
            let step = if day * DAY < LONG_AGO { PAST_STEP } else { LONG_AGO_STEP };
            for k in known {
                let period = k.voice.stream.period().max(step);
                let unsaid = |at: Time| k.spoken.is_none_or(|s| at < s.first || at > s.last);
                for (at, said) in self.play.readings(&k.voice, period, from, to) {
                    if !unsaid(at) {
                        continue;
                    }
                    message.push((k.id, at, said));
                    if message.len() == A_MESSAGE {
                        client.observe(&message).await?;
                        message.clear();
                        tokio::time::sleep(A_BREATH).await;
                        // What is due comes first.
                        while self.clock.is_held() {
                            tokio::time::sleep(A_BREATH).await;
                        }
                    }
                }
            }
        }
        client.observe(&message).await
    }
}

/// By which door readings go.
enum Teller<'a> {
    /// One for the whole fleet.
    Gateway(&'a Client),
    Device(Line),
}

impl Teller<'_> {
    async fn say(&mut self, rows: Vec<(i64, Time, Said)>) -> Result<(), String> {
        match self {
            Teller::Gateway(client) => {
                for some in rows.chunks(A_MESSAGE) {
                    client.observe(some).await?;
                }
                Ok(())
            }
            Teller::Device(line) => line.say(&rows).await,
        }
    }
}
