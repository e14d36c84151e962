//! `$apply` answered: from summaries of the store where they say enough, from a bounded look at rows elsewhere.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use host::Problem;
use serde_json::{Map, Value as Json};

use crate::Sensing;
use crate::actions::entities::collection;
use crate::actions::observed::{CHUNK, EXAMINED, Part};
use crate::api::problems::TOO_MUCH;
use crate::entity::tree::Item;
use crate::entity::{Kind, Sight};
use crate::query::Query;
use crate::query::apply::group::{self, Group};
use crate::query::apply::{Apply, Key, Method};
use crate::query::filter::Filter;
use crate::query::order::{self, By};
use crate::query::scope::Val;
use crate::store::entities::Which;
use crate::store::observations::Order;
use crate::store::observations::fold::Grid;

/// Groups of one answer: 20 years of days, a month of minutes.
const GROUPS: usize = 50_000;
/// Summaries that one request may look at: some seconds of a reader's time.
const SUMMARIES: usize = 2_000_000;
/// Of them, those held at once: 60 MB.
const AT_ONCE: usize = 500_000;

/// A key that can stand in a map: values of any kind in the order that `$orderby` has.
#[derive(Debug, Clone, PartialEq)]
struct Keys(Vec<Val>);

impl Eq for Keys {}

impl PartialOrd for Keys {
    fn partial_cmp(&self, other: &Keys) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Keys {
    fn cmp(&self, other: &Keys) -> Ordering {
        let pairs = self.0.iter().zip(&other.0);
        pairs.fold(Ordering::Equal, |so_far, (a, b)| so_far.then_with(|| order::compare(a, b)))
    }
}

/// Groups as they are gathered.
struct Groups<'a> {
    apply: &'a Apply,
    all: BTreeMap<Keys, Group>,
}

impl Groups<'_> {
    fn at(&mut self, keys: Vec<Val>) -> Result<&mut Group, Problem> {
        let keys = Keys(keys);
        if self.all.len() >= GROUPS && !self.all.contains_key(&keys) {
            return Err(too_many(&format!("more than {GROUPS} groups")));
        }
        let apply = self.apply;
        Ok(self.all.entry(keys).or_insert_with(|| Group::new(apply)))
    }

    /// Rows of the answer, in its order.
    fn rows(self) -> Vec<Map<String, Json>> {
        let Groups { apply, all } = self;
        let columns = apply.columns();
        let mut rows: Vec<(Vec<Val>, Map<String, Json>)> = Vec::with_capacity(all.len());
        for (keys, mut group) in all {
            let mut cells: Vec<Json> = keys.0.iter().map(group::json).collect();
            cells.extend(apply.measures.iter().map(|measure| group.value(measure.path, measure.method)));
            let by = apply.order.iter().map(|(name, _)| {
                let cell = columns.iter().position(|column| column == name).and_then(|at| cells.get(at));
                crate::query::scope::of_json(cell.cloned().unwrap_or_default())
            });
            let by = by.collect();
            let mut row = Map::new();
            columns.iter().zip(cells).for_each(|(column, cell)| group::put(&mut row, column, cell));
            rows.push((by, row));
        }
        let order: Vec<By> = apply
            .order
            .iter()
            .map(|(_, descending)| By { path: Vec::new(), descending: *descending })
            .collect();
        // Stable: what is equal stays in the order of its keys.
        rows.sort_by(|a, b| order::compare_all(&order, &a.0, &b.0));
        rows.into_iter().map(|(_, row)| row).collect()
    }
}

fn too_many(what: &str) -> Problem {
    Problem::new(&TOO_MUCH, format!("$apply: {what}"))
        .hint("take longer buckets, a shorter time in filter(phenomenonTime …), or fewer datastreams")
}

/// What a datastream gives to the keys of its groups, and to the conditions.
struct Streams {
    /// For each datastream that fits, the values of the keys that it alone decides.
    keys: HashMap<i64, Vec<Val>>,
    /// Which of the keys those are.
    places: Vec<usize>,
}

