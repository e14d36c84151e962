//! What a client sends.

use std::num::NonZeroU16;

use host::DbError;

use super::*;
use crate::application::{Busy, Fates, Refused};
use crate::broker::Outcome;
use crate::message::Qos;
use crate::packet::Subscribe;

/// How a publication is answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer {
    qos: Qos,
    id: Option<NonZeroU16>,
}

/// Where a publication went.
enum Fate {
    Taken,
    /// A queue is full: it is offered again.
    Held(Box<Publish>),
}

impl Answer {
    fn packet(self, fate: Result<(), Refused>) -> Option<Outgoing> {
        let (reason, why) = match fate {
            Ok(()) => (Reason::Success, None),
            Err(refused) => (refused.reason, Some(refused.why)),
        };
        let id = self.id?;
        match self.qos {
            Qos::AtMostOnce => None,
            Qos::AtLeastOnce => Some(Outgoing::Acknowledge(id, reason, why)),
            Qos::ExactlyOnce => Some(Outgoing::Receive(id, reason, why)),
        }
    }
}

impl Connection {
    /// Takes what has been read, as far as there is room behind.
    pub(super) fn take_all(&mut self) -> Result<(), End> {
        if self.paused_until.is_some() {
            return Ok(());
        }
        if let Some(held) = self.held.take()
            && let Fate::Held(held) = self.take_publish(held)?
        {
            self.held = Some(held);
            self.pause();
            return Ok(());
        }
        let now = self.broker.now();
        while self.publishes + self.batch.len() < self.most_under_way()
            && self.output.len() < limits::AHEAD_BYTES
        {
            let most = self.broker.inner.limits.packet_bytes;
            let frame = packet::frame(&self.input, most).map_err(|reason| End::Told(reason, None))?;
            let Some(length) = frame else { break };
            let mut packet = self.input.split_to(length);
            let packet = self.codec.read_at(&mut packet, now).map_err(|reason| End::Told(reason, None))?;
            self.heard = Instant::now();
            self.begun = None;
            match packet {
                Incoming::Publish(publish) => {
                    self.broker.inner.counts.received.inc();
                    if let Fate::Held(held) = self.take_publish(publish)? {
                        self.held = Some(held);
                        self.pause();
                        break;
                    }
                }
                other => {
                    // Acknowledgements go out in the order in which things came.
                    self.hand_over();
                    self.take(other)?;
                }
            }
            if self.paused_until.is_some() {
                break;
            }
        }
        self.hand_over();
        if self.input.is_empty() {
            // What was read belongs to the packets now; a quiet connection keeps nothing.
            self.input = BytesMut::new();
            self.begun = None;
        } else {
            self.begun = self.begun.or_else(|| Some(Instant::now()));
        }
        let done = std::mem::take(&mut self.done);
        if !done.is_empty() {
            self.wait_for(self.broker.save(done), Vec::new(), 0);
        }
        Ok(())
    }

    fn take(&mut self, packet: Incoming) -> Result<(), End> {
        let is_saved = self.cell.lock().seconds > 0;
        match packet {
            Incoming::Acknowledged(id) => {
                let n = self.cell.lock().session.acknowledged(id);
                self.done.extend(n.filter(|_| is_saved).map(|n| Change::Done(self.cell.id, n)));
            }
            Incoming::Received(id, is_taken) => self.take_received(id, is_taken, is_saved),
            Incoming::Completed(id) => {
                let n = self.cell.lock().session.completed(id);
                self.done.extend(n.filter(|_| is_saved).map(|n| Change::Done(self.cell.id, n)));
            }
            Incoming::Release(id) => {
                let is_known = self.cell.lock().session.release(id);
                let Some(packet) = NonZeroU16::new(id) else { return Ok(()) };
                let answer = vec![Outgoing::Complete(packet, is_known)];
                match is_saved && is_known {
                    // Not before its id is free on disk too: it may be used again at once.
                    true => self.wait_for(self.broker.save(vec![Change::Freed(self.cell.id, id)]), answer, 0),
                    false => self.answer_in_turn(answer),
                }
            }
            Incoming::Subscribe(subscribe) => self.take_subscribe(subscribe)?,
            Incoming::Unsubscribe(id, filters) => {
                if filters.is_empty() {
                    return Err(End::Told(Reason::ProtocolError, Some("no filters".into())));
                }
                let (mut found, mut changes) = (Vec::new(), Vec::new());
                for filter in &filters {
                    let (was_there, change) = self.broker.unsubscribe(&self.cell, filter);
                    found.push(was_there);
                    changes.extend(change);
                }
                self.answer_when_kept(vec![Outgoing::Unsubscribed(id, found)], changes);
            }
            Incoming::Ping => self.write(Outgoing::Pong),
            Incoming::Disconnect(with_will, seconds) => {
                let lived = self.cell.lock().seconds;
                if lived == 0 && seconds.is_some_and(|seconds| seconds > 0) {
                    return Err(End::Told(
                        Reason::ProtocolError,
                        Some("the session was to end with the connection".into()),
                    ));
                }
                return Err(End::Done { with_will, seconds });
            }
            Incoming::Publish(_) | Incoming::Connect(_) | Incoming::Unexpected => {
                return Err(End::Told(Reason::ProtocolError, None));
            }
        }
        Ok(())
    }

