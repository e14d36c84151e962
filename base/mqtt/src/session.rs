//! What the server remembers of one client between and during connections (MQTT 5, 4.1 and 4.4): messages that wait,
//! messages that are under way to it, and the packet ids of QoS 2 messages that it has not released.
//!
//! The packet id of a message follows from its number in the session, so that a message that is sent again after the
//! server died carries the id it had, and a client that has it already knows it.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::num::NonZeroU16;
use std::sync::Arc;

use vocab::Time;

use crate::message::{Message, Qos};

/// One message for one session.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Its number in the session, from 1; 0 for QoS 0, which has none.
    pub n: u64,
    pub message: Arc<Message>,
    /// The lower one of publisher and subscription.
    pub qos: Qos,
    pub retain: bool,
    /// Of the subscriptions that it matched.
    pub identifiers: Vec<u32>,
    /// It may have been sent before.
    pub dup: bool,
}

/// What may wait in one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    pub messages: usize,
    pub bytes: usize,
}

/// The session holds as much as it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Published; the client has not said that it has it.
    Sent,
    /// QoS 2: it has it, and is to be told to release the id.
    Releasing,
}

#[derive(Debug)]
struct Flight {
    delivery: Delivery,
    stage: Stage,
}

/// What is to be sent next.
#[derive(Debug, PartialEq)]
pub enum Next {
    Publish(Option<NonZeroU16>, Delivery),
    Release(NonZeroU16),
    /// Nobody wants this one any more; its number, to be forgotten.
    Over(u64),
}

/// What a PUBREC means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// The client has it: keep that, then tell it to release the id.
    Release(u64),
    /// That was kept already.
    Again,
    /// The client refused it; nothing more is to be done.
    Refused(u64),
    Unknown,
}

#[derive(Debug, Default)]
pub struct Session {
    waiting: VecDeque<Delivery>,
    flights: HashMap<u16, Flight>,
    /// Ids of flights to be sent again on this connection, oldest first.
    again: VecDeque<u16>,
    incoming: BTreeSet<u16>,
    last: u64,
    bytes: usize,
}

/// 1 to 65,535, in turn.
pub fn packet_id(n: u64) -> NonZeroU16 {
    let id = (n.saturating_sub(1) % u64::from(u16::MAX)) as u16 + 1;
    NonZeroU16::new(id).unwrap_or(NonZeroU16::MIN)
}

