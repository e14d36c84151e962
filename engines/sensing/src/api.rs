//! HTTP: SensorThings below `/sta/v1.1` and `/sta/v1.0`, and what it has no words for below `/api`.

mod aggregate;
mod alerts;
mod base;
mod batch;
mod devices;
mod entities;
mod landing;
mod latest;
pub mod mqtt;
mod observations;
pub mod problems;
mod read;
mod received;
mod remove;
mod series;
mod stream;

use host::access::Action;
use host::{Access, Doc, Routes};

pub(crate) use stream::Recent;

use crate::Sensing;
use crate::entity::Kind;

/// Access rows of the addresses below a version; a batch asks them again for each of its requests.
const READ: Access = Access::public_read("things");
const MAKE: Access = Access::key_holders(Action::Create, "things");
const CHANGE: Access = Access::key_holders(Action::Update, "things");
const REMOVE: Access = Access::operator(Action::Delete, "things");

/// Every route of this crate.
pub(crate) fn routes(sensing: Sensing) -> Routes<()> {
    let mut routes = Routes::<Sensing>::new();
    for version in &VERSIONS {
        routes = standard(routes, version);
    }
    routes
        .merge(latest::routes())
        .merge(aggregate::routes())
        .merge(series::routes())
        .merge(stream::routes())
        .merge(received::routes())
        .merge(devices::routes())
        .merge(alerts::routes())
        .with_state(sensing)
}

/// The addresses of one version; paths must be known when the program is built.
struct Version {
    root: &'static str,
    root_slash: &'static str,
    any: &'static str,
    rows: &'static str,
    batch: &'static str,
    sets: [&'static str; 8],
}

macro_rules! version {
    ($root:literal) => {
        Version {
            root: $root,
            root_slash: concat!($root, "/"),
            any: concat!($root, "/{*path}"),
            rows: concat!($root, "/CreateObservations"),
            batch: concat!($root, "/$batch"),
            sets: [
                concat!($root, "/Things"),
                concat!($root, "/Locations"),
                concat!($root, "/HistoricalLocations"),
                concat!($root, "/Datastreams"),
                concat!($root, "/Sensors"),
                concat!($root, "/ObservedProperties"),
                concat!($root, "/Observations"),
                concat!($root, "/FeaturesOfInterest"),
            ],
        }
    };
}

const VERSIONS: [Version; 2] = [version!("/sta/v1.1"), version!("/sta/v1.0")];

fn standard(routes: Routes<Sensing>, version: &Version) -> Routes<Sensing> {
    let mut routes = routes
        .get(version.root, READ, Doc::new("SensorThings: the entity sets"), landing::landing)
        .get(version.root_slash, READ, Doc::new("SensorThings: the entity sets"), landing::landing)
        .get(version.any, READ, options(Doc::new("SensorThings: any address")), read::get)
        .post(
            version.any,
            MAKE,
            Doc::new("SensorThings: make an entity below another").status(201),
            entities::write,
        )
        .patch(version.any, CHANGE, Doc::new("SensorThings: change an entity"), entities::write)
        .put(version.any, CHANGE, Doc::new("SensorThings: replace an entity"), entities::write)
        .delete(
            version.any,
            REMOVE,
            Doc::new("SensorThings: delete an entity and what depends on it, or those that $filter names"),
            entities::delete,
        )
        .post(
            version.rows,
            Access::key_holders(Action::Create, "observations"),
            Doc::new("SensorThings: observations of many datastreams at once, as dataArrays").status(201),
            observations::create_observations,
        )
        .post(
            version.batch,
            READ,
            Doc::new(
                "SensorThings: many requests in one, as multipart/mixed or JSON; each asks its own right",
            ),
            batch::batch,
        );
    for (kind, path) in Kind::ALL.into_iter().zip(version.sets) {
        let (read, make, remove) = set(kind);
        let (object, options) = (kind.object(), options(Doc::new(read)));
        let filter = Doc::new(remove).query("$filter", "which; `true` are all");
        routes = routes
            .get(path, Access::public_read(object), options, read::get)
            .post(
                path,
                Access::key_holders(Action::Create, object),
                Doc::new(make).status(201),
                entities::write,
            )
            .delete(path, Access::operator(Action::Delete, object), filter, entities::delete);
    }
    routes
}

fn options(doc: Doc) -> Doc {
    doc.query("$filter", "a condition (OData)")
        .query("$expand", "links to follow, each with options of its own")
        .query("$select", "fields to show")
        .query("$orderby", "properties, each with asc or desc")
        .query("$top", "entities of a page, 10,000 at most")
        .query("$skip", "entities to leave out; follow @iot.nextLink instead where you can")
        .query("$count", "true: with the number of all")
        .query("$resultFormat", "CSV, GeoJSON; dataArray of Observations")
        .query("$apply", "groups and what is said of each: docs/api-additions.md")
        .query("$decimation", "of one datastream's Observations: points at most, for a chart")
}

/// What is said of reading, making and deleting entities of a kind.
fn set(kind: Kind) -> (&'static str, &'static str, &'static str) {
    match kind {
        Kind::Thing => ("All things", "Make a thing, with what is nested in it", "Delete things"),
        Kind::Location => ("All locations", "Make a location", "Delete locations"),
        Kind::HistoricalLocation => {
            ("Where things were", "Say where a thing was", "Forget where things were")
        }
        Kind::Datastream => ("All datastreams", "Make a datastream", "Delete datastreams"),
        Kind::Sensor => ("All sensors", "Make a sensor", "Delete sensors"),
        Kind::ObservedProperty => {
            ("All observed properties", "Make an observed property", "Delete observed properties")
        }
        Kind::Observation => ("All observations", "Bring an observation", "Delete observations"),
        Kind::FeatureOfInterest => {
            ("All features of interest", "Make a feature of interest", "Delete features of interest")
        }
    }
}
