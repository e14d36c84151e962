//! Pages of observations: straight from the store in the order of time, in any other by a bounded look.

use std::cmp::Ordering;

use host::Problem;

use crate::Sensing;
use crate::actions::entities::collection::{bad_token, load, needed};
use crate::api::problems::TOO_MUCH;
use crate::datastream::Class;
use crate::entity::json::AllDerived;
use crate::entity::tree::{Item, Node, Page};
use crate::entity::{Kind, Sight};
use crate::observation::{Key, Row, Span};
use crate::query::decimate::Decimation;
use crate::query::order::compare_all;
use crate::query::scope::{Scope, Val, Values};
use crate::query::token::Token;
use crate::query::{Query, TOP_MAX};
use crate::store::observations::Order;

/// Rows of one scan.
pub(crate) const CHUNK: usize = 4_096;
/// Rows that one request may look at: about a second.
pub(crate) const EXAMINED: usize = 1_000_000;

/// Some observations of one datastream.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub datastream: i64,
    pub class: Class,
    pub span: Span,
    /// Only those about this feature: named by themselves, or (`true`) also by naming none.
    pub feature: Option<(i64, bool)>,
}

impl Part {
    fn node(&self, row: Row) -> Node {
        let item = Item::Observation { datastream: self.datastream, class: self.class, row };
        Node { item, branches: Vec::new() }
    }

    /// Whether a row of its datastream is one of it.
    pub fn holds(&self, row: &Row) -> bool {
        self.span.holds(row.key()) && self.is_about(row)
    }

    fn is_about(&self, row: &Row) -> bool {
        let Some((feature, unnamed)) = self.feature else { return true };
        match row.extra().and_then(|extra| extra.feature) {
            Some(named) => named == feature,
            None => unnamed,
        }
    }
}

/// An order in which the store keeps observations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// Datastream after datastream, each by time.
    ById(Order),
    /// By time alone.
    ByTime(Order),
}

/// In which order pages can be read without looking at all.
fn kept(query: &Query) -> Option<Kept> {
    let [by] = query.order.as_slice() else {
        return query.order.is_empty().then_some(Kept::ById(Order::Ascending));
    };
    let order = if by.descending { Order::Descending } else { Order::Ascending };
    match by.path.as_slice() {
        [name] if name == "id" => Some(Kept::ById(order)),
        [name] if name == "phenomenonTime" => Some(Kept::ByTime(order)),
        _ => None,
    }
}

fn too_much() -> Problem {
    Problem::new(&TOO_MUCH, format!("this would look at more than {EXAMINED} observations"))
        .hint("bound phenomenonTime in $filter, or ask one datastream: Datastreams(1)/Observations")
}

impl Sensing {
    /// All observations that may be seen of these datastreams, or of all.
    pub(crate) fn parts(&self, datastreams: Option<&[i64]>, sight: &Sight) -> Vec<Part> {
        let registry = self.observations().datastreams();
        let ids = datastreams.map_or_else(|| registry.ids(), <[i64]>::to_vec);
        let part = |id: i64| {
            let datastream = registry.get(id)?;
            sight.sees(datastream.label, datastream.slug.as_str()).then(|| Part {
                datastream: id,
                class: datastream.class,
                span: Span::ALL,
                feature: None,
            })
        };
        ids.into_iter().filter_map(part).collect()
    }

