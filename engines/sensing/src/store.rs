//! SQL and row mapping. Private: others ask `actions` and the functions that the crate exposes.

pub mod alerts;
pub mod devices;
pub mod entities;
pub mod observations;
pub mod outbox;