    fn take_received(&mut self, id: u16, is_taken: bool, is_saved: bool) {
        use crate::session::Received;
        let received = self.cell.lock().session.received(id, is_taken);
        let Some(packet) = NonZeroU16::new(id) else { return };
        match received {
            Received::Release(n) if is_saved => {
                let kept = self.broker.save(vec![Change::Releasing(self.cell.id, n)]);
                self.wait_for(kept, vec![Outgoing::Release(packet, true)], 0);
            }
            Received::Release(_) | Received::Again => self.write(Outgoing::Release(packet, true)),
            Received::Refused(n) => {
                self.done.extend(is_saved.then(|| Change::Done(self.cell.id, n)));
            }
            // [MQTT-4.3.3-4]: an id we know nothing of is to be released all the same.
            Received::Unknown if is_taken => self.write(Outgoing::Release(packet, false)),
            Received::Unknown => {}
        }
    }

    fn take_subscribe(&mut self, subscribe: Subscribe) -> Result<(), End> {
        let Subscribe { id, filters, user } = subscribe;
        if filters.is_empty() || filters.len() > limits::FILTERS_A_PACKET {
            let why = format!("1 to {} filters at once", limits::FILTERS_A_PACKET);
            return Err(End::Told(Reason::ProtocolError, Some(why)));
        }
        let replay_from =
            user.iter().find(|(name, _)| &**name == "replay-from").map(|(_, value)| value.to_string());
        let (mut reasons, mut changes, mut whys) = (Vec::new(), Vec::new(), Vec::new());
        for (filter, options) in filters {
            let filter = ByteString::from(filter.to_string());
            let found = self.broker.subscribe(&self.cell, &filter, options, replay_from.as_deref());
            reasons.push(found.reason);
            whys.extend(found.why);
            changes.extend(found.change);
            if !found.retained.is_empty() || found.replay.is_some() {
                self.supplies.push_back(Supply {
                    topic: filter,
                    qos: options.qos,
                    identifier: options.identifier,
                    retained: found.retained.into(),
                    replay: found.replay,
                });
            }
        }
        let why = (!whys.is_empty()).then(|| whys.join("; "));
        self.answer_when_kept(vec![Outgoing::Subscribed(id, reasons, why)], changes);
        Ok(())
    }

    /// The name of a publication, with its alias looked up or learnt.
    fn named(&mut self, publish: &mut Publish) -> Result<(), End> {
        let Some(alias) = publish.alias.take() else {
            return Ok(());
        };
        if alias == 0 || alias > limits::ALIASES {
            return Err(End::Told(Reason::TopicAliasInvalid, None));
        }
        if publish.message.topic.is_empty() {
            let known = self.aliases_in.get(&alias).cloned();
            publish.message.topic =
                known.ok_or(End::Told(Reason::ProtocolError, Some("an unknown alias".into())))?;
        } else {
            self.aliases_in.insert(alias, publish.message.topic.to_string().into());
        }
        Ok(())
    }

