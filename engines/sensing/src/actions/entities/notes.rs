//! What stands beside every value of a datastream, in memory: pages of last values ask it of a thousand at once.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::Value as Json;

use crate::alike::Alike;
use crate::entity::Entity;
use crate::paged::{Ids, Paged};

/// Unit, owner and age limit of a datastream; very many have the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Note {
    /// `km/h`; empty where there is none.
    pub unit: String,
    /// 0 where nobody said.
    pub freshness_seconds: i64,
    pub feed: Option<String>,
}

/// Cloning shares them.
#[derive(Clone, Default)]
pub struct Notes(Arc<RwLock<All>>);

#[derive(Default)]
struct All {
    by_id: Paged<Arc<Note>>,
    by_feed: HashMap<String, Ids>,
    alike: Alike<Note>,
}

impl Notes {
    pub fn put(&self, entity: &Entity) {
        let Some(facts) = &entity.stream else { return };
        let unit =
            entity.body.get("unitOfMeasurement").and_then(|unit| unit.get("symbol")).and_then(Json::as_str);
        let note = Note {
            unit: unit.unwrap_or_default().into(),
            freshness_seconds: facts.freshness_seconds,
            feed: entity.feed.clone(),
        };
        self.add(entity.id, note);
    }

    pub fn add(&self, id: i64, note: Note) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.remove(id);
        if let Some(feed) = &note.feed {
            match all.by_feed.get_mut(feed) {
                Some(ids) => ids.insert(id),
                None => all.by_feed.entry(feed.clone()).or_default().insert(id),
            }
        }
        let note = all.alike.one(note);
        all.by_id.put(id, note);
    }

    pub fn remove(&self, id: i64) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    pub fn get(&self, id: i64) -> Option<Arc<Note>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).by_id.get(id).cloned()
    }

    /// Ids of the datastreams of a feed, ascending.
    pub fn of_feed(&self, feed: &str) -> Vec<i64> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.by_feed.get(feed).map(|ids| ids.iter().collect()).unwrap_or_default()
    }
}

impl All {
    fn remove(&mut self, id: i64) {
        let Some(gone) = self.by_id.remove(id) else { return };
        let Some(feed) = &gone.feed else { return };
        let Some(ids) = self.by_feed.get_mut(feed) else { return };
        ids.remove(id);
        if ids.is_empty() {
            self.by_feed.remove(feed);
        }
    }
}
