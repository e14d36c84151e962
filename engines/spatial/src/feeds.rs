//! Where feeds hand over the features they brought.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use host::{Clock, Db, DbError};
use intake::draft::BoxFuture;
use intake::{Batch, Receipt, Sink, SinkError};
use vocab::Mode;

use crate::actions;
use crate::collection::Collections;
use crate::feature::Feature;

/// Takes the features of a batch; what else is in it is others' to take. Features that are as they were cost no
/// statement. One that a feed no longer names stays: a batch does not say whether it holds all there are.
pub struct FeatureSink {
    db: Db,
    clock: Clock,
    mode: Mode,
    collections: Collections,
    /// What was last said of each feed's features that could not be taken.
    told: Mutex<HashMap<String, String>>,
}

impl FeatureSink {
    pub(crate) fn new(db: &Db, clock: &Clock, mode: Mode, collections: &Collections) -> FeatureSink {
        FeatureSink {
            db: db.clone(),
            clock: clock.clone(),
            mode,
            collections: collections.clone(),
            told: Mutex::default(),
        }
    }

    async fn take(&self, batch: Batch) -> Result<Receipt, SinkError> {
        let features = self.judged(batch);
        let Some(collection) = features.first().map(|feature| feature.collection.clone()) else {
            return Ok(Receipt::default());
        };
        let changed = self.collections.changed(&collection, features);
        if !changed.is_empty() {
            let collections = self.collections.clone();
            let kept = self.db.write(move |tx| actions::keep(tx, &collections, &collection, &changed));
            kept.await.map_err(|error: DbError| SinkError::Store(error.to_string()))?;
        }
        Ok(Receipt::default())
    }

    /// The features that can be kept.
    fn judged(&self, batch: Batch) -> Vec<Feature> {
        if batch.features.is_empty() {
            return Vec::new();
        }
        let collection = batch.feed.as_str();
        if batch.mode != self.mode {
            let (theirs, ours) = (batch.mode.word(), self.mode.word());
            self.tell(collection, format!("they are {theirs} and this store is {ours}"));
            return Vec::new();
        }
        let written = self.clock.now();
        let (mut features, mut refused) = (Vec::with_capacity(batch.features.len()), Vec::new());
        for draft in batch.features {
            let slug = draft.slug.clone();
            match Feature::of(collection, draft, batch.mode, batch.received, written) {
                Ok(feature) => features.push(feature),
                Err(error) => refused.push(format!("{slug}: the {error}")),
            }
        }
        match refused.first() {
            Some(first) => self.tell(collection, format!("{} of them, {first}", refused.len())),
            None => self.tell(collection, String::new()),
        }
        features
    }

    /// Once, until there is something else to say.
    fn tell(&self, collection: &str, what: String) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.get(collection).map_or("", String::as_str) != what {
            if !what.is_empty() {
                tracing::warn!(feed = collection, what, "features were not taken");
            }
            told.insert(collection.into(), what);
        }
    }
}

impl Sink for FeatureSink {
    fn accept(&self, batch: Batch) -> BoxFuture<'_, Result<Receipt, SinkError>> {
        Box::pin(self.take(batch))
    }
}

#[cfg(test)]
pub(crate) mod tests;
