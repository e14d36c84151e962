//! What the store costs: `cargo bench -p sensing -- [streams] [minutes] [batch]`.
//!
//! The workload is that of the measurements the design rests on: a value a minute for each datastream, a phase of its
//! own and ±2 s of jitter, 5 % of the rows late by up to an hour, 1 % delivered twice, values of five kinds. CPU-seconds
//! are those of this process, generator included where not said otherwise.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;
use std::time::Instant;

use host::Db;
use sensing::actions::door::QUEUE_ROWS;
use sensing::datastream::{Accepts, Class, Policy};
use sensing::ingest::{Arrival, Incoming, Limits};
use sensing::jobs::seal_pass;
use sensing::seal::Rules;
use sensing::{Datastream, Datastreams, Door, Observations, Order, Span};
use vocab::time::{DAY, HOUR, MINUTE};
use vocab::{Label, Mode, Slug, Time, Value};

/// 2026-03-01T00:00:00Z.
const START: i64 = 20_513 * DAY;

/// splitmix64 (Steele, Lea, Flood 2014).
fn dice(n: u64) -> u64 {
    let mut x = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

fn observation(stream: u64, minute: u64) -> Incoming {
    let phase = (dice(stream) % 60_000) as i64;
    let jitter = (dice(stream.wrapping_mul(1_000_003) ^ minute) % 4_001) as i64 - 2_000;
    let t = START + minute as i64 * MINUTE + (phase + jitter) * 1_000;
    let slow = (minute as f64 / 240.0 + stream as f64).sin();
    let roll = dice(stream.wrapping_mul(7_919) ^ minute);
    let value = match stream % 5 {
        0 => ((22.0 + 6.0 * slow + (roll % 5) as f64 / 10.0) * 10.0).round() / 10.0,
        1 => (70.0 + 20.0 * slow + (roll % 3) as f64).round(),
        2 => (roll % 40) as f64,
        3 => f64::from(u8::from(roll % 10 < 3)),
        _ => f64::from(50.0f32 + 10.0 * slow as f32 + (roll % 100_000) as f32 / 100_000.0),
    };
    Incoming::new(stream as i64, Time(t), Value::Number(value))
}

fn late_minutes(stream: u64, minute: u64) -> u64 {
    let roll = dice(stream ^ (minute << 24));
    if roll % 100 < 5 { 1 + (roll >> 8) % 60 } else { 0 }
}

fn comes_twice(stream: u64, minute: u64) -> bool {
    dice(stream ^ (minute << 20) ^ 0x5555).is_multiple_of(100)
}

/// User and system seconds of this process (fields 14 and 15 of stat, ticks of 10 ms).
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks = |n: usize| fields.split(' ').nth(n).and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn memory_mb(what: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

struct Watch(Instant, f64);

impl Watch {
    fn start() -> Watch {
        Watch(Instant::now(), cpu())
    }

    fn say(&self, what: &str, rows: u64) {
        let (wall, cpu) = (self.0.elapsed().as_secs_f64(), cpu() - self.1);
        let rate = |seconds: f64| rows as f64 / seconds.max(0.001) / 1e3;
        println!(
            "{what:<44} {rows:>10} rows {wall:>8.2} s {cpu:>8.2} CPU-s {:>9.0} k/s {:>9.0} k/CPU-s",
            rate(wall),
            rate(cpu)
        );
    }
}

/// The median and the 99th of a hundred runs, microseconds.
fn times(what: &str, runs: usize, mut f: impl FnMut(usize)) {
    let before = cpu();
    let mut taken: Vec<f64> = (0..runs)
        .map(|run| {
            let start = Instant::now();
            f(run);
            start.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    taken.sort_by(f64::total_cmp);
    let cpu = (cpu() - before) / runs as f64 * 1e6;
    println!(
        "{what:<44} p50 {:>8.0} µs  p99 {:>8.0} µs  CPU {cpu:>8.0} µs",
        taken[runs / 2],
        taken[runs * 99 / 100]
    );
}

fn registry(streams: u64) -> Datastreams {
    let all = Datastreams::default();
    for id in 1..=streams as i64 {
        all.put(Datastream {
            id,
            slug: Slug::new(format!("bench/{id}")).expect("a slug"),
            mode: Mode::Simulated,
            accepts: Accepts::Number,
            policy: Policy::FirstWins,
            class: Class::Instant,
            retention: "ever".into(),
            label: Label::Public,
        });
    }
    all
}

fn arrival(minute: u64, observations: Vec<Incoming>) -> Arrival {
    let received = Time(START + (minute as i64 + 2) * MINUTE);
    Arrival { source: 1, mode: Mode::Simulated, received, observations }
}

fn open(folder: &Path, all: &Datastreams) -> (Db, Observations, Door) {
    let db = Db::open(&format!("sqlite:{}", folder.join("city.db").display())).expect("opens");
    host::migrate::run(&db, &[sensing::MIGRATIONS]).expect("migrates");
    let store = Observations::open(&db, all).expect("opens");
    let door = Door::new(&store, Limits::default(), QUEUE_ROWS);
    (db, store, door)
}

fn main() {
    // `cargo bench` passes --bench.
    let numbers: Vec<u64> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let number = |i: usize, default| numbers.get(i).copied().unwrap_or(default);
    let (streams, minutes, batch) = (number(0, 20_000), number(1, 100), number(2, 1_000) as usize);
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().expect("starts");
    let all = registry(streams);
    let (_, store, door) = open(folder.path(), &all);

    println!("{streams} datastreams, {minutes} minutes, batches of {batch}");
    let mut arrivals: BTreeMap<u64, Vec<(u64, u64)>> = BTreeMap::new();
    for minute in 0..minutes {
        for stream in 1..=streams {
            arrivals.entry(minute + late_minutes(stream, minute)).or_default().push((stream, minute));
            if comes_twice(stream, minute) {
                arrivals.entry(minute + 1).or_default().push((stream, minute));
            }
        }
    }
    let generate = Watch::start();
    let mut rows = 0;
    let mut batches: Vec<Arrival> = Vec::new();
    for (minute, places) in arrivals {
        for places in places.chunks(batch) {
            rows += places.len() as u64;
            batches.push(arrival(minute, places.iter().map(|(s, m)| observation(*s, *m)).collect()));
        }
    }
    generate.say("generating", rows);

    let (ingest, mut sealing, mut sealed) = (Watch::start(), 0.0, 0);
    let mut last_seal = START;
    runtime.block_on(async {
        let mut waiting = std::collections::VecDeque::new();
        for arrival in batches {
            let now = arrival.received;
            // Eight requests in flight, as eight connections would have.
            if waiting.len() == 8 {
                answered(waiting.pop_front()).await;
            }
            waiting.push_back(door.submit(arrival).expect("room in the queue"));
            if now.0 - last_seal >= HOUR {
                last_seal = now.0;
                let before = cpu();
                sealed += seal_pass(&store, now, &Rules::default()).await.expect("seals");
                sealing += cpu() - before;
            }
        }
        while !waiting.is_empty() {
            answered(waiting.pop_front()).await;
        }
    });
    ingest.say("ingest, durable, with sealing", rows);
    let own = ingest.1 + sealing;
    Watch(ingest.0, own).say("ingest without sealing (CPU)", rows);
    println!("  sealed meanwhile {sealed} rows in {sealing:.2} CPU-s; hot {}", store.hot_rows());
    println!("  memory now {:.0} MB, peak {:.0} MB", memory_mb("VmRSS"), memory_mb("VmHWM"));

    let watch = Watch::start();
    let hot = store.hot_rows() as u64;
    drop((door, store));
    let (_, store, door) = open(folder.path(), &all);
    watch.say("closing and opening, hot rows", hot);

    let watch = Watch::start();
    let end = Time(START + (minutes as i64 + 60) * MINUTE + 3 * DAY);
    let more = runtime.block_on(seal_pass(&store, end, &Rules::default())).expect("seals");
    watch.say("sealing what is left into days", more);
    size(&store, folder.path());

    let watch = Watch::start();
    let before: u64 = (1..=streams as i64).map(|id| store.count_all(id)).sum();
    drop((door, store));
    let (_, store, door) = open(folder.path(), &all);
    watch.say("closing and opening", before);
    assert_eq!((1..=streams as i64).map(|id| store.count_all(id)).sum::<u64>(), before);

    queries(&store, streams, minutes);
    import(&runtime, &door, streams);
    size(&store, folder.path());
    year(&runtime, &store, &door);
}

async fn answered<T, E: std::fmt::Debug>(waiting: Option<impl Future<Output = Result<T, E>>>) {
    if let Some(outcome) = waiting {
        outcome.await.expect("stored");
    }
}

fn size(store: &Observations, folder: &Path) {
    let rows: u64 = store.datastreams().ids().iter().map(|id| store.count_all(*id)).sum();
    let pages = store.db().read_blocking(|tx| {
        let pragma = |tx: &mut host::Tx, name: &str| {
            tx.query_one(&format!("PRAGMA {name}"), &[], |row| row.int(0)).map(Option::unwrap_or_default)
        };
        let used = pragma(tx, "page_count")? - pragma(tx, "freelist_count")?;
        let sum = |tx: &mut host::Tx, of: &str| {
            tx.query_one(of, &[], |row| row.int_or_null(0)).map(Option::flatten)
        };
        let blobs = sum(tx, "SELECT SUM(LENGTH(b)) FROM obs_block")?;
        let rollups = sum(tx, "SELECT SUM(LENGTH(b)) FROM obs_rollup")?;
        Ok::<_, host::DbError>((used * 4_096, blobs.unwrap_or(0), rollups.unwrap_or(0)))
    });
    let (used, blobs, rollups) = pages.expect("reads");
    let each = |bytes: i64| bytes as f64 / rows as f64;
    println!(
        "  {rows} rows: {:.2} bytes a row in used pages, {:.2} in blocks, {:.2} in roll-ups; file {} MB",
        each(used),
        each(blobs),
        each(rollups),
        std::fs::metadata(folder.join("city.db")).map_or(0, |m| m.len() >> 20)
    );
}

fn queries(store: &Observations, streams: u64, minutes: u64) {
    let stream = |run: usize| 1 + (dice(run as u64) % streams) as i64;
    let end = START + minutes as i64 * MINUTE;
    times("last value", 1_000, |run| drop(store.last(stream(run))));
    let many: Vec<i64> = (1..=streams.min(1_200) as i64).collect();
    times("last values of 1,200", 100, |_| drop(store.last_many(&many)));
    times("one day of a datastream", 500, |run| {
        drop(store.scan_blocking(stream(run), Span::times(START, START + DAY), Order::Ascending, usize::MAX));
    });
    times("100 rows from the end", 500, |run| {
        drop(store.scan_blocking(stream(run), Span::ALL, Order::Descending, 100));
    });
    times("all of a datastream by hour", 200, |run| {
        drop(store.aggregate_blocking(vec![stream(run)], START, START + 366 * DAY, HOUR));
    });
    times("all of a datastream by 10 minutes (raw)", 200, |run| {
        drop(store.aggregate_blocking(vec![stream(run)], START, end, 10 * MINUTE));
    });
    let all = store.datastreams().ids();
    let day = Watch::start();
    let found = store.aggregate_blocking(all.clone(), START, START + DAY, DAY).expect("aggregates");
    day.say("a city's day from headers", found.iter().map(|(_, _, s)| s.rows).sum());
    let day = Watch::start();
    let found = store.aggregate_blocking(all, START + MINUTE, START + DAY, DAY).expect("aggregates");
    day.say("a city's day from rows", found.iter().map(|(_, _, s)| s.rows).sum());
}

/// A month of earlier history, a day of each datastream at a time.
fn import(runtime: &tokio::runtime::Runtime, door: &Door, streams: u64) {
    let mut history: Vec<Arrival> = Vec::new();
    let streams = streams.min(100);
    for stream in 1..=streams {
        let earlier = |minute: u64| {
            let mut observation = observation(stream, minute);
            observation.key.t -= 30 * DAY;
            observation
        };
        let observations = (0..10 * 1_440).map(earlier).collect();
        history.push(arrival(60 * 1_440, observations));
    }
    let rows: u64 = history.iter().map(|a| a.observations.len() as u64).sum();
    let watch = Watch::start();
    let now = Time(START + 10 * DAY);
    for arrival in &history {
        runtime.block_on(door.import(arrival, now, Rules::default())).expect("imports");
    }
    watch.say("import of history into blocks", rows);
}

/// A year of one datastream, minute by minute.
fn year(runtime: &tokio::runtime::Runtime, store: &Observations, door: &Door) {
    let (start, now) = (START - 500 * DAY, Time(START + 10 * DAY));
    for day in 0..365 {
        let observations = (0..1_440).map(|minute| {
            let mut observation = observation(1, day * 1_440 + minute);
            observation.key.t -= 500 * DAY;
            observation
        });
        let arrival = arrival(60 * 1_440, observations.collect());
        runtime.block_on(door.import(&arrival, now, Rules::default())).expect("imports");
    }
    let year =
        |step: i64| store.aggregate_blocking(vec![1], start, start + 365 * DAY, step).expect("aggregates");
    times("a year by hour, from roll-ups", 50, |_| drop(year(HOUR)));
    times("a year by day, from roll-ups", 50, |_| drop(year(DAY)));
    times("a year by 10 minutes, from 525,600 rows", 20, |_| drop(year(10 * MINUTE)));
    let span = Span::times(start, start + 365 * DAY);
    times("a year counted", 50, |_| drop(runtime.block_on(store.count(1, span))));
}
