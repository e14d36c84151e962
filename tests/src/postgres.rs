//! A PostgreSQL database of its own for a test, on the server that the test command started.

use std::process::Command;

/// The address of a fresh, empty database, or nothing where there is no server.
pub fn database(name: &str) -> Option<String> {
    let Ok(server) = std::env::var("CAUSEWAY_TEST_POSTGRES") else {
        eprintln!("{name}: skipped on PostgreSQL, CAUSEWAY_TEST_POSTGRES is not set (./test sets it)");
        return None;
    };
    let name = format!("city_{name}_{}", std::process::id());
    for statement in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
        // That there was nothing to drop is no news.
        let quiet = ("PGOPTIONS", "-c client_min_messages=warning");
        let done =
            Command::new("psql").args(["-q", &server, "-c", &statement]).env(quiet.0, quiet.1).status();
        assert!(done.is_ok_and(|s| s.success()), "psql could not: {statement}");
    }
    let (base, _) = server.rsplit_once('/').unwrap_or((&server, ""));
    Some(format!("{base}/{name}"))
}
