//! What subscribers want to be told now: each topic once for all who see the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytestring::ByteString;

use super::on_wire;
use crate::actions::observed::Part;
use crate::entity::Sight;
use crate::told::Topic;

pub(super) struct Interest {
    pub number: u64,
    /// As it was subscribed to: what is told carries it.
    pub name: ByteString,
    pub topic: Topic,
    pub sight: Sight,
    /// What was told last of an entity or a property: the same is not told again.
    pub last: Mutex<Option<String>>,
    /// Where its observations are, once that was looked up; forgotten when an entity changes.
    pub parts: Mutex<Option<Arc<Vec<Part>>>>,
}

#[derive(Default)]
pub(super) struct Interests(Mutex<All>);

#[derive(Default)]
struct All {
    last: u64,
    by_name: HashMap<(String, String), u64>,
    /// With how many subscriptions each has.
    by_number: HashMap<u64, (Arc<Interest>, usize)>,
    /// Those of one datastream's observations.
    of_datastream: HashMap<i64, Vec<Arc<Interest>>>,
    /// Those of observations of several.
    of_more: Vec<Arc<Interest>>,
    of_entities: Vec<Arc<Interest>>,
}

impl All {
    fn list(&mut self, interest: &Interest) -> &mut Vec<Arc<Interest>> {
        match interest.topic.datastream() {
            Some(id) => self.of_datastream.entry(id).or_default(),
            None if interest.topic.is_of_observations() => &mut self.of_more,
            None => &mut self.of_entities,
        }
    }
}

impl Interests {
    fn lock(&self) -> MutexGuard<'_, All> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn add(&self, name: &str, topic: Topic, sight: Sight) -> u64 {
        let mut all = self.lock();
        let key = (name.to_string(), format!("{sight:?}"));
        if let Some(number) = all.by_name.get(&key).copied()
            && let Some((_, count)) = all.by_number.get_mut(&number)
        {
            *count += 1;
            return number;
        }
        all.last += 1;
        let number = all.last;
        let (last, parts) = (Mutex::default(), Mutex::default());
        let interest = Arc::new(Interest { number, name: on_wire(name), topic, sight, last, parts });
        all.list(&interest).push(interest.clone());
        all.by_name.insert(key, number);
        all.by_number.insert(number, (interest, 1));
        number
    }

    pub fn remove(&self, number: u64) {
        let mut all = self.lock();
        let Some((interest, count)) = all.by_number.get_mut(&number) else { return };
        *count -= 1;
        if *count > 0 {
            return;
        }
        let interest = interest.clone();
        all.by_number.remove(&number);
        all.by_name.remove(&(interest.name.to_string(), format!("{:?}", interest.sight)));
        all.list(&interest).retain(|known| known.number != number);
        if let Some(id) = interest.topic.datastream()
            && all.of_datastream.get(&id).is_some_and(Vec::is_empty)
        {
            all.of_datastream.remove(&id);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.lock().by_number.is_empty()
    }

    /// Those that observations of these datastreams may concern: by datastream, and those of several.
    pub fn of_observations(
        &self,
        datastreams: impl Iterator<Item = i64>,
    ) -> (HashMap<i64, Vec<Arc<Interest>>>, Vec<Arc<Interest>>) {
        let all = self.lock();
        let mut found = HashMap::new();
        if !all.of_datastream.is_empty() {
            for id in datastreams {
                if let Some(interests) = all.of_datastream.get(&id) {
                    found.entry(id).or_insert_with(|| interests.clone());
                }
            }
        }
        (found, all.of_more.clone())
    }

    pub fn of_entities(&self) -> Vec<Arc<Interest>> {
        self.lock().of_entities.clone()
    }

    /// What was looked up may be otherwise now.
    pub fn forget_parts(&self) {
        for interest in &self.lock().of_more {
            *interest.parts.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}
