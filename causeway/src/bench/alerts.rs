//! From an observation to its alert: rules by the thousand, a steady flow of readings that raise nothing, and among them
//! a few that do, each held against the clock.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::connection::Connection;
use super::ingest::{Message, Target, ids, slug, told};
use super::{Plan, at_share_ms, cpu_seconds, load_average, memory_mb};
use crate::arguments::Arguments;
use crate::commands;

/// No reading of the flow is so high.
const HIGH: &str = "2000000";
/// Between two readings that raise something.
const BETWEEN: Duration = Duration::from_millis(100);
/// Between two messages of the flow.
const BEAT: Duration = Duration::from_millis(20);
/// What is under way at the end may take so long.
const PATIENCE: Duration = Duration::from_secs(10);

/// Writes the pack with so many rules more, each on so many of the datastreams that `prepare` makes.
pub fn rules(plan: &Plan, arguments: &Arguments) -> Result<(), String> {
    let (rules, each) = (plan.number("rules", 1_000).map_err(told)?, plan.number("each", 100).map_err(told)?);
    let streams = plan.number("streams", 20_000).map_err(told)?;
    let folder = plan.text("to", "");
    if folder.is_empty() {
        return Err("bench rules: say where the pack goes: to=DIR".into());
    }
    let pack = commands::pack(arguments.city.as_deref()).map_err(|e| e.to_string())?;
    let write = |path: &str, text: &str| {
        let file = Path::new(&folder).join(path);
        let parent = file.parent().unwrap_or(Path::new("."));
        let written = std::fs::create_dir_all(parent).and_then(|()| std::fs::write(&file, text));
        written.map_err(|e| format!("{}: {e}", file.display()))
    };
    for file in pack.files.values() {
        write(&file.path, &file.text)?;
    }
    let langs = pack.language_tags();
    let text = |key: &str| {
        let all: Vec<String> = langs.iter().map(|lang| format!("{lang} = \"bench\"")).collect();
        format!("{key} = {{ {} }}\n", all.join(", "))
    };
    for n in 0..rules {
        let keys: Vec<String> = (0..each).map(|i| format!("\"{}\"", (n * each + i) % streams)).collect();
        let rule = format!(
            "schema = 1\nid = \"bench-{n}\"\n{}{}{}label = \"public\"\nseverity = \"info\"\nscope = \"bench/s\"\n\
             datastreams = [{}]\nto = [\"page\"]\nenabled = true\n{}\n[condition]\nkind = \"threshold\"\n\
             when = \"result ge {HIGH} and quality ne 'suspect'\"\nuntil = \"result lt 1000000\"\n",
            text("title"),
            text("means"),
            text("what_to_do"),
            keys.join(", "),
            text("unreplayed"),
        );
        write(&format!("rules/bench-{n}.toml"), &rule)?;
    }
    println!("wrote rules={rules} each={each} to={folder}");
    Ok(())
}

/// When each reading that raises something was sent, by the name of its datastream.
type Sent = Arc<Mutex<HashMap<String, Instant>>>;

