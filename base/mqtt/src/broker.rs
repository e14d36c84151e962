//! Who is connected, who wants what, and where each message goes.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use bytestring::ByteString;
use host::db::Lane;
use host::telemetry::{Counter, Gauge, Metrics};
use host::{Clock, Db, DbError};
use tokio::sync::{Notify, Semaphore};
use vocab::time::SECOND;
use vocab::{Caller, Time};

use crate::application::Application;
use crate::limits::{self, Limits};
use crate::message::{Message, Qos};
use crate::packet::Options;
use crate::retained::Retained;
use crate::session::{Delivery, Session};
use crate::store::{self, Change, Writing};
use crate::subscription::{Leaf, Member, Tree};

mod quota;
mod route;
mod sessions;

pub(crate) use quota::Bucket;
pub use route::Told;
pub(crate) use route::{Outcome, Saving};
pub(crate) use sessions::Opened;

/// The broker. Cloning shares it.
#[derive(Clone)]
pub struct Broker {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub application: Arc<dyn Application>,
    pub limits: Limits,
    pub clock: Clock,
    pub counts: Counts,
    lane: Lane<Writing>,
    state: Mutex<State>,
    next_session: AtomicU64,
    next_link: AtomicU64,
    /// Of those who were connected when the server was killed; until they are published.
    wills: Mutex<Vec<store::KeptWill>>,
    /// Queues hold as much as they may together.
    is_tight: AtomicBool,
    quotas: quota::Quotas,
    /// Clients at once, through whichever door.
    pub connections: Arc<Semaphore>,
}

/// One client's session, connected or not.
pub(crate) struct Cell {
    pub id: i64,
    pub caller: Caller,
    pub client: ByteString,
    pub told: Notify,
    is_here: AtomicBool,
    /// Its key opens nothing any more: whatever connection it has is to end.
    is_dismissed: AtomicBool,
    state: Mutex<CellState>,
}

#[derive(Default)]
pub(crate) struct CellState {
    pub session: Session,
    pub subscriptions: BTreeMap<ByteString, Subscription>,
    /// The connection that has it; 0 for none.
    pub link: u64,
    /// How long it lives without one.
    pub seconds: u32,
    pub ends: Option<Time>,
}

pub(crate) struct Subscription {
    /// Where the application sends what it wants.
    pub interest: Option<u64>,
}

impl Cell {
    pub fn lock(&self) -> MutexGuard<'_, CellState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn is_dismissed(&self) -> bool {
        self.is_dismissed.load(Ordering::Relaxed)
    }

    /// How long it lives without a connection, and until when.
    pub fn life(&self) -> (u32, Option<Time>) {
        let state = self.lock();
        (state.seconds, state.ends)
    }

    /// Lets a message that is durable wait for its turn.
    pub fn keep(&self, delivery: Delivery) {
        self.lock().session.keep(delivery);
        self.told.notify_one();
    }

    pub fn new(id: i64, caller: Caller, client: ByteString) -> Cell {
        let (is_here, is_dismissed) = (AtomicBool::new(false), AtomicBool::new(false));
        Cell { id, caller, client, told: Notify::new(), is_here, is_dismissed, state: Mutex::default() }
    }
}

/// A subscription as the tree holds it.
#[derive(Clone)]
struct Entry {
    cell: Arc<Cell>,
    options: Options,
}

impl Member for Entry {
    fn is_same(&self, other: &Entry) -> bool {
        Arc::ptr_eq(&self.cell, &other.cell)
    }

    fn is_here(&self) -> bool {
        self.cell.is_here.load(Ordering::Relaxed)
    }
}

#[derive(Default)]
struct State {
    /// By caller and client id: nobody takes over the session of another.
    sessions: HashMap<(String, ByteString), Arc<Cell>>,
    tree: Tree<Entry>,
    interests: HashMap<u64, Leaf<Entry>>,
    retained: Retained,
}

/// What the operator sees at `/metrics`.
pub(crate) struct Counts {
    pub connections: Gauge,
    pub sessions: Gauge,
    /// Connections that are not read because something behind them is full.
    pub paused: Gauge,
    pub queued_bytes: Gauge,
    pub received: Counter,
    pub refused: Counter,
    pub over_quota: Counter,
    pub sent: Counter,
    /// Messages that a full queue had no room for.
    pub dropped: Counter,
    /// Connections ended by us: malformed, stalled, silent, over a limit.
    pub ended: Counter,
}

impl Counts {
    fn new(metrics: &Metrics) -> Counts {
        Counts {
            connections: metrics.gauge("mqtt_connections", "MQTT clients connected"),
            sessions: metrics.gauge("mqtt_sessions", "MQTT sessions, connected or not"),
            paused: metrics.gauge("mqtt_paused", "MQTT connections not read because a queue is full"),
            queued_bytes: metrics.gauge("mqtt_queued_bytes", "Bytes that wait for MQTT clients"),
            received: metrics.counter("mqtt_received", "MQTT publications received"),
            refused: metrics.counter("mqtt_refused", "MQTT publications refused"),
            over_quota: metrics.counter("mqtt_over_quota", "MQTT publications beyond a device's quota"),
            sent: metrics.counter("mqtt_sent", "MQTT messages sent to subscribers"),
            dropped: metrics
                .counter("mqtt_dropped", "MQTT messages dropped because a client's queue is full"),
            ended: metrics.counter("mqtt_ended", "MQTT connections ended by the server"),
        }
    }
}

