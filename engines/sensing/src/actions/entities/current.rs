//! What pages ask every second, answered from memory alone.

use std::collections::HashMap;
use std::sync::Arc;

use host::DbError;

use crate::Sensing;
use crate::actions::entities::notes::Note;
use crate::datastream::Datastream;
use crate::entity::Sight;
use crate::observation::Row;

impl Sensing {
    /// The last observation of each datastream of a feed whose slug ends in `/key`, in order of their ids.
    pub fn current(&self, feed: &str, key: &str, sight: &Sight) -> Vec<(Arc<Datastream>, Row)> {
        let registry = self.observations().datastreams();
        let ids = self.inner.world.notes.of_feed(feed);
        let of_key = ids.into_iter().filter_map(|id| registry.get(id)).filter(|datastream| {
            let slug = datastream.slug.as_str();
            slug.rsplit('/').next() == Some(key) && sight.sees(datastream.label, slug)
        });
        of_key.filter_map(|d| self.observations().last(d.id).map(|row| (d, row))).collect()
    }

    /// The newest observation of each datastream of a feed.
    pub fn newest(&self, feed: &str, sight: &Sight) -> Vec<(Arc<Datastream>, Row)> {
        let registry = self.observations().datastreams();
        let all = self.inner.world.notes.of_feed(feed).into_iter().filter_map(|id| registry.get(id));
        let seen = all.filter(|datastream| sight.sees(datastream.label, datastream.slug.as_str()));
        seen.filter_map(|d| self.observations().last(d.id).map(|row| (d, row))).collect()
    }

    /// Unit, age limit and feed of a datastream.
    pub fn note(&self, datastream: i64) -> Option<Arc<Note>> {
        self.inner.world.notes.get(datastream)
    }

    /// The name of every source of observations (`feed/source`, a device, a file), by its number in [`Row::source`].
    pub async fn source_names(&self) -> Result<HashMap<u32, String>, DbError> {
        let all = self.observations().sources().await?;
        Ok(all.into_iter().map(|source| (source.id, source.slug)).collect())
    }
}
