//! MQTT: observations of QoS 1 with many under way, what subscribers are told and when, and connections that are idle.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use vocab::Time;

use super::connection::Connection;
use super::ingest::ids;
use crate::wire::{Packets, connect, packed, text};

use super::{Plan, at_share_ms, cpu_seconds, load_average, memory_mb, series};

fn told(failure: crate::commands::Failure) -> String {
    failure.to_string()
}

/// Observations of QoS 1; some datastreams have a subscriber.
pub async fn publish(plan: &Plan) -> Result<(), String> {
    let (address, mqtt) = (plan.text("address", "127.0.0.1:8080"), plan.text("mqtt", "127.0.0.1:1883"));
    let (key, server) = (plan.text("key", ""), plan.text("server", ""));
    let streams = plan.number("streams", 20_000).map_err(told)?;
    let connections = plan.number("connections", 16).map_err(told)?;
    let window = plan.number("window", 500).map_err(told)?;
    let seconds = plan.number("seconds", 60).map_err(told)?;
    let watched = plan.number("told", 200).map_err(told)?;
    let rate = plan.number("rate", 0).map_err(told)?;
    let ids = Arc::new(ids(&mut Connection::open(&address, &key).await?, streams).await?);
    let stop = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn(subscribe(mqtt.clone(), ids.clone(), watched, stop.clone()));
    tokio::time::sleep(Duration::from_millis(500)).await;
    let acknowledged = Arc::new(AtomicU64::new(0));
    let (before, own, began) = (cpu_seconds(&server), cpu_seconds("self"), Instant::now());
    let each = (streams / connections).max(1);
    let tasks: Vec<_> = (0..connections)
        .map(|worker| {
            let (mqtt, key, ids) = (mqtt.clone(), key.clone(), ids.clone());
            let (stop, acknowledged) = (stop.clone(), acknowledged.clone());
            let mine = Mine { worker, each, streams, window, rate: rate / connections };
            tokio::spawn(async move { write(&mqtt, &key, &ids, mine, &stop, &acknowledged).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    stop.store(true, Ordering::Relaxed);
    let mut late = Vec::new();
    for task in tasks {
        late.extend(task.await.map_err(|e| e.to_string())??);
    }
    let took = began.elapsed().as_secs_f64();
    let (mut heard, count) = reader.await.map_err(|e| e.to_string())??;
    let rows = acknowledged.load(Ordering::Relaxed);
    late.sort_unstable();
    heard.sort_unstable();
    let (resident, peak) = memory_mb(&server);
    println!(
        "mqtt connections={connections} window={window} rows={rows} seconds={took:.1} rows_per_second={:.0} \
         acknowledged_ms p50={:.1} p99={:.1} told={count} told_ms p50={:.1} p99={:.1} server_cpu_seconds={:.1} \
         generator_cpu_seconds={:.1} server_mb={resident} server_peak_mb={peak} load={}",
        rows as f64 / took,
        at_share_ms(&late, 0.5),
        at_share_ms(&late, 0.99),
        at_share_ms(&heard, 0.5),
        at_share_ms(&heard, 0.99),
        cpu_seconds(&server) - before,
        cpu_seconds("self") - own,
        load_average()
    );
    Ok(())
}

#[derive(Clone, Copy)]
pub struct Mine {
    pub worker: u64,
    pub each: u64,
    pub streams: u64,
    pub window: u64,
    /// Messages a second; 0 for as many as go.
    pub rate: u64,
}

/// Sends until told to stop and waits for the rest; answers how long each acknowledgement took, in microseconds.
pub async fn write(
    mqtt: &str,
    key: &str,
    ids: &[i64],
    Mine { worker, each, streams, window, rate }: Mine,
    stop: &AtomicBool,
    acknowledged: &AtomicU64,
) -> Result<Vec<u32>, String> {
    use std::fmt::Write as _;
    let stream = connect(mqtt, &format!("bench {worker}"), Some(key)).await?;
    let (mut from, mut to) = stream.into_split();
    let clock = host::Clock::system();
    let (mut packets, mut late, mut bytes) = (Packets::new(), Vec::new(), Vec::new());
    let (mut sent, mut done, mut body) = (0u64, 0u64, String::new());
    let mut when = vec![Instant::now(); window as usize];
    let began = Instant::now();
    loop {
        bytes.clear();
        let due = if rate > 0 { (began.elapsed().as_secs_f64() * rate as f64) as u64 } else { u64::MAX };
        while sent - done < window && sent < due && !stop.load(Ordering::Relaxed) && bytes.len() < 32 * 1024 {
            let datastream = (worker * each + sent % each) % streams;
            body.clear();
            // Writing into a String cannot fail. The time is that of sending: subscribers tell by it how late they hear.
            let _ = write!(body, "{{\"phenomenonTime\":\"{}\",\"result\":", clock.now().iso());
            series::value(datastream, sent, &mut body);
            body.push('}');
            let topic = format!("v1.1/Datastreams({})/Observations", ids[datastream as usize]);
            let mut packet = Vec::with_capacity(body.len() + topic.len() + 4);
            text(&mut packet, &topic);
            packet.extend((((sent % 65_535) + 1) as u16).to_be_bytes());
            packet.extend(body.as_bytes());
            bytes.extend(packed(0x32, &packet));
            when[(sent % window) as usize] = Instant::now();
            sent += 1;
        }
        if !bytes.is_empty() {
            to.write_all(&bytes).await.map_err(|e| e.to_string())?;
        }
        if sent == done {
            if stop.load(Ordering::Relaxed) {
                return Ok(late);
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
            continue;
        }
        packets.more(&mut from).await?;
        while let Some((first, _)) = packets.next() {
            if first == 0x40 {
                late.push(when[(done % window) as usize].elapsed().as_micros() as u32);
                done += 1;
                acknowledged.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// Hears of some datastreams; answers how late, in microseconds, and how often.
async fn subscribe(
    mqtt: String,
    ids: Arc<Vec<i64>>,
    watched: u64,
    stop: Arc<AtomicBool>,
) -> Result<(Vec<u32>, u64), String> {
    let mut stream = connect(&mqtt, "bench reader", None).await?;
    let step = (ids.len() as u64 / watched.max(1)).max(1);
    for id in ids.iter().step_by(step as usize).take(watched as usize) {
        let mut body = 1u16.to_be_bytes().to_vec();
        text(&mut body, &format!("v1.1/Datastreams({id})/Observations?$select=phenomenonTime"));
        body.push(0);
        stream.write_all(&packed(0x82, &body)).await.map_err(|e| e.to_string())?;
    }
    let clock = host::Clock::system();
    let (mut packets, mut late, mut count) = (Packets::new(), Vec::new(), 0);
    while !stop.load(Ordering::Relaxed) {
        let more = tokio::time::timeout(Duration::from_millis(200), packets.more(&mut stream)).await;
        more.unwrap_or(Ok(()))?;
        while let Some((first, body)) = packets.next() {
            if first & 0xf0 != 0x30 {
                continue;
            }
            let message = String::from_utf8_lossy(packets.bytes(body)).into_owned();
            let at = message.split("\"phenomenonTime\":\"").nth(1).and_then(|rest| rest.split('"').next());
            if let Some(at) = at.and_then(|text| Time::parse(text).ok()) {
                late.push((clock.now().0 - at.0).clamp(0, i64::from(u32::MAX)) as u32);
                count += 1;
            }
        }
    }
    Ok((late, count))
}

/// Clients that are connected, subscribed to one topic each, and say nothing.
pub async fn idle(plan: &Plan) -> Result<(), String> {
    let (mqtt, server) = (plan.text("mqtt", "127.0.0.1:1883"), plan.text("server", ""));
    let number = plan.number("connections", 10_000).map_err(told)?;
    let (before, _) = memory_mb(&server);
    let began = Instant::now();
    let mut open = Vec::with_capacity(number as usize);
    // A storm: 200 at a time, as fast as they are let in.
    for first in (0..number).step_by(200) {
        let some: Vec<_> = (first..(first + 200).min(number))
            .map(|n| {
                let mqtt = mqtt.clone();
                tokio::spawn(async move {
                    let mut stream = connect(&mqtt, &format!("idle {n}"), None).await?;
                    let mut body = 1u16.to_be_bytes().to_vec();
                    text(&mut body, "v1.1/Observations?$filter=result gt 1e300");
                    body.push(0);
                    stream.write_all(&packed(0x82, &body)).await.map_err(|e| e.to_string())?;
                    let mut ack = [0; 5];
                    stream.read_exact(&mut ack).await.map_err(|e| e.to_string())?;
                    Ok::<_, String>(stream)
                })
            })
            .collect();
        for one in some {
            open.push(one.await.map_err(|e| e.to_string())??);
        }
    }
    let took = began.elapsed().as_secs_f64();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let (after, peak) = memory_mb(&server);
    println!(
        "idle connections={} seconds={took:.1} server_mb_before={before} server_mb={after} server_peak_mb={peak} kb_each={:.1}",
        open.len(),
        (after.saturating_sub(before)) as f64 * 1024.0 / number as f64
    );
    Ok(())
}
