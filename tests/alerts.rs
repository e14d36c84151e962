//! Rules, alerts, and who is told of them: the whole way from a device's value to a webhook and a mail server, and what
//! becomes of it when the server is killed on the way.
//!
//! `CAUSEWAY_TEST_KILLS` says how often (`cargo xtask soak` says more); `CAUSEWAY_TEST_SEED` repeats a run.

mod listeners;
mod replayed;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use causeway_tests::client::Client;
use causeway_tests::dice::{Dice, number};
use causeway_tests::server::{Options, Server};
use causeway_tests::{root, streams};
use listeners::{MailServer, Receiver};
use serde_json::{Value, json};
use vocab::Time;
use vocab::time::SECOND;

const KILLS: u64 = 30;
const STREAMS: usize = 10;
/// How long anything may take on two busy cores.
const PATIENCE: Duration = Duration::from_secs(90);

/// The second city with one rule on what devices say.
fn pack(folder: &Path) -> String {
    let pack = folder.join("pack");
    crate::laws::copy(&root().join("tests/packs/porto-claro"), &pack);
    std::fs::write(pack.join("rules/demais.toml"), RULE).expect("a rule can be written");
    pack.display().to_string()
}

const RULE: &str = r#"schema = 1
id = "demais"
title = { pt = "Demais", en = "Too much" }
means = { pt = "Passou de 5.", en = "It is above 5." }
what_to_do = { pt = "Nada.", en = "Nothing." }
label = "public"
severity = "severe"
scope = "kill"
datastreams = ["v"]
to = ["page", "atom", "webhook", "mail"]
enabled = true
unreplayed = { pt = "um teste", en = "a test" }

[condition]
kind = "threshold"
when = "result gt 5"
"#;

fn configuration(folder: &Path, receiver: &Receiver, mail: &MailServer) -> String {
    let file = folder.join("causeway.toml");
    let text = format!(
        "[[webhook]]\nname = \"room\"\nurl = \"http://127.0.0.1:{}/hook\"\nsecret = \"{}\"\n\
         [mail]\nserver = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nfrom = \"alerts@porto.example\"\n\
         to = [\"room@porto.example\"]\ndigest_seconds = 1\nlanguage = \"en\"\n",
        receiver.port,
        listeners::SECRET,
        mail.port
    );
    std::fs::write(&file, text).expect("a configuration can be written");
    file.display().to_string()
}

fn options(pack: &str, configuration: &str) -> Options {
    Options {
        arguments: ["--city", pack, "--config", configuration].map(String::from).to_vec(),
        // A receiver that is down is said so.
        expected_warnings: vec!["alerts are not taken there", "mail is not taken"],
        ..Options::default()
    }
}

/// Makes the streams that the rule watches; their numbers.
fn prepare(client: &Client) -> Vec<i64> {
    streams::register(client, STREAMS);
    let ids = streams::ids(client);
    (0..STREAMS).map(|stream| ids[&streams::slug(stream)]).collect()
}

/// Sends rows (second, value) of one datastream. `true`: the server has them.
fn send(client: &Client, id: i64, start: Time, rows: &[(i64, i64)]) -> bool {
    let data: Vec<Value> =
        rows.iter().map(|(second, value)| json!([start.plus(second * SECOND).iso(), value])).collect();
    let message = json!([{ "Datastream": { "@iot.id": id }, "components": ["phenomenonTime", "result"], "dataArray": data }]);
    let headers = [("content-type", "application/json")];
    let answer = client.try_send("POST", "/sta/v1.1/CreateObservations", &headers, Some(message.to_string()));
    answer.is_ok_and(|answer| answer.status == 201)
}

