//! Plays recorded answers and histories through the same door as live feeds, each source on a clock of its own.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use host::pack::{self, line_at};
use host::{DbError, Finding, Pack, PackFile};
use tokio::sync::watch;
use vocab::Time;

use crate::decode::Limits;
use crate::feed::Feed;
use crate::feed::check::Pull;
use crate::fetch::Validators;
use crate::mapping::Received;
use crate::plan::{self, Form, Key, Recording, ReplayFile};
use crate::runner::{Arrival, Body, Hold, Intake, Taken};

/// The file of a pack that says what its recordings are.
pub const FILE: &str = "replay.toml";

/// How often clocks are moved and waiting records looked at. At 10,000× this is half an hour of the recording.
const TICK: Duration = Duration::from_millis(200);

/// Reads `replay.toml` and judges it against the pack's feeds. A pack without one has nothing to replay.
pub fn recordings(pack: &Pack, feeds: &[Arc<Feed>]) -> Result<Vec<Recording>, Vec<Finding>> {
    let Some(file) = pack.files.get(FILE) else { return Ok(Vec::new()) };
    let read: ReplayFile = pack::parse(file)?;
    let mut findings = Vec::new();
    let mut good = Vec::new();
    for entry in &read.recordings {
        match entry.check() {
            Ok(recording) => {
                let at = entry.feed.span().start;
                findings.extend(unknown(&recording, feeds).map(|(m, hint)| finding(file, at, m, hint)));
                good.push(recording);
            }
            Err((at, message, hint)) => findings.push(finding(file, at, message, hint)),
        }
    }
    if findings.is_empty() { Ok(good) } else { Err(findings) }
}

fn finding(file: &PackFile, at: usize, message: String, hint: String) -> Finding {
    Finding::new(file, line_at(&file.text, at), message, hint)
}

fn unknown(recording: &Recording, feeds: &[Arc<Feed>]) -> Option<(String, String)> {
    let Some(feed) = feeds.iter().find(|f| f.id == recording.feed) else {
        return Some((
            format!("there is no feed {}", recording.feed),
            "add it to feeds/, or correct the id".into(),
        ));
    };
    let Some(source) = feed.sources.iter().find(|s| s.id == recording.source) else {
        let known: Vec<&str> = feed.sources.iter().map(|s| s.id.as_str()).collect();
        let hint = format!("the feed has {}", known.join(", "));
        return Some((format!("the feed {} has no source {}", recording.feed, recording.source), hint));
    };
    let fits = recording.parameters.is_empty() && source.pulls.len() < 2
        || source.pulls.iter().any(|p| p.parameters == recording.parameters);
    if fits {
        return None;
    }
    let hint = "give the parameters of one entry of the source's for_each".into();
    Some((format!("the source {} is not fetched with these parameters", recording.source), hint))
}

/// A replay, ready to run.
#[derive(Clone)]
pub struct Replay {
    pub intake: Intake,
    pub feeds: Vec<Arc<Feed>>,
    pub recordings: Arc<Vec<Recording>>,
    pub folder: PathBuf,
    /// Within [`plan::SPEEDS`].
    pub speed: u32,
}

impl Replay {
    /// Starts playing. The tasks end when all is played or `stop` says true; the clocks then stand where they are.
    pub fn start(self, stop: &watch::Receiver<bool>) -> Vec<tokio::task::JoinHandle<()>> {
        let begun = Instant::now();
        let mut tasks = Vec::new();
        let ticking = (self.clone(), stop.clone());
        self.set_clocks(begun);
        tasks.push(tokio::spawn(async move {
            let (replay, mut stop) = ticking;
            while !replay.is_over(begun) {
                tokio::select! {
                    () = tokio::time::sleep(TICK) => replay.set_clocks(begun),
                    _ = stop.wait_for(|stop| *stop) => return,
                }
            }
        }));
        for feed in &self.feeds {
            for (index, source) in feed.sources.iter().enumerate().filter(|(_, s)| !s.rows.is_empty()) {
                let (replay, feed, id) = (self.clone(), feed.clone(), source.id.clone());
                let at = self.first_moment(&feed).unwrap_or(Time::MIN);
                tasks.push(tokio::spawn(async move {
                    let taken = replay.intake.take_rows(feed, index, at).await;
                    report(&id, taken);
                }));
            }
        }
        for recording in self.recordings.iter().cloned() {
            let (replay, stop) = (self.clone(), stop.clone());
            tasks.push(tokio::spawn(async move {
                let (waiting, of) = (replay.clone(), Arc::new(recording));
                let recording = of.clone();
                let hold: Hold = Arc::new(move |t| {
                    let (replay, recording, stop) = (waiting.clone(), of.clone(), stop.clone());
                    Box::pin(async move { replay.wait_for(&recording, t, begun, stop).await })
                });
                if hold(recording.from).await {
                    report(&recording.file, replay.play(&recording, Some(&hold)).await);
                }
            }));
        }
        tasks
    }

