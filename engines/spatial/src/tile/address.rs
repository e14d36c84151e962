//! Which piece of the world a tile is: `z/x/y` in Web Mercator, y from the north (OGC 17-083r4, WebMercatorQuad).

use vocab::Position;

use crate::simplify::Point;

/// Where the square world ends (EPSG:3857); what lies beyond is drawn on the edge.
const LATITUDE_MAX: f64 = 85.051_128_779_806_6;

/// The zoom beyond which the number of a tile would not fit; no map goes so deep.
pub const ZOOM_MAX: u8 = 30;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Address {
    pub zoom: u8,
    pub x: u32,
    pub y: u32,
}

impl Address {
    /// None where there is no such tile: x and y go from 0 to 2^zoom - 1.
    pub fn new(zoom: u8, x: u32, y: u32) -> Option<Address> {
        let fits = zoom <= ZOOM_MAX && x < 1 << zoom && y < 1 << zoom;
        fits.then_some(Address { zoom, x, y })
    }

    /// Tiles along one side of the world.
    pub fn tiles(zoom: u8) -> f64 {
        f64::from(1u32 << zoom.min(ZOOM_MAX))
    }

    /// The tile's own units, from its north-west corner to the south-east, of a point of the world.
    pub fn units(self, [x, y]: Point, extent: f64) -> Point {
        let tiles = Address::tiles(self.zoom);
        [(x * tiles - f64::from(self.x)) * extent, (y * tiles - f64::from(self.y)) * extent]
    }
}

/// A place on the square world: 0 to 1 from west to east and from north to south.
pub fn world(position: Position) -> Point {
    let latitude = position.latitude.clamp(-LATITUDE_MAX, LATITUDE_MAX).to_radians();
    let north = latitude.tan().asinh() / std::f64::consts::PI;
    [(position.longitude + 180.0) / 360.0, (1.0 - north) / 2.0]
}

#[cfg(test)]
pub mod tests;
