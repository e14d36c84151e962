//! What one request, or one change set of a batch, writes: all of it in one transaction, or nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use host::access::Action;
use host::{Problem, Tx};
use serde::Deserialize;
use serde::de::DeserializeSeed;
use serde_json::Value as Json;
use vocab::Caller;

use super::along::{self, Above};
use super::create::{self, Created};
use super::{By, World, collection, features, find, no_such, remove, update};
use crate::api::problems::{
    BAD_BATCH, BAD_ENTITY, BAD_OBSERVATION, BAD_PATH, IN_USE, NO_SUCH_DATASTREAM, REFUSED,
};
use crate::datastream::Datastream;
use crate::entity::draft::{Draft, Said};
use crate::entity::json::Writer;
use crate::entity::path::{Address, Id, Tail};
use crate::entity::tree::{Item, Node};
use crate::entity::{Kind, patch};
use crate::ingest::{Incoming, Outcome, Refusal, validate};
use crate::observation::{Key, ObservationId, Row, Span};
use crate::observed::{Into, Part, Posted};
use crate::query::Query;
use crate::query::words::short;
use crate::store::entities;
use crate::store::observations::record::{Batch, record};
use crate::store::observations::revisions::Note;
use crate::store::observations::scan::scan;
use crate::store::observations::{Hot, Order, SourceKind, change, sources};

/// Observations that go along with their feature in one request.
const WITHDRAWN: usize = 10_000;

/// How an entity is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// What is said takes the place of what was there (PATCH).
    Merge,
    /// All is said anew (PUT).
    Replace,
    /// By a list of operations (RFC 6902).
    Operations,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    Make(Json),
    Change(How, Json),
    Remove,
}

/// One write. The address begins after the version: `Things(1)`; `$name` in it, and as an `@iot.id`, is what an earlier
/// step of that name made.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub name: Option<String>,
    pub at: String,
    pub act: Act,
}

impl Step {
    /// Whether it touches tables of entities alone, so that it may share its commit with others.
    pub fn leaves_observations_alone(&self) -> bool {
        fn mentions(json: &Json) -> bool {
            match json {
                Json::Object(object) => {
                    object.iter().any(|(key, value)| key == Kind::Observation.set() || mentions(value))
                }
                Json::Array(list) => list.iter().any(mentions),
                _ => false,
            }
        }
        let is_of_entity = Address::parse(&self.at).is_ok_and(|at| at.end().0 != Kind::Observation);
        match &self.act {
            Act::Remove => false,
            Act::Make(json) | Act::Change(_, json) => is_of_entity && !mentions(json),
        }
    }
}

/// What a step left.
#[derive(Debug, Clone, PartialEq)]
pub enum Done {
    Made(Node),
    Changed(Node),
    Removed,
}

/// What earlier steps made, by their names.
pub type Names = HashMap<String, (Kind, String)>;

/// Which step could not be done, and why.
pub struct Failed {
    pub step: usize,
    pub problem: Problem,
}

impl From<host::DbError> for Failed {
    fn from(error: host::DbError) -> Failed {
        Failed { step: 0, problem: error.into() }
    }
}

pub fn refused(refusal: Refusal) -> Problem {
    let code = if refusal == Refusal::UnknownDatastream { &NO_SUCH_DATASTREAM } else { &REFUSED };
    Problem::new(code, format!("the observation was not stored: {}", refusal.word())).hint(refusal.hint())
}

pub fn unreadable(error: impl std::fmt::Display) -> Problem {
    Problem::new(&BAD_OBSERVATION, short(&error.to_string())).hint(
        "send {\"phenomenonTime\": \"2026-11-24T09:30:00Z\", \"result\": 1}; JSON has no NaN and no Infinity",
    )
}

