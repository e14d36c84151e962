//! HTTP: SensorThings 1.1 below `/sta/v1.1`, and what it has no words for below `/api`.

mod aggregate;
mod base;
mod entities;
mod landing;
mod latest;
pub mod mqtt;
mod observations;
pub mod problems;
mod read;
mod received;
mod series;
mod stream;

use host::access::Action;
use host::{Access, Doc, Routes};

pub(crate) use stream::Recent;

use crate::Sensing;
use crate::entity::Kind;

/// Every route of this crate.
pub(crate) fn routes(sensing: Sensing) -> Routes<()> {
    let mut routes = Routes::<Sensing>::new()
        .get(
            "/sta/v1.1",
            Access::public_read("things"),
            Doc::new("SensorThings 1.1: the entity sets"),
            landing::landing,
        )
        .get(
            "/sta/v1.1/",
            Access::public_read("things"),
            Doc::new("SensorThings 1.1: the entity sets"),
            landing::landing,
        )
        .get(
            "/sta/v1.1/{*path}",
            Access::public_read("things"),
            options(Doc::new("SensorThings 1.1: any address")),
            read::get,
        )
        .post(
            "/sta/v1.1/{*path}",
            Access::key_holders(Action::Create, "things"),
            Doc::new("SensorThings 1.1: make an entity below another").status(201),
            entities::post,
        )
        .patch(
            "/sta/v1.1/{*path}",
            Access::key_holders(Action::Update, "things"),
            Doc::new("SensorThings 1.1: change an entity"),
            entities::patch_entity,
        )
        .put(
            "/sta/v1.1/{*path}",
            Access::key_holders(Action::Update, "things"),
            Doc::new("SensorThings 1.1: replace an entity"),
            entities::put,
        )
        .delete(
            "/sta/v1.1/{*path}",
            Access::operator(Action::Delete, "things"),
            Doc::new("SensorThings 1.1: delete an entity and what depends on it"),
            entities::delete,
        )
        .post(
            "/sta/v1.1/CreateObservations",
            Access::key_holders(Action::Create, "observations"),
            Doc::new("SensorThings 1.1: observations of many datastreams at once, as dataArrays").status(201),
            observations::create_observations,
        );
    for kind in Kind::ALL {
        let (path, read, make) = set(kind);
        routes = routes.get(path, Access::public_read(kind.object()), options(Doc::new(read)), read::get);
        let access = Access::key_holders(Action::Create, kind.object());
        routes = routes.post(path, access, Doc::new(make).status(201), entities::post);
    }
    routes
        .merge(latest::routes())
        .merge(aggregate::routes())
        .merge(series::routes())
        .merge(stream::routes())
        .merge(received::routes())
        .with_state(sensing)
}

fn options(doc: Doc) -> Doc {
    doc.query("$filter", "a condition (OData)")
        .query("$expand", "links to follow, each with options of its own")
        .query("$select", "fields to show")
        .query("$orderby", "properties, each with asc or desc")
        .query("$top", "entities of a page, 10,000 at most")
        .query("$skip", "entities to leave out; follow @iot.nextLink instead where you can")
        .query("$count", "true: with the number of all")
        .query("$resultFormat", "dataArray, of Observations")
}

/// Paths must be known when the program is built.
fn set(kind: Kind) -> (&'static str, &'static str, &'static str) {
    match kind {
        Kind::Thing => ("/sta/v1.1/Things", "All things", "Make a thing, with what is nested in it"),
        Kind::Location => ("/sta/v1.1/Locations", "All locations", "Make a location"),
        Kind::HistoricalLocation => {
            ("/sta/v1.1/HistoricalLocations", "Where things were", "Say where a thing was")
        }
        Kind::Datastream => ("/sta/v1.1/Datastreams", "All datastreams", "Make a datastream"),
        Kind::Sensor => ("/sta/v1.1/Sensors", "All sensors", "Make a sensor"),
        Kind::ObservedProperty => {
            ("/sta/v1.1/ObservedProperties", "All observed properties", "Make an observed property")
        }
        Kind::Observation => ("/sta/v1.1/Observations", "All observations", "Bring an observation"),
        Kind::FeatureOfInterest => {
            ("/sta/v1.1/FeaturesOfInterest", "All features of interest", "Make a feature of interest")
        }
    }
}
