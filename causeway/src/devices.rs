//! MQTT in this city: topics of the data model, and plain topics that a feed file of the pack maps.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, PoisonError, RwLock};

use host::Clock;
use host::access::{Action, Decision, Object, Purpose, may};
use host::config::{Config, Mqtt};
use host::http::Tls;
use host::pack::{Finding, Pack};
use intake::Feed;
use intake::decode::Limits as MappingLimits;
use intake::mapping::Received;
use intake::runner::{Arrival, Body, Intake};
use mqtt::application::Busy;
use mqtt::session::Room;
use mqtt::topic::{self, Bounds};
use mqtt::{Application, Broker, Fates, Limits, Publication, Reason, Refused, Replay, Server, Taking};
use sensing::api::mqtt::Topics;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;
use vocab::{Caller, Label, Mode};

use crate::assemble::Standing;
use crate::commands::Failure;

/// A source of a feed whose answers are MQTT messages.
#[derive(Clone)]
struct Mapped {
    filter: String,
    feed: Arc<Feed>,
    source: usize,
}

/// The plain topics of one reading of the pack, and where their messages go.
#[derive(Clone)]
struct Plain {
    intake: Intake,
    mapped: Arc<[Mapped]>,
}

/// What all publications to this city mean. Cloning shares it.
#[derive(Clone)]
pub struct Devices {
    topics: Topics,
    clock: Clock,
    /// None before the pack was read.
    plain: Arc<RwLock<Option<Plain>>>,
}

