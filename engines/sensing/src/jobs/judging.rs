//! Judges what is committed, as it is committed, by the rules of the pack; and notices silence by the clock.

use std::sync::Arc;
use std::time::{Duration, Instant};

use host::DbError;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use vocab::Mode;

use crate::rule::Rule;
use crate::rule::judge::{Decision, Judge};
use crate::store::alerts as store;
use crate::store::observations::Order;
use crate::{Key, Row, Sensing, Span};

/// Silence is noticed a second late at most.
const TICK: Duration = Duration::from_secs(1);
/// How often it is written down how far each judgement is: what came since is judged again after a crash.
const WRITE_DOWN: Duration = Duration::from_secs(30);
/// Parts of rules written in one transaction: some milliseconds of the writer.
const PARTS: usize = 200;
/// Results looked at in one go, catching up.
const PAGE: usize = 5_000;
/// Results of several datastreams that are put in order together, catching up: 100 MB.
const ROWS: usize = 1_500_000;
/// After a write that failed.
const PAUSE: Duration = Duration::from_secs(1);

/// Judges until it is told to stop.
pub async fn judge(sensing: Sensing, stop: watch::Receiver<bool>) {
    let rules = sensing.alerts().rules();
    let rules: Arc<Vec<Arc<Rule>>> = Arc::new(rules.iter().filter(|rule| rule.enabled).cloned().collect());
    // Heard from before the past is looked at: nothing falls between the two.
    let mut commits = sensing.observations().listen();
    let mut judging = Judging { sensing, rules, judge: Judge::default(), written: Instant::now(), said: 0 };
    let work = async {
        while let Err(error) = judging.begin().await {
            tracing::error!(%error, "the rules cannot be judged yet");
            tokio::time::sleep(PAUSE).await;
        }
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                commit = commits.recv() => match commit {
                    Ok(rows) => judging.rows(&rows).await,
                    Err(RecvError::Lagged(_)) => {
                        if let Err(error) = judging.catch_up().await {
                            tracing::error!(%error, "observations were not judged yet; they will be");
                        }
                    }
                    Err(RecvError::Closed) => return,
                },
                _ = ticks.tick() => judging.tick().await,
            }
        }
    };
    host::jobs::until(stop, work).await;
}

struct Judging {
    sensing: Sensing,
    rules: Arc<Vec<Arc<Rule>>>,
    judge: Judge,
    written: Instant,
    /// How many things were judged when that was last said.
    said: usize,
}

impl Judging {
    /// Takes up where it was left off.
    async fn begin(&mut self) -> Result<(), DbError> {
        let db = &self.sensing.inner.db;
        let known = db.read(store::states).await?;
        let mut judge = Judge::new(&self.rules, known);
        let observations = self.sensing.observations();
        for id in observations.datastreams().ids() {
            let Some(facts) = observations.datastreams().get(id) else { continue };
            judge.learn(id, facts.slug.as_str(), observations.extent(id).map(|(_, last)| last));
        }
        let new = judge.new_rules();
        let enabled: Vec<String> = self.rules.iter().map(|rule| rule.id.clone()).collect();
        self.judge = judge;
        let begun = db.write(move |tx| {
            new.iter().try_for_each(|rule| store::begin(tx, rule))?;
            store::withdraw(tx, &enabled)
        });
        let withdrawn = begun.await?;
        if withdrawn > 0 {
            tracing::info!(withdrawn, "alerts of rules that are gone or off were taken back");
        }
        self.write_down().await?;
        self.catch_up().await
    }

    /// Judges whatever the store holds and was not judged.
    async fn catch_up(&mut self) -> Result<(), DbError> {
        let observations = self.sensing.observations().clone();
        let mut together: Vec<(i64, Row)> = Vec::new();
        for id in observations.datastreams().ids() {
            self.learn(id);
            let Some(from) = self.judge.from(id) else { continue };
            if observations.extent(id).is_none_or(|(_, last)| last < from) {
                continue;
            }
            let mut span = Span { from: Key::start_of(from), ..Span::ALL };
            let is_of_several = self.judge.is_of_several(id);
            loop {
                let rows = observations.scan(id, span, Order::Ascending, PAGE).await?;
                let Some(last) = rows.last().map(Row::key) else { break };
                let is_end = rows.len() < PAGE;
                let rows = rows.into_iter().map(|row| (id, row));
                if is_of_several && together.len() < ROWS {
                    together.extend(rows);
                } else {
                    self.rows(&rows.collect::<Vec<_>>()).await;
                }
                if is_end {
                    break;
                }
                span.from = last.next();
            }
        }
        together.sort_by_key(|(id, row)| (row.t, *id));
        for some in together.chunks(PAGE) {
            self.rows(some).await;
        }
        Ok(())
    }

    fn learn(&mut self, id: i64) {
        if self.judge.knows(id) {
            return;
        }
        if let Some(facts) = self.sensing.observations().datastreams().get(id) {
            self.judge.learn(id, facts.slug.as_str(), None);
        }
    }

    async fn rows(&mut self, rows: &[(i64, Row)]) {
        let mut found = Vec::new();
        for (id, row) in rows {
            self.learn(*id);
            self.judge.row(*id, row, &mut found);
        }
        self.note(found).await;
    }

    async fn tick(&mut self) {
        // Recordings stand still for hours: their rules go by their own results.
        let is_recording = self.sensing.inner.config.mode == Mode::Recording;
        let clock = (!is_recording).then(|| self.sensing.inner.clock.now());
        let mut found = Vec::new();
        self.judge.tick(clock, &mut found);
        self.note(found).await;
        self.say_watched();
        if self.written.elapsed() >= WRITE_DOWN
            && let Err(error) = self.write_down().await
        {
            tracing::error!(%error, "cannot write down how far the rules were judged");
        }
    }

    /// Nothing is judged further before this is durable: what is written down is never ahead of the alerts.
    async fn note(&mut self, found: Vec<Decision>) {
        if found.is_empty() {
            return;
        }
        let found = Arc::new(found);
        while let Err(error) = self.sensing.note_decisions(self.rules.clone(), found.clone()).await {
            tracing::error!(%error, "alerts could not be written down; trying again");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// For the pages that tell of rules.
    fn say_watched(&mut self) {
        let all = self.judge.units();
        if std::mem::replace(&mut self.said, all) != all {
            let watched =
                self.rules.iter().enumerate().map(|(at, rule)| (rule.id.clone(), self.judge.watched(at)));
            self.sensing.alerts().set_watched(watched.collect());
        }
    }

    async fn write_down(&mut self) -> Result<(), DbError> {
        self.written = Instant::now();
        let late = std::mem::take(&mut self.judge.late);
        if let Some(counters) = self.sensing.alerts().counters() {
            counters.late.inc_by(late);
        }
        let changed = self.judge.changed();
        for some in changed.chunks(PARTS) {
            let some = some.to_vec();
            let written = self.sensing.inner.db.write(move |tx| {
                some.iter().try_for_each(|(rule, part, states)| store::put_states(tx, rule, *part, states))
            });
            written.await?;
        }
        Ok(())
    }
}
