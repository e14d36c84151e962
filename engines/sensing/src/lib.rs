#![doc = include_str!("../README.md")]

pub mod actions;
pub mod alert;
pub mod alike;
pub mod api;
pub mod batch;
pub mod block;
pub mod bucket;
pub mod calendar;
pub mod codec;
pub mod datastream;
pub mod device;
pub mod entity;
pub mod export;
pub mod feeds;
pub mod ingest;
pub mod jobs;
pub mod merge;
pub mod mirror;
pub mod observation;
pub mod observed;
pub mod paged;
pub mod query;
pub mod reach;
pub mod retention;
pub mod rollup;
pub mod rule;
pub mod seal;
mod store;
pub mod told;

use std::sync::Arc;

use host::migrate::{Migrations, Step};
use host::{Clock, Db, DbError};
use vocab::{Lang, Mode};

pub use actions::door::Door;
use actions::entities::World;
use api::Recent;
pub use datastream::{Datastream, Datastreams};
use feeds::{FeedSink, Feeds};
pub use jobs::judging::judge;
pub use jobs::posting::post;
pub use observation::{Key, ObservationId, Row, Span};
pub use store::observations::{Committed, Counter, Hot, Observations, Order, Revision, Source, SourceKind};

/// This crate's tables.
pub const MIGRATIONS: Migrations = Migrations {
    owner: "sensing",
    steps: &[
        Step { version: 1, name: "observations", sql: include_str!("../migrations/0001_observations.sql") },
        Step { version: 2, name: "entities", sql: include_str!("../migrations/0002_entities.sql") },
        Step { version: 3, name: "reach", sql: include_str!("../migrations/0003_reach.sql") },
        Step { version: 4, name: "devices", sql: include_str!("../migrations/0004_devices.sql") },
        Step { version: 5, name: "alerts", sql: include_str!("../migrations/0005_alerts.sql") },
    ],
};

/// What the engine must be told.
#[derive(Debug, Clone)]
pub struct Config {
    /// Of every datastream that is made in this store.
    pub mode: Mode,
    /// The city's, the first being the one in which the API gives its plain texts.
    pub languages: Vec<Lang>,
    /// What absolute links begin with, where a proxy stands before this server.
    pub public_url: Option<String>,
    /// The city's: buckets of time that name no other begin and end by its clocks.
    pub zone: jiff::tz::TimeZone,
    /// Where MQTT is spoken: `mqtt://city.test:1883`.
    pub mqtt: Vec<String>,
    pub limits: ingest::Limits,
    /// Observations that may wait for their commit; beyond it the door says that it is full.
    pub queue_rows: usize,
    /// Seconds between the passes that seal.
    pub seal_seconds: i64,
    pub rules: seal::Rules,
    pub retention: retention::Retention,
    /// Who is told of alerts, beside the pages.
    pub targets: Vec<actions::alerts::Target>,
}

impl Config {
    pub fn new(mode: Mode, languages: Vec<Lang>) -> Config {
        Config {
            mode,
            languages,
            public_url: None,
            zone: jiff::tz::TimeZone::UTC,
            mqtt: Vec::new(),
            limits: ingest::Limits::default(),
            queue_rows: actions::door::QUEUE_ROWS,
            seal_seconds: jobs::SEAL_SECONDS,
            rules: seal::Rules::default(),
            retention: retention::Retention::default(),
            targets: Vec::new(),
        }
    }
}

/// The engine. Cloning shares it.
#[derive(Clone)]
pub struct Sensing {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub db: Db,
    pub clock: Clock,
    pub config: Config,
    pub observations: Observations,
    pub door: Door,
    pub world: World,
    pub feeds: Feeds,
    pub sink: Arc<FeedSink>,
    pub recent: Recent,
    pub alerts: actions::alerts::Alerts,
    /// The door for devices, once somebody has named it.
    pub keys: std::sync::OnceLock<host::http::Keys>,
}

impl Sensing {
    /// Reads the registry and the rows that are not sealed yet. Blocks the thread: some 0.5 s for a million of them.
    /// The tables must be up to date ([`MIGRATIONS`]).
    pub fn open(db: &Db, clock: &Clock, config: Config) -> Result<Sensing, DbError> {
        let datastreams = Datastreams::default();
        let observations = Observations::open(db, &datastreams)?;
        let door = Door::new(&observations, config.limits, config.queue_rows);
        let world = World::new(&observations, config.mode, &config.languages, config.limits);
        let notes = world.notes.clone();
        db.read_blocking(move |tx| {
            store::entities::each_datastream(tx, |datastream, note| {
                notes.add(datastream.id, note);
                datastreams.put(datastream);
            })
        })?;
        let feeds = Feeds::default();
        let sink = Arc::new(FeedSink::new(db, &door, &world, &feeds));
        let (db, clock, recent) = (db.clone(), clock.clone(), Recent::new(clock.now().0));
        let alerts = actions::alerts::Alerts::default();
        let inner = Inner {
            db,
            clock,
            config,
            observations,
            door,
            world,
            feeds,
            sink,
            recent,
            alerts,
            keys: Default::default(),
        };
        Ok(Sensing { inner: Arc::new(inner) })
    }

    /// Where feeds hand over what they brought.
    pub fn sink(&self) -> Arc<FeedSink> {
        self.inner.sink.clone()
    }

    /// The feeds of the pack, whose owners and licences stand beside their values. To be set whenever it is loaded.
    pub fn feeds(&self) -> &Feeds {
        &self.inner.feeds
    }

    pub fn door(&self) -> &Door {
        &self.inner.door
    }

    pub fn observations(&self) -> &Observations {
        &self.inner.observations
    }

    /// The rules of the pack, and who hears of what they find.
    pub fn alerts(&self) -> &actions::alerts::Alerts {
        &self.inner.alerts
    }

    /// SensorThings, and what stands beside it.
    pub fn routes(&self) -> host::Routes<()> {
        api::routes(self.clone())
    }

    pub fn jobs(&self) -> Vec<host::jobs::Job> {
        let Config { rules, retention, seal_seconds, .. } = self.inner.config.clone();
        let mut all = jobs::jobs(&self.inner.observations, &self.inner.clock, seal_seconds, rules, retention);
        let sensing = self.clone();
        all.push(host::jobs::Job::every("sensing-devices", jobs::LISTEN_SECONDS, move || {
            let sensing = sensing.clone();
            async move { sensing.listen_to_devices().await.map_err(|problem| problem.detail) }
        }));
        let sensing = self.clone();
        all.push(host::jobs::Job::every("sensing-outbox", jobs::SWEEP_SECONDS, move || {
            let sensing = sensing.clone();
            async move { sensing.sweep_outbox().await.map_err(|error| error.to_string()) }
        }));
        all
    }
}
