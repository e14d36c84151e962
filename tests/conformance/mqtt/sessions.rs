//! Sessions, wills, keep-alive.

use std::time::Instant;

use super::*;

/// Requirement: paho-interoperability 3.1.1 will_message_test
/// Requirement: paho-interoperability 5 test_will_message
#[test]
fn a_will_is_published_when_its_client_is_gone() {
    let (_folder, server, address) = open();
    for version in [3, 5] {
        let (mut reader, _) = Client::connect(&address, version, hello("b"));
        reader.subscribe(&[("Topic/C", 2)]);
        let last_will = Some(will("Topic/C", "client not disconnected"));
        let (client, _) =
            Client::connect(&address, version, v5::Connect { last_will: last_will.clone(), ..hello("a") });
        drop(client);
        reader.wait_for(1);
        assert_eq!(reader.texts(), ["client not disconnected"]);
        // Who says goodbye has no will.
        let (client, _) = Client::connect(&address, version, v5::Connect { last_will, ..hello("a") });
        client.disconnect();
        reader.listen(A_MOMENT);
        assert_eq!(reader.messages.len(), 1);
    }
    server.stop();
}

/// Requirement: paho-interoperability 5 test_will_delay
#[test]
fn a_will_waits_its_delay_and_a_return_takes_it_back() {
    let (_folder, server, address) = open();
    let (mut reader, _) = Client::connect(&address, 5, hello("b"));
    reader.subscribe(&[("Topic/C", 2)]);
    let greeting = || {
        let delayed = v5::LastWill { will_delay_interval_sec: Some(2), ..will("Topic/C", "test_will_delay") };
        v5::Connect { last_will: Some(delayed), ..lasting("a", 5) }
    };
    drop(Client::connect(&address, 5, greeting()));
    let (again, ack) = Client::connect(&address, 5, greeting());
    assert!(ack.session_present);
    reader.listen(Duration::from_millis(2_500));
    assert!(reader.messages.is_empty(), "it came back in time");
    let gone = Instant::now();
    drop(again);
    reader.wait_for(1);
    let late = gone.elapsed().as_secs_f64();
    assert!((1.5..6.0).contains(&late), "{late}");
    server.stop();
}

/// MQTT 5, 3.1.2.5: a server that failed may publish wills when it is there again.
#[test]
fn a_will_outlives_a_server_that_is_killed() {
    let (folder, mut server, mut address) = open();
    let (mut reader, _) = Client::connect(&address, 5, lasting("b", 600));
    reader.subscribe(&[("Topic/#", 1)]);
    let willing = |name: &str, topic: &str, delay: Option<u32>| {
        let last_will = v5::LastWill { will_delay_interval_sec: delay, ..will(topic, name) };
        v5::Connect { last_will: Some(last_will), ..lasting(name, 600) }
    };
    let (_here, _) = Client::connect(&address, 5, willing("here", "Topic/here", None));
    let (_back, _) = Client::connect(&address, 5, willing("back", "Topic/back", Some(4)));
    let (polite, _) = Client::connect(&address, 5, willing("polite", "Topic/polite", None));
    polite.disconnect();
    for told in [&["here"][..], &[]] {
        server.kill();
        server = Server::start_in(folder.path(), options(&[("CAUSEWAY_MQTT_OPEN", "true")]));
        address = server.mqtt("mqtt");
        // Back before its delay is over: nothing is said of it.
        let (_back, ack) = Client::connect(&address, 5, lasting("back", 600));
        assert!(ack.session_present);
        let (mut reader, ack) = Client::connect(&address, 5, lasting("b", 600));
        assert!(ack.session_present);
        reader.listen(Duration::from_secs(5));
        assert_eq!(reader.texts(), told, "once, and of nobody else");
    }
    server.stop();
}

/// Requirement: paho-interoperability 3.1.1 zero_length_clientid_test
/// Requirement: paho-interoperability 5 test_zero_length_clientid
/// Requirement: paho-interoperability 5 test_assigned_clientid
#[test]
fn clients_without_a_name() {
    let (_folder, server, address) = open();
    let nameless = |clean_start| v5::Connect { clean_start, ..hello("") };
    let (mut client, ack) = Client::try_connect(&address, 3, nameless(false));
    assert_eq!(ack.map(|ack| ack.reason_code), Some(v5::ConnectAckReason::ClientIdentifierNotValid));
    client.listen(A_MOMENT);
    assert!(client.is_closed);
    Client::connect(&address, 3, nameless(true)).0.disconnect();
    for clean in [false, true] {
        let (client, ack) = Client::connect(&address, 5, nameless(clean));
        let name = ack.assigned_client_id.expect("a name");
        assert!(!ack.session_present && !name.is_empty());
        client.disconnect();
        // The name that was given can be used.
        Client::connect(&address, 5, hello(&name)).0.disconnect();
    }
    server.stop();
}

