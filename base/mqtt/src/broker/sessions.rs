//! Sessions begun, taken over, ended and found again.

use super::*;
use crate::application::{Refused, Replay};
use crate::packet::Connect;
use crate::reason::Reason;
use crate::topic::Filter;

/// A session that a connection has.
pub(crate) struct Opened {
    pub cell: Arc<Cell>,
    pub link: u64,
    pub is_present: bool,
    pub seconds: u32,
    /// To be durable before the client is told.
    pub changes: Vec<Change>,
}

/// What a subscription brings at once.
pub(crate) struct Subscribed {
    pub reason: Reason,
    pub why: Option<String>,
    pub change: Option<Change>,
    pub retained: Vec<Arc<Message>>,
    pub replay: Option<Box<dyn Replay>>,
}

impl Subscribed {
    fn no(refused: Refused) -> Subscribed {
        let (reason, why) = (refused.reason, Some(refused.why));
        Subscribed { reason, why, change: None, retained: Vec::new(), replay: None }
    }
}

/// What one client calls a topic of another's may look like a secret: names are told apart by who connects.
fn owner(caller: &Caller) -> String {
    caller.word()
}

impl Broker {
    pub(super) fn restore(&self, state: &mut State, kept: store::Kept, now: Time) {
        let cell = Arc::new(Cell::new(kept.id, kept.caller, kept.client.into()));
        {
            let mut inner = cell.lock();
            inner.seconds = kept.seconds;
            // Whoever was connected when the server ended has as long as it asked for, from now on.
            inner.ends = Some(kept.ends.unwrap_or_else(|| now.plus(i64::from(kept.seconds) * SECOND)));
            for (delivery, is_releasing) in kept.queue {
                match is_releasing {
                    true => inner.session.restore_releasing(delivery),
                    false => inner.session.keep(delivery),
                }
            }
            for packet in kept.incoming {
                inner.session.take(packet);
            }
            for (text, options) in kept.subscriptions {
                // A topic that this program serves no more is a subscription to nothing.
                let Ok(filter) = Filter::split(&text) else { continue };
                let interest = match self.inner.application.serves(filter.path) {
                    false => None,
                    true => match self.inner.application.subscribe(&cell.caller, filter.path) {
                        Ok(interest) => Some(interest),
                        Err(_) => continue,
                    },
                };
                self.enter(state, &cell, &filter, options, interest);
                inner.subscriptions.insert(text.into(), Subscription { interest });
            }
        }
        state.sessions.insert((owner(&cell.caller), cell.client.clone()), cell);
    }

    fn enter(
        &self,
        state: &mut State,
        cell: &Arc<Cell>,
        filter: &Filter,
        options: Options,
        interest: Option<u64>,
    ) -> bool {
        let entry = Entry { cell: cell.clone(), options };
        match interest {
            None => state.tree.add(filter.path, filter.share, entry),
            Some(interest) => state.interests.entry(interest).or_default().add(filter.share, entry),
        }
    }

    fn leave(&self, state: &mut State, cell: &Arc<Cell>, text: &str, interest: Option<u64>) {
        let Ok(filter) = Filter::split(text) else { return };
        let is_its = |entry: &Entry| Arc::ptr_eq(&entry.cell, cell);
        match interest {
            None => drop(state.tree.remove(filter.path, filter.share, is_its)),
            Some(interest) => {
                if let Some(leaf) = state.interests.get_mut(&interest) {
                    leaf.remove(filter.share, is_its);
                    if leaf.is_empty() {
                        state.interests.remove(&interest);
                    }
                }
                self.inner.application.unsubscribe(interest);
            }
        }
    }

    /// Takes a session out of everything.
    pub(super) fn forget(&self, state: &mut State, cell: &Arc<Cell>) -> Change {
        let subscriptions = {
            let mut inner = cell.lock();
            // Nothing of it is kept from now on.
            inner.seconds = 0;
            std::mem::take(&mut inner.subscriptions)
        };
        for (text, subscription) in subscriptions {
            self.leave(state, cell, &text, subscription.interest);
        }
        let key = (owner(&cell.caller), cell.client.clone());
        if state.sessions.get(&key).is_some_and(|known| Arc::ptr_eq(known, cell)) {
            state.sessions.remove(&key);
        }
        Change::Gone(cell.id)
    }

