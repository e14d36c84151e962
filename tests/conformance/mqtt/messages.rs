//! Publishing, subscribing, what is retained.

use super::*;

/// Requirement: paho-interoperability 3.1.1 basic_test
/// Requirement: paho-interoperability 5 test_basic
#[test]
fn basic() {
    let (_folder, server, address) = open();
    for version in [3, 5] {
        Client::connect(&address, version, hello("a")).0.disconnect();
        let (mut client, _) = Client::connect(&address, version, hello("a"));
        client.subscribe(&[("TopicA", 2)]);
        for qos in 0..3 {
            client.publish("TopicA", &format!("qos {qos}"), qos);
        }
        client.wait_for(3);
        assert_eq!(client.texts(), ["qos 0", "qos 1", "qos 2"]);
        // A second CONNECT on the same connection ends it.
        client.send(v5::Packet::Connect(Box::new(hello("a"))));
        assert_eq!(client.end(), (version == 5).then_some(0x82));
        // So does a protocol that is none.
        let mut other = Client::silent(&address, version);
        other.raw(b"\x10\x0d\x00\x02hj\x04\x02\x00\x3c\x00\x01a");
        other.listen(causeway_tests::mqtt::PATIENCE);
        assert!(other.is_closed);
    }
    server.stop();
}

/// Requirement: paho-interoperability 3.1.1 retained_message_test
/// Requirement: paho-interoperability 5 test_retained_message
#[test]
fn retained_messages() {
    let (_folder, server, address) = open();
    let topics = ["TopicA/B", "Topic/C", "TopicA/C"];
    for version in [3, 5] {
        let (mut client, _) = Client::connect(&address, version, hello("a"));
        for (qos, topic) in (0..).zip(topics) {
            let said =
                properties(|p| p.user_properties = vec![("a".into(), "2".into()), ("c".into(), "3".into())]);
            client.publish_message(Publish { retain: true, properties: said, ..message(topic, "kept", qos) });
        }
        client.subscribe(&[("+/+", 2)]);
        client.wait_for(3);
        let mut qoss: Vec<u8> = client.messages.iter().map(|m| m.qos.into()).collect();
        qoss.sort_unstable();
        assert_eq!(qoss, [0, 1, 2]);
        assert!(client.messages.iter().all(|m| m.retain));
        if version == 5 {
            for message in &client.messages {
                let said = &message.properties.as_ref().expect("properties").user_properties;
                assert_eq!(said[..], [("a".into(), "2".into()), ("c".into(), "3".into())]);
            }
        }
        client.disconnect();
        // An empty one takes it away.
        let (mut client, _) = Client::connect(&address, version, hello("a"));
        for (qos, topic) in (0..).zip(topics) {
            client.retain(topic, "", qos);
        }
        client.subscribe(&[("+/+", 2)]);
        client.listen(A_MOMENT);
        assert!(client.messages.is_empty(), "{:?}", client.messages);
        client.disconnect();
    }
    server.stop();
}

/// Requirement: paho-interoperability 3.1.1 overlapping_subscriptions_test
/// Requirement: paho-interoperability 5 test_overlapping_subscriptions
#[test]
fn overlapping_subscriptions_bring_one_message_with_the_highest_qos() {
    let (_folder, server, address) = open();
    for version in [3, 5] {
        let (mut client, _) = Client::connect(&address, version, hello("a"));
        client.subscribe(&[("TopicA/#", 2), ("TopicA/+", 1)]);
        client.publish("TopicA/C", "overlapping topic filters", 2);
        client.listen(A_MOMENT);
        let qoss: Vec<u8> = client.messages.iter().map(|m| m.qos.into()).collect();
        assert_eq!(qoss, [2]);
    }
    server.stop();
}

/// Requirement: paho-interoperability 3.1.1 subscribe_failure_test
/// Requirement: paho-interoperability 5 test_subscribe_failure
#[test]
fn a_subscription_that_is_not_allowed_is_refused() {
    // Nothing is open here: who has no key reads what is public, and no more.
    let (_folder, server, address) = with(&[]);
    let (mut client, _) = Client::connect(&address, 3, hello("a"));
    let refused = v5::SubscribeAckReason::UnspecifiedError;
    assert_eq!(client.subscribe(&[("test/nosubscribe", 2)]), [refused], "0x80 in 3.1.1");
    let (mut client, _) = Client::connect(&address, 5, hello("b"));
    let reasons =
        client.subscribe(&[("test/nosubscribe", 2), ("v1.1/Observations", 1), ("a/#/b", 1), ("v1.1/#", 1)]);
    assert_eq!(reasons[0], v5::SubscribeAckReason::NotAuthorized);
    assert_eq!(reasons[1], v5::SubscribeAckReason::GrantedQos1);
    assert_eq!(reasons[2], v5::SubscribeAckReason::TopicFilterInvalid);
    assert!(u8::from(reasons[3]) >= 0x80);
    server.stop();
}

