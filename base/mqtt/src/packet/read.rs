//! From bytes.

use super::*;

/// Length of the packet that begins here, once its length is known; larger than `most` is an error. Nothing is reserved
/// for what a header promises: memory follows the bytes that came.
pub fn frame(bytes: &[u8], most: usize) -> Result<Option<usize>, Reason> {
    let mut length = 0usize;
    for at in 0..4 {
        let Some(byte) = bytes.get(1 + at) else { return Ok(None) };
        length |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            let whole = 2 + at + length;
            if whole > most {
                return Err(Reason::PacketTooLarge);
            }
            return Ok((bytes.len() >= whole).then_some(whole));
        }
        if length > most {
            return Err(Reason::PacketTooLarge);
        }
    }
    Err(Reason::MalformedPacket)
}

/// The version of a whole CONNECT.
fn version(connect: &[u8]) -> Result<Version, Reason> {
    if connect.first() != Some(&0x10) {
        return Err(Reason::ProtocolError);
    }
    let body = connect.iter().skip(1).position(|byte| byte & 0x80 == 0).map_or(connect.len(), |at| at + 2);
    match connect.get(body..).unwrap_or_default() {
        [0, 4, b'M', b'Q', b'T', b'T', 4, ..] | [0, 6, b'M', b'Q', b'I', b's', b'd', b'p', 3, ..] => {
            Ok(Version::Three)
        }
        [0, 4, b'M', b'Q', b'T', b'T', 5, flags, ..] if flags & 1 == 0 => Ok(Version::Five),
        [0, 4, b'M', b'Q', b'T', b'T', 5, ..] => Err(Reason::MalformedPacket),
        _ => Err(Reason::UnsupportedProtocolVersion),
    }
}

/// Reads a CONNECT, which says how all that follows is to be read.
pub fn connect(mut packet: BytesMut) -> Result<(Codec, Connect), (Version, Reason)> {
    let version = version(&packet).map_err(|reason| (Version::Three, reason))?;
    let mut codec = Codec::new(version);
    let whole = packet.clone();
    let read = codec.read(&mut packet).or_else(|reason| {
        // MQTT 5 lets a client without a name resume nothing; the codec refuses it (3.1.3.1).
        let mut retry = whole.clone();
        let flags = retry.windows(5).position(|w| w == [b'M', b'Q', b'T', b'T', 5]).map(|at| at + 5);
        match (reason, version, flags) {
            (Reason::ClientIdentifierNotValid, Version::Five, Some(at)) if at < retry.len() => {
                retry[at] |= 0b10;
                codec = Codec::new(version);
                codec.read(&mut retry)
            }
            _ => Err(reason),
        }
    });
    match read.map_err(|reason| (version, reason))? {
        Incoming::Connect(connect) => Ok((codec, *connect)),
        _ => Err((version, Reason::ProtocolError)),
    }
}

fn reason(error: &DecodeError) -> Reason {
    match error {
        DecodeError::MaxSizeExceeded { .. } => Reason::PacketTooLarge,
        DecodeError::InvalidClientId => Reason::ClientIdentifierNotValid,
        DecodeError::UnsupportedProtocolLevel | DecodeError::InvalidProtocol => {
            Reason::UnsupportedProtocolVersion
        }
        DecodeError::UnsupportedPacketType | DecodeError::PacketIdRequired => Reason::ProtocolError,
        _ => Reason::MalformedPacket,
    }
}

fn qos(qos: types::QoS) -> Qos {
    Qos::of(i64::from(qos.value())).unwrap_or_default()
}

fn expires(seconds: Option<NonZeroU32>, now: Time) -> Option<Time> {
    seconds.map(|seconds| now.plus(i64::from(seconds.get()) * SECOND))
}

impl Codec {
    /// Reads one whole packet.
    pub fn read(&mut self, packet: &mut BytesMut) -> Result<Incoming, Reason> {
        self.read_at(packet, Time(0))
    }

    /// As [`Codec::read`]; `now` is when expiry intervals begin.
    pub fn read_at(&mut self, packet: &mut BytesMut, now: Time) -> Result<Incoming, Reason> {
        // The codec reads some fields without looking whether they are there; what that breaks is the packet's fault.
        let read = std::panic::AssertUnwindSafe(|| match self {
            Codec::Three(codec) => codec.decode(packet).map(|found| found.map(|(packet, _)| three(packet))),
            Codec::Five(codec) => {
                codec.decode(packet).map(|found| found.map(|(packet, _)| five(packet, now)))
            }
        });
        match std::panic::catch_unwind(read) {
            Ok(Ok(Some(packet))) => Ok(packet),
            Ok(Ok(None)) | Err(_) => Err(Reason::MalformedPacket),
            Ok(Err(error)) => Err(reason(&error)),
        }
    }
}

