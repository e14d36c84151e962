//! The MQTT extension (OGC 18-088, 14): observations in, news out.

use causeway_tests::mqtt::{Client, hello, known, subscription};
use causeway_tests::server::{Options, Server};
use rmqtt_codec::v5;

use super::*;

const SECRET: &str = "a-devices-secret-key";

/// A server with a thing of two datastreams, one public, both in the scope of a device.
fn city() -> (tempfile::TempDir, Server, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("causeway.toml");
    let device = format!("[[device]]\nname = \"post 17\"\nscope = \"posts/17\"\nkey = \"{SECRET}\"\n");
    std::fs::write(&config, device).expect("a file");
    let options = Options {
        arguments: vec!["--config".into(), config.display().to_string()],
        environment: vec![("CAUSEWAY_MQTT_LISTEN", "127.0.0.1:0".to_string())],
        ..Options::default()
    };
    let server = Server::start_in(folder.path(), options);
    let address = server.mqtt("mqtt");
    let mut post = thing("post", 10.0, 20.0, &["air", "secret"]);
    post["properties"] = json!({ "slug": "posts/17", "label": "public" });
    for (at, label) in [(0, "public"), (1, "internal")] {
        post["Datastreams"][at]["properties"] = json!({ "slug": format!("posts/17/{at}"), "label": label });
    }
    server.client.post("/sta/v1.1/Things", &post).expect(201);
    (folder, server, address)
}

fn operator(server: &Server) -> String {
    server.client.key.clone().expect("the operator's key")
}

fn results(server: &Server, datastream: i64) -> Vec<Value> {
    let path =
        format!("/sta/v1.1/Datastreams({datastream})/Observations?$select=result&$orderby=phenomenonTime");
    let page = server.client.get(&path).expect(200).json();
    page["value"].as_array().expect("a list").iter().map(|o| o["result"].clone()).collect()
}

fn payload(message: &rmqtt_codec::types::Publish) -> Value {
    serde_json::from_slice(&message.payload).expect("JSON")
}

/// Requirement: sensorthings-1.1 create-observations-via-mqtt observations-creation
#[test]
fn observations_are_created_by_publishing() {
    let (_folder, server, address) = city();
    for version in [3, 5] {
        let (mut device, _) = Client::connect(&address, version, known("post", SECRET));
        let base = i64::from(version) * 100;
        for (at, (topic, body)) in (base..).zip([
            ("v1.1/Datastreams(1)/Observations", json!({})),
            ("v1.1/Observations", json!({ "Datastream": { "@iot.id": 1 } })),
            ("v1.1/Things(1)/Datastreams(1)/Observations", json!({})),
        ]) {
            let mut body = body;
            body["phenomenonTime"] = super::at(at).into();
            body["result"] = at.into();
            for qos in 0..3 {
                // The same again is the same: a device that heard no answer may send it as often as it likes.
                assert_eq!(device.publish(topic, &body.to_string(), qos), 0, "{topic}");
            }
        }
        device.disconnect();
    }
    let expected: Vec<Value> = [300, 301, 302, 500, 501, 502].into_iter().map(Value::from).collect();
    assert_eq!(results(&server, 1), expected);
    let received = server.client.get("/api/received").expect(200).json();
    let source = received["sources"].as_array().expect("a list").iter().find(|s| s["name"] == "post 17");
    assert_eq!(source.expect("the device's books")["stored"], 6);
    server.stop();
}

#[test]
fn what_does_not_fit_is_refused_with_a_reason() {
    let (_folder, server, address) = city();
    let observation = |second: i64| super::observation(second, 1).to_string();
    let (mut device, _) = Client::connect(&address, 5, known("post", SECRET));
    for (topic, body, reason) in [
        ("v1.1/Datastreams(1)/Observations", "{ no JSON".to_string(), 0x99),
        ("v1.1/Datastreams(1)/Observations", json!({ "result": "a text" }).to_string(), 0x99),
        (
            "v1.1/Datastreams(1)/Observations",
            json!({ "result": 1, "phenomenonTime": "9998-01-01T00:00:00Z" }).to_string(),
            0x99,
        ),
        ("v1.1/Datastreams(99)/Observations", observation(1), 0x87),
        ("v1.1/Nothing", observation(1), 0x90),
        ("v1.1/Observations", observation(1), 0x99),
        ("v1.1/Datastreams(1)/Observations", observation(1), 0),
    ] {
        assert_eq!(device.publish(topic, &body, 1), reason, "{topic} {body}");
    }
    let (mut nobody, _) = Client::connect(&address, 5, hello("nobody"));
    assert_eq!(nobody.publish("v1.1/Datastreams(1)/Observations", &observation(2), 1), 0x87);
    // 3.1.1 cannot say it: who may not is hung up on; what cannot be read is counted and acknowledged.
    let (mut three, _) = Client::connect(&address, 3, known("three", SECRET));
    assert_eq!(three.publish("v1.1/Datastreams(1)/Observations", "{ no JSON", 1), 0);
    three.publish_only(causeway_tests::mqtt::message(
        "v1.1/Datastreams(99)/Observations",
        &observation(3),
        1,
    ));
    assert_eq!(three.end(), None);
    assert_eq!(results(&server, 1), [1]);
    server.stop();
}