pub async fn run(plan: &Plan) -> Result<(), String> {
    let target = Target::of(plan);
    let streams = plan.number("streams", 20_000).map_err(told)?;
    let rate = plan.number("rate", 5_000).map_err(told)?;
    let seconds = plan.number("seconds", 60).map_err(told)?;
    let ids = Arc::new(ids(&mut target.connect().await?, streams).await?);
    let (stop, rows) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let sent = Sent::default();
    let heard: Arc<Mutex<Vec<u32>>> = Arc::default();
    let listening = tokio::spawn(listen(target.address.clone(), sent.clone(), heard.clone()));
    let flow = tokio::spawn(flow(Target::of(plan), ids.clone(), rate, stop.clone(), rows.clone()));
    let (before, began) = (cpu_seconds(&target.server), Instant::now());
    let mut connection = target.connect().await?;
    let mut probes = 0u64;
    while began.elapsed() < Duration::from_secs(seconds) {
        let at = (probes * 37) % streams;
        let now = host::Clock::system().now();
        let body = format!("{{\"phenomenonTime\":\"{}\",\"result\":{HIGH}}}", now.iso());
        sent.lock().unwrap_or_else(PoisonError::into_inner).insert(slug(at), Instant::now());
        let path = format!("/sta/v1.1/Datastreams({})/Observations", ids[at as usize]);
        let reply = connection.post(&path, body.as_bytes()).await?;
        if reply.status != 201 {
            return Err(format!("{}: {}", reply.status, String::from_utf8_lossy(&reply.body)));
        }
        probes += 1;
        tokio::time::sleep(BETWEEN).await;
    }
    stop.store(true, Ordering::Relaxed);
    flow.await.map_err(|e| e.to_string())??;
    let (took, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds(&target.server) - before);
    tokio::time::sleep(PATIENCE).await;
    listening.abort();
    let mut late = heard.lock().unwrap_or_else(PoisonError::into_inner).clone();
    late.sort_unstable();
    let rows = rows.load(Ordering::Relaxed);
    println!(
        "alerts probes={probes} alerts={} p50_ms={:.1} p99_ms={:.1} max_ms={:.1} rows_per_second={:.0} server_cpu_seconds={cpu:.1} \
         seconds={took:.1} server_mb={} load={}",
        late.len(),
        at_share_ms(&late, 0.5),
        at_share_ms(&late, 0.99),
        at_share_ms(&late, 0.999_999),
        rows as f64 / took,
        memory_mb(&target.server).0,
        load_average()
    );
    Ok(())
}

/// Readings that raise nothing, so many a second.
async fn flow(
    target: Target,
    ids: Arc<Vec<i64>>,
    rate: u64,
    stop: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
) -> Result<(), String> {
    let mut connection: Connection = target.connect().await?;
    let batch = (rate * BEAT.as_millis() as u64 / 1_000).max(1);
    let mut beats = tokio::time::interval(BEAT);
    let (mut message, mut n) = (Message::default(), 0u64);
    while !stop.load(Ordering::Relaxed) {
        beats.tick().await;
        let now_ms = host::Clock::system().now().0 / 1_000;
        for _ in 0..batch {
            let stream = n % ids.len() as u64;
            message.row(ids[stream as usize], now_ms, stream, n);
            n += 1;
        }
        sent.fetch_add(message.send(&mut connection, &stop).await?, Ordering::Relaxed);
    }
    Ok(())
}

/// Hears of alerts as any program does, and notes how long each took.
async fn listen(address: String, sent: Sent, heard: Arc<Mutex<Vec<u32>>>) -> Result<(), String> {
    let mut socket = TcpStream::connect(&address).await.map_err(|e| format!("{address}: {e}"))?;
    let request =
        format!("GET /api/alerts/stream HTTP/1.1\r\nhost: {address}\r\naccept: text/event-stream\r\n\r\n");
    socket.write_all(request.as_bytes()).await.map_err(|e| e.to_string())?;
    let mut lines = BufReader::new(socket).lines();
    while let Some(line) = lines.next_line().await.map_err(|e| e.to_string())? {
        let Some(data) = line.strip_prefix("data: ").filter(|data| data.contains("alert.raised")) else {
            continue;
        };
        let arrived = Instant::now();
        let event: serde_json::Value = serde_json::from_str(data).map_err(|e| e.to_string())?;
        let subject = event["data"]["subject"].as_str().unwrap_or_default();
        let began = sent.lock().unwrap_or_else(PoisonError::into_inner).get(subject).copied();
        if let Some(began) = began {
            let micros = arrived.duration_since(began).as_micros() as u32;
            heard.lock().unwrap_or_else(PoisonError::into_inner).push(micros);
        }
    }
    Ok(())
}