/// Requirement: paho-interoperability 3.1.1 dollar_topics_test
/// Requirement: paho-interoperability 5 test_dollar_topics
#[test]
fn wildcards_do_not_reach_dollar_topics() {
    let (_folder, server, address) = open();
    for version in [3, 5] {
        let greeting = v5::Connect { keep_alive: 0, ..hello("b") };
        let (mut client, _) = Client::connect(&address, version, greeting);
        client.subscribe(&[("+/+", 2), ("#", 2)]);
        client.publish("$TopicA/B", "", 1);
        client.listen(A_MOMENT);
        assert!(client.messages.is_empty());
    }
    server.stop();
}

/// Requirement: paho-interoperability 5 test_unsubscribe
#[test]
fn unsubscribing_ends_one_subscription() {
    let (_folder, server, address) = open();
    for version in [3, 5] {
        let (mut reader, _) = Client::connect(&address, version, hello("b"));
        for topic in ["TopicA", "TopicA/B", "Topic/C"] {
            reader.subscribe(&[(topic, 2)]);
        }
        reader.unsubscribe("TopicA");
        let (mut writer, _) = Client::connect(&address, version, hello("a"));
        for topic in ["TopicA", "TopicA/B", "Topic/C"] {
            writer.publish(topic, topic, 1);
        }
        reader.wait_for(2);
        reader.listen(A_MOMENT);
        assert_eq!(reader.texts(), ["TopicA/B", "Topic/C"]);
    }
    server.stop();
}

/// Requirement: paho-interoperability 5 test_user_properties
/// Requirement: paho-interoperability 5 test_payload_format
/// Requirement: paho-interoperability 5 test_request_response
#[test]
fn what_a_publisher_says_beside_the_payload_arrives() {
    let (_folder, server, address) = open();
    let (mut client, _) = Client::connect(&address, 5, hello("a"));
    client.subscribe(&[("TopicA", 2)]);
    let said = properties(|p| {
        p.user_properties = vec![("a".into(), "2".into()), ("c".into(), "3".into())];
        p.is_utf8_payload = true;
        p.content_type = Some("My name".into());
        p.response_topic = Some("answers/here".into());
        p.correlation_data = Some(b"334".to_vec().into());
    });
    for qos in 0..3 {
        client.publish_message(Publish { properties: said.clone(), ..message("TopicA", "x", qos) });
    }
    client.wait_for(3);
    for got in &client.messages {
        assert_eq!(got.properties, said);
    }
    // The one who is asked answers where it is told to.
    let (mut asked, _) = Client::connect(&address, 5, hello("b"));
    client.subscribe(&[("answers/here", 1)]);
    let properties = properties(|p| p.correlation_data = Some(b"334".to_vec().into()));
    asked.publish_message(Publish { properties, ..message("answers/here", "answer", 1) });
    client.wait_for(4);
    let correlation = client.messages[3].properties.as_ref().and_then(|p| p.correlation_data.clone());
    assert_eq!(correlation.as_deref(), Some(&b"334"[..]));
    server.stop();
}

