//! A point on the earth in WGS 84 (EPSG:4326), longitude first as in GeoJSON (RFC 7946, 3.1.1).

use serde::{Deserialize, Serialize};

/// Degrees. Always within range: [`Position::new`] refuses everything else.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Position {
    pub longitude: f64,
    pub latitude: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("longitude {0}, latitude {1} is no place: longitude lies in -180..180, latitude in -90..90")]
pub struct NoSuchPlace(pub f64, pub f64);

impl Position {
    pub fn new(longitude: f64, latitude: f64) -> Result<Position, NoSuchPlace> {
        if (-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude) {
            Ok(Position { longitude, latitude })
        } else {
            Err(NoSuchPlace(longitude, latitude))
        }
    }

    /// Great-circle distance in metres on a sphere of 6,371,008.8 m (IUGG mean radius); good to 0.5 %.
    pub fn distance_metres(self, other: Position) -> f64 {
        let (a, b) = (self.latitude.to_radians(), other.latitude.to_radians());
        let d_lat = (b - a) / 2.0;
        let d_lon = (other.longitude - self.longitude).to_radians() / 2.0;
        let h = d_lat.sin().powi(2) + a.cos() * b.cos() * d_lon.sin().powi(2);
        2.0 * 6_371_008.8 * h.sqrt().asin()
    }
}

#[cfg(test)]
mod tests;
