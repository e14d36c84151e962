//! `causeway serve`: a city on a socket, until it is told to stop.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use host::http::{Keys, Listener, Tls};
use host::{Clock, Db, DbError, Pack};
use sensing::entity::Sight;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use vocab::time::HOUR;
use vocab::{Caller, Time};

use crate::arguments::Arguments;
use crate::assemble::{self, Standing};
use crate::commands::{self, Failure};
use crate::devices;
use crate::running::{Ask, Near, Running};

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
    let clock = clock(&arguments, &content);
    let keys = Keys::default();
    keys.add(&operator_key(&config.server.data)?, Caller::Operator);
    for device in &config.devices {
        keys.add(&device.key, Caller::Device { name: device.name.clone(), scope: device.scope.clone() });
    }
    remember(&db, &content.pack, &clock, "start")?;
    runtime.block_on(async {
        let (asks, mut asked) = mpsc::channel::<Ask>(1);
        let around = (&db, &clock, &keys);
        let (tell, stop) = watch::channel(false);
        let mode = commands::mode(&arguments);
        let standing = Standing::open(&config, mode, &content.pack, around, asks, stop.clone())?;
        carry_on(&standing, &content);
        let tls = config.server.tls_certificate.clone().zip(config.server.tls_key.clone());
        let tls = tls.map(|(certificate, key)| Tls { certificate, key });
        let listener = Listener::bind(config.server.listen, tls.as_ref(), config.server.connections)
            .await
            .map_err(|e| Failure::Start(e.to_string()))?;
        let address = listener.address().map_err(|e| Failure::Start(e.to_string()))?;
        let base = format!("{}://{address}", if tls.is_some() { "https" } else { "http" });
        // Heard from before anybody is told where we are: a word to stop may follow at once.
        let mut signals = Signals::listen()?;
        let doors = devices::Doors::bind(&standing, tls.as_ref()).await?;
        let near = Near { http: base.clone(), mqtt: doors.near() };
        let mut running = Running::start(arguments, standing.clone(), content, near)?;
        tracing::info!("{} is served at {base}/", running.city());
        let mut jobs = host::jobs::start(&db, &clock, standing.jobs(), &stop);
        jobs.extend(doors.open(&standing));
        jobs.extend(sensing::post(&standing.sensing, &config, &stop));
        let serving = tokio::spawn(listener.serve(running.routes(), stop));
        loop {
            tokio::select! {
                word = signals.next() => match word {
                    Word::Stop => break,
                    // Its outcome stands in the log.
                    Word::Reload => drop(running.reload().await),
                },
                Some(ask) = asked.recv() => drop(ask.send(running.reload().await)),
            }
        }
        tracing::info!("stopping");
        standing.ready.store(false, Ordering::Relaxed);
        // Nobody listens any more: then all have ended already.
        let _ = tell.send(true);
        jobs.extend(running.end());
        drop(serving.await);
        wait_for(jobs).await;
        Ok(())
    })
    // The last handle on the store goes with the city: its writer ends what it was given.
}

/// The clock of this city: the machine's, or that of a demonstration, which may begin at another time and go faster.
fn clock(arguments: &Arguments, content: &assemble::Content) -> Clock {
    let (system, Some(demo)) = (Clock::system(), content.demo.as_ref().filter(|_| arguments.demo)) else {
        return Clock::system();
    };
    let (now, zone) = (system.now(), content.pack.city.zone());
    let begins = || {
        let midnight = now.civil(&zone).date().to_datetime(jiff::civil::Time::midnight());
        let hour = (demo.day.begins_hour * HOUR as f64) as i64;
        Time::of_civil(midnight, &zone).unwrap_or(now).plus(hour)
    };
    let from = arguments.from.unwrap_or_else(|| if arguments.speed.is_some() { begins() } else { now });
    Clock::running(from, arguments.speed.unwrap_or(1))
}

/// A demonstration that went fast has values of a time that is not yet: the next one goes on from there.
fn carry_on(standing: &Standing, content: &assemble::Content) {
    let Standing { clock, sensing, .. } = standing;
    if !clock.is_own() {
        return;
    }
    let newest = content.feeds.iter().flat_map(|feed| sensing.newest(feed.id.as_str(), &Sight::All));
    if let Some(newest) = newest.map(|(_, row)| Time(row.t)).max().filter(|newest| *newest > clock.now()) {
        clock.set(newest);
    }
}

/// What is under way is given a while; a feed that hangs is dropped.
pub async fn wait_for(tasks: Vec<JoinHandle<()>>) {
    for task in tasks {
        drop(tokio::time::timeout(PATIENCE, task).await);
    }
}

/// Keeps every file of the pack that was ever loaded: observations refer to the words that mapped them.
/// Answers how many were new.
pub fn remember(db: &Db, pack: &Arc<Pack>, clock: &Clock, by: &'static str) -> Result<u64, DbError> {
    let (pack, now) = (pack.clone(), clock.now());
    db.write_blocking(move |tx| host::pack::remember(tx, &pack, now, by))
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

/// A new key, or why there is none.
pub fn random_key() -> Result<String, Failure> {
    Keys::make().map_err(|problem| Failure::Start(problem.detail))
}

/// What the operating system may tell a server.
enum Word {
    /// SIGTERM, SIGINT.
    Stop,
    /// SIGHUP.
    Reload,
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// They are heard from this call on.
    fn listen() -> Result<Signals, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let hear = |kind| signal(kind).map_err(|e| Failure::Start(format!("signals cannot be heard: {e}")));
        Ok(Signals {
            terminate: hear(SignalKind::terminate())?,
            interrupt: hear(SignalKind::interrupt())?,
            hang_up: hear(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Word {
        tokio::select! {
            _ = self.terminate.recv() => Word::Stop,
            _ = self.interrupt.recv() => Word::Stop,
            _ = self.hang_up.recv() => Word::Reload,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> Result<Signals, Failure> {
        Ok(Signals)
    }

    async fn next(&mut self) -> Word {
        drop(tokio::signal::ctrl_c().await);
        Word::Stop
    }
}
