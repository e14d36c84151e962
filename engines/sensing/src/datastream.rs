//! What the way in must know of a datastream, kept in memory beside the tables of entities.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use vocab::{Label, Mode, Slug};

/// What results a datastream takes. A missing result is always taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepts {
    Number,
    Bool,
    Text,
    Json,
    Any,
}

/// What becomes of a second, differing observation with the key of an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// The earlier one stays; the other is counted.
    #[default]
    FirstWins,
    /// The later one takes its place; the earlier is kept as a revision.
    LastWins,
}

/// What besides its time tells an observation from others of the datastream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Class {
    /// Nothing: `n` is 0.
    #[default]
    Instant,
    /// Its length: `n` is end − start in microseconds.
    Interval,
    /// When it was foretold: `n` is the result time in microseconds.
    Forecast,
}

macro_rules! words {
    ($type:ty { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $type {
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

words!(Accepts { Number = "number", Bool = "bool", Text = "text", Json = "json", Any = "any" });
words!(Policy { FirstWins = "first-wins", LastWins = "last-wins" });
words!(Class { Instant = "instant", Interval = "interval", Forecast = "forecast" });

#[derive(Debug, Clone, PartialEq)]
pub struct Datastream {
    /// 1 to 2^32 − 1: blocks keep it in 32 bits.
    pub id: i64,
    pub slug: Slug,
    pub mode: Mode,
    pub accepts: Accepts,
    pub policy: Policy,
    pub class: Class,
    /// Names a row of the retention table in the configuration; observations of an unnamed class are kept for ever.
    pub retention: Arc<str>,
    pub label: Label,
}

/// Ids that a block's key has room for.
pub const IDS: std::ops::Range<i64> = 1..1 << 32;

/// All datastreams. Cloning shares them. Whoever changes the tables changes this in the same commit's hook.
#[derive(Clone, Default)]
pub struct Datastreams {
    inner: Arc<RwLock<Registry>>,
}

/// All datastreams, standing still.
pub struct All<'a>(&'a HashMap<i64, Arc<Datastream>, ById>);

impl All<'_> {
    pub fn get(&self, id: i64) -> Option<&Datastream> {
        self.0.get(&id).map(|datastream| &**datastream)
    }
}

/// Hashes ids that we gave out ourselves, one after the other: nobody can make them collide, so one multiplication
/// does, and ingest looks up every row twice.
#[derive(Debug, Clone, Copy, Default)]
pub struct ById;

impl std::hash::BuildHasher for ById {
    type Hasher = IdHasher;

    fn build_hasher(&self) -> IdHasher {
        IdHasher(0)
    }
}

#[derive(Debug)]
pub struct IdHasher(u64);

impl std::hash::Hasher for IdHasher {
    fn finish(&self) -> u64 {
        // The table takes its bits from both ends; the product has spread them upwards only.
        self.0 ^ self.0 >> 32
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, value: u64) {
        // 2^64 divided by the golden ratio (Knuth, The Art of Computer Programming 3, 6.4).
        self.0 = (self.0 ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_i64(&mut self, value: i64) {
        self.write_u64(value as u64);
    }
}

#[derive(Default)]
struct Registry {
    by_id: HashMap<i64, Arc<Datastream>, ById>,
    by_slug: HashMap<Slug, i64>,
}

impl Datastreams {
    fn read(&self) -> RwLockReadGuard<'_, Registry> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds it, or takes the place of the one with its id.
    pub fn put(&self, datastream: Datastream) {
        let mut registry = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        let id = datastream.id;
        if let Some(before) = registry.by_id.get(&id).map(|d| d.slug.clone()) {
            registry.by_slug.remove(&before);
        }
        registry.by_slug.insert(datastream.slug.clone(), id);
        registry.by_id.insert(id, Arc::new(datastream));
    }

    pub fn remove(&self, id: i64) {
        let mut registry = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(gone) = registry.by_id.remove(&id) {
            registry.by_slug.remove(&gone.slug);
        }
    }

    pub fn get(&self, id: i64) -> Option<Arc<Datastream>> {
        self.read().by_id.get(&id).cloned()
    }

    pub fn by_slug(&self, slug: &Slug) -> Option<Arc<Datastream>> {
        let registry = self.read();
        registry.by_slug.get(slug).and_then(|id| registry.by_id.get(id)).cloned()
    }

    pub fn contains(&self, id: i64) -> bool {
        self.read().by_id.contains_key(&id)
    }

    /// Runs `f` with a look-up that takes the lock once: for whole batches.
    pub fn with<R>(&self, f: impl FnOnce(&All) -> R) -> R {
        f(&All(&self.read().by_id))
    }

    pub fn ids(&self) -> Vec<i64> {
        let mut ids: Vec<i64> = self.read().by_id.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    pub fn len(&self) -> usize {
        self.read().by_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.read().by_id.is_empty()
    }
}