    /// One page of the observations of `parts`, with nothing expanded yet.
    pub(crate) async fn observations_page(
        &self,
        mut parts: Vec<Part>,
        query: &Query,
        sight: &Sight,
    ) -> Result<Page, Problem> {
        let bounds = query.filter.as_ref().map(|filter| filter.bounds()).unwrap_or_default();
        for (kind, id) in &bounds.parents {
            if *kind == Kind::Datastream {
                parts.retain(|part| part.datastream == *id);
            }
        }
        let (from, to) = bounds.times;
        for part in &mut parts {
            part.span.from = part.span.from.max(Key::start_of(from));
            part.span.to = part.span.to.min(Key::start_of(to.saturating_add(1)));
        }
        let token = match &query.token {
            Some(text) => Some(Token::read(text).ok_or_else(bad_token)?),
            None => None,
        };
        // An interval may begin before a bound and end after it: only of instants does a span say all.
        let is_exact =
            |part: &Part| part.feature.is_none() && (bounds.times.1 == i64::MAX || !self.has_intervals(part));
        let all_said = bounds.is_all && bounds.ids == (i64::MIN, i64::MAX);
        let of_parents = bounds.parents.iter().all(|(kind, _)| *kind == Kind::Datastream);
        let plain = query.filter.is_none() || all_said && of_parents;
        let plain = plain && parts.iter().all(is_exact);
        let count = match query.count {
            false => None,
            true if plain => Some(self.count_parts(&parts).await?),
            true => Some(self.count_accepted(&parts, query, sight).await?),
        };
        if let Some(points) = query.decimation {
            let (rows, count_of_all) = (self.decimated(&parts, query, points, sight).await?, count);
            return Ok(Page { nodes: rows, next: None, count: count_of_all });
        }
        let mut page = match kept(query) {
            _ if query.top() == 0 => Page::default(),
            Some(Kept::ById(order)) => self.in_order(parts, query, sight, token.as_ref(), order).await?,
            Some(Kept::ByTime(order)) if parts.len() <= 1 => {
                self.in_order(parts, query, sight, token.as_ref(), order).await?
            }
            Some(Kept::ByTime(order)) if plain => self.merged(parts, query, token, order).await?,
            _ => self.sorted(parts, query, sight, token).await?,
        };
        page.count = count;
        Ok(page)
    }

    async fn count_parts(&self, parts: &[Part]) -> Result<u64, Problem> {
        let mut count = 0;
        for part in parts {
            count += self.observations().count(part.datastream, part.span).await?;
        }
        Ok(count)
    }

    async fn count_accepted(&self, parts: &[Part], query: &Query, sight: &Sight) -> Result<u64, Problem> {
        let (mut count, mut left) = (0, EXAMINED);
        for part in parts {
            let mut from = part.span;
            while let Some((rows, next)) = self.chunk(part, from, Order::Ascending, &mut left, CHUNK).await? {
                count += self.accepted(part, rows, query, sight, false).await?.len() as u64;
                let Some(next) = next else { break };
                from = next;
            }
        }
        Ok(count)
    }

    /// Some rows of a part and the span of those left, where there are any.
    pub(crate) async fn chunk(
        &self,
        part: &Part,
        span: Span,
        order: Order,
        left: &mut usize,
        wanted: usize,
    ) -> Result<Option<(Vec<Row>, Option<Span>)>, Problem> {
        if span.is_empty() {
            return Ok(None);
        }
        let rows = self.observations().scan(part.datastream, span, order, wanted).await?;
        *left = left.checked_sub(rows.len()).ok_or_else(too_much)?;
        let next = rows.last().filter(|_| rows.len() == wanted).map(|last| match order {
            Order::Ascending => Span { from: last.key().next(), to: span.to },
            Order::Descending => Span { from: span.from, to: last.key() },
        });
        Ok(Some((rows, next)))
    }

    /// Those of `rows` that the filter accepts; where it is `sorted`, with what they are ordered by.
    pub(crate) async fn accepted(
        &self,
        part: &Part,
        mut rows: Vec<Row>,
        query: &Query,
        sight: &Sight,
        sorted: bool,
    ) -> Result<Vec<(Node, Vec<Val>)>, Problem> {
        rows.retain(|row| part.is_about(row));
        let mut nodes: Vec<Node> = rows.into_iter().map(|row| part.node(row)).collect();
        if query.filter.is_none() && !sorted {
            return Ok(nodes.into_iter().map(|node| (node, Vec::new())).collect());
        }
        let needed = needed(query, Kind::Observation);
        if !needed.expand.is_empty() {
            let (sight, links) = (sight.clone(), needed.clone());
            let loaded = self.inner.db.read(move |tx| {
                let mut nodes = nodes.clone();
                load(tx, &mut nodes, &links, &sight)?;
                Ok::<_, Problem>(nodes)
            });
            nodes = loaded.await?;
        }
        let (derived, languages) = (AllDerived::default(), &self.inner.world.languages);
        let mut found = Vec::new();
        for mut node in nodes {
            let scope = Scope { node: &node, loaded: &needed, languages, derived: &derived };
            if query.filter.as_ref().map_or(Ok(true), |filter| filter.accepts(&scope))? {
                let by = query.order.iter().filter(|_| sorted);
                let values = by.map(|by| scope.value(&by.path)).collect();
                node.branches.clear();
                found.push((node, values));
            }
        }
        Ok(found)
    }

