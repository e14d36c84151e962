//! An MQTT client for tests: says exactly what it is told to, and keeps all that comes. Packets are those of version 5; a
//! client of 3.1.1 sends and hears what that version has of them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::num::NonZeroU16;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use rmqtt_codec::types::{Publish, QoS};
use rmqtt_codec::v3;
use rmqtt_codec::v5::{self, Packet};
use tokio_util::codec::{Decoder, Encoder};

/// How long a test waits for what must come.
pub const PATIENCE: Duration = Duration::from_secs(10);

enum Codec {
    Three(v3::Codec),
    Five(v5::Codec),
}

pub struct Client {
    stream: TcpStream,
    codec: Codec,
    buffer: BytesMut,
    /// What was published to it.
    pub messages: Vec<Publish>,
    /// All else.
    pub others: Vec<Packet>,
    /// Acknowledges nothing.
    pub is_paused: bool,
    /// The server has closed the connection.
    pub is_closed: bool,
    last_id: u16,
    /// QoS 2 messages that are not released, so that none is taken twice.
    unreleased: std::collections::HashSet<u16>,
}

/// The usual greeting.
pub fn hello(name: &str) -> v5::Connect {
    v5::Connect { client_id: name.into(), clean_start: true, ..v5::Connect::default() }
}

/// With a key.
pub fn known(name: &str, key: &str) -> v5::Connect {
    v5::Connect {
        username: Some("test".into()),
        password: Some(key.as_bytes().to_vec().into()),
        ..hello(name)
    }
}

pub fn will(topic: &str, payload: &str) -> v5::LastWill {
    v5::LastWill {
        qos: QoS::AtLeastOnce,
        retain: false,
        topic: topic.into(),
        message: payload.as_bytes().to_vec().into(),
        will_delay_interval_sec: None,
        correlation_data: None,
        message_expiry_interval: None,
        content_type: None,
        user_properties: Vec::new(),
        is_utf8_payload: None,
        response_topic: None,
    }
}

pub fn message(topic: &str, payload: &str, qos: u8) -> Publish {
    Publish {
        dup: false,
        retain: false,
        qos: QoS::try_from(qos).expect("a QoS"),
        topic: topic.into(),
        packet_id: None,
        payload: payload.as_bytes().to_vec().into(),
        properties: None,
    }
}

fn to_three(packet: Packet) -> v3::Packet {
    match packet {
        Packet::Connect(c) => v3::Packet::Connect(Box::new(v3::Connect {
            protocol: rmqtt_codec::types::Protocol(4),
            clean_session: c.clean_start,
            keep_alive: c.keep_alive,
            last_will: c.last_will.map(|w| v3::LastWill {
                qos: w.qos,
                retain: w.retain,
                topic: w.topic,
                message: w.message,
            }),
            client_id: c.client_id,
            username: c.username,
            password: c.password,
            cert: None,
        })),
        Packet::Publish(p) => v3::Packet::Publish(Box::new(Publish { properties: None, ..*p })),
        Packet::PublishAck(a) => v3::Packet::PublishAck { packet_id: a.packet_id },
        Packet::PublishReceived(a) => v3::Packet::PublishReceived { packet_id: a.packet_id },
        Packet::PublishRelease(a) => v3::Packet::PublishRelease { packet_id: a.packet_id },
        Packet::PublishComplete(a) => v3::Packet::PublishComplete { packet_id: a.packet_id },
        Packet::Subscribe(s) => v3::Packet::Subscribe {
            packet_id: s.packet_id,
            topic_filters: s
                .topic_filters
                .into_iter()
                .map(|(filter, options)| (filter, options.qos))
                .collect(),
        },
        Packet::Unsubscribe(u) => {
            v3::Packet::Unsubscribe { packet_id: u.packet_id, topic_filters: u.topic_filters }
        }
        Packet::PingRequest => v3::Packet::PingRequest,
        Packet::Disconnect(_) => v3::Packet::Disconnect,
        other => panic!("3.1.1 has no {other:?}"),
    }
}

