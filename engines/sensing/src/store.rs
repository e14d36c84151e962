//! SQL and row mapping. Private: others ask `actions` and the functions that the crate exposes.

pub mod devices;
pub mod entities;
pub mod observations;
