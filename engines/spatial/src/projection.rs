//! From a coordinate system by its EPSG code to WGS 84 degrees, and back.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use host::pack::City;
use intake::runner::SharedProject;
use proj4rs::Proj;
use proj4rs::transform::transform;

/// WGS 84, longitude and latitude.
const WGS84: &str = "+proj=longlat +datum=WGS84 +no_defs";

/// The coordinate systems that were asked for so far. A code is looked up and parsed once.
///
/// A datum is shifted by the seven parameters of its definition (EPSG method 9606 or 9607), which is good to some metres
/// where a country has published a grid of corrections, and to centimetres where the parameters are the whole
/// definition.
pub struct Projections {
    /// None where this program has no usable definition of the code.
    known: RwLock<HashMap<u32, Option<Arc<Proj>>>>,
    /// None only if the library cannot read [`WGS84`].
    degrees: Option<Proj>,
}

impl Projections {
    /// Knows the city's own grid by the pack's definition, where it gives one, and all else by the library's.
    pub fn new(city: &City) -> Projections {
        Projections::of([(city.grid.epsg, city.grid.proj.clone())])
    }

    /// Codes with a PROJ string of their own, which goes before the library's.
    pub fn of(own: impl IntoIterator<Item = (u32, Option<String>)>) -> Projections {
        let own = own.into_iter().filter_map(|(epsg, proj)| Some((epsg, parsed(&proj?))));
        Projections { known: RwLock::new(own.collect()), degrees: Proj::from_proj_string(WGS84).ok() }
    }

    /// Longitude and latitude in degrees of a point in metres (or in degrees, for a geographic system: longitude first).
    /// None for a code without a definition, and for what lies outside of the projection.
    pub fn degrees(&self, epsg: u32, easting: f64, northing: f64) -> Option<(f64, f64)> {
        let grid = self.get(epsg)?;
        let from = if grid.is_latlong() {
            (easting.to_radians(), northing.to_radians())
        } else {
            (easting, northing)
        };
        let (longitude, latitude) = moved(&grid, self.degrees.as_ref()?, from)?;
        let (longitude, latitude) = (longitude.to_degrees(), latitude.to_degrees());
        let is_place = (-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude);
        is_place.then_some((longitude, latitude))
    }

    /// Easting and northing of a point in degrees; the other way round of [`Projections::degrees`].
    pub fn grid(&self, epsg: u32, longitude: f64, latitude: f64) -> Option<(f64, f64)> {
        let is_place = (-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude);
        let grid = self.get(epsg).filter(|_| is_place)?;
        let from = (longitude.to_radians(), latitude.to_radians());
        let (x, y) = moved(self.degrees.as_ref()?, &grid, from)?;
        Some(if grid.is_latlong() { (x.to_degrees(), y.to_degrees()) } else { (x, y) })
    }

    /// Whether there is a usable definition of this code.
    pub fn knows(&self, epsg: u32) -> bool {
        self.get(epsg).is_some()
    }

    /// As intake asks for it.
    pub fn shared(self) -> SharedProject {
        Arc::new(move |epsg, easting, northing| self.degrees(epsg, easting, northing))
    }

    fn get(&self, epsg: u32) -> Option<Arc<Proj>> {
        if let Some(found) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&epsg) {
            return found.clone();
        }
        // The library numbers its definitions with 16 bits, so what is remembered here stays bounded.
        let code = u16::try_from(epsg).ok()?;
        let found = crs_definitions::from_code(code).and_then(|definition| parsed(definition.proj4));
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(epsg, found.clone());
        found
    }
}

fn parsed(definition: &str) -> Option<Arc<Proj>> {
    Proj::from_proj_string(definition).ok().map(Arc::new)
}

fn moved(from: &Proj, to: &Proj, (x, y): (f64, f64)) -> Option<(f64, f64)> {
    if !x.is_finite() || !y.is_finite() {
        return None;
    }
    let mut point = (x, y, 0.0);
    transform(from, to, &mut point).ok()?;
    (point.0.is_finite() && point.1.is_finite()).then_some((point.0, point.1))
}

#[cfg(test)]
mod tests;
