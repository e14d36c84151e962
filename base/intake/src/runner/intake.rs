//! Carries an answer, wherever it comes from, through mapping to the sink, and keeps the books of its address.

use super::*;

/// From an EPSG code, easting and northing to longitude and latitude; see [`mapping::Project`].
pub type SharedProject = Arc<dyn Fn(u32, f64, f64) -> Option<(f64, f64)> + Send + Sync>;

/// What carries answers from anywhere to the sink, and remembers how each address is doing. Cloning shares it.
#[derive(Clone)]
pub struct Intake {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) db: Db,
    sink: Arc<dyn Sink>,
    project: SharedProject,
    mode: Mode,
    states: Mutex<BTreeMap<(String, String), PullState>>,
    /// The clock of each address in a replay. An address that is not here goes by the system's.
    clocks: Mutex<BTreeMap<(String, String), Time>>,
}

/// An answer, to be taken.
pub struct Arrival {
    pub feed: Arc<Feed>,
    /// Index into [`Feed::sources`].
    pub source: usize,
    pub parameters: BTreeMap<String, String>,
    pub received: Received,
    pub limits: Limits,
    pub validators: Validators,
}

impl Arrival {
    fn source(&self) -> &Source {
        &self.feed.sources[self.source]
    }

    fn pull(&self) -> String {
        // Whatever its topics, a source of messages has one set of books.
        if self.source().mqtt.is_some() {
            return self.source().id.clone();
        }
        let pull = Pull { url: String::new(), parameters: self.parameters.clone() };
        pull.id(&self.source().id)
    }
}

/// What became of an arrival.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    pub tally: Tally,
    pub receipt: Receipt,
    pub observations: u64,
    pub newest: Option<Time>,
    pub last_received: Option<Time>,
    /// Why it was not taken whole.
    pub error: Option<String>,
}

/// How the taking of an answer ended.
enum Ending {
    Whole(Tally),
    Broken(String),
    /// The server was told to stop.
    Stopped,
}

/// Batches mapped ahead of the sink: one being stored, one waiting.
const AHEAD: usize = 1;
/// A sink that stays full this long is broken, not busy.
const PATIENCE_SECONDS: u64 = 120;
/// Bytes of an answer that diagnosis is offered; the store keeps the beginning of them.
const EXCERPT: usize = 256 * 1024;

impl Intake {
    /// Takes up where the store left off.
    pub fn open(db: Db, sink: Arc<dyn Sink>, project: SharedProject, mode: Mode) -> Result<Intake, DbError> {
        let states = Mutex::new(db.read_blocking(store::load)?);
        let clocks = Mutex::default();
        Ok(Intake { inner: Arc::new(Inner { db, sink, project, mode, states, clocks }) })
    }

    pub fn mode(&self) -> Mode {
        self.inner.mode
    }

    pub(crate) fn states(&self) -> MutexGuard<'_, BTreeMap<(String, String), PullState>> {
        // The map is whole at any moment, so a thread that died with it in hand left it good.
        self.inner.states.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    pub(super) fn clocks(&self) -> MutexGuard<'_, BTreeMap<(String, String), Time>> {
        self.inner.clocks.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Sets the clock of one address, in a replay.
    pub fn set_clock(&self, feed: &Slug, pull: &str, now: Time) {
        self.clocks().insert((feed.to_string(), pull.to_string()), now);
    }

    pub(crate) fn clock_of(&self, feed: &Slug, pull: &str) -> Option<Time> {
        self.clocks().get(&(feed.to_string(), pull.to_string())).copied()
    }

