#![doc = include_str!("../README.md")]

pub mod access;
pub mod audit;
pub mod clock;
pub mod config;
pub mod db;
pub mod events;
pub mod http;
pub mod jobs;
pub mod migrate;
pub mod outside;
pub mod pack;
pub mod problem;
pub mod telemetry;

pub use access::Action;
pub use clock::Clock;
pub use db::{Db, DbError, Dialect, Param, Row, Tx};
pub use http::{Access, Doc, Gate, Routes};
pub use pack::{Finding, Pack, PackFile};
pub use problem::Problem;