fn of_three(packet: v3::Packet) -> Packet {
    let ack = |packet_id| v5::PublishAck { packet_id, ..v5::PublishAck::default() };
    let ack2 = |packet_id| v5::PublishAck2 { packet_id, ..v5::PublishAck2::default() };
    match packet {
        v3::Packet::ConnectAck(c) => Packet::ConnectAck(Box::new(v5::ConnectAck {
            session_present: c.session_present,
            reason_code: match c.return_code {
                v3::ConnectAckReason::ConnectionAccepted => v5::ConnectAckReason::Success,
                v3::ConnectAckReason::UnacceptableProtocolVersion => {
                    v5::ConnectAckReason::UnsupportedProtocolVersion
                }
                v3::ConnectAckReason::IdentifierRejected => v5::ConnectAckReason::ClientIdentifierNotValid,
                v3::ConnectAckReason::BadUserNameOrPassword => v5::ConnectAckReason::BadUserNameOrPassword,
                v3::ConnectAckReason::NotAuthorized => v5::ConnectAckReason::NotAuthorized,
                _ => v5::ConnectAckReason::ServerUnavailable,
            },
            ..v5::ConnectAck::default()
        })),
        v3::Packet::Publish(p) => Packet::Publish(p),
        v3::Packet::PublishAck { packet_id } => Packet::PublishAck(ack(packet_id)),
        v3::Packet::PublishReceived { packet_id } => Packet::PublishReceived(ack(packet_id)),
        v3::Packet::PublishRelease { packet_id } => Packet::PublishRelease(ack2(packet_id)),
        v3::Packet::PublishComplete { packet_id } => Packet::PublishComplete(ack2(packet_id)),
        v3::Packet::SubscribeAck { packet_id, status } => Packet::SubscribeAck(v5::SubscribeAck {
            packet_id,
            properties: Vec::new(),
            reason_string: None,
            status: status
                .into_iter()
                .map(|status| match status {
                    v3::SubscribeReturnCode::Success(qos) => u8::from(qos).try_into().expect("a granted QoS"),
                    v3::SubscribeReturnCode::Failure => v5::SubscribeAckReason::UnspecifiedError,
                })
                .collect(),
        }),
        v3::Packet::UnsubscribeAck { packet_id } => Packet::UnsubscribeAck(v5::UnsubscribeAck {
            packet_id,
            properties: Vec::new(),
            reason_string: None,
            status: Vec::new(),
        }),
        v3::Packet::PingResponse => Packet::PingResponse,
        other => panic!("a server says no {other:?}"),
    }
}

impl Client {
    /// A connection on which nothing was said.
    pub fn silent(address: &str, version: u8) -> Client {
        Client::try_silent(address, version).expect("the server listens")
    }

    fn try_silent(address: &str, version: u8) -> Option<Client> {
        let stream = TcpStream::connect(address).ok()?;
        stream.set_nodelay(true).expect("a socket");
        let codec = match version {
            5 => Codec::Five(v5::Codec::new(0, 0)),
            _ => Codec::Three(v3::Codec::new(0)),
        };
        Some(Client {
            stream,
            codec,
            buffer: BytesMut::new(),
            messages: Vec::new(),
            others: Vec::new(),
            is_paused: false,
            is_closed: false,
            last_id: 0,
            unreleased: Default::default(),
        })
    }

    /// Connects and is let in.
    #[track_caller]
    pub fn connect(address: &str, version: u8, greeting: v5::Connect) -> (Client, v5::ConnectAck) {
        let (client, ack) = Client::try_connect(address, version, greeting);
        let ack = ack.expect("a CONNACK");
        assert_eq!(ack.reason_code, v5::ConnectAckReason::Success);
        (client, ack)
    }

    pub fn try_connect(
        address: &str,
        version: u8,
        greeting: v5::Connect,
    ) -> (Client, Option<v5::ConnectAck>) {
        Client::try_greet(address, version, greeting).expect("the server listens")
    }

    /// `None`: nobody listens; for tests that kill the server.
    pub fn try_greet(
        address: &str,
        version: u8,
        greeting: v5::Connect,
    ) -> Option<(Client, Option<v5::ConnectAck>)> {
        Client::try_resume(address, version, greeting, Default::default())
    }

    /// Takes up a session in which these QoS 2 ids were not released.
    pub fn try_resume(
        address: &str,
        version: u8,
        greeting: v5::Connect,
        unreleased: std::collections::BTreeSet<u16>,
    ) -> Option<(Client, Option<v5::ConnectAck>)> {
        let mut client = Client::try_silent(address, version)?;
        client.unreleased.extend(unreleased);
        client.send(Packet::Connect(Box::new(greeting)));
        let ack = client
            .wait(|packet| if let Packet::ConnectAck(ack) = packet { Some((**ack).clone()) } else { None });
        Some((client, ack))
    }

