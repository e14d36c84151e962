//! The layers of a pack's map: land, boundaries, streets, railways and the names of places.

pub mod borders;
pub mod ground;
pub mod lines;
pub mod read;

use ui::map::Ground;
use vocab::{Lang, Position, Slug, Text};

use crate::geometry::{Bounds, Geometry};

/// What a layer shows. Files, tiles and the API call it by the same word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Land,
    /// Of districts: areas to be in, and lines to be drawn.
    Boundaries,
    Streets,
    /// Lines only; where one stops is a place with a name.
    Railways,
    PlaceLabels,
}

impl Kind {
    /// In the order they are drawn.
    pub const ALL: [Kind; 5] =
        [Kind::Land, Kind::Boundaries, Kind::Streets, Kind::Railways, Kind::PlaceLabels];

    /// Where it has one, the layer's name in Shortbread.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Land => "land",
            Kind::Boundaries => "boundaries",
            Kind::Streets => "streets",
            Kind::Railways => "railways",
            Kind::PlaceLabels => "place_labels",
        }
    }

    pub fn of_word(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// One thing on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// From the pack; where it gives none, its place in the file, from 1.
    pub slug: Slug,
    /// In every language of the city, or in none where it has no name.
    pub name: Text,
    pub geometry: Geometry,
    pub bounds: Bounds,
    /// 1 for what is shown first, up to 4.
    pub rank: Option<u8>,
    /// A word of the pack: `town`, `motorway`.
    pub kind: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    pub kind: Kind,
    pub shapes: Vec<Shape>,
}

/// All layers of a pack; none of a pack that has no map.
#[derive(Debug, Clone)]
pub struct Layers {
    layers: Vec<Layer>,
    source: Text,
    licence: String,
    zoom: u8,
    extent: Bounds,
    languages: Vec<Lang>,
    ground: Ground,
}

impl Layers {
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    pub fn all(&self) -> &[Layer] {
        &self.layers
    }

    pub fn get(&self, kind: Kind) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.kind == kind)
    }

    pub fn shapes(&self, kind: Kind) -> &[Shape] {
        self.get(kind).map_or(&[], |layer| &layer.shapes)
    }

    /// Where the ground comes from, in every language of the city. Empty where there are no layers.
    pub fn source(&self) -> &Text {
        &self.source
    }

    pub fn licence(&self) -> &str {
        &self.licence
    }

    /// Deepest zoom of the tiles.
    pub fn zoom(&self) -> u8 {
        self.zoom
    }

    /// Where the map opens: the city's.
    pub fn extent(&self) -> Bounds {
        self.extent
    }

    /// The city's, the first being the one of plain names.
    pub fn languages(&self) -> &[Lang] {
        &self.languages
    }

    /// Land and borders for a drawn locator, coarse enough to stand in a page.
    pub fn ground(&self) -> Ground {
        self.ground.clone()
    }

    /// The district a place is in.
    pub fn area_at(&self, position: Position) -> Option<&Shape> {
        self.area_number(position).and_then(|number| self.shapes(Kind::Boundaries).get(number))
    }

    /// Its number among the shapes of the boundaries.
    pub fn area_number(&self, position: Position) -> Option<usize> {
        let areas = self.shapes(Kind::Boundaries);
        areas.iter().position(|area| area.bounds.holds(position) && area.geometry.holds(position))
    }

    /// The district of this name.
    pub fn area(&self, slug: &str) -> Option<&Shape> {
        self.shapes(Kind::Boundaries).iter().find(|area| area.slug.as_str() == slug)
    }
}

#[cfg(test)]
pub mod tests;
