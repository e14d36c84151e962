//! The whole wiring: which crates there are, who is told what, and which routes and jobs come of it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use axum::Router;
use host::config::Config;
use host::http::{Keys, Operation, Shell, document};
use host::jobs::Job;
use host::migrate::Migrations;
use host::pack::{self, Finding, Pack, PackFile, keep};
use host::problem::Code;
use host::telemetry::Metrics;
use host::{Clock, Db, DbError};
use intake::draft::BoxFuture;
use intake::runner::Intake;
use intake::{Batch, Feed, Receipt, Sink, SinkError};
use mqtt::Broker;
use portal::Portal;
use sensing::Sensing;
use sensing::api::mqtt::Topics;
use spatial::{Layers, Projections, Spatial};
use tokio::sync::{mpsc, watch};
use vocab::Mode;

use crate::alerting;
use crate::commands::Failure;
use crate::demo;
use crate::devices::{self, Devices};
use crate::running::Ask;
use crate::system::{System, routes};

/// The tables of every crate, in the order in which they are made.
pub const MIGRATIONS: &[Migrations] =
    &[intake::MIGRATIONS, sensing::MIGRATIONS, spatial::MIGRATIONS, portal::MIGRATIONS, mqtt::MIGRATIONS];

/// The public problem codes of every crate.
pub fn codes() -> Vec<&'static Code> {
    [host::problem::CODES, sensing::api::problems::CODES, spatial::api::problems::CODES].concat()
}

/// What a pack means to the engines, or everything that is wrong with it.
pub struct Content {
    pub pack: Arc<Pack>,
    pub feeds: Vec<Arc<Feed>>,
    pub recordings: Vec<intake::plan::Recording>,
    pub layers: Layers,
    pub demo: Option<simulate::Demo>,
    pub portal: portal::Content,
    pub rules: sensing::rule::Rules,
}

/// Reads a pack with the eyes of every engine.
pub fn content(pack: Pack) -> Result<Content, Vec<Finding>> {
    let mut findings = Vec::new();
    let feeds = intake::feed::check::load(&pack);
    let recordings = match &feeds {
        Ok(feeds) => intake::replay::recordings(&pack, feeds),
        // Recordings are judged against feeds that are good.
        Err(_) => Ok(Vec::new()),
    };
    let layers = Layers::of(&pack).and_then(|layers| {
        let more = spatial::check(&pack);
        if more.is_empty() { Ok(layers) } else { Err(more) }
    });
    let demo = demonstration(&pack);
    let portal = portal::Content::of(&pack);
    if let (Some(file), Ok(Some(demo)), Ok(feeds)) = (pack.files.get(DEMO), &demo, &feeds) {
        findings.extend(demo_findings(&pack, file, demo, feeds));
    }
    findings.extend(feeds.as_ref().map(|feeds| devices::check(&pack, feeds)).unwrap_or_default());
    let rules = match &feeds {
        Ok(feeds) => sensing::rule::check::load(&pack, feeds),
        // As recordings are.
        Err(_) => Ok(Default::default()),
    };
    let rules = keep(rules, &mut findings);
    let feeds = keep(feeds, &mut findings);
    let recordings = keep(recordings, &mut findings);
    let layers = keep(layers, &mut findings);
    let demo = keep(demo, &mut findings);
    let portal = keep(portal, &mut findings);
    match (feeds, recordings, layers, demo, portal, rules) {
        (Some(feeds), Some(recordings), Some(layers), Some(demo), Some(portal), Some(rules))
            if findings.is_empty() =>
        {
            Ok(Content { pack: Arc::new(pack), feeds, recordings, layers, demo, portal, rules })
        }
        _ => Err(findings),
    }
}

/// The file of the day that a demonstration plays.
const DEMO: &str = "demo.toml";

/// The day that a pack plays, with the fleets of `demo/`.
fn demonstration(pack: &Pack) -> Result<Option<simulate::Demo>, Vec<Finding>> {
    let mut findings = Vec::new();
    let fleets: Vec<_> = pack
        .folder("demo", ".toml")
        .filter_map(|file| pack::keep(pack::parse::<simulate::FleetFile>(file), &mut findings))
        .flat_map(|read| read.fleets)
        .collect();
    let demo = pack.files.get(DEMO).map(pack::parse::<simulate::Demo>).transpose();
    let mut demo = pack::keep(demo, &mut findings).flatten();
    if let Some(demo) = &mut demo {
        demo.fleets.extend(fleets);
    }
    if findings.is_empty() { Ok(demo) } else { Err(findings) }
}

