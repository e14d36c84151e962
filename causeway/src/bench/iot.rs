//! A city's devices: many single readings over MQTT, millions of meters by gateways, and bursts of them, while people look
//! at pages. The load table of the design: 3,240 readings a second of 57,000 detectors, buses, bays and lampposts, 1,560
//! of meters that report each hour, and a minute of 100,000 when a restart or the full hour wakes them together.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::connection::Connection;
use super::ingest::{Message, ids};
use super::mqtt::{self, Mine};
use super::{Plan, at_share_ms, cpu_seconds, load_average, memory_mb, own_memory_mb};

/// Readings in a gateway's message, each of a meter of its own.
const A_MESSAGE: u64 = 200;
/// Between two pages that somebody looks at.
const A_LOOK: Duration = Duration::from_millis(50);
/// Before a burst ends, and after, pages are counted as of it: what it left behind slows them too.
const AFTERMATH: f64 = 10.0;

/// When how much comes, in seconds from the beginning.
#[derive(Clone)]
struct Weather {
    steady: f64,
    burst: f64,
    seconds: f64,
    /// Beginnings, ascending.
    bursts: Vec<f64>,
}

impl Weather {
    /// Rows that are due by then.
    fn due(&self, at: f64) -> u64 {
        let above = self.bursts.iter().map(|from| (at - from).clamp(0.0, self.seconds)).sum::<f64>();
        (at * self.steady + above * (self.burst - self.steady)) as u64
    }

    fn is_burst(&self, at: f64) -> bool {
        self.bursts.iter().any(|from| (*from..from + self.seconds + AFTERMATH).contains(&at))
    }
}

#[derive(Default)]
struct Tally {
    /// Rows of gateways that were acknowledged, and times that one was told to wait.
    stored: AtomicU64,
    told_to_wait: AtomicU64,
    /// The next meter to report.
    next: AtomicU64,
}

/// What one look at a page took, in microseconds, and whether a burst went on.
type Look = (usize, bool, u32);

