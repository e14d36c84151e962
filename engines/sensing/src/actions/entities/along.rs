//! One step of an address: from an entity along a link.

use host::{Problem, Tx};

use super::collection::linked;
use super::no_such;
use crate::api::problems::NO_SUCH_ENTITY;
use crate::entity::tree::{Item, Node};
use crate::entity::{Kind, Link, Sight};
use crate::store::entities::{self, Which};

/// The one that a single link leads to, or the one of many with this id.
pub fn step(tx: &mut Tx, from: &Node, link: Link, id: Option<i64>, sight: &Sight) -> Result<Node, Problem> {
    let kind = from.item.kind();
    let found = match (link.many, id, &from.item) {
        (true, Some(id), Item::Entity(entity)) => {
            let of = Some((kind, entity.id, link));
            let which = Which { of, ids: (id, id), ..Which::all(link.to, sight.clone()) };
            entities::page(tx, &which, false, 1)?.pop().ok_or_else(|| no_such(link.to, id))?
        }
        _ => {
            let one = linked(tx, std::slice::from_ref(from), kind, link, sight)?.pop();
            one.and_then(|mut list| list.pop()).ok_or_else(|| {
                let what = format!("{}({}) has no {}", kind.set(), from.item.key(), link.name());
                Problem::new(&NO_SUCH_ENTITY, what)
            })?
        }
    };
    Ok(Node::of(found))
}

/// What a set hangs below: the entity, and the link that leads from it.
pub type Above = Option<(Kind, i64, Link)>;
