//! `causeway serve`: a city on a socket, until it is told to stop.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use host::http::{Keys, Listener, Tls};
use host::{Clock, Db, DbError};
use intake::fetch::{Fetcher, Terms};
use intake::replay::Replay;
use intake::runner::Runner;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use vocab::Caller;

use crate::arguments::Arguments;
use crate::assemble::{self, City, Content};
use crate::commands::{self, Failure};
use crate::demo;
use crate::devices::Door;

/// What is under way is given this long after the word to stop; a feed that hangs is dropped.
const PATIENCE: Duration = Duration::from_secs(5);
/// Stack and time for the pages and the API; more threads than cores gain nothing, fewer than two could starve.
const THREADS_LEAST: usize = 2;

pub fn serve(arguments: Arguments) -> Result<(), Failure> {
    let config = commands::configuration(&arguments)?;
    host::telemetry::start_log(config.server.log_json);
    let content = assemble::check(commands::pack(config.city.path.as_deref())?)?;
    let threads = std::thread::available_parallelism().map_or(THREADS_LEAST, |n| n.get().max(THREADS_LEAST));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
        .map_err(|e| Failure::Start(format!("no threads: {e}")))?;
    let db = commands::open(&config)?;
    let clock = Clock::system();
    let keys = Keys::default();
    keys.add(&operator_key(&config.server.data)?, Caller::Operator);
    for device in &config.devices {
        keys.add(&device.key, Caller::Device { name: device.name.clone(), scope: device.scope.clone() });
    }
    remember(&db, &content, &clock)?;
    runtime.block_on(async {
        let city = assemble::assemble(&config, commands::mode(&arguments), &content, &db, &clock, &keys)?;
        let tls = config.server.tls_certificate.clone().zip(config.server.tls_key.clone());
        let tls = tls.map(|(certificate, key)| Tls { certificate, key });
        let listener = Listener::bind(config.server.listen, tls.as_ref(), config.server.connections)
            .await
            .map_err(|e| Failure::Start(e.to_string()))?;
        // Heard from before anybody is told where we are: a word to stop may follow at once.
        let asked = asked_to_stop()?;
        let address = listener.address().map_err(|e| Failure::Start(e.to_string()))?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let base = format!("{scheme}://{address}");
        tracing::info!("{} is served at {base}/", content.pack.city.id);
        let (tell, stop) = watch::channel(false);
        let mut tasks = host::jobs::start(&db, &clock, city.jobs.clone(), &stop);
        tasks.extend(sources(&arguments, &config, &content, &city, (&base, &keys), &clock, &stop)?);
        let doors = Door { broker: city.door.broker.clone(), topics: city.door.topics.clone() };
        tasks.extend(doors.serve(&config, tls.as_ref(), &stop).await?);
        let router = city.router.clone();
        let serving = tokio::spawn(listener.serve(router, stop));
        asked.await;
        tracing::info!("stopping");
        city.ready.store(false, Ordering::Relaxed);
        // Nobody listens any more: then all have ended already.
        let _ = tell.send(true);
        let _ = city.stop.send(true);
        drop(serving.await);
        for task in tasks {
            drop(tokio::time::timeout(PATIENCE, task).await);
        }
        Ok(())
    })
    // The last handle on the store goes with the city: its writer ends what it was given.
}