    /// Bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.is_closed |= self.stream.write_all(bytes).is_err();
    }

    pub fn send(&mut self, packet: Packet) {
        let mut bytes = BytesMut::new();
        match &mut self.codec {
            Codec::Five(codec) => codec.encode(packet, &mut bytes).expect("a packet"),
            Codec::Three(codec) => codec.encode(to_three(packet), &mut bytes).expect("a packet"),
        }
        self.raw(&bytes);
    }

    /// Reads for this long at most, or until something came.
    fn read(&mut self, patience: Duration) -> bool {
        let mut chunk = [0; 16 * 1024];
        self.stream.set_read_timeout(Some(patience.max(Duration::from_millis(1)))).expect("a socket");
        match self.stream.read(&mut chunk) {
            Ok(0) => self.is_closed = true,
            Ok(some) => self.buffer.extend_from_slice(&chunk[..some]),
            Err(e) if matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                return false;
            }
            Err(_) => self.is_closed = true,
        }
        loop {
            let packet = match &mut self.codec {
                Codec::Five(codec) => {
                    codec.decode(&mut self.buffer).expect("what a server sends").map(|(p, _)| p)
                }
                Codec::Three(codec) => {
                    codec.decode(&mut self.buffer).expect("what a server sends").map(|(p, _)| of_three(p))
                }
            };
            let Some(packet) = packet else { return true };
            self.take(packet);
        }
    }

    fn take(&mut self, packet: Packet) {
        match packet {
            Packet::Publish(publish) => {
                let id = publish.packet_id;
                match (publish.qos, id) {
                    (QoS::ExactlyOnce, Some(id)) => {
                        if !self.is_paused {
                            self.send(Packet::PublishReceived(v5::PublishAck {
                                packet_id: id,
                                ..Default::default()
                            }));
                        }
                        if self.unreleased.insert(id.get()) {
                            self.messages.push(*publish);
                        }
                    }
                    (_, Some(id)) => {
                        if !self.is_paused {
                            self.acknowledge(id);
                        }
                        self.messages.push(*publish);
                    }
                    _ => self.messages.push(*publish),
                }
            }
            Packet::PublishRelease(release) if !self.is_paused => {
                self.unreleased.remove(&release.packet_id.get());
                let packet_id = release.packet_id;
                self.send(Packet::PublishComplete(v5::PublishAck2 { packet_id, ..Default::default() }));
            }
            Packet::PublishReceived(ref received)
                if !self.is_paused && u8::from(received.reason_code) < 0x80 =>
            {
                let packet_id = received.packet_id;
                self.send(Packet::PublishRelease(v5::PublishAck2 { packet_id, ..Default::default() }));
                self.others.push(packet);
            }
            other => self.others.push(other),
        }
    }

    pub fn unreleased(&self) -> std::collections::BTreeSet<u16> {
        self.unreleased.iter().copied().collect()
    }

    pub fn acknowledge(&mut self, packet_id: NonZeroU16) {
        self.send(Packet::PublishAck(v5::PublishAck { packet_id, ..Default::default() }));
    }

    /// Takes whatever comes within this time.
    pub fn listen(&mut self, time: Duration) {
        let until = Instant::now() + time;
        while !self.is_closed && Instant::now() < until {
            self.read(until.saturating_duration_since(Instant::now()));
        }
    }

    /// Waits for a packet that `is` takes, and takes it out of the others.
    pub fn wait<T>(&mut self, is: impl Fn(&Packet) -> Option<T>) -> Option<T> {
        let until = Instant::now() + PATIENCE;
        loop {
            let found =
                self.others.iter().enumerate().find_map(|(at, packet)| is(packet).map(|found| (at, found)));
            if let Some((at, found)) = found {
                self.others.remove(at);
                return Some(found);
            }
            if self.is_closed || Instant::now() >= until {
                return None;
            }
            self.read(until.saturating_duration_since(Instant::now()));
        }
    }

    /// Waits until it has so many messages.
    #[track_caller]
    pub fn wait_for(&mut self, messages: usize) {
        let until = Instant::now() + PATIENCE;
        while self.messages.len() < messages && !self.is_closed && Instant::now() < until {
            self.read(until.saturating_duration_since(Instant::now()));
        }
        assert!(
            self.messages.len() >= messages,
            "{} of {messages} messages came: {:?}, {:?}",
            self.messages.len(),
            self.texts(),
            self.others
        );
    }

    /// The payloads that came.
    pub fn texts(&self) -> Vec<String> {
        self.messages.iter().map(|m| String::from_utf8_lossy(&m.payload).into_owned()).collect()
    }

    fn next_id(&mut self) -> NonZeroU16 {
        self.last_id = self.last_id % u16::MAX + 1;
        NonZeroU16::new(self.last_id).expect("not 0")
    }

    /// Subscribes with these options; answers the reasons.
    #[track_caller]
    pub fn subscribe_with(&mut self, mut subscribe: v5::Subscribe) -> Vec<v5::SubscribeAckReason> {
        subscribe.packet_id = self.next_id();
        let id = subscribe.packet_id;
        self.send(Packet::Subscribe(subscribe));
        let ack = self.wait(|p| match p {
            Packet::SubscribeAck(ack) if ack.packet_id == id => Some(ack.status.clone()),
            _ => None,
        });
        ack.expect("a SUBACK")
    }

    #[track_caller]
    pub fn subscribe(&mut self, filters: &[(&str, u8)]) -> Vec<v5::SubscribeAckReason> {
        self.subscribe_with(subscription(filters))
    }

    #[track_caller]
    pub fn unsubscribe(&mut self, filter: &str) {
        let packet_id = self.next_id();
        let topic_filters = vec![filter.into()];
        self.send(Packet::Unsubscribe(v5::Unsubscribe {
            packet_id,
            user_properties: Vec::new(),
            topic_filters,
        }));
        let ack = self
            .wait(|p| matches!(p, Packet::UnsubscribeAck(ack) if ack.packet_id == packet_id).then_some(()));
        ack.expect("an UNSUBACK");
    }

    /// Sends a message and does not wait; answers its id.
    pub fn publish_only(&mut self, mut message: Publish) -> Option<NonZeroU16> {
        message.packet_id = (message.qos != QoS::AtMostOnce).then(|| self.next_id());
        let id = message.packet_id;
        self.send(Packet::Publish(Box::new(message)));
        id
    }

    /// Sends a message and waits until it is acknowledged; answers the reason.
    #[track_caller]
    pub fn publish_message(&mut self, message: Publish) -> u8 {
        let qos = message.qos;
        let Some(id) = self.publish_only(message) else { return 0 };
        let reason = self.wait(|p| match p {
            Packet::PublishAck(ack) if ack.packet_id == id => Some(u8::from(ack.reason_code)),
            Packet::PublishReceived(ack) if ack.packet_id == id => Some(u8::from(ack.reason_code)),
            _ => None,
        });
        let reason = reason.expect("an acknowledgement");
        if qos == QoS::ExactlyOnce && reason < 0x80 {
            let done =
                self.wait(|p| matches!(p, Packet::PublishComplete(ack) if ack.packet_id == id).then_some(()));
            done.expect("a PUBCOMP");
        }
        reason
    }

    #[track_caller]
    pub fn publish(&mut self, topic: &str, payload: &str, qos: u8) -> u8 {
        self.publish_message(message(topic, payload, qos))
    }

    #[track_caller]
    pub fn retain(&mut self, topic: &str, payload: &str, qos: u8) {
        self.publish_message(Publish { retain: true, ..message(topic, payload, qos) });
    }

    pub fn disconnect(self) {
        self.disconnect_with(v5::Disconnect::default());
    }

    /// Says goodbye and waits until the server has closed, so that what follows finds it done.
    pub fn disconnect_with(mut self, goodbye: v5::Disconnect) {
        self.is_paused = true;
        self.send(Packet::Disconnect(goodbye));
        self.listen(PATIENCE);
        assert!(self.is_closed, "the server does not close after a DISCONNECT");
    }

    /// Why the server ended the connection.
    pub fn end(&mut self) -> Option<u8> {
        let reason = self.wait(|p| match p {
            Packet::Disconnect(goodbye) => Some(u8::from(goodbye.reason_code)),
            _ => None,
        });
        self.listen(PATIENCE);
        assert!(self.is_closed, "the server does not close the connection");
        reason
    }
}

pub fn subscription(filters: &[(&str, u8)]) -> v5::Subscribe {
    let options = |qos: u8| v5::SubscriptionOptions {
        qos: QoS::try_from(qos).expect("a QoS"),
        ..v5::SubscriptionOptions::default()
    };
    v5::Subscribe {
        packet_id: NonZeroU16::MIN,
        id: None,
        user_properties: Vec::new(),
        topic_filters: filters.iter().map(|(filter, qos)| ((*filter).into(), options(*qos))).collect(),
    }
}
