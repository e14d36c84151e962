//! What stands beside every value of a datastream, in memory: pages of last values ask it of a thousand at once.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::Value as Json;

use crate::entity::Entity;

/// Unit, owner and age limit of one datastream.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// `km/h`; empty where there is none.
    pub unit: String,
    /// 0 where nobody said.
    pub freshness_seconds: i64,
    pub feed: Option<String>,
}

/// Cloning shares them.
#[derive(Clone, Default)]
pub struct Notes(Arc<RwLock<HashMap<i64, Arc<Note>>>>);

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
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(entity.id, Arc::new(note));
    }

    pub fn remove(&self, id: i64) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    pub fn get(&self, id: i64) -> Option<Arc<Note>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// Ids of the datastreams of a feed, ascending.
    pub fn of_feed(&self, feed: &str) -> Vec<i64> {
        let notes = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut ids: Vec<i64> =
            notes.iter().filter(|(_, note)| note.feed.as_deref() == Some(feed)).map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids
    }
}
