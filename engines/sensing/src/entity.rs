//! What SensorThings 1.1 calls entities: their kinds, what they hold, and how they lead to each other.

use serde_json::{Map, Value as Json};
use vocab::{Label, Mode, Slug, Text, Time};

use crate::datastream::{Accepts, Class, Policy};

pub mod draft;
pub mod fields;
pub mod json;
pub mod languages;
pub mod patch;
pub mod path;
pub mod place;
pub mod table;
pub mod tree;

/// The kinds of entity (OGC 18-088, 8.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Thing,
    Location,
    HistoricalLocation,
    Datastream,
    Sensor,
    ObservedProperty,
    Observation,
    FeatureOfInterest,
}

impl Kind {
    pub const ALL: [Kind; 8] = [
        Kind::Thing,
        Kind::Location,
        Kind::HistoricalLocation,
        Kind::Datastream,
        Kind::Sensor,
        Kind::ObservedProperty,
        Kind::Observation,
        Kind::FeatureOfInterest,
    ];

    /// The name of one, as links to one are called.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Thing => "Thing",
            Kind::Location => "Location",
            Kind::HistoricalLocation => "HistoricalLocation",
            Kind::Datastream => "Datastream",
            Kind::Sensor => "Sensor",
            Kind::ObservedProperty => "ObservedProperty",
            Kind::Observation => "Observation",
            Kind::FeatureOfInterest => "FeatureOfInterest",
        }
    }

    /// The name of the set of all.
    pub fn set(self) -> &'static str {
        match self {
            Kind::Thing => "Things",
            Kind::Location => "Locations",
            Kind::HistoricalLocation => "HistoricalLocations",
            Kind::Datastream => "Datastreams",
            Kind::Sensor => "Sensors",
            Kind::ObservedProperty => "ObservedProperties",
            Kind::Observation => "Observations",
            Kind::FeatureOfInterest => "FeaturesOfInterest",
        }
    }

    /// As the access table names its objects.
    pub fn object(self) -> &'static str {
        match self {
            Kind::Thing => "things",
            Kind::Location => "locations",
            Kind::HistoricalLocation => "historicalLocations",
            Kind::Datastream => "datastreams",
            Kind::Sensor => "sensors",
            Kind::ObservedProperty => "observedProperties",
            Kind::Observation => "observations",
            Kind::FeatureOfInterest => "featuresOfInterest",
        }
    }

    /// The beginning of the slug of one that was given none: `things/17`.
    pub fn slugs(self) -> &'static str {
        match self {
            Kind::HistoricalLocation => "historical-locations",
            Kind::ObservedProperty => "observed-properties",
            Kind::FeatureOfInterest => "features-of-interest",
            other => other.object(),
        }
    }

    pub fn of_set(set: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.set() == set)
    }

    /// The links of one (OGC 18-088, figure 1).
    pub fn links(self) -> &'static [Link] {
        match self {
            Kind::Thing => {
                const {
                    &[
                        Link::many(Kind::Location),
                        Link::many(Kind::HistoricalLocation),
                        Link::many(Kind::Datastream),
                    ]
                }
            }
            Kind::Location => const { &[Link::many(Kind::Thing), Link::many(Kind::HistoricalLocation)] },
            Kind::HistoricalLocation => const { &[Link::one(Kind::Thing), Link::many(Kind::Location)] },
            Kind::Datastream => {
                const {
                    &[
                        Link::one(Kind::Thing),
                        Link::one(Kind::Sensor),
                        Link::one(Kind::ObservedProperty),
                        Link::many(Kind::Observation),
                    ]
                }
            }
            Kind::Sensor | Kind::ObservedProperty => const { &[Link::many(Kind::Datastream)] },
            Kind::Observation => const { &[Link::one(Kind::Datastream), Link::one(Kind::FeatureOfInterest)] },
            Kind::FeatureOfInterest => const { &[Link::many(Kind::Observation)] },
        }
    }

    /// The link called `name`, which is unlike every other of its kind.
    pub fn link(self, name: &str) -> Option<Link> {
        self.links().iter().copied().find(|link| link.name() == name)
    }
}

/// A way from one entity to another, or to many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Link {
    pub to: Kind,
    pub many: bool,
}

impl Link {
    const fn one(to: Kind) -> Link {
        Link { to, many: false }
    }

    const fn many(to: Kind) -> Link {
        Link { to, many: true }
    }

    pub fn name(self) -> &'static str {
        if self.many { self.to.set() } else { self.to.name() }
    }
}

/// An entity other than an observation.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    pub kind: Kind,
    pub id: i64,
    pub slug: Slug,
    pub name: Text,
    pub description: Text,
    /// What else the API shows, by the standard's names.
    pub body: Map<String, Json>,
    pub label: Label,
    /// The feed it comes from, where there is one.
    pub feed: Option<String>,
    pub created: Time,
    /// Of a historical location: since when.
    pub changed: Time,
    /// Ids of those its single links lead to, in the order of [`Kind::links`].
    pub parents: Vec<i64>,
    pub stream: Option<Box<StreamFacts>>,
}

/// What only datastreams have.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamFacts {
    pub mode: Mode,
    pub accepts: Accepts,
    pub policy: Policy,
    pub class: Class,
    pub retention: String,
    /// A value older than this is stale; 0 where nobody said.
    pub freshness_seconds: i64,
    /// What the number means, for people.
    pub meaning: Text,
}

impl Entity {
    /// The id its single link to `kind` leads to.
    pub fn parent(&self, kind: Kind) -> Option<i64> {
        let single = self.kind.links().iter().filter(|link| !link.many);
        single.zip(&self.parents).find(|(link, _)| link.to == kind).map(|(_, id)| *id)
    }

    /// What the way in must know of a datastream.
    pub fn datastream(&self) -> Option<crate::datastream::Datastream> {
        let facts = self.stream.as_ref()?;
        Some(crate::datastream::Datastream {
            id: self.id,
            slug: self.slug.clone(),
            mode: facts.mode,
            accepts: facts.accepts,
            policy: facts.policy,
            class: facts.class,
            retention: facts.retention.as_str().into(),
            label: self.label,
        })
    }
}

/// Whose eyes look: what is not public is shown to the operator, and to a device what lies in its scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    All,
    Public,
    Scope(String),
}

impl Sight {
    pub fn of(caller: &vocab::Caller) -> Sight {
        match caller {
            vocab::Caller::Anonymous => Sight::Public,
            vocab::Caller::Device { scope, .. } if scope.is_empty() => Sight::All,
            vocab::Caller::Device { scope, .. } => Sight::Scope(scope.clone()),
            vocab::Caller::Operator => Sight::All,
        }
    }

    pub fn sees(&self, label: Label, slug: &str) -> bool {
        match self {
            Sight::All => true,
            Sight::Public => label == Label::Public,
            Sight::Scope(scope) => {
                let inside = slug.strip_prefix(scope.as_str());
                label == Label::Public || inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
        }
    }
}

#[cfg(test)]
mod tests;
