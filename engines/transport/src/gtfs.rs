//! Reads GTFS Schedule feeds. What can be repaired is, what cannot is left out, and each is told under the name that the
//! canonical validator gives the rule.

mod calendar;
mod called;
mod notice;
mod read;
mod table;

pub use notice::{Notice, Report};
pub use read::{Read, read};

/// Where the tables of a feed come from.
pub trait Tables {
    /// One table; nothing where the feed has none of that name.
    fn table(&mut self, name: &'static str) -> Result<Option<Box<dyn std::io::Read + '_>>, Refused>;
}

/// Why a feed as a whole cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("{0} cannot be read: {1}")]
    Unreadable(String, String),
    #[error("the feed has no {0}, which every feed needs")]
    Missing(&'static str),
    #[error("{file} has no column {column}, which it needs")]
    NoColumn { file: &'static str, column: &'static str },
    #[error("no agency names a time zone that is known: {0}")]
    NoZone(String),
    #[error("no service of the feed runs on any day")]
    NoDay,
}
