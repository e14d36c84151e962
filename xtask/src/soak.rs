//! The long runs, which CI has no time for. Each prints a line to be copied into docs/benchmarks.md with the commit.

use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Kills each store `kills` times at random moments and verifies it after each.
pub fn soak(root: &Path, kills: &str) -> Result<(), String> {
    let count: u32 =
        kills.parse().map_err(|_| format!("soak {kills}: say how many kills, for example 300"))?;
    // Over MQTT each has more clients and more to verify.
    let over_mqtt = (count / 3).max(1).to_string();
    let counts = [("CAUSEWAY_TEST_KILLS", kills), ("CAUSEWAY_TEST_MQTT_KILLS", &over_mqtt)];
    test(root, "kills_lose_no", &counts, "a promise of the store was broken; its seed stands above")
}

/// Looks at every kind of page in every setting.
pub fn pages(root: &Path) -> Result<(), String> {
    let every = [("CAUSEWAY_TEST_EVERY_SETTING", "1")];
    test(root, "every_kind_of_page", &every, "what was found stands above")
}

fn test(root: &Path, name: &str, longer: &[(&str, &str)], failed: &str) -> Result<(), String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let status = Command::new(cargo)
        .current_dir(root)
        .args(["test", "--package", "causeway-tests", "--", "--nocapture", name])
        .envs(longer.iter().copied())
        .status()
        .map_err(|e| format!("cargo does not start: {e}"))?;
    if status.success() { Ok(()) } else { Err(failed.into()) }
}

/// Datastreams of the load table: 2.8 million meters with two each, and 57,000 of other devices.
const STREAMS: &str = "5700000";
/// Where the server of this run is asked and told.
const HTTP: &str = "127.0.0.1:8171";
const MQTT: &str = "127.0.0.1:1884";

/// The IoT load on a server and a store of its own, which is kept: making 5.7 million datastreams takes a quarter of an
/// hour.
pub fn iot(root: &Path, minutes: &str) -> Result<(), String> {
    let minutes: u64 =
        minutes.parse().map_err(|_| format!("soak iot {minutes}: say how many minutes, for example 30"))?;
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let build = ["build", "--release", "--package", "causeway"];
    let built = Command::new(cargo).current_dir(root).args(build).status();
    if !built.is_ok_and(|status| status.success()) {
        return Err("the program does not build".into());
    }
    let program = root.join("target/release/causeway");
    let data = root.join("target/soak-iot");
    let is_prepared = data.join("prepared");
    if !is_prepared.exists() {
        let server = Serving::start(&program, &data)?;
        bench(&program, &data, &server, &["prepare", &format!("streams={STREAMS}")])?;
        std::fs::write(&is_prepared, STREAMS).map_err(|e| e.to_string())?;
    }
    let began = Instant::now();
    let server = Serving::start(&program, &data)?;
    println!("soak iot: ready {:.1} s after its start", began.elapsed().as_secs_f64());
    let (streams, minutes) = (format!("streams={STREAMS}"), format!("minutes={minutes}"));
    bench(&program, &data, &server, &["iot", &streams, &minutes])
}

/// A server, ended with its value.
struct Serving(Child);

