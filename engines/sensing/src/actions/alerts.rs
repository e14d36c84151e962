//! Alerts: written down with what is to be told of them, looked at, acknowledged by a person.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use host::telemetry::{Counter, Gauge, Metrics};
use host::{DbError, Gate, Problem, Tx};
use tokio::sync::futures::Notified;
use tokio::sync::{Notify, broadcast};
use ui::language::Words;
use vocab::{Caller, Label, Lang, Severity, Time};

use crate::Sensing;
use crate::alert::{Alert, What, is_id};
use crate::api::problems::{BAD_ALERT, NO_SUCH_ALERT};
use crate::rule::judge::Decision;
use crate::rule::state::Turn;
use crate::rule::{Channel, Rule, Rules};
use crate::store::alerts as store;
use crate::store::outbox;

pub use crate::store::alerts::Wanted;

/// The object of the access table.
pub const ALERTS: &str = "alerts";
/// News that a slow listener may be behind: a storm's half minute.
const BEHIND: usize = 8_192;
/// Days for which it is known what was sent.
const SENT_DAYS: i64 = 7;
/// Days for which a target that takes nothing is tried.
const TRIED_DAYS: i64 = 30;

/// Somebody who is told of alerts.
#[derive(Debug, Clone)]
pub struct Target {
    /// As [`Target::of_webhook`] gives it, or [`Target::MAIL`].
    pub name: String,
    pub channel: Channel,
    /// What matters less is not told.
    pub least: Severity,
    pub public_only: bool,
}

impl Target {
    /// The one target of all letters.
    pub const MAIL: &str = "mail";

    /// The target that is the webhook of this name.
    pub fn of_webhook(name: &str) -> String {
        format!("webhook/{name}")
    }
}

/// In whose words mails are written.
#[derive(Clone)]
pub struct Voice {
    pub words: Arc<Words>,
    pub lang: Lang,
    pub zone: jiff::tz::TimeZone,
    pub city: String,
    /// What links begin with; nothing where nobody said.
    pub origin: String,
}

/// What happened to an alert.
#[derive(Debug, Clone)]
pub struct News {
    pub what: What,
    pub alert: Arc<Alert>,
}

/// Cloning shares it.
#[derive(Clone)]
pub struct Alerts(Arc<Inner>);

struct Inner {
    rules: RwLock<Rules>,
    voice: RwLock<Option<Voice>>,
    /// Things that each rule judges.
    watched: RwLock<HashMap<String, usize>>,
    told: broadcast::Sender<News>,
    /// Something was put into the outbox.
    posted: Notify,
    counters: OnceLock<Counters>,
}

pub(crate) struct Counters {
    pub raised: Counter,
    pub cleared: Counter,
    pub late: Counter,
    pub sent: Counter,
    pub failed: Counter,
    pub waiting: Gauge,
}

impl Default for Alerts {
    fn default() -> Alerts {
        Alerts(Arc::new(Inner {
            rules: RwLock::default(),
            voice: RwLock::default(),
            watched: RwLock::default(),
            told: broadcast::channel(BEHIND).0,
            posted: Notify::new(),
            counters: OnceLock::new(),
        }))
    }
}

impl Alerts {
    /// Puts the rules of a pack that was just loaded in the place of those before.
    pub fn set(&self, rules: Rules, voice: Voice) {
        *self.0.rules.write().unwrap_or_else(PoisonError::into_inner) = rules;
        *self.0.voice.write().unwrap_or_else(PoisonError::into_inner) = Some(voice);
    }

