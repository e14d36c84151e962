//! MQTT tried with violence: kill -9 of the server and of clients at random moments loses no observation that was
//! acknowledged, keeps none twice, and gives a session of QoS 2 every message once.
//!
//! `CAUSEWAY_TEST_MQTT_KILLS` says how often (`cargo xtask soak` says 100), `CAUSEWAY_TEST_SEED` does a run again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use causeway_tests::dice::{Dice, number};
use causeway_tests::mqtt::{Client, hello, known, message};
use causeway_tests::server::{Options, Server};
use rmqtt_codec::types::Publish;
use rmqtt_codec::v5::{self, Packet};
use serde_json::json;
use vocab::Time;
use vocab::time::SECOND;

/// About a minute on two cores.
const KILLS: u64 = 30;
const WRITERS: usize = 4;
/// Messages that a writer has under way.
const WINDOW: usize = 50;
const START: Time = Time(1_788_220_800_000_000);

/// What one writer sent: by number, whether it was acknowledged.
#[derive(Default)]
struct Book {
    observations: Vec<bool>,
    /// Of QoS 2, to a session.
    told: Vec<bool>,
    /// The QoS 2 message that is not through yet, with its packet id and whether the server has it.
    open: Option<(usize, u16, bool)>,
}

fn lasting(name: &str, key: &str) -> v5::Connect {
    v5::Connect { clean_start: false, session_expiry_interval_secs: 3_600, ..known(name, key) }
}

fn options(database: Option<&String>) -> Options {
    let environment = [
        ("CAUSEWAY_MQTT_LISTEN", "127.0.0.1:0"),
        ("CAUSEWAY_DATABASE_SEAL_SECONDS", "1"),
        ("CAUSEWAY_MQTT_QUEUE_MESSAGES", "100000"),
    ];
    let environment = environment.into_iter().map(|(name, value)| (name, value.to_string())).collect();
    Options { database: database.cloned(), environment, ..Options::default() }
}

fn body(writer: usize, n: usize) -> String {
    let at = START.plus((n * WRITERS + writer) as i64 * SECOND);
    json!({ "phenomenonTime": at.iso(), "result": n }).to_string()
}

/// Brings one QoS 2 message through, or fails with the connection; what began before is ended first.
fn one_of_qos_2(client: &mut Client, writer: usize, book: &Mutex<Vec<Book>>) -> Option<()> {
    let (n, id, dup, is_received) = {
        let mut books = book.lock().expect("the books");
        let book = &mut books[writer];
        match book.open {
            Some((n, id, is_received)) => (n, id, true, is_received),
            None => {
                book.told.push(false);
                let n = book.told.len() - 1;
                let id = (60_000 + n % 1_000) as u16;
                book.open = Some((n, id, false));
                (n, id, false, false)
            }
        }
    };
    client.is_paused = true;
    let packet_id = std::num::NonZeroU16::new(id);
    if !is_received {
        let told = message(&format!("told/{writer}"), &format!("{writer}/{n}"), 2);
        client.send(Packet::Publish(Box::new(Publish { dup, packet_id, ..told })));
        client.wait(|p| {
            matches!(p, Packet::PublishReceived(a) if Some(a.packet_id) == packet_id).then_some(())
        })?;
        book.lock().expect("the books")[writer].open = Some((n, id, true));
    }
    let release = v5::PublishAck2 { packet_id: packet_id?, ..Default::default() };
    client.send(Packet::PublishRelease(release));
    client
        .wait(|p| matches!(p, Packet::PublishComplete(a) if Some(a.packet_id) == packet_id).then_some(()))?;
    let mut books = book.lock().expect("the books");
    books[writer].told[n] = true;
    books[writer].open = None;
    Some(())
}

