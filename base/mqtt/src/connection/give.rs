//! What a client is sent.

use std::num::NonZeroU16;

use super::*;
use crate::message::Qos;
use crate::session::{Delivery, Next};

impl Connection {
    /// Appends a packet to what is to be written.
    pub(super) fn write(&mut self, packet: Outgoing) {
        let before = self.output.len();
        if self.codec.write(packet, self.broker.now(), &mut self.output).is_err() {
            self.output.truncate(before);
        }
    }

    /// Answers that were waited for go out; what they free is free.
    pub(super) fn settle(&mut self, settled: Settled) -> Result<(), End> {
        self.publishes -= settled.publishes.min(self.publishes);
        for packet in settled.packets {
            match &packet {
                Outgoing::Acknowledge(..) | Outgoing::Complete(..) => {
                    self.unacknowledged -= 1.min(self.unacknowledged)
                }
                Outgoing::Receive(id, reason, _) if reason.is_refusal() => {
                    self.unacknowledged -= 1.min(self.unacknowledged);
                    self.cell.lock().session.release(id.get());
                }
                _ => {}
            }
            self.write(packet);
        }
        match settled.end {
            Some(reason) => Err(End::Told(reason, None)),
            None => Ok(()),
        }
    }

    /// Sends what waits, as far as the socket and the client take it.
    pub(super) fn give_all(&mut self) {
        let now = self.broker.now();
        self.supply();
        while self.output.len() < limits::AHEAD_BYTES {
            let next = self.cell.lock().session.next(now, self.window);
            match next {
                None => break,
                Some(Next::Over(n)) => self.forget(n),
                Some(Next::Release(id)) => self.write(Outgoing::Release(id, true)),
                Some(Next::Publish(id, delivery)) => self.give(id, delivery, now),
            }
            self.supply();
        }
        if self.output.is_empty() {
            self.stalled = None;
        } else {
            self.stalled = self.stalled.or_else(|| Some(Instant::now()));
        }
    }

    fn forget(&mut self, n: u64) {
        if n > 0 && self.cell.lock().seconds > 0 {
            self.done.push(Change::Done(self.cell.id, n));
        }
    }

    fn give(&mut self, id: Option<NonZeroU16>, delivery: Delivery, now: vocab::Time) {
        let alias = self.alias(&delivery.message.topic);
        let before = self.output.len();
        let n = delivery.n;
        let topic = alias.filter(|(_, is_new)| *is_new).map(|_| delivery.message.topic.clone());
        match self.codec.write(Outgoing::Publish { id, delivery, alias }, now, &mut self.output) {
            Ok(()) => drop(self.broker.inner.counts.sent.inc()),
            Err(_) => {
                // Larger than the client takes: it counts as done ([MQTT-3.1.2-25]).
                self.output.truncate(before);
                if let Some(topic) = topic {
                    self.aliases_out.remove(&topic);
                }
                self.broker.inner.counts.dropped.inc();
                if let Some(id) = id {
                    self.cell.lock().session.unsendable(id.get());
                    self.forget(n);
                }
            }
        };
    }

    /// A short name for a topic, where the client allows one, and whether it is told it now.
    fn alias(&mut self, topic: &ByteString) -> Option<(NonZeroU16, bool)> {
        if self.alias_maximum == 0 {
            return None;
        }
        let (alias, is_new) = match self.aliases_out.get(topic) {
            Some(alias) => (*alias, false),
            None if self.aliases_out.len() < usize::from(self.alias_maximum) => {
                let alias = self.aliases_out.len() as u16 + 1;
                self.aliases_out.insert(topic.clone(), alias);
                (alias, true)
            }
            None => return None,
        };
        NonZeroU16::new(alias).map(|alias| (alias, is_new))
    }

    /// Moves what subscriptions bring into the session, a little ahead of the client.
    fn supply(&mut self) {
        while let Some(supply) = self.supplies.front_mut() {
            let mut inner = self.cell.lock();
            while inner.session.len() < limits::SUPPLY {
                let Some(message) = supply.retained.pop_front() else { break };
                let qos = message.qos.min(supply.qos);
                let n = if qos == Qos::AtMostOnce { 0 } else { inner.session.number() };
                let identifiers = supply.identifier.into_iter().collect();
                inner.session.keep(Delivery { n, message, qos, retain: true, identifiers, dup: false });
            }
            if !supply.retained.is_empty() {
                return;
            }
            if supply.replay.is_none() {
                drop(inner);
                self.supplies.pop_front();
                continue;
            }
            if self.page.is_some() || inner.session.len() >= limits::SUPPLY {
                return;
            }
            drop(inner);
            if let Some(mut supply) = self.supplies.pop_front()
                && let Some(mut replay) = supply.replay.take()
            {
                let page: Page = Box::pin(async move {
                    let payloads = replay.next().await;
                    (replay, payloads)
                });
                self.page = Some((page, supply));
            }
            return;
        }
    }

    /// A page of a replay is here.
    pub(super) fn supply_page(&mut self, replay: Box<dyn Replay>, payloads: Option<Vec<Bytes>>) {
        let Some((_, mut supply)) = self.page.take() else { return };
        let Some(payloads) = payloads else { return };
        let path = crate::topic::Filter::split(&supply.topic).map_or(&*supply.topic, |filter| filter.path);
        let topic = ByteString::from(path.to_string());
        let mut inner = self.cell.lock();
        for payload in payloads {
            let n = if supply.qos == Qos::AtMostOnce { 0 } else { inner.session.number() };
            let message = Arc::new(Message::new(topic.clone(), payload, supply.qos));
            let identifiers = supply.identifier.into_iter().collect();
            inner.session.keep(Delivery {
                n,
                message,
                qos: supply.qos,
                retain: false,
                identifiers,
                dup: false,
            });
        }
        drop(inner);
        supply.replay = Some(replay);
        self.supplies.push_front(supply);
    }
}
