//! How do our pages look and speak?
//!
//! Pure functions from facts to HTML: layout, components, charts, languages and the assets they need. No web framework,
//! no clock, no database; whoever serves the pages passes in the time and the facts.

pub mod asset;
pub mod chart;
pub mod design;
pub mod form;
pub mod headers;
pub mod language;
pub mod layout;
pub mod map;
pub mod markup;
pub mod reader;
pub mod script;
pub mod status;
pub mod table;
pub mod tile;

pub use asset::{Asset, asset};
pub use language::{Arg, Messages, Words};
pub use layout::{Page, Site};
pub use markup::Markup;
pub use reader::Reader;

#[cfg(test)]
mod samples;
