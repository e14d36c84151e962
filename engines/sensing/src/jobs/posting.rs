//! Sends what stands in the outbox, each target by itself: at least once, in order as far as the other side takes it, with
//! longer and longer pauses while it does not.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use host::DbError;
use host::config::{Config, Mail, Webhook};
use host::jobs::until;
use host::outside::mail as smtp;
use host::outside::webhook::{Message, Poster};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use vocab::Time;
use vocab::time::SECOND;

use crate::actions::alerts::Target;
use crate::alert::mail::{self as letter, Item};
use crate::alert::{Alert, What, event_id, signature};
use crate::store::outbox::{self, Letter};
use crate::{Sensing, store};

/// Messages to one webhook at a time.
const AT_ONCE: usize = 8;
/// Letters of one look into the outbox.
const SOME: i64 = 200;
/// What a digest tells; the rest it counts.
const IN_A_DIGEST: i64 = 20_000;
/// How long nobody needs to say that there is something in the outbox: what is to be tried again is found then.
const LOOK: Duration = Duration::from_secs(5);
/// The longest pause between two attempts.
const PAUSE_MAX: i64 = 900;
/// The longest pause before a webhook is looked at again: its letters may be due at different times.
const WEBHOOK_PAUSE_MAX: i64 = 60;

/// Starts a poster for each target of the configuration.
pub fn post(sensing: &Sensing, config: &Config, stop: &watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
    let mut tasks = Vec::new();
    for webhook in config.webhooks.clone() {
        let sensing = sensing.clone();
        let work = async move { to_webhook(&sensing, webhook).await };
        tasks.push(tokio::spawn(until(stop.clone(), work)));
    }
    if config.mail.server.is_some() {
        let (sensing, mail) = (sensing.clone(), config.mail.clone());
        let work = async move { by_mail(&sensing, mail).await };
        tasks.push(tokio::spawn(until(stop.clone(), work)));
    }
    tasks
}

/// Seconds to wait after so many attempts.
fn pause(attempts: i64) -> i64 {
    (1i64 << attempts.clamp(0, 10)).min(PAUSE_MAX)
}

/// What waits for a target, each with its alert as it is now.
async fn due(sensing: &Sensing, target: &str, limit: i64) -> Result<Vec<(Letter, Alert)>, DbError> {
    let (target, now) = (target.to_string(), sensing.inner.clock.now());
    let (found, waiting) = sensing
        .inner
        .db
        .read(move |tx| {
            let letters = outbox::due(tx, &target, now, limit)?;
            let mut alerts: HashMap<String, Option<Alert>> = HashMap::new();
            let mut found = Vec::with_capacity(letters.len());
            for letter in letters {
                if !alerts.contains_key(&letter.alert) {
                    let alert = store::alerts::named(tx, &letter.alert)?;
                    alerts.insert(letter.alert.clone(), alert);
                }
                if let Some(Some(alert)) = alerts.get(&letter.alert) {
                    found.push((letter, alert.clone()));
                }
            }
            Ok::<_, DbError>((found, outbox::waiting(tx, &target)?))
        })
        .await?;
    if let Some(counters) = sensing.alerts().counters() {
        counters.waiting.set(waiting);
    }
    Ok(found)
}

async fn note_sent(sensing: &Sensing, ids: Vec<i64>) -> Result<(), DbError> {
    if let Some(counters) = sensing.alerts().counters() {
        counters.sent.inc_by(ids.len() as u64);
    }
    let now = sensing.inner.clock.now();
    sensing.inner.db.write(move |tx| outbox::sent(tx, &ids, now)).await
}

async fn note_failed(sensing: &Sensing, letters: &[Letter], error: &str) -> Result<(), DbError> {
    if let Some(counters) = sensing.alerts().counters() {
        counters.failed.inc();
    }
    let (now, error) = (sensing.inner.clock.now(), error.to_string());
    let of = |letter: &Letter| (letter.id, now.plus(pause(letter.attempts) * SECOND));
    let all: Vec<(i64, Time)> = letters.iter().map(of).collect();
    let noted = sensing
        .inner
        .db
        .write(move |tx| all.iter().try_for_each(|(id, due)| outbox::failed(tx, &[*id], *due, &error)));
    noted.await
}

async fn to_webhook(sensing: &Sensing, webhook: Webhook) {
    let target = Target::of_webhook(&webhook.name);
    let made = Poster::new(&webhook.url).and_then(|poster| {
        let secret = signature::secret(&webhook.secret).ok_or("the secret after whsec_ is no base64")?;
        Ok(Arc::new(Hook { poster, secret }))
    });
    let hook = match made {
        Ok(hook) => hook,
        Err(error) => return tracing::error!(error, webhook = webhook.name, "no alert can be sent there"),
    };
    let pace = Pace { after: Duration::ZERO, longest: WEBHOOK_PAUSE_MAX };
    repeat(sensing, &target, pace, || post_some(sensing, &hook, &target)).await;
}

/// How long a target is left alone.
struct Pace {
    /// After it took something: what happens meanwhile goes together.
    after: Duration,
    /// The longest pause between two attempts while it takes nothing, in seconds.
    longest: i64,
}