    /// Whether what begins within a span may end outside of it.
    pub(crate) fn has_intervals(&self, part: &Part) -> bool {
        part.class == Class::Interval && self.observations().has_lengths(part.datastream)
    }

    /// No more points than a chart has room for.
    async fn decimated(
        &self,
        parts: &[Part],
        query: &Query,
        points: usize,
        sight: &Sight,
    ) -> Result<Vec<Node>, Problem> {
        let Some(one) = parts.first() else { return Ok(Vec::new()) };
        if parts.iter().any(|part| part.datastream != one.datastream) {
            let what = "$decimation of several datastreams at once";
            return Err(Problem::new(&crate::api::problems::BAD_QUERY, what)
                .hint("a chart has a line for each: Datastreams(1)/Observations?$decimation=800"));
        }
        let Some((first, last)) = self.observations().extent(one.datastream) else { return Ok(Vec::new()) };
        let from = parts.iter().map(|part| part.span.from.t).min().unwrap_or(first).max(first);
        let to = parts.iter().map(|part| part.span.to.t).max().unwrap_or(last).min(last);
        let (mut decimation, mut left) = (Decimation::new(points, from, to), EXAMINED);
        for part in parts {
            let mut span = part.span;
            while let Some((rows, next)) = self.chunk(part, span, Order::Ascending, &mut left, CHUNK).await? {
                for (node, _) in self.accepted(part, rows, query, sight, false).await? {
                    if let Item::Observation { row, .. } = node.item {
                        decimation.add(row);
                    }
                }
                let Some(next) = next else { break };
                span = next;
            }
        }
        let mut nodes: Vec<Node> = decimation.finish().into_iter().map(|row| one.node(row)).collect();
        if query.order.first().is_some_and(|by| by.descending) {
            nodes.reverse();
        }
        Ok(nodes)
    }

    /// Part after part, each in the order of time; backwards from the last.
    async fn in_order(
        &self,
        mut parts: Vec<Part>,
        query: &Query,
        sight: &Sight,
        token: Option<&Token>,
        order: Order,
    ) -> Result<Page, Problem> {
        let (mut nodes, mut skip, mut left) = (Vec::new(), query.skip, EXAMINED + query.top());
        let filtered = query.filter.is_some() || parts.iter().any(|part| part.feature.is_some());
        if order == Order::Descending {
            parts.reverse();
        }
        for part in &parts {
            let mut span = part.span;
            if let Some(token) = token {
                match (part.datastream.cmp(&token.id), order) {
                    (Ordering::Less, Order::Ascending) | (Ordering::Greater, Order::Descending) => continue,
                    (Ordering::Equal, Order::Ascending) => span.from = span.from.max(token.key.next()),
                    (Ordering::Equal, Order::Descending) => span.to = span.to.min(token.key),
                    (Ordering::Greater, Order::Ascending) | (Ordering::Less, Order::Descending) => {}
                }
            }
            loop {
                // Just what the page wants, and one to know whether there are more.
                let wanted =
                    if filtered { CHUNK } else { (query.top() - nodes.len() + skip + 1).min(TOP_MAX + 1) };
                let Some((rows, next)) = self.chunk(part, span, order, &mut left, wanted).await? else {
                    break;
                };
                for (node, _) in self.accepted(part, rows, query, sight, false).await? {
                    if skip > 0 {
                        skip -= 1;
                        continue;
                    }
                    if nodes.len() == query.top() {
                        return Ok(page(nodes, true, Vec::new()));
                    }
                    nodes.push(node);
                }
                let Some(next) = next else { break };
                span = next;
            }
        }
        Ok(page(nodes, false, Vec::new()))
    }

