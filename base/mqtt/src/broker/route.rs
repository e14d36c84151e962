//! From one publisher to everybody who wants it.

use std::pin::Pin;

use super::*;
use crate::application::Refused;
use crate::reason::Reason;
use crate::topic;

/// Resolves when what was to be kept is durable.
pub(crate) type Saving = Pin<Box<dyn Future<Output = Result<(), DbError>> + Send>>;

/// What became of a publication.
pub(crate) enum Outcome {
    /// Nothing had to be kept, or this says when it is.
    Taken(Option<Saving>),
    /// The store's queue is full: nothing was done, offer it again.
    Full,
    Refused(Refused),
}

/// A message of the application, for those with this interest.
#[derive(Debug, Clone)]
pub struct Told {
    pub interest: u64,
    pub topic: ByteString,
    pub payload: Bytes,
}

/// Where one message goes, before anything is done.
#[derive(Default)]
struct Plan {
    at_once: Vec<(Arc<Cell>, Delivery)>,
    changes: Vec<Change>,
}

/// `lampposts/17` and what lies below.
fn within(path: &str, scope: &str) -> bool {
    scope.is_empty() || path.strip_prefix(scope).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl Broker {
    /// Whether this caller may publish or subscribe there, outside the application's own topics.
    pub(crate) fn may(&self, caller: &Caller, path: &str) -> bool {
        match caller {
            Caller::Operator => true,
            // A wildcard in the scope's place would reach beyond it.
            Caller::Device { scope, .. } if within(path, scope) => true,
            _ => self.inner.limits.open,
        }
    }

    /// Publishes to everybody who subscribed, and keeps it where it is to be retained.
    pub(crate) fn publish(
        &self,
        from: Option<&Arc<Cell>>,
        caller: &Caller,
        message: Message,
        taken: Option<Change>,
    ) -> Outcome {
        let refused = |reason, why: String| Outcome::Refused(Refused { reason, why });
        if let Err(wrong) = topic::check_name(&message.topic, self.inner.limits.topics) {
            return refused(Reason::TopicNameInvalid, wrong.to_string());
        }
        // What servers keep for themselves and what the city serves is not for others to say.
        let is_ours = message.topic.starts_with("$SYS/") || message.topic.starts_with("$share/");
        if is_ours || self.inner.application.serves(&message.topic) || !self.may(caller, &message.topic) {
            let why = "this key may not publish there; a device may below its own scope".to_string();
            return refused(Reason::NotAuthorized, why);
        }
        let message = Arc::new(message.detached());
        let mut state = self.state();
        let mut plan = Plan::default();
        plan.changes.extend(taken);
        if message.retain {
            if !state.retained.has_room(&message, self.inner.limits.retained_bytes) {
                return refused(Reason::QuotaExceeded, "retained messages take all the room they may".into());
            }
            plan.changes.push(Change::Retain(message.clone()));
        }
        let mut chosen: Vec<(Arc<Cell>, Qos, bool, Vec<u32>)> = Vec::new();
        for entry in state.tree.chosen(&message.topic) {
            if entry.options.no_local && from.is_some_and(|from| Arc::ptr_eq(from, &entry.cell)) {
                continue;
            }
            let retain = message.retain && entry.options.retain_as_published;
            let at = chosen.iter().position(|(cell, ..)| Arc::ptr_eq(cell, &entry.cell));
            // Overlapping subscriptions of one client: one message, with the highest QoS of them ([MQTT-3.3.4-2]).
            let one = match at {
                Some(at) => &mut chosen[at],
                None => {
                    chosen.push((entry.cell.clone(), Qos::AtMostOnce, false, Vec::new()));
                    let last = chosen.len() - 1;
                    &mut chosen[last]
                }
            };
            one.1 = one.1.max(entry.options.qos.min(message.qos));
            one.2 |= retain;
            one.3.extend(entry.options.identifier);
        }
        for (cell, qos, retain, identifiers) in chosen {
            self.plan(&mut plan, cell, &message, qos, retain, identifiers);
        }
        let saving = match self.begin(&mut plan.changes) {
            Err(()) => return Outcome::Full,
            Ok(saving) => saving,
        };
        if message.retain {
            state.retained.put(message);
        }
        drop(state);
        self.finish(plan);
        Outcome::Taken(saving)
    }

    /// Sends what the application tells. `Err`: nothing was done, offer it again.
    pub fn tell(&self, batch: Vec<Told>) -> Result<(), Vec<Told>> {
        let mut plan = Plan::default();
        let mut state = self.state();
        for told in &batch {
            let Some(leaf) = state.interests.get_mut(&told.interest) else { continue };
            let message = Message::new(told.topic.clone(), told.payload.clone(), Qos::ExactlyOnce);
            let message = Arc::new(message);
            let mut chosen = Vec::new();
            leaf.chosen(&mut chosen);
            for entry in chosen {
                let (qos, identifiers) = (entry.options.qos, entry.options.identifier.into_iter().collect());
                self.plan(&mut plan, entry.cell.clone(), &message, qos, false, identifiers);
            }
        }
        drop(state);
        match self.begin(&mut plan.changes) {
            Err(()) => return Err(batch),
            // A subscriber is not told that it is saved; the lane answers for itself.
            Ok(saving) => drop(saving),
        }
        self.finish(plan);
        Ok(())
    }

    fn plan(
        &self,
        plan: &mut Plan,
        cell: Arc<Cell>,
        message: &Arc<Message>,
        qos: Qos,
        retain: bool,
        identifiers: Vec<u32>,
    ) {
        let mut inner = cell.lock();
        let is_here = inner.link != 0;
        let has_room = inner.session.has_room(message.bytes(), self.inner.limits.room)
            && (is_here || !self.inner.is_tight.load(Ordering::Relaxed));
        // Nothing of QoS 0 waits for a client that is away.
        if !has_room || (qos == Qos::AtMostOnce && !is_here) {
            self.inner.counts.dropped.inc_by(u64::from(!has_room));
            return;
        }
        let n = if qos == Qos::AtMostOnce { 0 } else { inner.session.number() };
        let delivery = Delivery { n, message: message.clone(), qos, retain, identifiers, dup: false };
        let is_saved = n > 0 && inner.seconds > 0;
        drop(inner);
        if is_saved {
            plan.changes.push(Change::Queue(cell, delivery));
        } else {
            plan.at_once.push((cell, delivery));
        }
    }

    fn begin(&self, changes: &mut Vec<Change>) -> Result<Option<Saving>, ()> {
        if changes.is_empty() {
            return Ok(None);
        }
        let saved = self.inner.lane.push(std::mem::take(changes)).map_err(drop)?;
        Ok(Some(Box::pin(saved)))
    }

    fn finish(&self, plan: Plan) {
        for (cell, delivery) in plan.at_once {
            if cell.lock().session.push(delivery, self.inner.limits.room).is_err() {
                self.inner.counts.dropped.inc();
            }
            cell.told.notify_one();
        }
    }

    pub(crate) fn bucket(&self, caller: &Caller) -> Option<Arc<Bucket>> {
        let per_second = self.inner.limits.publishes_per_second;
        match caller {
            Caller::Device { name, .. } if per_second > 0 => {
                Some(self.inner.quotas.of(name, per_second, self.now()))
            }
            _ => None,
        }
    }
}
