//! Clients that do what they should not: each is bounded, and the others do not notice.

use std::time::Instant;

use rmqtt_codec::v5::Packet;

use super::*;

/// The server answers, and lets others work.
#[track_caller]
fn is_well(server: &Server, address: &str) {
    let (mut client, _) = Client::connect(address, 5, hello("well"));
    client.subscribe(&[("well", 1)]);
    client.publish("well", "yes", 1);
    client.wait_for(1);
    client.disconnect();
    server.client.get("/healthz").expect(200);
}

/// A figure of `/metrics`.
fn metric(server: &Server, name: &str) -> f64 {
    let text = server.client.get("/metrics").expect(200).body;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in {text}")).parse().expect("a number")
}

#[test]
fn packets_that_are_none_end_their_connection() {
    let (_folder, server, address) = open();
    let greeting: &[u8] = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x00\x00\x01z";
    for (what, bytes) in [
        ("a length that never ends", &b"\x30\xff\xff\xff\xff\x01"[..]),
        ("a length beyond the limit", b"\x30\xff\xff\xff\x7f"),
        ("a PUBLISH with QoS 3", b"\x36\x06\x00\x01a\x00\x01x"),
        ("a topic longer than its packet", b"\x30\x04\x00\x09ab"),
        ("a topic that is no UTF-8", b"\x30\x05\x00\x02\xff\xfex"),
        ("a topic with a wildcard", b"\x30\x05\x00\x02a+x"),
        ("an empty topic", b"\x30\x03\x00\x00x"),
        ("packet id 0", b"\x32\x06\x00\x01a\x00\x00x"),
        ("a SUBSCRIBE of nothing", b"\x82\x02\x00\x01"),
        ("a SUBSCRIBE with reserved bits", b"\x80\x06\x00\x01\x00\x01a\x00"),
        ("a packet type that is none", b"\x00\x00"),
        ("what only servers send", b"\x20\x02\x00\x00"),
        ("a SUBACK", b"\x90\x03\x00\x01\x00"),
    ] {
        let mut client = Client::silent(&address, 3);
        client.raw(greeting);
        client.wait(|p| matches!(p, Packet::ConnectAck(_)).then_some(())).expect("a CONNACK");
        client.raw(bytes);
        client.listen(Duration::from_secs(5));
        assert!(client.is_closed, "{what}");
    }
    for (what, bytes) in [
        ("no CONNECT first", &b"\xc0\x00"[..]),
        ("HTTP", b"GET / HTTP/1.1\r\n\r\n"),
        ("a CONNECT of 200 KB", b"\x10\x80\x80\x0d"),
        ("reserved flags", b"\x10\x0d\x00\x04MQTT\x04\x03\x00\x00\x00\x01z"),
        ("a will that is not there", b"\x10\x0d\x00\x04MQTT\x04\x06\x00\x00\x00\x01z"),
        ("version 9", b"\x10\x0d\x00\x04MQTT\x09\x02\x00\x00\x00\x01z"),
    ] {
        let mut client = Client::silent(&address, 3);
        client.raw(bytes);
        client.listen(Duration::from_secs(5));
        assert!(client.is_closed, "{what}");
    }
    is_well(&server, &address);
    server.stop();
}

#[test]
fn topic_bombs_are_refused() {
    let (_folder, server, address) = open();
    let deep = "a/".repeat(63) + "a";
    let wild = "+/".repeat(63) + "#";
    let long = "x".repeat(4_000);
    let (mut client, _) = Client::connect(&address, 5, hello("a"));
    for filter in [&deep, &wild, &long] {
        assert_eq!(client.subscribe(&[(filter, 1)]), [v5::SubscribeAckReason::TopicFilterInvalid]);
    }
    // As many wildcards as are allowed cost what there is to find, not what could be.
    let widest = "+/".repeat(30) + "#";
    assert_eq!(client.subscribe(&[(&widest, 1)]), [v5::SubscribeAckReason::GrantedQos1]);
    let began = Instant::now();
    client.publish(&("a/".repeat(30) + "a"), "x", 1);
    client.wait_for(1);
    assert!(began.elapsed() < Duration::from_secs(5));
    // Too many subscriptions are refused one by one.
    let filters: Vec<String> = (0..2_100).map(|i| format!("f/{i}")).collect();
    let mut refused = 0;
    for some in filters.chunks(200) {
        let some: Vec<(&str, u8)> = some.iter().map(|filter| (filter.as_str(), 0)).collect();
        let reasons = client.subscribe(&some);
        refused += reasons.iter().filter(|r| **r == v5::SubscribeAckReason::QuotaExceeded).count();
    }
    assert_eq!(refused, 101);
    client.publish_only(message(&deep, "x", 1));
    assert_eq!(client.end(), Some(0x90));
    is_well(&server, &address);
    server.stop();
}