/// Sends observations of QoS 1, many under way, and sometimes a message of QoS 2; goes without a word now and then.
fn write(
    address: &str,
    key: &str,
    writer: usize,
    ids: &[i64],
    books: &Mutex<Vec<Book>>,
    stop: &AtomicBool,
    seed: u64,
) {
    let mut dice = Dice::new(seed);
    let topic = format!("v1.1/Datastreams({})/Observations", ids[writer]);
    while !stop.load(Ordering::Relaxed) {
        let greeted = Client::try_greet(address, 5, lasting(&format!("writer {writer}"), key));
        let Some((mut client, ack)) = greeted else { return };
        if ack.is_none() {
            continue;
        }
        for _ in 0..dice.roll(20) {
            if stop.load(Ordering::Relaxed) || client.is_closed {
                break;
            }
            if books.lock().expect("the books")[writer].open.is_some() || dice.roll(3) == 0 {
                if one_of_qos_2(&mut client, writer, books).is_none() {
                    break;
                }
                continue;
            }
            client.is_paused = false;
            let from = {
                let mut books = books.lock().expect("the books");
                let rows = &mut books[writer].observations;
                // Some of those before again, as a client does that heard no answer.
                let from = rows.len() - dice.roll(20).min(rows.len() as u64) as usize;
                let to = from + WINDOW;
                let longer = to.max(rows.len());
                rows.resize(longer, false);
                from
            };
            let mut waiting = BTreeMap::new();
            for n in from..from + WINDOW {
                if let Some(id) = client.publish_only(message(&topic, &body(writer, n), 1)) {
                    waiting.insert(id, n);
                }
            }
            while !waiting.is_empty() {
                let acknowledged = client.wait(|p| match p {
                    Packet::PublishAck(ack) => Some((ack.packet_id, u8::from(ack.reason_code))),
                    _ => None,
                });
                let Some((id, reason)) = acknowledged else { break };
                assert_eq!(reason, 0);
                if let Some(n) = waiting.remove(&id) {
                    books.lock().expect("the books")[writer].observations[n] = true;
                }
            }
        }
        // The client is killed: no goodbye.
    }
}

/// The session that is told: it takes what waits, and dies now and then.
fn read(
    address: &str,
    key: &str,
    client_state: &Mutex<(BTreeSet<u16>, Vec<String>)>,
    stop: &AtomicBool,
    seed: u64,
) {
    let mut dice = Dice::new(seed);
    while !stop.load(Ordering::Relaxed) {
        let (unreleased, got) = &mut *client_state.lock().expect("the reader");
        let greeted = Client::try_resume(address, 5, lasting("reader", key), unreleased.clone());
        let Some((mut client, _)) = greeted else { return };
        client.listen(Duration::from_millis(50 + dice.roll(200)));
        got.extend(client.texts());
        *unreleased = client.unreleased();
    }
}

fn verify(server: &Server, ids: &[i64], books: &Mutex<Vec<Book>>, when: &str) -> (usize, usize) {
    let (mut acknowledged, mut kept) = (0, 0);
    for (writer, book) in books.lock().expect("the books").iter().enumerate() {
        let mut found = BTreeSet::new();
        let select = "$select=result&$orderby=phenomenonTime&$top=10000";
        let path = format!("/sta/v1.1/Datastreams({})/Observations?{select}", ids[writer]);
        for observation in server.client.all(&path) {
            let n =
                observation["result"].as_u64().or_else(|| observation["result"].as_f64().map(|n| n as u64));
            let n = n.expect("a number") as usize;
            assert!(found.insert(n), "{when}: {n} of writer {writer} is there twice");
        }
        kept += found.len();
        for (n, is_acknowledged) in book.observations.iter().enumerate() {
            assert!(
                found.contains(&n) || !is_acknowledged,
                "{when}: {n} of writer {writer} was acknowledged and is lost"
            );
            acknowledged += usize::from(*is_acknowledged);
        }
    }
    (acknowledged, kept)
}

