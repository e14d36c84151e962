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
/// Seconds after a burst in which pages are counted as of it: what it left behind slows them too.
const AFTERMATH: f64 = 10.0;
/// A connection that was idle for longer is opened anew: the server closes one that says nothing for ten seconds.
const IDLE: Duration = Duration::from_secs(3);
/// Connections of MQTT.
const WORKERS: u64 = 16;
/// What people look at: the city, one thing, series of many and of few readings with their charts, the map.
const PAGES: [&str; 5] =
    ["/en/", "/en/things/bench/0", "/en/datastreams/bench/s/5", "/en/datastreams/bench/s/200000", "/en/map"];

/// When how much comes, in seconds from the beginning.
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

    /// Is it a burst, or so many seconds after one?
    fn is_raining(&self, at: f64, after: f64) -> bool {
        self.bursts.iter().any(|from| (*from..from + self.seconds + after).contains(&at))
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

/// What the run is told, and who is asked.
struct Setting {
    address: String,
    mqtt: String,
    key: String,
    server: String,
    streams: u64,
    busy: u64,
    seconds: f64,
    /// Readings a second over MQTT.
    single: u64,
    gateways: u64,
    weather: Weather,
}

impl Setting {
    fn of(plan: &Plan) -> Result<Setting, crate::commands::Failure> {
        let streams = plan.number("streams", 5_700_000)?;
        let (minutes, rate) = (plan.number("minutes", 30)?, plan.number("rate", 4_800)?);
        let (burst, bursts) = (plan.number("burst", 100_000)?, plan.number("bursts", 3)?);
        // Two thirds are single readings of the busy ones, as in the load table.
        let single = rate * 27 / 40;
        let seconds = (minutes * 60) as f64;
        let each = seconds / bursts.max(1) as f64;
        Ok(Setting {
            address: plan.text("address", "127.0.0.1:8080"),
            mqtt: plan.text("mqtt", "127.0.0.1:1883"),
            key: plan.text("key", ""),
            server: plan.text("server", ""),
            streams,
            busy: plan.number("busy", 57_000)?.min(streams / 2).max(WORKERS),
            seconds,
            single,
            gateways: plan.number("connections", 8)?,
            weather: Weather {
                steady: (rate - single) as f64,
                burst: burst.saturating_sub(single) as f64,
                seconds: 60.0,
                bursts: (0..bursts).map(|n| (n as f64 + 0.5) * each).collect(),
            },
        })
    }
}

type Took = tokio::task::JoinHandle<Result<Vec<u32>, String>>;

/// All who take part, and what they have done so far.
struct Crowd {
    began: Instant,
    stop: Arc<AtomicBool>,
    tally: Arc<Tally>,
    singles: Arc<AtomicU64>,
    devices: Vec<Took>,
    meters: Vec<Took>,
    people: tokio::task::JoinHandle<Result<Vec<Look>, String>>,
}

impl Crowd {
    async fn gather(setting: &Arc<Setting>, ids: &Arc<Vec<i64>>) -> Result<Crowd, String> {
        let (stop, tally, singles) =
            (Arc::new(AtomicBool::new(false)), Arc::new(Tally::default()), Arc::<AtomicU64>::default());
        let began = Instant::now();
        let devices = (0..WORKERS).map(|worker| {
            let (setting, ids) = (setting.clone(), ids.clone());
            let (stop, singles) = (stop.clone(), singles.clone());
            let (each, rate) = (setting.busy / WORKERS, setting.single / WORKERS);
            let mine = Mine { worker, each, streams: setting.busy, window: 500, rate };
            tokio::spawn(async move {
                mqtt::write(&setting.mqtt, &setting.key, &ids, mine, &stop, &singles).await
            })
        });
        let devices = devices.collect();
        let mut meters = Vec::new();
        for _ in 0..setting.gateways {
            let to = Connection::open(&setting.address, &setting.key).await?;
            let (setting, ids) = (setting.clone(), ids.clone());
            let (stop, tally) = (stop.clone(), tally.clone());
            meters.push(tokio::spawn(async move { report(to, &ids, &setting, began, &tally, &stop).await }));
        }
        let people = {
            let (setting, stop) = (setting.clone(), stop.clone());
            tokio::spawn(async move { look(&setting, began, &stop).await })
        };
        Ok(Crowd { began, stop, tally, singles, devices, meters, people })
    }

    /// Rows that were acknowledged.
    fn rows(&self) -> u64 {
        self.tally.stored.load(Ordering::Relaxed) + self.singles.load(Ordering::Relaxed)
    }

    /// They end before their time only when something is wrong; what it is, they tell in the end.
    fn is_broken(&self) -> bool {
        self.people.is_finished() || self.meters.iter().chain(&self.devices).any(|one| one.is_finished())
    }
}

/// What was seen from second to second: the server's memory at its most, all of it and without pages of files, and the
/// slowest burst.
struct Seen {
    most_mb: u64,
    own_most_mb: u64,
    slowest: f64,
}

async fn watch(setting: &Setting, crowd: &Crowd) -> Seen {
    let mut seen = Seen { most_mb: 0, own_most_mb: 0, slowest: f64::MAX };
    let (mut minute, mut burst): (u64, Option<(f64, u64)>) = (0, None);
    while crowd.began.elapsed().as_secs_f64() < setting.seconds && !crowd.is_broken() {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let (at, rows) = (crowd.began.elapsed().as_secs_f64(), crowd.rows());
        let (all, own) = (memory_mb(&setting.server).0, own_memory_mb(&setting.server));
        (seen.most_mb, seen.own_most_mb) = (seen.most_mb.max(all), seen.own_most_mb.max(own));
        // Of each burst, how many a second were acknowledged while it went on.
        match burst {
            None if setting.weather.is_raining(at, 0.0) => burst = Some((at, rows)),
            Some((from, before)) if !setting.weather.is_raining(at, 0.0) => {
                seen.slowest = seen.slowest.min((rows - before) as f64 / (at - from));
                burst = None;
            }
            _ => {}
        }
        if at as u64 / 60 > minute {
            minute = at as u64 / 60;
            println!("iot: minute {minute} rows={rows} server_mb={all} own_mb={own} load={}", load_average());
        }
    }
    seen
}

pub async fn run(plan: &Plan) -> Result<(), String> {
    let setting = Arc::new(Setting::of(plan).map_err(|failure| failure.to_string())?);
    let mut connection = Connection::open(&setting.address, &setting.key).await?;
    let asked = Instant::now();
    let ids = Arc::new(ids(&mut connection, setting.streams).await?);
    println!("iot: {} datastreams listed in {:.0} s", setting.streams, asked.elapsed().as_secs_f64());
    let before = received(&mut connection).await?;
    let (cpu, own) = (cpu_seconds(&setting.server), cpu_seconds("self"));
    let crowd = Crowd::gather(&setting, &ids).await?;
    let seen = watch(&setting, &crowd).await;
    crowd.stop.store(true, Ordering::Relaxed);
    let (mut singles_us, mut messages_us) = (Vec::new(), Vec::new());
    let (began, tally, singles) = (crowd.began, crowd.tally.clone(), crowd.singles.clone());
    for device in crowd.devices {
        singles_us.extend(device.await.map_err(|e| e.to_string())??);
    }
    for meter in crowd.meters {
        messages_us.extend(meter.await.map_err(|e| e.to_string())??);
    }
    let looks = crowd.people.await.map_err(|e| e.to_string())??;
    let took = began.elapsed().as_secs_f64();
    for (at, page) in PAGES.iter().enumerate() {
        let of = |is_burst: bool| looks.iter().filter(move |look| look.0 == at && look.1 == is_burst);
        println!("page {page} calm {} burst {}", shares(of(false)), shares(of(true)));
    }
    singles_us.sort_unstable();
    messages_us.sort_unstable();
    let acknowledged = (tally.stored.load(Ordering::Relaxed) + singles.load(Ordering::Relaxed)) as i64;
    // The first connection was idle for too long.
    let after = received(&mut Connection::open(&setting.address, &setting.key).await?).await?;
    let [came, stored, duplicate, refused] = std::array::from_fn(|i| after[i] - before[i]);
    println!(
        "iot streams={} seconds={took:.0} acknowledged={acknowledged} received={came} stored={stored} \
         duplicate={duplicate} refused={refused} told_to_wait={} bursts={} slowest_burst={:.0}/s",
        setting.streams,
        tally.told_to_wait.load(Ordering::Relaxed),
        setting.weather.bursts.len(),
        if setting.weather.bursts.is_empty() { 0.0 } else { seen.slowest },
    );
    println!(
        "iot mqtt_ms p50={:.1} p99={:.1} gateway_ms p50={:.1} p99={:.1} pages {} calm {} burst {}",
        at_share_ms(&singles_us, 0.5),
        at_share_ms(&singles_us, 0.99),
        at_share_ms(&messages_us, 0.5),
        at_share_ms(&messages_us, 0.99),
        shares(looks.iter()),
        shares(looks.iter().filter(|look| !look.1)),
        shares(looks.iter().filter(|look| look.1)),
    );
    println!(
        "iot server_mb_most={} server_own_mb_most={} server_own_mb={} server_cpu_seconds={:.0} \
         generator_cpu_seconds={:.0} load={}",
        seen.most_mb,
        seen.own_most_mb,
        own_memory_mb(&setting.server),
        cpu_seconds(&setting.server) - cpu,
        cpu_seconds("self") - own,
        load_average(),
    );
    let is_right = came == stored + duplicate + refused && stored == acknowledged && refused == 0;
    if is_right { Ok(()) } else { Err("the books do not agree".into()) }
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

async fn look(setting: &Setting, began: Instant, stop: &AtomicBool) -> Result<Vec<Look>, String> {
    // As anybody: pages are public.
    let mut connection = Connection::open(&setting.address, "").await?;
    let mut looks = Vec::new();
    for at in (0..PAGES.len()).cycle() {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let is_burst = setting.weather.is_raining(began.elapsed().as_secs_f64(), AFTERMATH);
        let asked = Instant::now();
        let reply = connection.get(PAGES[at]).await?;
        if reply.status != 200 {
            return Err(format!("{}: {}", PAGES[at], reply.status));
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
    setting: &Setting,
    began: Instant,
    tally: &Tally,
    stop: &AtomicBool,
) -> Result<Vec<u32>, String> {
    let (clock, busy) = (host::Clock::system(), setting.busy);
    let meters = ids.len() as u64 - busy;
    let (mut message, mut late_us, mut used) = (Message::default(), Vec::new(), Instant::now());
    while !stop.load(Ordering::Relaxed) {
        let due = setting.weather.due(began.elapsed().as_secs_f64());
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
        if used.elapsed() > IDLE {
            to = Connection::open(&setting.address, &setting.key).await?;
        }
        let asked = Instant::now();
        let (rows, waited) = message.send_counted(&mut to).await?;
        used = Instant::now();
        tally.stored.fetch_add(rows, Ordering::Relaxed);
        tally.told_to_wait.fetch_add(waited, Ordering::Relaxed);
        late_us.push(asked.elapsed().as_micros() as u32);
    }
    Ok(late_us)
}
