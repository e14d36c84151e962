//! The real recordings beside the checkout, played through the whole program: things stand where they stood, say what they
//! said, and every value says of which day it is. Where there are no recordings this says so and is skipped; `laws/second_city`
//! plays a recording of our own.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use causeway_tests::server::{Options, Server};
use causeway_tests::shared_data;
use serde_json::Value;

/// Two million rows of history come in first; a debug build on two busy cores takes about a minute.
const PATIENCE: Duration = Duration::from_secs(420);

fn play(folder: &Path, speed: &str) -> (tempfile::TempDir, Server) {
    let arguments = ["--replay", folder.to_str().expect("a plain name"), "--speed", speed].map(String::from);
    Server::start(Options { arguments: arguments.to_vec(), ..Options::default() })
}

fn wait(server: &Server, what: &str, until: impl Fn(&Server) -> bool) {
    let end = Instant::now() + PATIENCE;
    while !until(server) {
        assert!(Instant::now() < end, "{what} does not come:\n{}", server.log_text());
        std::thread::sleep(Duration::from_millis(500));
    }
}

fn feeds(server: &Server) -> Vec<Value> {
    server.client.get("/api/feeds").expect(200).json()["feeds"].as_array().expect("feeds").clone()
}

fn source<'a>(feeds: &'a [Value], feed: &str, source: &str) -> &'a Value {
    let feed = feeds.iter().find(|f| f["feed"] == feed).expect("the feed");
    feed["sources"]
        .as_array()
        .expect("sources")
        .iter()
        .find(|s| s["source"] == source)
        .unwrap_or(&Value::Null)
}

/// Position of a thing, and the last value of one of its datastreams with its time.
#[track_caller]
fn stands(server: &Server, slug: &str, longitude: f64, latitude: f64) {
    let path =
        format!("/sta/v1.1/Things?$filter=properties/slug eq '{slug}'&$expand=Locations").replace(' ', "%20");
    let found = server.client.get(&path).expect(200).json();
    let at = &found["value"][0]["Locations"][0]["location"]["coordinates"];
    for (index, expected) in [(0, longitude), (1, latitude)] {
        // A metre is 0.00001 degrees.
        assert!(at[index].as_f64().is_some_and(|d| (d - expected).abs() < 0.000_02), "{slug}: {at}");
    }
}

#[track_caller]
fn says(server: &Server, datastream: &str, time: &str, value: f64) {
    let (from, to) = (time, format!("{}Z", time.trim_end_matches('Z').to_owned() + ".5"));
    let path = format!("/api/series/{datastream}.json?from={from}&to={to}");
    let found = server.client.get(&path).expect(200).json();
    assert_eq!(found["values"][0][0], time, "{datastream}: {found}");
    assert_eq!(found["values"][0][1].as_f64(), Some(value), "{datastream}: {found}");
    assert_eq!(found["mode"], "recording");
}

