use std::sync::Arc;

use host::{Clock, Db};
use intake::draft::{DraftObservation, Duplicates, Kind as ResultKind, Tally};
use serde_json::{Map, json};
use vocab::{Label, Lang, Mode, Position, Quality, Text, Value};

use super::*;
use crate::entity::Sight;
use crate::{Config, MIGRATIONS, Sensing};

const NOW: Time = Time(1_790_000_000_000_000);

/// An empty database of each kind that is at hand, with the folder that keeps it.
pub(crate) fn databases(name: &str) -> Vec<(Option<tempfile::TempDir>, Db)> {
    let folder = tempfile::tempdir().unwrap();
    let file = Db::open(&format!("sqlite:{}", folder.path().join("city.db").display())).unwrap();
    let mut found = vec![(Some(folder), file)];
    match std::env::var("CAUSEWAY_TEST_POSTGRES") {
        Err(_) => eprintln!("{name}: skipped on PostgreSQL, CAUSEWAY_TEST_POSTGRES is not set"),
        Ok(server) => {
            let name = format!("entities_{name}_{}", std::process::id());
            for statement in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
                let done =
                    std::process::Command::new("psql").args(["-q", &server, "-c", &statement]).status();
                assert!(done.is_ok_and(|status| status.success()), "psql could not: {statement}");
            }
            let (base, _) = server.rsplit_once('/').unwrap();
            found.push((None, Db::open(&format!("{base}/{name}")).unwrap()));
        }
    }
    found
}

fn text(words: &str) -> Text {
    Text::single(Lang::new("en").unwrap(), words)
}

fn batch(position: Option<Position>, results: &[(i64, f64)]) -> Batch {
    let facts = Arc::new(DatastreamFacts {
        key: "speed".into(),
        name: text("Speed"),
        meaning: text("How fast they drive."),
        property: "speed".into(),
        property_name: text("Speed"),
        unit: "km/h".into(),
        unit_name: "kilometres an hour".into(),
        kind: ResultKind::Number,
        label: Label::Public,
        duplicates: Duplicates::LastWins,
        period_seconds: 60,
        freshness_seconds: 300,
    });
    let slug = |text: &str| Slug::new(text).unwrap();
    Batch {
        feed: slug("roads"),
        source: "main".into(),
        mode: Mode::Live,
        received: NOW,
        provenance: None,
        things: vec![DraftThing {
            slug: slug("roads/A1"),
            name: text("Detector A1"),
            description: Text::default(),
            properties: Map::from_iter([("lanes".into(), json!(3))]),
            position,
            label: Label::Public,
            only_if_new: false,
        }],
        datastreams: vec![DraftDatastream {
            slug: slug("roads/A1/speed"),
            thing: slug("roads/A1"),
            name: text("Speed"),
            facts,
        }],
        observations: results
            .iter()
            .map(|(second, result)| DraftObservation {
                datastream: 0,
                time: NOW.plus(-second * vocab::time::SECOND),
                value: Value::Number(*result),
                quality: Quality::Valid,
            })
            .collect(),
        features: Vec::new(),
        messages: Vec::new(),
        messages_complete: false,
        quarantined: Vec::new(),
        tally: Tally::default(),
    }
}

#[test]
fn a_feed_brings_its_things_once() {
    for (_folder, db) in databases("sink") {
        host::migrate::run(&db, &[MIGRATIONS]).unwrap();
        let config = Config::new(Mode::Live, vec![Lang::new("en").unwrap()]);
        let sensing = Sensing::open(&db, &Clock::set_at(NOW), config.clone()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let here = Position::new(10.0, 20.0).ok();
            let accept = |batch: Batch| {
                let sink = sensing.sink();
                async move { sink.accept(batch).await.unwrap() }
            };
            assert_eq!(accept(batch(here, &[(60, 50.0), (0, 40.0)])).await.stored, 2);
            let again = accept(batch(here, &[(60, 50.0), (0, f64::NAN)])).await;
            assert_eq!((again.duplicate, again.refused_in_all()), (1, 1));

            let thing = sensing.thing("roads/A1", &Sight::Public).await.unwrap().unwrap();
            assert_eq!(thing.position, here);
            assert_eq!(thing.properties["lanes"], 3);
            let streams = sensing.datastreams_of(thing.id, &Sight::Public).await.unwrap();
            assert_eq!(streams.len(), 1);
            let last = streams[0].last.clone().unwrap();
            assert_eq!((last.t, last.value()), (NOW.0, Value::Number(40.0)));
            assert_eq!((streams[0].unit.as_str(), streams[0].freshness_seconds), ("km/h", 300));
            assert!(!streams[0].is_stale(NOW) && streams[0].is_stale(NOW.plus(301 * vocab::time::SECOND)));

            // It moves: the place it was at is kept.
            let there = Position::new(10.001, 20.0).ok();
            accept(batch(there, &[])).await;
            assert_eq!(sensing.thing("roads/A1", &Sight::Public).await.unwrap().unwrap().position, there);
            let near = sensing.things_near(here.unwrap(), 200.0, &Sight::Public, 10).await.unwrap();
            assert!(near.len() == 1 && (90.0..130.0).contains(&near[0].0), "{near:?}");

            // Another start knows them by their names.
            let sensing = Sensing::open(&db, &Clock::set_at(NOW), config).unwrap();
            let receipt = sensing.sink().accept(batch(there, &[(60, 50.0)])).await.unwrap();
            assert_eq!(receipt.duplicate, 1);
            assert_eq!(sensing.things(None, &Sight::Public, 0, 10).await.unwrap().len(), 1);
            assert_eq!(sensing.datastreams_by_feed("roads", &Sight::Public).await.unwrap().len(), 1);
        });
    }
}
