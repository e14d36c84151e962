//! Features of interest made of the place of a thing, for observations that come without one (OGC 18-088, 10.2.1.2).

use host::{DbError, Problem, Tx};
use vocab::{Slug, Time};

use super::{By, World};
use crate::entity::draft::{Draft, Said};
use crate::entity::{Entity, Kind, Sight};
use crate::observed::Posted;
use crate::store::entities::{self, features, links, write};

/// Settles the feature of each of these datastreams: that of its thing's location, from when the thing came there.
/// One whose thing is nowhere has none.
pub fn settle(tx: &mut Tx, world: &World, datastreams: &[i64], now: Time) -> Result<(), DbError> {
    let known = entities::by_ids(tx, Kind::Datastream, datastreams, &Sight::All)?;
    for datastream in known.values() {
        let Some(thing) = datastream.parent(Kind::Thing) else { continue };
        let Some(location) = links::locations(tx, thing)?.first().copied() else { continue };
        let feature = match features::of_location(tx, location)? {
            Some(feature) => feature,
            None => {
                let Some(place) = entities::by_id(tx, Kind::Location, location, &Sight::All)? else {
                    continue;
                };
                of_place(tx, place, now)?
            }
        };
        let since =
            features::of_datastreams(tx, &[datastream.id])?.remove(&datastream.id).unwrap_or_default();
        match since.last() {
            None => features::begin(tx, datastream.id, i64::MIN, feature)?,
            Some((_, last)) if *last == feature => {}
            Some(_) => {
                let moved = links::latest(tx, thing)?.map_or(now, |(at, _)| at);
                features::begin(tx, datastream.id, moved.0, feature)?;
            }
        }
    }
    let (featured, datastreams) = (world.featured.clone(), datastreams.to_vec());
    tx.on_commit(Box::new(move || featured.settle(&datastreams)));
    Ok(())
}

/// Makes the feature that a location is.
fn of_place(tx: &mut Tx, place: Entity, now: Time) -> Result<i64, DbError> {
    let id = write::next_ids(tx, Kind::FeatureOfInterest, 1)?;
    let mut body = place.body;
    let feature = body.shift_remove("location").unwrap_or_default();
    body.shift_remove("properties");
    body.insert("feature".into(), feature);
    let slug = format!("{}/{id}", Kind::FeatureOfInterest.slugs());
    let made = Entity {
        kind: Kind::FeatureOfInterest,
        id,
        slug: Slug::new(slug).map_err(|e| DbError::Corrupt(e.to_string()))?,
        body,
        created: now,
        changed: now,
        ..place
    };
    write::insert(tx, &made)?;
    features::set_of_location(tx, place.id, id)?;
    Ok(id)
}

/// Makes or checks the feature of interest that an observation names; afterwards it names one by its id, if any.
pub fn about(
    tx: &mut Tx,
    world: &World,
    by: By,
    posted: &mut Posted,
    datastream: i64,
) -> Result<(), Problem> {
    let named = posted.extra.as_ref().and_then(|extra| extra.feature);
    let id = match (posted.feature.take(), named) {
        (Some(json), _) => {
            let draft = Draft::read(Kind::FeatureOfInterest, *json, Said::All, &world.languages)?;
            super::create::nested(tx, world, by, draft)?
        }
        (None, Some(id)) => {
            let known = entities::by_id(tx, Kind::FeatureOfInterest, id, &Sight::All)?;
            known.map(|feature| feature.id).ok_or_else(|| super::no_such(Kind::FeatureOfInterest, id))?
        }
        (None, None) => return Ok(()),
    };
    features::named(tx, id, datastream)?;
    posted.extra.get_or_insert_default().feature = Some(id);
    Ok(())
}
