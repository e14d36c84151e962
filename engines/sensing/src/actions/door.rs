//! The one way in. Whatever brings observations, they meet the same queue, validation, de-duplication and group commit.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use host::db::{Full, Lane, Stage};
use host::{DbError, Tx};
use vocab::{Mode, Time};

use crate::ingest::{Arrival, Limits, Outcome, validate};
use crate::seal::Rules;
use crate::store::observations::record::{Batch, record};
use crate::store::observations::{Memory, Observations, SourceKind, import, sources};

/// Rows that may wait for their commit, where nobody says otherwise: 13 MB of them, and less than a second of work.
pub const QUEUE_ROWS: usize = 200_000;

/// Bytes of rows that may wait to be sealed: beyond it memory would not stay bounded. A plain reading takes some 8, so
/// that 5.7 million hourly meters wait for the end of their day with 1.2 GB.
pub const MOST_HOT: usize = 3 << 29;

/// Cloning shares the queue.
#[derive(Clone)]
pub struct Door {
    observations: Observations,
    lane: Lane<Writing>,
    limits: Limits,
    sources: Arc<Mutex<HashMap<SourceName, u32>>>,
}

type SourceName = (SourceKind, String, String, Mode);

struct Writing {
    memory: Arc<Memory>,
}

impl Stage for Writing {
    type Item = Batch;
    type Outcome = Vec<Outcome>;

    fn weight(batch: &Batch) -> usize {
        batch.outcomes.len().max(1)
    }

    fn apply(&mut self, tx: &mut Tx, batches: &[Batch]) -> Result<Vec<Vec<Outcome>>, DbError> {
        record(tx, &self.memory, batches)
    }
}

impl Door {
    pub fn new(observations: &Observations, limits: Limits, queue_rows: usize) -> Door {
        let stage = Writing { memory: observations.inner.memory.clone() };
        Door {
            observations: observations.clone(),
            lane: observations.db().lane(queue_rows, stage),
            limits,
            sources: Arc::default(),
        }
    }

    /// Takes observations in. The future answers, once they are durable, what became of each, in their order; one that
    /// is refused hinders no other. `Full`: nothing was taken, ask again later (429, or stop reading).
    pub fn submit(
        &self,
        arrival: Arrival,
    ) -> Result<impl Future<Output = Result<Vec<Outcome>, DbError>> + Send + 'static, Full> {
        self.room()?;
        self.lane.push(self.check(&arrival))
    }

    /// Whether there is room at all: for what brings observations within a transaction of its own.
    pub fn room(&self) -> Result<(), Full> {
        if self.observations.hot_weight() <= MOST_HOT {
            return Ok(());
        }
        Err(Full { waiting: self.observations.hot_rows(), retry_after_seconds: 5 })
    }

    /// Takes history in, straight into blocks where its days are closed. For files, some ten thousand rows at a time,
    /// each datastream's days together: every block that is met is written once.
    pub async fn import(&self, arrival: &Arrival, now: Time, rules: Rules) -> Result<Vec<Outcome>, DbError> {
        let (memory, batch) = (self.observations.inner.memory.clone(), self.check(arrival));
        self.observations.db().write_alone(move |tx| import::import(tx, &memory, &batch, now, &rules)).await
    }

    /// The number of whoever brings observations, given one when it is new.
    pub async fn source(
        &self,
        kind: SourceKind,
        slug: &str,
        pack_version: &str,
        mode: Mode,
    ) -> Result<u32, DbError> {
        let name = (kind, slug.to_string(), pack_version.to_string(), mode);
        let known = self.sources.lock().unwrap_or_else(PoisonError::into_inner).get(&name).copied();
        if let Some(number) = known {
            return Ok(number);
        }
        let (_, slug, version, _) = name.clone();
        let number =
            self.observations.db().write(move |tx| sources::number(tx, kind, &slug, &version, mode)).await?;
        self.sources.lock().unwrap_or_else(PoisonError::into_inner).insert(name, number);
        Ok(number)
    }

    pub fn observations(&self) -> &Observations {
        &self.observations
    }

    /// Rows that wait for their commit, and how many may.
    pub fn load(&self) -> (usize, usize) {
        (self.lane.waiting(), self.lane.capacity())
    }

    /// Whether so many rows more would be turned away now.
    pub fn is_full(&self, rows: usize) -> bool {
        let (waiting, capacity) = self.load();
        self.observations.hot_weight() > MOST_HOT || (waiting > 0 && waiting + rows > capacity)
    }

    fn check(&self, arrival: &Arrival) -> Batch {
        let Arrival { source, mode, received, observations } = arrival;
        let from = (*source, *mode, *received);
        let mut batch = Batch {
            source: *source,
            received: *received,
            rows: Vec::with_capacity(observations.len()),
            outcomes: vec![Outcome::Stored; observations.len()],
            positions: Vec::new(),
            made: Vec::new(),
        };
        self.observations.datastreams().with(|datastreams| {
            for (i, incoming) in observations.iter().enumerate() {
                let facts = datastreams.get(incoming.datastream);
                match validate(incoming, facts, from, &self.limits) {
                    Ok(row) => {
                        if batch.rows.len() != i {
                            batch.positions.push(i as u32);
                        }
                        batch.rows.push((incoming.datastream, row));
                    }
                    Err(refusal) => {
                        // The first one that is refused: all before it stand where they came.
                        if batch.rows.len() == i {
                            batch.positions = (0..i as u32).collect();
                        }
                        batch.outcomes[i] = Outcome::Refused(refusal);
                    }
                }
            }
        });
        batch
    }
}
