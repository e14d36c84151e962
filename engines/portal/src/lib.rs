#![doc = include_str!("../README.md")]

mod actions;
mod api;
pub mod content;
pub mod dashboard;
pub mod district;
pub mod feeds;
mod jobs;
pub mod notice;
pub mod overlay;
mod pages;
pub mod register;
pub mod search;
mod store;
pub mod storm;
pub mod task;
pub mod town;
pub mod unit;
pub mod visitor;

use std::sync::{Arc, OnceLock};

use host::http::Operation;
use host::migrate::{Migrations, Step};
use host::{Clock, Db, Pack, Problem, Routes};
use intake::Feed;
use intake::runner::Intake;
use sensing::Sensing;
use spatial::Spatial;
use tokio::sync::watch;
use ui::layout::Site;
use vocab::Mode;

pub use content::{Content, MESSAGES};
use pages::figures::Figures;
use pages::registry::Registry;
use pages::search::Finder;

/// This crate's tables.
pub const MIGRATIONS: Migrations = Migrations {
    owner: "portal",
    steps: &[Step { version: 1, name: "portal", sql: include_str!("../migrations/0001_portal.sql") }],
};

/// What the portal shows, and of whom it asks it.
pub struct Parts {
    pub db: Db,
    pub clock: Clock,
    pub mode: Mode,
    pub pack: Arc<Pack>,
    pub content: Content,
    pub feeds: Vec<Arc<Feed>>,
    pub intake: Intake,
    pub sensing: Sensing,
    pub spatial: Spatial,
    /// Told each time that something is said to the public, or withdrawn.
    pub news: watch::Receiver<u64>,
    /// Whoever answers for this installation, where the configuration says.
    pub run_by: Option<String>,
    /// Where people write when something is wrong: a mail address or a URL.
    pub contact: Option<String>,
    /// What absolute links begin with; empty where the configuration does not say.
    pub origin: String,
}

impl Parts {
    /// The map of the pack.
    pub fn layers(&self) -> &spatial::Layers {
        self.spatial.layers()
    }
}

/// The pages. Cloning shares them.
#[derive(Clone)]
pub struct Portal {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    site: Site,
    ground: ui::map::Ground,
    atlas: pages::layers::Atlas,
    registry: Registry,
    figures: Figures,
    finder: Finder,
    pulse: api::pulse::Pulse,
    operations: OnceLock<Vec<Operation>>,
}

impl Portal {
    pub fn new(parts: Parts) -> Portal {
        let site = pages::site::site(&parts);
        let ground = parts.layers().ground();
        Portal {
            inner: Arc::new(Inner {
                site,
                ground,
                atlas: pages::layers::Atlas::of(&parts),
                registry: Registry::default(),
                figures: Figures::default(),
                finder: Finder::default(),
                pulse: api::pulse::Pulse::new(parts.clock.now().0),
                operations: OnceLock::new(),
                parts,
            }),
        }
    }

    pub fn routes(&self) -> Routes<()> {
        pages::routes(self.clone()).merge(api::routes(self.clone()))
    }

    pub fn jobs(&self) -> Vec<host::jobs::Job> {
        jobs::jobs(self)
    }

    /// Tells the API page what there is, once all crates have brought their routes.
    pub fn describe(&self, operations: &[Operation]) {
        self.inner.operations.get_or_init(|| operations.to_vec());
    }

    /// A problem as a page, for somebody who came with a browser.
    pub fn problem_page(&self, problem: &Problem, path: &str, languages: &[String]) -> String {
        pages::problem::page(self, problem, path, languages)
    }

    fn parts(&self) -> &Parts {
        &self.inner.parts
    }

    fn site(&self) -> &Site {
        &self.inner.site
    }
}

#[cfg(test)]
mod samples;
