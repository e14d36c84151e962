//! Pages of entities: by id straight from the tables, in any other order by a bounded look at all that there are.

use std::cmp::Ordering;
use std::collections::HashMap;

use host::{DbError, Problem, Tx};

use super::World;
use crate::api::problems::{BAD_QUERY, TOO_MUCH};
use crate::entity::json::{AllDerived, Derived};
use crate::entity::tree::{Branch, Item, Node, Page};
use crate::entity::{Entity, Kind, Sight, place};
use crate::observation::{Key, Span};
use crate::query::order::compare_all;
use crate::query::scope::{Scope, Val, Values};
use crate::query::token::Token;
use crate::query::{Query, order};
use crate::store::entities::{self, Which, features};
use crate::store::observations::{Order, extents};

/// Entities read at a time.
const CHUNK: usize = 512;
/// Entities that one request may look at: two seconds of a reader's time, and then somebody else's turn.
const EXAMINED: usize = 200_000;
/// Entities that the links of one chunk may lead to.
const LINKED: usize = 100_000;

/// What a filter and an order must be able to see, as links to load.
pub fn needed(query: &Query, kind: Kind) -> Query {
    let mut needed = Query::default();
    let of_order = query.order.iter().filter_map(|by| order::links(kind, &by.path).ok());
    let of_filter = query.filter.iter().flat_map(|filter| filter.links());
    for path in of_order.chain(of_filter) {
        let mut at = &mut needed;
        for link in path {
            let known = at.expand.iter().position(|(other, _)| *other == link);
            let place = known.unwrap_or(at.expand.len());
            if known.is_none() {
                at.expand.push((link, Query::default()));
            }
            at = &mut at.expand[place].1;
        }
    }
    needed
}

/// Whether pages come in the order of ids, and backwards.
fn by_id(query: &Query) -> Option<bool> {
    match query.order.as_slice() {
        [] => Some(false),
        [by] if by.path.len() == 1 && by.path[0] == "id" => Some(by.descending),
        _ => None,
    }
}

pub fn too_much(what: &str) -> Problem {
    Problem::new(&TOO_MUCH, format!("this would look at more than {EXAMINED} {what}"))
        .hint("narrow it: go through a link (Things(1)/Datastreams), or bound the id in $filter")
}

pub fn bad_token() -> Problem {
    Problem::new(&BAD_QUERY, "this $skiptoken is none of ours").hint("follow @iot.nextLink as it is given")
}

/// One page, with nothing expanded yet.
pub fn page(tx: &mut Tx, world: &World, which: &Which, query: &Query) -> Result<Page, Problem> {
    let mut which = which.clone();
    let token = match &query.token {
        Some(text) => Some(Token::read(text).ok_or_else(bad_token)?),
        None => None,
    };
    if let Some(bounds) = query.filter.as_ref().map(|filter| filter.bounds()) {
        which.ids = (which.ids.0.max(bounds.ids.0), which.ids.1.min(bounds.ids.1));
    }
    let mut page = match by_id(query) {
        Some(descending) => in_order(tx, world, &which, query, token.as_ref(), descending)?,
        None => sorted(tx, world, &which, query, token)?,
    };
    if query.count && page.count.is_none() {
        page.count = Some(count(tx, world, &which, query)?);
    }
    Ok(page)
}

fn count(tx: &mut Tx, world: &World, which: &Which, query: &Query) -> Result<u64, Problem> {
    let by_ids = |bounds: crate::query::filter::Bounds| {
        bounds.is_all && bounds.parents.is_empty() && bounds.times == (i64::MIN, i64::MAX)
    };
    if query.filter.as_ref().is_none_or(|filter| by_ids(filter.bounds())) {
        return Ok(entities::count(tx, which)?);
    }
    let mut counted = 0;
    each(tx, world, which, query, false, |_, _| {
        counted += 1;
        Ok(true)
    })?;
    Ok(counted)
}

