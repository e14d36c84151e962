//! Promises of the store, tried with violence: kill -9 at random moments of ingest, sealing and backup loses nothing that
//! was acknowledged and keeps nothing twice; a restored backup is the source.
//!
//! `CAUSEWAY_TEST_KILLS` says how often (`cargo xtask soak` says 300); what a run did can be done again with
//! `CAUSEWAY_TEST_SEED`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use causeway_tests::client::Client;
use causeway_tests::dice::{Dice, number};
use causeway_tests::server::{Options, Server, program};
use causeway_tests::streams::{ids, register, slug};
use serde_json::json;
use vocab::Time;
use vocab::time::SECOND;

/// Kills of each store where nobody says otherwise: about two minutes on two cores.
const KILLS: u64 = 30;
/// Streams; each writer has its own, so that nothing but the server decides what becomes of a row.
const STREAMS: usize = 8;
const WRITERS: usize = 4;
/// Rows of one message.
const BATCH: i64 = 40;
/// 2026-09-01T00:00:00Z: closed long ago, so that everything is sealed as soon as it is there.
const START: Time = Time(1_788_220_800_000_000);
/// Between two rows of a stream. A run passes through several days, so that hours and days are sealed and merged.
const STEP: i64 = 97 * SECOND;

/// What was sent to one stream, row by row, and whether the server said that it has it.
#[derive(Default)]
struct Book {
    /// Of each row that was sent: acknowledged or not.
    rows: Vec<bool>,
}

fn value(stream: usize, row: usize) -> f64 {
    ((row * 31 + stream * 7) % 1000) as f64 / 10.0
}

fn time(row: usize) -> Time {
    START.plus(row as i64 * STEP)
}

fn options(database: Option<&String>) -> Options {
    Options {
        database: database.cloned(),
        // Sealing all the time, so that kills fall into it.
        environment: vec![("CAUSEWAY_DATABASE_SEAL_SECONDS", "1".into())],
        expected_warnings: vec![],
        ..Options::default()
    }
}

/// Sends rows to the writer's streams until told to stop or the server is gone. Every so often an older message again:
/// a client that heard no answer does that, and so does one that was restored.
fn write(client: &Client, ids: &Ids, writer: usize, books: &Mutex<Vec<Book>>, stop: &AtomicBool, seed: u64) {
    let mut dice = Dice::new(seed);
    while !stop.load(Ordering::Relaxed) {
        let stream = writer + WRITERS * dice.roll((STREAMS / WRITERS) as u64) as usize;
        let (from, to) = {
            let mut books = books.lock().expect("the books");
            let rows = &mut books[stream].rows;
            let again = !rows.is_empty() && dice.roll(4) == 0;
            let from = if again { dice.roll(rows.len() as u64) as usize } else { rows.len() };
            let to = if again { rows.len().min(from + BATCH as usize) } else { from + BATCH as usize };
            if to > rows.len() {
                rows.resize(to, false);
            }
            (from, to)
        };
        let data: Vec<_> = (from..to).map(|row| json!([time(row).iso(), value(stream, row)])).collect();
        let message = json!([{
            "Datastream": { "@iot.id": ids[&slug(stream)] }, "components": ["phenomenonTime", "result"],
            "dataArray@iot.count": data.len(), "dataArray": data,
        }]);
        let headers = [("content-type", "application/json")];
        let answer =
            client.try_send("POST", "/sta/v1.1/CreateObservations", &headers, Some(message.to_string()));
        match answer {
            Ok(answer) if answer.status == 201 => {
                let refused = answer
                    .json()
                    .as_array()
                    .expect("a list")
                    .iter()
                    .filter(|a| a.as_str() == Some("error"))
                    .count();
                assert_eq!(refused, 0, "{}", answer.body);
                books.lock().expect("the books")[stream].rows[from..to].fill(true);
            }
            // Killed before it answered, or too busy: nothing was promised.
            Ok(answer) => assert!(matches!(answer.status, 429 | 503), "{}: {}", answer.status, answer.body),
            Err(_) => return,
        }
    }
}

/// The server's numbers of the streams, by slug.
type Ids = BTreeMap<String, i64>;

/// Every row of a stream as the server has it.
fn series(client: &Client, stream: usize) -> String {
    client.get(&format!("/api/series/{}.csv", slug(stream))).expect(200).body
}

