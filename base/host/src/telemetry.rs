//! What the machine says about itself: OpenMetrics for a collector, structured lines for a log.

use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::encoding::EncodeLabelSet;
pub use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
pub use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RouteLabels {
    route: String,
    method: String,
    status: u32,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct PathLabels {
    route: String,
}

/// Counters and histograms of the whole program. Cloning shares them.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Mutex<Registry>>,
    requests: Family<RouteLabels, Counter>,
    seconds: Family<PathLabels, Histogram, fn() -> Histogram>,
}

/// Bounds in seconds: fine where the bars are (0.25 ms to 50 ms), coarse beyond.
fn seconds_histogram() -> Histogram {
    Histogram::new([
        0.000_25, 0.000_5, 0.001, 0.002, 0.004, 0.008, 0.010, 0.015, 0.020, 0.050, 0.1, 0.25, 1.0, 5.0, 30.0,
    ])
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::with_prefix("causeway");
        let requests = Family::default();
        let seconds = Family::new_with_constructor(seconds_histogram as fn() -> Histogram);
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register("http_request_seconds", "Server time of a request", seconds.clone());
        Metrics { registry: Arc::new(Mutex::new(registry)), requests, seconds }
    }
}

impl Metrics {
    pub(crate) fn request(&self, route: &str, method: &str, status: u16, seconds: f64) {
        let labels = RouteLabels { route: route.into(), method: method.into(), status: status.into() };
        self.requests.get_or_create(&labels).inc();
        self.seconds.get_or_create(&PathLabels { route: route.into() }).observe(seconds);
    }

    /// A counter of an engine, by name; the same name gives a counter of its own, so ask once.
    pub fn counter(&self, name: &str, help: &str) -> Counter {
        let counter = Counter::default();
        self.lock().register(name, help, counter.clone());
        counter
    }

    pub fn gauge(&self, name: &str, help: &str) -> Gauge {
        let gauge = Gauge::default();
        self.lock().register(name, help, gauge.clone());
        gauge
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The text of `/metrics` (OpenMetrics 1.0).
    pub fn text(&self) -> String {
        let mut text = String::new();
        match prometheus_client::encoding::text::encode(&mut text, &self.lock()) {
            Ok(()) => text,
            Err(error) => format!("# the metrics could not be written: {error}\n"),
        }
    }
}

/// Starts the log: lines for people on a terminal, JSON where `json` says so. Levels by `CAUSEWAY_LOG` (default `info`).
pub fn start_log(json: bool) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("CAUSEWAY_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    // Whoever read the log may go away: a line that cannot be written must not end the program.
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .log_internal_errors(false);
    // A second start (tests do it) keeps the first log.
    let started = if json { builder.json().try_init() } else { builder.with_target(false).try_init() };
    drop(started);
}