/// Shows all that the filter accepts to `f`, in the order of ids, until it answers `false`.
pub(crate) fn each(
    tx: &mut Tx,
    world: &World,
    which: &Which,
    query: &Query,
    descending: bool,
    mut f: impl FnMut(Node, Vec<Val>) -> Result<bool, Problem>,
) -> Result<(), Problem> {
    let needed = needed(query, which.kind);
    let mut which = which.clone();
    let mut examined = 0;
    let area = query.filter.as_ref().is_some_and(|filter| filter.mentions("observedArea"));
    let wanted = if query.filter.is_none() && by_id(query).is_some() {
        (query.top() + query.skip + 1).min(CHUNK)
    } else {
        CHUNK
    };
    loop {
        let chunk = entities::page(tx, &which, descending, wanted)?;
        let (Some(last), is_last) = (chunk.last().map(|entity| entity.id), chunk.len() < wanted) else {
            return Ok(());
        };
        examined += chunk.len();
        if examined > EXAMINED {
            return Err(too_much(which.kind.set()));
        }
        let about = if which.kind == Kind::Datastream && (query.filter.is_some() || !query.order.is_empty()) {
            derived(tx, world, &chunk, area)?
        } else {
            AllDerived::default()
        };
        let mut nodes: Vec<Node> = chunk.into_iter().map(Node::of).collect();
        load(tx, &mut nodes, &needed, &which.sight)?;
        for mut node in nodes {
            let scope = Scope { node: &node, loaded: &needed, languages: &world.languages, derived: &about };
            let fits = match &query.filter {
                Some(filter) => filter.accepts(&scope)?,
                None => true,
            };
            if fits {
                let values = query.order.iter().map(|by| scope.value(&by.path)).collect();
                node.branches.clear();
                if !f(node, values)? {
                    return Ok(());
                }
            }
        }
        if is_last {
            return Ok(());
        }
        which.ids = match descending {
            false => (last.saturating_add(1), which.ids.1),
            true => (which.ids.0, last.saturating_sub(1)),
        };
    }
}

fn in_order(
    tx: &mut Tx,
    world: &World,
    which: &Which,
    query: &Query,
    token: Option<&Token>,
    descending: bool,
) -> Result<Page, Problem> {
    let mut which = which.clone();
    if let Some(token) = token {
        which.ids = match descending {
            false => (which.ids.0.max(token.id.saturating_add(1)), which.ids.1),
            true => (which.ids.0, which.ids.1.min(token.id.saturating_sub(1))),
        };
    }
    let (mut nodes, mut skip, top) = (Vec::new(), query.skip, query.top());
    let mut more = false;
    if top > 0 {
        each(tx, world, &which, query, descending, |node, _| {
            if skip > 0 {
                skip -= 1;
                return Ok(true);
            }
            more = nodes.len() == top;
            if !more {
                nodes.push(node);
            }
            Ok(!more)
        })?;
    }
    let last = nodes.last().map(|node| match &node.item {
        Item::Entity(entity) => entity.id,
        Item::Observation { datastream, .. } => *datastream,
    });
    let next =
        last.filter(|_| more).map(|id| Token { values: Vec::new(), id, key: Key { t: 0, n: 0 } }.write());
    Ok(Page { nodes, next, count: None })
}

/// The best of all that there are, in an order that no table is kept in.
fn sorted(
    tx: &mut Tx,
    world: &World,
    which: &Which,
    query: &Query,
    token: Option<Token>,
) -> Result<Page, Problem> {
    if token.as_ref().is_some_and(|token| token.values.len() != query.order.len()) {
        return Err(bad_token());
    }
    let (mut counted, keep) = (0, query.top() + query.skip + 1);
    let mut best: Vec<(Vec<Val>, i64, Node)> = Vec::new();
    let compare =
        |a: (&[Val], i64), b: (&[Val], i64)| compare_all(&query.order, a.0, b.0).then(a.1.cmp(&b.1));
    each(tx, world, which, query, false, |node, values| {
        counted += 1;
        let Item::Entity(entity) = &node.item else { return Ok(true) };
        let id = entity.id;
        if let Some(token) = &token
            && compare((&values, id), (&token.values, token.id)) != Ordering::Greater
        {
            return Ok(true);
        }
        best.push((values, id, node));
        // Twice as many as are kept: sorting then costs little a row.
        if best.len() >= keep * 2 + CHUNK {
            best.sort_by(|a, b| compare((&a.0, a.1), (&b.0, b.1)));
            best.truncate(keep);
        }
        Ok(true)
    })?;
    best.sort_by(|a, b| compare((&a.0, a.1), (&b.0, b.1)));
    let more = best.len() > query.skip + query.top() && query.top() > 0;
    let page: Vec<_> = best.into_iter().skip(query.skip).take(query.top()).collect();
    let next = page
        .last()
        .filter(|_| more)
        .map(|(values, id, _)| Token { values: values.clone(), id: *id, key: Key { t: 0, n: 0 } }.write());
    let nodes = page.into_iter().map(|(_, _, node)| node).collect();
    Ok(Page { nodes, next, count: query.count.then_some(counted) })
}