/// Filters of feeds that are none.
pub fn check(pack: &Pack, feeds: &[Arc<Feed>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for feed in feeds {
        for filter in feed.sources.iter().filter_map(|source| source.mqtt.as_deref()) {
            let wrong = match topic::Filter::parse(filter, Bounds::default()) {
                Err(wrong) => wrong.to_string(),
                Ok(_) if sensing::told::is_ours(filter) => "topics there are those of the data model".into(),
                Ok(_) => continue,
            };
            if let Some(file) = pack.files.get(&format!("feeds/{}.toml", feed.id)) {
                let line = file
                    .text
                    .lines()
                    .position(|line| line.trim_start().starts_with("mqtt"))
                    .map_or(0, |at| at + 1);
                let what = format!("mqtt = \"{filter}\" is no filter: {wrong}");
                findings.push(Finding::new(file, line, what, "write it as weather/+/air"));
            }
        }
    }
    findings
}

impl Devices {
    pub fn new(topics: &Topics, clock: &Clock) -> Devices {
        Devices { topics: topics.clone(), clock: clock.clone(), plain: Arc::default() }
    }

    /// From now on plain topics mean what these feeds say of them.
    pub fn read(&self, intake: &Intake, feeds: &[Arc<Feed>]) {
        let mut mapped = Vec::new();
        for feed in feeds {
            for (source, facts) in feed.sources.iter().enumerate() {
                mapped.extend(facts.mqtt.clone().map(|filter| Mapped { filter, feed: feed.clone(), source }));
            }
        }
        let plain = Plain { intake: intake.clone(), mapped: mapped.into() };
        *self.plain.write().unwrap_or_else(PoisonError::into_inner) = Some(plain);
    }

    /// The source that maps a topic, and where what it makes of a message goes.
    fn mapped(&self, topic: &str) -> Option<(Intake, Mapped)> {
        let plain = self.plain.read().unwrap_or_else(PoisonError::into_inner);
        let plain = plain.as_ref()?;
        let mapped = plain.mapped.iter().find(|mapped| topic::matches(&mapped.filter, topic))?;
        Some((plain.intake.clone(), mapped.clone()))
    }

    /// Maps one message as an answer of its source.
    async fn map(
        &self,
        caller: &Caller,
        (intake, mapped): &(Intake, Mapped),
        publication: Publication,
    ) -> Result<(), Refused> {
        let now = self.clock.now();
        // Whoever may write all that comes of the feed may bring its messages.
        let object =
            Object { kind: "observations", label: Label::Internal, slug: Some(mapped.feed.id.as_str()) };
        if let Decision::Deny(why) = may(caller, Action::Create, &object, Purpose::Collection, now) {
            return Err(Refused { reason: Reason::NotAuthorized, why: why.into() });
        }
        let mut parameters = BTreeMap::from([("topic".to_string(), publication.topic.to_string())]);
        for (at, level) in publication.topic.split('/').enumerate() {
            parameters.insert(format!("level_{}", at + 1), level.to_string());
        }
        let arrival = Arrival {
            feed: mapped.feed.clone(),
            source: mapped.source,
            parameters,
            received: Received::At(now),
            limits: MappingLimits::default(),
            validators: Default::default(),
        };
        match intake.take(arrival, Body::Bytes(publication.payload.to_vec()), now, None).await {
            Ok(taken) => match taken.error {
                None => Ok(()),
                Some(error) => Err(Refused { reason: Reason::PayloadFormatInvalid, why: error }),
            },
            Err(error) => {
                tracing::error!(%error, feed = %mapped.feed.id, "a message could not be stored");
                Err(Refused { reason: Reason::Unspecified, why: "the store could not save this".into() })
            }
        }
    }

    async fn take(self, caller: Caller, batch: Vec<Publication>) -> Fates {
        let mut fates = Vec::with_capacity(batch.len());
        let mut together: Vec<Publication> = Vec::new();
        for publication in batch {
            let Some(mapped) = self.mapped(&publication.topic) else {
                together.push(publication);
                continue;
            };
            self.model(&caller, &mut together, &mut fates).await;
            fates.push(self.map(&caller, &mapped, publication).await);
        }
        self.model(&caller, &mut together, &mut fates).await;
        fates
    }

    /// Those for the data model, in one go.
    async fn model(&self, caller: &Caller, together: &mut Vec<Publication>, fates: &mut Fates) {
        let mut batch = std::mem::take(together);
        while !batch.is_empty() {
            match self.topics.publish(caller, batch) {
                Ok(taking) => return fates.extend(taking.await),
                Err(Busy(again)) => batch = again,
            }
            tokio::time::sleep(mqtt::limits::RETRY).await;
        }
    }
}

impl Application for Devices {
    fn authenticate(&self, user: Option<&str>, password: &[u8]) -> Option<Caller> {
        self.topics.authenticate(user, password)
    }

    fn takes(&self, topic: &str) -> bool {
        self.topics.takes(topic) || self.mapped(topic).is_some()
    }

    fn publish(&self, caller: &Caller, batch: Vec<Publication>) -> Result<Taking, Busy> {
        // The way nearly all come.
        if batch.iter().all(|publication| self.topics.takes(&publication.topic)) {
            return self.topics.publish(caller, batch);
        }
        Ok(Box::pin(self.clone().take(caller.clone(), batch)))
    }

    fn serves(&self, filter: &str) -> bool {
        self.topics.serves(filter)
    }

    fn subscribe(&self, caller: &Caller, topic: &str) -> Result<u64, Refused> {
        self.topics.subscribe(caller, topic)
    }

    fn unsubscribe(&self, interest: u64) {
        self.topics.unsubscribe(interest);
    }

    fn replay(
        &self,
        caller: &Caller,
        topic: &str,
        from: Option<&str>,
    ) -> Result<Option<Box<dyn Replay>>, Refused> {
        self.topics.replay(caller, topic, from)
    }
}

pub fn limits(mqtt: &Mqtt) -> Limits {
    Limits {
        anonymous: mqtt.anonymous,
        open: mqtt.open,
        connections: mqtt.connections,
        packet_bytes: mqtt.packet_bytes,
        receive_maximum: mqtt.receive_maximum,
        keep_alive_seconds: mqtt.keep_alive_seconds,
        session_seconds: mqtt.session_seconds,
        sessions: mqtt.sessions,
        retained_bytes: mqtt.retained_bytes,
        publishes_per_second: mqtt.device_publishes_per_second,
        room: Room { messages: mqtt.queue_messages, bytes: mqtt.queue_bytes },
        topics: Bounds::default(),
    }
}

/// Where clients of other machines find the doors, as far as the configuration says it.
pub fn addresses(config: &Config) -> Vec<String> {
    let host = |address: &std::net::SocketAddr| {
        let named = config.server.public_url.as_deref().and_then(|url| url.split("//").nth(1));
        let named = named.map(|rest| rest.split(['/', ':']).next().unwrap_or_default().to_string());
        named.filter(|name| !name.is_empty()).unwrap_or_else(|| address.ip().to_string())
    };
    let plain = config.mqtt.listen.iter().map(|a| format!("mqtt://{}:{}", host(a), a.port()));
    let tls = config.mqtt.tls_listen.iter().map(|a| format!("mqtts://{}:{}", host(a), a.port()));
    plain.chain(tls).collect()
}

/// Doors that are bound and not served yet.
pub struct Doors(Vec<Server>);

impl Doors {
    /// Binds what the configuration names; simulated devices have a door of this machine's where it names none.
    pub async fn bind(standing: &Standing, tls: Option<&Tls>) -> Result<Doors, Failure> {
        let Standing { config, broker, .. } = standing;
        let own = (standing.mode == Mode::Simulated).then_some(SocketAddr::from(([127, 0, 0, 1], 0)));
        let doors = [(config.mqtt.listen.or(own), None, "mqtt"), (config.mqtt.tls_listen, tls, "mqtts")];
        let mut bound = Vec::new();
        for (address, tls, scheme) in doors {
            let Some(address) = address else { continue };
            let failed = |e: String| Failure::Start(format!("[mqtt] {e}"));
            let server =
                Server::bind(broker.clone(), address, tls).await.map_err(|e| failed(e.to_string()))?;
            let address = server.address().map_err(|e| failed(e.to_string()))?;
            tracing::info!("{scheme}://{address} takes MQTT");
            bound.push(server);
        }
        Ok(Doors(bound))
    }

    /// Where devices of this machine find the first one.
    pub fn near(&self) -> Option<String> {
        let address = self.0.first()?.address().ok()?;
        let host = if address.ip().is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { address.ip() };
        Some(SocketAddr::new(host, address.port()).to_string())
    }

    /// Opens them. What they answer ends when the server stops.
    pub fn open(self, standing: &Standing) -> Vec<JoinHandle<()>> {
        let Standing { broker, topics, keys, stop, .. } = standing;
        let mut tasks = vec![
            tokio::spawn(sensing::api::mqtt::tell(topics.clone(), broker.clone(), stop.clone())),
            tokio::spawn(broker.clone().watch(stop.clone())),
            tokio::spawn(dismiss(broker.clone(), keys.dismissals(), stop.clone())),
        ];
        tasks.extend(self.0.into_iter().map(|server| tokio::spawn(server.serve(stop.clone()))));
        tasks
    }
}

/// A device that was lost, replaced or retired is not heard on the connection that it still has.
async fn dismiss(
    broker: Broker,
    mut dismissals: broadcast::Receiver<Caller>,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        let gone = tokio::select! {
            gone = dismissals.recv() => gone,
            _ = stop.wait_for(|stop| *stop) => return,
        };
        match gone {
            Ok(caller) => broker.dismiss(&caller),
            Err(broadcast::error::RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "devices lost their keys faster than their connections could be ended")
            }
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}