    /// Takes every record of every recording at once, in the order of `replay.toml`: how history is imported.
    pub async fn import(&self) -> Result<Vec<(String, Taken)>, DbError> {
        let mut all = Vec::new();
        for recording in self.recordings.iter() {
            let taken = self.play(recording, None).await?;
            all.push((recording.file.clone(), taken));
        }
        Ok(all)
    }

    async fn play(&self, recording: &Recording, hold: Option<&Hold>) -> Result<Taken, DbError> {
        let Some((feed, source)) = self.source_of(recording) else { return Ok(Taken::default()) };
        let path = self.folder.join(&recording.file);
        let (body, received) = match recording.form {
            Form::AsServed => (read(path).await.map(Body::Bytes), Received::At(recording.from)),
            Form::History => {
                let open = File::open(&path).map(|f| Body::Stream(Box::new(f)));
                (open, Received::EachItsOwn { split_from: recording.play_from })
            }
        };
        let body = match body {
            Ok(body) => body,
            Err(error) => {
                let error = format!("the recording {} cannot be read: {error}", recording.file);
                return Ok(Taken { error: Some(error), ..Taken::default() });
            }
        };
        let arrival = Arrival {
            feed,
            source,
            parameters: recording.parameters.clone(),
            received,
            limits: Limits::history(),
            validators: Validators::default(),
        };
        self.intake.take(arrival, body, recording.from, hold).await
    }

    fn source_of(&self, recording: &Recording) -> Option<(Arc<Feed>, usize)> {
        let feed = self.feeds.iter().find(|f| f.id == recording.feed)?;
        let source = feed.sources.iter().position(|s| s.id == recording.source)?;
        Some((feed.clone(), source))
    }

    fn elapsed(begun: Instant) -> i64 {
        i64::try_from(begun.elapsed().as_micros()).unwrap_or(i64::MAX)
    }

    fn clock(&self, key: &Key, begun: Instant) -> Time {
        plan::clock(&self.recordings, key, self.speed, Self::elapsed(begun)).unwrap_or(Time::MIN)
    }

    fn set_clocks(&self, begun: Instant) {
        for recording in self.recordings.iter() {
            let pull = Pull { url: String::new(), parameters: recording.parameters.clone() };
            let now = self.clock(&recording.key(), begun);
            self.intake.set_clock(&recording.feed, &pull.id(&recording.source), now);
        }
    }

    fn is_over(&self, begun: Instant) -> bool {
        let due = plan::due(&self.recordings, self.speed, Self::elapsed(begun));
        due.iter().all(|due| *due == plan::Due::All)
    }

    /// The earliest moment that any recording of a feed shows: when what stands in its file is said to be had.
    fn first_moment(&self, feed: &Feed) -> Option<Time> {
        self.recordings.iter().filter(|r| r.feed == feed.id).map(|r| r.play_from).min()
    }

    /// Waits until `t` is due of the recording; false when the replay is stopped.
    async fn wait_for(
        &self,
        recording: &Recording,
        t: Time,
        begun: Instant,
        mut stop: watch::Receiver<bool>,
    ) -> bool {
        let key = recording.key();
        loop {
            let now = self.clock(&key, begun);
            // Beyond its stated end a recording has nothing to wait for: the clock stands there.
            if t <= now || t < recording.play_from || now >= recording.to {
                return !*stop.borrow();
            }
            let left = Duration::from_micros(((t.0 - now.0) / i64::from(self.speed.max(1))).max(1) as u64);
            tokio::select! {
                () = tokio::time::sleep(left.min(Duration::from_secs(1))) => {},
                _ = stop.wait_for(|stop| *stop) => return false,
            }
        }
    }
}

async fn read(path: PathBuf) -> std::io::Result<Vec<u8>> {
    tokio::fs::read(path).await
}

fn report(name: &str, taken: Result<Taken, DbError>) {
    match taken {
        Ok(Taken { error: Some(error), .. }) => {
            tracing::warn!(recording = name, error, "a recording is broken")
        }
        Ok(taken) => tracing::info!(
            recording = name,
            records = taken.tally.received,
            stored = taken.receipt.stored,
            "played"
        ),
        Err(error) => tracing::error!(recording = name, %error, "a recording could not be stored"),
    }
}

/// The recordings of a replay that are not in its folder.
pub fn absent<'r>(recordings: &'r [Recording], folder: &Path) -> Vec<&'r str> {
    recordings.iter().map(|r| r.file.as_str()).filter(|file| !folder.join(file).is_file()).collect()
}

#[cfg(test)]
mod tests;
