//! What the pack says of the town itself: the layers of its live map, its districts, and words for visitors.

use host::pack::{self, Finding, Pack};

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
        let mut findings = Vec::new();
        let overlays = pack::keep(Overlays::of(pack), &mut findings);
        let districts = pack::keep(Districts::of(pack), &mut findings);
        let visitors = pack::keep(Visitors::of(pack), &mut findings);
        match (overlays, districts, visitors) {
            (Some(overlays), Some(districts), Some(visitors)) => Ok(Town { overlays, districts, visitors }),
            _ => Err(findings),
        }
    }
}
