//! Rewrites what is generated and committed: docs/standards.md here, the rest by the tests that compare it.

use std::path::Path;
use std::process::Command;

use crate::house::House;
use crate::standards;

/// Tests that compare a committed file with what the program would write are named so.
const CURRENT: &str = "is_current";

pub fn bless(root: &Path, filter: Option<&str>) -> Result<(), String> {
    let house = House::read(root)?;
    let (rows, faults) = standards::scan(&house);
    if let Some((file, line, what)) = faults.first() {
        return Err(format!("{file}:{line}: {what}"));
    }
    std::fs::write(root.join(standards::PATH), standards::page(&rows))
        .map_err(|e| format!("{} cannot be written: {e}", standards::PATH))?;
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let tests = Command::new(cargo)
        .current_dir(root)
        .args(["test", "--package", "causeway-tests", "--", filter.unwrap_or(CURRENT)])
        .env("BLESS", "1")
        .status()
        .map_err(|e| format!("cargo does not start: {e}"))?;
    if !tests.success() {
        return Err("a test failed while it was asked to rewrite; mend it, then bless again".into());
    }
    println!("blessed; read `git diff` before you commit");
    Ok(())
}
