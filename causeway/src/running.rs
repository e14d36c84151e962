//! A city as it runs: the pages and sources of one reading of its pack, until the next reading takes their place.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use host::Pack;
use host::http::Switch;
use host::jobs::until;
use intake::fetch::{Fetcher, Terms};
use intake::replay::Replay;
use intake::runner::Runner;
use schemars::JsonSchema;
use serde::Serialize;
use simulate::Play;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use vocab::{Caller, Time};

use crate::arguments::Arguments;
use crate::assemble::{self, City, Content, Standing};
use crate::commands::{self, Failure};
use crate::demo;
use crate::serve::{random_key, remember, wait_for};

/// What became of a pack that was read again.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Reloaded {
    /// Files of the pack.
    pub files: usize,
    /// Those whose text was never loaded before.
    pub new: u64,
}

/// A request to read the pack again, and where its outcome is waited for.
pub type Ask = oneshot::Sender<Result<Reloaded, Failure>>;

/// Where devices of this machine find the doors.
pub struct Near {
    pub http: String,
    pub mqtt: Option<String>,
}

pub struct Running {
    arguments: Arguments,
    standing: Standing,
    content: Content,
    near: Near,
    routes: Switch,
    /// Of simulated devices, by fleet: a fleet keeps its key when the pack is read again.
    keys: HashMap<String, String>,
    /// When the day of a demonstration was begun with.
    begun: Time,
    end: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    pub fn start(
        arguments: Arguments,
        standing: Standing,
        content: Content,
        near: Near,
    ) -> Result<Running, Failure> {
        let begun = standing.clock.now();
        let mut running = Running {
            arguments,
            standing,
            content,
            near,
            routes: Switch::new(Router::new()),
            keys: HashMap::new(),
            begun,
            end: watch::channel(false).0,
            tasks: Vec::new(),
        };
        running.begin()?;
        Ok(running)
    }

    /// Makes the city of the content, puts its routes in the place of those before, and sets it going.
    fn begin(&mut self) -> Result<(), Failure> {
        let (end, ended) = watch::channel(false);
        let city = assemble::assemble(&self.standing, &self.content, ended.clone())?;
        self.end = end;
        self.tasks = self.set_going(&city, &ended)?;
        self.routes.set(city.router);
        Ok(())
    }

    pub fn city(&self) -> &str {
        &self.content.pack.city.id
    }

    pub fn routes(&self) -> Switch {
        self.routes.clone()
    }

    /// Tells everything of this reading to end, and hands over what is still at work.
    pub fn end(&mut self) -> Vec<JoinHandle<()>> {
        // Nobody listens any more: then all have ended already.
        let _ = self.end.send(true);
        std::mem::take(&mut self.tasks)
    }

    /// Reads the pack again and puts the new city in the place of the old one: all of it, or nothing where it has a
    /// mistake. Pages stay up meanwhile; devices are taken in throughout.
    pub async fn reload(&mut self) -> Result<Reloaded, Failure> {
        let outcome = self.replace().await;
        match &outcome {
            Ok(done) => tracing::info!(files = done.files, new = done.new, "the pack was read again"),
            Err(failure) => tracing::error!("the pack was not changed: {failure}"),
        }
        outcome
    }

    async fn replace(&mut self) -> Result<Reloaded, Failure> {
        let content = self.read()?;
        let Standing { db, clock, .. } = &self.standing;
        let new = remember(db, &content.pack, clock, "reload")?;
        // The next reading begins with what the sources of this one have brought.
        wait_for(self.end()).await;
        let old = std::mem::replace(&mut self.content, content);
        if let Err(failure) = self.begin() {
            // The store did not answer, most likely: what was goes on.
            self.content = old;
            self.begin()?;
            return Err(failure);
        }
        Ok(Reloaded { files: self.content.pack.files.len(), new })
    }

    /// The pack as it stands in its folder now, where it can take this one's place.
    fn read(&self) -> Result<Content, Failure> {
        let refused = |why: &str| Err(Failure::Usage(why.into()));
        let Some(folder) = &self.standing.config.city.path else {
            return refused(
                "the pack lies inside the program: name a folder with --city to be able to edit it",
            );
        };
        if self.arguments.replay.is_some() {
            return refused("a replay plays the pack that it began with: start it again");
        }
        let content = assemble::check(commands::pack(Some(folder))?)?;
        if self.arguments.demo && content.demo.is_none() {
            return refused("demo.toml is gone, and this is a demonstration");
        }
        let (old, new) = (&self.content.pack, &content.pack);
        let named = |pack: &Pack| (pack.city.id.clone(), pack.language_tags(), pack.city.zone());
        if named(old) != named(new) {
            return refused("another city, other languages or another time zone need a restart");
        }
        Ok(content)
    }