    fn take_publish(&mut self, mut publish: Box<Publish>) -> Result<Fate, End> {
        self.named(&mut publish)?;
        let topic = &publish.message.topic;
        if let Err(wrong) = crate::topic::check_name(topic, self.broker.inner.limits.topics) {
            return Err(End::Told(Reason::TopicNameInvalid, Some(wrong.to_string())));
        }
        let (qos, id) = (publish.message.qos, publish.id);
        let answer = Answer { qos, id };
        let is_five = self.codec.version() == Version::Five;
        let most = usize::from(self.broker.inner.limits.receive_maximum);
        if is_five && qos > Qos::AtMostOnce && self.unacknowledged >= most {
            return Err(End::Told(Reason::ReceiveMaximumExceeded, None));
        }
        if let (Qos::ExactlyOnce, Some(id)) = (qos, id)
            && !self.cell.lock().session.take(id.get())
        {
            // It is here already, or on its way to the disk: answered after whatever is on the way.
            let kept = vec![Change::Taken(self.cell.id, id.get())];
            self.hand_over();
            self.answer_when_kept(vec![Outgoing::Receive(id, Reason::Success, None)], kept);
            return Ok(Fate::Taken);
        }
        if self.bucket.as_ref().is_some_and(|bucket| !bucket.take(self.broker.now())) {
            return Ok(self.beyond_quota(publish, answer));
        }
        if self.broker.inner.application.takes(topic) {
            let (topic, payload) = (publish.message.topic, publish.message.payload);
            self.batch.push(Publication { topic, payload });
            self.answers.push(answer);
            self.unacknowledged += usize::from(qos > Qos::AtMostOnce);
            if self.batch.len() >= limits::BATCH {
                self.hand_over();
            }
            return Ok(Fate::Taken);
        }
        self.take_general(publish, answer)
    }

    /// An id whose message was not taken is free again.
    fn forget_id(&mut self, answer: Answer) {
        if let (Qos::ExactlyOnce, Some(id)) = (answer.qos, answer.id) {
            self.cell.lock().session.release(id.get());
        }
    }

    /// MQTT 5 can say so; a client of 3.1.1 is slowed down, and loses nothing.
    fn beyond_quota(&mut self, publish: Box<Publish>, answer: Answer) -> Fate {
        self.forget_id(answer);
        self.broker.inner.counts.over_quota.inc();
        if self.codec.version() == Version::Three {
            return Fate::Held(publish);
        }
        self.unacknowledged += usize::from(answer.qos > Qos::AtMostOnce);
        self.hand_over();
        let why = "this device sends more than its quota; send it again later".to_string();
        let packet = answer.packet(Err(Refused { reason: Reason::QuotaExceeded, why }));
        self.answer_in_turn(packet.into_iter().collect());
        Fate::Taken
    }

    /// One that goes to whoever subscribed.
    fn take_general(&mut self, publish: Box<Publish>, answer: Answer) -> Result<Fate, End> {
        let Answer { qos, id } = answer;
        self.hand_over();
        if !self.batch.is_empty() {
            // What came before is still to go: nothing is acknowledged before it.
            self.forget_id(answer);
            return Ok(Fate::Held(publish));
        }
        let is_saved = self.cell.lock().seconds > 0;
        let taken = match (qos, id) {
            (Qos::ExactlyOnce, Some(id)) if is_saved => Some(Change::Taken(self.cell.id, id.get())),
            _ => None,
        };
        let message = publish.message.clone();
        let fate = match self.broker.publish(Some(&self.cell), &self.cell.caller, message, taken) {
            Outcome::Full => {
                self.forget_id(answer);
                return Ok(Fate::Held(publish));
            }
            Outcome::Taken(None) => {
                self.answer_in_turn(answer.packet(Ok(())).into_iter().collect());
                Ok(())
            }
            Outcome::Taken(Some(saving)) => {
                self.publishes += 1;
                self.wait_for(saving, answer.packet(Ok(())).into_iter().collect(), 1);
                Ok(())
            }
            Outcome::Refused(refused) => Err(refused),
        };
        self.unacknowledged += usize::from(qos > Qos::AtMostOnce);
        if let Err(refused) = fate {
            self.broker.inner.counts.refused.inc();
            // 3.1.1 has no way to say so but to hang up ([MQTT-3.3.5-2]).
            if self.codec.version() == Version::Three {
                return Err(End::Told(refused.reason, Some(refused.why)));
            }
            self.forget_id(answer);
            self.answer_in_turn(answer.packet(Err(refused)).into_iter().collect());
        }
        Ok(Fate::Taken)
    }