/// Loads what conditions lead through: all that the links of `needed` lead to, a statement a link.
pub fn load(tx: &mut Tx, nodes: &mut [Node], needed: &Query, sight: &Sight) -> Result<(), Problem> {
    for (link, below) in &needed.expand {
        let kind = nodes.first().map(|node| node.item.kind());
        let Some(kind) = kind else { return Ok(()) };
        let mut children = linked(tx, nodes, kind, *link, sight)?;
        let mut all: Vec<Node> = Vec::new();
        let mut owners: Vec<usize> = Vec::new();
        for (at, list) in children.drain(..).enumerate() {
            owners.extend(std::iter::repeat_n(at, list.len()));
            all.extend(list.into_iter().map(Node::of));
        }
        load(tx, &mut all, below, sight)?;
        let mut lists: Vec<Vec<Node>> = nodes.iter().map(|_| Vec::new()).collect();
        owners.into_iter().zip(all).for_each(|(at, node)| lists[at].push(node));
        for (node, mut list) in nodes.iter_mut().zip(lists) {
            node.branches.push(match link.many {
                true => Branch::Many(Page { nodes: list, next: None, count: None }),
                false => Branch::One(list.pop().map(Box::new)),
            });
        }
    }
    Ok(())
}

/// For each node, the entities that a link leads to.
pub fn linked(
    tx: &mut Tx,
    nodes: &[Node],
    kind: Kind,
    link: crate::entity::Link,
    sight: &Sight,
) -> Result<Vec<Vec<Entity>>, Problem> {
    let entity = |node: &Node| match &node.item {
        Item::Entity(entity) => Some((entity.id, entity.parent(link.to))),
        Item::Observation { .. } => None,
    };
    let mut lists: Vec<Vec<Entity>> = nodes.iter().map(|_| Vec::new()).collect();
    if link.many {
        let ids: Vec<i64> = nodes.iter().filter_map(entity).map(|(id, _)| id).collect();
        let mut places: HashMap<i64, Vec<usize>> = HashMap::new();
        for (at, node) in nodes.iter().enumerate() {
            entity(node).into_iter().for_each(|(id, _)| places.entry(id).or_default().push(at));
        }
        let found = entities::children(tx, kind, link, &ids, sight, LINKED + 1)?;
        if found.len() > LINKED {
            return Err(too_much(link.to.set()));
        }
        for (parent, child) in found {
            for at in places.get(&parent).into_iter().flatten() {
                lists[*at].push(child.clone());
            }
        }
        return Ok(lists);
    }
    let ids: Vec<Option<i64>> = match kind {
        Kind::Observation if link.to == Kind::FeatureOfInterest => feature_ids(tx, nodes)?,
        Kind::Observation => nodes.iter().map(|node| node.item.seen().map(|seen| seen.datastream)).collect(),
        _ => nodes.iter().map(|node| entity(node).and_then(|(_, parent)| parent)).collect(),
    };
    let wanted: Vec<i64> = ids.iter().flatten().copied().collect();
    let found = entities::by_ids(tx, link.to, &wanted, sight)?;
    for (list, id) in lists.iter_mut().zip(ids) {
        list.extend(id.and_then(|id| found.get(&id)).cloned());
    }
    Ok(lists)
}

/// The feature of each observation: the one it names, or that of its datastream at its time.
pub fn feature_ids(tx: &mut Tx, nodes: &[Node]) -> Result<Vec<Option<i64>>, DbError> {
    let seen = || nodes.iter().map(|node| node.item.seen());
    let datastreams: Vec<i64> = seen().flatten().map(|seen| seen.datastream).collect();
    let since = features::of_datastreams(tx, &datastreams)?;
    let feature = |seen: crate::observed::writing::Seen| {
        let named = seen.row.extra().and_then(|extra| extra.feature);
        named.or_else(|| features::at(since.get(&seen.datastream)?, seen.row.t))
    };
    Ok(seen().map(|seen| seen.and_then(feature)).collect())
}

