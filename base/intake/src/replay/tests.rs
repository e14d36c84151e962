use vocab::{Mode, Slug};

use super::*;
use crate::feed::tests::{GATES, read};
use crate::health::Health;
use crate::runner::tests::{Keeps, intake};

const WITH_HISTORY: &str = r#"
[[source]]
id = "history"
format = "csv"
[[source.records]]
[[source.records.observation]]
thing = "gate"
datastream = "boats"
time = "t"
result = "boats"
"#;

const ANSWER: &str =
    r#"{"at":"2026-01-05T09:00:00Z","gates":[{"id":"A","name":"North","berths":[{"berth":"L","boats":1}]}]}"#;

fn recording(file: &str, source: &str, form: Form, from: &str, to: &str) -> Recording {
    let from = Time::parse(from).unwrap();
    Recording {
        file: file.into(),
        feed: Slug::new("gates").unwrap(),
        source: source.into(),
        parameters: Default::default(),
        form,
        from,
        to: Time::parse(to).unwrap(),
        play_from: from,
    }
}

fn replay(folder: &Path, sink: Arc<Keeps>, speed: u32) -> Replay {
    std::fs::write(folder.join("answer.json"), ANSWER).unwrap();
    // Ends an hour before the recording is said to: it was cut short.
    let rows: String = (0..3).map(|h| format!("2026-01-05T{h:02}:00:00Z,A,{h}\n")).collect();
    std::fs::write(folder.join("history.csv"), format!("t,gate,boats\n{rows}")).unwrap();
    let day = "2026-01-05T09:01:00Z";
    Replay {
        intake: intake(folder, sink, Mode::Recording),
        feeds: vec![Arc::new(read(&format!("{GATES}{WITH_HISTORY}")).unwrap())],
        recordings: Arc::new(vec![
            recording("answer.json", "counts", Form::AsServed, day, day),
            recording(
                "history.csv",
                "history",
                Form::History,
                "2026-01-05T00:00:00Z",
                "2026-01-05T03:00:00Z",
            ),
        ]),
        folder: folder.into(),
        speed,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn recordings_are_played_at_their_own_time() {
    let folder = tempfile::tempdir().unwrap();
    let sink = Arc::new(Keeps::default());
    let replay = replay(folder.path(), sink.clone(), 10_000);
    let (intake, feeds) = (replay.intake.clone(), replay.feeds.clone());
    let (_tell, stop) = watch::channel(false);
    let begun = Instant::now();
    let tasks = replay.start(&stop);
    // At 10,000× the first hour takes 0.36 s: its end is not there at once.
    tokio::time::sleep(Duration::from_millis(150)).await;
    let of_history = || sink.batches.lock().unwrap().iter().filter(|b| b.source == "history").count();
    assert!(begun.elapsed() > Duration::from_millis(300) || of_history() == 1, "{}", of_history());
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(of_history(), 3);
    let status = &intake.status(&feeds, Time(0))[0];
    assert_eq!(status.mode, Mode::Recording);
    let of = |id: &str| status.pulls.iter().find(|p| p.id == id).unwrap().clone();
    assert_eq!(
        (of("counts").health, of("counts").clock.iso()),
        (Health::Green, "2026-01-05T09:01:00Z".into())
    );
    assert_eq!(
        (of("history").health, of("history").clock.iso()),
        (Health::Stale, "2026-01-05T03:00:00Z".into())
    );
    assert_eq!(of("history").state.health.last_fresh().unwrap().iso(), "2026-01-05T02:00:00Z");
    assert_eq!(status.health, Health::Partial);
    assert!(sink.batches.lock().unwrap().iter().all(|b| b.mode == Mode::Recording));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_stops_when_told_and_an_absent_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let sink = Arc::new(Keeps::default());
    let replay = replay(folder.path(), sink.clone(), 1);
    std::fs::remove_file(folder.path().join("answer.json")).unwrap();
    assert_eq!(absent(&replay.recordings, folder.path()), ["answer.json"]);
    let (tell, stop) = watch::channel(false);
    let tasks = replay.clone().start(&stop);
    tell.send(true).unwrap();
    for task in tasks {
        tokio::time::timeout(Duration::from_secs(5), task).await.unwrap().unwrap();
    }
    let taken = replay.import().await.unwrap();
    assert!(taken[0].1.error.as_ref().unwrap().contains("answer.json cannot be read"));
    assert_eq!((taken[1].1.tally.mapped, taken[1].1.receipt.stored), (3, 3));
}

#[test]
fn the_file_is_judged_against_the_feeds() {
    let feeds = [Arc::new(read(GATES).unwrap())];
    let judge = |feed: &str, source: &str, parameters: &str| {
        let text = format!(
            "schema = 1\n[[recording]]\nfile = \"f\"\nfeed = \"{feed}\"\nsource = \"{source}\"\nas = \"as-served\"\n\
             from = \"2026-01-05T09:01:00Z\"\n{parameters}"
        );
        let city = r#"schema = 1
            id = "ilha"
            name = { en = "Ilha" }
            time_zone = "Atlantic/Azores"
            currency = "EUR"
            extent = [-26.0, 37.0, -25.0, 38.0]
            languages = [{ tag = "en", html = "en", name = "English" }]
            grid = { epsg = 5015 }
            official_site = { title = { en = "x" }, url = "https://example.org" }"#;
        let files = [("city.toml".to_string(), city.to_string()), (FILE.to_string(), text)];
        let pack = Pack::from_files(files).unwrap();
        recordings(&pack, &feeds).map(|all| all.len()).map_err(|all| all[0].to_string())
    };
    assert_eq!(judge("gates", "counts", ""), Ok(1));
    for (feed, source, parameters, expected) in [
        ("gate", "counts", "", "replay.toml:4: there is no feed gate"),
        ("gates", "count", "", "the feed gates has no source count\n    the feed has counts"),
        ("gates", "counts", "parameters = { lang = \"en\" }", "is not fetched with these parameters"),
    ] {
        assert!(judge(feed, source, parameters).unwrap_err().contains(expected));
    }
}
