//! Writing: one observation a request, or many in a data array.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use vocab::Time;

use super::connection::Connection;
use super::{Plan, at_share_ms, cpu_seconds, load_average, memory_mb, series};

/// Datastreams made by one request's deep insert.
const A_THING: u64 = 200;

pub(super) struct Target {
    pub address: String,
    key: String,
    pub server: String,
}

impl Target {
    pub fn of(plan: &Plan) -> Target {
        Target {
            address: plan.text("address", "127.0.0.1:8080"),
            key: plan.text("key", ""),
            server: plan.text("server", ""),
        }
    }

    pub async fn connect(&self) -> Result<Connection, String> {
        Connection::open(&self.address, &self.key).await
    }
}

pub(super) fn told(failure: crate::commands::Failure) -> String {
    failure.to_string()
}

/// Makes the datastreams, 200 a thing. Those that exist already stay.
pub async fn prepare(plan: &Plan) -> Result<(), String> {
    let target = Target::of(plan);
    let streams = plan.number("streams", 20_000).map_err(told)?;
    let mut connection = target.connect().await?;
    for first in (0..streams).step_by(A_THING as usize) {
        let datastreams: Vec<_> = (first..(first + A_THING).min(streams)).map(datastream).collect();
        let thing = json!({
            "name": format!("bench {first}"), "description": "Datastreams of a benchmark.",
            "properties": { "slug": format!("bench/{first}"), "feed": "bench", "label": "public" },
            "Datastreams": datastreams,
        });
        let reply = connection.post("/sta/v1.1/Things", thing.to_string().as_bytes()).await?;
        if reply.status != 201 && reply.status != 409 {
            return Err(format!("{}: {}", reply.status, String::from_utf8_lossy(&reply.body)));
        }
    }
    println!("prepared streams={streams}");
    Ok(())
}

fn datastream(n: u64) -> serde_json::Value {
    json!({
        "name": format!("bench {n}"), "description": "A minute stream.",
        "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        "unitOfMeasurement": { "name": "one", "symbol": "1", "definition": "ucum:1" },
        "properties": { "slug": slug(n), "label": "public" },
        "ObservedProperty": { "name": "bench", "definition": "urn:causeway:bench", "description": "none", "properties": { "slug": "bench/property" } },
        "Sensor": { "name": "bench", "description": "none", "encodingType": "text/plain", "metadata": "none", "properties": { "slug": "bench/sensor" } },
    })
}

pub(super) fn slug(n: u64) -> String {
    format!("bench/s/{n}")
}

/// The numbers the server gave to the datastreams, in our order.
pub async fn ids(connection: &mut Connection, streams: u64) -> Result<Vec<i64>, String> {
    let mut found = vec![0; streams as usize];
    let mut next = Some("/sta/v1.1/Datastreams?$select=id,properties&$top=5000".to_string());
    while let Some(path) = next {
        let reply = connection.get(&path.replace(' ', "%20")).await?;
        let page: serde_json::Value = serde_json::from_slice(&reply.body).map_err(|e| e.to_string())?;
        for value in page["value"].as_array().into_iter().flatten() {
            let n = value["properties"]["slug"]
                .as_str()
                .and_then(|s| s.strip_prefix("bench/s/"))
                .and_then(|n| n.parse::<usize>().ok());
            if let (Some(n), Some(id)) = (n.filter(|n| *n < found.len()), value["@iot.id"].as_i64()) {
                found[n] = id;
            }
        }
        next = page["@iot.nextLink"].as_str().map(|link| match link.find("/sta/") {
            Some(at) => link[at..].to_string(),
            None => link.to_string(),
        });
    }
    if found.contains(&0) {
        return Err("the server lacks some of the datastreams; run: causeway bench prepare".into());
    }
    Ok(found)
}

/// Gives the datastreams their past in arrival order: minute after minute, late rows late, some rows twice.
pub async fn fill(plan: &Plan) -> Result<(), String> {
    let target = Target::of(plan);
    let streams = plan.number("streams", 20_000).map_err(told)?;
    let rows = plan.number("rows", 50_000_000).map_err(told)?;
    let batch = plan.number("batch", 5_000).map_err(told)?;
    let connections = plan.number("connections", 4).map_err(told)?;
    let minutes = rows / streams;
    let ids = Arc::new(ids(&mut target.connect().await?, streams).await?);
    // The past ends at the last whole hour, so that live rows can follow it.
    let now_ms = host::Clock::system().now().0 / 1000;
    let start = (now_ms / 3_600_000) * 3_600_000 - minutes as i64 * 60_000;
    let (before, began, sent) = (cpu_seconds(&target.server), Instant::now(), Arc::new(AtomicU64::new(0)));
    let each = streams.div_ceil(connections);
    let tasks: Vec<_> = (0..connections)
        .map(|worker| {
            let (target, ids, sent) = (Target::of(plan), ids.clone(), sent.clone());
            let mine = worker * each..((worker + 1) * each).min(streams);
            tokio::spawn(async move { fill_some(&target, &ids, mine, minutes, start, batch, &sent).await })
        })
        .collect();
    for task in tasks {
        task.await.map_err(|e| e.to_string())??;
    }
    let rows = sent.load(Ordering::Relaxed);
    report("fill", rows, began.elapsed(), cpu_seconds(&target.server) - before, &target.server, batch);
    Ok(())
}

