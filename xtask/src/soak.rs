//! The long runs, which CI has no time for. Each prints a line to be copied into docs/benchmarks.md with the commit.

use std::path::Path;
use std::process::Command;

/// Kills each store `kills` times at random moments and verifies it after each.
pub fn soak(root: &Path, kills: &str) -> Result<(), String> {
    let count: u32 =
        kills.parse().map_err(|_| format!("soak {kills}: say how many kills, for example 300"))?;
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let status = Command::new(cargo)
        .current_dir(root)
        .args(["test", "--package", "causeway-tests", "--", "--nocapture", "kills_lose_nothing"])
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
