use std::sync::atomic::{AtomicU32, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::draft::BoxFuture;
use crate::feed::tests::{GATES, read};
use crate::fetch::Terms;

/// A sink that keeps what it is given, full as often as it is told.
#[derive(Default)]
pub(crate) struct Keeps {
    pub batches: Mutex<Vec<Batch>>,
    pub full: AtomicU32,
    pub fails: AtomicU32,
}

impl Sink for Keeps {
    fn accept(&self, batch: Batch) -> BoxFuture<'_, Result<Receipt, SinkError>> {
        Box::pin(async move {
            let take = |n: &AtomicU32| {
                n.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok()
            };
            if take(&self.full) {
                return Err(SinkError::Full { retry_seconds: 1 });
            }
            if take(&self.fails) {
                return Err(SinkError::Store("the disk is full".into()));
            }
            let receipt = Receipt { stored: batch.observations.len() as u64, ..Receipt::default() };
            self.batches.lock().unwrap().push(batch);
            Ok(receipt)
        })
    }
}

pub(crate) fn intake(folder: &std::path::Path, sink: Arc<Keeps>, mode: Mode) -> Intake {
    let db = Db::open(&format!("sqlite:{}", folder.join("city.db").display())).unwrap();
    host::migrate::run(&db, &[store::MIGRATIONS]).unwrap();
    Intake::open(db, sink, Arc::new(|_, _, _| None), mode).unwrap()
}

/// A server that gives each connection the next of `answers`; the last again and again.
async fn server(answers: Vec<&'static str>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/gates.json", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    tokio::spawn(async move {
        for turn in 0.. {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut head = vec![0u8; 4096];
            let n = socket.read(&mut head).await.unwrap();
            seen.lock().unwrap().push(String::from_utf8_lossy(&head[..n]).into_owned());
            let answer = answers.get(turn).or(answers.last()).unwrap();
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    (url, asked)
}

fn answer(headers: &str, body: &str) -> &'static str {
    let text = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len());
    Box::leak(text.into_boxed_str())
}

const GOOD: &str = r#"{"at":"2026-11-24T09:00:00Z","gates":[{"id":"A","name":"North","berths":[{"berth":"L","boats":1},{"berth":"R","boats":"x"}]}]}"#;

fn now() -> Time {
    Time::parse("2026-11-24T09:01:00Z").unwrap()
}

