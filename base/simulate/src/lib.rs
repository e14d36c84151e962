#![doc = include_str!("../README.md")]

pub mod bulletin;
pub mod check;
pub mod demo;
pub mod fleet;
pub mod force;
pub mod model;
pub mod play;

pub use demo::Demo;
pub use fleet::{Device, Door, Fleet, FleetFile, Hanging, Stream, Voice};
pub use model::{Model, Said};
pub use play::Play;
