//! The demonstration: simulated devices that come in by the same door as real ones, over HTTP, with a key of their own.
//!
//! What they say is `simulate`'s business; this makes them known, gives them a past, and lets them speak as time goes on.

mod client;
mod messages;

use std::collections::HashMap;
use std::time::Duration;

use host::Clock;
use simulate::{Demo, Device, Stream};
use tokio::sync::watch;
use vocab::Time;
use vocab::time::{DAY, HOUR, SECOND};

use client::Client;

/// Days of past that the devices are given, so that a chart has a shape from the first minute.
const PAST_DAYS: i64 = 3;
/// In the past, readings stand no closer than this, lest a start take longer than anybody waits.
const PAST_STEP_SECONDS: i64 = 600;
/// Observations in one message of the past: about 100 KB.
const A_MESSAGE: usize = 2_000;

/// What a demonstration needs of the server it plays to.
pub struct Play {
    pub demo: Demo,
    pub seed: u64,
    /// `http://127.0.0.1:8080`.
    pub base: String,
    /// The key that lets these devices write, and nothing else.
    pub key: String,
    pub zone: jiff::tz::TimeZone,
    pub clock: Clock,
}

/// One datastream that is known to the server.
struct Known<'a> {
    id: i64,
    device: &'a Device,
    stream: &'a Stream,
    dice: u64,
}

/// Plays until `stop` says true. What goes wrong is logged and tried again: a device does not give up either.
pub async fn play(play: Play, mut stop: watch::Receiver<bool>) {
    tokio::select! {
        () = run(&play) => {},
        _ = stop.wait_for(|stop| *stop) => {},
    }
}

async fn run(play: &Play) {
    let client = Client::new(&play.base, &play.key);
    let known = loop {
        match introduce(play, &client).await {
            Ok(known) => break known,
            Err(reason) => {
                tracing::warn!(reason, "the simulated devices are not known yet; trying again");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    };
    let now = play.clock.now();
    let mut last = match past(play, &client, &known, now).await {
        Ok(()) => now,
        Err(reason) => {
            tracing::warn!(reason, "the simulated devices could not tell of their past");
            now
        }
    };
    tracing::info!(datastreams = known.len(), "simulated devices speak");
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = play.clock.now();
        let rows = known.iter().flat_map(|k| {
            k.stream
                .readings(k.dice, k.device.scale, last.plus(1), now.plus(1), &play.zone)
                .map(|(at, said)| (k.id, at, said))
        });
        match client.observe(rows.collect()).await {
            Ok(()) => last = now,
            // The same readings are sent again next second: the door drops what it has.
            Err(reason) => tracing::warn!(reason, "simulated readings were not taken; trying again"),
        }
    }
}

/// Makes each device known unless the store has it from an earlier start.
async fn introduce<'a>(play: &'a Play, client: &Client) -> Result<Vec<Known<'a>>, String> {
    let mut known = Vec::new();
    let ids: HashMap<String, i64> = client.datastreams().await?;
    for fleet in &play.demo.fleets {
        let mut missing: Vec<&Device> = Vec::new();
        for (device, stream, _) in fleet.streams(play.seed) {
            if !ids.contains_key(&fleet.slug(device, stream))
                && missing.last().is_none_or(|d| d.key != device.key)
            {
                missing.push(device);
            }
        }
        for device in missing {
            client.post("/sta/v1.1/Things", &messages::thing(&play.demo, fleet, device)).await?;
        }
    }
    let ids = client.datastreams().await?;
    for fleet in &play.demo.fleets {
        for (device, stream, dice) in fleet.streams(play.seed) {
            let slug = fleet.slug(device, stream);
            let id = *ids.get(&slug).ok_or_else(|| format!("the server does not list {slug}"))?;
            known.push(Known { id, device, stream, dice });
        }
    }
    Ok(known)
}

/// Gives each datastream its last days, thinned, then the last hour as dense as it speaks.
async fn past(play: &Play, client: &Client, known: &[Known<'_>], now: Time) -> Result<(), String> {
    let mut message = Vec::with_capacity(A_MESSAGE);
    for k in known {
        let thinned =
            Stream { period_seconds: k.stream.period_seconds.max(PAST_STEP_SECONDS), ..k.stream.clone() };
        let dense_from = now.plus(-HOUR);
        let long_ago =
            thinned.readings(k.dice, k.device.scale, now.plus(-PAST_DAYS * DAY), dense_from, &play.zone);
        let of_late = k.stream.readings(k.dice, k.device.scale, dense_from, now.plus(SECOND), &play.zone);
        for (at, said) in long_ago.chain(of_late) {
            message.push((k.id, at, said));
            if message.len() == A_MESSAGE {
                client.observe(std::mem::take(&mut message)).await?;
            }
        }
    }
    client.observe(message).await
}
