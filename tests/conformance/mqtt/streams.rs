//! Packets under way: flow control, aliases, sizes; TLS and WebSocket.

use rmqtt_codec::v5::Packet;

use super::*;

/// Requirement: paho-interoperability 5 test_client_topic_alias
#[test]
fn a_client_may_shorten_its_topics() {
    let (_folder, server, address) = open();
    let (mut client, ack) = Client::connect(&address, 5, hello("a"));
    assert!(ack.topic_alias_max > 0);
    client.subscribe(&[("TopicA", 2)]);
    let alias = |n: u16| properties(|p| p.topic_alias = std::num::NonZeroU16::new(n));
    client.publish_message(Publish { properties: alias(1), ..message("TopicA", "first", 1) });
    client.publish_message(Publish { properties: alias(1), ..message("", "second", 1) });
    client.wait_for(2);
    assert_eq!(client.texts(), ["first", "second"]);
    assert!(client.messages.iter().all(|m| &*m.topic == "TopicA"));
    // It lives no longer than its connection.
    client.disconnect();
    for (topic, n, reason) in [("", 1, 0x82), ("TopicA", ack.topic_alias_max + 1, 0x94)] {
        let (mut client, _) = Client::connect(&address, 5, hello("a"));
        client.publish_only(Publish { properties: alias(n), ..message(topic, "x", 1) });
        assert_eq!(client.end(), Some(reason));
    }
    server.stop();
}

/// Requirement: paho-interoperability 5 test_server_topic_alias
#[test]
fn the_server_shortens_topics_for_a_client_that_allows_it() {
    let (_folder, server, address) = open();
    let (mut client, _) = Client::connect(&address, 5, v5::Connect { topic_alias_max: 1, ..hello("a") });
    client.subscribe(&[("TopicA", 2), ("TopicB", 2)]);
    for qos in 0..3 {
        client.publish("TopicA", "topic alias 1", qos);
    }
    client.publish("TopicB", "beyond the maximum", 1);
    client.wait_for(4);
    let seen: Vec<(String, Option<u16>)> = client
        .messages
        .iter()
        .map(|m| (m.topic.to_string(), m.properties.as_ref().and_then(|p| p.topic_alias).map(|a| a.get())))
        .collect();
    let short = (String::new(), Some(1));
    assert_eq!(seen, [("TopicA".into(), Some(1)), short.clone(), short, ("TopicB".into(), None)]);
    server.stop();
}

/// Requirement: paho-interoperability 5 test_maximum_packet_size
#[test]
fn packets_are_as_large_as_each_side_takes() {
    let (_folder, server, address) =
        with(&[("CAUSEWAY_MQTT_OPEN", "true"), ("CAUSEWAY_MQTT_PACKET_BYTES", "4096")]);
    let (mut client, ack) = Client::connect(&address, 5, hello("a"));
    assert_eq!(ack.max_packet_size, Some(4_096));
    client.publish_only(message("TopicA", &".".repeat(4_096), 0));
    assert_eq!(client.end(), Some(0x95));
    let greeting = v5::Connect { max_packet_size: NonZeroU32::new(64), ..hello("a") };
    let (mut client, _) = Client::connect(&address, 5, greeting);
    client.subscribe(&[("TopicA", 2)]);
    client.publish("TopicA", &".".repeat(32), 0);
    client.wait_for(1);
    client.publish("TopicA", &".".repeat(64), 1);
    client.listen(A_MOMENT);
    assert_eq!(client.messages.len(), 1, "it does not take the second");
    server.stop();
}

/// Requirement: paho-interoperability 5 test_flow_control1
#[test]
fn a_client_gets_no_more_at_once_than_it_takes() {
    let (_folder, server, address) = open();
    let greeting = v5::Connect { receive_max: std::num::NonZeroU16::new(2), ..hello("a") };
    let (mut client, _) = Client::connect(&address, 5, greeting);
    client.subscribe(&[("TopicA", 2)]);
    client.is_paused = true;
    for i in 1..=3 {
        client.publish_only(message("TopicA", &format!("message {i}"), 2));
    }
    client.wait_for(2);
    client.listen(A_MOMENT);
    assert_eq!(client.texts(), ["message 1", "message 2"]);
    // One that is done makes room for the next.
    let packet_id = client.messages[0].packet_id.expect("an id");
    client.send(Packet::PublishReceived(v5::PublishAck { packet_id, ..Default::default() }));
    client.wait(|p| matches!(p, Packet::PublishRelease(_)).then_some(())).expect("a PUBREL");
    assert_eq!(client.messages.len(), 2);
    client.send(Packet::PublishComplete(v5::PublishAck2 { packet_id, ..Default::default() }));
    client.wait_for(3);
    server.stop();
}

/// Requirement: paho-interoperability 5 test_flow_control2
#[test]
fn a_client_that_sends_more_at_once_than_we_take_is_sent_away() {
    let (_folder, server, address) =
        with(&[("CAUSEWAY_MQTT_OPEN", "true"), ("CAUSEWAY_MQTT_RECEIVE_MAXIMUM", "20")]);
    let (mut client, ack) = Client::connect(&address, 5, hello("a"));
    assert_eq!(ack.receive_max.get(), 20);
    client.is_paused = true;
    for i in 0..21 {
        client.publish_only(message("TopicA", &format!("message {i}"), 2));
    }
    assert_eq!(client.end(), Some(0x93));
    // One of 3.1.1 does not know: it is not read until there is room, and loses nothing.
    let (mut client, _) = Client::connect(&address, 3, hello("b"));
    client.subscribe(&[("many", 1)]);
    for i in 0..200 {
        client.publish_only(message("many", &i.to_string(), 1));
    }
    client.wait_for(200);
    assert_eq!(client.texts(), (0..200).map(|i| i.to_string()).collect::<Vec<_>>());
    server.stop();
}