/// Requirement: paho-interoperability 5 test_subscribe_options
#[test]
fn subscribe_options() {
    let (_folder, server, address) = open();
    let with = |filter: &str, change: &dyn Fn(&mut v5::SubscriptionOptions)| {
        let mut subscribe = subscription(&[(filter, 2)]);
        subscribe.topic_filters.iter_mut().for_each(|(_, options)| change(options));
        subscribe
    };
    // No local.
    let (mut a, _) = Client::connect(&address, 5, hello("a"));
    let (mut b, _) = Client::connect(&address, 5, hello("b"));
    a.subscribe_with(with("TopicA", &|o| o.no_local = true));
    b.subscribe_with(with("TopicA", &|o| o.no_local = true));
    a.publish("TopicA", "noLocal test", 1);
    b.wait_for(1);
    a.listen(A_MOMENT);
    assert!(a.messages.is_empty() && b.messages.len() == 1);
    // Retain as published.
    let (mut a, _) = Client::connect(&address, 5, hello("a"));
    a.subscribe_with(with("TopicA", &|o| o.retain_as_published = true));
    a.publish("TopicA", "false", 1);
    a.retain("TopicA", "true", 1);
    a.wait_for(2);
    assert_eq!(a.messages.iter().map(|m| m.retain).collect::<Vec<_>>(), [false, true]);
    a.retain("TopicA", "", 1);
    // Retain handling: always, for a new subscription, never.
    for (qos, topic) in (0..).zip(["TopicA/B", "Topic/C", "TopicA/C"]) {
        a.retain(topic, "kept", qos);
    }
    for (handling, first, second) in [
        (v5::RetainHandling::AtSubscribeNew, 3, 0),
        (v5::RetainHandling::NoAtSubscribe, 0, 0),
        (v5::RetainHandling::AtSubscribe, 3, 3),
    ] {
        let (mut client, _) = Client::connect(&address, 5, hello("a"));
        for expected in [first, second] {
            client.messages.clear();
            client.subscribe_with(with("+/+", &|o| o.retain_handling = handling));
            if expected > 0 {
                client.wait_for(expected);
            }
            client.listen(A_MOMENT);
            assert_eq!(client.messages.len(), expected, "{handling:?}");
        }
    }
    server.stop();
}

/// Requirement: paho-interoperability 5 test_subscribe_identifiers
#[test]
fn a_message_carries_the_identifiers_of_what_it_matched() {
    let (_folder, server, address) = open();
    let (mut client, _) = Client::connect(&address, 5, hello("a"));
    for (filter, id) in [("TopicA", 456_789), ("TopicA/+", 2), ("TopicA/#", 3)] {
        client.subscribe_with(v5::Subscribe { id: NonZeroU32::new(id), ..subscription(&[(filter, 2)]) });
    }
    client.publish("TopicA", "sub identifier test", 1);
    client.publish("TopicA/B", "overlapping", 1);
    client.wait_for(2);
    let ids = |at: usize| {
        let said = client.messages[at].properties.as_ref().expect("properties");
        let mut ids: Vec<u32> = said.subscription_ids.iter().map(|id| id.get()).collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!((ids(0), ids(1)), (vec![3, 456_789], vec![2, 3]));
    server.stop();
}

/// Requirement: paho-interoperability 5 test_publication_expiry
#[test]
fn a_message_that_is_over_is_not_sent() {
    let (_folder, server, address) = open();
    let (mut reader, _) = Client::connect(&address, 5, lasting("b", 60));
    reader.subscribe(&[("TopicA", 2)]);
    reader.disconnect();
    let (mut writer, _) = Client::connect(&address, 5, hello("a"));
    for (text, qos, seconds) in [("gone", 1, 1), ("gone", 2, 1), ("kept", 1, 6), ("kept", 2, 6)] {
        let properties = properties(|p| p.message_expiry_interval = NonZeroU32::new(seconds));
        writer.publish_message(Publish { properties, ..message("TopicA", text, qos) });
    }
    std::thread::sleep(Duration::from_millis(1_500));
    let (mut reader, ack) = Client::connect(&address, 5, lasting("b", 60));
    assert!(ack.session_present);
    reader.wait_for(2);
    reader.listen(A_MOMENT);
    assert_eq!(reader.texts(), ["kept", "kept"]);
    for message in &reader.messages {
        let left =
            message.properties.as_ref().and_then(|p| p.message_expiry_interval).expect("an expiry").get();
        assert!((1..6).contains(&left), "{left}");
    }
    server.stop();
}

/// Requirement: paho-interoperability 5 test_shared_subscriptions
#[test]
fn a_shared_subscription_gives_each_message_to_one() {
    let (_folder, server, address) = open();
    let (mut a, _) = Client::connect(&address, 5, hello("a"));
    let (mut b, _) = Client::connect(&address, 5, hello("b"));
    for client in [&mut a, &mut b] {
        client.subscribe(&[("$share/sharename/x", 2), ("TopicA", 2)]);
    }
    let (mut writer, _) = Client::connect(&address, 5, hello("c"));
    writer.publish("TopicA", "both", 1);
    for i in 0..10 {
        writer.publish("x", &format!("message {i}"), 1);
    }
    a.listen(A_MOMENT);
    b.listen(A_MOMENT);
    assert_eq!(a.messages.len() + b.messages.len(), 12, "{:?} {:?}", a.texts(), b.texts());
    assert!(a.texts()[0] == "both" && b.texts()[0] == "both" && a.messages.len() == 6, "each takes its turn");
    server.stop();
}
