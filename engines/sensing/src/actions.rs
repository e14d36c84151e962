//! What may be done to what sensors say: load, decide, save.

pub mod alerts;
pub mod devices;
pub mod door;
pub mod entities;
pub mod export;
pub mod grouped;
pub mod observed;
pub mod replayed;
