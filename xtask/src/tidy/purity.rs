//! Decide in pure code, act in the shell: what a noun file may not mention.

use super::{Breaches, Law};
use crate::house::{Crate, File, House, Layer};
use crate::source::mentions;

pub const LAW: Law = Law {
    name: "nouns-are-pure",
    reason: "a rule that sees no clock, dice, database, network, file, log or web framework can be tested by a table and \
             replayed, and gives the same answer tomorrow",
    way_out: "pass in what it needs (`now: Time`, the rows, the bytes), return what should happen, and do it in store, \
              actions, api, pages, jobs or feeds",
    find,
};

/// The shell of every crate.
pub const SHELL: &[&str] = &["lib", "main", "store", "actions", "api", "pages", "jobs", "feeds"];
/// `intake` is itself about the outside, so its shell has names of its own.
const SHELL_OF_INTAKE: &[&str] = &["fetch", "replay", "runner"];
/// `mqtt` is a protocol: its shell is what touches sockets and the store.
const SHELL_OF_MQTT: &[&str] = &["broker", "connection", "listener", "websocket"];
/// Shell throughout.
const ALL_SHELL: &[&str] = &["host", "causeway"];

/// Paths, and what stands behind them.
const FORBIDDEN: &[(&str, &str)] = &[
    ("axum::", "the web framework"),
    ("tower::", "the web framework"),
    ("tower_http::", "the web framework"),
    ("hyper::", "the network"),
    ("hyper_util::", "the network"),
    ("http_body_util::", "the network"),
    ("tokio::", "the async runtime"),
    ("tokio_rustls::", "the network"),
    ("futures_util::", "the async runtime"),
    ("async fn", "the async runtime"),
    (".await", "the async runtime"),
    ("rusqlite::", "the database"),
    ("postgres::", "the database"),
    ("Tx", "the database"),
    ("ureq::", "the network"),
    ("reqwest::", "the network"),
    ("TcpStream", "the network"),
    ("TcpListener", "the network"),
    ("UdpSocket", "the network"),
    ("ToSocketAddrs", "the network"),
    ("std::fs", "files"),
    ("File::open", "files"),
    ("File::create", "files"),
    ("std::env", "the environment"),
    ("std::process", "the machine"),
    ("std::thread", "threads"),
    ("SystemTime", "the clock"),
    ("Instant::now", "the clock"),
    ("Timestamp::now", "the clock"),
    ("Zoned::now", "the clock"),
    ("Time::now", "the clock"),
    ("rand::", "randomness"),
    ("fastrand::", "randomness"),
    ("getrandom::", "randomness"),
    ("RandomState", "randomness"),
    ("tracing::", "logging"),
    ("log::", "logging"),
    ("println!", "logging"),
    ("eprintln!", "logging"),
    ("print!", "logging"),
    ("eprint!", "logging"),
];

/// What a noun may use of `host`: values, and the checks of pack files. All else there acts.
const PURE_OF_HOST: &[&str] =
    &["pack", "Pack", "PackFile", "Finding", "problem", "Problem", "access", "Action", "config"];

fn find(house: &House, breaches: &mut Breaches) {
    for (krate, file) in house.product() {
        if krate.layer == Layer::Top || is_shell(krate, file) {
            continue;
        }
        for (number, line) in file.source().lines() {
            for (path, what) in FORBIDDEN.iter().filter(|(path, _)| mentions(line, path)) {
                breaches.add(
                    &file.path,
                    number,
                    format!("a noun mentions {what} ({})", path.trim_end_matches("::")),
                );
            }
            if let Some(part) = acting_part_of_host(line) {
                breaches.add(&file.path, number, format!("a noun mentions the machine (host::{part})"));
            }
        }
        for used in file.source().uses() {
            let path = format!("{}::", used.text);
            for (forbidden, what) in FORBIDDEN.iter().filter(|(f, _)| f.contains("::") && path.starts_with(f))
            {
                let forbidden = forbidden.trim_end_matches("::");
                breaches.add(&file.path, used.line, format!("a noun mentions {what} ({forbidden})"));
            }
            if let Some(part) = acting_part_of_host(&used.text) {
                breaches.add(&file.path, used.line, format!("a noun mentions the machine (host::{part})"));
            }
        }
    }
}

/// The first part under `src` decides: `api/things.rs` is the shell as `api.rs` is.
pub fn is_shell(krate: &Crate, file: &File) -> bool {
    let inside = file.path.strip_prefix(&format!("{}/src/", krate.folder)).unwrap_or(&file.path);
    let first = inside.split('/').next().unwrap_or_default().trim_end_matches(".rs");
    ALL_SHELL.contains(&krate.name.as_str())
        || SHELL.contains(&first)
        || krate.name == "intake" && SHELL_OF_INTAKE.contains(&first)
        || krate.name == "mqtt" && SHELL_OF_MQTT.contains(&first)
}

fn acting_part_of_host(line: &str) -> Option<&str> {
    line.match_indices("host::").find_map(|(at, path)| {
        let own = line[..at].chars().next_back().is_none_or(|c| !crate::source::is_word(c));
        let rest = &line[at + path.len()..];
        let part = &rest[..rest.find(|c| !crate::source::is_word(c)).unwrap_or(rest.len())];
        (own && !part.is_empty() && !PURE_OF_HOST.contains(&part)).then_some(part)
    })
}