    pub fn rules(&self) -> Rules {
        self.0.rules.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn rule(&self, id: &str) -> Option<Arc<Rule>> {
        self.rules().iter().find(|rule| rule.id == id).cloned()
    }

    pub(crate) fn voice(&self) -> Option<Voice> {
        self.0.voice.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many things a rule judges just now.
    pub fn watched(&self, rule: &str) -> usize {
        self.0.watched.read().unwrap_or_else(PoisonError::into_inner).get(rule).copied().unwrap_or(0)
    }

    pub(crate) fn set_watched(&self, watched: HashMap<String, usize>) {
        *self.0.watched.write().unwrap_or_else(PoisonError::into_inner) = watched;
    }

    /// What happens to alerts, from now on.
    pub fn listen(&self) -> broadcast::Receiver<News> {
        self.0.told.subscribe()
    }

    /// Ready when something is put into the outbox after this call.
    pub(crate) fn something_posted(&self) -> Notified<'_> {
        self.0.posted.notified()
    }

    /// Counts in these metrics from now on; a second call would count in the first ones.
    pub fn count_in(&self, metrics: &Metrics) {
        self.0.counters.get_or_init(|| Counters {
            raised: metrics.counter("alerts_raised", "Alerts that rules have raised"),
            cleared: metrics.counter("alerts_cleared", "Alerts that were over"),
            late: metrics.counter(
                "alerts_late_observations",
                "Observations older than one that was judged: kept, but not judged",
            ),
            sent: metrics.counter("alerts_sent", "Messages that a webhook or a mail server took"),
            failed: metrics
                .counter("alerts_send_failures", "Attempts to send that failed and are made again"),
            waiting: metrics.gauge("alerts_waiting", "Messages that wait to be sent"),
        });
    }

    pub(crate) fn counters(&self) -> Option<&Counters> {
        self.0.counters.get()
    }

    /// In the transaction of the news: listeners hear of it, and the outbox is looked into, when it is durable.
    fn tell(&self, tx: &mut Tx, news: Vec<News>) {
        let inner = self.0.clone();
        tx.on_commit(Box::new(move || {
            for one in news {
                // Nobody listening is no failure.
                drop(inner.told.send(one));
            }
            // Each target's poster waits by itself.
            inner.posted.notify_waiters();
        }));
    }
}

fn no_such(id: &str) -> Problem {
    let what = format!("the alert {} does not exist, or is not public", crate::query::words::short(id));
    Problem::new(&NO_SUCH_ALERT, what)
}

/// Writes to every target that is to be told.
fn post(tx: &mut Tx, targets: &[Target], rule: Option<&Rule>, news: &News, now: Time) -> Result<(), DbError> {
    let alert = &news.alert;
    for target in targets {
        let wants = rule.is_none_or(|rule| rule.goes_to(target.channel))
            && alert.severity >= target.least
            && (alert.label == Label::Public || !target.public_only);
        if wants {
            outbox::add(tx, alert, news.what, &target.name, now)?;
        }
    }
    Ok(())
}

impl Sensing {
    /// Writes down what was decided, and what is to be told of it, in one transaction. Decided again it changes nothing.
    pub(crate) async fn note_decisions(
        &self,
        rules: Arc<Vec<Arc<Rule>>>,
        decisions: Arc<Vec<Decision>>,
    ) -> Result<(), DbError> {
        let (alerts, config) = (self.inner.alerts.clone(), self.inner.config.clone());
        let now = self.inner.clock.now();
        let noted = self.inner.db.write(move |tx| {
            let mut all = Vec::new();
            for decision in decisions.iter() {
                let Some(rule) = rules.get(decision.rule) else { continue };
                let news = match decision.turn {
                    Turn::Raise(at) if store::holds(tx, &rule.id, &decision.subject, at)? => continue,
                    Turn::Raise(at) => {
                        let alert = Alert::raised(rule, decision, at, config.mode, now);
                        store::add(tx, &alert)?;
                        News { what: What::Raised, alert: Arc::new(alert) }
                    }
                    Turn::Clear(at) => match store::clear(tx, &rule.id, &decision.subject, Time(at))? {
                        Some(alert) => News { what: What::Cleared, alert: Arc::new(alert) },
                        None => continue,
                    },
                };
                post(tx, &config.targets, Some(rule), &news, now)?;
                all.push(news);
            }
            let counted = (count(&all, What::Raised), count(&all, What::Cleared));
            alerts.tell(tx, all);
            Ok::<_, DbError>(counted)
        });
        let (raised, cleared) = noted.await?;
        if let Some(counters) = self.inner.alerts.counters() {
            counters.raised.inc_by(raised);
            counters.cleared.inc_by(cleared);
        }
        Ok(())
    }

