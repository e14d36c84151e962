//! Control packets of MQTT 3.1.1 and 5 in one form; the bytes are `rmqtt-codec`'s business.

use std::num::{NonZeroU16, NonZeroU32};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use bytestring::ByteString;
use rmqtt_codec::error::DecodeError;
use rmqtt_codec::{types, v3, v5};
use tokio_util::codec::{Decoder, Encoder};
use vocab::Time;
use vocab::time::SECOND;

use crate::message::{Message, Properties, Qos};
use crate::reason::Reason;
use crate::session::Delivery;

mod read;
mod write;

pub use read::{connect, frame};
pub use write::Unwritable;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// 3.1 and 3.1.1.
    Three,
    Five,
}

#[derive(Debug, Clone)]
pub struct Connect {
    pub version: Version,
    pub clean: bool,
    /// 0: for ever.
    pub keep_alive_seconds: u16,
    pub session_seconds: u32,
    pub receive_maximum: u16,
    pub alias_maximum: u16,
    pub packet_bytes: Option<u32>,
    pub has_method: bool,
    pub client: ByteString,
    pub user: Option<ByteString>,
    pub password: Option<Bytes>,
    pub will: Option<Will>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Will {
    pub message: Message,
    pub delay_seconds: u32,
    /// From when it is published on.
    pub expiry_seconds: Option<u32>,
}

#[derive(Debug, Clone)]
pub struct Publish {
    pub id: Option<NonZeroU16>,
    pub dup: bool,
    pub alias: Option<u16>,
    pub message: Message,
}

/// How a client wants the messages of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    pub qos: Qos,
    pub no_local: bool,
    pub retain_as_published: bool,
    /// 0: what is retained always; 1: for a new subscription; 2: never.
    pub retain_handling: u8,
    pub identifier: Option<u32>,
}

#[derive(Debug, Clone)]
pub struct Subscribe {
    pub id: NonZeroU16,
    pub filters: Vec<(ByteString, Options)>,
    pub user: Vec<(ByteString, ByteString)>,
}

/// What a client sends.
#[derive(Debug, Clone)]
pub enum Incoming {
    Connect(Box<Connect>),
    Publish(Box<Publish>),
    Acknowledged(u16),
    /// PUBREC, and whether the client took the message.
    Received(u16, bool),
    Release(u16),
    Completed(u16),
    Subscribe(Subscribe),
    Unsubscribe(NonZeroU16, Vec<ByteString>),
    Ping,
    /// Whether the will is wanted all the same, and how long the session is to live now.
    Disconnect(bool, Option<u32>),
    /// Something that only servers send, or that we offer nothing for.
    Unexpected,
}

/// What a CONNACK of MQTT 5 tells beyond the reason.
#[derive(Debug, Clone, Default)]
pub struct Granted {
    pub is_present: bool,
    pub session_seconds: Option<u32>,
    pub receive_maximum: u16,
    pub packet_bytes: u32,
    pub alias_maximum: u16,
    pub keep_alive_seconds: Option<u16>,
    pub client: Option<ByteString>,
}

/// What a server sends.
#[derive(Debug, Clone)]
pub enum Outgoing {
    Welcome(Granted),
    Unwelcome(Reason),
    Publish {
        id: Option<NonZeroU16>,
        delivery: Delivery,
        alias: Option<(NonZeroU16, bool)>,
    },
    Acknowledge(NonZeroU16, Reason, Option<String>),
    Receive(NonZeroU16, Reason, Option<String>),
    Release(NonZeroU16, bool),
    Complete(NonZeroU16, bool),
    /// With a reason for each filter.
    Subscribed(NonZeroU16, Vec<Reason>, Option<String>),
    Unsubscribed(NonZeroU16, Vec<bool>),
    Pong,
    Goodbye(Reason, Option<String>),
}

/// Packets to bytes and back, as the version of the connection has it.
#[derive(Debug)]
pub enum Codec {
    Three(v3::Codec),
    Five(v5::Codec),
}

impl Codec {
    pub fn new(version: Version) -> Codec {
        match version {
            Version::Three => Codec::Three(v3::Codec::new(0)),
            Version::Five => Codec::Five(v5::Codec::new(0, 0)),
        }
    }

    pub fn version(&self) -> Version {
        match self {
            Codec::Three(_) => Version::Three,
            Codec::Five(_) => Version::Five,
        }
    }

    /// Bytes of a packet that the client takes.
    pub fn set_packet_bytes(&mut self, bytes: u32) {
        if let Codec::Five(codec) = self {
            codec.set_max_outbound_size(bytes);
        }
    }
}

#[cfg(test)]
mod tests;
