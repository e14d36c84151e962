//! The registry of devices: register, change, give keys, notice silence.

use host::access::Action;
use host::http::Keys;
use host::{DbError, Gate, Problem, Tx};
use vocab::{Caller, Label, Time};

use crate::api::problems::{BAD_DEVICE, DEVICE_STATE, NO_SUCH_DEVICE, SLUG_TAKEN};
use crate::device::{Command, Device, DeviceChange, DeviceDraft, Event, Health, State, What};
use crate::observation::Row;
use crate::query::words::short;
use crate::store::devices::{self as store, Line};
use crate::{Datastream, Sensing};

/// The object of the access table.
pub const DEVICES: &str = "devices";
/// Lines of a history that one look shows.
const HISTORY: usize = 200;
/// Devices read at a time.
const AT_A_TIME: usize = 1_000;

/// A device with what is known of it just now.
#[derive(Debug, Clone)]
pub struct DeviceView {
    pub device: Device,
    pub health: Health,
    /// When anything last came from it, whatever became of that.
    pub last_seen: Option<Time>,
    /// The last value of the datastream of its battery.
    pub battery: Option<Row>,
}

fn mistaken(error: impl std::fmt::Display) -> Problem {
    Problem::new(&BAD_DEVICE, error.to_string()).hint(
        "send {\"device\": \"lampposts/17\", \"silence_seconds\": 600}; /openapi.json lists every field",
    )
}

fn no_such(slug: &str) -> Problem {
    Problem::new(&NO_SUCH_DEVICE, format!("the device {} is not registered, or is not public", short(slug)))
}

/// Loads, decides, saves, writes the history; the door follows when that is durable.
fn apply(
    tx: &mut Tx,
    keys: Option<&Keys>,
    id: i64,
    was: &Device,
    command: Command,
    (now, who): (Time, &str),
) -> Result<Device, Problem> {
    let decided = was.decide(command, now);
    let (next, event) = decided.map_err(|refused| {
        Problem::new(&DEVICE_STATE, format!("{}: {refused}", was.slug)).hint("look at its state first")
    })?;
    if let Some(event) = event {
        store::note(tx, id, &Line { at: now, event, who: who.into() })?;
    }
    if next != *was {
        store::save(tx, &next)?;
        follow(tx, keys, Some(was), &next);
    }
    Ok(next)
}

/// On commit, the key that a device has now opens the door, and no other.
fn follow(tx: &mut Tx, keys: Option<&Keys>, was: Option<&Device>, now: &Device) {
    let before = was.and_then(Device::admitted).map(str::to_string);
    let after = now.admitted().map(str::to_string);
    let (Some(keys), true) = (keys.cloned(), before != after || was.is_some_and(|w| w.scope != now.scope))
    else {
        return;
    };
    let caller = caller(now);
    tx.on_commit(Box::new(move || {
        if let Some(digest) = before {
            keys.dismiss(&digest);
        }
        if let Some(digest) = after {
            keys.admit(&digest, caller);
        }
    }));
}

fn caller(device: &Device) -> Caller {
    Caller::Device { name: device.slug.to_string(), scope: device.scope.to_string() }
}

impl Sensing {
    /// Lets the keys of all working devices in, and those that change from now on. Blocks the thread.
    pub fn admit(&self, keys: &Keys) -> Result<(), DbError> {
        // A second call would name the same door.
        drop(self.inner.keys.set(keys.clone()));
        let all = self.inner.db.read_blocking(every_device)?;
        for device in &all {
            if let Some(digest) = device.admitted() {
                keys.admit(digest, caller(device));
            }
        }
        Ok(())
    }

