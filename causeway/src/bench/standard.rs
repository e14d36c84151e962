//! The same work for any server that speaks SensorThings 1.1, by what the standard says alone: to compare with peers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::connection::Connection;
use super::ingest::{Message, one};
use super::{Plan, at_share_ms, cpu_seconds, load_average, memory_mb};

/// Datastreams of a thing, made with it in one request.
const A_THING: u64 = 100;
/// Rows of the day that is read: one a minute.
const A_DAY: u64 = 1_440;

struct Peer {
    address: String,
    key: String,
    root: String,
    /// Processes whose CPU and memory are counted: the server, and its database where that is another.
    servers: Vec<String>,
}

impl Peer {
    fn of(plan: &Plan) -> Peer {
        Peer {
            address: plan.text("address", "127.0.0.1:8080"),
            key: plan.text("key", ""),
            root: plan.text("root", "/sta/v1.1"),
            servers: plan.text("server", "").split(',').flat_map(family).collect(),
        }
    }

    async fn connect(&self) -> Result<Connection, String> {
        Connection::open(&self.address, &self.key).await
    }

    fn cpu(&self) -> f64 {
        self.servers.iter().map(|server| cpu_seconds(server)).sum()
    }

    fn memory_mb(&self) -> u64 {
        self.servers.iter().map(|server| memory_mb(server).0).sum()
    }
}

/// A process and its children: a database serves each connection by one.
fn family(process: &str) -> Vec<String> {
    let children = format!("/proc/{process}/task/{process}/children");
    let children = std::fs::read_to_string(children).unwrap_or_default();
    [process].into_iter().chain(children.split_whitespace()).map(String::from).collect()
}

pub async fn run(plan: &Plan) -> Result<(), String> {
    let told = |failure: crate::commands::Failure| failure.to_string();
    let streams = plan.number("streams", 20_000).map_err(told)?;
    let seconds = plan.number("seconds", 30).map_err(told)?;
    let count = plan.number("count", 300).map_err(told)?;
    let peer = Peer::of(plan);
    let mut connection = peer.connect().await?;
    println!("standard idle_mb={} load={}", peer.memory_mb(), load_average());
    let ids = Arc::new(registered(&peer, &mut connection, streams).await?);
    day(&peer, &mut connection, ids[0]).await?;
    for (connections, batch) in [(1, 1), (64, 1), (256, 1), (16, 100), (16, 1_000)] {
        // Connections of a database come and go with the load; who serves them is looked up anew.
        load(&Peer::of(plan), &ids, connections, batch, seconds).await?;
    }
    // The first one was idle for too long.
    let mut connection = peer.connect().await?;
    for (name, path) in questions(&peer, &ids) {
        ask(&peer, &mut connection, name, &path, count).await?;
    }
    println!("standard loaded_mb={} load={}", Peer::of(plan).memory_mb(), load_average());
    Ok(())
}

async fn made(connection: &mut Connection, path: &str, body: &Json) -> Result<(), String> {
    let reply = connection.post(path, body.to_string().as_bytes()).await?;
    match reply.status {
        201 => Ok(()),
        other => Err(format!("{path}: {other}: {}", String::from_utf8_lossy(&reply.body))),
    }
}

async fn answer(connection: &mut Connection, path: &str) -> Result<Json, String> {
    let reply = connection.get(path).await?;
    if reply.status != 200 {
        return Err(format!("{path}: {}: {}", reply.status, String::from_utf8_lossy(&reply.body)));
    }
    serde_json::from_slice(&reply.body).map_err(|e| e.to_string())
}