/// Holds what the server has against the books: all that was acknowledged, nothing that was never sent, nothing twice.
#[track_caller]
fn verify(client: &Client, books: &Mutex<Vec<Book>>, when: &str) -> (usize, usize) {
    let (mut acknowledged, mut kept) = (0, 0);
    for (stream, book) in books.lock().expect("the books").iter().enumerate() {
        let text = series(client, stream);
        let mut found: BTreeMap<String, f64> = BTreeMap::new();
        for line in text.lines().skip(1) {
            let mut cells = line.split(',');
            let (at, result) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
            let twice = found.insert(at.to_string(), result.parse().expect("a number"));
            assert!(twice.is_none(), "{when}: {at} of stream {stream} is there twice");
        }
        kept += found.len();
        for (row, is_acknowledged) in book.rows.iter().enumerate() {
            let at = time(row).iso();
            match found.remove(&at) {
                Some(result) => assert_eq!(result, value(stream, row), "{when}: {at} of stream {stream}"),
                None => {
                    assert!(!is_acknowledged, "{when}: {at} of stream {stream} was acknowledged and is lost")
                }
            }
            acknowledged += usize::from(*is_acknowledged);
        }
        assert!(found.is_empty(), "{when}: stream {stream} has rows that were never sent: {found:?}");
    }
    let received = client.get("/api/received").expect(200).json();
    let total = &received["total"];
    let refused: u64 =
        total["refused"].as_object().into_iter().flatten().filter_map(|(_, n)| n.as_u64()).sum();
    let sum = total["stored"].as_u64().unwrap_or(0) + total["duplicate"].as_u64().unwrap_or(0) + refused;
    assert_eq!(total["received"].as_u64(), Some(sum), "{when}: the counters do not add up: {total}");
    assert_eq!(
        total["stored"].as_u64(),
        Some(kept as u64),
        "{when}: the counters and the rows differ: {total}"
    );
    (acknowledged, kept)
}

/// A backup, made beside the running server as an operator makes it.
fn back_up(data: &Path, database: Option<&String>, to: &Path) -> std::process::Child {
    let mut command = Command::new(program());
    command.args(["backup", "--data"]).arg(data).arg(to);
    if let Some(url) = database {
        command.env("CAUSEWAY_DATABASE_URL", url);
    }
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
    command.spawn().expect("the program starts")
}

fn kills(store: &str, database: Option<String>, restored: Option<String>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    std::fs::create_dir_all(&data).expect("a folder");
    let seed = number("CAUSEWAY_TEST_SEED", 20_261_125);
    let mut dice = Dice::new(seed);
    let books: Arc<Mutex<Vec<Book>>> = Arc::new(Mutex::new((0..STREAMS).map(|_| Book::default()).collect()));
    let server = Server::start_in(&data, options(database.as_ref()));
    register(&server.client, STREAMS);
    let mut server = Some(server);
    let times = number("CAUSEWAY_TEST_KILLS", KILLS);
    for kill in 0..times {
        let running = server.take().unwrap_or_else(|| Server::start_in(&data, options(database.as_ref())));
        verify(&running.client, &books, &format!("{store}, seed {seed}, after kill {kill}"));
        let (stop, ids) = (Arc::new(AtomicBool::new(false)), Arc::new(ids(&running.client)));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (client, ids) = (running.client.clone(), ids.clone());
                let (books, stop, seed) = (books.clone(), stop.clone(), dice.roll(u64::MAX));
                std::thread::spawn(move || write(&client, &ids, writer, &books, &stop, seed))
            })
            .collect();
        let backup = (kill % 3 == 2)
            .then(|| back_up(&data, database.as_ref(), &folder.path().join(format!("{kill}.backup"))));
        std::thread::sleep(Duration::from_millis(50 + dice.roll(900)));
        running.kill();
        stop.store(true, Ordering::Relaxed);
        for writer in writers {
            writer.join().expect("a writer that is content");
        }
        if let Some(mut backup) = backup {
            // It may be killed too; a torn copy is never taken for a whole one.
            if dice.roll(2) == 0 {
                drop(backup.kill());
            }
            drop(backup.wait());
        }
    }
    let running = Server::start_in(&data, options(database.as_ref()));
    let (acknowledged, kept) = verify(&running.client, &books, &format!("{store}, seed {seed}, at the end"));
    assert!(acknowledged > 0 && kept >= acknowledged);
    eprintln!(
        "{store}: {times} kills, {acknowledged} observations acknowledged, {kept} kept, none lost, none twice"
    );
    // A restored backup is the source.
    let copy = folder.path().join("whole.backup");
    let output = back_up(&data, database.as_ref(), &copy).wait_with_output().expect("a backup ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let second = folder.path().join("second");
    let mut restore = Command::new(program());
    restore.args(["restore", "--data"]).arg(&second).arg(&copy);
    if let Some(url) = &restored {
        restore.env("CAUSEWAY_DATABASE_URL", url);
    }
    let output = restore.output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let other = Server::start_in(&second, options(restored.as_ref()));
    for stream in 0..STREAMS {
        assert_eq!(
            series(&running.client, stream),
            series(&other.client, stream),
            "{store}: stream {stream}"
        );
    }
    let things = "/sta/v1.1/Things?$expand=Datastreams($expand=Sensor,ObservedProperty)&$orderby=id";
    let rebased =
        |server: &Server| server.client.get(things).expect(200).body.replace(&server.client.base, "");
    assert_eq!(rebased(&running), rebased(&other), "{store}: the entities of the copy");
    other.stop();
    running.stop();
}

