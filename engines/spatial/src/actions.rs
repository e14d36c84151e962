//! Features kept. Each function takes a transaction; memory follows in hooks of its commit.

use host::{DbError, Tx};

use crate::collection::{Collections, Note};
use crate::feature::Feature;
use crate::store;

/// Writes features of one collection that are new or changed.
pub fn keep(
    tx: &mut Tx,
    collections: &Collections,
    collection: &str,
    features: &[Feature],
) -> Result<(), DbError> {
    let mut notes = Vec::with_capacity(features.len());
    for feature in features {
        let id = store::upsert(tx, feature)?;
        notes.push(Note { id, ..Note::of(feature) });
    }
    let (collections, collection) = (collections.clone(), collection.to_string());
    tx.on_commit(Box::new(move || collections.put(&collection, notes)));
    Ok(())
}
