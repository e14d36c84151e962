//! Vector tiles: pieces of the map, drawn when they are asked for.

pub mod address;
pub mod cache;
pub mod clip;
pub mod draw;
pub mod encode;

pub use address::Address;
pub use draw::Drawing;

/// Units of a tile's side, as most makers of tiles have it.
pub const EXTENT: u32 = 4096;
/// Units beyond each side that a tile draws too, so that a line of some width has no seam at the edge.
pub const BUFFER: u32 = 64;