/// What is wrong with a day: in itself, and beside the feeds that it plays.
fn demo_findings(pack: &Pack, file: &PackFile, demo: &simulate::Demo, feeds: &[Arc<Feed>]) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut find = |what: String, hint: String| found.push(Finding::new(file, 0, what, hint));
    for fleet in demo.fleets.iter().filter(|fleet| !feeds.iter().any(|feed| feed.id.as_str() == fleet.id)) {
        let what = format!("the fleet {} plays no feed of this pack", fleet.id);
        find(what, "give it the id of a file in feeds/".into());
    }
    for told in demo.bulletins.iter().filter(|told| demo::source(feeds, &told.feed, &told.source).is_none()) {
        let what = format!("a bulletin plays {}/{}, which is no source", told.feed, told.source);
        find(what, "name a file in feeds/ and a [[source]] of it".into());
    }
    for (what, hint) in demo.mistakes(&pack.language_tags()) {
        find(what, hint);
    }
    found
}

/// What stays while packs come and go: the store, what is in memory of it, and whoever may come in.
#[derive(Clone)]
pub struct Standing {
    pub config: Config,
    pub mode: Mode,
    pub db: Db,
    pub clock: Clock,
    pub keys: Keys,
    pub metrics: Metrics,
    pub sensing: Sensing,
    /// Turned off while the server stops, so that a balancer sends nobody here.
    pub ready: Arc<AtomicBool>,
    pub topics: Topics,
    pub broker: Broker,
    devices: Devices,
    /// Where the operator's request to read the pack again goes.
    pub asks: mpsc::Sender<Ask>,
    /// Says true when the server is to stop.
    pub stop: watch::Receiver<bool>,
}

impl Standing {
    pub fn open(
        config: &Config,
        mode: Mode,
        pack: &Pack,
        (db, clock, keys): (&Db, &Clock, &Keys),
        asks: mpsc::Sender<Ask>,
        stop: watch::Receiver<bool>,
    ) -> Result<Standing, DbError> {
        let sensing = Sensing::open(
            db,
            clock,
            sensing::Config {
                public_url: config.server.public_url.clone(),
                zone: pack.city.zone(),
                mqtt: devices::addresses(config),
                queue_rows: config.database.queue_rows,
                seal_seconds: config.database.seal_seconds,
                targets: alerting::targets(config),
                ..sensing::Config::new(mode, pack.language_tags())
            },
        )?;
        sensing.admit(keys)?;
        let metrics = Metrics::default();
        sensing.alerts().count_in(&metrics);
        let topics = Topics::new(&sensing, keys);
        let devices = Devices::new(&topics, clock);
        let limits = devices::limits(&config.mqtt);
        let broker = Broker::open(db, clock, &metrics, limits, Arc::new(devices.clone()))?;
        Ok(Standing {
            config: config.clone(),
            mode,
            db: db.clone(),
            clock: clock.clone(),
            keys: keys.clone(),
            metrics,
            sensing,
            ready: Arc::new(AtomicBool::new(true)),
            topics,
            broker,
            devices,
            asks,
            stop,
        })
    }

    /// The work that goes on whatever the pack says.
    pub fn jobs(&self) -> Vec<Job> {
        let mut jobs = self.sensing.jobs();
        jobs.extend(self.broker.jobs());
        jobs
    }
}

/// A city that can be served, as one reading of its pack makes it.
pub struct City {
    pub router: Router,
    pub operations: Vec<Operation>,
    pub jobs: Vec<Job>,
    pub intake: Intake,
}

