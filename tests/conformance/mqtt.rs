//! MQTT 3.1.1 and 5: the cases of the Eclipse Paho interoperability suite, each a test of ours that names it, and what the
//! suite does not ask, on a server of its own.

mod bad_days;
mod mapped;
mod messages;
mod sessions;
mod streams;

use std::num::NonZeroU32;
use std::time::Duration;

use causeway_tests::mqtt::{Client, hello, known, message, subscription, will};
use causeway_tests::server::{Options, Server};
use rmqtt_codec::types::Publish;
use rmqtt_codec::v5::{self, PublishProperties};

/// Long enough for what must not come to have come.
const A_MOMENT: Duration = Duration::from_millis(300);

/// A server that anyone may use as a broker.
fn open() -> (tempfile::TempDir, Server, String) {
    with(&[("CAUSEWAY_MQTT_OPEN", "true")])
}

fn with(settings: &[(&'static str, &str)]) -> (tempfile::TempDir, Server, String) {
    let (folder, server) = Server::start(options(settings));
    let address = server.mqtt("mqtt");
    (folder, server, address)
}

fn options(settings: &[(&'static str, &str)]) -> Options {
    let mut environment = vec![("CAUSEWAY_MQTT_LISTEN", "127.0.0.1:0".to_string())];
    environment.extend(settings.iter().map(|(name, value)| (*name, value.to_string())));
    Options { environment, ..Options::default() }
}

fn properties(change: impl FnOnce(&mut PublishProperties)) -> Option<PublishProperties> {
    let mut properties = PublishProperties::default();
    change(&mut properties);
    Some(properties)
}

/// A session that outlives its connection.
fn lasting(name: &str, seconds: u32) -> v5::Connect {
    v5::Connect { clean_start: false, session_expiry_interval_secs: seconds, ..hello(name) }
}