impl Session {
    /// A number for the next message that is not QoS 0.
    pub fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Messages that wait or are under way.
    pub fn len(&self) -> usize {
        self.waiting.len() + self.flights.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What all of them cost.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn has_room(&self, bytes: usize, room: Room) -> bool {
        self.len() < room.messages && self.bytes + bytes <= room.bytes
    }

    /// Lets a message wait its turn.
    pub fn push(&mut self, delivery: Delivery, room: Room) -> Result<(), Full> {
        if !self.has_room(delivery.message.bytes(), room) {
            return Err(Full);
        }
        self.keep(delivery);
        Ok(())
    }

    /// As [`Session::push`], for one that there was room for when it was promised.
    pub fn keep(&mut self, delivery: Delivery) {
        self.last = self.last.max(delivery.n);
        self.bytes += delivery.message.bytes();
        self.waiting.push_back(delivery);
    }

    /// One that the client has and is to release, as the store remembers it.
    pub fn restore_releasing(&mut self, delivery: Delivery) {
        self.last = self.last.max(delivery.n);
        self.bytes += delivery.message.bytes();
        let id = packet_id(delivery.n).get();
        self.flights.insert(id, Flight { delivery, stage: Stage::Releasing });
    }

    /// A connection begins: what was under way goes again.
    pub fn begin(&mut self) {
        let mut ids: Vec<(u64, u16)> = self.flights.iter().map(|(id, f)| (f.delivery.n, *id)).collect();
        ids.sort_unstable();
        self.again = ids.into_iter().map(|(_, id)| id).collect();
        self.flights.values_mut().for_each(|flight| flight.delivery.dup = true);
    }

    /// A connection ended: nothing of QoS 0 waits for the next.
    pub fn end(&mut self) {
        self.again.clear();
        self.waiting.retain(|delivery| delivery.qos > Qos::AtMostOnce);
        self.bytes = self
            .waiting
            .iter()
            .chain(self.flights.values().map(|f| &f.delivery))
            .map(|d| d.message.bytes())
            .sum();
    }

    /// What may be sent now, with no more than `window` messages under way.
    pub fn next(&mut self, now: Time, window: usize) -> Option<Next> {
        while let Some(id) = self.again.pop_front() {
            let (Some(flight), Some(packet)) = (self.flights.get(&id), NonZeroU16::new(id)) else { continue };
            return Some(match flight.stage {
                Stage::Sent => Next::Publish(Some(packet), flight.delivery.clone()),
                Stage::Releasing => Next::Release(packet),
            });
        }
        let front = self.waiting.front()?;
        let id = (front.qos > Qos::AtMostOnce).then(|| packet_id(front.n));
        if front.message.is_over(now) {
            let n = front.n;
            self.forget_front();
            return Some(Next::Over(n));
        }
        if id.is_some_and(|id| self.flights.len() >= window || self.flights.contains_key(&id.get())) {
            return None;
        }
        let delivery = self.forget_front()?;
        if let Some(id) = id {
            self.bytes += delivery.message.bytes();
            self.flights.insert(id.get(), Flight { delivery: delivery.clone(), stage: Stage::Sent });
        }
        Some(Next::Publish(id, delivery))
    }

    fn forget_front(&mut self) -> Option<Delivery> {
        let delivery = self.waiting.pop_front()?;
        self.bytes -= delivery.message.bytes();
        if self.waiting.is_empty() {
            self.waiting = VecDeque::new();
        }
        Some(delivery)
    }

    fn land(&mut self, id: u16) -> Option<u64> {
        let flight = self.flights.remove(&id)?;
        self.bytes -= flight.delivery.message.bytes();
        if self.flights.is_empty() {
            self.flights = HashMap::new();
        }
        Some(flight.delivery.n)
    }

    /// PUBACK: answers the number of the message, which is done.
    pub fn acknowledged(&mut self, id: u16) -> Option<u64> {
        let is_it = self.flights.get(&id).is_some_and(|f| f.delivery.qos == Qos::AtLeastOnce);
        is_it.then(|| self.land(id)).flatten()
    }

    /// PUBREC.
    pub fn received(&mut self, id: u16, is_taken: bool) -> Received {
        let Some(flight) = self.flights.get_mut(&id) else { return Received::Unknown };
        match (flight.delivery.qos, flight.stage, is_taken) {
            (Qos::ExactlyOnce, Stage::Releasing, _) => Received::Again,
            (Qos::ExactlyOnce, Stage::Sent, true) => {
                flight.stage = Stage::Releasing;
                Received::Release(flight.delivery.n)
            }
            (Qos::ExactlyOnce, Stage::Sent, false) => {
                self.land(id).map_or(Received::Unknown, Received::Refused)
            }
            _ => Received::Unknown,
        }
    }

    /// PUBCOMP: answers the number of the message, which is done.
    pub fn completed(&mut self, id: u16) -> Option<u64> {
        let is_it = self.flights.get(&id).is_some_and(|flight| flight.stage == Stage::Releasing);
        is_it.then(|| self.land(id)).flatten()
    }

    /// A packet that cannot be sent at all (it is larger than the client takes) counts as done.
    pub fn unsendable(&mut self, id: u16) -> Option<u64> {
        self.land(id)
    }

    /// A QoS 2 message comes in. Answers whether it is new.
    pub fn take(&mut self, id: u16) -> bool {
        self.incoming.insert(id)
    }

    /// Its id may be used again. Answers whether it was in use.
    pub fn release(&mut self, id: u16) -> bool {
        self.incoming.remove(&id)
    }

    /// QoS 2 messages that the client has not released.
    pub fn unreleased(&self) -> usize {
        self.incoming.len()
    }
}

#[cfg(test)]
mod tests;
