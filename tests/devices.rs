//! The registry of devices as an operator and a device use it, on both stores.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use causeway_tests::client::Client;
use causeway_tests::server::{Options, Server};
use serde_json::json;

#[test]
fn a_device_lives_its_life_on_sqlite() {
    a_life(None);
}

#[test]
fn a_device_lives_its_life_on_postgres() {
    if let Some(url) = causeway_tests::postgres::database("devices") {
        a_life(Some(url));
    }
}

/// Registered, heard, updated, lost, found, replaced, retired: its datastream goes on through all of it.
fn a_life(database: Option<String>) {
    let environment = vec![("CAUSEWAY_MQTT_LISTEN", "127.0.0.1:0".to_string())];
    let (_folder, server) = Server::start(Options { database, environment, ..Options::default() });
    let mqtt = server.mqtt("mqtt");
    let operator = &server.client;
    let holder = |key: &str| Client::new(operator.base.clone(), Some(key.to_string()));
    let register = json!({ "device": "posts/17", "name": "Post 17", "serial": "A1", "label": "public",
        "silence_seconds": 86_400, "battery": "posts/17/battery" });
    operator.without_key().post("/api/devices", &register).expect(401);
    let made = operator.post("/api/devices", &register).expect(201).json();
    let first = holder(made["key"].as_str().expect("a key"));
    let taken = operator.post("/api/devices", &register).expect(409);
    assert!(taken.problem().contains("sensing-slug-taken"), "{}", taken.body);
    let shown = |client: &Client| client.get("/api/devices/posts/17").expect(200).json();
    assert_eq!(shown(operator)["health"], "new");

    // The device makes its own datastream, and no other.
    let thing = |slug: &str| {
        json!({ "name": "Post", "description": "A post.", "properties": { "slug": slug, "label": "public" },
            "Datastreams": [{
                "name": "Battery", "description": "How full it is.", "unitOfMeasurement": { "name": "percent", "symbol": "%", "definition": "ucum:%" },
                "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
                "properties": { "slug": format!("{slug}/battery"), "label": "public" },
                "ObservedProperty": { "name": "Battery", "definition": "urn:battery", "description": "Charge.", "properties": { "slug": format!("{slug}/of") } },
                "Sensor": { "name": "Gauge", "description": "A gauge.", "encodingType": "text/plain", "metadata": "none", "properties": { "slug": format!("{slug}/gauge") } },
            }] })
    };
    first.post("/sta/v1.1/Things", &thing("posts/18")).expect(403);
    first.post("/sta/v1.1/Things", &thing("posts/17")).expect(201);
    let streams = operator.get("/sta/v1.1/Datastreams?$select=id").expect(200).json();
    let id = streams["value"][0]["@iot.id"].as_i64().expect("a datastream");
    let address = format!("/sta/v1.1/Datastreams({id})/Observations");
    let send = |client: &Client, second: i64| {
        let body =
            json!({ "phenomenonTime": format!("2026-09-01T00:00:{second:02}Z"), "result": 80 - second });
        client
            .try_send("POST", &address, &[("content-type", "application/json")], Some(body.to_string()))
            .expect("an answer")
            .status
    };
    assert_eq!(send(&first, 1), 201);
    let mut open = Connected::new(&mqtt, made["key"].as_str().expect("a key"));
    assert!(open.is_answered(), "MQTT takes the key too");
    let now = shown(operator);
    assert_eq!(
        (now["health"].as_str(), now["battery"]["value"].as_f64()),
        (Some("speaking"), Some(79.0)),
        "{now}"
    );
    assert!(now["last_seen"].is_string(), "{now}");
    assert_eq!(now["datastreams"], json!(["posts/17/battery"]));

    let change =
        |client: &Client, body: serde_json::Value| client.send("PATCH", "/api/devices/posts/17", &body);
    change(&first, json!({ "firmware": "2.1" })).expect(200);
    change(&first, json!({ "state": "retired" })).expect(403);
    change(operator, json!({ "colour": "red" })).expect(400);
    change(operator, json!({ "state": "lost" })).expect(200);
    assert_eq!(send(&first, 2), 401, "the key of a lost device opens nothing");
    assert!(!open.is_answered(), "nor does a connection that it opened before");
    let refused = change(operator, json!({ "state": "lost", "serial": "A1" })).expect(409);
    assert!(refused.problem().contains("sensing-device-state"), "{}", refused.body);
    change(operator, json!({ "state": "working" })).expect(200);
    assert_eq!(send(&first, 2), 201, "found again");

    change(operator, json!({ "serial": "B2", "model": "Mark 2" })).expect(200);
    assert_eq!(send(&first, 3), 401, "the old hardware's key opens nothing");
    let key = operator.post("/api/device-keys", &json!({ "device": "posts/17" })).expect(201).json();
    let second = holder(key["key"].as_str().expect("a key"));
    assert_eq!(send(&second, 3), 201);
    let stream =
        operator.get(&format!("{address}?$orderby=phenomenonTime&$select=result")).expect(200).json();
    let results: Vec<_> =
        stream["value"].as_array().into_iter().flatten().map(|o| o["result"].clone()).collect();
    assert_eq!(results, [79, 78, 77], "one stream through two devices");

    change(operator, json!({ "state": "retired" })).expect(200);
    assert_eq!(send(&second, 4), 401);
    operator.post("/api/device-keys", &json!({ "device": "posts/17" })).expect(409);
    let history = shown(operator)["history"].clone();
    let words: Vec<_> =
        history.as_array().into_iter().flatten().filter_map(|line| line["what"].as_str()).collect();
    assert_eq!(
        words,
        ["retired", "key", "replaced", "found", "lost", "firmware", "registered"],
        "newest first"
    );

    // Everybody sees that it is there, and nobody its serial number or what was done with it.
    let seen = shown(&operator.without_key());
    assert_eq!(
        (seen["model"].as_str(), seen.get("serial"), seen.get("history")),
        (Some("Mark 2"), None, None),
        "{seen}"
    );

    let table = "device,name,serial\nposts/1,One,X1\nposts/2,Two,X2\n";
    let csv = |text: &str| {
        operator
            .try_send("POST", "/api/devices", &[("content-type", "text/csv")], Some(text.into()))
            .expect("an answer")
    };
    let keys = csv(table).expect(201);
    assert_eq!(keys.body.lines().count(), 3, "{}", keys.body);
    let wrong = csv("device,silence_seconds\nposts/3,60\nposts 4,60\nposts/5,soon\n").expect(400);
    assert!(wrong.body.contains("nothing was registered"), "{}", wrong.body);
    assert!(csv("device\nposts/6\nposts/1\n").expect(409).body.contains("posts/1"));
    let all = operator.get("/api/devices").expect(200).json();
    let names: Vec<_> =
        all["devices"].as_array().into_iter().flatten().map(|d| d["device"].clone()).collect();
    assert_eq!(names, ["posts/1", "posts/17", "posts/2"]);
    assert_eq!(
        operator.without_key().get("/api/devices").expect(200).json()["devices"].as_array().map(Vec::len),
        Some(1)
    );
    operator.without_key().get("/api/devices/posts/1").expect(404);
    server.stop();
}

/// A device that is connected over MQTT 3.1.1.
struct Connected(TcpStream);

impl Connected {
    fn new(address: &str, key: &str) -> Connected {
        let mut stream = TcpStream::connect(address).expect("the door is open");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a time limit");
        let text = |text: &str| [&(text.len() as u16).to_be_bytes()[..], text.as_bytes()].concat();
        // User name, password, clean session; no keep alive (3.1.2).
        let body = [&text("MQTT")[..], &[4, 0xc2, 0, 0], &text("post"), &text("post"), &text(key)].concat();
        let packet = [&[0x10, body.len() as u8][..], &body].concat();
        stream.write_all(&packet).expect("sent");
        let mut answer = [0; 4];
        stream.read_exact(&mut answer).expect("an answer");
        assert_eq!(answer, [0x20, 2, 0, 0], "CONNACK");
        Connected(stream)
    }

    /// Whether PINGREQ is answered; a connection that was ended answers nothing.
    fn is_answered(&mut self) -> bool {
        let mut answer = [0; 2];
        self.0.write_all(&[0xc0, 0]).is_ok() && self.0.read_exact(&mut answer).is_ok() && answer == [0xd0, 0]
    }
}
