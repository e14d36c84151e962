use std::sync::Arc;

use intake::draft::{DraftFeature, Tally};
use serde_json::json;
use vocab::{Label, Slug, Time};

use super::*;
use crate::feature::tests::{draft, lang, point};
use crate::geometry::Bounds;
use crate::{Config, Layers, MIGRATIONS, Sight, Spatial, Which};

pub const NOW: Time = Time(1_790_000_000_000_000);

/// An empty SQLite file, with the folder that keeps it.
pub fn database() -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&format!("sqlite:{}", folder.path().join("city.db").display())).unwrap();
    host::migrate::run(&db, &[MIGRATIONS]).unwrap();
    (folder, db)
}

/// Runs a test on an empty database of each kind that is at hand.
fn on_each_database(name: &str, test: impl AsyncFn(&Db)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (_folder, file) = database();
    runtime.block_on(test(&file));
    match std::env::var("CAUSEWAY_TEST_POSTGRES") {
        Err(_) => eprintln!("{name}: skipped on PostgreSQL, CAUSEWAY_TEST_POSTGRES is not set"),
        Ok(server) => {
            let name = format!("spatial_{name}_{}", std::process::id());
            for statement in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
                let done =
                    std::process::Command::new("psql").args(["-q", &server, "-c", &statement]).status();
                assert!(done.is_ok_and(|status| status.success()), "psql could not: {statement}");
            }
            let (base, _) = server.rsplit_once('/').unwrap();
            let db = Db::open(&format!("{base}/{name}")).unwrap();
            host::migrate::run(&db, &[MIGRATIONS]).unwrap();
            runtime.block_on(test(&db));
        }
    }
}

pub fn open(db: &Db, mode: Mode, layers: Layers) -> Spatial {
    Spatial::open(db, &Clock::set_at(NOW), Config::new(mode, vec![lang("pt"), lang("en")]), layers).unwrap()
}

pub fn batch(features: Vec<DraftFeature>, received: Time) -> Batch {
    Batch {
        feed: Slug::new("bays").unwrap(),
        source: "main".into(),
        mode: Mode::Live,
        received,
        provenance: None,
        things: Vec::new(),
        datastreams: Vec::new(),
        observations: Vec::new(),
        features,
        messages: Vec::new(),
        messages_complete: false,
        quarantined: Vec::new(),
        tally: Tally::default(),
    }
}

pub async fn accept(spatial: &Spatial, batch: Batch) {
    let sink: Arc<dyn Sink> = spatial.sink();
    assert_eq!(sink.accept(batch).await, Ok(Receipt::default()));
}

pub fn bay(key: &str, x: f64) -> DraftFeature {
    draft(key, point(x, 39.4), json!({"free": 3}))
}

/// (slug, west, changed) of those that are seen.
async fn shown(spatial: &Spatial, which: Which) -> Vec<(String, f64, i64)> {
    let page = spatial.features_of("bays", which).await.unwrap();
    let row = |f: &Feature| (f.slug.as_str().to_string(), f.bounds.west, f.changed.0 - NOW.0);
    page.iter().flat_map(|page| &page.features).map(row).collect()
}

fn row(slug: &str, west: f64, changed: i64) -> (String, f64, i64) {
    (slug.into(), west, changed)
}

