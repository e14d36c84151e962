//! What a rule would have found in the history of the store.

use std::collections::HashMap;
use std::sync::Arc;

use host::DbError;
use serde_json::Value as Json;
use vocab::Time;
use vocab::time::DAY;

use crate::rule::Rule;
use crate::rule::judge::{Decision, Judge};
use crate::rule::state::Turn;
use crate::store::observations::Order;
use crate::{Sensing, Span};

/// Results of a datastream in a day; one a tenth of a second.
const MOST: usize = 1_000_000;

/// An alert that would have been.
#[derive(Debug, Clone, PartialEq)]
pub struct Would {
    pub subject: String,
    pub raised: Time,
    pub cleared: Option<Time>,
    pub value: Json,
}

/// What a replay looked at and found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Replayed {
    pub datastreams: usize,
    pub results: u64,
    pub alerts: Vec<Would>,
}

impl Sensing {
    /// Judges the history from `from` (in) to `to` (out), as if the rule had begun then.
    pub async fn replay_rule(&self, rule: &Arc<Rule>, from: Time, to: Time) -> Result<Replayed, DbError> {
        let observations = self.observations();
        let mut judge = Judge::new(std::slice::from_ref(rule), HashMap::new());
        let mut watched = Vec::new();
        for id in observations.datastreams().ids() {
            let Some(facts) = observations.datastreams().get(id) else { continue };
            if rule.watch.matches(facts.slug.as_str()).is_some() {
                judge.learn(id, facts.slug.as_str(), None);
                watched.push(id);
            }
        }
        let extents = || watched.iter().filter_map(|id| observations.extent(*id));
        let first = extents().map(|(first, _)| first).min().unwrap_or(0).max(from.0);
        let last = extents().map(|(_, last)| last.saturating_add(1)).max().unwrap_or(0).min(to.0);
        let mut replayed = Replayed { datastreams: watched.len(), ..Replayed::default() };
        let mut found = Vec::new();
        let mut day = first;
        while day < last {
            let span = Span::times(day, day.saturating_add(DAY).min(last));
            let mut rows = Vec::new();
            for id in &watched {
                let some = observations.scan(*id, span, Order::Ascending, MOST).await?;
                rows.extend(some.into_iter().map(|row| (*id, row)));
            }
            rows.sort_by_key(|(id, row)| (row.t, *id));
            replayed.results += rows.len() as u64;
            for (id, row) in &rows {
                judge.row(*id, row, &mut found);
            }
            judge.tick(None, &mut found);
            day = day.saturating_add(DAY);
        }
        judge.finish(&mut found);
        replayed.alerts = paired(found);
        Ok(replayed)
    }
}

/// Each alert with its end.
fn paired(found: Vec<Decision>) -> Vec<Would> {
    let mut all: Vec<Would> = Vec::new();
    let mut open: HashMap<Arc<str>, usize> = HashMap::new();
    for decision in found {
        match decision.turn {
            Turn::Raise(at) => {
                open.insert(decision.subject.clone(), all.len());
                let subject = decision.subject.to_string();
                all.push(Would { subject, raised: Time(at), cleared: None, value: decision.value });
            }
            Turn::Clear(at) => {
                if let Some(index) = open.remove(&decision.subject) {
                    all[index].cleared = Some(Time(at));
                }
            }
        }
    }
    all.sort_by(|a, b| (a.raised, &a.subject).cmp(&(b.raised, &b.subject)));
    all
}