/// What answers say of datastreams beyond their rows.
pub fn derived(tx: &mut Tx, world: &World, streams: &[Entity], area: bool) -> Result<AllDerived, DbError> {
    let mut all = AllDerived::new();
    for stream in streams {
        let class = stream.stream.as_ref().map(|facts| facts.class).unwrap_or_default();
        let extents = extents::of(tx, &world.memory, stream.id, class)?;
        all.insert(stream.id, Derived { extents, area: None });
    }
    if area {
        let ids: Vec<i64> = streams.iter().map(|stream| stream.id).collect();
        let mut seen: Vec<(i64, i64)> = Vec::new();
        for (datastream, since) in features::of_datastreams(tx, &ids)? {
            for (at, (from, feature)) in since.iter().enumerate() {
                let to = since.get(at + 1).map_or(i64::MAX, |(next, _)| *next);
                // A feature counts where something was observed of it.
                let mut is_seen = false;
                let of = Span::times(*from, to);
                extents::each_of(tx, &world.memory, datastream, of, Order::Ascending, |row| {
                    is_seen = row.extra().is_none_or(|extra| extra.feature.is_none());
                    !is_seen
                })?;
                if is_seen {
                    seen.push((datastream, *feature));
                }
            }
        }
        for (datastream, mut named) in features::named_by(tx, &ids)? {
            let wanted = named.clone();
            let is_whole = extents::each(tx, &world.memory, datastream, Order::Descending, |row| {
                if let Some(feature) = row.extra().and_then(|extra| extra.feature) {
                    named.remove(&feature);
                }
                !named.is_empty()
            })?;
            // Those that a bounded look does not find are believed.
            seen.extend(
                wanted.into_iter().filter(|f| !is_whole || !named.contains(f)).map(|f| (datastream, f)),
            );
        }
        let wanted: Vec<i64> = seen.iter().map(|(_, feature)| *feature).collect();
        let found = entities::by_ids(tx, Kind::FeatureOfInterest, &wanted, &Sight::All)?;
        for (datastream, feature) in seen {
            let json = found.get(&feature).and_then(|feature| feature.body.get("feature"));
            let of_feature = json.and_then(|json| place::extent(json).ok()).flatten();
            place::join(&mut all.entry(datastream).or_default().area, of_feature);
        }
    }
    Ok(all)
}

/// A page of a list that was loaded whole, as `$expand` does.
pub fn of_list(
    tx: &mut Tx,
    world: &World,
    list: Vec<Entity>,
    link: crate::entity::Link,
    query: &Query,
    sight: &Sight,
) -> Result<Page, Problem> {
    let needed = needed(query, link.to);
    let about =
        if link.to == Kind::Datastream { derived(tx, world, &list, false)? } else { AllDerived::default() };
    let mut nodes: Vec<Node> = list.into_iter().map(Node::of).collect();
    load(tx, &mut nodes, &needed, sight)?;
    let mut all: Vec<(Vec<Val>, i64, Node)> = Vec::new();
    for mut node in nodes {
        let scope = Scope { node: &node, loaded: &needed, languages: &world.languages, derived: &about };
        if query.filter.as_ref().map_or(Ok(true), |filter| filter.accepts(&scope))? {
            let values = query.order.iter().map(|by| scope.value(&by.path)).collect();
            let Item::Entity(entity) = &node.item else { continue };
            let id = entity.id;
            node.branches.clear();
            all.push((values, id, node));
        }
    }
    all.sort_by(|a, b| compare_all(&query.order, &a.0, &b.0).then(a.1.cmp(&b.1)));
    let count = query.count.then_some(all.len() as u64);
    let more = all.len() > query.skip + query.top() && query.top() > 0;
    let page: Vec<_> = all.into_iter().skip(query.skip).take(query.top()).collect();
    let next = page.last().filter(|_| more).map(|(values, id, _)| {
        let values = if by_id(query).is_some() { Vec::new() } else { values.clone() };
        Token { values, id: *id, key: Key { t: 0, n: 0 } }.write()
    });
    Ok(Page { nodes: page.into_iter().map(|(_, _, node)| node).collect(), next, count })
}
