//! People: pages at a steady rate, and pages that stay open and want to be told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::connection::Connection;
use super::{Plan, at_share_ms, cpu_seconds, load_average, memory_mb};

/// What people look at, where nothing else is asked for: every kind of page that a city with a plan has.
const PAGES: &str = "/en/,/zh-hant/,/zh-hans/,/en/feeds,/en/map,/en/districts,/zh-hant/initiatives,/en/initiatives/sm08,\
                     /zh-hans/chapters/smart-mobility,/en/initiatives/progress,/en/near/mong-kok,/en/visitors,\
                     /en/search?q=mongkok,/zh-hant/search?q=%E6%97%BA%E8%A7%92,/en/search?q=air%20qualty,/en/about";

fn told(failure: crate::commands::Failure) -> String {
    failure.to_string()
}

/// Asks for pages at a rate, each connection at its own moments, and says how long each kind took.
pub async fn pages(plan: &Plan) -> Result<(), String> {
    let (address, key) = (plan.text("address", "127.0.0.1:8080"), plan.text("key", ""));
    let (rate, seconds) =
        (plan.number("rate", 500).map_err(told)?, plan.number("seconds", 30).map_err(told)?);
    let connections = plan.number("connections", 32).map_err(told)?.max(1);
    let paths: Arc<Vec<String>> = Arc::new(plan.text("paths", PAGES).split(',').map(String::from).collect());
    let server = plan.text("server", "");
    let (began, cpu) = (Instant::now(), cpu_seconds(&server));
    let until = Duration::from_secs(seconds);
    let between = Duration::from_secs_f64(connections as f64 / rate.max(1) as f64);
    let mut readers = Vec::new();
    for number in 0..connections {
        let mut connection = Connection::open(&address, &key).await?;
        let paths = paths.clone();
        readers.push(tokio::spawn(async move {
            let mut times: Vec<(usize, u32)> = Vec::new();
            // Spread over the first round, so that they do not all come at once.
            let mut due = between.mul_f64(number as f64 / connections as f64);
            let mut turn = number as usize;
            while due < until {
                tokio::time::sleep_until((began + due).into()).await;
                let path = turn % paths.len();
                let asked = Instant::now();
                let reply = connection.get(&paths[path]).await?;
                if reply.status != 200 {
                    return Err(format!("{}: {}", paths[path], reply.status));
                }
                times.push((path, asked.elapsed().as_micros() as u32));
                turn += 1;
                due += between;
            }
            Ok(times)
        }));
    }
    let mut all: Vec<(usize, u32)> = Vec::new();
    for reader in readers {
        all.extend(reader.await.map_err(|e| e.to_string())??);
    }
    let took = began.elapsed().as_secs_f64();
    for (number, path) in paths.iter().enumerate() {
        let mut of_path: Vec<u32> = all.iter().filter(|(at, _)| *at == number).map(|(_, us)| *us).collect();
        of_path.sort_unstable();
        println!("{path:40} {}", shares(&of_path));
    }
    let mut every: Vec<u32> = all.iter().map(|(_, us)| *us).collect();
    every.sort_unstable();
    println!("{:40} {}", "all", shares(&every));
    println!(
        "{:.0} requests/s, server CPU {:.2} s of {took:.1} s, memory {:?} MB, load {}",
        every.len() as f64 / took,
        cpu_seconds(&server) - cpu,
        memory_mb(&server),
        load_average()
    );
    Ok(())
}

fn shares(sorted_us: &[u32]) -> String {
    let at = |share| at_share_ms(sorted_us, share);
    format!("n {:6} p50 {:7.2} p95 {:7.2} p99 {:7.2} ms", sorted_us.len(), at(0.5), at(0.95), at(0.99))
}

/// Opens live streams, sends one observation, and says how soon each stream was told.
pub async fn streams(plan: &Plan) -> Result<(), String> {
    let (address, key) = (plan.text("address", "127.0.0.1:8080"), plan.text("key", ""));
    let count = plan.number("count", 2_000).map_err(told)?;
    let rounds = plan.number("rounds", 10).map_err(told)?;
    let (id, slug) = (plan.text("datastream", ""), plan.text("slug", ""));
    if id.is_empty() || slug.is_empty() {
        return Err("streams: say datastream=ID slug=SLUG of one that this key may write to".into());
    }
    let heard = Arc::new(AtomicU32::new(0));
    for _ in 0..count {
        let mut stream = TcpStream::connect(&address).await.map_err(|e| format!("{address}: {e}"))?;
        let ask = format!("GET /en/live?topic={slug} HTTP/1.1\r\nhost: {address}\r\n\r\n");
        stream.write_all(ask.as_bytes()).await.map_err(|e| e.to_string())?;
        let heard = heard.clone();
        tokio::spawn(async move {
            let mut buffer = [0_u8; 4096];
            while let Ok(length) = stream.read(&mut buffer).await {
                if length == 0 {
                    return;
                }
                // Each message of a value is one piece on its way; what is no message is a sign of life.
                if buffer[..length].windows(6).any(|bytes| bytes == b"value\n") {
                    heard.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
    }
    // All are told the current value first.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let mut connection = Connection::open(&address, &key).await?;
    let mut slowest = Vec::new();
    for round in 0..rounds {
        heard.store(0, Ordering::SeqCst);
        let at = host::Clock::system().now().iso();
        let body =
            format!("{{\"result\":{round},\"phenomenonTime\":\"{at}\",\"Datastream\":{{\"@iot.id\":{id}}}}}");
        let sent = Instant::now();
        let reply = connection.post("/sta/v1.1/Observations", body.as_bytes()).await?;
        if reply.status != 201 {
            return Err(format!("the observation was answered {}", reply.status));
        }
        while u64::from(heard.load(Ordering::SeqCst)) < count && sent.elapsed() < Duration::from_secs(10) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        slowest.push((sent.elapsed().as_millis(), heard.load(Ordering::SeqCst)));
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    for (milliseconds, told) in &slowest {
        println!("{told} of {count} streams told after {milliseconds} ms");
    }
    println!("memory {:?} MB, load {}", memory_mb(&plan.text("server", "")), load_average());
    Ok(())
}