/// Does every step, in their order. To be alone in its commit unless every step leaves observations alone. `base` is what links of the
/// answers begin with.
pub fn perform(
    tx: &mut Tx,
    world: &World,
    by: By,
    base: &str,
    steps: &[Step],
    names: &mut Names,
) -> Result<Vec<Done>, Failed> {
    let mut changes = Changes {
        world,
        by,
        base,
        observed: Vec::new(),
        made: HashMap::new(),
        gone: BTreeMap::new(),
        touched: HashSet::new(),
        streams: BTreeMap::new(),
    };
    let mut done = Vec::with_capacity(steps.len());
    for (at, step) in steps.iter().enumerate() {
        let one = changes.step(tx, at, step, names).map_err(|problem| Failed { step: at, problem })?;
        if let (Some(name), Done::Made(node)) = (&step.name, &one) {
            names.insert(name.clone(), (node.item.kind(), node.item.key()));
        }
        done.push(one);
    }
    changes.finish(tx, &mut done)?;
    Ok(done)
}

struct Changes<'a> {
    world: &'a World,
    by: By<'a>,
    base: &'a str,
    /// Observations to be recorded together at the end, with the step that brought each and whether it shows it.
    observed: Vec<(usize, bool, Incoming)>,
    /// Datastreams that are made here: memory does not know them yet.
    made: HashMap<i64, Datastream>,
    /// Observations to be deleted together at the end, by datastream.
    gone: BTreeMap<i64, BTreeSet<Key>>,
    /// Observations that were corrected or are to be deleted.
    touched: HashSet<ObservationId>,
    /// Datastreams whose observations are written, with the first step that does.
    streams: BTreeMap<i64, usize>,
}

