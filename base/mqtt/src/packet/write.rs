//! To bytes.

use super::*;

/// It is larger than the client takes, or cannot be written at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unwritable;

impl Codec {
    /// Appends a packet; one that the version does not know is left out.
    pub fn write(&mut self, packet: Outgoing, now: Time, to: &mut BytesMut) -> Result<(), Unwritable> {
        match self {
            Codec::Three(codec) => match three(packet) {
                None => Ok(()),
                Some(packet) => codec.encode(packet, to).map_err(|_| Unwritable),
            },
            Codec::Five(codec) => codec.encode(five(packet, now), to).map_err(|_| Unwritable),
        }
    }
}

fn level(qos: Qos) -> types::QoS {
    match qos {
        Qos::AtMostOnce => types::QoS::AtMostOnce,
        Qos::AtLeastOnce => types::QoS::AtLeastOnce,
        Qos::ExactlyOnce => types::QoS::ExactlyOnce,
    }
}

fn three(packet: Outgoing) -> Option<v3::Packet> {
    Some(match packet {
        Outgoing::Welcome(granted) => v3::Packet::ConnectAck(v3::ConnectAck {
            return_code: v3::ConnectAckReason::ConnectionAccepted,
            session_present: granted.is_present,
        }),
        Outgoing::Unwelcome(reason) => v3::Packet::ConnectAck(v3::ConnectAck {
            return_code: match reason {
                Reason::UnsupportedProtocolVersion => v3::ConnectAckReason::UnacceptableProtocolVersion,
                Reason::ClientIdentifierNotValid => v3::ConnectAckReason::IdentifierRejected,
                Reason::BadUserNameOrPassword => v3::ConnectAckReason::BadUserNameOrPassword,
                Reason::NotAuthorized => v3::ConnectAckReason::NotAuthorized,
                _ => v3::ConnectAckReason::ServiceUnavailable,
            },
            session_present: false,
        }),
        Outgoing::Publish { id, delivery, .. } => v3::Packet::Publish(Box::new(types::Publish {
            dup: delivery.dup && id.is_some(),
            retain: delivery.retain,
            qos: level(delivery.qos),
            topic: delivery.message.topic.clone(),
            packet_id: id,
            payload: delivery.message.payload.clone(),
            properties: None,
        })),
        Outgoing::Acknowledge(packet_id, ..) => v3::Packet::PublishAck { packet_id },
        Outgoing::Receive(packet_id, ..) => v3::Packet::PublishReceived { packet_id },
        Outgoing::Release(packet_id, _) => v3::Packet::PublishRelease { packet_id },
        Outgoing::Complete(packet_id, _) => v3::Packet::PublishComplete { packet_id },
        Outgoing::Subscribed(packet_id, reasons, _) => v3::Packet::SubscribeAck {
            packet_id,
            status: reasons
                .into_iter()
                .map(|reason| match reason {
                    Reason::Success => v3::SubscribeReturnCode::Success(types::QoS::AtMostOnce),
                    Reason::Granted(qos) => v3::SubscribeReturnCode::Success(level(qos)),
                    _ => v3::SubscribeReturnCode::Failure,
                })
                .collect(),
        },
        Outgoing::Unsubscribed(packet_id, _) => v3::Packet::UnsubscribeAck { packet_id },
        Outgoing::Pong => v3::Packet::PingResponse,
        Outgoing::Goodbye(..) => return None,
    })
}

fn ack(packet_id: NonZeroU16, reason: Reason, why: Option<String>) -> v5::PublishAck {
    let reason_code = reason.code().try_into().unwrap_or(v5::PublishAckReason::UnspecifiedError);
    v5::PublishAck {
        packet_id,
        reason_code,
        properties: Vec::new(),
        reason_string: why.map(ByteString::from),
    }
}

fn ack2(packet_id: NonZeroU16, is_known: bool) -> v5::PublishAck2 {
    let reason_code =
        if is_known { v5::PublishAck2Reason::Success } else { v5::PublishAck2Reason::PacketIdNotFound };
    v5::PublishAck2 { packet_id, reason_code, properties: Vec::new(), reason_string: None }
}

