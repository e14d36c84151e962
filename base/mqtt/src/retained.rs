//! The last message of each topic that asked to be kept, for those who subscribe later (MQTT 5, 3.3.1.3).

use std::collections::BTreeMap;
use std::sync::Arc;

use bytestring::ByteString;
use vocab::Time;

use crate::message::Message;
use crate::topic::Filter;

#[derive(Debug, Default)]
pub struct Retained {
    /// By name, so that a filter without a wildcard in front looks at its own branch only.
    messages: BTreeMap<ByteString, Arc<Message>>,
    bytes: usize,
}

/// There is no room for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

impl Retained {
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Whether keeping it would stay within `bytes_max`.
    pub fn has_room(&self, message: &Message, bytes_max: usize) -> bool {
        let before = self.messages.get(&message.topic).map_or(0, |known| known.bytes());
        self.bytes - before + message.bytes() <= bytes_max
    }

    /// Keeps a message in place of the one before; an empty payload takes that away.
    pub fn put(&mut self, message: Arc<Message>) {
        let topic = message.topic.clone();
        let before = if message.payload.is_empty() {
            self.messages.remove(&topic)
        } else {
            self.bytes += message.bytes();
            self.messages.insert(topic, message)
        };
        self.bytes -= before.map_or(0, |before| before.bytes());
    }

    pub fn find(&self, filter: &Filter, now: Time) -> Vec<Arc<Message>> {
        let prefix = filter.prefix();
        let from =
            self.messages.range::<str, _>((std::ops::Bound::Included(prefix), std::ops::Bound::Unbounded));
        from.map(|(_, message)| message)
            .take_while(|message| message.topic.starts_with(prefix))
            .filter(|message| filter.matches(&message.topic) && !message.is_over(now))
            .cloned()
            .collect()
    }

    /// Forgets what nobody wants any more; answers the topics.
    pub fn sweep(&mut self, now: Time) -> Vec<ByteString> {
        let over: Vec<ByteString> =
            self.messages.values().filter(|m| m.is_over(now)).map(|m| m.topic.clone()).collect();
        for topic in &over {
            self.bytes -= self.messages.remove(topic).map_or(0, |message| message.bytes());
        }
        over
    }
}

#[cfg(test)]
mod tests;