    /// Maps what `open` gives and hands it to the sink, batch by batch, asking `hold` when each may go. Then writes the
    /// books; the beginning of a broken answer is kept for diagnosis.
    pub async fn take(
        &self,
        arrival: Arrival,
        body: Body,
        now: Time,
        hold: Option<&Hold>,
    ) -> Result<Taken, DbError> {
        let excerpt = match &body {
            Body::Bytes(bytes) => bytes[..bytes.len().min(EXCERPT)].to_vec(),
            Body::Stream(_) => Vec::new(),
        };
        let (taken, ending) = self.deliver(&arrival, body, hold).await?;
        let error = match ending {
            Ending::Broken(error) => Some(error),
            Ending::Whole(tally) if tally.received > 0 && tally.mapped == 0 => {
                Some(format!("not one of {} records maps; the quarantine says why", tally.received))
            }
            Ending::Whole(_) => None,
            // Nothing is wrong with it; it is taken up again at the next start.
            Ending::Stopped => return self.note_stopped(&arrival, taken).await,
        };
        let outcome = match &error {
            None => Outcome::Good { newest: taken.newest },
            Some(error) => Outcome::Bad { error: error.clone() },
        };
        let (feed, pull) = (arrival.feed.id.to_string(), arrival.pull());
        let now = taken.last_received.map_or(now, |t| t.max(now));
        self.note(&feed, &pull, now, outcome, |state| {
            state.counters.answers += 1;
            // What was not taken whole must come again, so it is not called known.
            state.validators =
                if error.is_none() { arrival.validators.clone() } else { Validators::default() };
        })
        .await?;
        if let Some(error) = error.clone() {
            self.keep_broken(feed, pull, now, error, excerpt).await?;
        }
        Ok(Taken { error, ..taken })
    }

    async fn deliver(
        &self,
        arrival: &Arrival,
        body: Body,
        hold: Option<&Hold>,
    ) -> Result<(Taken, Ending), DbError> {
        let (sender, mut batches) = mpsc::channel::<Batch>(AHEAD);
        let (feed, parameters) = (arrival.feed.clone(), arrival.parameters.clone());
        let (source, received, limits) = (arrival.source, arrival.received, arrival.limits.clone());
        let (mode, project) = (self.inner.mode, self.inner.project.clone());
        let mapping = tokio::task::spawn_blocking(move || {
            let source = &feed.sources[source];
            let context = Context {
                feed: &feed,
                source,
                parameters: &parameters,
                mode,
                received,
                project: &*project,
                limits,
            };
            let mut deliver = |batch| sender.blocking_send(batch).is_ok();
            match body {
                Body::Bytes(bytes) => mapping::map(bytes.as_slice(), &context, &mut deliver),
                Body::Stream(stream) => mapping::map(stream, &context, &mut deliver),
            }
        });
        let mut taken = Taken::default();
        let mut failed = None;
        while let Some(batch) = batches.recv().await {
            if let Some(hold) = hold
                && !hold(batch.received).await
            {
                failed = Some(Ending::Stopped);
                break;
            }
            match self.give(&batch).await {
                Ok(receipt) => self.book(arrival, &batch, receipt, &mut taken).await?,
                Err(error) => {
                    failed = Some(Ending::Broken(error.to_string()));
                    break;
                }
            }
        }
        // With nobody to take further batches the mapping stops at its next one.
        drop(batches);
        let mapped = match mapping.await {
            Ok(result) => result,
            Err(_) => {
                Err(DecodeError::Broken("mapping it failed; this is a fault of ours, see the log".into()))
            }
        };
        let by_itself = || mapped.map_or_else(|e| Ending::Broken(e.to_string()), Ending::Whole);
        Ok((taken, failed.unwrap_or_else(by_itself)))
    }

    /// Writes down the books of an answer that was interrupted, without a judgement on it.
    async fn note_stopped(&self, arrival: &Arrival, taken: Taken) -> Result<Taken, DbError> {
        if let Some(at) = taken.last_received {
            let outcome = Outcome::Good { newest: taken.newest };
            self.note(arrival.feed.id.as_str(), &arrival.pull(), at, outcome, |_| {}).await?;
        }
        Ok(taken)
    }