/// Requirement: paho-interoperability 3.1.1 offline_message_queueing_test
/// Requirement: paho-interoperability 5 test_offline_message_queueing
#[test]
fn messages_wait_for_a_client_that_is_away() {
    let (_folder, server, address) = open();
    for version in [3, 5] {
        let name = format!("away {version}");
        let (mut reader, _) = Client::connect(&address, version, lasting(&name, 99_999));
        reader.subscribe(&[("+/+", 2)]);
        reader.disconnect();
        let (mut writer, _) = Client::connect(&address, version, hello("a"));
        for (qos, topic) in (0..).zip(["TopicA/B", "Topic/C", "TopicA/C"]) {
            writer.publish(topic, &format!("qos {qos}"), qos);
        }
        let (mut reader, ack) = Client::connect(&address, version, lasting(&name, 99_999));
        assert!(ack.session_present);
        reader.wait_for(2);
        reader.listen(A_MOMENT);
        assert_eq!(reader.texts(), ["qos 1", "qos 2"], "what has QoS 0 waits for nobody");
        reader.disconnect();
        // A clean start forgets it.
        let (reader, ack) = Client::connect(&address, version, hello(&name));
        assert!(!ack.session_present);
        reader.disconnect();
    }
    server.stop();
}

/// Requirement: paho-interoperability 3.1.1 keepalive_test
/// Requirement: paho-interoperability 5 test_keepalive
#[test]
fn a_client_that_is_silent_for_longer_than_it_said_is_gone() {
    let (_folder, server, address) = open();
    for version in [3, 5] {
        let (mut reader, _) = Client::connect(&address, version, v5::Connect { keep_alive: 0, ..hello("b") });
        reader.subscribe(&[("/TopicA", 2)]);
        let last_will = Some(will("/TopicA", "keepalive expiry"));
        let greeting = v5::Connect { keep_alive: 1, last_will, ..hello("a") };
        let (mut silent, _) = Client::connect(&address, version, greeting);
        let since = Instant::now();
        reader.wait_for(1);
        let after = since.elapsed().as_secs_f64();
        assert!((1.2..8.0).contains(&after), "{after}");
        assert_eq!(silent.end(), (version == 5).then_some(0x8d));
        // Without a keep-alive nobody must speak.
        reader.publish("/TopicA", "still here", 1);
        reader.wait_for(2);
    }
    server.stop();
}

/// Requirement: paho-interoperability 5 test_server_keep_alive
#[test]
fn the_server_cuts_a_keep_alive_that_is_too_long() {
    let (_folder, server, address) = with(&[("CAUSEWAY_MQTT_KEEP_ALIVE_SECONDS", "60")]);
    for (asked, granted) in [(120, Some(60)), (60, None), (0, None)] {
        let (client, ack) = Client::connect(&address, 5, v5::Connect { keep_alive: asked, ..hello("a") });
        assert_eq!(ack.server_keepalive_sec, granted, "{asked}");
        client.disconnect();
    }
    server.stop();
}

/// Requirement: paho-interoperability 3.1.1 redelivery_on_reconnect_test
/// Requirement: paho-interoperability 5 test_redelivery_on_reconnect
#[test]
fn what_was_not_acknowledged_comes_again() {
    let (_folder, server, address) = open();
    for version in [3, 5] {
        let name = format!("again {version}");
        let (mut reader, _) = Client::connect(&address, version, lasting(&name, 99_999));
        reader.subscribe(&[("TopicA/#", 2)]);
        reader.is_paused = true;
        reader.publish_only(message("TopicA/B", "one", 1));
        reader.publish_only(message("TopicA/C", "two", 2));
        reader.wait_for(2);
        let ids: Vec<_> = reader.messages.iter().map(|m| m.packet_id).collect();
        reader.disconnect();
        let (mut reader, ack) = Client::connect(&address, version, lasting(&name, 99_999));
        assert!(ack.session_present);
        reader.wait_for(2);
        reader.listen(A_MOMENT);
        assert_eq!(reader.texts(), ["one", "two"]);
        assert!(reader.messages.iter().all(|m| m.dup), "they were sent before");
        assert_eq!(
            reader.messages.iter().map(|m| m.packet_id).collect::<Vec<_>>(),
            ids,
            "with the ids they had"
        );
        reader.disconnect();
        let (mut reader, _) = Client::connect(&address, version, lasting(&name, 99_999));
        reader.listen(A_MOMENT);
        assert!(reader.messages.is_empty());
    }
    server.stop();
}

