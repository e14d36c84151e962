//! Addresses within the data model (OGC 18-088, 9.2): `Things(1)/Datastreams(2)/Observations`.

use super::{Kind, Link};
use crate::observation::ObservationId;

/// Steps of one address. The longest way that comes to nothing twice has six.
const STEPS: usize = 12;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Id {
    Number(i64),
    Observation(ObservationId),
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Id::Number(number) => write!(f, "{number}"),
            Id::Observation(id) => write!(f, "'{id}'"),
        }
    }
}

/// What of the end is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tail {
    All,
    /// Links only.
    Ref,
    /// One property, as JSON or as plain text.
    Property {
        name: String,
        plain: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub root: Kind,
    pub id: Option<Id>,
    /// Each leads on from the one before; to one of many where there is an id.
    pub steps: Vec<(Link, Option<Id>)>,
    pub tail: Tail,
}

impl Address {
    /// An address that stands for a whole set.
    pub fn set(kind: Kind) -> Address {
        Address { root: kind, id: None, steps: Vec::new(), tail: Tail::All }
    }

    /// The kind at its end, and whether it is one.
    pub fn end(&self) -> (Kind, bool) {
        match self.steps.last() {
            None => (self.root, self.id.is_some()),
            Some((link, id)) => (link.to, !link.many || id.is_some()),
        }
    }

    /// Reads what follows `/sta/v1.1/`; says what is wrong otherwise.
    pub fn parse(text: &str) -> Result<Address, String> {
        let mut parts = text.trim_end_matches('/').split('/').peekable();
        let first = parts.next().unwrap_or_default();
        let (name, id) = segment(first)?;
        let root = Kind::of_set(name).ok_or_else(|| {
            let sets: Vec<&str> = Kind::ALL.into_iter().map(Kind::set).collect();
            format!("\"{}\" is no entity set; there are {}", short(name), sets.join(", "))
        })?;
        let id = id.map(|id| identify(root, id)).transpose()?;
        let mut address = Address { root, id, steps: Vec::new(), tail: Tail::All };
        while let Some(part) = parts.next() {
            let (kind, is_one) = address.end();
            let last = parts.peek().is_none();
            if part == "$ref" && last {
                address.tail = Tail::Ref;
                return Ok(address);
            }
            if !is_one {
                return Err(format!(
                    "{} is a set; name one of it before you go on to {}",
                    kind.set(),
                    short(part)
                ));
            }
            let (name, id) = segment(part)?;
            if let Some(link) = kind.link(name) {
                if id.is_some() && !link.many {
                    return Err(format!("{name} is one; it is not named by an id"));
                }
                let id = id.map(|id| identify(link.to, id)).transpose()?;
                address.steps.push((link, id));
                if address.steps.len() > STEPS {
                    return Err(format!("more than {STEPS} steps"));
                }
                continue;
            }
            let plain = parts.peek() == Some(&"$value");
            if plain {
                parts.next();
            }
            if parts.peek().is_some() || id.is_some() || !is_property(kind, name) {
                return Err(format!("a {} has no {}", kind.name(), short(part)));
            }
            address.tail = Tail::Property { name: name.into(), plain };
        }
        Ok(address)
    }
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

fn is_property(kind: Kind, name: &str) -> bool {
    matches!(name, "id" | "@iot.id" | "selfLink" | "@iot.selfLink")
        || super::fields::field(kind, name).is_some()
}

/// `Things(1)` as its name and what stands between the brackets.
fn segment(part: &str) -> Result<(&str, Option<&str>), String> {
    match part.split_once('(') {
        None => Ok((part, None)),
        Some((name, rest)) => {
            let id = rest
                .strip_suffix(')')
                .ok_or_else(|| format!("\"{}\" has no closing bracket", short(part)))?;
            Ok((name, Some(id)))
        }
    }
}

fn identify(kind: Kind, text: &str) -> Result<Id, String> {
    if kind == Kind::Observation {
        let inner = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')).unwrap_or(text);
        return inner
            .parse()
            .map(Id::Observation)
            .map_err(|e: crate::observation::NotAnObservationId| e.to_string());
    }
    let inner = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')).unwrap_or(text);
    inner
        .parse()
        .map(Id::Number)
        .map_err(|_| format!("\"{}\" is no id of a {}: ids are whole numbers", short(text), kind.name()))
}