#[test]
fn the_recordings_stand_at_their_places_with_their_values() {
    let Some(data) = shared_data("replay") else { return };
    let (_folder, server) = play(&data, "1");
    let loaded = |feed: &str, part: &str, rows: u64| {
        let feeds = feeds(&server);
        source(&feeds, feed, part)["counters"]["stored"].as_u64().unwrap_or(0) >= rows
    };
    // What lies before the moment from which each history is played.
    wait(&server, "the history of air quality", |_| loaded("air-quality", "history", 1_950_000));
    wait(&server, "the history of car parks", |_| loaded("car-parks", "history", 1_400_000));
    wait(&server, "the history of detectors", |_| loaded("traffic-detectors", "history", 250_000));
    wait(&server, "the history of incidents", |_| loaded("incident-history", "history", 25_000));
    wait(&server, "the answers as served", |_| {
        loaded("traffic-detectors", "values", 12_204)
            && loaded("car-parks", "vacancy", 600)
            && loaded("weather", "report", 40)
            && loaded("marine-water", "recent", 480)
            && loaded("rainfall-history", "daily", 49_150)
    });

    // hk-traffic/traffic_speed_volume_occ_info.2024.csv and rawSpeedVol-all.20240406T2127.xml, first detector, first lane.
    stands(&server, "traffic-detectors/AID01101", 114.152525, 22.248091);
    says(&server, "traffic-detectors/AID01101/Fast-Lane/speed", "2024-04-06T13:27:30Z", 66.0);
    says(&server, "traffic-detectors/AID01101/Slow-Lane/volume", "2024-04-06T13:27:30Z", 1.0);
    // hk-parking/vacancy_all.json, first car park; carparks.csv and the polled history, second row of each.
    says(&server, "car-parks/tdc166p1/P/vacancy", "2025-11-15T04:39:51Z", 2.0);
    // hk-air-quality: the list of stations, and the last hour before the history is played hour by hour.
    stands(&server, "air-quality/Causeway-Bay", 114.1850901, 22.28013296);
    let first = server
        .client
        .get("/api/series/air-quality/Central-Western/aqhi-history.json?to=2014-01-01T00:00:00Z");
    let first = first.expect(200).json();
    assert!(
        first["values"]
            .as_array()
            .is_some_and(|v| v.len() >= 40 && v.iter().all(|row| row[2] == "estimated")),
        "{first}"
    );
    // hk-traffic/Journeytimev1.20170914.xml, third journey; hk-parking/non-metered-parking.geojson, first bay.
    says(&server, "journey-times/H2/WH/journey-time", "2017-09-14T03:32:35Z", 20.0);
    stands(&server, "kerb-bays/A101_BC_013", 114.237398, 22.502201);
    // hk-recycling, row of point 10259; hk-traffic, first row of the year of news.
    let point = server.client.get("/features/recycling-points/10259").expect(200).json();
    assert_eq!(point["geometry"]["coordinates"], serde_json::json!([114.1362, 22.50856]), "{point}");
    let page = server.client.without_key().get("/en/things/incident-history/IN-20-03191").expect(200).body;
    assert!(page.contains("Traffic Accident, Lion Rock Tunnel Road") && page.contains("24 Sep 2020"));
    // hk-weather/daily_HKO_RF_ALL.csv: the wettest day of 141 years. hk-water-quality: a last row.
    says(&server, "rainfall-history/headquarters/rainfall-day", "1926-07-18T16:00:00Z", 534.1);
    says(&server, "marine-water/WM2/dissolved-oxygen", "2025-09-30T16:00:00Z", 5.1);
    // hk-smart-lampposts: the first lamppost of the list, what hangs on it, and the one that measures.
    stands(&server, "smart-lampposts/AA6337", 114.211141, 22.322014);
    let page = server.client.without_key().get("/en/things/smart-lampposts/AA6337").expect(200).body;
    for part in [
        "RFID tag",
        "× 3",
        "Nothing: it only gives out its number.",
        "Nothing is collected, so nothing is kept.",
    ] {
        assert!(page.contains(part), "the lamppost's page does not say: {part}");
    }

    // Each feed is green on its own clock, or in part where a recording of a part is missing.
    let partial = [
        // Of the live answers there are no recordings, only the list of stations and the history.
        "air-quality",
        // Where the bays are was recorded, not whether they are taken.
        "kerb-bays",
        // The lampposts' detectors were not recorded.
        "traffic-detectors",
        // Only the first of two formats.
        "traffic-news",
        // Only in English.
        "weather-warnings",
    ];
    let replay = std::fs::read_to_string(causeway_tests::root().join("cities/hong-kong/replay.toml"));
    let replay = replay.expect("the pack says what is played");
    let expected = |id: &str| match id {
        // Rows of the pack are there without a recording.
        "place-names" => "green",
        _ if !replay.contains(&format!("feed = \"{id}\"")) => "never",
        _ if partial.contains(&id) => "partial",
        _ => "green",
    };
    // The longest history takes its time on a machine that has other work.
    let patience = Instant::now() + Duration::from_secs(180);
    loop {
        let found = feeds(&server);
        let is_otherwise = |feed: &&Value| feed["health"] != expected(feed["feed"].as_str().unwrap_or(""));
        let otherwise: Vec<String> = found.iter().filter(is_otherwise).map(ToString::to_string).collect();
        if otherwise.is_empty() {
            break;
        }
        assert!(Instant::now() < patience, "{otherwise:?}");
        std::thread::sleep(Duration::from_millis(500));
    }
    for feed in feeds(&server) {
        if feed["health"] == "never" {
            continue;
        }
        assert_eq!(feed["adds_up"], true, "{feed}");
        assert_eq!(feed["mode"], "recording");
    }

    // Every value says of which day it is.
    for (path, day) in [
        ("/en/datastreams/traffic-detectors/AID01101/Fast-Lane/speed", "6 Apr 2024"),
        ("/en/datastreams/car-parks/tdc166p1/P/vacancy", "15 Nov 2025"),
        ("/en/things/smart-lampposts/GF3637", "13 Sep 2023"),
        ("/zh-hant/datastreams/traffic-detectors/AID01101/Fast-Lane/speed", "2024年4月6日"),
    ] {
        let page = server.client.without_key().get(path).expect(200).body;
        let title =
            page.split("<title>").nth(1).and_then(|t| t.split('<').next()).unwrap_or_default().to_lowercase();
        assert!(title.contains(&day.to_lowercase()), "{path}: the title is {title}");
        let chip = page.split("data-tile").nth(1).unwrap_or_default();
        assert!(
            chip.contains("data-mode=\"recording\"") && chip.contains(day),
            "{path}: a tile does not say {day}"
        );
        assert!(
            !chip.split("</li>").next().unwrap_or_default().contains("relative-time"),
            "{path}: a recorded value has an age"
        );
    }
    server.stop();
}