    /// How long a session of this caller may live.
    fn session_seconds(&self, caller: &Caller) -> u32 {
        let most = self.inner.limits.session_seconds;
        if *caller == Caller::Anonymous { most.min(limits::NOBODYS_SESSION_SECONDS) } else { most }
    }

    /// A client has said who it is: gives it its session, and takes that from an earlier connection.
    pub(crate) fn open_session(
        &self,
        caller: Caller,
        connect: &Connect,
        client: ByteString,
    ) -> Result<Opened, Reason> {
        let now = self.now();
        let key = (owner(&caller), client.clone());
        let mut state = self.state();
        let mut changes = Vec::new();
        let known = state.sessions.get(&key).cloned();
        let known = known.and_then(|cell| {
            let is_over = cell.lock().ends.is_some_and(|ends| ends <= now);
            // What a key may do may have changed since.
            if connect.clean || is_over || cell.caller != caller {
                let was_saved = cell.lock().seconds > 0;
                let gone = self.forget(&mut state, &cell);
                changes.extend(was_saved.then_some(gone));
                // Whoever is connected with it still must hear that it is over.
                cell.lock().link = 0;
                cell.told.notify_one();
                None
            } else {
                Some(cell)
            }
        });
        if known.is_none() && state.sessions.len() >= self.inner.limits.sessions {
            return Err(Reason::QuotaExceeded);
        }
        let is_present = known.is_some();
        let cell = known.unwrap_or_else(|| {
            let id = self.inner.next_session.fetch_add(1, Ordering::Relaxed) as i64 + 1;
            let cell = Arc::new(Cell::new(id, caller, client));
            state.sessions.insert(key, cell.clone());
            cell
        });
        let link = self.inner.next_link.fetch_add(1, Ordering::Relaxed) + 1;
        let seconds = connect.session_seconds.min(self.session_seconds(&cell.caller));
        {
            let mut inner = cell.lock();
            let was_saved = inner.seconds > 0;
            inner.link = link;
            inner.seconds = seconds;
            inner.ends = None;
            inner.session.begin();
            if seconds > 0 {
                changes.push(Change::Session(cell.clone()));
            } else if is_present && was_saved {
                changes.push(Change::Gone(cell.id));
            }
        }
        cell.is_here.store(true, Ordering::Relaxed);
        cell.is_dismissed.store(false, Ordering::Relaxed);
        // An earlier connection sees that it has lost the session.
        cell.told.notify_waiters();
        Ok(Opened { cell, link, is_present, seconds, changes })
    }

    /// A connection is over. Answers whether the session was its own to the end.
    pub(crate) fn close_session(&self, cell: &Arc<Cell>, link: u64, seconds: Option<u32>) -> bool {
        let mut state = self.state();
        let change = {
            let mut inner = cell.lock();
            if inner.link != link {
                return false;
            }
            inner.link = 0;
            inner.session.end();
            cell.is_here.store(false, Ordering::Relaxed);
            let was_saved = inner.seconds > 0;
            if let Some(seconds) = seconds {
                inner.seconds = seconds.min(self.session_seconds(&cell.caller));
            }
            match (inner.seconds, was_saved) {
                (0, was_saved) => {
                    drop(inner);
                    let gone = self.forget(&mut state, cell);
                    was_saved.then_some(gone)
                }
                (seconds, _) => {
                    let ends = self.now().plus(i64::from(seconds) * SECOND);
                    inner.ends = Some(ends);
                    Some(Change::Session(cell.clone()))
                }
            }
        };
        let saving = change.map(|change| self.save(vec![change]));
        drop(state);
        if let Some(saving) = saving {
            tokio::spawn(async move {
                match saving.await {
                    // The server stops: who was connected has its whole time from the next start on.
                    Ok(()) | Err(DbError::Closed) => {}
                    Err(error) => tracing::warn!(%error, "the end of an MQTT session could not be kept"),
                }
            });
        }
        true
    }

