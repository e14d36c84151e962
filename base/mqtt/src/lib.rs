#![doc = include_str!("../README.md")]

pub mod application;
pub mod broker;
mod connection;
pub mod limits;
pub mod listener;
pub mod message;
pub mod packet;
pub mod reason;
pub mod retained;
pub mod session;
mod store;
pub mod subscription;
pub mod topic;
mod websocket;

use host::migrate::{Migrations, Step};

pub use application::{Application, Fates, Publication, Refused, Replay, Taking};
pub use broker::{Broker, Told};
pub use limits::Limits;
pub use listener::Server;
pub use message::Qos;
pub use reason::Reason;

/// This crate's tables.
pub const MIGRATIONS: Migrations = Migrations {
    owner: "mqtt",
    steps: &[
        Step { version: 1, name: "mqtt", sql: include_str!("../migrations/0001_mqtt.sql") },
        Step { version: 2, name: "will", sql: include_str!("../migrations/0002_will.sql") },
    ],
};