/// The first part of a packed table, packed again.
fn cut(from: &Path, to: &Path, lines: usize) {
    let unpacked =
        Command::new("zstd").args(["-dc"]).arg(from).output().expect("zstd is installed by ./test").stdout;
    let text = String::from_utf8_lossy(&unpacked);
    let part: String = text.lines().take(lines).fold(String::new(), |all, line| all + line + "\n");
    std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder can be made");
    let mut packing = Command::new("zstd")
        .args(["-q", "-o"])
        .arg(to)
        .stdin(Stdio::piped())
        .spawn()
        .expect("zstd is installed by ./test");
    packing.stdin.take().expect("it is piped").write_all(part.as_bytes()).expect("it reads");
    assert!(packing.wait().expect("it ends").success());
}

#[test]
fn a_history_that_breaks_off_greys_its_tile() {
    let Some(data) = shared_data("replay, cut short") else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let parks = "hk-parking/carpark_vacancy_2026-01-29_to_03-16.csv.zst";
    let detectors = "hk-traffic/detectors_hourly_2023-09-01_to_04.csv.zst";
    cut(&data.join(parks), &folder.path().join(parks), 40_000);
    cut(&data.join(detectors), &folder.path().join(detectors), 20_000);
    std::fs::copy(data.join("hk-parking/carparks.csv"), folder.path().join("hk-parking/carparks.csv"))
        .expect("a copy");
    let (_folder, server) = play(folder.path(), "10000");
    wait(&server, "the cut history", |server| {
        let feeds = feeds(server);
        source(&feeds, "car-parks", "history")["health"] == "stale"
            && source(&feeds, "traffic-detectors", "history")["health"] == "stale"
    });
    let page = server.client.without_key().get("/en/").expect(200).body;
    for tile in ["Parking: spaces free", "Traffic: typical speed on main roads"] {
        let of_tile = page.split("<li class=\"tile\"").find(|part| part.contains(tile)).expect("the tile");
        assert!(of_tile.contains("data-state=\"stale\""), "{tile} is not grey: {of_tile}");
        assert!(of_tile.contains("Out of date"), "{tile} does not say that it is old: {of_tile}");
        assert!(of_tile.contains("No new value since"), "{tile} does not say since when: {of_tile}");
    }
    let feed = server.client.without_key().get("/en/feeds/car-parks").expect(200).body;
    assert!(feed.contains("No new value since"), "the feed's page does not say since when");
    server.stop();
}
