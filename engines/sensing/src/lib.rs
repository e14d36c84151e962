#![doc = include_str!("../README.md")]

pub mod actions;
pub mod block;
pub mod bucket;
pub mod calendar;
pub mod codec;
pub mod datastream;
pub mod export;
pub mod ingest;
pub mod jobs;
pub mod merge;
pub mod mirror;
pub mod observation;
pub mod retention;
pub mod rollup;
pub mod seal;
mod store;

use host::migrate::{Migrations, Step};

pub use actions::door::Door;
pub use datastream::{Datastream, Datastreams};
pub use observation::{Key, ObservationId, Row, Span};
pub use store::observations::{Committed, Counter, Hot, Observations, Order, Revision, Source, SourceKind};

/// This crate's tables.
pub const MIGRATIONS: Migrations = Migrations {
    owner: "sensing",
    steps: &[Step {
        version: 1,
        name: "observations",
        sql: include_str!("../migrations/0001_observations.sql"),
    }],
};
