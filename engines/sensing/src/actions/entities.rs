//! Entities made, changed and removed. Each function takes a transaction; memory follows in hooks of its commit.

pub mod along;
pub mod changes;
pub mod collection;
pub mod create;
pub mod current;
pub mod expand;
pub mod features;
pub mod look;
pub mod notes;
pub mod remove;
pub mod update;
pub mod upsert;

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use host::access::Action;
use host::{Gate, Problem, Tx};
use tokio::sync::broadcast;
use vocab::{Caller, Lang, Mode, Slug, Time};

use self::notes::Notes;
use crate::api::problems::{BAD_ENTITY, NO_SUCH_ENTITY, SLUG_TAKEN};
use crate::entity::{Entity, Kind, Sight};
use crate::ingest::Limits;
use crate::paged::Ids;
use crate::store::entities::{self, links, write};
use crate::store::observations::{Memory, Observations};

/// What these actions know beside their transaction. It holds no database.
#[derive(Clone)]
pub struct World {
    pub(crate) memory: Arc<Memory>,
    /// The city's, the first being the one of plain texts.
    pub languages: Arc<[Lang]>,
    /// Of every datastream that is made here.
    pub mode: Mode,
    pub limits: Limits,
    pub(crate) featured: Featured,
    pub(crate) notes: Notes,
    /// Counts removals: whoever remembers ids forgets them when it has grown.
    pub(crate) removals: Arc<AtomicU64>,
    /// Told of every entity that is made or changed, when that is durable.
    pub(crate) changed: broadcast::Sender<(Kind, i64)>,
}

/// Changes that a slow listener may be behind: a deep insert makes some hundred.
const BEHIND: usize = 4_096;

impl World {
    pub fn new(observations: &Observations, mode: Mode, languages: &[Lang], limits: Limits) -> World {
        World {
            memory: observations.inner.memory.clone(),
            languages: languages.into(),
            mode,
            limits,
            featured: Featured::default(),
            notes: Notes::default(),
            removals: Arc::default(),
            changed: broadcast::channel(BEHIND).0,
        }
    }
}

/// Datastreams whose feature of interest is settled, so that ingest need not ask.
#[derive(Clone, Default)]
pub struct Featured(Arc<Mutex<Ids>>);

impl Featured {
    fn lock(&self) -> std::sync::MutexGuard<'_, Ids> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those of `datastreams` that are not settled.
    pub fn unsettled(&self, datastreams: impl Iterator<Item = i64>) -> Vec<i64> {
        let settled = self.lock();
        let mut found: Vec<i64> = datastreams.filter(|id| !settled.contains(*id)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    pub fn settle(&self, datastreams: &[i64]) {
        let mut settled = self.lock();
        datastreams.iter().for_each(|id| settled.insert(*id));
    }

    pub fn unsettle(&self, datastreams: &[i64]) {
        let mut settled = self.lock();
        datastreams.iter().for_each(|id| settled.remove(*id));
    }
}

/// Who does it, and when.
#[derive(Clone, Copy)]
pub struct By<'a> {
    pub gate: &'a Gate,
    pub now: Time,
}

impl By<'_> {
    pub fn sight(self) -> Sight {
        Sight::of(&self.gate.caller)
    }

    pub fn may(self, action: Action, entity: &Entity) -> Result<(), Problem> {
        let slug = (entity.kind != Kind::HistoricalLocation).then(|| entity.slug.as_str());
        self.gate.may(action, entity.kind.object(), entity.label, slug)
    }

    /// The slug of one that was given none: a device's own lies in its scope.
    fn usual_slug(self, kind: Kind, id: i64) -> Result<Slug, Problem> {
        let text = match &self.gate.caller {
            Caller::Device { scope, .. } if !scope.is_empty() => format!("{scope}/{}/{id}", kind.slugs()),
            _ => format!("{}/{id}", kind.slugs()),
        };
        Slug::new(text).map_err(|e| {
            Problem::new(&BAD_ENTITY, e.to_string()).hint("give it a properties.slug of its own")
        })
    }
}

/// The entity, which this caller may see.
pub fn find(tx: &mut Tx, by: By, kind: Kind, id: i64) -> Result<Entity, Problem> {
    entities::by_id(tx, kind, id, &by.sight())?.ok_or_else(|| no_such(kind, id))
}

pub fn no_such(kind: Kind, id: impl std::fmt::Display) -> Problem {
    Problem::new(&NO_SUCH_ENTITY, format!("{}({id}) does not exist, or is not public", kind.set()))
}

fn taken(kind: Kind, slug: &Slug, id: i64) -> Problem {
    Problem::new(&SLUG_TAKEN, format!("{}({id}) is called {slug} already", kind.set()))
        .hint("change that one, or give this one another properties.slug")
}

/// Puts a thing at these locations from `at` on, and keeps where it was.
pub(crate) fn set_locations(
    tx: &mut Tx,
    world: &World,
    thing: i64,
    locations: &[i64],
    at: Time,
) -> Result<(), Problem> {
    links::place(tx, thing, locations)?;
    let history = write::next_ids(tx, Kind::HistoricalLocation, 1)?;
    links::add_history(tx, history, thing, at)?;
    links::history_at(tx, history, locations)?;
    unsettle(tx, world, thing)
}

/// The thing's datastreams are about another feature from their next observation on.
pub(crate) fn unsettle(tx: &mut Tx, world: &World, thing: i64) -> Result<(), Problem> {
    let (featured, datastreams) = (world.featured.clone(), links::datastreams_by(tx, "thing", thing)?);
    tx.on_commit(Box::new(move || featured.unsettle(&datastreams)));
    Ok(())
}

/// Tells the way in of a datastream that is new or changed, and listeners of any entity.
pub(crate) fn announce(tx: &mut Tx, world: &World, entity: &Entity) {
    if world.changed.receiver_count() > 0 {
        let (changed, what) = (world.changed.clone(), (entity.kind, entity.id));
        // Nobody listens any more: then nobody need be told.
        tx.on_commit(Box::new(move || drop(changed.send(what))));
    }
    if let Some(datastream) = entity.datastream() {
        let (datastreams, notes, entity) =
            (world.memory.datastreams.clone(), world.notes.clone(), entity.clone());
        tx.on_commit(Box::new(move || {
            notes.put(&entity);
            datastreams.put(datastream);
        }));
    }
}