#[track_caller]
fn wait(what: &str, mut until: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !until() {
        assert!(Instant::now() < end, "{what} does not come");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// All alerts of the rule.
fn alerts(client: &Client) -> Vec<Value> {
    let (mut all, mut next) = (Vec::new(), Some("/api/alerts?rule=demais".to_string()));
    while let Some(path) = next {
        let page = client.get(&path).expect(200).json();
        all.extend(page["alerts"].as_array().expect("alerts").iter().cloned());
        next = page["next"].as_str().map(|next| format!("{next}&rule=demais"));
    }
    all
}

fn start() -> Time {
    // Long ago enough that nothing of it lies ahead of our clock.
    Time::parse("2026-01-01T00:00:00Z").expect("a time")
}

#[test]
fn an_alert_goes_everywhere_and_is_taken_in_hand() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (receiver, mail) = (Receiver::start(), MailServer::start());
    let pack = pack(folder.path());
    let configuration = configuration(folder.path(), &receiver, &mail);
    let server = Server::start_in(&folder.path().join("data"), options(&pack, &configuration));
    let (client, anonymous) = (&server.client, server.client.without_key());
    let ids = prepare(client);
    assert!(send(client, ids[0], start(), &[(0, 1), (1, 9), (2, 9)]));
    wait("the alert", || alerts(&anonymous).len() == 1);
    let alert = alerts(&anonymous)[0].clone();
    let id = alert["id"].as_str().expect("an id").to_string();
    assert_eq!(
        (&alert["state"], &alert["value"], &alert["subject"]),
        (&json!("raised"), &json!(9), &json!("kill/s0/v"))
    );
    assert_eq!(alert["raised"], "2026-01-01T00:00:01Z");
    wait("the webhook", || receiver.events().contains_key(&format!("{id}.raised")));
    let event = receiver.events()[&format!("{id}.raised")].clone();
    assert_eq!((&event["specversion"], &event["type"]), (&json!("1.0"), &json!("sensing.alert.raised.v1")));
    wait("the mail", || mail.letters().iter().any(|text| text.contains(&id)));
    assert!(mail.letters()[0].contains("It is above 5."), "{:?}", mail.letters());

    // The page, its list, the feed; a person takes it in hand.
    for (path, part) in [
        ("/en/alerts", "Too much"),
        ("/pt/alerts", "Demais"),
        ("/en/alerts/changes.atom", "<title>Too much</title>"),
        (format!("/en/alerts/{id}").as_str(), "Nothing."),
    ] {
        let page = anonymous.get(path).expect(200).body;
        assert!(page.contains(part), "{path} does not say {part}: {page}");
    }
    let page = format!("/en/alerts/{id}");
    assert!(!anonymous.get(&page).expect(200).body.contains("name=\"by\""));
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let post = |client: &Client, body: &str| {
        client.try_send("POST", &page, &form, Some(body.into())).expect("an answer")
    };
    assert_eq!(post(&anonymous, "by=Eva").status, 401);
    assert_eq!(post(client, "by=+&remark=x").status, 422);
    post(client, "by=Rui+Sá&remark=on+my+way").expect(200);
    let path = format!("/api/alerts/{id}");
    assert_eq!(anonymous.get(&path).expect(200).json()["state"], "acknowledged");
    assert!(anonymous.get(&path).expect(200).json().get("acknowledgedBy").is_none());
    assert_eq!(client.get(&path).expect(200).json()["acknowledgedBy"], "Rui Sá");
    client.post(&format!("{path}/acknowledgement"), &json!({ "by": "Ana" })).expect(422);
    wait("the word of it", || receiver.events().contains_key(&format!("{id}.acknowledged")));

    // It is over; the rule is taken back while another is open.
    assert!(send(client, ids[0], start(), &[(3, 2)]) && send(client, ids[1], start(), &[(1, 7)]));
    wait("the end", || receiver.events().contains_key(&format!("{id}.cleared")));
    wait("the other", || alerts(&anonymous).len() == 2);
    std::fs::remove_file(Path::new(&pack).join("rules/demais.toml")).expect("the rule can go");
    client.post("/api/pack/reload", &json!({})).expect(200);
    wait("the other one taken back", || {
        let states: BTreeSet<String> = alerts(&anonymous).iter().map(|a| a["state"].to_string()).collect();
        states == BTreeSet::from(["\"cleared\"".into(), "\"withdrawn\"".into()])
    });
    // Put back, it says at once what is wrong now.
    assert!(send(client, ids[1], start(), &[(2, 8)]));
    std::fs::write(Path::new(&pack).join("rules/demais.toml"), RULE).expect("the rule can come back");
    client.post("/api/pack/reload", &json!({})).expect(200);
    wait("the same again", || {
        alerts(&anonymous).iter().any(|alert| alert["raised"] == "2026-01-01T00:00:02Z")
    });
    assert!(receiver.is_content(), "{:?}", receiver.faults());
    server.stop();
}

/// What each datastream was sent, and of which second the server said that it has it.
#[derive(Default)]
struct Book {
    values: Vec<i64>,
    acknowledged: usize,
}

impl Book {
    /// Seconds at which an alert must begin, among those that were acknowledged.
    fn raised(&self) -> BTreeSet<usize> {
        let is_bad = |at: usize| self.values[at] > 5;
        (0..self.acknowledged).filter(|at| is_bad(*at) && (*at == 0 || !is_bad(at - 1))).collect()
    }
}

/// Every alert that the books say, once, and told; none that they do not say.
fn verify(server: &Server, books: &[Book], receiver: &Receiver, when: &str) -> usize {
    let mut expected: BTreeMap<(String, String), bool> = BTreeMap::new();
    for (stream, book) in books.iter().enumerate() {
        for second in book.raised() {
            expected.insert((format!("kill/s{stream}/v"), start().plus(second as i64 * SECOND).iso()), false);
        }
    }
    wait(&format!("{when}: every alert"), || {
        expected.values_mut().for_each(|is_there| *is_there = false);
        for alert in alerts(&server.client) {
            let key = (
                alert["subject"].as_str().unwrap_or_default().to_string(),
                alert["raised"].as_str().unwrap_or_default().to_string(),
            );
            if let Some(is_there) = expected.get_mut(&key) {
                assert!(!std::mem::replace(is_there, true), "{when}: {key:?} is there twice");
            }
        }
        expected.values().all(|is_there| *is_there)
    });
    let names: Vec<String> = alerts(&server.client)
        .iter()
        .map(|a| format!("{}.raised", a["id"].as_str().unwrap_or_default()))
        .collect();
    wait(&format!("{when}: the word of every alert"), || {
        let events = receiver.events();
        names.iter().all(|name| events.contains_key(name))
    });
    let ids: BTreeSet<&String> = names.iter().collect();
    assert_eq!(ids.len(), names.len(), "{when}: two alerts have one name");
    names.len()
}

#[test]
fn kills_lose_no_alert_and_no_word_of_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let (receiver, mail) = (Receiver::start(), MailServer::start());
    let pack = pack(folder.path());
    let configuration = configuration(folder.path(), &receiver, &mail);
    let seed = number("CAUSEWAY_TEST_SEED", 20_261_126);
    let mut dice = Dice::new(seed);
    let mut books: Vec<Book> = (0..STREAMS).map(|_| Book::default()).collect();
    let times = number("CAUSEWAY_TEST_KILLS", KILLS);
    let mut ids = Vec::new();
    for kill in 0..times {
        let server = Server::start_in(&data, options(&pack, &configuration));
        if ids.is_empty() {
            ids = prepare(&server.client);
        }
        receiver.stumble(dice.roll(3) == 0);
        let until = Instant::now() + Duration::from_millis(50 + dice.roll(700));
        while Instant::now() < until {
            let stream = dice.roll(STREAMS as u64) as usize;
            let book = &mut books[stream];
            // What was not acknowledged is sent again, as a device does.
            let from = book.acknowledged;
            while book.values.len() < from + 5 {
                book.values.push(dice.roll(10) as i64);
            }
            let rows: Vec<(i64, i64)> = (from..from + 5).map(|at| (at as i64, book.values[at])).collect();
            if send(&server.client, ids[stream], start(), &rows) {
                book.acknowledged = from + 5;
            }
        }
        server.kill();
        if kill % 10 == 9 {
            receiver.stumble(false);
            let server = Server::start_in(&data, options(&pack, &configuration));
            verify(&server, &books, &receiver, &format!("seed {seed}, after kill {kill}"));
            server.kill();
        }
    }
    receiver.stumble(false);
    let server = Server::start_in(&data, options(&pack, &configuration));
    let all = verify(&server, &books, &receiver, &format!("seed {seed}, at the end"));
    let mailed =
        alerts(&server.client).iter().filter_map(|a| a["id"].as_str().map(String::from)).collect::<Vec<_>>();
    // A digest writes out fifty; the mails say how many there were in all.
    wait("the mails", || mail.told() >= mailed.len());
    assert!(receiver.is_content(), "{:?}", receiver.faults());
    eprintln!(
        "{times} kills, {all} alerts, each once, none lost; {} events came more than once",
        receiver.repeated()
    );
    server.stop();
}