/// Gives the first datastream a year of minutes, which ends where `fill` began or begins.
pub async fn year(plan: &Plan) -> Result<(), String> {
    let target = Target::of(plan);
    let streams = plan.number("streams", 20_000).map_err(told)?;
    let ids = ids(&mut target.connect().await?, streams).await?;
    let minutes = 365 * 24 * 60;
    let hour = (host::Clock::system().now().0 / 1000 / 3_600_000) * 3_600_000;
    let sent = AtomicU64::new(0);
    fill_some(&target, &ids, 0..1, minutes, hour - minutes as i64 * 60_000, 5_000, &sent).await?;
    println!("year rows={}", sent.load(Ordering::Relaxed));
    Ok(())
}

async fn fill_some(
    target: &Target,
    ids: &[i64],
    mine: std::ops::Range<u64>,
    minutes: u64,
    start: i64,
    batch: u64,
    sent: &AtomicU64,
) -> Result<(), String> {
    let mut connection = target.connect().await?;
    let (mut message, never) = (Message::default(), AtomicBool::new(false));
    // Late rows wait in the minute at which they arrive.
    let mut late: Vec<Vec<(u64, u64)>> = vec![Vec::new(); minutes as usize + 61];
    for minute in 0..minutes + 60 {
        let due = std::mem::take(&mut late[minute as usize]);
        let fresh = mine.clone().filter(|_| minute < minutes).map(|stream| (stream, minute));
        for (stream, of) in fresh.chain(due) {
            let delay = series::late_minutes(stream, of);
            if of == minute && delay > 0 {
                late[(minute + delay) as usize].push((stream, of));
                continue;
            }
            let times = if series::comes_twice(stream, of) { 2 } else { 1 };
            for _ in 0..times {
                message.row(ids[stream as usize], series::time_ms(start, stream, of), stream, of);
            }
            if message.rows >= batch {
                sent.fetch_add(message.send(&mut connection, &never).await?, Ordering::Relaxed);
            }
        }
    }
    sent.fetch_add(message.send(&mut connection, &never).await?, Ordering::Relaxed);
    Ok(())
}

/// A body of `CreateObservations`, written by hand: the generator must not cost more than the server.
#[derive(Default)]
pub struct Message {
    text: String,
    rows: u64,
    last: i64,
}

impl Message {
    pub fn row(&mut self, id: i64, time_ms: i64, stream: u64, minute: u64) {
        use std::fmt::Write as _;
        if self.last != id || self.rows == 0 {
            self.text.push_str(if self.rows == 0 { "[" } else { "]}," });
            let _ = write!(
                self.text,
                "{{\"Datastream\":{{\"@iot.id\":{id}}},\"components\":[\"phenomenonTime\",\"result\"],\"dataArray\":["
            );
            self.last = id;
        } else {
            self.text.push(',');
        }
        let _ = write!(self.text, "[\"{}\",", Time(time_ms * 1000).iso());
        series::value(stream, minute, &mut self.text);
        self.text.push(']');
        self.rows += 1;
    }

    /// Offers it until it is taken; answers how many rows it had, and how often there was no room.
    pub async fn send_counted(&mut self, connection: &mut Connection) -> Result<(u64, u64), String> {
        self.text.push_str("]}]");
        let mut waited = 0;
        loop {
            let reply = connection.post("/sta/v1.1/CreateObservations", self.text.as_bytes()).await?;
            match reply.status {
                201 => break,
                429 => waited += 1,
                other => return Err(format!("{other}: {}", String::from_utf8_lossy(&reply.body))),
            }
            tokio::time::sleep(PAUSE).await;
        }
        self.text.clear();
        Ok((std::mem::take(&mut self.rows), waited))
    }

    /// Answers how many rows were taken.
    pub async fn send(&mut self, connection: &mut Connection, stop: &AtomicBool) -> Result<u64, String> {
        if self.rows == 0 {
            return Ok(0);
        }
        self.text.push_str("]}]");
        let is_taken = offer(connection, "/sta/v1.1/CreateObservations", self.text.as_bytes(), stop).await?;
        self.text.clear();
        let rows = std::mem::take(&mut self.rows);
        Ok(if is_taken { rows } else { 0 })
    }
}

/// One observation a request, as devices do that know no better.
pub async fn single(plan: &Plan) -> Result<(), String> {
    load(plan, "single", 256, 1).await
}

/// A hundred to a thousand in a request, as gateways do.
pub async fn array(plan: &Plan) -> Result<(), String> {
    load(plan, "array", 16, 100).await
}

