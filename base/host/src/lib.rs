//! What does any module need of the machine?

pub mod db;
pub mod migrate;

pub use db::{Db, DbError, Dialect, Param, Row, Tx};
