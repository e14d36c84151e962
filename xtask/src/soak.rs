//! The long runs, which CI has no time for. Each prints a line to be copied into docs/benchmarks.md with the commit.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Kills each store `kills` times at random moments and verifies it after each.
pub fn soak(root: &Path, kills: &str) -> Result<(), String> {
    let count: u32 =
        kills.parse().map_err(|_| format!("soak {kills}: say how many kills, for example 300"))?;
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let status = Command::new(cargo)
        .current_dir(root)
        .args(["test", "--package", "causeway-tests", "--", "--nocapture", "kills_lose_no"])
        .env("CAUSEWAY_TEST_KILLS", count.to_string())
        // Each of these has more clients and more to verify.
        .env("CAUSEWAY_TEST_MQTT_KILLS", (count / 3).max(1).to_string())
        .status()
        .map_err(|e| format!("cargo does not start: {e}"))?;
    if status.success() {
        Ok(())
    } else {
        Err("a promise of the store was broken; its seed stands above".into())
    }
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
pub fn fuzz(root: &Path, minutes: &str) -> Result<(), String> {
    let minutes: u64 =
        minutes.parse().map_err(|_| format!("soak fuzz {minutes}: say how many minutes, for example 60"))?;
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
    println!("fuzz: {rounds} rounds of {CASES} cases a property, nothing broke");
    Ok(())
}
