//! The harness of the integration tests: starts a real server as a process of its own, asks it over HTTP, kills it.

pub mod client;
pub mod committed;
pub mod dice;
pub mod mqtt;
pub mod postgres;
pub mod server;
pub mod streams;

use std::path::PathBuf;

/// The checkout.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The real recordings that lie beside the checkout, where there are any; says so when a test must do without.
pub fn shared_data(for_test: &str) -> Option<PathBuf> {
    let found = root().join("../shared/data");
    if found.is_dir() {
        return found.canonicalize().ok();
    }
    eprintln!("{for_test}: skipped, there are no recordings beside the checkout (../shared/data)");
    None
}