    /// Starts the jobs of a city, and whatever fills it: feeds, recordings or simulated devices, never two of them.
    fn set_going(
        &mut self,
        city: &City,
        ended: &watch::Receiver<bool>,
    ) -> Result<Vec<JoinHandle<()>>, Failure> {
        let mut tasks = host::jobs::start(&self.standing.db, &self.standing.clock, city.jobs.clone(), ended);
        tasks.push(tokio::spawn(sensing::judge(self.standing.sensing.clone(), ended.clone())));
        tasks.extend(match (&self.arguments.replay, self.arguments.demo) {
            (Some(folder), _) => replay(&self.arguments, folder, &self.content, city, ended)?,
            (None, true) => self.demo(city, ended)?,
            (None, false) => self.feeds(city, ended)?,
        });
        Ok(tasks)
    }

    fn demo(&mut self, city: &City, ended: &watch::Receiver<bool>) -> Result<Vec<JoinHandle<()>>, Failure> {
        let Some(demo) = self.content.demo.clone() else {
            return Err(Failure::Start(
                "this pack has no demo.toml; docs/how-to-add-a-city.md says what it holds".into(),
            ));
        };
        let zone = self.content.pack.city.zone();
        let play = Arc::new(Play::new(demo, self.arguments.seed, self.begun, zone));
        let Standing { clock, sensing, .. } = &self.standing;
        let bulletins = demo::Bulletins {
            play: play.clone(),
            intake: city.intake.clone(),
            feeds: self.content.feeds.clone(),
            clock: clock.clone(),
        };
        let pace = demo::Pace::new(clock);
        let (telling, speaker) = (ended.clone(), pace.join());
        let mut tasks = vec![tokio::spawn(until(telling, async move { bulletins.tell(speaker).await }))];
        for (fleet, of) in play.demo.fleets.iter().enumerate() {
            // A key of its own for each fleet: what a simulated detector may write, a simulated car park may not.
            let key = match self.keys.get(&of.id) {
                Some(key) => key.clone(),
                None => random_key()?,
            };
            self.keys.insert(of.id.clone(), key.clone());
            let caller = Caller::Device { name: format!("simulated/{}", of.id), scope: of.id.clone() };
            self.standing.keys.add(&key, caller);
            let players = demo::Players {
                play: play.clone(),
                fleet,
                base: self.near.http.clone(),
                mqtt: self.near.mqtt.clone(),
                key,
                sensing: sensing.clone(),
                clock: clock.clone(),
                pace: pace.clone(),
            };
            let (ended, speaker) = (ended.clone(), pace.join());
            tasks.push(tokio::spawn(until(ended, async move { players.play(speaker).await })));
        }
        Ok(tasks)
    }

    fn feeds(&self, city: &City, ended: &watch::Receiver<bool>) -> Result<Vec<JoinHandle<()>>, Failure> {
        let Standing { config, clock, .. } = &self.standing;
        if !config.feeds.fetch {
            return Ok(Vec::new());
        }
        let contact = config.server.contact.clone().unwrap_or_else(|| "no contact configured".into());
        let terms = Terms {
            agent: format!("Causeway/{} (open-source city platform; {contact})", env!("CARGO_PKG_VERSION")),
            requests_per_host_per_minute: config.feeds.requests_per_host_per_minute,
            answer_limit_bytes: config.feeds.answer_limit_bytes,
            allow_private_addresses: config.feeds.allow_private_addresses,
        };
        let fetcher =
            Fetcher::new(terms, clock.clone()).map_err(|e| Failure::Start(format!("no TLS: {e}")))?;
        let runner = Runner {
            intake: city.intake.clone(),
            fetcher: Arc::new(fetcher),
            clock: clock.clone(),
            seed: u64::try_from(clock.now().0).unwrap_or_default(),
        };
        Ok(runner.start(&self.content.feeds, ended))
    }
}

fn replay(
    arguments: &Arguments,
    folder: &Path,
    content: &Content,
    city: &City,
    stop: &watch::Receiver<bool>,
) -> Result<Vec<JoinHandle<()>>, Failure> {
    if !folder.is_dir() {
        return Err(Failure::Start(format!(
            "{} is no folder; name the one that holds the recordings",
            folder.display()
        )));
    }
    for file in intake::replay::absent(&content.recordings, folder) {
        tracing::info!(file, "this recording is not in the folder and is not played");
    }
    let mut recordings = content.recordings.clone();
    recordings.retain(|recording| folder.join(&recording.file).is_file());
    let replay = Replay {
        intake: city.intake.clone(),
        feeds: content.feeds.clone(),
        recordings: Arc::new(recordings),
        folder: folder.into(),
        speed: arguments.speed.unwrap_or(1),
    };
    Ok(replay.start(stop))
}