#[test]
fn entities_are_created_by_publishing() {
    let (_folder, server, address) = city();
    let (mut client, _) = Client::connect(&address, 5, known("operator", &operator(&server)));
    let body = json!({ "name": "mast", "description": "made over MQTT" }).to_string();
    assert_eq!(client.publish("v1.1/Things", &body, 1), 0);
    let page =
        server.client.get("/sta/v1.1/Things?$filter=name eq 'mast'".replace(' ', "%20").as_str()).expect(200);
    assert_eq!(page.json()["value"][0]["description"], "made over MQTT");
    server.stop();
}

/// Requirement: sensorthings-1.1 receive-updates-via-mqtt receive-updates
#[test]
fn subscribers_are_told_what_is_new() {
    let (_folder, server, address) = city();
    let (mut reader, _) = Client::connect(&address, 5, known("reader", &operator(&server)));
    let topics = [
        "v1.1/Observations",
        "v1.1/Datastreams(1)/Observations",
        "v1.1/Datastreams(1)/Observations?$select=result,phenomenonTime",
        "v1.1/Datastreams(1)/Observations?$filter=result gt 5",
        "v1.1/Observations?$filter=Datastream/name eq 'secret'",
        "v1.1/Things(1)/Datastreams(2)/Observations?$expand=Datastream($select=name)&$select=result",
        "v1.1/Things",
        "v1.1/Things(1)",
        "v1.1/Things(1)/description",
        "v1.1/Things?$select=name",
    ];
    for topic in topics {
        let reasons = reader.subscribe(&[(topic, 1)]);
        assert_eq!(reasons, [v5::SubscribeAckReason::GrantedQos1], "{topic}");
    }
    // Who has no key is told what is public.
    let (mut public, _) = Client::connect(&address, 3, hello("public"));
    public.subscribe(&[("v1.1/Observations", 1)]);
    assert_eq!(
        public.subscribe(&[("v1.1/Datastreams(2)/Observations", 1)]),
        [v5::SubscribeAckReason::UnspecifiedError]
    );

    server.client.post("/sta/v1.1/Datastreams(1)/Observations", &observation(1, 3)).expect(201);
    reader.wait_for(3);
    let mut told: Vec<(String, Value)> =
        reader.messages.drain(..).map(|m| (m.topic.to_string(), payload(&m))).collect();
    told.sort_by_key(|(topic, _)| topic.len());
    let shown: Vec<&str> = told.iter().map(|(topic, _)| topic.as_str()).collect();
    assert_eq!(shown, topics[..3]);
    let over_http =
        server.client.get("/sta/v1.1/Datastreams(1)/Observations").expect(200).json()["value"][0].clone();
    assert_eq!(told[0].1["@iot.id"], over_http["@iot.id"]);
    assert_eq!(told[1].1["result"], 3);
    assert_eq!(told[2].1, json!({ "phenomenonTime": over_http["phenomenonTime"], "result": 3 }));

    server.client.post("/sta/v1.1/Datastreams(2)/Observations", &observation(2, 9)).expect(201);
    reader.wait_for(3);
    let mut told: Vec<(String, Value)> =
        reader.messages.drain(..).map(|m| (m.topic.to_string(), payload(&m))).collect();
    told.sort_by_key(|(topic, _)| topic.len());
    let shown: Vec<&str> = told.iter().map(|(topic, _)| topic.as_str()).collect();
    assert_eq!(shown, [topics[0], topics[4], topics[5]]);
    assert_eq!((&told[2].1["result"], &told[2].1["Datastream"]["name"]), (&json!(9), &json!("secret")));

    server.client.post("/sta/v1.1/Datastreams(1)/Observations", &observation(3, 7)).expect(201);
    reader.wait_for(4);
    assert_eq!(reader.messages.len(), 4, "the condition is met now");
    reader.messages.clear();
    public.wait_for(2);
    assert_eq!(public.messages.iter().map(|m| payload(m)["result"].clone()).collect::<Vec<_>>(), [3, 7]);

    // Entities and properties.
    server.client.send("PATCH", "/sta/v1.1/Things(1)", &json!({ "description": "changed" })).expect(200);
    reader.wait_for(4);
    let mut told: Vec<(String, Value)> =
        reader.messages.drain(..).map(|m| (m.topic.to_string(), payload(&m))).collect();
    told.sort_by_key(|(topic, _)| topic.len());
    assert_eq!(
        told.iter().map(|(topic, _)| topic.as_str()).collect::<Vec<_>>(),
        [topics[6], topics[7], topics[9], topics[8]]
    );
    assert_eq!((&told[0].1["description"], &told[1].1["@iot.id"]), (&json!("changed"), &json!(1)));
    assert_eq!((&told[2].1, &told[3].1), (&json!({ "name": "post" }), &json!({ "description": "changed" })));
    server.client.send("PATCH", "/sta/v1.1/Things(1)", &json!({ "name": "mast" })).expect(200);
    reader.wait_for(3);
    reader.listen(std::time::Duration::from_millis(300));
    assert_eq!(reader.messages.len(), 3, "the description is what it was");
    server.stop();
}