    /// Registers devices, all or none. Answers each with its key, which is not kept and cannot be shown again.
    pub async fn register(
        &self,
        gate: &Gate,
        drafts: &[(u64, DeviceDraft)],
    ) -> Result<Vec<(Device, String)>, Problem> {
        let mut made = Vec::with_capacity(drafts.len());
        let mut wrong = Vec::new();
        for (line, draft) in drafts {
            match draft.device(gate.now) {
                Ok(device) => {
                    let key = Keys::make()?;
                    made.push((Device { key_digest: Some(Keys::digest(&key)), ..device }, key));
                }
                Err(mistake) if drafts.len() == 1 => return Err(mistaken(mistake)),
                Err(mistake) => wrong.push(format!("line {line}: {mistake}")),
            }
        }
        if !wrong.is_empty() {
            return Err(mistaken(format!("nothing was registered. {}", wrong.join("; "))));
        }
        let (devices, who): (Vec<Device>, _) =
            (made.iter().map(|(d, _)| d.clone()).collect(), gate.caller.word());
        let (keys, now) = (self.inner.keys.get().cloned(), gate.now);
        let added = self.inner.db.write(move |tx| {
            for device in &devices {
                if !store::add(tx, device)? {
                    let what =
                        format!("a device {} is registered already; nothing was registered", device.slug);
                    return Err(Problem::new(&SLUG_TAKEN, what).hint("change that one, or take another name"));
                }
                let (id, _) = store::named(tx, device.slug.as_str())?.ok_or(DbError::Closed)?;
                let event = Event { what: What::Registered, detail: device.serial.clone() };
                store::note(tx, id, &Line { at: now, event, who: who.clone() })?;
                follow(tx, keys.as_ref(), None, device);
            }
            Ok(())
        });
        added.await?;
        Ok(made)
    }

    /// Changes a device: first its description, then its hardware, version and state.
    pub async fn change_device(
        &self,
        gate: &Gate,
        slug: &str,
        change: DeviceChange,
    ) -> Result<DeviceView, Problem> {
        if gate.caller != Caller::Operator && !change.is_own() {
            return Err(Problem::new(
                &host::problem::FORBIDDEN,
                "a device may say its own firmware; the rest is the operator's",
            ));
        }
        let (gate_of_it, slug, keys) = (gate.clone(), slug.to_string(), self.inner.keys.get().cloned());
        let changed = self.inner.db.write(move |tx| {
            let (id, was) = store::named(tx, &slug)?.ok_or_else(|| no_such(&slug))?;
            gate_of_it.may(Action::Update, DEVICES, was.label, Some(was.slug.as_str()))?;
            let mut device = change.described(&was).map_err(mistaken)?;
            if device != was {
                store::save(tx, &device)?;
            }
            let by = (gate_of_it.now, gate_of_it.caller.word());
            for command in commands(&device, &change) {
                device = apply(tx, keys.as_ref(), id, &device, command, (by.0, &by.1))?;
            }
            Ok::<_, Problem>(device)
        });
        self.view_of(changed.await?, gate.now).await.map_err(Problem::from)
    }

    /// Gives a device a new key; the one before opens nothing any more.
    pub async fn new_key(&self, gate: &Gate, slug: &str) -> Result<String, Problem> {
        let key = Keys::make()?;
        let (digest, slug) = (Keys::digest(&key), slug.to_string());
        let (keys, now, who) = (self.inner.keys.get().cloned(), gate.now, gate.caller.word());
        let given = self.inner.db.write(move |tx| {
            let (id, was) = store::named(tx, &slug)?.ok_or_else(|| no_such(&slug))?;
            apply(tx, keys.as_ref(), id, &was, Command::Key(digest.clone()), (now, &who)).map(drop)
        });
        given.await?;
        Ok(key)
    }

    /// A device that this caller may see.
    pub async fn device(&self, gate: &Gate, slug: &str) -> Result<DeviceView, Problem> {
        let name = slug.to_string();
        let found = self.inner.db.read(move |tx| store::named(tx, &name)).await?;
        let (_, device) = found.filter(|(_, device)| is_seen(gate, device)).ok_or_else(|| no_such(slug))?;
        Ok(self.view_of(device, gate.now).await?)
    }

    /// Devices that this caller may see, in the order of their names, from after one of them.
    pub async fn devices(&self, gate: &Gate, after: &str, limit: usize) -> Result<Vec<DeviceView>, DbError> {
        let (mut seen, mut after) = (Vec::new(), after.to_string());
        while seen.len() < limit {
            let from = after.clone();
            let some = self.inner.db.read(move |tx| store::list(tx, &from, AT_A_TIME)).await?;
            let Some(last) = some.last() else { break };
            after = last.slug.to_string();
            seen.extend(some.into_iter().filter(|device| is_seen(gate, device)).take(limit - seen.len()));
        }
        let heard = self.inner.db.read(store::heard).await?;
        let viewed = seen.into_iter().map(|device| {
            let last_seen = heard.get(device.slug.as_str()).copied();
            self.viewed(device, last_seen, gate.now)
        });
        Ok(viewed.collect())
    }