/// Starts whatever fills this city: feeds, recordings or simulated devices; never two of them.
fn sources(
    arguments: &Arguments,
    config: &host::config::Config,
    content: &Content,
    city: &City,
    (base, keys): (&str, &Keys),
    clock: &Clock,
    stop: &watch::Receiver<bool>,
) -> Result<Vec<JoinHandle<()>>, Failure> {
    if let Some(folder) = &arguments.replay {
        return replay(arguments, folder, content, city, stop);
    }
    if arguments.demo {
        let Some(all) = &content.demo else {
            return Err(Failure::Start(
                "this pack has no demo.toml; docs/how-to-add-a-city.md says what it holds".into(),
            ));
        };
        let mut tasks = Vec::new();
        for fleet in &all.fleets {
            // A key of its own for each fleet: what a simulated detector may write, a simulated car park may not.
            let key = random_key()?;
            keys.add(
                &key,
                Caller::Device { name: format!("simulated/{}", fleet.id), scope: fleet.id.clone() },
            );
            let demo = simulate::Demo { fleets: vec![fleet.clone()], ..all.clone() };
            let zone = content.pack.city.zone();
            let play =
                demo::Play { demo, seed: arguments.seed, base: base.into(), key, zone, clock: clock.clone() };
            tasks.push(tokio::spawn(demo::play(play, stop.clone())));
        }
        return Ok(tasks);
    }
    if !config.feeds.fetch {
        return Ok(Vec::new());
    }
    let contact = config.server.contact.clone().unwrap_or_else(|| "no contact configured".into());
    let terms = Terms {
        agent: format!("Causeway/{} (open-source city platform; {contact})", env!("CARGO_PKG_VERSION")),
        requests_per_host_per_minute: config.feeds.requests_per_host_per_minute,
        answer_limit_bytes: config.feeds.answer_limit_bytes,
        allow_private_addresses: config.feeds.allow_private_addresses,
    };
    let fetcher = Fetcher::new(terms, clock.clone()).map_err(|e| Failure::Start(format!("no TLS: {e}")))?;
    let runner = Runner {
        intake: city.intake.clone(),
        fetcher: Arc::new(fetcher),
        clock: clock.clone(),
        seed: u64::try_from(clock.now().0).unwrap_or_default(),
    };
    Ok(runner.start(&content.feeds, stop))
}

fn replay(
    arguments: &Arguments,
    folder: &Path,
    content: &Content,
    city: &City,
    stop: &watch::Receiver<bool>,
) -> Result<Vec<JoinHandle<()>>, Failure> {
    if !folder.is_dir() {
        return Err(Failure::Start(format!(
            "{} is no folder; name the one that holds the recordings",
            folder.display()
        )));
    }
    for file in intake::replay::absent(&content.recordings, folder) {
        tracing::info!(file, "this recording is not in the folder and is not played");
    }
    let mut recordings = content.recordings.clone();
    recordings.retain(|recording| folder.join(&recording.file).is_file());
    let replay = Replay {
        intake: city.intake.clone(),
        feeds: content.feeds.clone(),
        recordings: Arc::new(recordings),
        folder: folder.into(),
        speed: arguments.speed.unwrap_or(1),
    };
    Ok(replay.start(stop))
}

/// Keeps every file of the pack that was ever loaded: observations refer to the words that mapped them.
fn remember(db: &Db, content: &Content, clock: &Clock) -> Result<(), Failure> {
    let (pack, now) = (content.pack.clone(), clock.now());
    db.write_blocking(move |tx| host::pack::remember(tx, &pack, now, "start"))
        .map(drop)
        .map_err(|e: DbError| Failure::Db(e))
}

/// The operator's key, made at the first start. Whoever can read the data folder is the operator.
fn operator_key(data: &Path) -> Result<String, Failure> {
    let path = data.join("operator.key");
    let failed = |e: std::io::Error| Failure::Start(format!("the operator's key {}: {e}", path.display()));
    match std::fs::read_to_string(&path) {
        Ok(key) if key.trim().len() >= 16 => return Ok(key.trim().to_string()),
        Ok(_) => {
            return Err(failed(std::io::Error::other(
                "it is shorter than 16 characters; delete it, and a new one is made",
            )));
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
        Err(e) => return Err(failed(e)),
    }
    let key = random_key()?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path).map_err(failed)?;
    std::io::Write::write_all(&mut file, key.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    Ok(key)
}

/// 32 random bytes as text.
fn random_key() -> Result<String, Failure> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| Failure::Start(format!("no random numbers: {e}")))?;
    Ok(bytes.iter().map(|b| format!("{b:02x}")).collect())
}

/// Listens for the signals that ask a server to stop, from this call on.
fn asked_to_stop() -> Result<impl Future<Output = ()>, Failure> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let hear = |kind| signal(kind).map_err(|e| Failure::Start(format!("signals cannot be heard: {e}")));
        let (mut terminate, mut interrupt) = (hear(SignalKind::terminate())?, hear(SignalKind::interrupt())?);
        Ok(async move {
            tokio::select! {
                _ = terminate.recv() => {},
                _ = interrupt.recv() => {},
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}