/// Requirement: paho-interoperability 5 test_session_expiry
#[test]
fn a_session_lives_as_long_as_it_was_to() {
    let (_folder, server, address) = open();
    let connect = |seconds, is_present| {
        let (client, ack) = Client::connect(&address, 5, lasting("a", seconds));
        assert_eq!(ack.session_present, is_present, "{seconds}");
        client
    };
    let goodbye =
        |seconds| v5::Disconnect { session_expiry_interval_secs: Some(seconds), ..Default::default() };
    connect(0, false).disconnect();
    connect(0, false).disconnect();
    connect(1, false).disconnect();
    connect(1, true).disconnect();
    std::thread::sleep(Duration::from_millis(1_300));
    connect(1, false).disconnect_with(goodbye(5));
    std::thread::sleep(Duration::from_millis(1_300));
    connect(1, true).disconnect_with(goodbye(0));
    let mut client = connect(0, false);
    // One that was to end with its connection cannot be made longer then.
    client.send(v5::Packet::Disconnect(goodbye(5)));
    assert_eq!(client.end(), Some(0x82));
    server.stop();
}

#[test]
fn a_second_connection_takes_the_session_over() {
    let (_folder, server, address) = open();
    let (mut first, _) = Client::connect(&address, 5, lasting("a", 60));
    first.subscribe(&[("x", 1)]);
    let (mut second, ack) = Client::connect(&address, 5, lasting("a", 60));
    assert!(ack.session_present);
    assert_eq!(first.end(), Some(0x8e));
    second.publish("x", "mine now", 1);
    second.wait_for(1);
    server.stop();
}

/// A session belongs to who opened it: another key with the same client id has another.
#[test]
fn nobody_takes_over_the_session_of_another() {
    let (_folder, server, address) = open();
    let (mut mine, _) = Client::connect(&address, 5, lasting("a", 60));
    let key = server.client.key.clone().expect("the operator's key");
    let (theirs, ack) = Client::connect(&address, 5, known("a", &key));
    assert!(!ack.session_present);
    mine.subscribe(&[("x", 1)]);
    theirs.disconnect();
    let (_, refused) = Client::try_connect(&address, 5, known("a", "not a key at all"));
    assert_eq!(refused.map(|ack| ack.reason_code), Some(v5::ConnectAckReason::BadUserNameOrPassword));
    server.stop();
}

/// Sessions, what waits in them, QoS 2 ids and retained messages are there after a kill.
#[test]
fn a_kill_forgets_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = || {
        let server = Server::start_in(folder.path(), options(&[("CAUSEWAY_MQTT_OPEN", "true")]));
        let address = server.mqtt("mqtt");
        (server, address)
    };
    let (server, address) = start();
    let (mut reader, _) = Client::connect(&address, 5, lasting("reader", 600));
    reader.subscribe(&[("x/#", 2)]);
    reader.disconnect();
    let (mut writer, _) = Client::connect(&address, 5, lasting("writer", 600));
    writer.retain("kept", "still here", 1);
    for i in 0..5 {
        assert_eq!(writer.publish("x/y", &format!("message {i}"), 1 + i % 2), 0);
    }
    // One of QoS 2 that is received and not released.
    writer.is_paused = true;
    let id = writer.publish_only(message("x/y", "twice said", 2)).expect("an id");
    let received = |p: &v5::Packet| matches!(p, v5::Packet::PublishReceived(_)).then_some(());
    writer.wait(received).expect("a PUBREC");
    server.kill();
    let (server, address) = start();
    let (mut writer, ack) = Client::connect(&address, 5, lasting("writer", 600));
    assert!(ack.session_present);
    let again = Publish { dup: true, packet_id: Some(id), ..message("x/y", "twice said", 2) };
    writer.send(v5::Packet::Publish(Box::new(again)));
    writer.wait(|p| matches!(p, v5::Packet::PublishComplete(_)).then_some(())).expect("a PUBCOMP");
    let (mut reader, ack) = Client::connect(&address, 5, lasting("reader", 600));
    assert!(ack.session_present);
    reader.wait_for(6);
    reader.listen(A_MOMENT);
    let expected: Vec<String> =
        (0..5).map(|i| format!("message {i}")).chain(["twice said".to_string()]).collect();
    assert_eq!(reader.texts(), expected);
    reader.subscribe(&[("kept", 1)]);
    reader.wait_for(7);
    assert_eq!(reader.texts()[6], "still here");
    server.stop();
}
