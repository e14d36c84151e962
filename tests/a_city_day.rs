//! The day of the demonstration: the same for the same seed, and whole when it has gone through the doors.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use causeway_tests::root;
use causeway_tests::server::{Options, Server};
use causeway_tests::streams;
use serde_json::Value;
use simulate::play::Message;
use simulate::{Demo, FleetFile, Play};
use vocab::time::{HOUR, MINUTE};
use vocab::{Position, Time};

/// A Tuesday, before the morning rush.
const BEGINS: &str = "2026-11-24T05:00:00+08:00";
/// When the storm has passed; the lamppost is not yet mended.
const ENDS: f64 = 22.0;
/// A day in half a minute, on a machine that can; on a slower one the clock waits for the devices.
const SPEED: u32 = 2880;
const SEED: u64 = 7;

fn day(seed: u64) -> Play {
    let pack = host::Pack::from_folder(&root().join("cities/hong-kong")).expect("the pack is whole");
    let mut demo: Demo = host::pack::parse(&pack.files["demo.toml"]).expect("it has a day");
    for file in pack.folder("demo", ".toml") {
        demo.fleets.extend(host::pack::parse::<FleetFile>(file).expect("a fleet").fleets);
    }
    Play::new(demo, seed, Time::parse(BEGINS).expect("a time"), pack.city.zone())
}

/// An hour of the day that is played.
fn at(hour: f64) -> Time {
    Time::parse(BEGINS).expect("a time").plus(((hour - 5.0) * HOUR as f64) as i64)
}