pub async fn run(plan: &Plan) -> Result<(), String> {
    let told = |failure: crate::commands::Failure| failure.to_string();
    let (address, key) = (plan.text("address", "127.0.0.1:8080"), plan.text("key", ""));
    let (mqtt_at, server) = (plan.text("mqtt", "127.0.0.1:1883"), plan.text("server", ""));
    let streams = plan.number("streams", 5_700_000).map_err(told)?;
    let busy = plan.number("busy", 57_000).map_err(told)?.min(streams / 2).max(1);
    let minutes = plan.number("minutes", 30).map_err(told)?;
    let rate = plan.number("rate", 4_800).map_err(told)?;
    let burst = plan.number("burst", 100_000).map_err(told)?;
    let bursts = plan.number("bursts", 3).map_err(told)?;
    let gateways = plan.number("connections", 8).map_err(told)?;
    let mut connection = Connection::open(&address, &key).await?;
    let asked = Instant::now();
    let ids = Arc::new(ids(&mut connection, streams).await?);
    println!("iot: {streams} datastreams listed in {:.0} s", asked.elapsed().as_secs_f64());
    let before = received(&mut connection).await?;

    // Two thirds are single readings of the busy ones, as in the load table.
    let single = rate * 27 / 40;
    let seconds = (minutes * 60) as f64;
    let each = seconds / bursts.max(1) as f64;
    let weather = Arc::new(Weather {
        steady: (rate - single) as f64,
        burst: burst.saturating_sub(single) as f64,
        seconds: 60.0,
        bursts: (0..bursts).map(|n| (n as f64 + 0.5) * each).collect(),
    });
    let (stop, tally, singles) =
        (Arc::new(AtomicBool::new(false)), Arc::new(Tally::default()), Arc::default());
    let (cpu, own, began) = (cpu_seconds(&server), cpu_seconds("self"), Instant::now());

    let workers = 16;
    let devices: Vec<_> = (0..workers)
        .map(|worker| {
            let (mqtt_at, key, ids) = (mqtt_at.clone(), key.clone(), ids.clone());
            let (stop, singles) = (stop.clone(), Arc::clone(&singles));
            let mine =
                Mine { worker, each: busy / workers, streams: busy, window: 500, rate: single / workers };
            tokio::spawn(async move { mqtt::write(&mqtt_at, &key, &ids, mine, &stop, &singles).await })
        })
        .collect();
    let meters: Vec<_> = (0..gateways)
        .map(|_| {
            let (address, key, ids, weather) = (address.clone(), key.clone(), ids.clone(), weather.clone());
            let (stop, tally) = (stop.clone(), tally.clone());
            tokio::spawn(async move {
                let to = Connection::open(&address, &key).await?;
                report(to, &ids, busy, &weather, began, &tally, &stop).await
            })
        })
        .collect();
    let pages = pages();
    let people = {
        let (address, weather, stop, pages) = (address.clone(), weather.clone(), stop.clone(), pages.clone());
        tokio::spawn(async move { look(&address, &pages, &weather, began, &stop).await })
    };

    let (mut most, mut own_most, mut slowest, mut minute) = (0, 0, f64::MAX, 0);
    let mut at_burst: Option<(f64, u64)> = None;
    while began.elapsed().as_secs_f64() < seconds {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let (at, rows) =
            (began.elapsed().as_secs_f64(), tally.stored.load(Ordering::Relaxed) + load(&singles));
        most = most.max(memory_mb(&server).0);
        own_most = own_most.max(own_memory_mb(&server));
        if people.is_finished() || meters.iter().any(|meter| meter.is_finished()) {
            // They end before their time only when something is wrong; what it is, is told below.
            break;
        }
        // Of each burst, how many a second were acknowledged while it went on.
        let is_on = weather.bursts.iter().any(|from| (*from..from + weather.seconds).contains(&at));
        match at_burst {
            None if is_on => at_burst = Some((at, rows)),
            Some((from, before)) if !is_on => {
                slowest = slowest.min((rows - before) as f64 / (at - from));
                at_burst = None;
            }
            _ => {}
        }
        if at as u64 / 60 > minute {
            minute = at as u64 / 60;
            println!(
                "iot: minute {minute} rows={rows} server_mb={} own_mb={} load={}",
                memory_mb(&server).0,
                own_memory_mb(&server),
                load_average()
            );
        }
    }
    stop.store(true, Ordering::Relaxed);
    let mut singles_us = Vec::new();
    for device in devices {
        singles_us.extend(device.await.map_err(|e| e.to_string())??);
    }
    let mut messages_us = Vec::new();
    for meter in meters {
        messages_us.extend(meter.await.map_err(|e| e.to_string())??);
    }
    let looks = people.await.map_err(|e| e.to_string())??;
    let took = began.elapsed().as_secs_f64();

    let after = received(&mut connection).await?;
    let gone: Vec<i64> = after.iter().zip(before).map(|(after, before)| after - before).collect();
    let [came, stored, duplicate, refused] = gone[..] else { return Err("no counters".into()) };
    let acknowledged = (tally.stored.load(Ordering::Relaxed) + load(&singles)) as i64;
    for (at, page) in pages.iter().enumerate() {
        let of = |is_burst: bool| looks.iter().filter(move |look| look.0 == at && look.1 == is_burst);
        println!("page {page} calm {} burst {}", shares(of(false)), shares(of(true)));
    }
    singles_us.sort_unstable();
    messages_us.sort_unstable();
    println!(
        "iot streams={streams} seconds={took:.0} acknowledged={acknowledged} received={came} stored={stored} \
         duplicate={duplicate} refused={refused} told_to_wait={} bursts={bursts} slowest_burst={:.0}/s \
         mqtt_ms p50={:.1} p99={:.1} gateway_ms p50={:.1} p99={:.1} pages {} calm {} burst {} \
         server_mb_most={most} server_own_mb_most={own_most} server_own_mb={} server_cpu_seconds={:.0} generator_cpu_seconds={:.0} load={}",
        tally.told_to_wait.load(Ordering::Relaxed),
        if bursts > 0 { slowest } else { 0.0 },
        at_share_ms(&singles_us, 0.5),
        at_share_ms(&singles_us, 0.99),
        at_share_ms(&messages_us, 0.5),
        at_share_ms(&messages_us, 0.99),
        shares(looks.iter()),
        shares(looks.iter().filter(|look| !look.1)),
        shares(looks.iter().filter(|look| look.1)),
        own_memory_mb(&server),
        cpu_seconds(&server) - cpu,
        cpu_seconds("self") - own,
        load_average(),
    );
    let is_right = came == stored + duplicate + refused && stored == acknowledged && refused == 0;
    if is_right { Ok(()) } else { Err("the books do not agree".into()) }
}