    /// Alerts that this caller may see, newest first.
    pub async fn list_alerts(&self, gate: &Gate, wanted: Wanted) -> Result<Vec<Alert>, DbError> {
        let wanted = Wanted { public_only: wanted.public_only || !gate.sees_internal(), ..wanted };
        self.inner.db.read(move |tx| store::list(tx, &wanted)).await
    }

    /// Public alerts in the order of a feed.
    pub async fn public_alerts(&self, limit: i64) -> Result<Vec<Alert>, DbError> {
        let wanted = Wanted { public_only: true, limit, ..Wanted::default() };
        self.inner.db.read(move |tx| store::list(tx, &wanted)).await
    }

    /// How many there are.
    pub async fn count_alerts(&self, gate: &Gate, wanted: Wanted) -> Result<i64, DbError> {
        let wanted = Wanted { public_only: wanted.public_only || !gate.sees_internal(), ..wanted };
        self.inner.db.read(move |tx| store::count(tx, &wanted)).await
    }

    /// An alert that this caller may see.
    pub async fn alert(&self, gate: &Gate, id: &str) -> Result<Alert, Problem> {
        if !is_id(id) {
            return Err(no_such(id));
        }
        let (name, all) = (id.to_string(), gate.sees_internal());
        let found = self.inner.db.read(move |tx| store::named(tx, &name)).await?;
        found.filter(|alert| all || alert.label == Label::Public).ok_or_else(|| no_such(id))
    }

    /// A person takes an alert in hand. It stands in the audit, and those who are told of alerts hear of it.
    pub async fn acknowledge_alert(
        &self,
        gate: &Gate,
        id: &str,
        by: &str,
        remark: &str,
    ) -> Result<Alert, Problem> {
        if gate.caller != Caller::Operator {
            return Err(Problem::new(&host::problem::FORBIDDEN, "alerts are acknowledged by the operator"));
        }
        let (id, by, remark) = (id.to_string(), by.to_string(), remark.to_string());
        let (alerts, config, gate) = (self.inner.alerts.clone(), self.inner.config.clone(), gate.clone());
        let done = self.inner.db.write(move |tx| {
            let was = store::named(tx, &id)?.ok_or_else(|| no_such(&id))?;
            let now = was
                .acknowledge(&by, &remark, gate.now)
                .map_err(|refused| Problem::new(&BAD_ALERT, refused.to_string()))?;
            if let Some(acknowledged) = &now.acknowledged {
                store::acknowledge(tx, &id, acknowledged)?;
                let detail = format!("{}: {}", acknowledged.by, acknowledged.remark);
                host::audit::record(
                    tx,
                    gate.now,
                    &gate.caller,
                    "acknowledge",
                    &format!("alerts/{id}"),
                    &detail,
                )?;
            }
            let news = News { what: What::Acknowledged, alert: Arc::new(now.clone()) };
            let rule = alerts.rule(&now.rule);
            post(tx, &config.targets, rule.as_deref(), &news, gate.now)?;
            alerts.tell(tx, vec![news]);
            Ok::<_, Problem>(now)
        });
        done.await
    }

    pub(crate) async fn sweep_outbox(&self) -> Result<(), DbError> {
        let now = self.inner.clock.now();
        let before = |days: i64| now.plus(-days * vocab::time::DAY);
        let (sent, tried) = (before(SENT_DAYS), before(TRIED_DAYS));
        let swept = self.inner.db.write(move |tx| {
            outbox::sweep(tx, sent)?;
            outbox::give_up(tx, tried)
        });
        let given_up: u64 = swept.await?;
        if given_up > 0 {
            tracing::error!(
                given_up,
                days = TRIED_DAYS,
                "nobody took these messages about alerts for so long"
            );
        }
        Ok(())
    }
}

fn count(news: &[News], what: What) -> u64 {
    news.iter().filter(|one| one.what == what).count() as u64
}