#[test]
fn kills_lose_nothing_on_sqlite() {
    kills("SQLite", None, None);
}

#[test]
fn kills_lose_nothing_on_postgres() {
    let (Some(database), Some(restored)) =
        (causeway_tests::postgres::database("kills"), causeway_tests::postgres::database("restored"))
    else {
        return;
    };
    kills("PostgreSQL", Some(database), Some(restored));
}

/// Starts a server on a data folder that it must not serve.
#[track_caller]
fn must_refuse(data: &Path, saying: &str) {
    let mut command = Command::new(program());
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
    let output = command.output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains(saying), "{said}");
}

#[test]
fn two_servers_on_one_store_are_refused() {
    let (folder, server) = Server::start(Options::default());
    must_refuse(folder.path(), "another server has");
    server.stop();
}

#[test]
fn a_store_of_a_newer_program_is_refused() {
    let (folder, server) = Server::start(Options::default());
    server.stop();
    let file = folder.path().join("live.db");
    let db = host::Db::open(&format!("sqlite:{}", file.display())).expect("the store opens");
    db.write_blocking(|tx| {
        tx.execute(
            "INSERT INTO host_migration (owner, version, name) VALUES ('sensing', 9999, 'to come')",
            &[],
        )
        .map(drop)
    })
    .unwrap_or_else(|e: host::DbError| panic!("{e}"));
    drop(db);
    must_refuse(folder.path(), "newer program");
}

/// A file system of its own that can be full; none where this user may not make one.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn of(folder: &Path, megabytes: u32) -> Option<SmallDisk> {
        let size = format!("size={megabytes}m");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder).stderr(std::process::Stdio::null());
        mount.status().is_ok_and(|s| s.success()).then(|| SmallDisk(folder.into()))
    }

    fn grow(&self, megabytes: u32) {
        let size = format!("remount,size={megabytes}m");
        assert!(Command::new("mount").args(["-o", &size]).arg(&self.0).status().is_ok_and(|s| s.success()));
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let Some(disk) = SmallDisk::of(folder.path(), 6) else {
        return eprintln!("a full disk: skipped, this user may not mount a small file system");
    };
    let options = Options {
        // What the operator is told when the disk is full.
        expected_warnings: vec!["disk", "full", "could not", "cannot", "failed"],
        ..options(None)
    };
    let server = Server::start_in(folder.path(), options);
    register(&server.client, STREAMS);
    let id = ids(&server.client)[&slug(0)];
    let send = |from: usize| {
        let data: Vec<_> = (from..from + 500).map(|row| json!([time(row).iso(), value(0, row)])).collect();
        let message = json!([{ "Datastream": { "@iot.id": id }, "components": ["phenomenonTime", "result"], "dataArray": data }]);
        server.client.post("/sta/v1.1/CreateObservations", &message)
    };
    let mut acknowledged = 0;
    let refused = loop {
        let answer = send(acknowledged);
        if answer.status != 201 {
            break answer;
        }
        acknowledged += 500;
        assert!(acknowledged < 1_000_000, "a disk of 6 MB does not fill");
    };
    assert!(matches!(refused.status, 429 | 500 | 503), "{}: {}", refused.status, refused.body);
    assert!(refused.problem().starts_with("host-"), "{}", refused.body);
    // What was acknowledged is there, and once there is room the same message is taken.
    let rows = |server: &Server| series(&server.client, 0).lines().count() - 1;
    assert_eq!(rows(&server), acknowledged);
    disk.grow(64);
    let again = (0..50).map(|_| {
        std::thread::sleep(Duration::from_millis(200));
        send(acknowledged).status
    });
    assert!(
        again.into_iter().any(|status| status == 201),
        "there is room again, and nothing is taken:\n{}",
        server.log_text()
    );
    assert_eq!(rows(&server), acknowledged + 500);
    server.stop();
    drop(disk);
}