fn load(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}

/// Looks, and the milliseconds below which half, 95 and 99 of 100 of them lie.
fn shares<'a>(looks: impl Iterator<Item = &'a Look>) -> String {
    let mut took: Vec<u32> = looks.map(|look| look.2).collect();
    took.sort_unstable();
    let at = |share| at_share_ms(&took, share);
    format!("n={} p50={:.1} p95={:.1} p99={:.1}", took.len(), at(0.5), at(0.95), at(0.99))
}

/// Received, stored, there already, refused, of all sources.
async fn received(connection: &mut Connection) -> Result<[i64; 4], String> {
    let reply = connection.get("/api/received").await?;
    let answer: serde_json::Value = serde_json::from_slice(&reply.body).map_err(|e| e.to_string())?;
    let total = &answer["total"];
    let number = |name: &str| total[name].as_i64().ok_or(format!("/api/received has no {name}"));
    let refused = total["refused"].as_object().into_iter().flatten().filter_map(|(_, rows)| rows.as_i64());
    Ok([number("received")?, number("stored")?, number("duplicate")?, refused.sum()])
}

/// The pages that people look at: the city, one thing, one series with its chart, the map and what it draws.
fn pages() -> Vec<String> {
    ["/en/", "/en/things/bench/0", "/en/datastreams/bench/s/5", "/en/datastreams/bench/s/200000", "/en/map"]
        .map(String::from)
        .into()
}

async fn look(
    address: &str,
    pages: &[String],
    weather: &Weather,
    began: Instant,
    stop: &AtomicBool,
) -> Result<Vec<Look>, String> {
    // As anybody: pages are public.
    let mut connection = Connection::open(address, "").await?;
    let mut looks = Vec::new();
    for at in (0..pages.len()).cycle() {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let (asked, is_burst) = (Instant::now(), weather.is_burst(began.elapsed().as_secs_f64()));
        let reply = connection.get(&pages[at]).await?;
        if reply.status != 200 {
            return Err(format!("{}: {}", pages[at], reply.status));
        }
        looks.push((at, is_burst, asked.elapsed().as_micros() as u32));
        tokio::time::sleep(A_LOOK).await;
    }
    Ok(looks)
}

/// Brings what meters say when it is due; answers how long each answer took, in microseconds.
async fn report(
    mut to: Connection,
    ids: &[i64],
    busy: u64,
    weather: &Weather,
    began: Instant,
    tally: &Tally,
    stop: &AtomicBool,
) -> Result<Vec<u32>, String> {
    let (clock, meters) = (host::Clock::system(), ids.len() as u64 - busy);
    let (mut message, mut late_us) = (Message::default(), Vec::new());
    while !stop.load(Ordering::Relaxed) {
        let due = weather.due(began.elapsed().as_secs_f64());
        let mine = |next: u64| (next + A_MESSAGE <= due).then_some(next + A_MESSAGE);
        let Ok(first) = tally.next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, mine) else {
            tokio::time::sleep(Duration::from_millis(5)).await;
            continue;
        };
        let now_ms = clock.now().0 / 1_000;
        for n in first..first + A_MESSAGE {
            let meter = busy + n % meters;
            message.row(ids[meter as usize], now_ms, meter, n / meters);
        }
        let asked = Instant::now();
        let (rows, waited) = message.send_counted(&mut to).await?;
        tally.stored.fetch_add(rows, Ordering::Relaxed);
        tally.told_to_wait.fetch_add(waited, Ordering::Relaxed);
        late_us.push(asked.elapsed().as_micros() as u32);
    }
    Ok(late_us)
}