#[test]
fn features_are_kept_and_follow_their_feed() {
    on_each_database("kept", async |db| {
        let spatial = open(db, Mode::Live, Layers::none());
        let all = Which::first(100, Sight::All);
        accept(&spatial, batch(vec![], NOW)).await;
        assert_eq!(spatial.features_of("bays", all).await.unwrap(), None);
        let hidden = DraftFeature { label: Label::Internal, ..bay("c", -9.3) };
        accept(&spatial, batch(vec![bay("a", -9.5), bay("b", -9.4), hidden.clone()], NOW)).await;
        let first = [row("bays/a", -9.5, 0), row("bays/b", -9.4, 0), row("bays/c", -9.3, 0)];
        assert_eq!(shown(&spatial, all).await, first);
        assert_eq!(shown(&spatial, Which::first(100, Sight::Public)).await, first[..2]);

        // The same again, later, with one that moved, one that is none and one that is new.
        let odd = draft("d", json!({"type": "Point", "coordinates": [0, 95]}), json!({}));
        let later =
            batch(vec![bay("a", -9.5), bay("b", -9.45), odd, bay("e", -9.0), hidden], Time(NOW.0 + 5));
        accept(&spatial, later.clone()).await;
        accept(&spatial, later).await;
        let second =
            [row("bays/a", -9.5, 0), row("bays/b", -9.45, 5), row("bays/c", -9.3, 0), row("bays/e", -9.0, 5)];
        assert_eq!(shown(&spatial, all).await, second);

        // Pages, with and without a box.
        let box_of = |west, east| Some(Bounds::new([west, 39.0, east, 40.0]).unwrap());
        let near = Which { within: box_of(-9.5, -9.42), ..all };
        assert_eq!(shown(&spatial, near).await, second[..2]);
        assert_eq!(shown(&spatial, Which { limit: 1, ..near }).await, second[..1]);
        let page = spatial.features_of("bays", Which { limit: 1, ..near }).await.unwrap().unwrap();
        assert!(page.has_more && page.matched == 2);
        let page =
            spatial.features_of("bays", Which { after: page.features[0].id, ..near }).await.unwrap().unwrap();
        assert!(!page.has_more && page.features.len() == 1);
        assert!(
            shown(&spatial, Which { within: box_of(-9.41, -9.39), ..all }).await.is_empty(),
            "b has moved"
        );
        let public = Which { within: box_of(-10.0, 0.0), ..Which::first(100, Sight::Public) };
        assert_eq!(shown(&spatial, public).await.len(), 3);

        // Another opening reads the same, and knows it.
        let again = open(db, Mode::Live, Layers::none());
        assert_eq!(shown(&again, all).await, second);
        assert_eq!(shown(&again, near).await, second[..2]);
        accept(&again, batch(vec![bay("a", -9.5), bay("b", -9.45)], Time(NOW.0 + 9))).await;
        assert_eq!(shown(&again, all).await, second, "what is as it was keeps its time");
        let one = again.feature("bays", "b", Sight::Public).await.unwrap().unwrap();
        assert_eq!((one.written, one.label), (NOW, Label::Public));
        assert_eq!(again.feature("bays", "c", Sight::Public).await.unwrap(), None);
    });
}

#[test]
fn another_mode_is_neither_taken_nor_shown() {
    on_each_database("mode", async |db| {
        let live = open(db, Mode::Live, Layers::none());
        accept(&live, batch(vec![bay("a", -9.5)], NOW)).await;
        let recording = open(db, Mode::Recording, Layers::none());
        let all = Which::first(100, Sight::All);
        accept(&recording, batch(vec![bay("b", -9.5)], NOW)).await;
        assert_eq!(recording.features_of("bays", all).await.unwrap(), None);
        assert_eq!(recording.feature("bays", "a", Sight::All).await.unwrap(), None);
        // Its own replay takes the slug over.
        let replayed = Batch { mode: Mode::Recording, ..batch(vec![bay("a", -9.5)], NOW) };
        accept(&recording, replayed).await;
        assert_eq!(shown(&recording, all).await, [row("bays/a", -9.5, 0)]);
        assert_eq!(open(db, Mode::Live, Layers::none()).features_of("bays", all).await.unwrap(), None);
    });
}

#[tokio::test]
async fn what_is_as_it_was_costs_no_statement() {
    let (_folder, db) = database();
    let spatial = open(&db, Mode::Live, Layers::none());
    let many: Vec<DraftFeature> = (0..200).map(|n| bay(&n.to_string(), -9.0 - f64::from(n) / 1e3)).collect();
    accept(&spatial, batch(many.clone(), NOW)).await;
    // A table that is not there any more is missed by the first statement.
    db.write_blocking(|tx| tx.batch(&format!("{} spatial_feature", "DROP TABLE"))).unwrap();
    accept(&spatial, batch(many, NOW)).await;
    let moved: Arc<dyn Sink> = spatial.sink();
    let refused = moved.accept(batch(vec![bay("0", 1.0)], NOW)).await;
    assert!(matches!(refused, Err(SinkError::Store(_))), "{refused:?}");
    let near = Bounds::new([0.5, 39.0, 1.5, 40.0]).unwrap();
    assert!(
        spatial.inner.collections.within("bays", &near, Sight::All).is_empty(),
        "memory follows the commit only"
    );
}
