//! A message on its way from a publisher to subscribers.

use std::sync::Arc;

use bytes::Bytes;
use bytestring::ByteString;
use vocab::Time;
use vocab::time::SECOND;

/// How hard delivery is tried (MQTT 5, 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Qos {
    #[default]
    AtMostOnce = 0,
    AtLeastOnce = 1,
    ExactlyOnce = 2,
}

impl Qos {
    pub fn of(number: i64) -> Option<Qos> {
        [Qos::AtMostOnce, Qos::AtLeastOnce, Qos::ExactlyOnce].into_iter().find(|qos| *qos as i64 == number)
    }
}

/// What MQTT 5 lets a publisher say beside the payload, and every subscriber is told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Properties {
    pub is_text: bool,
    pub content_type: Option<ByteString>,
    pub response_topic: Option<ByteString>,
    pub correlation: Option<Bytes>,
    pub user: Vec<(ByteString, ByteString)>,
}

impl Properties {
    pub fn bytes(&self) -> usize {
        let texts = [&self.content_type, &self.response_topic].into_iter().flatten().map(|t| t.len());
        let user = self.user.iter().map(|(name, value)| name.len() + value.len());
        texts.chain(user).sum::<usize>() + self.correlation.as_ref().map_or(0, Bytes::len)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub topic: ByteString,
    pub payload: Bytes,
    pub qos: Qos,
    pub retain: bool,
    /// Nobody wants it after this.
    pub expires: Option<Time>,
    pub properties: Option<Arc<Properties>>,
}

impl Message {
    /// A plain one.
    pub fn new(topic: ByteString, payload: Bytes, qos: Qos) -> Message {
        Message { topic, payload, qos, retain: false, expires: None, properties: None }
    }

    /// What it costs to keep.
    pub fn bytes(&self) -> usize {
        // What stands around it in memory: the message, its place in a queue, allocations.
        const AROUND: usize = 160;
        AROUND + self.topic.len() + self.payload.len() + self.properties.as_ref().map_or(0, |p| p.bytes())
    }

    pub fn is_over(&self, now: Time) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// Whole seconds left, at least 1 for one that is not over: 0 cannot be said on the wire.
    pub fn seconds_left(&self, now: Time) -> Option<u32> {
        let left = self.expires?.0.saturating_sub(now.0) / SECOND;
        Some(u32::try_from(left.max(1)).unwrap_or(u32::MAX))
    }
}