#[test]
fn ten_thousand_alerts_in_a_minute_are_all_there_and_all_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (receiver, mail) = (Receiver::start(), MailServer::start());
    let pack = pack(folder.path());
    let configuration = configuration(folder.path(), &receiver, &mail);
    let server = Server::start_in(&folder.path().join("data"), options(&pack, &configuration));
    let ids = prepare(&server.client);
    let all = number("CAUSEWAY_TEST_STORM", 10_000) as i64;
    let each = all / STREAMS as i64;
    let began = Instant::now();
    for (n, id) in ids.iter().enumerate() {
        // Good and bad in turn: every second result is an alert, and every second one its end.
        let rows: Vec<(i64, i64)> = (0..2 * each).map(|at| (at, if at % 2 == 0 { 9 } else { 1 })).collect();
        for some in rows.chunks(1_000) {
            assert!(send(&server.client, *id, start(), some), "stream {n}");
        }
    }
    wait("ten thousand alerts", || {
        let metrics = server.client.get("/metrics").expect(200).body;
        let found = metrics.lines().find_map(|line| line.strip_prefix("causeway_alerts_raised_total "));
        found.and_then(|n| n.parse::<i64>().ok()) == Some(each * STREAMS as i64)
    });
    let (raised, rows) = (began.elapsed(), alerts(&server.client).len() as i64);
    assert_eq!(rows, each * STREAMS as i64, "one alert is one row");
    wait("the word of each", || receiver.events().len() as i64 >= 2 * each * STREAMS as i64);
    let told = began.elapsed();
    wait("the mails", || mail.told() as i64 >= each * STREAMS as i64);
    let letters = mail.letters().len();
    assert!(letters < 200, "{letters} mails are a storm of their own");
    eprintln!("{rows} alerts in {raised:?}, all told to the webhook after {told:?}, in {letters} mails");
    server.stop();
}
