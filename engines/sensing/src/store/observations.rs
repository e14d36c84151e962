//! The observation store: hot rows, blocks, roll-ups, and the mirror that is kept in step with them.

pub(crate) mod blocks;
pub(crate) mod change;
pub(crate) mod counters;
pub(crate) mod extents;
pub(crate) mod fold;
pub(crate) mod hot;
pub(crate) mod import;
pub(crate) mod record;
pub(crate) mod retention;
pub(crate) mod revisions;
pub(crate) mod rollups;
pub(crate) mod scan;
pub(crate) mod seal;
pub(crate) mod sources;
pub(crate) mod streams;

use std::collections::HashSet;
use std::sync::Arc;

use host::{Db, DbError, Dialect, Tx};
use tokio::sync::broadcast;

use crate::codec::Corrupt;
use crate::datastream::Datastreams;
use crate::mirror::{Mirror, Sealed};
use crate::observation::{Key, Mark, Row, Span};
use crate::rollup::Summary;

pub use counters::Counter;
pub use revisions::Revision;
pub use scan::Order;
pub use sources::{Source, SourceKind};

/// Rows of one commit, as listeners hear of them.
pub type Committed = Arc<Vec<(i64, Row)>>;

/// Commits that a slow listener may be behind before it must read the store instead.
const BEHIND: usize = 256;

/// The store. Cloning shares it.
#[derive(Clone)]
pub struct Observations {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub db: Db,
    pub memory: Arc<Memory>,
}

/// What follows the commits. It holds no database, so that work in the writer's hands never keeps one open.
pub(crate) struct Memory {
    pub mirror: Arc<Mirror>,
    pub datastreams: Datastreams,
    pub reaches: extents::Reaches,
    pub committed: broadcast::Sender<Committed>,
}

impl From<Corrupt> for DbError {
    fn from(corrupt: Corrupt) -> DbError {
        DbError::Corrupt(corrupt.to_string())
    }
}

impl Observations {
    /// Fills the mirror from the tables. Blocks the thread: some 0.5 s for a million hot rows.
    pub fn open(db: &Db, datastreams: &Datastreams) -> Result<Observations, DbError> {
        if db.dialect() == Dialect::Postgres {
            // Compressing what is compressed already costs time and gains nothing.
            db.write_alone_blocking(|tx| {
                tx.batch("ALTER TABLE obs_block ALTER COLUMN b SET STORAGE EXTERNAL")
            })?;
        }
        let (mirror, reaches) = db.read_blocking(|tx| Ok::<_, DbError>((load(tx)?, extents::load(tx)?)))?;
        let (committed, _) = broadcast::channel(BEHIND);
        let mirror = Arc::new(mirror);
        let memory = Arc::new(Memory { mirror, datastreams: datastreams.clone(), reaches, committed });
        let looking = memory.clone();
        db.write_alone_blocking(move |tx| extents::look(tx, &looking))?;
        Ok(Observations { inner: Arc::new(Inner { db: db.clone(), memory }) })
    }

    /// Every commit's rows, live. Bounded: a listener that lags is told so and resumes from the store.
    pub fn listen(&self) -> broadcast::Receiver<Committed> {
        self.inner.memory.committed.subscribe()
    }

    pub fn datastreams(&self) -> &Datastreams {
        &self.inner.memory.datastreams
    }

    pub fn db(&self) -> &Db {
        &self.inner.db
    }

    /// The latest observation, from memory.
    pub fn last(&self, datastream: i64) -> Option<Row> {
        self.inner.memory.mirror.with(datastream, |s| s.last()).flatten()
    }

    /// The latest observation of each, from memory.
    pub fn last_many(&self, datastreams: &[i64]) -> Vec<Option<Row>> {
        datastreams.iter().map(|id| self.last(*id)).collect()
    }

    /// All observations of a datastream, from memory.
    pub fn count_all(&self, datastream: i64) -> u64 {
        self.inner.memory.mirror.with(datastream, |s| s.count()).unwrap_or(0)
    }