/// `ended` says true when this city's time is over.
pub fn assemble(
    standing: &Standing,
    content: &Content,
    ended: watch::Receiver<bool>,
) -> Result<City, Failure> {
    let Standing { config, mode, db, clock, sensing, .. } = standing;
    let languages = content.pack.language_tags();
    sensing.feeds().set(&content.feeds);
    sensing.alerts().set(content.rules.clone(), alerting::voice(config, content));
    let spatial = Spatial::open(db, clock, spatial::Config::new(*mode, languages), content.layers.clone())?;
    let notices = Arc::new(portal::feeds::NoticeSink::new(db));
    let news = notices.news();
    let sink = Everyone { features: spatial.sink(), notices, observations: sensing.sink() };
    let project = Projections::new(&content.pack.city).shared();
    let intake = Intake::open(db.clone(), Arc::new(sink), project, *mode)?;
    let portal = Portal::new(portal::Parts {
        db: db.clone(),
        clock: clock.clone(),
        mode: *mode,
        pack: content.pack.clone(),
        content: content.portal.clone(),
        feeds: content.feeds.clone(),
        intake: intake.clone(),
        sensing: sensing.clone(),
        spatial: spatial.clone(),
        news,
        run_by: config.server.run_by.clone(),
        contact: config.server.contact.clone(),
        origin: config.server.public_url.clone().unwrap_or_default(),
    });
    standing.devices.read(&intake, &content.feeds);
    let jobs = portal.jobs();
    let broker = standing.broker.routes(standing.stop.clone());
    let engines = sensing.routes().merge(spatial.routes()).merge(portal.routes()).merge(broker);
    let system = System::new(standing, codes());
    let openapi = system.openapi.clone();
    let (router, operations) = routes(system).merge(engines).into_parts();
    portal.describe(&operations);
    openapi.get_or_init(|| openapi_text(&operations));
    let router = host::http::wrap(router, shell(standing, portal, ended));
    Ok(City { router, operations, jobs, intake })
}

/// What every request passes.
fn shell(standing: &Standing, portal: Portal, ended: watch::Receiver<bool>) -> Shell {
    let Standing { config, clock, keys, metrics, .. } = standing;
    Shell {
        clock: clock.clone(),
        keys: keys.clone(),
        metrics: metrics.clone(),
        body_limit_bytes: config.server.body_limit_bytes,
        timeout_seconds: config.server.timeout_seconds,
        problem_page: Some(Arc::new(move |problem, path, languages| {
            portal.problem_page(problem, path, languages)
        })),
        content_security_policy: ui::headers::content_security_policy().parse().ok(),
        ended,
    }
}

/// The OpenAPI document, as it is committed and served.
pub fn openapi_text(operations: &[Operation]) -> String {
    let document = document("Causeway", env!("CARGO_PKG_VERSION"), operations);
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    format!("{text}\n")
}

/// Gives each engine its part of a batch. The observations go last, and only what all have taken is acknowledged: a
/// batch that comes again finds its features and notices there already and changes nothing.
struct Everyone {
    features: Arc<dyn Sink>,
    notices: Arc<dyn Sink>,
    observations: Arc<dyn Sink>,
}

impl Sink for Everyone {
    fn accept(&self, mut batch: Batch) -> BoxFuture<'_, Result<Receipt, SinkError>> {
        Box::pin(async move {
            if !batch.features.is_empty() {
                let features = std::mem::take(&mut batch.features);
                self.features.accept(Batch { features, ..batch.beside() }).await?;
            }
            if !batch.messages.is_empty() || batch.messages_complete {
                let messages = std::mem::take(&mut batch.messages);
                let messages_complete = batch.messages_complete;
                self.notices.accept(Batch { messages, messages_complete, ..batch.beside() }).await?;
            }
            self.observations.accept(batch).await
        })
    }
}

/// A city that nobody serves, for commands that need its parts.
pub fn unattended(config: &Config, mode: Mode, content: &Content, db: &Db) -> Result<City, Failure> {
    let standing = alone(config, mode, content, db, &Clock::system())?;
    assemble(&standing, content, watch::channel(false).1)
}

/// What stands, with nobody to ask for anything.
pub fn alone(
    config: &Config,
    mode: Mode,
    content: &Content,
    db: &Db,
    clock: &Clock,
) -> Result<Standing, Failure> {
    let (asks, stop) = (mpsc::channel(1).0, watch::channel(false).1);
    let around = (db, clock, &Keys::default());
    Ok(Standing::open(config, mode, &content.pack, around, asks, stop)?)
}

/// Every route there is, for commands that have no store.
pub fn describe(content: &Content) -> Result<Vec<Operation>, Failure> {
    let folder = std::env::temp_dir().join(format!("causeway-openapi-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|e| Failure::Start(format!("{}: {e}", folder.display())))?;
    let described = (|| {
        let db = Db::open(&format!("sqlite:{}", folder.join("empty.db").display()))?;
        host::migrate::run(&db, MIGRATIONS)?;
        Ok(unattended(&Config::default(), Mode::Simulated, content, &db)?.operations)
    })();
    // An empty store in the machine's own folder for such things; that it cannot be removed harms nobody.
    drop(std::fs::remove_dir_all(&folder));
    described
}

/// What is wrong with a pack, for `causeway check`.
pub fn check(pack: Pack) -> Result<Content, Failure> {
    content(pack).map_err(Failure::Pack)
}
