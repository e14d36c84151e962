#![doc = include_str!("../README.md")]

pub mod actions;
pub mod api;
pub mod collection;
pub mod feature;
pub mod feeds;
pub mod geometry;
pub mod index;
pub mod layer;
pub mod projection;
pub mod simplify;
mod store;
pub mod tile;

use std::sync::Arc;

use host::migrate::{Migrations, Step};
use host::{Clock, Db, DbError, Finding, Pack, pack};
use vocab::{Lang, Mode};

use api::Tiles;
use collection::{Collections, Note, Summary};
pub use feature::{Feature, Sight};
use feeds::FeatureSink;
use geometry::Bounds;
use layer::Kind;
pub use layer::Layers;
pub use projection::Projections;

/// This crate's tables.
pub const MIGRATIONS: Migrations = Migrations {
    owner: "spatial",
    steps: &[Step { version: 1, name: "features", sql: include_str!("../migrations/0001_features.sql") }],
};

/// What the engine must be told.
#[derive(Debug, Clone)]
pub struct Config {
    /// Of the features that are taken and shown; those of another mode that are in the store are not seen.
    pub mode: Mode,
    /// The city's, the first being the one of plain names.
    pub languages: Vec<Lang>,
}

impl Config {
    pub fn new(mode: Mode, languages: Vec<Lang>) -> Config {
        Config { mode, languages }
    }
}

/// The engine. Cloning shares it.
#[derive(Clone)]
pub struct Spatial {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    db: Db,
    pub config: Config,
    layers: Layers,
    pub tiles: Tiles,
    collections: Collections,
    sink: Arc<FeatureSink>,
}

/// Which features of a collection are asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Which {
    pub sight: Sight,
    /// Those whose box meets this one.
    pub within: Option<Bounds>,
    /// Only those whose id is larger: the last of the page before, 0 at first.
    pub after: i64,
    pub limit: usize,
}

impl Which {
    /// The first so many.
    pub fn first(limit: usize, sight: Sight) -> Which {
        Which { sight, within: None, after: 0, limit }
    }
}

/// Some features of a collection, in the order of their ids.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub features: Vec<Feature>,
    pub has_more: bool,
    /// How many there are of those asked for, on all pages.
    pub matched: usize,
}

impl Spatial {
    /// Reads the features of this mode. Blocks the thread: some 0.3 s for 100,000 of them. The tables must be up to
    /// date ([`MIGRATIONS`]).
    pub fn open(db: &Db, clock: &Clock, config: Config, layers: Layers) -> Result<Spatial, DbError> {
        let mode = config.mode;
        let notes = db.read_blocking(move |tx| {
            let mut notes = Vec::new();
            store::each(tx, mode, |feature| notes.push((feature.collection.clone(), Note::of(&feature))))?;
            Ok::<_, DbError>(notes)
        })?;
        let collections = Collections::default();
        collections.fill(notes);
        let sink = Arc::new(FeatureSink::new(db, clock, mode, &collections));
        let tiles = Tiles::of(&layers);
        let inner = Inner { db: db.clone(), config, layers, tiles, collections, sink };
        Ok(Spatial { inner: Arc::new(inner) })
    }

    /// Where feeds hand over the features they brought.
    pub fn sink(&self) -> Arc<FeatureSink> {
        self.inner.sink.clone()
    }

    /// The map of the pack.
    pub fn layers(&self) -> &Layers {
        &self.inner.layers
    }

    /// Tiles of the map, and features.
    pub fn routes(&self) -> host::Routes<()> {
        api::routes(self.clone())
    }

    /// The collections of feeds of which some features may be seen.
    pub fn collections(&self, sight: Sight) -> Vec<Summary> {
        self.inner.collections.summaries(sight)
    }

    /// Some features of a feed; None where there is no such collection, or nothing of it may be seen.
    pub async fn features_of(&self, collection: &str, which: Which) -> Result<Option<Page>, DbError> {
        let count = self.inner.collections.count(collection, which.sight);
        if count == 0 {
            return Ok(None);
        }
        let Some(within) = which.within else {
            let (collection, mode) = (collection.to_string(), self.inner.config.mode);
            let read = self.inner.db.read(move |tx| {
                let one_more = which.limit.saturating_add(1);
                let rows = store::Which {
                    collection: &collection,
                    mode,
                    sight: which.sight,
                    after: which.after,
                    limit: one_more,
                };
                store::page(tx, &rows)
            });
            let mut features = read.await?;
            let has_more = features.len() > which.limit;
            features.truncate(which.limit);
            return Ok(Some(Page { features, has_more, matched: count }));
        };
        let mut ids = self.inner.collections.within(collection, &within, which.sight);
        let matched = ids.len();
        ids.retain(|id| *id > which.after);
        let has_more = ids.len() > which.limit;
        ids.truncate(which.limit);
        let features = self.inner.db.read(move |tx| store::by_ids(tx, &ids, which.sight)).await?;
        Ok(Some(Page { features, has_more, matched }))
    }

    /// The feature `<collection>/<id>`, if these eyes see it.
    pub async fn feature(
        &self,
        collection: &str,
        id: &str,
        sight: Sight,
    ) -> Result<Option<Feature>, DbError> {
        let (slug, mode) = (format!("{collection}/{id}"), self.inner.config.mode);
        self.inner.db.read(move |tx| store::by_slug(tx, &slug, mode, sight)).await
    }
}

/// What is wrong in a pack for this engine: its map, its grid, and names that mean two things.
pub fn check(pack: &Pack) -> Vec<Finding> {
    let mut findings = Layers::of(pack).err().unwrap_or_default();
    let epsg = pack.city.grid.epsg;
    if !Projections::new(&pack.city).knows(epsg)
        && let Some(file) = pack.files.get("city.toml")
    {
        let line = pack::line_of_key(&file.text, "grid");
        let message = format!("the grid EPSG:{epsg} has no definition that this program can read");
        findings.push(Finding::new(file, line, message, "mend the code, or give grid.proj a PROJ string"));
    }
    for file in pack.folder("feeds", ".toml").filter(|file| Kind::of_word(file.stem()).is_some()) {
        let message = format!("a feed cannot be called {}", file.stem());
        findings.push(Finding::new(
            file,
            0,
            message,
            "a layer of the map is called so; give the feed another name",
        ));
    }
    findings
}

#[cfg(test)]
mod tests;