impl Serving {
    fn start(program: &Path, data: &Path) -> Result<Serving, String> {
        let mut server = Command::new(program);
        server.args(["serve", "--listen", HTTP, "--data"]).arg(data);
        server.env("CAUSEWAY_FEEDS_FETCH", "false").env("CAUSEWAY_MQTT_LISTEN", MQTT);
        let mut serving = Serving(server.spawn().map_err(|e| format!("{}: {e}", program.display()))?);
        while std::net::TcpStream::connect(HTTP).is_err() {
            if let Ok(Some(status)) = serving.0.try_wait() {
                return Err(format!("the server ended: {status}"));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(serving)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may be gone already; either way there is nothing left to end.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn bench(program: &Path, data: &Path, server: &Serving, what: &[&str]) -> Result<(), String> {
    let key = std::fs::read_to_string(data.join("operator.key")).map_err(|e| e.to_string())?;
    let key = format!("key={}", key.trim());
    let places = [format!("address={HTTP}"), format!("mqtt={MQTT}"), format!("server={}", server.0.id())];
    let run = Command::new(program).arg("bench").args(what).arg(key).args(places).status();
    if run.is_ok_and(|status| status.success()) { Ok(()) } else { Err(format!("bench {} failed", what[0])) }
}

/// Property tests that feed a parser with what it should not be given, by a part of their names.
const PARSERS: [&str; 7] = [
    "any_bytes_are_read_or_refused",
    "no_bytes_make_it_panic",
    "no_text",
    "no_arrangement",
    "too_strange",
    "never_panic",
    "makes_no_panic",
];
/// Cases of one property in one round; each round has other seeds.
const CASES: &str = "20000";
/// What one round may take of memory, in KiB: a parser that asks for more is at fault (2 GiB).
const MEMORY: u64 = 2 << 20;

/// Feeds the parsers (OData, MQTT, JSON, XML, CSV, batches, blocks) with noise, round after round.
pub fn noise(root: &Path, minutes: &str) -> Result<(), String> {
    let minutes: u64 =
        minutes.parse().map_err(|_| format!("soak noise {minutes}: say how many minutes, for example 60"))?;
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let until = Instant::now() + Duration::from_secs(60 * minutes);
    let test = ["test", "--release", "--quiet", "-p", "mqtt", "-p", "intake", "-p", "sensing", "--lib"];
    let built = Command::new(&cargo).current_dir(root).args(test).arg("--no-run").status();
    if !built.is_ok_and(|status| status.success()) {
        return Err("the tests do not build".into());
    }
    let mut rounds = 0;
    while rounds == 0 || Instant::now() < until {
        let bounded = format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\"");
        let mut round = Command::new("sh");
        round.current_dir(root).args(["-c", &bounded]).arg(&cargo).args(test).arg("--").args(PARSERS);
        let status = round.env("PROPTEST_CASES", CASES).status().map_err(|e| format!("cargo: {e}"))?;
        if !status.success() {
            return Err("a parser broke; the input stands above".into());
        }
        rounds += 1;
    }
    println!("noise: {rounds} rounds of {CASES} cases a property, nothing broke");
    Ok(())
}

/// What libFuzzer must know of the code: which edges were taken, and what was compared with what. Options of LLVM that
/// rustc hands on, so that no nightly is needed.
const GUIDED: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Clink-dead-code";
/// Named in full: then build scripts and macros, which run on the same machine, are compiled without it.
const TARGET: &str = "x86_64-unknown-linux-gnu";
const FUZZED: [&str; 5] = ["odata", "mqtt", "csv", "xml", "json"];
/// Bytes of an input: parsers that are slow or greedy are so at a few kilobytes too.
const LONGEST: &str = "-max_len=4096";

/// Fuzzes each parser for so many minutes, guided by what the code does; what was learned stays in `fuzz/target`.
pub fn fuzz(root: &Path, minutes: &str) -> Result<(), String> {
    let minutes: u64 =
        minutes.parse().map_err(|_| format!("soak fuzz {minutes}: say how many minutes, for example 60"))?;
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let folder = root.join("fuzz");
    let mut build = Command::new(cargo);
    build.current_dir(&folder).args(["build", "--release", "--target", TARGET]).env("RUSTFLAGS", GUIDED);
    if !build.status().is_ok_and(|status| status.success()) {
        return Err("the fuzzers do not build".into());
    }
    let time = format!("-max_total_time={}", 60 * minutes);
    for target in FUZZED {
        let (learned, found) = (format!("target/corpus/{target}"), format!("target/found/{target}/"));
        for kept in [&learned, &found] {
            std::fs::create_dir_all(folder.join(kept)).map_err(|e| format!("{kept}: {e}"))?;
        }
        println!("fuzz: {target}, {minutes} minutes");
        let mut run = Command::new(folder.join(format!("target/{TARGET}/release/{target}")));
        run.current_dir(&folder).arg(&learned).arg(format!("seeds/{target}")).arg(&time).arg(LONGEST);
        run.args(["-rss_limit_mb=2048", "-malloc_limit_mb=512", "-timeout=10", "-print_final_stats=1"]);
        let status = run.arg(format!("-artifact_prefix={found}")).status().map_err(|e| e.to_string())?;
        if !status.success() {
            return Err(format!("{target} broke; the input lies in fuzz/{found}"));
        }
    }
    Ok(())
}
