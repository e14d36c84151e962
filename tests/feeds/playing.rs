//! The recordings played: every feed is green on its own clock, or partial for a reason that stands here.

use std::sync::Mutex;
use std::time::Duration;

use host::Db;
use intake::draft::{BoxFuture, Receipt, Sink, SinkError};
use intake::health::Health;
use intake::plan::Form;
use intake::replay::Replay;
use intake::runner::Intake;

use super::*;

/// Keeps batches in memory.
#[derive(Default)]
struct Keeps(Mutex<Vec<Batch>>);

impl Sink for Keeps {
    fn accept(&self, batch: Batch) -> BoxFuture<'_, Result<Receipt, SinkError>> {
        Box::pin(async move {
            let receipt = Receipt { stored: batch.observations.len() as u64, ..Receipt::default() };
            self.0.lock().unwrap().push(batch);
            Ok(receipt)
        })
    }
}

#[test]
fn answers_as_served_make_feeds_green_or_partial() {
    let pack = pack();
    let feeds = feeds(&pack);
    let mut recordings = replay::recordings(&pack, &feeds).unwrap();
    // Histories are long; the last of two answers of one source would come after weeks.
    recordings.retain(|r| r.form == Form::AsServed && !r.file.contains("20240619"));
    let folder = root().join("../shared/data");
    if !folder.is_dir() {
        return eprintln!("skipped: no recordings at {}", folder.display());
    }
    let data = tempfile::tempdir().unwrap();
    let db = Db::open(&format!("sqlite:{}", data.path().join("city.db").display())).unwrap();
    host::migrate::run(&db, &[intake::MIGRATIONS]).unwrap();
    let sink = Arc::new(Keeps::default());
    let intake = Intake::open(db, sink.clone(), Projections::of([]).shared(), Mode::Recording).unwrap();
    let replay = Replay {
        intake: intake.clone(),
        feeds: feeds.clone(),
        recordings: Arc::new(recordings),
        folder,
        speed: 1,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (_tell, stop) = tokio::sync::watch::channel(false);
        for task in replay.start(&stop) {
            tokio::time::timeout(Duration::from_secs(120), task).await.unwrap().unwrap();
        }
    });
    let all = intake.status(&feeds, Time::MAX);
    let found = all.iter().map(|s| (s.feed.id.as_str(), s.health));
    // Of the others there are no answers as served.
    let found: Vec<(&str, Health)> = found.filter(|(_, health)| *health != Health::Never).collect();
    assert_eq!(
        found,
        [
            // A list of places only: the history is played in another test.
            ("air-quality", Health::Partial),
            ("car-parks", Health::Green),
            ("journey-times", Health::Green),
            // Where the bays are; not whether they are taken.
            ("kerb-bays", Health::Partial),
            ("recycling-points", Health::Green),
            ("cycle-tracks", Health::Green),
            ("districts", Health::Green),
            ("marine-water", Health::Green),
            // Rows of the pack.
            ("place-names", Health::Green),
            ("segment-speeds", Health::Green),
            ("smart-lampposts", Health::Green),
            // Nothing was recorded of the detectors on lampposts.
            ("traffic-detectors", Health::Partial),
            // Recorded in its first form only.
            ("traffic-news", Health::Partial),
            ("trails", Health::Green),
            // Recorded in English only.
            ("weather-warnings", Health::Partial),
            ("weather", Health::Green),
        ]
    );
    for status in &all {
        let c = status.counters;
        assert_eq!(
            (c.records, c.observations, c.broken),
            (c.mapped + c.quarantined, c.stored, 0),
            "{}",
            status.feed.id
        );
    }
    let batches = sink.0.lock().unwrap();
    assert!(batches.iter().all(|b| b.mode == Mode::Recording));
    assert_eq!(
        batches.iter().map(|b| b.observations.len()).sum::<usize>(),
        3 * 4068 + 4376 + 8 / 8 + 665 + 47 + 1 + 4 + 2 * 4 + 2 * 240
    );
}