fn three(packet: v3::Packet) -> Incoming {
    match packet {
        v3::Packet::Connect(connect) => Incoming::Connect(Box::new(Connect {
            version: Version::Three,
            clean: connect.clean_session,
            keep_alive_seconds: connect.keep_alive,
            session_seconds: if connect.clean_session { 0 } else { u32::MAX },
            receive_maximum: u16::MAX,
            alias_maximum: 0,
            packet_bytes: None,
            has_method: false,
            client: connect.client_id,
            user: connect.username,
            password: connect.password,
            will: connect.last_will.map(|will| {
                let message = Message::new(will.topic, copied(&will.message), qos(will.qos));
                Will {
                    message: Message { retain: will.retain, ..message },
                    delay_seconds: 0,
                    expiry_seconds: None,
                }
            }),
        })),
        v3::Packet::Publish(publish) => published(*publish, Time(0)),
        v3::Packet::PublishAck { packet_id } => Incoming::Acknowledged(packet_id.get()),
        v3::Packet::PublishReceived { packet_id } => Incoming::Received(packet_id.get(), true),
        v3::Packet::PublishRelease { packet_id } => Incoming::Release(packet_id.get()),
        v3::Packet::PublishComplete { packet_id } => Incoming::Completed(packet_id.get()),
        v3::Packet::Subscribe { packet_id, topic_filters } => {
            let filters = topic_filters.into_iter().map(|(filter, wanted)| {
                let options = Options {
                    qos: qos(wanted),
                    no_local: false,
                    retain_as_published: false,
                    retain_handling: 0,
                    identifier: None,
                };
                (filter, options)
            });
            Incoming::Subscribe(Subscribe { id: packet_id, filters: filters.collect(), user: Vec::new() })
        }
        v3::Packet::Unsubscribe { packet_id, topic_filters } => {
            Incoming::Unsubscribe(packet_id, topic_filters)
        }
        v3::Packet::PingRequest => Incoming::Ping,
        v3::Packet::Disconnect => Incoming::Disconnect(false, None),
        _ => Incoming::Unexpected,
    }
}

fn five(packet: v5::Packet, now: Time) -> Incoming {
    match packet {
        v5::Packet::Connect(connect) => Incoming::Connect(Box::new(Connect {
            version: Version::Five,
            clean: connect.clean_start,
            keep_alive_seconds: connect.keep_alive,
            session_seconds: connect.session_expiry_interval_secs,
            receive_maximum: connect.receive_max.map_or(u16::MAX, NonZeroU16::get),
            alias_maximum: connect.topic_alias_max,
            packet_bytes: connect.max_packet_size.map(NonZeroU32::get),
            has_method: connect.auth_method.is_some(),
            client: connect.client_id,
            user: connect.username,
            password: connect.password,
            will: connect.last_will.map(will),
        })),
        v5::Packet::Publish(publish) => published(*publish, now),
        v5::Packet::PublishAck(ack) => Incoming::Acknowledged(ack.packet_id.get()),
        v5::Packet::PublishReceived(ack) => {
            Incoming::Received(ack.packet_id.get(), u8::from(ack.reason_code) < 0x80)
        }
        v5::Packet::PublishRelease(ack) => Incoming::Release(ack.packet_id.get()),
        v5::Packet::PublishComplete(ack) => Incoming::Completed(ack.packet_id.get()),
        v5::Packet::Subscribe(subscribe) => {
            let identifier = subscribe.id.map(NonZeroU32::get);
            let filters = subscribe.topic_filters.into_iter().map(|(filter, wanted)| {
                let options = Options {
                    qos: qos(wanted.qos),
                    no_local: wanted.no_local,
                    retain_as_published: wanted.retain_as_published,
                    retain_handling: wanted.retain_handling.into(),
                    identifier,
                };
                (filter, options)
            });
            let (id, user) = (subscribe.packet_id, subscribe.user_properties);
            Incoming::Subscribe(Subscribe { id, filters: filters.collect(), user })
        }
        v5::Packet::Unsubscribe(unsubscribe) => {
            Incoming::Unsubscribe(unsubscribe.packet_id, unsubscribe.topic_filters)
        }
        v5::Packet::PingRequest => Incoming::Ping,
        v5::Packet::Disconnect(goodbye) => {
            Incoming::Disconnect(u8::from(goodbye.reason_code) == 0x04, goodbye.session_expiry_interval_secs)
        }
        _ => Incoming::Unexpected,
    }
}

/// What is kept must not hold the whole of what was read.
fn copied(bytes: &Bytes) -> Bytes {
    Bytes::copy_from_slice(bytes)
}

fn owned(text: &ByteString) -> ByteString {
    ByteString::from(text.to_string())
}

fn will(will: v5::LastWill) -> Will {
    let properties = Properties {
        is_text: will.is_utf8_payload.unwrap_or(false),
        content_type: will.content_type,
        response_topic: will.response_topic,
        correlation: will.correlation_data,
        user: will.user_properties,
    };
    let message = Message {
        retain: will.retain,
        properties: kept(properties),
        ..Message::new(owned(&will.topic), copied(&will.message), qos(will.qos))
    };
    Will {
        message,
        delay_seconds: will.will_delay_interval_sec.unwrap_or(0),
        expiry_seconds: will.message_expiry_interval.map(NonZeroU32::get),
    }
}

fn kept(properties: Properties) -> Option<Arc<Properties>> {
    (properties != Properties::default()).then(|| {
        Arc::new(Properties {
            content_type: properties.content_type.as_ref().map(owned),
            response_topic: properties.response_topic.as_ref().map(owned),
            correlation: properties.correlation.as_ref().map(copied),
            user: properties.user.iter().map(|(name, value)| (owned(name), owned(value))).collect(),
            ..properties
        })
    })
}

/// The payload still lies in what was read: who keeps it copies it ([`Message::detached`]).
fn published(publish: types::Publish, now: Time) -> Incoming {
    let mut message = Message::new(publish.topic, publish.payload, qos(publish.qos));
    message.retain = publish.retain;
    let mut alias = None;
    if let Some(said) = publish.properties {
        alias = said.topic_alias.map(NonZeroU16::get);
        message.expires = expires(said.message_expiry_interval, now);
        message.properties = kept(Properties {
            is_text: said.is_utf8_payload,
            content_type: said.content_type,
            response_topic: said.response_topic,
            correlation: said.correlation_data,
            user: said.user_properties,
        });
    }
    Incoming::Publish(Box::new(Publish { id: publish.packet_id, dup: publish.dup, alias, message }))
}

impl Message {
    /// The same, in memory of its own.
    pub fn detached(self) -> Message {
        Message { topic: owned(&self.topic), payload: copied(&self.payload), ..self }
    }
}
