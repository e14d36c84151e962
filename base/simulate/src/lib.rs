#![doc = include_str!("../README.md")]

pub mod fleet;
pub mod model;

pub use fleet::{Demo, Device, Fleet, Hanging, Stream};
pub use model::Model;