    /// Offers a batch until it is taken.
    async fn give(&self, batch: &Batch) -> Result<Receipt, SinkError> {
        let mut waited = 0;
        loop {
            match self.inner.sink.accept(batch.clone()).await {
                Err(SinkError::Full { retry_seconds }) if waited < PATIENCE_SECONDS => {
                    let wait = u64::from(retry_seconds.clamp(1, 30));
                    waited += wait;
                    tokio::time::sleep(Duration::from_secs(wait)).await;
                }
                other => return other,
            }
        }
    }

    async fn book(
        &self,
        arrival: &Arrival,
        batch: &Batch,
        receipt: Receipt,
        taken: &mut Taken,
    ) -> Result<(), DbError> {
        let (feed, pull) = (arrival.feed.id.to_string(), arrival.pull());
        let observations = batch.observations.len() as u64;
        taken.tally.received += batch.tally.received;
        taken.tally.mapped += batch.tally.mapped;
        taken.tally.quarantined += batch.tally.quarantined;
        taken.observations += observations;
        let newest = batch.observations.iter().map(|o| o.time).max();
        taken.newest = taken.newest.max(newest);
        taken.last_received = taken.last_received.max(Some(batch.received));
        {
            let mut states = self.states();
            let state = states.entry((feed.clone(), pull.clone())).or_default();
            state.counters.add_batch(batch.tally, observations, &receipt);
            if let Received::EachItsOwn { .. } = arrival.received {
                // A history is many answers, and each is good when it comes.
                state.health =
                    std::mem::take(&mut state.health).after(Outcome::Good { newest }, batch.received);
            }
        }
        if !receipt.refused.is_empty() || !batch.quarantined.is_empty() {
            let (refused, quarantined, at) =
                (receipt.refused.clone(), batch.quarantined.clone(), batch.received);
            self.inner
                .db
                .write::<_, DbError>(move |tx| {
                    store::add_refusals(tx, &feed, &pull, &refused)?;
                    store::quarantine(tx, &feed, &pull, at, &quarantined)
                })
                .await?;
        }
        taken.receipt.add(receipt);
        Ok(())
    }

    /// Brings an address's state forward and writes it down.
    pub(super) async fn note(
        &self,
        feed: &str,
        pull: &str,
        now: Time,
        outcome: Outcome,
        change: impl FnOnce(&mut PullState),
    ) -> Result<(), DbError> {
        let saved = {
            let mut states = self.states();
            let state = states.entry((feed.to_string(), pull.to_string())).or_default();
            state.last_asked = Some(now);
            match &outcome {
                Outcome::Unchanged => state.counters.unchanged += 1,
                Outcome::Bad { .. } => state.counters.broken += 1,
                Outcome::Good { .. } => {}
            }
            state.health = std::mem::take(&mut state.health).after(outcome, now);
            change(state);
            state.clone()
        };
        let (feed, pull) = (feed.to_string(), pull.to_string());
        self.inner.db.write::<_, DbError>(move |tx| store::save(tx, &feed, &pull, &saved)).await
    }

    pub(super) async fn keep_broken(
        &self,
        feed: String,
        pull: String,
        now: Time,
        error: String,
        body: Vec<u8>,
    ) -> Result<(), DbError> {
        self.inner
            .db
            .write::<_, DbError>(move |tx| store::keep_broken(tx, &feed, &pull, now, &error, &body))
            .await
    }
}

/// Waits until records of this time may go; false when they never will.
pub type Hold = Arc<dyn Fn(Time) -> BoxFuture<'static, bool> + Send + Sync>;

/// What an answer consists of.
pub enum Body {
    Bytes(Vec<u8>),
    Stream(Box<dyn Read + Send>),
}

impl Intake {
    /// Takes the rows that stand in a feed's file.
    pub async fn take_rows(&self, feed: Arc<Feed>, source: usize, now: Time) -> Result<Taken, DbError> {
        let arrival = Arrival {
            feed,
            source,
            parameters: BTreeMap::new(),
            received: Received::At(now),
            limits: Limits::default(),
            validators: Validators::default(),
        };
        self.take(arrival, Body::Bytes(Vec::new()), now, None).await
    }
}