/// Makes things with their places and datastreams, timed, unless they are there; answers the ids of the datastreams.
async fn registered(peer: &Peer, connection: &mut Connection, streams: u64) -> Result<Vec<i64>, String> {
    let root = &peer.root;
    let known = listed(peer, connection).await?;
    if known.len() as u64 >= streams {
        return Ok(known);
    }
    made(
        connection,
        &format!("{root}/Sensors"),
        &json!({
            "name": "bench", "description": "none", "encodingType": "text/plain", "metadata": "none",
        }),
    )
    .await?;
    made(
        connection,
        &format!("{root}/ObservedProperties"),
        &json!({
            "name": "bench", "description": "none", "definition": "urn:causeway:bench",
        }),
    )
    .await?;
    let first = |answer: Json| answer["value"][0]["@iot.id"].clone();
    let sensor = first(answer(connection, &format!("{root}/Sensors?$top=1")).await?);
    let property = first(answer(connection, &format!("{root}/ObservedProperties?$top=1")).await?);
    let (began, before) = (Instant::now(), peer.cpu());
    for thing in 0..streams.div_ceil(A_THING) {
        let datastreams: Vec<Json> = (thing * A_THING..(thing + 1) * A_THING)
            .map(|n| {
                json!({
                    "name": format!("bench {n}"), "description": "A minute stream.",
                    "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
                    "unitOfMeasurement": { "name": "one", "symbol": "1", "definition": "ucum:1" },
                    "Sensor": { "@iot.id": sensor }, "ObservedProperty": { "@iot.id": property },
                    "properties": { "label": "public" },
                })
            })
            .collect();
        let place = [114.0 + (thing % 100) as f64 / 500.0, 22.2 + (thing / 100) as f64 / 500.0];
        made(connection, &format!("{root}/Things"), &json!({
            "name": format!("bench {thing}"), "description": "A benchmark's.", "properties": { "label": "public" },
            "Locations": [{
                "name": "place", "description": "none", "encodingType": "application/geo+json",
                "location": { "type": "Point", "coordinates": place },
            }],
            "Datastreams": datastreams,
        }))
        .await?;
    }
    println!(
        "standard register datastreams={streams} per_second={:.0} cpu_seconds={:.1}",
        streams as f64 / began.elapsed().as_secs_f64(),
        peer.cpu() - before
    );
    listed(peer, connection).await
}

async fn listed(peer: &Peer, connection: &mut Connection) -> Result<Vec<i64>, String> {
    let (mut ids, mut next) =
        (Vec::new(), Some(format!("{}/Datastreams?$select=id&$orderby=id&$top=1000", peer.root)));
    while let Some(path) = next {
        let page = answer(connection, &path).await?;
        ids.extend(page["value"].as_array().into_iter().flatten().filter_map(|v| v["@iot.id"].as_i64()));
        next = page["@iot.nextLink"].as_str().and_then(|link| Some(link[link.find("/sta/")?..].to_string()));
    }
    Ok(ids)
}

/// When the day that is read begins, milliseconds: long over, at midnight.
fn day_ms() -> i64 {
    (host::Clock::system().now().0 / 1000 / 86_400_000 - 3) * 86_400_000
}

/// Gives the first datastream a day of minutes.
async fn day(peer: &Peer, connection: &mut Connection, id: i64) -> Result<(), String> {
    let path = format!("{}/Datastreams({id})/Observations?$count=true&$top=1", peer.root);
    if answer(connection, &path).await?["@iot.count"].as_u64() >= Some(A_DAY) {
        return Ok(());
    }
    let mut message = Message::default();
    (0..A_DAY).for_each(|minute| message.row(id, day_ms() + minute as i64 * 60_000, 0, minute));
    message.send_counted(connection).await.map(drop)
}