    /// Seconds that a client's session lives without it; 0 where it has none.
    pub(super) fn lives(&self, caller: &Caller, client: &ByteString) -> u32 {
        let found = self.state().sessions.get(&(owner(caller), client.clone())).cloned();
        found.map_or(0, |cell| cell.lock().seconds)
    }

    /// Whether anybody has the session now.
    pub(crate) fn is_connected(&self, caller: &Caller, client: &ByteString) -> bool {
        let found = self.state().sessions.get(&(owner(caller), client.clone())).cloned();
        found.is_some_and(|cell| cell.lock().link != 0)
    }

    pub(crate) fn subscribe(
        &self,
        cell: &Arc<Cell>,
        text: &ByteString,
        options: Options,
        replay_from: Option<&str>,
    ) -> Subscribed {
        let refused = |reason, why: String| Subscribed::no(Refused { reason, why });
        let application = &self.inner.application;
        let serves = Filter::split(text).is_ok_and(|filter| application.serves(filter.path));
        let parsed = match serves {
            // What stands behind the `?` of such a topic is the application's to judge.
            true => Filter::split(text),
            false => Filter::parse(text, self.inner.limits.topics),
        };
        let filter = match parsed {
            Ok(filter) => filter,
            Err(wrong) => return refused(Reason::TopicFilterInvalid, wrong.to_string()),
        };
        if filter.path.len() > self.inner.limits.topics.bytes {
            return refused(Reason::TopicFilterInvalid, crate::topic::Wrong::TooLong.to_string());
        }
        if filter.share.is_some() && options.no_local {
            return refused(Reason::ProtocolError, "a shared subscription cannot be no-local".into());
        }
        if !serves && !self.may(&cell.caller, filter.path) {
            let why = "this key may not subscribe there; a device may below its own scope".to_string();
            return refused(Reason::NotAuthorized, why);
        }
        if cell.lock().subscriptions.len() >= limits::SUBSCRIPTIONS {
            return refused(
                Reason::QuotaExceeded,
                format!("more than {} subscriptions", limits::SUBSCRIPTIONS),
            );
        }
        let replay = match serves.then(|| application.replay(&cell.caller, filter.path, replay_from)) {
            Some(Ok(replay)) => replay,
            Some(Err(no)) => return Subscribed::no(no),
            None => None,
        };
        let interest = match serves.then(|| application.subscribe(&cell.caller, filter.path)) {
            Some(Ok(interest)) => Some(interest),
            Some(Err(no)) => return Subscribed::no(no),
            None => None,
        };
        let mut state = self.state();
        let had = self.enter(&mut state, cell, &filter, options, interest);
        if let (true, Some(interest)) = (had, interest) {
            // It was counted when it was new.
            application.unsubscribe(interest);
        }
        let wants = filter.share.is_none()
            && match options.retain_handling {
                0 => true,
                1 => !had,
                _ => false,
            };
        let retained = if wants && !serves { state.retained.find(&filter, self.now()) } else { Vec::new() };
        let mut inner = cell.lock();
        inner.subscriptions.insert(text.clone(), Subscription { interest });
        let change = (inner.seconds > 0).then(|| Change::Subscribe(cell.id, text.clone(), options));
        Subscribed { reason: Reason::Granted(options.qos), why: None, change, retained, replay }
    }

    /// Answers whether there was such a subscription, and what is to be kept of its end.
    pub(crate) fn unsubscribe(&self, cell: &Arc<Cell>, text: &ByteString) -> (bool, Option<Change>) {
        let mut state = self.state();
        let found = cell.lock().subscriptions.remove(text);
        let Some(found) = found else { return (false, None) };
        self.leave(&mut state, cell, text, found.interest);
        let is_saved = cell.lock().seconds > 0;
        (true, is_saved.then(|| Change::Unsubscribe(cell.id, text.clone())))
    }
}
