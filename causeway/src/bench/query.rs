//! Reading: each of the queries that docs/benchmarks.md sets a bar for, timed on one connection.

use std::time::Instant;

use vocab::Time;

use super::connection::Connection;
use super::{Plan, at_share_ms, ingest};

/// One query: its name and its path.
struct Query {
    name: &'static str,
    path: String,
}

pub async fn run(plan: &Plan) -> Result<(), String> {
    let told = |failure: crate::commands::Failure| failure.to_string();
    let (address, key) = (plan.text("address", "127.0.0.1:8080"), plan.text("key", ""));
    let count = plan.number("count", 1_000).map_err(told)?;
    let streams = plan.number("streams", 20_000).map_err(told)?;
    let mut connection = Connection::open(&address, &key).await?;
    let ids = ingest::ids(&mut connection, streams).await?;
    let probe = format!(
        "/sta/v1.1/Datastreams({})/Observations?$orderby=phenomenonTime%20desc&$top=1&$select=phenomenonTime",
        ids[0]
    );
    let newest = connection.get(&probe).await?;
    let newest: serde_json::Value = serde_json::from_slice(&newest.body).map_err(|e| e.to_string())?;
    let newest = newest["value"][0]["phenomenonTime"].as_str().unwrap_or_default();
    let newest = Time::parse(newest)
        .map_err(|e| format!("the first datastream is empty ({e}); run: causeway bench fill"))?;
    for query in queries(&ids, newest) {
        time(&mut connection, &query, count).await?;
    }
    pages(&mut connection, ids[0]).await
}

fn queries(ids: &[i64], newest: Time) -> Vec<Query> {
    use vocab::time::DAY;
    let id = ids[0];
    // Yesterday: sealed, whole, and in every store that holds 41 hours of 20,000 streams.
    let (from, to) = (newest.floor(DAY).plus(-DAY), newest.floor(DAY));
    let range = format!(
        "$filter=phenomenonTime%20ge%20{}%20and%20phenomenonTime%20lt%20{}&$orderby=phenomenonTime&$top=10000",
        from.iso(),
        to.iso()
    );
    let many: Vec<String> = ids.iter().take(1_200).map(ToString::to_string).collect();
    // On whole hours, where roll-ups are met.
    let (year, day) = (newest.floor(DAY).plus(-365 * DAY), newest.plus(-DAY));
    vec![
        Query {
            name: "last value",
            path: format!("/sta/v1.1/Datastreams({id})/Observations?$orderby=phenomenonTime%20desc&$top=1"),
        },
        Query { name: "last value of 1,200", path: format!("/api/latest?datastream={}", many.join(",")) },
        Query {
            name: "stream-day as dataArray",
            path: format!("/sta/v1.1/Datastreams({id})/Observations?{range}&$resultFormat=dataArray"),
        },
        Query {
            name: "stream-day as entities",
            path: format!("/sta/v1.1/Datastreams({id})/Observations?{range}"),
        },
        Query {
            name: "year by hour, roll-ups",
            path: format!("/api/aggregate?datastream={id}&from={}&to={}&step=3600", year.iso(), newest.iso()),
        },
        Query {
            // Steps that no roll-up meets: every row is read.
            name: "year by 59 min, from rows",
            path: format!("/api/aggregate?datastream={id}&from={}&to={}&step=3540", year.iso(), newest.iso()),
        },
        Query {
            name: "day by minute, raw",
            path: format!("/api/aggregate?datastream={id}&from={}&to={}&step=60", day.iso(), newest.iso()),
        },
        Query { name: "count", path: format!("/sta/v1.1/Datastreams({id})/Observations?$count=true&$top=1") },
    ]
}

async fn time(connection: &mut Connection, query: &Query, count: u64) -> Result<(), String> {
    let mut took_us: Vec<u32> = Vec::with_capacity(count as usize);
    let mut bytes = 0;
    for _ in 0..count {
        let asked = Instant::now();
        let reply = connection.get(&query.path).await?;
        took_us.push(asked.elapsed().as_micros() as u32);
        if reply.status != 200 {
            return Err(format!(
                "{}: {}: {}",
                query.name,
                reply.status,
                String::from_utf8_lossy(&reply.body)
            ));
        }
        bytes = reply.body.len();
    }
    took_us.sort_unstable();
    let at = |share: f64| at_share_ms(&took_us, share);
    println!("query \"{}\" bytes={bytes} p50_ms={:.2} p99_ms={:.2}", query.name, at(0.5), at(0.99));
    Ok(())
}

/// Page 350 against page 1, following the links as a client does.
async fn pages(connection: &mut Connection, id: i64) -> Result<(), String> {
    let mut path = format!("/sta/v1.1/Datastreams({id})/Observations?$orderby=phenomenonTime&$top=5");
    let mut took_us = Vec::new();
    for _ in 0..350 {
        let asked = Instant::now();
        let reply = connection.get(&path).await?;
        took_us.push(asked.elapsed().as_micros() as u64);
        let page: serde_json::Value = serde_json::from_slice(&reply.body).map_err(|e| e.to_string())?;
        match page["@iot.nextLink"].as_str() {
            Some(link) => path = link[link.find("/sta/").unwrap_or(0)..].to_string(),
            None => break,
        }
    }
    let median = |slice: &[u64]| {
        let mut sorted = slice.to_vec();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or(0)
    };
    let (first, last) =
        (median(&took_us[..took_us.len().min(20)]), median(&took_us[took_us.len().saturating_sub(20)..]));
    println!("pages walked={} first_20_us={first} last_20_us={last}", took_us.len());
    Ok(())
}