#[test]
fn a_client_that_never_reads_takes_no_more_than_its_queue() {
    let (_folder, server, address) = open();
    let mut deaf: Vec<Client> = Vec::new();
    for i in 0..3 {
        let (mut client, _) =
            Client::connect(&address, 5, v5::Connect { keep_alive: 0, ..hello(&format!("deaf {i}")) });
        client.subscribe(&[("flood", 1)]);
        deaf.push(client);
    }
    let (mut writer, _) = Client::connect(&address, 5, hello("writer"));
    let payload = "x".repeat(20_000);
    for _ in 0..400 {
        writer.publish("flood", &payload, 1);
    }
    assert!(
        metric(&server, "causeway_mqtt_dropped_total") > 0.0,
        "24 MB do not wait for those who read nothing"
    );
    is_well(&server, &address);
    drop(deaf);
    server.stop();
}

#[test]
fn a_flood_is_slowed_to_the_quota_of_its_device() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("causeway.toml");
    let device = "[[device]]\nname = \"one\"\nscope = \"one\"\nkey = \"a-devices-secret-key\"\n";
    std::fs::write(&config, device).expect("a file");
    let mut options = options(&[("CAUSEWAY_MQTT_DEVICE_PUBLISHES_PER_SECOND", "50")]);
    options.arguments = vec!["--config".into(), config.display().to_string()];
    let server = Server::start_in(folder.path(), options);
    let address = server.mqtt("mqtt");
    let key = "a-devices-secret-key";
    let (mut five, _) = Client::connect(&address, 5, known("a", key));
    let reasons: Vec<u8> = (0..80).map(|_| five.publish("one/x", "x", 1)).collect();
    assert!(reasons.iter().filter(|r| **r == 0x97).count() >= 10, "{reasons:?}");
    assert!(reasons[..40].iter().all(|r| *r == 0), "{reasons:?}");
    // A client of 3.1.1 cannot be told; it waits.
    let (mut three, _) = Client::connect(&address, 3, known("b", key));
    three.subscribe(&[("one/#", 1)]);
    let began = Instant::now();
    for i in 0..80 {
        three.publish_only(message("one/x", &i.to_string(), 1));
    }
    three.wait_for(80);
    assert!(began.elapsed() > Duration::from_millis(500), "{:?}", began.elapsed());
    assert!(metric(&server, "causeway_mqtt_over_quota_total") > 0.0);
    // A device keeps to what is its own.
    assert_eq!(five.subscribe(&[("two/#", 1), ("#", 1)]), [v5::SubscribeAckReason::NotAuthorized; 2]);
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(five.publish("two/x", "x", 1), 0x87);
    server.stop();
}

#[test]
fn a_storm_of_reconnecting_clients_is_weathered() {
    let (_folder, server, address) = open();
    let number = std::env::var("CAUSEWAY_TEST_CLIENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(400usize);
    for _ in 0..2 {
        let clients: Vec<Client> = (0..number)
            .map(|i| {
                let mut client = Client::silent(&address, 5);
                client.send(Packet::Connect(Box::new(lasting(&format!("storm {i}"), 60))));
                client
            })
            .collect();
        for mut client in clients {
            let ack = client.wait(|p| matches!(p, Packet::ConnectAck(_)).then_some(()));
            ack.expect("a CONNACK");
        }
    }
    is_well(&server, &address);
    server.stop();
}

/// Half a packet holds nobody for longer than the greeting's time, nor memory that its header only promised.
#[test]
fn half_a_packet_is_not_waited_for() {
    let (_folder, server, address) = open();
    let mut half: Vec<Client> = (0..50).map(|_| Client::silent(&address, 3)).collect();
    half.iter_mut().for_each(|client| client.raw(b"\x10\x0d\x00\x04MQ"));
    let (mut late, _) = Client::connect(&address, 5, v5::Connect { keep_alive: 1, ..hello("late") });
    late.raw(b"\x32\xff\x7f\x00");
    is_well(&server, &address);
    assert_eq!(late.end(), Some(0x8d), "what is no whole packet is silence");
    let began = Instant::now();
    for client in &mut half {
        while !client.is_closed && began.elapsed() < Duration::from_secs(20) {
            client.listen(Duration::from_millis(200));
        }
        assert!(client.is_closed);
    }
    server.stop();
}
