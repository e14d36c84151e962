//! `causeway bench`: load on a running server, as a process of its own, with what it costs both.
//!
//! Rules of the figures (docs/benchmarks.md): sustained for a minute, CPU-seconds of server and generator beside the
//! rate, only what was acknowledged counts.

mod alerts;
mod connection;
mod ingest;
mod iot;
mod mqtt;
mod people;
mod query;
mod series;
mod standard;

use std::path::PathBuf;

use crate::arguments::Arguments;
use crate::commands::Failure;

/// What a bench is told: `causeway bench WHAT KEY=VALUE…`.
pub struct Plan {
    pub what: String,
    settings: Vec<(String, String)>,
}

impl Plan {
    fn of(paths: &[PathBuf]) -> Result<Plan, Failure> {
        let mut words = paths.iter().map(|p| p.to_string_lossy().into_owned());
        let what = words.next().unwrap_or_default();
        let settings = words
            .map(|word| match word.split_once('=') {
                Some((key, value)) => Ok((key.to_string(), value.to_string())),
                None => Err(Failure::Usage(format!("bench: {word}: settings are written key=value"))),
            })
            .collect::<Result<_, _>>()?;
        Ok(Plan { what, settings })
    }

    pub fn text(&self, key: &str, default: &str) -> String {
        let found = self.settings.iter().find(|(k, _)| k == key);
        found.map_or_else(|| default.to_string(), |(_, value)| value.clone())
    }

    pub fn number(&self, key: &str, default: u64) -> Result<u64, Failure> {
        let text = self.text(key, &default.to_string());
        text.replace('_', "")
            .parse()
            .map_err(|_| Failure::Usage(format!("bench: {key}={text}: give a whole number")))
    }
}

const HELP: &str = "\
causeway bench prepare  key=KEY [streams=20000]                    make the datastreams
causeway bench fill     key=KEY rows=50000000 [batch=5000]         give them a past, in arrival order
causeway bench year    key=KEY                                     give the first datastream a year of minutes
causeway bench single   key=KEY [connections=256] [seconds=60]     one observation a request
causeway bench array    key=KEY [connections=16] [batch=100] [seconds=60]
causeway bench query    key=KEY [count=1000]                       the queries of docs/benchmarks.md
causeway bench pages    [rate=500] [seconds=30] [connections=32] [paths=/en/,…]   people who look at pages
causeway bench streams  key=KEY datastream=ID slug=SLUG [count=2000]               pages that stay open
causeway bench mqtt     key=KEY [connections=16] [window=500] [seconds=60] [told=200] [rate=0, as many as go]
causeway bench rules    to=DIR [rules=1000] [each=100]             the pack with so many rules more, to serve it
causeway bench alerts   key=KEY [rate=5000] [seconds=60]           from an observation to its alert
causeway bench idle     [connections=10000]                        clients that are connected and say nothing
causeway bench iot      key=KEY [streams=5700000] [minutes=30] [rate=4800] [burst=100000] [bursts=3]   a city's devices
causeway bench standard [key=KEY] [root=/sta/v1.1] [streams=20000] [seconds=30]   any SensorThings server, to compare
    and these: [mqtt=127.0.0.1:1883]
    single and array: [minutes_ago=30, from when on the rows are]
    and each: [address=127.0.0.1:8080] [server=PID, to count its CPU]
";

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let plan = Plan::of(&arguments.paths)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| Failure::Start(e.to_string()))?;
    let outcome = runtime.block_on(async {
        match plan.what.as_str() {
            "prepare" => ingest::prepare(&plan).await,
            "fill" => ingest::fill(&plan).await,
            "year" => ingest::year(&plan).await,
            "single" => ingest::single(&plan).await,
            "array" => ingest::array(&plan).await,
            "rules" => alerts::rules(&plan, arguments),
            "alerts" => alerts::run(&plan).await,
            "mqtt" => mqtt::publish(&plan).await,
            "idle" => mqtt::idle(&plan).await,
            "iot" => iot::run(&plan).await,
            "standard" => standard::run(&plan).await,
            "query" => query::run(&plan).await,
            "pages" => people::pages(&plan).await,
            "streams" => people::streams(&plan).await,
            _ => Err(HELP.to_string()),
        }
    });
    outcome.map_err(Failure::Usage)
}

/// User and system seconds of a process, from /proc (fields 14 and 15 of stat, in ticks of 10 ms).
pub fn cpu_seconds(process: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks =
        |field: usize| after_name.split(' ').nth(field).and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// Resident memory of a process in MB, now and at its peak.
pub fn memory_mb(process: &str) -> (u64, u64) {
    (memory_field(process, "VmRSS:"), memory_field(process, "VmHWM:"))
}

/// Resident memory of a process that is no page of a file, in MB.
pub fn own_memory_mb(process: &str) -> u64 {
    memory_field(process, "RssAnon:")
}

fn memory_field(process: &str, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kb = line.and_then(|rest| rest.split_whitespace().next()).and_then(|kb| kb.parse::<u64>().ok());
    kb.unwrap_or(0) / 1024
}

/// Of sorted microseconds, the one below which this share of them lies, in milliseconds.
pub fn at_share_ms(sorted_us: &[u32], share: f64) -> f64 {
    let at = (sorted_us.len() as f64 * share) as usize;
    f64::from(sorted_us.get(at).copied().unwrap_or(0)) / 1000.0
}

/// What else the machine was doing.
pub fn load_average() -> String {
    std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim().to_string()
}
