#![doc = include_str!("../README.md")]

pub mod address;
pub mod decode;
pub mod draft;
pub mod health;
pub mod manners;

pub use draft::{Batch, Receipt, Sink, SinkError};
pub mod fetch;
pub mod plan;
