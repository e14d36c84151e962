//! What the way in must know of a datastream, kept in memory beside the tables of entities.

mod slugs;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use vocab::{Label, Mode, Slug};

use crate::alike::Alike;
use crate::paged::Paged;
use slugs::Slugs;

/// What results a datastream takes. A missing result is always taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Accepts {
    Number,
    Bool,
    Text,
    Json,
    Any,
}

/// What becomes of a second, differing observation with the key of an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Policy {
    /// The earlier one stays; the other is counted.
    #[default]
    FirstWins,
    /// The later one takes its place; the earlier is kept as a revision.
    LastWins,
}

/// What besides its time tells an observation from others of the datastream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
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

/// What the way in must know of a datastream for every row: the same of very many.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Facts {
    pub mode: Mode,
    pub accepts: Accepts,
    pub policy: Policy,
    pub class: Class,
    pub retention: Arc<str>,
    pub label: Label,
}

impl Datastream {
    pub fn facts(&self) -> Facts {
        let Datastream { id: _, slug: _, mode, accepts, policy, class, retention, label } = self.clone();
        Facts { mode, accepts, policy, class, retention, label }
    }
}

/// Ids that a block's key has room for.
pub const IDS: std::ops::Range<i64> = 1..1 << 32;

/// All datastreams. Cloning shares them. Whoever changes the tables changes this in the same commit's hook.
#[derive(Clone, Default)]
pub struct Datastreams {
    inner: Arc<RwLock<Registry>>,
}

/// All datastreams, standing still.
pub struct All<'a>(&'a Registry);

impl All<'_> {
    pub fn get(&self, id: i64) -> Option<&Facts> {
        self.0.facts.get(id).map(|facts| &**facts)
    }
}

/// Some 50 bytes a datastream: its facts by id, shared, and its slug.
#[derive(Default)]
struct Registry {
    facts: Paged<Arc<Facts>>,
    alike: Alike<Facts>,
    slugs: Slugs,
}

impl Registry {
    fn get(&self, id: i64) -> Option<Arc<Datastream>> {
        let Facts { mode, accepts, policy, class, retention, label } = (**self.facts.get(id)?).clone();
        let slug = Slug::new(self.slugs.get(id)?).ok()?;
        Some(Arc::new(Datastream { id, slug, mode, accepts, policy, class, retention, label }))
    }
}

impl Datastreams {
    fn read(&self) -> RwLockReadGuard<'_, Registry> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds it, or takes the place of the one with its id.
    pub fn put(&self, datastream: Datastream) {
        let mut registry = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        let facts = registry.alike.one(datastream.facts());
        registry.slugs.put(datastream.id, datastream.slug.as_str());
        registry.facts.put(datastream.id, facts);
    }

    pub fn remove(&self, id: i64) {
        let mut registry = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        registry.facts.remove(id);
        registry.slugs.remove(id);
    }

    pub fn get(&self, id: i64) -> Option<Arc<Datastream>> {
        self.read().get(id)
    }

    pub fn by_slug(&self, slug: &Slug) -> Option<Arc<Datastream>> {
        let registry = self.read();
        registry.get(registry.slugs.id(slug.as_str())?)
    }

    /// Those whose slugs pass, in order of their ids.
    pub fn whose_slug(&self, passes: impl Fn(&str) -> bool) -> Vec<Arc<Datastream>> {
        let registry = self.read();
        let chosen = registry.slugs.iter().filter(|(_, slug)| passes(slug));
        chosen.filter_map(|(id, _)| registry.get(id)).collect()
    }

    pub fn contains(&self, id: i64) -> bool {
        self.read().facts.get(id).is_some()
    }

    /// Runs `f` with a look-up that takes the lock once: for whole batches.
    pub fn with<R>(&self, f: impl FnOnce(&All) -> R) -> R {
        f(&All(&self.read()))
    }

    /// Ascending.
    pub fn ids(&self) -> Vec<i64> {
        self.read().facts.iter().map(|(id, _)| id).collect()
    }

    pub fn len(&self) -> usize {
        self.read().facts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.read().facts.is_empty()
    }
}

#[cfg(test)]
mod tests;
