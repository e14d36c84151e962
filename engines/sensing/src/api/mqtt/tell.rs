//! Telling subscribers what is new (OGC 18-088, 14.2): observations as they are committed, entities as they change.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use host::Problem;
use mqtt::{Broker, Told};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use super::Topics;
use super::interests::Interest;
use crate::Sensing;
use crate::actions::entities::expand::budget;
use crate::actions::observed::Part;
use crate::api::read::Found;
use crate::entity::json::AllDerived;
use crate::entity::path::Tail;
use crate::entity::tree::{Item, Node};
use crate::entity::{Kind, Sight};
use crate::observation::{Row, Span};
use crate::query::scope::Scope;
use crate::query::{Query, TOP_MAX};
use crate::store::observations::Committed;

/// Messages handed to the broker together.
const BATCH: usize = 1_024;

enum News {
    Observations(Committed),
    /// Commits that came faster than they could be told.
    Missed(u64),
    Entity(Kind, i64),
    /// Entities that changed faster than they could be told.
    Entities,
    End,
}

/// Tells until it is told to stop.
pub async fn tell(topics: Topics, broker: Broker, mut stop: watch::Receiver<bool>) {
    let mut commits = topics.sensing.observations().listen();
    let mut changes = topics.sensing.inner.world.changed.subscribe();
    loop {
        let news = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => News::End,
            commit = commits.recv() => match commit {
                Ok(commit) => News::Observations(commit),
                Err(RecvError::Lagged(commits)) => News::Missed(commits),
                Err(RecvError::Closed) => News::End,
            },
            change = changes.recv() => match change {
                Ok((kind, id)) => News::Entity(kind, id),
                Err(RecvError::Lagged(_)) => News::Entities,
                Err(RecvError::Closed) => News::End,
            },
        };
        match news {
            News::Observations(commit) => topics.tell_observations(&broker, commit).await,
            News::Missed(commits) => {
                tracing::warn!(
                    commits,
                    "MQTT subscribers were not told of some commits; replay-from tells them"
                );
            }
            News::Entity(kind, id) => topics.tell_entity(&broker, kind, id).await,
            News::Entities => topics.interests.forget_parts(),
            News::End => return,
        }
    }
}