async fn setting(
    answers: Vec<&'static str>,
) -> (tempfile::TempDir, Runner, Arc<Feed>, Arc<Keeps>, Arc<Mutex<Vec<String>>>) {
    let folder = tempfile::tempdir().unwrap();
    let (url, asked) = server(answers).await;
    let rest = GATES.replace("https://example.org/gates.json\"", &format!("{url}\"\nwithout_tls = true"));
    let feed = Arc::new(read(&rest).unwrap());
    let sink = Arc::new(Keeps::default());
    let clock = Clock::set_at(now());
    let terms = Terms {
        agent: "test".into(),
        requests_per_host_per_minute: 60_000,
        answer_limit_bytes: 1_000_000,
        allow_private_addresses: true,
    };
    let runner = Runner {
        intake: intake(folder.path(), sink.clone(), Mode::Live),
        fetcher: Arc::new(Fetcher::new(terms, clock.clone()).unwrap()),
        clock,
        seed: 1,
    };
    (folder, runner, feed, sink, asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_goes_to_the_sink_and_into_the_books() {
    let (folder, runner, feed, sink, asked) =
        setting(vec![answer("ETag: \"1\"\r\n", GOOD), "HTTP/1.1 304 Not Modified\r\n\r\n"]).await;
    let pull = feed.sources[0].pulls[0].clone();
    assert_eq!(runner.intake.status(std::slice::from_ref(&feed), now())[0].health, Health::Never);
    runner.once(&feed, 0, &pull).await.unwrap();
    runner.once(&feed, 0, &pull).await.unwrap();
    assert!(asked.lock().unwrap()[1].to_ascii_lowercase().contains("if-none-match: \"1\""));
    assert_eq!(sink.batches.lock().unwrap()[0].observations.len(), 1);
    let status = &runner.intake.status(std::slice::from_ref(&feed), now())[0];
    assert_eq!(status.health, Health::Green);
    let c = status.counters;
    assert_eq!((c.answers, c.unchanged, c.broken), (1, 1, 0));
    assert_eq!((c.records, c.mapped, c.quarantined), (2, 1, 1));
    assert_eq!((c.observations, c.stored), (1, 1));
    let later = now().plus(vocab::time::HOUR);
    assert_eq!(runner.intake.status(std::slice::from_ref(&feed), later)[0].health, Health::Stale);
    // A restart takes up the books where they were.
    let before = runner.intake.states().clone();
    drop(runner);
    let again = intake(folder.path(), sink, Mode::Live);
    assert_eq!(*again.states(), before);
    let kept = again.quarantined(&feed.id, 10).await.unwrap();
    assert_eq!(kept[0].1.reason, "boats: \"x\" is not a number");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_answer_is_kept_and_the_feed_says_so() {
    let (_folder, runner, feed, _, _) = setting(vec![
        answer("", "<!DOCTYPE html><html>Sorry</html>"),
        answer("", r#"{"at":"2026-11-24T09:00:00Z","gates":[{"id":"A","name":"N","berths":[{"berth":"L","boats":"x"}]}]}"#),
        "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nbusy",
        "HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\ncut",
    ])
    .await;
    let pull = feed.sources[0].pulls[0].clone();
    for (error, body, stay_away) in [
        ("the answer is an HTML page", "<!DOCTYPE html><html>Sorry</html>", None),
        ("not one of 1 records maps", r#"{"at":"2026"#, None),
        ("the server answered 503", "busy", Some(7_000_000)),
    ] {
        assert_eq!(runner.once(&feed, 0, &pull).await.unwrap(), stay_away);
        let read =
            runner.intake.inner.db.read_blocking::<_, DbError>(|tx| store::broken(tx, "gates", "counts"));
        let broken = read.unwrap().unwrap();
        assert!(broken.error.starts_with(error), "{}", broken.error);
        assert!(String::from_utf8(broken.body).unwrap().starts_with(body));
    }
    runner.once(&feed, 0, &pull).await.unwrap();
    let status = &runner.intake.status(std::slice::from_ref(&feed), now())[0];
    assert_eq!(
        (status.health, status.counters.broken, status.pulls[0].state.health.failures),
        (Health::Never, 4, 4)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_the_sink_did_not_take_is_asked_for_again() {
    let (_folder, runner, feed, sink, asked) = setting(vec![answer("ETag: \"1\"\r\n", GOOD)]).await;
    let pull = feed.sources[0].pulls[0].clone();
    sink.fails.store(1, Ordering::SeqCst);
    runner.once(&feed, 0, &pull).await.unwrap();
    sink.full.store(1, Ordering::SeqCst);
    runner.once(&feed, 0, &pull).await.unwrap();
    assert!(!asked.lock().unwrap()[1].to_ascii_lowercase().contains("if-none-match"));
    assert_eq!(sink.batches.lock().unwrap().len(), 1);
    let counters = runner.intake.status(std::slice::from_ref(&feed), now())[0].counters;
    assert_eq!((counters.answers, counters.broken, counters.records, counters.stored), (2, 1, 2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_are_asked_until_told_to_stop() {
    let (_folder, runner, feed, sink, _) = setting(vec![answer("", GOOD)]).await;
    let (tell, stop) = watch::channel(false);
    let tasks = runner.start(&[feed], &stop);
    while sink.batches.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tell.send(true).unwrap();
    for task in tasks {
        task.await.unwrap();
    }
}