    /// What happened to a device, newest first.
    pub async fn device_history(&self, slug: &str) -> Result<Vec<Line>, DbError> {
        let slug = slug.to_string();
        self.inner
            .db
            .read(move |tx| match store::named(tx, &slug)? {
                Some((id, _)) => store::history(tx, id, HISTORY),
                None => Ok(Vec::new()),
            })
            .await
    }

    /// The datastreams that a device may write, in the order of their names.
    pub fn datastreams_of_device(&self, device: &Device) -> Vec<std::sync::Arc<Datastream>> {
        let within = |slug: &str| host::access::within(slug, device.scope.as_str());
        let mut own = self.observations().datastreams().whose_slug(within);
        own.sort_by(|a, b| a.slug.as_str().cmp(b.slug.as_str()));
        own
    }

    /// Notes the silence of devices that may not be quiet for so long, and its end.
    pub(crate) async fn listen_to_devices(&self) -> Result<(), Problem> {
        let now = self.inner.clock.now();
        let (all, heard) =
            self.inner.db.read(|tx| Ok::<_, DbError>((every_device(tx)?, store::heard(tx)?))).await?;
        for device in all {
            let last = heard.get(device.slug.as_str()).copied();
            let Ok((_, Some(_))) = device.decide(Command::Listen(last), now) else { continue };
            let keys = self.inner.keys.get().cloned();
            let noted = self.inner.db.write(move |tx| {
                let Some((id, was)) = store::named(tx, device.slug.as_str())? else { return Ok(()) };
                apply(tx, keys.as_ref(), id, &was, Command::Listen(last), (now, "clock")).map(drop)
            });
            noted.await?;
        }
        Ok(())
    }

    async fn view_of(&self, device: Device, now: Time) -> Result<DeviceView, DbError> {
        let slug = device.slug.to_string();
        let last_seen = self.inner.db.read(move |tx| store::last_heard(tx, &slug)).await?;
        Ok(self.viewed(device, last_seen, now))
    }

    fn viewed(&self, device: Device, last_seen: Option<Time>, now: Time) -> DeviceView {
        let observations = self.observations();
        let stream = device.battery.as_ref().and_then(|slug| observations.datastreams().by_slug(slug));
        DeviceView {
            health: device.health(last_seen, now),
            last_seen,
            battery: stream.and_then(|stream| observations.last(stream.id)),
            device,
        }
    }
}

fn every_device(tx: &mut Tx) -> Result<Vec<Device>, DbError> {
    let mut all: Vec<Device> = Vec::new();
    loop {
        let after = all.last().map(|d| d.slug.to_string()).unwrap_or_default();
        let some = store::list(tx, &after, AT_A_TIME)?;
        if some.is_empty() {
            return Ok(all);
        }
        all.extend(some);
    }
}

/// Public ones are everybody's; a device sees itself.
fn is_seen(gate: &Gate, device: &Device) -> bool {
    device.label == Label::Public
        || gate.may(Action::Read, DEVICES, device.label, Some(device.slug.as_str())).is_ok()
}

/// What a change means beyond description, in the order in which it must be done.
fn commands(device: &Device, change: &DeviceChange) -> Vec<Command> {
    let mut commands = Vec::new();
    if let Some(serial) = change.serial.clone().filter(|serial| *serial != device.serial) {
        commands.push(Command::Replace { serial, model: change.model.clone() });
    }
    if let Some(version) = &change.firmware {
        commands.push(Command::Firmware(version.clone()));
    }
    match change.state {
        Some(state) if state == device.state && change.serial.is_none() => {}
        Some(State::Lost) => commands.push(Command::Lose),
        Some(State::Retired) => commands.push(Command::Retire),
        Some(State::Working) if commands.iter().any(|c| matches!(c, Command::Replace { .. })) => {}
        Some(State::Working) => commands.push(Command::Find),
        None => {}
    }
    commands
}

#[cfg(test)]
mod tests;