impl Sensing {
    /// Groups of entities other than observations.
    pub(crate) async fn grouped_entities(
        &self,
        which: Which,
        apply: &Apply,
    ) -> Result<Vec<Map<String, Json>>, Problem> {
        let (world, apply) = (self.inner.world.clone(), apply.clone());
        let rows = self.inner.db.read(move |tx| {
            let mut groups = Groups { apply: &apply, all: BTreeMap::new() };
            let keys = apply.keys.iter().filter_map(|key| match key {
                Key::Path(path) => Some(path),
                Key::Bucket(..) => None,
            });
            let paths = keys.chain(&apply.paths);
            let by = paths.map(|path| By { path: path.clone(), descending: false });
            let query = Query::looking(Filter::all(&apply.filters), by.collect());
            collection::each(tx, &world, &which, &query, false, |node, mut values| {
                let numbers = values.split_off(apply.keys.len());
                let id = if let Item::Entity(entity) = &node.item { entity.id } else { 0 };
                groups.at(values)?.add(&apply, (id, 0, 0), None, &numbers);
                Ok(true)
            })?;
            Ok::<_, Problem>(groups.rows())
        });
        rows.await
    }

    /// Groups of observations.
    pub(crate) async fn grouped_observations(
        &self,
        parts: Vec<Part>,
        apply: &Apply,
        sight: &Sight,
    ) -> Result<Vec<Map<String, Json>>, Problem> {
        let (of_stream, rest) = match Filter::all(&apply.filters) {
            None => (None, None),
            Some(filter) => filter.split_by_stream(),
        };
        let streams = self.streams(&parts, apply, of_stream, sight).await?;
        let mut parts: Vec<Part> =
            parts.into_iter().filter(|part| streams.keys.contains_key(&part.datastream)).collect();
        let bounds = rest.as_ref().map(|filter| filter.bounds()).unwrap_or_default();
        // Where there is nothing, nothing need be looked at: all there is lies between the first and the last.
        let extents = parts.iter().filter_map(|part| self.observations().extent(part.datastream));
        let extent = extents.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        let mut groups = Groups { apply, all: BTreeMap::new() };
        let Some((first, last)) = extent else { return Ok(groups.rows()) };
        let (from, to) = (bounds.times.0.max(first), bounds.times.1.min(last).saturating_add(1));
        if from >= to {
            return Ok(groups.rows());
        }
        let zone = &self.inner.config.zone;
        let edges: Arc<[i64]> = match apply.bucket() {
            None => [from, to].into(),
            Some(bucket) => {
                let edges = bucket.edges(from, to, zone, GROUPS);
                edges.ok_or_else(|| too_many(&format!("more than {GROUPS} buckets")))?.into()
            }
        };
        let one_stream_a_group = streams.keys.len() == 1
            || apply.keys.iter().any(|key| matches!(key, Key::Path(path) if *path == ["Datastream", "id"]));
        let is_plain =
            |part: &Part| part.feature.is_none() && (bounds.times.1 == i64::MAX || !self.has_intervals(part));
        let of_summary = apply.paths.iter().all(|path| *path == ["result"])
            && apply.measures.iter().all(|measure| match measure.method {
                Method::First | Method::Last => one_stream_a_group,
                other => other.is_of_summary(),
            })
            && streams.places.len() + usize::from(apply.bucket().is_some()) == apply.keys.len()
            && bounds.is_all
            && bounds.parents.is_empty()
            && bounds.ids == (i64::MIN, i64::MAX)
            && parts.iter().all(is_plain);
        if of_summary {
            self.of_summaries(&mut groups, &parts, &streams, (from, to), &edges).await?;
        } else {
            use crate::observation::Key as At;
            for part in &mut parts {
                part.span.from = part.span.from.max(At::start_of(from));
                part.span.to = part.span.to.min(At::start_of(to));
            }
            self.of_rows(&mut groups, &parts, &streams, rest, &edges, sight).await?;
        }
        Ok(groups.rows())
    }