impl Broker {
    /// Takes up where the store left off. Blocks the thread. The tables must be up to date ([`crate::MIGRATIONS`]).
    pub fn open(
        db: &Db,
        clock: &Clock,
        metrics: &Metrics,
        limits: Limits,
        application: Arc<dyn Application>,
    ) -> Result<Broker, DbError> {
        db.write_blocking(store::sweep)?;
        let (sessions, retained) = db.read_blocking(store::load)?;
        let wills = db.read_blocking(store::wills)?;
        let connections = Arc::new(Semaphore::new(limits.connections));
        let inner = Inner {
            application,
            limits,
            clock: clock.clone(),
            counts: Counts::new(metrics),
            lane: db.lane(limits::SAVING, Writing),
            state: Mutex::default(),
            next_session: AtomicU64::new(sessions.iter().map(|kept| kept.id as u64).max().unwrap_or(0)),
            // Above those whose wills are still to be published.
            next_link: AtomicU64::new(wills.iter().map(|kept| kept.link).max().unwrap_or(0)),
            wills: Mutex::new(wills),
            is_tight: AtomicBool::new(false),
            quotas: quota::Quotas::default(),
            connections,
        };
        let broker = Broker { inner: Arc::new(inner) };
        {
            let mut state = broker.state();
            retained.into_iter().for_each(|message| state.retained.put(Arc::new(message)));
            let now = clock.now();
            sessions.into_iter().for_each(|kept| broker.restore(&mut state, kept, now));
        }
        Ok(broker)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> Time {
        self.inner.clock.now()
    }

    /// What must be kept, in the order of the calls; while the queue of the store is full the future offers it again.
    pub(crate) fn save(&self, changes: Vec<Change>) -> Saving {
        if let Ok(saved) = self.inner.lane.push(changes.clone()) {
            return Box::pin(saved);
        }
        let lane = self.inner.lane.clone();
        Box::pin(async move {
            loop {
                tokio::time::sleep(limits::RETRY).await;
                if let Ok(saved) = lane.push(changes.clone()) {
                    return saved.await;
                }
            }
        })
    }

    /// Periodic work: sessions and retained messages whose time is over, and how much waits in all queues.
    pub fn jobs(&self) -> Vec<host::jobs::Job> {
        let broker = self.clone();
        let sweep = move || {
            let broker = broker.clone();
            async move { broker.sweep().await.map_err(|e| e.to_string()) }
        };
        // A minute: an expired session is not resumed in between either, it only takes room.
        vec![host::jobs::Job::every("mqtt-sweep", 60, sweep)]
    }

    /// Publishes the wills of those who were connected when the server was killed (MQTT 5, 3.1.2.5), each after its delay
    /// unless its client is back by then.
    fn speak_for_the_gone(&self) {
        let wills = std::mem::take(&mut *self.inner.wills.lock().unwrap_or_else(PoisonError::into_inner));
        for store::KeptWill { link, caller, client, will } in wills {
            let (broker, client) = (self.clone(), ByteString::from(client));
            // It is not put off for longer than the session lives.
            let delay = will.delay_seconds.min(broker.lives(&caller, &client));
            tokio::spawn(async move {
                crate::connection::speak(&broker, &caller, &client, &will, delay).await;
                drop(broker.save(vec![Change::NoWill(link)]).await);
            });
        }
    }

    /// Watches how much waits, until told to stop. Cheap: one look at every session a second.
    pub async fn watch(self, mut stop: tokio::sync::watch::Receiver<bool>) {
        self.speak_for_the_gone();
        let mut every = tokio::time::interval(Duration::from_secs(1));
        loop {
            tokio::select! {
                _ = every.tick() => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
            let cells: Vec<Arc<Cell>> = self.state().sessions.values().cloned().collect();
            let bytes: usize = cells.iter().map(|cell| cell.lock().session.bytes()).sum();
            self.inner.counts.queued_bytes.set(bytes as i64);
            self.inner.counts.sessions.set(cells.len() as i64);
            self.inner.is_tight.store(bytes > limits::QUEUED_BYTES, Ordering::Relaxed);
        }
    }

    /// Ends the connections of whoever has lost their key. Their sessions wait for the next one.
    pub fn dismiss(&self, caller: &Caller) {
        for cell in self.state().sessions.values().filter(|cell| cell.caller == *caller) {
            cell.is_dismissed.store(true, Ordering::Relaxed);
            cell.told.notify_one();
        }
    }

    async fn sweep(&self) -> Result<(), DbError> {
        let now = self.now();
        let mut changes = Vec::new();
        {
            let mut state = self.state();
            let over = state.retained.sweep(now);
            if !over.is_empty() {
                changes.push(Change::Forget(over));
            }
            let ended: Vec<Arc<Cell>> = state
                .sessions
                .values()
                .filter(|cell| cell.lock().ends.is_some_and(|ends| ends <= now))
                .cloned()
                .collect();
            for cell in ended {
                changes.push(self.forget(&mut state, &cell));
            }
        }
        if changes.is_empty() { Ok(()) } else { self.save(changes).await }
    }
}
