//! Changes of an entity that exists (OGC 18-088, 10.3).

use host::access::Action;
use host::{Problem, Tx};

use super::{By, World, announce, find, set_locations};
use crate::api::problems::BAD_ENTITY;
use crate::entity::draft::{Draft, Target};
use crate::entity::{Entity, Kind, Link};
use crate::store::entities::{features, links, write};

/// Puts what was said in the place of what was there. With `whole`, what was not said goes.
pub fn update(
    tx: &mut Tx,
    world: &World,
    by: By,
    id: i64,
    draft: Draft,
    whole: bool,
) -> Result<Entity, Problem> {
    let kind = draft.kind;
    let mut entity = find(tx, by, kind, id)?;
    by.may(Action::Update, &entity)?;
    if let Some(slug) = &draft.slug
        && *slug != entity.slug
    {
        let what = format!("{}({id}) is called {}, for ever", kind.set(), entity.slug);
        return Err(
            Problem::new(&BAD_ENTITY, what).hint("leave properties.slug as it is, or make another entity")
        );
    }
    let moved = draft.body.contains_key("location");
    let links = draft.links.clone();
    if whole {
        entity.body.clear();
        entity.name = vocab::Text::default();
        entity.description = vocab::Text::default();
    }
    draft.onto(&mut entity, by.now);
    for (link, targets) in links {
        relink(tx, world, by, &mut entity, link, &targets)?;
    }
    // A device may not put what is its own under the name of another.
    by.may(Action::Update, &entity)?;
    write::update(tx, &entity)?;
    announce(tx, world, &entity);
    if kind == Kind::Location && moved {
        features::forget_of_location(tx, id)?;
        for thing in links::things(tx, id)? {
            super::unsettle(tx, world, thing)?;
        }
    }
    Ok(entity)
}

fn relink(
    tx: &mut Tx,
    world: &World,
    by: By,
    entity: &mut Entity,
    link: Link,
    targets: &[Target],
) -> Result<(), Problem> {
    let mut ids = Vec::new();
    for target in targets {
        let Target::Id(id) = target else {
            let what = format!("an update of {} makes no {}", entity.kind.name(), link.to.name());
            return Err(
                Problem::new(&BAD_ENTITY, what).hint("make it first, then link to it by {\"@iot.id\": 1}")
            );
        };
        let known = find(tx, by, link.to, *id)?;
        if link.to == Kind::Thing {
            by.may(Action::Update, &known)?;
        }
        ids.push(*id);
    }
    match (entity.kind, link.to) {
        (Kind::Thing, Kind::Location) => set_locations(tx, world, entity.id, &ids, by.now),
        (Kind::Location, Kind::Thing) => {
            ids.iter().try_for_each(|thing| set_locations(tx, world, *thing, &[entity.id], by.now))
        }
        (Kind::HistoricalLocation, Kind::Location) => {
            links::forget_history(tx, entity.id)?;
            Ok(links::history_at(tx, entity.id, &ids)?)
        }
        _ if !link.many => {
            let place = entity.kind.links().iter().filter(|l| !l.many).position(|l| *l == link);
            if let (Some(parent), Some(id)) = (place.and_then(|at| entity.parents.get_mut(at)), ids.first()) {
                *parent = *id;
            }
            Ok(())
        }
        _ => {
            let what = format!("{} of a {} are changed from their own side", link.name(), entity.kind.name());
            Err(Problem::new(&BAD_ENTITY, what).hint(format!("change the {} that are meant", link.to.set())))
        }
    }
}