/// Looks into the outbox for one target whenever there is something in it, for ever.
async fn repeat<F>(sensing: &Sensing, target: &str, pace: Pace, some: impl Fn() -> F)
where
    F: Future<Output = Result<Sent, DbError>>,
{
    let mut failures = 0;
    loop {
        // Heard from before the outbox is looked into.
        let posted = sensing.alerts().something_posted();
        match some().await {
            Ok(Sent { all: 0, .. }) => drop(tokio::time::timeout(LOOK, posted).await),
            Ok(Sent { failed: None, .. }) => {
                failures = 0;
                tokio::time::sleep(pace.after).await;
            }
            Ok(Sent { failed: Some(error), .. }) => {
                // Said when it begins, and now and then while it lasts.
                if failures % 10 == 0 {
                    tracing::warn!(error, target, "alerts are not taken there; they wait and are sent again");
                }
                tokio::time::sleep(Duration::from_secs(pause(failures).min(pace.longest) as u64)).await;
                failures += 1;
            }
            Err(error) => {
                tracing::error!(%error, "the outbox cannot be read");
                tokio::time::sleep(LOOK).await;
            }
        }
    }
}

/// A webhook, and what signs whatever goes there.
struct Hook {
    poster: Poster,
    secret: Vec<u8>,
}

impl Hook {
    fn message(&self, id: &str, seconds: i64, body: String) -> Message {
        let signature = signature::sign(&self.secret, id, seconds, body.as_bytes());
        Message {
            content_type: "application/cloudevents+json; charset=utf-8",
            headers: vec![
                ("webhook-id", id.to_string()),
                ("webhook-timestamp", seconds.to_string()),
                ("webhook-signature", signature),
            ],
            body,
        }
    }
}

/// What became of one look into the outbox.
struct Sent {
    all: usize,
    /// Why one of them was not taken.
    failed: Option<String>,
}

async fn post_some(sensing: &Sensing, hook: &Arc<Hook>, target: &str) -> Result<Sent, DbError> {
    let letters = due(sensing, target, SOME).await?;
    let voice = sensing.alerts().voice();
    let source = match voice.as_ref().map(|voice| voice.origin.as_str()).filter(|origin| !origin.is_empty()) {
        Some(origin) => format!("{origin}/api/alerts"),
        None => "/api/alerts".to_string(),
    };
    let all = letters.len();
    let clock = sensing.inner.clock.clone();
    let sending = letters.into_iter().map(|(letter, alert)| {
        let (hook, event) = (hook.clone(), alert.event(letter.what, &source));
        let message =
            hook.message(&event_id(&alert.id, letter.what), clock.now().0 / SECOND, event.to_string());
        async move {
            let outcome = hook.poster.post(&message).await;
            (letter, outcome)
        }
    });
    let outcomes: Vec<(Letter, Result<(), String>)> =
        stream::iter(sending.collect::<Vec<_>>()).buffered(AT_ONCE).collect().await;
    let failed = outcomes.iter().find_map(|(_, outcome)| outcome.as_ref().err().cloned());
    let (taken, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(|(_, outcome)| outcome.is_ok());
    let (taken, refused): (Vec<i64>, Vec<Letter>) = (
        taken.into_iter().map(|(letter, _)| letter.id).collect(),
        refused.into_iter().map(|(letter, _)| letter).collect(),
    );
    if !taken.is_empty() {
        note_sent(sensing, taken).await?;
    }
    if let Some(error) = &failed {
        note_failed(sensing, &refused, error).await?;
    }
    Ok(Sent { all, failed })
}

async fn by_mail(sensing: &Sensing, config: Mail) {
    let after = Duration::from_secs(u64::from(config.digest_seconds));
    let pace = Pace { after, longest: PAUSE_MAX };
    repeat(sensing, Target::MAIL, pace, || mail_all(sensing, &config)).await;
}

async fn mail_all(sensing: &Sensing, config: &Mail) -> Result<Sent, DbError> {
    let (letters, voice) = (due(sensing, Target::MAIL, IN_A_DIGEST).await?, sensing.alerts().voice());
    let (Some(voice), false) = (voice, letters.is_empty()) else { return Ok(Sent { all: 0, failed: None }) };
    let asked = config.language.as_ref().and_then(|tag| vocab::Lang::new(tag.as_str()).ok());
    let lang = asked.unwrap_or_else(|| voice.lang.clone());
    let reader = ui::Reader::new(&voice.words, &lang, &voice.zone);
    let rules = sensing.alerts().rules();
    let items: Vec<Item> = letters
        .iter()
        .filter(|(letter, _)| letter.what != What::Acknowledged)
        .map(|(letter, alert)| {
            let rule = rules.iter().find(|rule| rule.id == alert.rule).cloned();
            Item { what: letter.what, alert, rule, link: link(&voice.origin, &lang, alert) }
        })
        .collect();
    let ids: Vec<i64> = letters.iter().map(|(letter, _)| letter.id).collect();
    if items.is_empty() {
        note_sent(sensing, ids).await?;
        return Ok(Sent { all: letters.len(), failed: None });
    }
    let text = letter::digest(&items, &reader, &voice.city);
    let name = format!("{}.{}", items[0].alert.id, ids.first().copied().unwrap_or(0));
    let head =
        letter::Head { from: &config.from, to: &config.to, at: sensing.inner.clock.now(), name: &name };
    let message = letter::message(&head, &text);
    let failed = smtp::send(config, &message).await.err();
    match &failed {
        None => note_sent(sensing, ids).await?,
        Some(error) => {
            note_failed(sensing, &letters.iter().map(|(letter, _)| letter.clone()).collect::<Vec<_>>(), error)
                .await?
        }
    }
    Ok(Sent { all: letters.len(), failed })
}

fn link(origin: &str, lang: &vocab::Lang, alert: &Alert) -> String {
    format!("{origin}{}", ui::layout::address(lang, &format!("/alerts/{}", alert.id)))
}
