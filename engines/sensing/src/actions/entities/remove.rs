//! Deletion, with all that cannot be without what is deleted (OGC 18-088, table 25).

use std::sync::atomic::Ordering;

use host::access::Action;
use host::{Problem, Tx};

use super::{By, World, find};
use crate::entity::Kind;
use crate::store::entities::{features, links, write};
use crate::store::observations::change;

/// Deletes an entity and what depends on it. Alone in its commit, since observations may go.
///
/// The observations of a feature of interest are the caller's to delete first.
pub fn remove(tx: &mut Tx, world: &World, by: By, kind: Kind, id: i64) -> Result<(), Problem> {
    let entity = find(tx, by, kind, id)?;
    by.may(Action::Delete, &entity)?;
    let removals = world.removals.clone();
    tx.on_commit(Box::new(move || {
        removals.fetch_add(1, Ordering::Relaxed);
    }));
    match kind {
        Kind::Thing => {
            for datastream in links::datastreams_by(tx, "thing", id)? {
                datastream_gone(tx, world, datastream)?;
            }
            for history in links::histories_of(tx, id)? {
                links::forget_history(tx, history)?;
                write::delete(tx, Kind::HistoricalLocation, history)?;
            }
            links::forget_thing(tx, id)?;
        }
        Kind::Location => {
            for thing in links::things(tx, id)? {
                super::unsettle(tx, world, thing)?;
            }
            links::forget_location(tx, id)?;
        }
        Kind::HistoricalLocation => links::forget_history(tx, id)?,
        Kind::Sensor | Kind::ObservedProperty => {
            let column = if kind == Kind::Sensor { "sensor" } else { "property" };
            for datastream in links::datastreams_by(tx, column, id)? {
                datastream_gone(tx, world, datastream)?;
            }
        }
        Kind::Datastream => return datastream_gone(tx, world, id),
        Kind::FeatureOfInterest => {
            let settled = features::datastreams_of(tx, id)?;
            features::forget_feature(tx, id)?;
            let featured = world.featured.clone();
            tx.on_commit(Box::new(move || featured.unsettle(&settled)));
        }
        Kind::Observation => {}
    }
    write::delete(tx, kind, id)?;
    Ok(())
}

fn datastream_gone(tx: &mut Tx, world: &World, id: i64) -> Result<(), Problem> {
    change::delete_stream(tx, &world.memory, id)?;
    features::forget_datastream(tx, id)?;
    write::delete(tx, Kind::Datastream, id)?;
    let (datastreams, featured) = (world.memory.datastreams.clone(), world.featured.clone());
    let notes = world.notes.clone();
    tx.on_commit(Box::new(move || {
        datastreams.remove(id);
        notes.remove(id);
        featured.unsettle(&[id]);
    }));
    Ok(())
}
