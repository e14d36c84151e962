//! What the pack says of the town itself: the layers of its live map, its districts, and words for visitors.

use host::pack::{Finding, Pack};

use crate::district::Districts;
use crate::overlay::Overlays;
use crate::visitor::Visitors;

#[derive(Debug, Clone)]
pub struct Town {
    pub overlays: Overlays,
    pub districts: Districts,
    pub visitors: Visitors,
}

impl Town {
    /// Reads the three files, or says everything that is wrong with them.
    pub fn of(pack: &Pack) -> Result<Town, Vec<Finding>> {
        match (Overlays::of(pack), Districts::of(pack), Visitors::of(pack)) {
            (Ok(overlays), Ok(districts), Ok(visitors)) => Ok(Town { overlays, districts, visitors }),
            (overlays, districts, visitors) => {
                let all = [overlays.err(), districts.err(), visitors.err()];
                Err(all.into_iter().flatten().flatten().collect())
            }
        }
    }
}
