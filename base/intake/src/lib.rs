#![doc = include_str!("../README.md")]

pub mod address;
pub mod decode;
pub mod draft;
pub mod expression;
pub mod feed;
pub mod fetch;
pub mod health;
pub mod manners;
pub mod mapping;
pub mod plan;
pub mod replay;
pub mod runner;
mod store;

pub use draft::{Batch, Receipt, Sink, SinkError};
pub use feed::Feed;
pub use store::{Broken, Counters, MIGRATIONS, PullState};