fn kills(store: &str, database: Option<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let seed = number("CAUSEWAY_TEST_SEED", 20_261_125);
    let mut dice = Dice::new(seed);
    let books: Arc<Mutex<Vec<Book>>> = Arc::new(Mutex::new((0..WRITERS).map(|_| Book::default()).collect()));
    let reader: Arc<Mutex<(BTreeSet<u16>, Vec<String>)>> = Arc::default();
    let mut server = Some(Server::start_in(folder.path(), options(database.as_ref())));
    let first = server.as_ref().expect("a server");
    let ids: Vec<i64> = (0..WRITERS)
        .map(|writer| {
            let datastream = json!({
                "name": format!("d{writer}"), "description": "d", "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
                "unitOfMeasurement": { "name": "one", "symbol": "1", "definition": "ucum:1" },
                "Thing": { "name": "t", "description": "t" },
                "Sensor": { "name": "s", "description": "s", "encodingType": "text/plain", "metadata": "s" },
                "ObservedProperty": { "name": "p", "description": "p", "definition": "urn:p" },
            });
            let made = first.client.post("/sta/v1.1/Datastreams", &datastream).expect(201);
            made.json()["@iot.id"].as_i64().expect("an id")
        })
        .collect();
    let key = first.client.key.clone().expect("the operator's key");
    let (mut subscriber, _) = Client::connect(&first.mqtt("mqtt"), 5, lasting("reader", &key));
    subscriber.subscribe(&[("told/#", 2)]);
    subscriber.disconnect();
    let times = number("CAUSEWAY_TEST_MQTT_KILLS", KILLS);
    for kill in 0..times {
        let running =
            server.take().unwrap_or_else(|| Server::start_in(folder.path(), options(database.as_ref())));
        let address = running.mqtt("mqtt");
        // To read everything costs more than a kill; what is lost stays lost.
        if kill % 10 == 9 {
            verify(&running, &ids, &books, &format!("{store}, seed {seed}, after kill {kill}"));
        }
        let stop = Arc::new(AtomicBool::new(false));
        let mut threads: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (address, key, ids, books, stop) =
                    (address.clone(), key.clone(), ids.clone(), books.clone(), stop.clone());
                let seed = dice.roll(u64::MAX);
                std::thread::spawn(move || write(&address, &key, writer, &ids, &books, &stop, seed))
            })
            .collect();
        let (to, secret, state, until, seed) =
            (address, key.clone(), reader.clone(), stop.clone(), dice.roll(u64::MAX));
        threads.push(std::thread::spawn(move || read(&to, &secret, &state, &until, seed)));
        std::thread::sleep(Duration::from_millis(50 + dice.roll(600)));
        running.kill();
        stop.store(true, Ordering::Relaxed);
        threads.into_iter().for_each(|thread| thread.join().expect("a client that is content"));
    }
    let running = Server::start_in(folder.path(), options(database.as_ref()));
    let address = running.mqtt("mqtt");
    let (acknowledged, kept) = verify(&running, &ids, &books, &format!("{store}, seed {seed}, at the end"));
    // What is not through is brought through, and the session takes what waits.
    for writer in 0..WRITERS {
        let (mut client, _) = Client::connect(&address, 5, lasting(&format!("writer {writer}"), &key));
        if books.lock().expect("the books")[writer].open.is_some() {
            one_of_qos_2(&mut client, writer, &books).expect("a server that runs");
        }
    }
    let stop = AtomicBool::new(false);
    let expected: usize = books.lock().expect("the books").iter().map(|book| book.told.len()).sum();
    std::thread::scope(|scope| {
        scope.spawn(|| read(&address, &key, &reader, &stop, 1));
        for _ in 0..100 {
            std::thread::sleep(Duration::from_millis(100));
            if reader.lock().expect("the reader").1.len() >= expected {
                break;
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
    let got = &reader.lock().expect("the reader").1;
    for (writer, book) in books.lock().expect("the books").iter().enumerate() {
        for n in 0..book.told.len() {
            let times = got.iter().filter(|text| **text == format!("{writer}/{n}")).count();
            assert_eq!(times, 1, "{store}, seed {seed}: message {n} of writer {writer}");
        }
    }
    assert_eq!(got.len(), expected);
    eprintln!(
        "{store}, MQTT: {times} kills, {acknowledged} observations acknowledged, {kept} kept, {expected} messages of QoS 2 once each"
    );
    running.stop();
}

#[test]
fn mqtt_kills_lose_nothing_on_sqlite() {
    kills("SQLite", None);
}

#[test]
fn mqtt_kills_lose_nothing_on_postgres() {
    let Some(database) = causeway_tests::postgres::database("mqtt_kills") else { return };
    kills("PostgreSQL", Some(database));
}

/// A server that never heard of a client lets it in all the same.
#[test]
fn a_client_outlives_its_servers_store() {
    let environment = vec![("CAUSEWAY_MQTT_LISTEN", "127.0.0.1:0".to_string())];
    let (_folder, server) = Server::start(Options { environment, ..Options::default() });
    let (_, ack) =
        Client::connect(&server.mqtt("mqtt"), 5, v5::Connect { clean_start: false, ..hello("old") });
    assert!(!ack.session_present);
    server.stop();
}
