//! What words do all crates share? Ids, time, language text, place, mode, quality, results, caller. Pure.
//!
//! Nothing here knows a city, a database, a network or a clock.

pub mod bounds;
pub mod caller;
pub mod day;
pub mod id;
pub mod label;
pub mod language;
pub mod mode;
pub mod observed;
pub mod place;
pub mod severity;
pub mod time;

pub use bounds::Bounds;
pub use caller::Caller;
pub use day::Day;
pub use id::Slug;
pub use label::Label;
pub use language::{Lang, Text};
pub use mode::Mode;
pub use observed::{Quality, Value};
pub use place::Position;
pub use severity::Severity;
pub use time::Time;