/// FNV-1a over everything that is said, with what it is said to and when.
fn digest(messages: &[Message]) -> u64 {
    let bytes = messages.iter().flat_map(|m| {
        let at = m.at.0.to_le_bytes();
        at.into_iter().chain(m.to.bytes()).chain([0]).chain(m.body.bytes()).chain([0])
    });
    bytes.fold(0xcbf2_9ce4_8422_2325, |state, byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[test]
fn the_stream_of_messages_is_the_same_for_the_same_seed() {
    let said = |seed| day(seed).messages(at(5.0), at(29.0));
    let first = said(SEED);
    assert!(first.len() > 100_000, "{} messages", first.len());
    assert_eq!(digest(&first), digest(&said(SEED)));
    assert_ne!(digest(&first), digest(&said(SEED + 1)));
    let sources: std::collections::BTreeSet<&str> =
        first.iter().filter_map(|m| m.to.split('/').next()).collect();
    for feed in ["weather-warnings", "traffic-news", "weather", "car-parks", "smart-lampposts"] {
        assert!(sources.contains(feed), "{feed} says nothing");
    }
}

#[test]
fn a_day_goes_through_the_doors_and_the_books_add_up() {
    let arguments = ["--demo", "--speed", &SPEED.to_string(), "--from", BEGINS, "--seed", &SEED.to_string()];
    let mut arguments: Vec<String> = arguments.iter().map(|a| a.to_string()).collect();
    arguments.extend(["--city".into(), root().join("cities/hong-kong").display().to_string()]);
    let (_folder, server) = Server::start(Options { arguments, ..Options::default() });
    let storm = until(&server, at(ENDS));
    let (play, api) = (day(SEED), Api { server: &server, ids: streams::ids(&server.client) });

    // What the doors took is what the day says, and nothing else.
    for slug in
        ["traffic-detectors/victoria-park/speed", "smart-lampposts/D002/vehicles", "weather/stanley/rainfall"]
    {
        let voice = play.voices().find(|voice| voice.slug() == slug).expect("a datastream of the day");
        // The clock waits for the devices from the first hour on.
        let said = play.readings(&voice, voice.stream.period(), at(6.0), at(21.0));
        let said: Vec<(Time, f64)> = said.map(|(at, said)| (at, number(said))).collect();
        let stored = api.readings(slug, at(6.0), at(21.0));
        let other = stored.iter().zip(&said).find(|(stored, said)| stored != said);
        assert!(
            stored.len() == said.len() && other.is_none(),
            "{slug}: {} of {}, {other:?}",
            stored.len(),
            said.len()
        );
    }

    // A signal was raised, storm mode came on, and both went.
    // When the signals were in force is asked below; this looks at the page now and then, and a clock that waits for its
    // devices goes on by 48 minutes at a step.
    assert!(storm.first < at(12.5 + 2.0) && storm.last > at(17.5 - 2.0), "{storm:?}");
    assert!(!server.client.get("/en/").expect(200).body.contains("TC8"), "nothing is left of it");
    assert_eq!(storm.turns, 2, "{storm:?}");
    let in_force = |hour: f64| api.text("weather-warnings/observatory/in-force", at(hour), at(hour + 1.0));
    assert!(in_force(13.0).contains("WTCSGNL") && in_force(21.3).contains("none"));

    the_accident_slows_its_road(&api);
    rain_crosses_the_districts(&api, &play);
    the_silent_lamppost_is_found(&api);
    the_books(&api);
    server.stop();
}

/// When storm mode was seen.
#[derive(Debug)]
struct Storm {
    first: Time,
    last: Time,
    /// How often it came or went.
    turns: u32,
}

/// Watches the front page until the city's clock says so.
fn until(server: &Server, end: Time) -> Storm {
    let patience = Instant::now() + Duration::from_secs(90);
    let mut storm = Storm { first: Time::MAX, last: Time::MIN, turns: 0 };
    let mut was_on = false;
    loop {
        let page = server.client.get("/en/").expect(200).body;
        let now = page.split("data-now=\"").nth(1).and_then(|rest| rest.split('"').next());
        let now = Time::parse(now.expect("the page says what time it is here")).expect("a time");
        let is_on = page.contains("class=\"storm");
        storm.turns += u32::from(is_on != was_on);
        was_on = is_on;
        if is_on {
            assert!(
                !page.contains("The source listed no warning"),
                "a signal is in force, and the page says none is"
            );
            storm.first = storm.first.min(now);
            storm.last = storm.last.max(now);
        }
        if now > end {
            return storm;
        }
        assert!(Instant::now() < patience, "the day does not end: it is {now}\n{}", server.log_text());
        std::thread::sleep(Duration::from_millis(100));
    }
}

struct Api<'a> {
    server: &'a Server,
    ids: BTreeMap<String, i64>,
}

impl Api<'_> {
    fn observations(&self, slug: &str, from: Time, to: Time) -> Vec<Value> {
        let id = self.ids.get(slug).unwrap_or_else(|| panic!("there is no {slug}"));
        let path = format!(
            "/sta/v1.1/Datastreams({id})/Observations?$select=phenomenonTime,result&$orderby=phenomenonTime&$top=10000\
             &$filter=phenomenonTime%20ge%20{}%20and%20phenomenonTime%20lt%20{}",
            from.iso(),
            to.iso()
        );
        self.server.client.all(&path)
    }

    fn readings(&self, slug: &str, from: Time, to: Time) -> Vec<(Time, f64)> {
        let all = self.observations(slug, from, to);
        let read = all
            .iter()
            .filter_map(|o| Some((Time::parse(o["phenomenonTime"].as_str()?).ok()?, o["result"].as_f64()?)));
        read.collect()
    }

    fn text(&self, slug: &str, from: Time, to: Time) -> String {
        let all = self.observations(slug, from, to);
        all.iter().filter_map(|o| o["result"].as_str()).collect::<Vec<_>>().join(" ")
    }

    fn mean(&self, slug: &str, from: f64, to: f64) -> f64 {
        let all = self.readings(slug, at(from), at(to));
        assert!(!all.is_empty(), "{slug} says nothing");
        all.iter().map(|(_, value)| value).sum::<f64>() / all.len() as f64
    }
}

fn number(said: simulate::Said) -> f64 {
    match said {
        simulate::Said::Number(number) => number,
        simulate::Said::Text(text) => panic!("{text} is no number"),
    }
}

fn the_accident_slows_its_road(api: &Api) {
    let during = |detector: &str| api.mean(&format!("traffic-detectors/{detector}/speed"), 8.4, 9.5);
    let on_it = ["island-eastern", "victoria-park", "gloucester-road"].map(during);
    let elsewhere = ["nathan-road", "tolo-highway", "tuen-mun-road", "tsing-ma"].map(during);
    let (worst, best) = (on_it.into_iter().fold(0.0, f64::max), elsewhere.into_iter().fold(100.0, f64::min));
    assert!(worst + 8.0 < best, "on it {on_it:?}, elsewhere {elsewhere:?}");
    assert!(api.mean("traffic-detectors/victoria-park/speed", 11.0, 11.5) > 45.0, "it does not recover");
}