async fn send(broker: &Broker, mut batch: Vec<Told>) {
    while let Err(again) = broker.tell(batch) {
        batch = again;
        // The store's queue is full of what waits for sessions: a commit makes room.
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

impl Topics {
    async fn tell_observations(&self, broker: &Broker, commit: Committed) {
        if self.interests.is_empty() {
            return;
        }
        let (by_datastream, of_more) = self.interests.of_observations(commit.iter().map(|(id, _)| *id));
        if by_datastream.is_empty() && of_more.is_empty() {
            return;
        }
        let base = self.sensing.told_base();
        let mut batch = Vec::new();
        for (id, row) in commit.iter() {
            for interest in by_datastream.get(id).into_iter().flatten().chain(&of_more) {
                match self.sensing.told(interest, *id, row, &base).await {
                    Ok(None) => {}
                    Ok(Some(payload)) => batch.push(interest.message(payload)),
                    Err(problem) => {
                        tracing::debug!(topic = %interest.name, detail = problem.detail, "an observation was not told");
                    }
                }
            }
            if batch.len() >= BATCH {
                send(broker, std::mem::take(&mut batch)).await;
            }
        }
        if !batch.is_empty() {
            send(broker, batch).await;
        }
    }

    async fn tell_entity(&self, broker: &Broker, kind: Kind, id: i64) {
        self.interests.forget_parts();
        let mut batch = Vec::new();
        for interest in self.interests.of_entities() {
            match self.sensing.told_entity(&interest, kind, id).await {
                Ok(None) => {}
                Ok(Some(payload)) => batch.push(interest.message(payload)),
                // Gone, or not to be seen: then there is nothing to tell.
                Err(problem) => {
                    tracing::debug!(topic = %interest.name, detail = problem.detail, "an entity was not told");
                }
            }
        }
        if !batch.is_empty() {
            send(broker, batch).await;
        }
    }
}

impl Interest {
    fn message(&self, payload: String) -> Told {
        Told { interest: self.number, topic: self.name.clone(), payload: payload.into() }
    }
}

impl Sensing {
    /// What links in messages begin with.
    pub(super) fn told_base(&self) -> String {
        let origin = self.inner.config.public_url.as_deref().unwrap_or("http://localhost");
        format!("{}/sta/v1.1", origin.trim_end_matches('/'))
    }

    /// What a topic tells of an observation, where it tells anything.
    async fn told(
        &self,
        interest: &Interest,
        datastream: i64,
        row: &Row,
        base: &str,
    ) -> Result<Option<String>, Problem> {
        let Some(facts) = self.observations().datastreams().get(datastream) else { return Ok(None) };
        if !interest.sight.sees(facts.label, facts.slug.as_str()) {
            return Ok(None);
        }
        let topic = &interest.topic;
        if topic.datastream().is_none() && !topic.is_of_all() {
            let parts = self.told_parts(interest).await?;
            if !parts.iter().any(|part| part.datastream == datastream && part.holds(row)) {
                return Ok(None);
            }
        }
        self.told_row(&topic.query, &interest.sight, datastream, row, base).await
    }

    /// An observation as a query shows it, where it accepts it.
    pub(super) async fn told_row(
        &self,
        query: &Query,
        sight: &Sight,
        datastream: i64,
        row: &Row,
        base: &str,
    ) -> Result<Option<String>, Problem> {
        let Some(facts) = self.observations().datastreams().get(datastream) else { return Ok(None) };
        let class = facts.class;
        let mut query = query.clone();
        query.set_now(self.inner.clock.now());
        let links = query.filter.as_ref().is_some_and(|filter| !filter.links().is_empty());
        let mut nodes = if links {
            let key = row.key();
            let part = Part { datastream, class, span: Span { from: key, to: key.next() }, feature: None };
            self.observations_page(vec![part], &query, sight).await?.nodes
        } else {
            let node = Node {
                item: Item::Observation { datastream, class, row: row.clone() },
                branches: Vec::new(),
            };
            let (derived, loaded) = (AllDerived::default(), Query::default());
            let scope = Scope {
                node: &node,
                loaded: &loaded,
                languages: &self.inner.world.languages,
                derived: &derived,
            };
            match query.filter.as_ref().map_or(Ok(true), |filter| filter.accepts(&scope))? {
                true => vec![node],
                false => Vec::new(),
            }
        };
        if !query.expand.is_empty() {
            nodes = self.expand(nodes, &query, sight, &mut budget()).await?;
        }
        let Some(node) = nodes.first() else { return Ok(None) };
        let derived = match query.expand.is_empty() {
            true => AllDerived::default(),
            false => self.all_derived(&nodes, &query).await?,
        };
        let mut out = String::with_capacity(256);
        self.writer(base, &derived).node(&mut out, node, &query);
        Ok(Some(out))
    }

    async fn told_parts(&self, interest: &Interest) -> Result<Arc<Vec<Part>>, Problem> {
        let known = interest.parts.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known {
            return Ok(known);
        }
        let parts = match self.find(&interest.topic.address, &interest.sight).await? {
            Found::Observations(parts) => Arc::new(parts),
            _ => Arc::default(),
        };
        *interest.parts.lock().unwrap_or_else(PoisonError::into_inner) = Some(parts.clone());
        Ok(parts)
    }

    /// What a topic tells when this entity is new or changed.
    async fn told_entity(&self, interest: &Interest, kind: Kind, id: i64) -> Result<Option<String>, Problem> {
        let (address, query, sight) = (&interest.topic.address, &interest.topic.query, &interest.sight);
        let (end, is_one) = address.end();
        if end != kind {
            return Ok(None);
        }
        let base = self.told_base();
        let nodes = match self.find(address, sight).await? {
            Found::Set(mut which) => {
                which.ids = (id, id);
                let mut one = Query::first(1);
                one.filter = query.filter.clone();
                self.page(which, &one).await?.nodes
            }
            Found::One(node) => match &node.item {
                Item::Entity(entity) if entity.id == id => vec![*node],
                _ => Vec::new(),
            },
            Found::Observations(_) => Vec::new(),
        };
        let nodes = self.expand(nodes, query, sight, &mut budget()).await?;
        let Some(node) = nodes.first() else { return Ok(None) };
        let derived = self.all_derived(&nodes, query).await?;
        let writer = self.writer(&base, &derived);
        let mut out = String::new();
        match (&address.tail, &node.item) {
            (Tail::Property { name, plain }, Item::Entity(entity)) => {
                let value = writer.property(entity, name).unwrap_or(serde_json::Value::Null);
                out = match (plain, value.as_str()) {
                    (true, Some(text)) => text.to_string(),
                    (true, None) => value.to_string(),
                    (false, _) => serde_json::json!({ name.as_str(): value }).to_string(),
                };
            }
            _ => writer.node(&mut out, node, query),
        }
        // Of one entity or property, only what is other than before: a change may lie elsewhere.
        if is_one {
            let mut last = interest.last.lock().unwrap_or_else(PoisonError::into_inner);
            if last.as_deref() == Some(out.as_str()) {
                return Ok(None);
            }
            *last = Some(out.clone());
        }
        Ok(Some(out))
    }

    /// Ids of the datastreams that a topic of observations is about.
    pub(super) async fn told_all_parts(
        &self,
        topic: &crate::told::Topic,
        sight: &Sight,
    ) -> Result<Vec<Part>, Problem> {
        match self.find(&topic.address, sight).await? {
            Found::Observations(parts) => {
                let mut seen = HashSet::new();
                Ok(parts.into_iter().filter(|part| seen.insert(part.datastream)).collect())
            }
            _ => Ok(Vec::new()),
        }
    }
}

/// Rows of one page of a replay: what the broker takes at once.
pub(super) const PAGE: usize = if TOP_MAX < 256 { TOP_MAX } else { 256 };