fn published(
    packet_id: Option<NonZeroU16>,
    delivery: &Delivery,
    alias: Option<(NonZeroU16, bool)>,
    now: Time,
) -> types::Publish {
    let message = &delivery.message;
    let said = message.properties.as_deref().cloned().unwrap_or_default();
    let is_named = alias.is_none_or(|(_, is_new)| is_new);
    let identifiers = delivery.identifiers.iter().filter_map(|id| NonZeroU32::new(*id));
    types::Publish {
        dup: delivery.dup && packet_id.is_some(),
        retain: delivery.retain,
        qos: level(delivery.qos),
        topic: if is_named { message.topic.clone() } else { ByteString::new() },
        packet_id,
        payload: message.payload.clone(),
        properties: Some(v5::PublishProperties {
            topic_alias: alias.map(|(alias, _)| alias),
            correlation_data: said.correlation,
            message_expiry_interval: message.seconds_left(now).and_then(NonZeroU32::new),
            content_type: said.content_type,
            user_properties: said.user,
            is_utf8_payload: said.is_text,
            response_topic: said.response_topic,
            subscription_ids: identifiers.collect(),
        }),
    }
}

fn five(packet: Outgoing, now: Time) -> v5::Packet {
    match packet {
        Outgoing::Welcome(granted) => v5::Packet::ConnectAck(Box::new(v5::ConnectAck {
            session_present: granted.is_present,
            session_expiry_interval_secs: granted.session_seconds,
            receive_max: NonZeroU16::new(granted.receive_maximum).unwrap_or(NonZeroU16::MIN),
            max_packet_size: Some(granted.packet_bytes),
            topic_alias_max: granted.alias_maximum,
            server_keepalive_sec: granted.keep_alive_seconds,
            assigned_client_id: granted.client,
            ..v5::ConnectAck::default()
        })),
        Outgoing::Unwelcome(reason) => v5::Packet::ConnectAck(Box::new(v5::ConnectAck {
            reason_code: reason.code().try_into().unwrap_or(v5::ConnectAckReason::UnspecifiedError),
            ..v5::ConnectAck::default()
        })),
        Outgoing::Publish { id, delivery, alias } => {
            v5::Packet::Publish(Box::new(published(id, &delivery, alias, now)))
        }
        Outgoing::Acknowledge(id, reason, why) => v5::Packet::PublishAck(ack(id, reason, why)),
        Outgoing::Receive(id, reason, why) => v5::Packet::PublishReceived(ack(id, reason, why)),
        Outgoing::Release(id, is_known) => v5::Packet::PublishRelease(ack2(id, is_known)),
        Outgoing::Complete(id, is_known) => v5::Packet::PublishComplete(ack2(id, is_known)),
        Outgoing::Subscribed(packet_id, reasons, why) => v5::Packet::SubscribeAck(v5::SubscribeAck {
            packet_id,
            properties: Vec::new(),
            reason_string: why.map(ByteString::from),
            status: reasons
                .into_iter()
                .map(|reason| reason.code().try_into().unwrap_or(v5::SubscribeAckReason::UnspecifiedError))
                .collect(),
        }),
        Outgoing::Unsubscribed(packet_id, found) => v5::Packet::UnsubscribeAck(v5::UnsubscribeAck {
            packet_id,
            properties: Vec::new(),
            reason_string: None,
            status: found
                .into_iter()
                .map(|found| match found {
                    true => v5::UnsubscribeAckReason::Success,
                    false => v5::UnsubscribeAckReason::NoSubscriptionExisted,
                })
                .collect(),
        }),
        Outgoing::Pong => v5::Packet::PingResponse,
        Outgoing::Goodbye(reason, why) => {
            let code = reason.code().try_into().unwrap_or(v5::DisconnectReasonCode::UnspecifiedError);
            let mut goodbye = v5::Disconnect::new(code);
            goodbye.reason_string = why.map(ByteString::from);
            v5::Packet::Disconnect(goodbye)
        }
    }
}