/// Each station has its most rain after the band's axis has passed it, in the order in which it passes them.
fn rain_crosses_the_districts(api: &Api, play: &Play) {
    let band = play.demo.bands.iter().max_by(|a, b| a.strength.total_cmp(&b.strength)).expect("a band");
    let fleet = play.demo.fleets.iter().find(|fleet| fleet.id == "weather").expect("stations");
    let mut stations: Vec<(f64, i64, &str)> = Vec::new();
    for device in &fleet.devices {
        let place = Position { longitude: device.longitude, latitude: device.latitude };
        let all = api.readings(&format!("weather/{}/rainfall", device.key), at(12.0), at(20.0));
        let most = all.iter().fold(0.0f64, |most, (_, mm)| most.max(*mm));
        assert!(most > 15.0, "{} had {most} mm", device.key);
        // The middle of the hours in which it was near its most: noise moves a single highest value.
        let wet: Vec<i64> = all.iter().filter(|(_, mm)| *mm > most * 0.6).map(|(at, _)| at.0).collect();
        let middle = wet.iter().map(|t| t - wet[0]).sum::<i64>() / wet.len() as i64 + wet[0];
        stations.push((band.passes(place), middle, &device.key));
    }
    stations.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (n, (hour, middle, name)) in stations.iter().enumerate() {
        // A reading comes every ten minutes, and tells of the hour before it.
        for (later, after, other) in stations[n + 1..].iter().filter(|(later, ..)| *later > hour + 0.75) {
            assert!(
                after > middle,
                "{other} ({later:.1}) before {name} ({hour:.1}) by {} minutes",
                (middle - after) / MINUTE
            );
        }
    }
}

fn the_silent_lamppost_is_found(api: &Api) {
    let client = &api.server.client;
    let last = api.readings("smart-lampposts/D004/temperature", at(5.0), at(29.0)).last().map(|(at, _)| *at);
    assert!(last.is_some_and(|last| last < at(10.5) && last > at(10.2)), "{last:?}");
    // In the registry.
    let health = |key: &str| {
        let device = client.get(&format!("/api/devices/smart-lampposts/{key}")).expect(200).json();
        device["health"].as_str().unwrap_or_default().to_string()
    };
    assert_eq!(health("D004"), "silent");
    for other in ["D001", "D002", "D003", "D005", "D006", "D007", "D008"] {
        assert_eq!(health(other), "speaking", "{other}");
    }
    // And by its values, which are old, and only they.
    let values = latest(api, "smart-lampposts")["values"].clone();
    let old = values.as_array().into_iter().flatten().filter(|value| value["stale"] == true);
    let old: Vec<&str> = old.filter_map(|value| value["datastream"].as_str()).collect();
    assert!(old.len() == 3 && old.iter().all(|slug| slug.contains("/D004/")), "{old:?}");
    // The rules of the pack have noticed: this one, and a detector that has stuck.
    let found = |rule: &str| client.get(&format!("/api/alerts?rule={rule}")).expect(200).body;
    let silent = found("lamppost-silent");
    assert!(silent.contains("/D004") && !silent.contains("/D001") && !silent.contains("/D006"), "{silent}");
    assert!(found("detector-stuck").contains("fanling-highway"), "{}", found("detector-stuck"));
    // What is stuck says the same for hours.
    let stuck = api.readings("weather/tai-po/temperature", at(11.0), at(21.0));
    assert!(stuck.len() > 50 && stuck.iter().all(|(_, value)| *value == stuck[0].1), "{stuck:?}");
}

fn latest(api: &Api, feed: &str) -> Value {
    api.server.client.get(&format!("/api/latest?collection={feed}")).expect(200).json()
}

/// Received = stored + there already + refused, for whoever brought something.
fn the_books(api: &Api) {
    let books = api.server.client.get("/api/received").expect(200).json();
    let count = |book: &Value, key: &str| book[key].as_u64().unwrap_or_default();
    let total = &books["total"];
    let refused = total["refused"]
        .as_object()
        .map_or_else(|| count(total, "refused"), |reasons| reasons.values().filter_map(Value::as_u64).sum());
    assert_eq!(
        count(total, "received"),
        count(total, "stored") + count(total, "duplicate") + refused,
        "{books}"
    );
    assert!(count(total, "stored") > 100_000 && refused == 0, "{books}");
    // And all of it is simulated.
    assert_eq!(books["mode"], "simulated");
    for feed in ["traffic-detectors", "car-parks", "weather-warnings", "smart-lampposts"] {
        assert_eq!(latest(api, feed)["mode"], "simulated", "{feed}");
    }
}
