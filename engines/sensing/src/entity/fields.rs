//! What fields an entity of each kind has (OGC 18-088, tables 2 to 17).

use super::Kind;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// A text of several languages of ours: `name`, `description`.
    Words,
    Text,
    Object,
    Anything,
    Time,
    /// Made by us; what a client sends for it is not looked at.
    Derived,
}

#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub name: &'static str,
    pub holds: Holds,
    pub required: bool,
}

const fn must(name: &'static str, holds: Holds) -> Field {
    Field { name, holds, required: true }
}

const fn may(name: &'static str, holds: Holds) -> Field {
    Field { name, holds, required: false }
}

const NAME: Field = must("name", Holds::Words);
const DESCRIPTION: Field = must("description", Holds::Words);
const ENCODING: Field = must("encodingType", Holds::Text);
const PROPERTIES: Field = may("properties", Holds::Object);

/// In the order in which they are written. Observations have functions of their own.
pub fn fields(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::Thing => const { &[NAME, DESCRIPTION, PROPERTIES] },
        Kind::Location => {
            const { &[NAME, DESCRIPTION, ENCODING, must("location", Holds::Anything), PROPERTIES] }
        }
        Kind::HistoricalLocation => const { &[must("time", Holds::Time)] },
        Kind::Datastream => {
            const {
                &[
                    NAME,
                    DESCRIPTION,
                    must("observationType", Holds::Text),
                    must("unitOfMeasurement", Holds::Object),
                    may("observedArea", Holds::Derived),
                    may("phenomenonTime", Holds::Derived),
                    may("resultTime", Holds::Derived),
                    PROPERTIES,
                ]
            }
        }
        Kind::Sensor => {
            const { &[NAME, DESCRIPTION, ENCODING, must("metadata", Holds::Anything), PROPERTIES] }
        }
        Kind::ObservedProperty => const { &[NAME, must("definition", Holds::Text), DESCRIPTION, PROPERTIES] },
        Kind::FeatureOfInterest => {
            const { &[NAME, DESCRIPTION, ENCODING, must("feature", Holds::Anything), PROPERTIES] }
        }
        Kind::Observation => {
            const {
                &[
                    must("phenomenonTime", Holds::Time),
                    must("resultTime", Holds::Time),
                    must("result", Holds::Anything),
                    may("resultQuality", Holds::Anything),
                    may("validTime", Holds::Time),
                    may("parameters", Holds::Object),
                ]
            }
        }
    }
}

pub fn field(kind: Kind, name: &str) -> Option<Field> {
    fields(kind).iter().copied().find(|field| field.name == name)
}
