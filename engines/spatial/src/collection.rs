//! What is known in memory of the features of feeds, by collection: enough to find them, and to see that one has not
//! changed. Derived from the rows, and follows each commit.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use vocab::{Label, Slug, Time};

use crate::feature::{Feature, Sight};
use crate::geometry::Bounds;
use crate::index::Index;

/// Collections by their feed. Cloning shares them.
#[derive(Debug, Clone, Default)]
pub struct Collections(Arc<RwLock<BTreeMap<String, Collection>>>);

#[derive(Debug, Clone, Default)]
struct Collection {
    notes: HashMap<i64, Note>,
    /// Of `notes`, those that anybody may see.
    public: usize,
    ids: HashMap<Slug, i64>,
    index: Index,
}

/// What is known of one feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    pub id: i64,
    pub slug: Slug,
    pub bounds: Bounds,
    pub label: Label,
    pub changed: Time,
    pub fingerprint: u64,
}

/// One collection as a list of them shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    pub collection: String,
    /// Of those that may be seen: how many, the box around them, the last change.
    pub count: usize,
    pub bounds: Bounds,
    pub changed: Time,
}

impl Note {
    pub fn of(feature: &Feature) -> Note {
        Note {
            id: feature.id,
            slug: feature.slug.clone(),
            bounds: feature.bounds,
            label: feature.label,
            changed: feature.changed,
            fingerprint: feature.fingerprint(),
        }
    }
}

impl Collections {
    /// Takes in all features of a store at once.
    pub fn fill(&self, notes: impl IntoIterator<Item = (String, Note)>) {
        let mut all: BTreeMap<String, Collection> = BTreeMap::new();
        for (collection, note) in notes {
            all.entry(collection).or_default().note(note);
        }
        for collection in all.values_mut() {
            collection.index = Index::new(collection.notes.values().map(|note| (note.id, note.bounds)));
        }
        *self.write() = all;
    }

    /// Takes in features that are new or changed. To be called when they are durable.
    pub fn put(&self, collection: &str, notes: Vec<Note>) {
        let mut all = self.write();
        let collection = all.entry(collection.into()).or_default();
        for note in notes {
            collection.index.put(note.id, note.bounds);
            collection.note(note);
        }
    }

    /// Those of `features` that are new or differ from what is known.
    pub fn changed(&self, collection: &str, features: Vec<Feature>) -> Vec<Feature> {
        let all = self.read();
        let Some(known) = all.get(collection) else { return features };
        let is_known = |feature: &Feature| {
            let note = known.ids.get(&feature.slug).and_then(|id| known.notes.get(id));
            note.is_some_and(|note| note.fingerprint == feature.fingerprint())
        };
        features.into_iter().filter(|feature| !is_known(feature)).collect()
    }

    /// Ids of the features of a collection that meet the box and may be seen, ascending.
    pub fn within(&self, collection: &str, bounds: &Bounds, sight: Sight) -> Vec<i64> {
        let all = self.read();
        let Some(collection) = all.get(collection) else { return Vec::new() };
        let mut found = collection.index.within(bounds);
        found.retain(|id| collection.notes.get(id).is_some_and(|note| sight.sees(note.label)));
        found
    }

    /// How many features of a collection may be seen.
    pub fn count(&self, collection: &str, sight: Sight) -> usize {
        self.read().get(collection).map_or(0, |found| match sight {
            Sight::All => found.notes.len(),
            Sight::Public => found.public,
        })
    }

    /// All of which some may be seen, by name.
    pub fn summaries(&self, sight: Sight) -> Vec<Summary> {
        self.read().iter().filter_map(|(name, collection)| collection.summary(name, sight)).collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<String, Collection>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<String, Collection>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Collection {
    /// Remembers a feature in the place of what was known of it; the index is the caller's care.
    fn note(&mut self, note: Note) {
        let is_public = note.label == Label::Public;
        self.ids.insert(note.slug.clone(), note.id);
        let earlier = self.notes.insert(note.id, note);
        let was_public = earlier.is_some_and(|earlier| earlier.label == Label::Public);
        self.public = self.public + usize::from(is_public) - usize::from(was_public);
    }

    fn summary(&self, name: &str, sight: Sight) -> Option<Summary> {
        let mut seen = self.notes.values().filter(|note| sight.sees(note.label));
        let first = seen.next()?;
        let of = |note: &Note, count, bounds, changed| Summary {
            collection: name.into(),
            count,
            bounds: note.bounds.with(bounds),
            changed: note.changed.max(changed),
        };
        let summary = of(first, 1, first.bounds, first.changed);
        Some(seen.fold(summary, |so_far, note| of(note, so_far.count + 1, so_far.bounds, so_far.changed)))
    }
}

#[cfg(test)]
mod tests;