async fn load(
    peer: &Peer,
    ids: &Arc<Vec<i64>>,
    connections: u64,
    batch: u64,
    seconds: u64,
) -> Result<(), String> {
    let (stop, rows) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    // No two runs say the same: each begins where the clock stands.
    let start = host::Clock::system().now().0 / 1000 - 6 * 3_600_000;
    let (began, before, own) = (Instant::now(), peer.cpu(), cpu_seconds("self"));
    let each = (ids.len() as u64 / connections).max(1);
    let mut tasks = Vec::new();
    for worker in 0..connections {
        let (mut to, root) = (peer.connect().await?, peer.root.clone());
        let (ids, stop, rows) = (ids.clone(), stop.clone(), rows.clone());
        tasks.push(tokio::spawn(async move {
            let (mut took_us, mut n, mut message) = (Vec::new(), 0u64, Message::default());
            while !stop.load(Ordering::Relaxed) {
                let asked = Instant::now();
                if batch == 1 {
                    let at = (worker * each + n % each) as usize % ids.len();
                    let path = format!("{root}/Datastreams({})/Observations", ids[at]);
                    let body = one(start + (n / each) as i64 * 100, at as u64, n);
                    let reply = to.post(&path, body.as_bytes()).await?;
                    if reply.status != 201 {
                        return Err(format!("{}: {}", reply.status, String::from_utf8_lossy(&reply.body)));
                    }
                    n += 1;
                } else {
                    // Ten readings of each device, as gateways send them.
                    for _ in 0..batch {
                        let at = (worker * each + n / 10 % each) as usize % ids.len();
                        let time = start + (n / (10 * each)) as i64 * 1_000 + (n % 10) as i64 * 100;
                        message.row(ids[at], time, at as u64, n);
                        n += 1;
                    }
                    message.send_counted(&mut to).await?;
                }
                rows.fetch_add(batch, Ordering::Relaxed);
                took_us.push(asked.elapsed().as_micros() as u32);
            }
            Ok::<_, String>(took_us)
        }));
    }
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    stop.store(true, Ordering::Relaxed);
    let mut took_us = Vec::new();
    for task in tasks {
        took_us.extend(task.await.map_err(|e| e.to_string())??);
    }
    took_us.sort_unstable();
    let rows = rows.load(Ordering::Relaxed);
    println!(
        "standard write batch={batch} connections={connections} rows={rows} per_second={:.0} p50_ms={:.2} \
         p99_ms={:.2} cpu_seconds={:.1} generator_cpu_seconds={:.1} load={}",
        rows as f64 / began.elapsed().as_secs_f64(),
        at_share_ms(&took_us, 0.5),
        at_share_ms(&took_us, 0.99),
        peer.cpu() - before,
        cpu_seconds("self") - own,
        load_average()
    );
    Ok(())
}

fn questions(peer: &Peer, ids: &[i64]) -> Vec<(&'static str, String)> {
    let (root, id) = (&peer.root, ids[0]);
    let iso = |ms: i64| vocab::Time(ms * 1000).iso();
    let within = format!(
        "$filter=phenomenonTime%20ge%20{}%20and%20phenomenonTime%20lt%20{}&$orderby=phenomenonTime&$top=2000",
        iso(day_ms()),
        iso(day_ms() + 86_400_000)
    );
    let of = |rest: &str| format!("{root}/Datastreams({id})/Observations?{rest}");
    vec![
        ("last value", of("$orderby=phenomenonTime%20desc&$top=1")),
        ("stream-day as data array", of(&format!("{within}&$resultFormat=dataArray"))),
        ("stream-day as entities", of(&within)),
        ("page of 100 by result", of("$filter=result%20gt%2025&$top=100")),
        ("count of a datastream", of("$count=true&$top=1")),
        (
            "20 things, expanded to last values",
            format!(
                "{root}/Things?$top=20&$expand=Locations,Datastreams($top=5;$expand=Observations($orderby=phenomenonTime%20desc;$top=1))"
            ),
        ),
        ("page of 100 datastreams", format!("{root}/Datastreams?$top=100&$orderby=id")),
    ]
}

async fn ask(
    peer: &Peer,
    connection: &mut Connection,
    name: &str,
    path: &str,
    count: u64,
) -> Result<(), String> {
    let (mut took_us, mut bytes, before) = (Vec::new(), 0, peer.cpu());
    for n in 0..count + count / 10 {
        let asked = Instant::now();
        let reply = connection.get(path).await?;
        if reply.status != 200 {
            println!(
                "standard ask \"{name}\" answers {}: {}",
                reply.status,
                String::from_utf8_lossy(&reply.body)
            );
            return Ok(());
        }
        // The first tenth warms up.
        if n >= count / 10 {
            took_us.push(asked.elapsed().as_micros() as u32);
        }
        bytes = reply.body.len();
    }
    took_us.sort_unstable();
    println!(
        "standard ask \"{name}\" bytes={bytes} p50_ms={:.2} p99_ms={:.2} cpu_ms={:.2}",
        at_share_ms(&took_us, 0.5),
        at_share_ms(&took_us, 0.99),
        (peer.cpu() - before) * 1000.0 / (count + count / 10) as f64
    );
    Ok(())
}