async fn load(plan: &Plan, name: &str, connections: u64, batch: u64) -> Result<(), String> {
    let target = Target::of(plan);
    let streams = plan.number("streams", 20_000).map_err(told)?;
    let connections = plan.number("connections", connections).map_err(told)?;
    let batch = plan.number("batch", batch).map_err(told)?;
    let seconds = plan.number("seconds", 60).map_err(told)?;
    let ids = Arc::new(ids(&mut target.connect().await?, streams).await?);
    // Fresh minutes, after everything that `fill` sent: each run begins where the clock stands. A longer run goes back
    // to hours that are closed, or more rows would wait for their hour to end than the door lets in.
    let minutes_ago = plan.number("minutes_ago", 30).map_err(told)? as i64;
    let start = host::Clock::system().now().0 / 1000 - minutes_ago * 60_000;
    let (stop, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let (before, own_before, began) = (cpu_seconds(&target.server), cpu_seconds("self"), Instant::now());
    let each = (streams / connections).max(1);
    let tasks: Vec<_> = (0..connections)
        .map(|worker| {
            let (target, ids, stop, sent) = (Target::of(plan), ids.clone(), stop.clone(), sent.clone());
            let mine = Mine { worker, each, streams, start };
            tokio::spawn(async move { send_until(&target, &ids, mine, batch, &stop, &sent).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    stop.store(true, Ordering::Relaxed);
    let mut late_us = Vec::new();
    for task in tasks {
        late_us.extend(task.await.map_err(|e| e.to_string())??);
    }
    let took = began.elapsed();
    late_us.sort_unstable();
    println!(
        "latency_ms p50={:.2} p99={:.2} generator_cpu_seconds={:.1}",
        at_share_ms(&late_us, 0.5),
        at_share_ms(&late_us, 0.99),
        cpu_seconds("self") - own_before
    );
    let rows = sent.load(Ordering::Relaxed);
    report(name, rows, took, cpu_seconds(&target.server) - before, &target.server, batch);
    Ok(())
}

/// Which datastreams a worker writes, and from when on (milliseconds).
#[derive(Clone, Copy)]
struct Mine {
    worker: u64,
    each: u64,
    streams: u64,
    start: i64,
}

/// Sends until told to stop; answers how long each answer took, in microseconds.
async fn send_until(
    target: &Target,
    ids: &[i64],
    Mine { worker, each, streams, start }: Mine,
    batch: u64,
    stop: &AtomicBool,
    sent: &AtomicU64,
) -> Result<Vec<u32>, String> {
    let mut connection = target.connect().await?;
    let mut n: u64 = 0;
    let mut message = Message::default();
    let mut late_us: Vec<u32> = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let asked = Instant::now();
        if batch == 1 {
            let stream = (worker * each + n % each) % streams;
            let at = start + (n / each) as i64 * 100 + stream as i64 % 97;
            let path = format!("/sta/v1.1/Datastreams({})/Observations", ids[stream as usize]);
            let is_taken = offer(&mut connection, &path, one(at, stream, n).as_bytes(), stop).await?;
            n += 1;
            sent.fetch_add(u64::from(is_taken), Ordering::Relaxed);
        } else {
            // A gateway's message: ten readings of each of its devices.
            while message.rows < batch {
                let stream = (worker * each + (n / 10) % each) % streams;
                let at = start + (n / (10 * each)) as i64 * 1_000 + (n % 10) as i64 * 100;
                message.row(ids[stream as usize], at, stream, n);
                n += 1;
            }
            sent.fetch_add(message.send(&mut connection, stop).await?, Ordering::Relaxed);
        }
        late_us.push(asked.elapsed().as_micros() as u32);
    }
    Ok(late_us)
}

/// Between two offers to a server that has no room: a commit or two.
const PAUSE: Duration = Duration::from_millis(10);

/// Offers a message until the server has room for it, or the run is over. Answers whether it was taken.
async fn offer(
    connection: &mut Connection,
    path: &str,
    body: &[u8],
    stop: &AtomicBool,
) -> Result<bool, String> {
    loop {
        let reply = connection.post(path, body).await?;
        match reply.status {
            201 => return Ok(true),
            429 if stop.load(Ordering::Relaxed) => return Ok(false),
            429 => tokio::time::sleep(PAUSE).await,
            other => return Err(format!("{other}: {}", String::from_utf8_lossy(&reply.body))),
        }
    }
}

/// The body of one observation.
pub fn one(time_ms: i64, stream: u64, n: u64) -> String {
    use std::fmt::Write as _;
    let mut body = String::with_capacity(96);
    let _ = write!(body, "{{\"phenomenonTime\":\"{}\",\"result\":", Time(time_ms * 1000).iso());
    series::value(stream, n, &mut body);
    body.push('}');
    body
}

fn report(name: &str, rows: u64, took: Duration, server_cpu: f64, server: &str, batch: u64) {
    let seconds = took.as_secs_f64();
    let (resident, peak) = memory_mb(server);
    println!(
        "{name} batch={batch} rows={rows} seconds={seconds:.1} rows_per_second={:.0} server_cpu_seconds={server_cpu:.1} \
         server_mb={resident} server_peak_mb={peak} load={}",
        rows as f64 / seconds,
        load_average()
    );
}
