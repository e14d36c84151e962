//! An answer before it is written: entities, and what was expanded in them.

use super::{Entity, Kind, Link};
use crate::datastream::Class;
use crate::observation::{ObservationId, Row};
use crate::observed::writing::Seen;
use crate::query::Query;

/// One entity with what was expanded in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub item: Item,
    /// As many as the query expands, in its order.
    pub branches: Vec<Branch>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    Entity(Box<Entity>),
    Observation { datastream: i64, class: Class, row: Row },
}

#[derive(Debug, Clone, PartialEq)]
pub enum Branch {
    One(Option<Box<Node>>),
    Many(Page),
}

/// Some of a collection.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    pub nodes: Vec<Node>,
    /// The token with which the next page goes on.
    pub next: Option<String>,
    pub count: Option<u64>,
}

impl Item {
    pub fn kind(&self) -> Kind {
        match self {
            Item::Entity(entity) => entity.kind,
            Item::Observation { .. } => Kind::Observation,
        }
    }

    /// As it stands between the brackets of an address.
    pub fn key(&self) -> String {
        match self {
            Item::Entity(entity) => entity.id.to_string(),
            Item::Observation { datastream, row, .. } => {
                format!("'{}'", ObservationId { datastream: *datastream, key: row.key() })
            }
        }
    }

    pub fn seen(&self) -> Option<Seen<'_>> {
        match self {
            Item::Entity(_) => None,
            Item::Observation { datastream, class, row } => {
                Some(Seen { datastream: *datastream, class: *class, row })
            }
        }
    }
}

impl Node {
    pub fn of(entity: Entity) -> Node {
        Node { item: Item::Entity(Box::new(entity)), branches: Vec::new() }
    }

    /// What was expanded along a link by `query`.
    pub fn branch(&self, query: &Query, link: Link) -> Option<&Branch> {
        let at = query.expand.iter().position(|(expanded, _)| *expanded == link)?;
        self.branches.get(at)
    }
}