impl Changes<'_> {
    fn step(&mut self, tx: &mut Tx, at: usize, step: &Step, names: &Names) -> Result<Done, Problem> {
        let address = resolve(&step.at, names)?;
        match &step.act {
            Act::Make(json) => self.make(tx, at, &address, referring(json.clone(), names)?).map(Done::Made),
            Act::Change(how, json) => {
                let json = referring(json.clone(), names)?;
                let node = self.find(tx, &address)?;
                self.change(tx, at, node, *how, json).map(Done::Changed)
            }
            Act::Remove => {
                let node = self.find(tx, &address)?;
                self.remove(tx, at, node)?;
                Ok(Done::Removed)
            }
        }
    }

    /// The single entity or observation that an address names.
    fn find(&mut self, tx: &mut Tx, address: &Address) -> Result<Node, Problem> {
        let (kind, is_one) = address.end();
        let (true, Tail::All, Some(id)) = (is_one, &address.tail, address.id) else {
            let what = format!("this names no single {}", kind.name());
            return Err(Problem::new(&BAD_PATH, what).hint("name one: Things(1)"));
        };
        let mut node = self.one(tx, address.root, id)?;
        let sight = self.by.sight();
        for (link, id) in &address.steps {
            node = match id {
                Some(Id::Observation(id)) => {
                    let found = self.one(tx, Kind::Observation, Id::Observation(*id))?;
                    let hangs = match &node.item {
                        Item::Entity(entity) if entity.kind == Kind::Datastream => entity.id == id.datastream,
                        Item::Entity(entity) => {
                            let about = collection::feature_ids(tx, std::slice::from_ref(&found))?;
                            about.first().copied().flatten() == Some(entity.id)
                        }
                        Item::Observation { .. } => false,
                    };
                    if !hangs {
                        return Err(no_such(Kind::Observation, Id::Observation(*id)));
                    }
                    found
                }
                Some(Id::Number(id)) => along::step(tx, &node, *link, Some(*id), &sight)?,
                None => along::step(tx, &node, *link, None, &sight)?,
            };
        }
        Ok(node)
    }

    fn one(&mut self, tx: &mut Tx, kind: Kind, id: Id) -> Result<Node, Problem> {
        match id {
            Id::Number(id) => find(tx, self.by, kind, id).map(Node::of),
            Id::Observation(id) => {
                let facts = self.facts(tx, id.datastream)?;
                let row = change::current(tx, &self.world.memory, id.datastream, id.key)?;
                let row = row.ok_or_else(|| no_such(kind, Id::Observation(id)))?;
                let item = Item::Observation { datastream: id.datastream, class: facts.class, row };
                Ok(Node { item, branches: Vec::new() })
            }
        }
    }

    /// A datastream that this caller may see, also one that this very transaction made.
    fn facts(&mut self, tx: &mut Tx, id: i64) -> Result<Datastream, Problem> {
        let sight = self.by.sight();
        let known = self.world.memory.datastreams.get(id).map(|known| (*known).clone());
        let known = match known.or_else(|| self.made.get(&id).cloned()) {
            Some(known) => Some(known).filter(|d| sight.sees(d.label, d.slug.as_str())),
            None => {
                let entity = entities::by_id(tx, Kind::Datastream, id, &sight)?;
                let facts = entity.and_then(|entity| entity.datastream());
                facts.inspect(|facts| drop(self.made.insert(id, facts.clone())))
            }
        };
        known.ok_or_else(|| {
            Problem::new(&NO_SUCH_DATASTREAM, format!("Datastreams({id}) does not exist, or is not public"))
                .hint("/sta/v1.1/Datastreams lists them; make it first")
        })
    }

    fn may(&self, action: Action, facts: &Datastream) -> Result<(), Problem> {
        self.by.gate.may(action, Kind::Observation.object(), facts.label, Some(facts.slug.as_str()))
    }

    fn make(&mut self, tx: &mut Tx, at: usize, address: &Address, json: Json) -> Result<Node, Problem> {
        let (kind, is_one) = address.end();
        if is_one || address.tail != Tail::All {
            return Err(
                Problem::new(&BAD_PATH, "this names no set").hint("POST to a set; PATCH changes one entity")
            );
        }
        let above: Above = match address.steps.as_slice() {
            [before @ .., (link, None)] => {
                let parent = Address { steps: before.to_vec(), tail: Tail::All, ..address.clone() };
                match self.find(tx, &parent)?.item {
                    Item::Entity(entity) => Some((entity.kind, entity.id, *link)),
                    Item::Observation { .. } => None,
                }
            }
            _ => None,
        };
        if kind == Kind::Observation {
            let mut posted = Posted::deserialize(&json).map_err(unreadable)?;
            let mut datastream = posted.datastream;
            match above {
                Some((Kind::Datastream, id, _)) => datastream = Some(id),
                Some((_, id, _)) => posted.extra.get_or_insert_default().feature = Some(id),
                None => {}
            }
            let id = datastream.ok_or_else(|| {
                unreadable("it names no Datastream")
                    .hint("add \"Datastream\": {\"@iot.id\": 1}, or post to Datastreams(1)/Observations")
            })?;
            return self.observe(tx, at, posted, id);
        }
        let draft = Draft::read(kind, json, Said::All, &self.world.languages)?;
        let Created { kind, id, observations } = create::create(tx, self.world, self.by, draft, above)?;
        for (datastream, posted) in observations {
            let facts = self.facts(tx, datastream)?;
            self.may(Action::Create, &facts)?;
            self.streams.entry(datastream).or_insert(at);
            self.observed.push((at, false, posted.incoming(datastream, facts.class, self.by.now)));
        }
        // Whoever made it sees what became of it.
        let made = entities::by_id(tx, kind, id, &crate::entity::Sight::All)?;
        made.map(Node::of).ok_or_else(|| no_such(kind, id))
    }

    fn observe(&mut self, tx: &mut Tx, at: usize, mut posted: Posted, id: i64) -> Result<Node, Problem> {
        let facts = self.facts(tx, id)?;
        self.may(Action::Create, &facts)?;
        features::about(tx, self.world, self.by, &mut posted, id)?;
        let incoming = posted.incoming(id, facts.class, self.by.now);
        let arrival = (0, self.world.mode, self.by.now);
        let row = validate(&incoming, Some(&facts.facts()), arrival, &self.world.limits).map_err(refused)?;
        self.streams.entry(id).or_insert(at);
        self.observed.push((at, true, incoming));
        let item = Item::Observation { datastream: id, class: facts.class, row };
        Ok(Node { item, branches: Vec::new() })
    }

    fn change(&mut self, tx: &mut Tx, at: usize, node: Node, how: How, json: Json) -> Result<Node, Problem> {
        let json = match how {
            How::Merge | How::Replace => json,
            How::Operations => self.patched(tx, &node, &json)?,
        };
        let said = if how == How::Merge { Said::Some } else { Said::All };
        let entity = match node.item {
            Item::Entity(entity) => entity,
            Item::Observation { datastream, row, .. } => {
                return self.correct(tx, at, datastream, row, json, said);
            }
        };
        let draft = Draft::read(entity.kind, json, said, &self.world.languages)?;
        update::update(tx, self.world, self.by, entity.id, draft, said == Said::All).map(Node::of)
    }

    /// The entity as it is shown, with these operations done to it.
    fn patched(&self, tx: &mut Tx, node: &Node, operations: &Json) -> Result<Json, Problem> {
        let streams: Vec<_> = match &node.item {
            Item::Entity(entity) if entity.kind == Kind::Datastream => vec![(**entity).clone()],
            _ => Vec::new(),
        };
        let derived = collection::derived(tx, self.world, &streams, true)?;
        let writer = Writer { base: self.base, languages: &self.world.languages, derived: &derived };
        let mut shown = String::new();
        writer.node(&mut shown, node, &Query::default());
        let wrong = |what: String| {
            Problem::new(&BAD_ENTITY, short(&what))
                .hint("paths are those of the entity as it is shown (RFC 6902)")
        };
        let shown = serde_json::from_str(&shown).map_err(|error| wrong(error.to_string()))?;
        let changed = patch::apply(shown, operations).map_err(wrong)?;
        // Read again: many small moves can make what lies deeper than we read.
        serde_json::from_str(&changed.to_string()).map_err(|error| wrong(error.to_string()))
    }

    /// Puts another result in the place of an observation's; the earlier one is kept as a revision.
    fn correct(
        &mut self,
        tx: &mut Tx,
        at: usize,
        datastream: i64,
        row: Row,
        json: Json,
        said: Said,
    ) -> Result<Node, Problem> {
        let facts = self.facts(tx, datastream)?;
        self.may(Action::Create, &facts)?;
        self.may(Action::Update, &facts)?;
        let Json::Object(changes) = json else {
            return Err(unreadable("a change of an observation is a JSON object"));
        };
        let mut posted = Posted::default();
        if said == Said::Some {
            posted = Posted { value: row.value(), quality: row.quality(), ..posted };
            posted.extra = row.extra().map(Box::new);
        } else if !changes.contains_key("result") {
            return Err(unreadable("it has no result"));
        }
        for (name, value) in changes {
            let part = Part::of(&name).ok_or_else(|| unreadable(format!("an observation has no {name}")))?;
            Into { part, posted: &mut posted }.deserialize(value).map_err(unreadable)?;
        }
        let moved = posted.time.is_some_and(|time| {
            let length = time.end.map_or(0, |end| end - time.start);
            time.start != row.t || (facts.class == crate::datastream::Class::Interval && length != row.n)
        });
        if moved || posted.datastream.is_some_and(|id| id != datastream) {
            return Err(unreadable("its phenomenonTime and its Datastream are its name, and stay")
                .hint("delete it, and post another"));
        }
        posted.time = None;
        features::about(tx, self.world, self.by, &mut posted, datastream)?;
        let mut incoming = posted.incoming(datastream, facts.class, self.by.now);
        incoming.key = row.key();
        let arrival = (row.source, self.world.mode, self.by.now);
        let fresh =
            validate(&incoming, Some(&facts.facts()), arrival, &self.world.limits).map_err(refused)?;
        self.touch(at, ObservationId { datastream, key: row.key() })?;
        let who = self.by.gate.caller.word();
        let note = Note { at: self.by.now, what: "updated", who: &who, why: "changed through the API" };
        change::update(tx, &self.world.memory, datastream, fresh.clone(), note)?;
        let item = Item::Observation { datastream, class: facts.class, row: fresh };
        Ok(Node { item, branches: Vec::new() })
    }

    /// Memory knows what was committed: a second change of one observation would not see the first.
    fn touch(&mut self, at: usize, id: ObservationId) -> Result<(), Problem> {
        self.streams.entry(id.datastream).or_insert(at);
        if self.touched.insert(id) {
            return Ok(());
        }
        let what = format!("Observations('{id}') is changed twice in one change set");
        Err(Problem::new(&BAD_BATCH, what).hint("say once what becomes of it"))
    }

    fn remove(&mut self, tx: &mut Tx, at: usize, node: Node) -> Result<(), Problem> {
        match node.item {
            Item::Observation { datastream, row, .. } => self.withdraw(tx, at, datastream, row.key()),
            Item::Entity(entity) => {
                if entity.kind == Kind::FeatureOfInterest {
                    for id in self.about(tx, entity.id)? {
                        self.withdraw(tx, at, id.datastream, id.key)?;
                    }
                }
                remove::remove(tx, self.world, self.by, entity.kind, entity.id)
            }
        }
    }

    fn withdraw(&mut self, tx: &mut Tx, at: usize, datastream: i64, key: Key) -> Result<(), Problem> {
        let facts = self.facts(tx, datastream)?;
        self.may(Action::Delete, &facts)?;
        self.touch(at, ObservationId { datastream, key })?;
        self.gone.entry(datastream).or_default().insert(key);
        Ok(())
    }

    /// The observations about a feature, which go with it (OGC 18-088, table 25).
    fn about(&mut self, tx: &mut Tx, feature: i64) -> Result<Vec<ObservationId>, Problem> {
        let mut ids = entities::features::datastreams_of(tx, feature)?;
        ids.extend(entities::features::datastreams_naming(tx, feature)?);
        ids.sort_unstable();
        ids.dedup();
        let since = entities::features::of_datastreams(tx, &ids)?;
        let mut found = Vec::new();
        for datastream in ids {
            let none = Vec::new();
            let since = since.get(&datastream).unwrap_or(&none);
            let mut span = Span::ALL;
            loop {
                // Alone in its commit, memory stands still and is what is committed.
                let hot = self.world.memory.mirror.with(datastream, |s| s.span(span));
                let rows =
                    scan(tx, datastream, span, Order::Ascending, WITHDRAWN, &Hot(hot.unwrap_or_default()))?;
                let Some(last) = rows.last().map(Row::key) else { break };
                for row in &rows {
                    let named = row.extra().and_then(|extra| extra.feature);
                    let about = named.or_else(|| entities::features::at(since, row.t));
                    if about == Some(feature) {
                        found.push(ObservationId { datastream, key: row.key() });
                    }
                }
                if found.len() > WITHDRAWN {
                    let what =
                        format!("more than {WITHDRAWN} observations are about FeaturesOfInterest({feature})");
                    return Err(
                        Problem::new(&IN_USE, what).hint("delete their datastreams, or them by $filter")
                    );
                }
                span.from = last.next();
            }
        }
        Ok(found)
    }

    /// Records what was observed and deletes what is to go, now that all is known.
    fn finish(self, tx: &mut Tx, done: &mut [Done]) -> Result<(), Failed> {
        for (id, step) in &self.streams {
            if entities::by_id(tx, Kind::Datastream, *id, &crate::entity::Sight::All)?.is_none() {
                let what = format!("Datastreams({id}) is deleted, and its observations are written, at once");
                let problem = Problem::new(&BAD_BATCH, what).hint("do one of the two");
                return Err(Failed { step: *step, problem });
            }
        }
        let who = self.by.gate.caller.word();
        for (datastream, keys) in &self.gone {
            let note = Note { at: self.by.now, what: "deleted", who: &who, why: "deleted through the API" };
            change::delete_all(tx, &self.world.memory, *datastream, keys, note)?;
        }
        if self.observed.is_empty() {
            return Ok(());
        }
        let plain = self.observed.iter().map(|(_, _, incoming)| incoming);
        let plain = plain.filter(|o| o.extra.as_ref().is_none_or(|extra| extra.feature.is_none()));
        let unsettled = self.world.featured.unsettled(plain.map(|o| o.datastream));
        features::settle(tx, self.world, &unsettled, self.by.now)?;
        let (kind, name) = source(&self.by.gate.caller);
        let source = sources::number(tx, kind, name, "", self.world.mode)?;
        let mut batch = Batch {
            source,
            received: self.by.now,
            rows: Vec::with_capacity(self.observed.len()),
            outcomes: vec![Outcome::Stored; self.observed.len()],
            positions: Vec::new(),
            made: self.made.iter().map(|(id, facts)| (*id, facts.policy)).collect(),
        };
        for (step, _, incoming) in &self.observed {
            let known = self.world.memory.datastreams.get(incoming.datastream);
            let facts = known.as_deref().or(self.made.get(&incoming.datastream)).map(Datastream::facts);
            let arrival = (source, self.world.mode, self.by.now);
            let row = validate(incoming, facts.as_ref(), arrival, &self.world.limits);
            let row = row.map_err(|refusal| Failed { step: *step, problem: refused(refusal) })?;
            batch.rows.push((incoming.datastream, row));
        }
        let outcomes = record(tx, &self.world.memory, &[batch])?.pop().unwrap_or_default();
        for ((step, is_shown, incoming), outcome) in self.observed.iter().zip(outcomes) {
            match outcome {
                Outcome::Refused(refusal) => {
                    return Err(Failed { step: *step, problem: refused(refusal) });
                }
                // Where the first wins, the one that is there is shown, not the one that was sent.
                Outcome::DifferingKept if *is_shown => {
                    let kept = change::current(tx, &self.world.memory, incoming.datastream, incoming.key)?;
                    if let (Some(kept), Some(Done::Made(node))) = (kept, done.get_mut(*step))
                        && let Item::Observation { row, .. } = &mut node.item
                    {
                        *row = kept;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// As whose the counters know what a caller brings.
pub fn source(caller: &Caller) -> (SourceKind, &str) {
    match caller {
        Caller::Device { name, .. } => (SourceKind::Device, name.as_str()),
        _ => (SourceKind::Person, "operator"),
    }
}

/// The address with `$name` at its beginning resolved.
fn resolve(at: &str, names: &Names) -> Result<Address, Problem> {
    let wrong = |what: String| Problem::new(&BAD_PATH, what).hint("/sta/v1.1 lists the entity sets");
    let whole = match at.strip_prefix('$') {
        None => at.to_string(),
        Some(rest) => {
            let (name, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let (kind, key) = named(name, names)?;
            format!("{}({key}){rest}", kind.set())
        }
    };
    Address::parse(&whole).map_err(wrong)
}

fn named<'a>(name: &str, names: &'a Names) -> Result<&'a (Kind, String), Problem> {
    names.get(name).ok_or_else(|| {
        let what = format!("${} names nothing that was made before", short(name));
        Problem::new(&BAD_BATCH, what).hint("refer to the id of an earlier request that made an entity")
    })
}

/// Whether a body refers to what an earlier step made.
pub fn refers(json: &Json) -> bool {
    match json {
        Json::Array(list) => list.iter().any(refers),
        Json::Object(object) => object.iter().any(|(key, value)| match value {
            Json::String(text) => key == "@iot.id" && text.starts_with('$'),
            other => refers(other),
        }),
        _ => false,
    }
}

/// The body with every `{"@iot.id": "$name"}` resolved.
fn referring(mut json: Json, names: &Names) -> Result<Json, Problem> {
    fn walk(json: &mut Json, names: &Names) -> Result<(), Problem> {
        match json {
            Json::Array(list) => list.iter_mut().try_for_each(|one| walk(one, names)),
            Json::Object(object) => object.iter_mut().try_for_each(|(key, value)| match value {
                Json::String(text) if key == "@iot.id" && text.starts_with('$') => {
                    let (_, id) = named(text.trim_start_matches('$'), names)?;
                    *value = id.as_str().into();
                    Ok(())
                }
                other => walk(other, names),
            }),
            _ => Ok(()),
        }
    }
    walk(&mut json, names)?;
    Ok(json)
}