/// What was before the subscription is told again from a time on, then what comes.
#[test]
fn observations_are_replayed_from_a_time() {
    let (_folder, server, address) = city();
    for second in 0..700 {
        if second % 100 == 0 {
            let rows: Vec<Value> = (second..second + 100).map(|s| json!([super::at(s), s])).collect();
            let body = json!([{ "Datastream": { "@iot.id": 1 }, "components": ["phenomenonTime", "result"], "dataArray": rows }]);
            server.client.post("/sta/v1.1/CreateObservations", &body).expect(201);
        }
    }
    let from = super::at(50);
    let topic = "v1.1/Datastreams(1)/Observations?$select=result";
    let numbers = |client: &Client| -> Vec<Value> {
        client.messages.iter().map(|m| payload(m)["result"].clone()).collect()
    };
    let expected: Vec<Value> = (50..701).map(Value::from).collect();
    let (mut five, _) = Client::connect(&address, 5, hello("five"));
    let user_properties = vec![("replay-from".into(), from.clone().into())];
    five.subscribe_with(v5::Subscribe { user_properties, ..subscription(&[(topic, 1)]) });
    let prefixed = format!("replay/{from}/{topic}");
    let (mut three, _) = Client::connect(&address, 3, hello("three"));
    three.subscribe(&[(&prefixed, 1)]);
    five.wait_for(650);
    three.wait_for(650);
    server.client.post("/sta/v1.1/Datastreams(1)/Observations", &observation(700, 700)).expect(201);
    five.wait_for(651);
    three.wait_for(651);
    assert_eq!(numbers(&five), expected);
    assert_eq!(numbers(&three), expected);
    assert!(
        five.messages.iter().all(|m| &*m.topic == topic)
            && three.messages.iter().all(|m| *m.topic == *prefixed)
    );
    server.stop();
}

/// A session that is away is told what it missed, over a kill too.
#[test]
fn a_session_that_is_away_misses_nothing() {
    let (folder, server, address) = city();
    let greeting = || v5::Connect { clean_start: false, session_expiry_interval_secs: 600, ..hello("away") };
    let (mut reader, _) = Client::connect(&address, 5, greeting());
    reader.subscribe(&[("v1.1/Datastreams(1)/Observations?$select=result", 2)]);
    reader.disconnect();
    server.client.post("/sta/v1.1/Datastreams(1)/Observations", &observation(1, 1)).expect(201);
    std::thread::sleep(std::time::Duration::from_millis(300));
    server.kill();
    let options = Options {
        environment: vec![("CAUSEWAY_MQTT_LISTEN", "127.0.0.1:0".to_string())],
        ..Options::default()
    };
    let server = Server::start_in(folder.path(), options);
    let address = server.mqtt("mqtt");
    server.client.post("/sta/v1.1/Datastreams(1)/Observations", &observation(2, 2)).expect(201);
    let (mut reader, ack) = Client::connect(&address, 5, greeting());
    assert!(ack.session_present);
    reader.wait_for(2);
    assert_eq!(reader.texts(), ["{\"result\":1}", "{\"result\":2}"]);
    server.stop();
}