    /// The earliest or latest of several datastreams: those that end late are asked first, and the rest only while they
    /// can still hold one.
    async fn merged(
        &self,
        parts: Vec<Part>,
        query: &Query,
        token: Option<Token>,
        order: Order,
    ) -> Result<Page, Problem> {
        let keep = query.top() + query.skip + 1;
        // The token's time is seen once more: others may have it too.
        let place = |datastream: i64, key: Key| (key.t, datastream, key.n);
        let after = token.map(|token| place(token.id, token.key));
        let compare = |a: (i64, i64, i64), b: (i64, i64, i64)| match order {
            Order::Ascending => a.cmp(&b),
            Order::Descending => b.0.cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))),
        };
        let mut waiting: Vec<(i64, &Part)> = parts
            .iter()
            .filter_map(|part| {
                let (first, last) = self.observations().extent(part.datastream)?;
                let best = if order == Order::Ascending { first } else { last };
                Some((best.clamp(part.span.from.t, part.span.to.t), part))
            })
            .collect();
        waiting
            .sort_by_key(|(best, _)| if order == Order::Ascending { *best } else { best.saturating_neg() });
        let mut found: Vec<((i64, i64, i64), Node)> = Vec::new();
        let mut left = EXAMINED;
        for (best, part) in waiting {
            if found.len() >= keep {
                let worst = found[keep - 1].0.0;
                let cannot = if order == Order::Ascending { best > worst } else { best < worst };
                if cannot {
                    break;
                }
            }
            let mut span = part.span;
            if let Some((t, _, _)) = after {
                match order {
                    Order::Ascending => span.from = span.from.max(Key::start_of(t)),
                    Order::Descending => span.to = span.to.min(Key::start_of(t.saturating_add(1))),
                }
            }
            // One more for each that the token may have shown already at its very time.
            let Some((rows, _)) = self.chunk(part, span, order, &mut left, keep + 1).await? else { continue };
            for row in rows {
                let at = place(part.datastream, row.key());
                if after.is_none_or(|after| compare(at, after) == Ordering::Greater) {
                    found.push((at, part.node(row)));
                }
            }
            found.sort_by(|a, b| compare(a.0, b.0));
            found.truncate(keep);
        }
        let more = found.len() > query.skip + query.top();
        let nodes = found.into_iter().skip(query.skip).take(query.top()).map(|(_, node)| node).collect();
        Ok(page(nodes, more, Vec::new()))
    }

    /// The best of all, in an order that the store does not keep.
    async fn sorted(
        &self,
        parts: Vec<Part>,
        query: &Query,
        sight: &Sight,
        token: Option<Token>,
    ) -> Result<Page, Problem> {
        if token.as_ref().is_some_and(|token| token.values.len() != query.order.len()) {
            return Err(bad_token());
        }
        let keep = query.top() + query.skip + 1;
        let compare = |a: &(Vec<Val>, i64, Key), b: &(Vec<Val>, i64, Key)| {
            compare_all(&query.order, &a.0, &b.0).then((a.1, a.2).cmp(&(b.1, b.2)))
        };
        let after = token.map(|token| (token.values, token.id, token.key));
        let mut best: Vec<((Vec<Val>, i64, Key), Node)> = Vec::new();
        let mut left = EXAMINED;
        for part in &parts {
            let mut span = part.span;
            while let Some((rows, next)) = self.chunk(part, span, Order::Ascending, &mut left, CHUNK).await? {
                for (node, values) in self.accepted(part, rows, query, sight, true).await? {
                    let Some(key) = node.item.seen().map(|seen| seen.row.key()) else { continue };
                    let at = (values, part.datastream, key);
                    if after.as_ref().is_none_or(|after| compare(&at, after) == Ordering::Greater) {
                        best.push((at, node));
                    }
                }
                if best.len() >= keep * 2 + CHUNK {
                    best.sort_by(|a, b| compare(&a.0, &b.0));
                    best.truncate(keep);
                }
                let Some(next) = next else { break };
                span = next;
            }
        }
        best.sort_by(|a, b| compare(&a.0, &b.0));
        let more = best.len() > query.skip + query.top();
        let mut best: Vec<_> = best.into_iter().skip(query.skip).take(query.top()).collect();
        let values = best.last_mut().map(|((values, ..), _)| std::mem::take(values)).unwrap_or_default();
        Ok(page(best.into_iter().map(|(_, node)| node).collect(), more, values))
    }
}

fn page(nodes: Vec<Node>, more: bool, values: Vec<Val>) -> Page {
    let last = nodes.last().filter(|_| more).and_then(|node| node.item.seen());
    let next = last.map(|seen| Token { values, id: seen.datastream, key: seen.row.key() }.write());
    Page { nodes, next, count: None }
}