    /// Phenomenon times (microseconds) of the first and the last observation, from memory.
    pub fn extent(&self, datastream: i64) -> Option<(i64, i64)> {
        self.inner.memory.mirror.with(datastream, |s| s.extent()).flatten()
    }

    /// Whether any observation of a datastream is, or ever was, longer than an instant; from memory.
    pub fn has_lengths(&self, datastream: i64) -> bool {
        self.inner.memory.reaches.get(datastream).longest > 0
    }

    /// Rows not yet sealed, of all datastreams.
    pub fn hot_rows(&self) -> usize {
        self.inner.memory.mirror.hot_rows()
    }

    /// Bytes that they take in memory.
    pub(crate) fn hot_weight(&self) -> usize {
        self.inner.memory.mirror.weight()
    }

    /// Hot rows of a span, to be taken **before** the transaction begins that reads the blocks: what is sealed between
    /// the two is then seen twice, and dropped, where the other order would not see it at all.
    pub fn hot(&self, datastream: i64, span: Span) -> Hot {
        Hot(self.inner.memory.mirror.with(datastream, |s| s.span(span)).unwrap_or_default())
    }

    /// As [`Observations::hot`], no more than a page of `limit` can need.
    fn hot_page(&self, datastream: i64, span: Span, order: Order, limit: usize) -> Hot {
        let page = self.inner.memory.mirror.with(datastream, |s| match order {
            Order::Ascending => s.first_of(span, limit),
            Order::Descending => s.last_of(span, limit),
        });
        Hot(page.unwrap_or_default())
    }