    /// The datastreams that fit, with what of the keys they decide: asked of the tables once, whatever the rows.
    async fn streams(
        &self,
        parts: &[Part],
        apply: &Apply,
        filter: Option<Filter>,
        sight: &Sight,
    ) -> Result<Streams, Problem> {
        let mut streams = Streams { keys: HashMap::new(), places: Vec::new() };
        let mut by = Vec::new();
        for (at, key) in apply.keys.iter().enumerate() {
            if let Key::Path(path) = key
                && let Some(("Datastream", rest)) =
                    path.split_first().map(|(first, rest)| (first.as_str(), rest))
            {
                streams.places.push(at);
                by.push(By { path: rest.to_vec(), descending: false });
            }
        }
        let ids: HashSet<i64> = parts.iter().map(|part| part.datastream).collect();
        if by.is_empty() && filter.is_none() {
            streams.keys = ids.into_iter().map(|id| (id, Vec::new())).collect();
            return Ok(streams);
        }
        let range = (ids.iter().min().copied().unwrap_or(1), ids.iter().max().copied().unwrap_or(0));
        let which = Which { ids: range, ..Which::all(Kind::Datastream, sight.clone()) };
        let (world, query) = (self.inner.world.clone(), Query::looking(filter, by));
        let keys = self.inner.db.read(move |tx| {
            let mut keys = HashMap::new();
            collection::each(tx, &world, &which, &query, false, |node, values| {
                if let Item::Entity(entity) = &node.item
                    && ids.contains(&entity.id)
                {
                    keys.insert(entity.id, values);
                }
                Ok(true)
            })?;
            Ok::<_, Problem>(keys)
        });
        streams.keys = keys.await?;
        Ok(streams)
    }

    async fn of_summaries(
        &self,
        groups: &mut Groups<'_>,
        parts: &[Part],
        streams: &Streams,
        (from, to): (i64, i64),
        edges: &Arc<[i64]>,
    ) -> Result<(), Problem> {
        let mut ids: Vec<i64> = parts.iter().map(|part| part.datastream).collect();
        ids.sort_unstable();
        ids.dedup();
        let steps = edges.len().saturating_sub(1).max(1);
        if ids.len().saturating_mul(steps) > SUMMARIES {
            return Err(too_many(&format!("{} datastreams in {steps} buckets", ids.len())));
        }
        for ids in ids.chunks((AT_ONCE / steps).max(1)) {
            let grid = Grid::edges(edges.clone(), from, to);
            for (id, at, summary) in self.observations().aggregate_in(ids.to_vec(), grid).await? {
                let keys = keys(groups.apply, streams, id, at, &[]);
                groups.at(keys)?.join((at, id, 0), &summary);
            }
        }
        Ok(())
    }

    async fn of_rows(
        &self,
        groups: &mut Groups<'_>,
        parts: &[Part],
        streams: &Streams,
        filter: Option<Filter>,
        edges: &[i64],
        sight: &Sight,
    ) -> Result<(), Problem> {
        let apply = groups.apply;
        let of_row = apply.keys.iter().enumerate().filter_map(|(at, key)| match key {
            Key::Path(path) if !streams.places.contains(&at) => Some(path),
            _ => None,
        });
        let of_row: Vec<&Vec<String>> = of_row.collect();
        let paths = of_row.iter().copied().chain(&apply.paths);
        let by = paths.map(|path| By { path: path.clone(), descending: false });
        let query = Query::looking(filter, by.collect());
        let mut left = EXAMINED;
        for part in parts {
            let mut span = part.span;
            while let Some((rows, next)) = self.chunk(part, span, Order::Ascending, &mut left, CHUNK).await? {
                for (node, mut values) in self.accepted(part, rows, &query, sight, true).await? {
                    let Some(seen) = node.item.seen() else { continue };
                    let numbers = values.split_off(of_row.len());
                    let step = edges.partition_point(|edge| *edge <= seen.row.t).saturating_sub(1);
                    let at = edges.get(step).copied().unwrap_or(seen.row.t);
                    let keys = keys(apply, streams, part.datastream, at, &values);
                    let when = (seen.row.t, part.datastream, seen.row.n);
                    groups.at(keys)?.add(apply, when, Some(seen.row.quality()), &numbers);
                }
                let Some(next) = next else { break };
                span = next;
            }
        }
        Ok(())
    }
}

/// The keys of a group: those that the datastream decides, the bucket, those of the row, each in its place.
fn keys(apply: &Apply, streams: &Streams, datastream: i64, at: i64, of_row: &[Val]) -> Vec<Val> {
    let mut of_stream = streams.keys.get(&datastream).into_iter().flatten();
    let mut of_row = of_row.iter();
    let value = |(place, key): (usize, &Key)| match key {
        Key::Bucket(..) => Val::Times(at, at),
        Key::Path(_) if streams.places.contains(&place) => of_stream.next().cloned().unwrap_or(Val::Null),
        Key::Path(_) => of_row.next().cloned().unwrap_or(Val::Null),
    };
    apply.keys.iter().enumerate().map(value).collect()
}