    /// Gives the application what it is to have. Where it is too busy the connection is not read for a moment.
    pub(super) fn hand_over(&mut self) {
        if self.batch.is_empty() || self.paused_until.is_some() {
            return;
        }
        let batch = std::mem::take(&mut self.batch);
        let taking = match self.broker.inner.application.publish(&self.cell.caller, batch) {
            Ok(taking) => taking,
            Err(Busy(batch)) => {
                self.batch = batch;
                self.pause();
                return;
            }
        };
        let answers = std::mem::take(&mut self.answers);
        let publishes = answers.len();
        self.publishes += publishes;
        let is_saved = self.cell.lock().seconds > 0;
        let is_five = self.codec.version() == Version::Five;
        let (broker, session) = (self.broker.clone(), self.cell.id);
        self.pending.push_back(Box::pin(async move {
            let fates = taking.await;
            let taken: Vec<Change> = match is_saved {
                true => answers
                    .iter()
                    .zip(&fates)
                    .filter(|(answer, fate)| answer.qos == Qos::ExactlyOnce && fate.is_ok())
                    .filter_map(|(answer, _)| answer.id.map(|id| Change::Taken(session, id.get())))
                    .collect(),
                false => Vec::new(),
            };
            // The application first: an id that is kept without its message would lose it.
            if !taken.is_empty() && broker.save(taken).await.is_err() {
                return Settled { publishes, end: Some(Reason::ServerUnavailable), ..Settled::default() };
            }
            settled(&broker, answers, fates, is_five)
        }));
    }

    fn answer_when_kept(&mut self, packets: Vec<Outgoing>, changes: Vec<Change>) {
        let is_saved = self.cell.lock().seconds > 0;
        match changes.is_empty() || !is_saved {
            true => self.answer_in_turn(packets),
            false => self.wait_for(self.broker.save(changes), packets, 0),
        }
    }

    /// After everything that came before it.
    fn answer_in_turn(&mut self, packets: Vec<Outgoing>) {
        if self.pending.is_empty() {
            drop(self.settle(Settled { packets, ..Settled::default() }));
        } else {
            self.pending.push_back(Box::pin(std::future::ready(Settled { packets, ..Settled::default() })));
        }
    }

    fn wait_for(&mut self, saving: crate::broker::Saving, packets: Vec<Outgoing>, publishes: usize) {
        self.pending.push_back(Box::pin(async move {
            match saving.await {
                Ok(()) => Settled { packets, publishes, end: None },
                Err(DbError::Closed) => {
                    Settled { packets: Vec::new(), publishes, end: Some(Reason::ServerShuttingDown) }
                }
                Err(error) => {
                    tracing::warn!(%error, "what an MQTT client sent could not be kept; it is not acknowledged");
                    Settled { packets: Vec::new(), publishes, end: Some(Reason::ServerUnavailable) }
                }
            }
        }));
    }
}

fn settled(broker: &Broker, answers: Vec<Answer>, fates: Fates, is_five: bool) -> Settled {
    let publishes = answers.len();
    let mut packets = Vec::with_capacity(publishes);
    let mut end = None;
    for (answer, fate) in answers.into_iter().zip(fates) {
        if let Err(refused) = &fate {
            broker.inner.counts.refused.inc();
            // Not stored and to be sent again, or sent by somebody who may not: 3.1.1 can only be hung up on. What does
            // not fit will never fit; it is counted, and acknowledged, or the device would send it for ever.
            let is_final = matches!(refused.reason.code(), 0x90 | 0x99);
            if !is_five && !is_final {
                end = Some(refused.reason);
                break;
            }
        }
        let fate = if is_five { fate } else { Ok(()) };
        packets.extend(answer.packet(fate));
    }
    Settled { packets, publishes, end }
}

/// Publishes a will after its delay, in seconds, unless the client is there again by then.
pub(crate) async fn speak(broker: &Broker, caller: &Caller, client: &ByteString, will: &Will, delay: u32) {
    tokio::time::sleep(Duration::from_secs(delay.into())).await;
    if delay == 0 || !broker.is_connected(caller, client) {
        publish_will(broker, caller, client, will.clone()).await;
    }
}

/// A will goes the way of any other publication of its client.
async fn publish_will(broker: &Broker, caller: &Caller, client: &ByteString, will: Will) {
    let mut message = will.message;
    let now = broker.now();
    message.expires = will.expiry_seconds.map(|seconds| now.plus(i64::from(seconds) * vocab::time::SECOND));
    if broker.inner.application.takes(&message.topic) {
        let mut batch = vec![Publication { topic: message.topic, payload: message.payload }];
        loop {
            match broker.inner.application.publish(caller, batch) {
                Ok(taking) => return drop(taking.await),
                Err(Busy(again)) => batch = again,
            }
            tokio::time::sleep(limits::RETRY).await;
        }
    }
    loop {
        match broker.publish(None, caller, message.clone(), None) {
            Outcome::Full => tokio::time::sleep(limits::RETRY).await,
            Outcome::Taken(Some(saving)) => return drop(saving.await),
            Outcome::Taken(None) => return,
            Outcome::Refused(refused) => {
                broker.inner.counts.refused.inc();
                return tracing::debug!(%client, why = refused.why, "a will was refused");
            }
        }
    }
}