    /// Observations of a span in order of their keys, `limit` at most. A page goes on from the last key of the one
    /// before: ascending from [`Key::next`] of it, descending up to it.
    pub async fn scan(
        &self,
        datastream: i64,
        span: Span,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Row>, DbError> {
        let hot = self.hot_page(datastream, span, order, limit);
        self.inner.db.read(move |tx| scan::scan(tx, datastream, span, order, limit, &hot)).await
    }

    /// [`Observations::scan`] for threads that are not async.
    pub fn scan_blocking(
        &self,
        datastream: i64,
        span: Span,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Row>, DbError> {
        let hot = self.hot_page(datastream, span, order, limit);
        self.inner.db.read_blocking(move |tx| scan::scan(tx, datastream, span, order, limit, &hot))
    }

    /// One observation.
    pub async fn get(&self, datastream: i64, key: Key) -> Result<Option<Row>, DbError> {
        let span = Span { from: key, to: key.next() };
        Ok(self.scan(datastream, span, Order::Ascending, 1).await?.pop())
    }

    /// How many observations lie in a span.
    pub async fn count(&self, datastream: i64, span: Span) -> Result<u64, DbError> {
        if span == Span::ALL {
            return Ok(self.count_all(datastream));
        }
        let hot = self.hot(datastream, span);
        self.inner.db.read(move |tx| fold::count(tx, datastream, span, &hot)).await
    }

    /// Statistics of each `step` of `from..to` (microseconds, steps counted from `from`) in which a datastream has
    /// rows: `(datastream, start of the step, summary)`, in that order. From roll-ups and block headers where they
    /// cover a step, from rows elsewhere.
    pub async fn aggregate(
        &self,
        datastreams: Vec<i64>,
        from: i64,
        to: i64,
        step: i64,
    ) -> Result<Vec<(i64, i64, Summary)>, DbError> {
        self.aggregate_in(datastreams, fold::Grid::even(from, to, step)).await
    }

    /// [`Observations::aggregate`] for steps of any length.
    pub(crate) async fn aggregate_in(
        &self,
        datastreams: Vec<i64>,
        grid: fold::Grid,
    ) -> Result<Vec<(i64, i64, Summary)>, DbError> {
        let hot = self.hot_of_all(&datastreams, grid.span());
        self.inner.db.read(move |tx| fold::aggregate(tx, &hot, &grid)).await
    }

    /// [`Observations::aggregate`] for threads that are not async.
    pub fn aggregate_blocking(
        &self,
        datastreams: Vec<i64>,
        from: i64,
        to: i64,
        step: i64,
    ) -> Result<Vec<(i64, i64, Summary)>, DbError> {
        let grid = fold::Grid::even(from, to, step);
        let hot = self.hot_of_all(&datastreams, grid.span());
        self.inner.db.read_blocking(move |tx| fold::aggregate(tx, &hot, &grid))
    }

    fn hot_of_all(&self, datastreams: &[i64], span: Span) -> Vec<(i64, Hot)> {
        let mut ids = datastreams.to_vec();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().map(|id| (id, self.hot(id, span))).collect()
    }

    /// Corrections, superseded and deleted results of one observation, oldest first.
    pub async fn revisions(&self, datastream: i64, key: Key) -> Result<Vec<Revision>, DbError> {
        self.inner.db.read(move |tx| revisions::list(tx, datastream, key)).await
    }

    /// What became of everything received, by source.
    pub async fn counters(&self) -> Result<Vec<Counter>, DbError> {
        self.inner.db.read(counters::list).await
    }

    pub async fn sources(&self) -> Result<Vec<Source>, DbError> {
        self.inner.db.read(sources::list).await
    }
}

/// Hot rows as they were before a transaction began.
#[derive(Debug, Clone, Default)]
pub struct Hot(pub(crate) Vec<Row>);

/// Rows put into the mirror together on opening.
const ROWS_AT_A_TIME: usize = 50_000;

/// The mirror of what the tables hold.
fn load(tx: &mut Tx) -> Result<Mirror, DbError> {
    let mirror = Mirror::default();
    streams::each(tx, |datastream, sealed: Sealed| mirror.change(datastream, |s| s.sealed = sealed))?;
    let mut rows = Vec::with_capacity(ROWS_AT_A_TIME);
    hot::each(tx, |datastream, row| {
        rows.push((datastream, row));
        if rows.len() == ROWS_AT_A_TIME {
            mirror.put_all(std::mem::take(&mut rows));
        }
    })?;
    mirror.put_all(rows);
    mark_covered(tx, &mirror)?;
    Ok(mirror)
}

/// A crash between sealing and deleting leaves rows that are hot and sealed; late rows may stand over sealed ones. Each
/// hot row in a sealed bucket is compared with it, so that none is counted twice.
fn mark_covered(tx: &mut Tx, mirror: &Mirror) -> Result<(), DbError> {
    let mut doubtful = HashSet::new();
    mirror.each(|datastream, stream| {
        if stream.is_unsealed() || stream.is_empty() {
            return;
        }
        let sealed = stream.sealed();
        let buckets = stream.rows().into_iter().filter_map(|row| sealed.bucket_of(row.key()));
        doubtful.extend(buckets.map(|bucket| (bucket, datastream)));
    });
    for (bucket, datastream) in doubtful {
        let sealed = match blocks::rows(tx, datastream, bucket) {
            Err(DbError::Corrupt(reason)) => {
                tracing::error!(
                    reason,
                    datastream,
                    ?bucket,
                    "opening without this block; restore it from a backup"
                );
                continue;
            }
            rows => rows?,
        };
        let marks: Vec<(Key, Mark)> = mirror
            .with(datastream, |stream| {
                let hot = stream.span(bucket.span()).into_iter();
                hot.filter_map(|row| {
                    let at = sealed.binary_search_by_key(&row.key(), Row::key).ok()?;
                    let mark = if sealed[at] == row { Mark::Sealed } else { Mark::Over };
                    Some((row.key(), mark))
                })
                .collect()
            })
            .unwrap_or_default();
        mirror.change(datastream, |stream| marks.into_iter().for_each(|(key, mark)| stream.mark(key, mark)));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
