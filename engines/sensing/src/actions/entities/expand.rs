//! `$expand`: a statement a link for all entities of a level, whatever their number.

use std::pin::Pin;

use host::Problem;

use super::collection::{self, linked};
use crate::Sensing;
use crate::actions::observed::Part;
use crate::entity::tree::{Branch, Item, Node, Page};
use crate::entity::{Kind, Link, Sight};
use crate::observation::{Key, Span};
use crate::query::Query;
use crate::store::entities::features;

/// Entities and observations of one answer.
const MOST: usize = 200_000;

fn too_much() -> Problem {
    Problem::new(&crate::api::problems::TOO_MUCH, format!("$expand leads to more than {MOST} entities"))
        .hint("take smaller pages: $top, also within $expand")
}

impl Sensing {
    /// Fills the branches of `nodes` with what the query expands.
    pub(crate) fn expand<'a>(
        &'a self,
        nodes: Vec<Node>,
        query: &'a Query,
        sight: &'a Sight,
        left: &'a mut usize,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<Node>, Problem>> + Send + 'a>> {
        Box::pin(async move {
            let mut nodes = nodes;
            let Some(kind) = nodes.first().map(|node| node.item.kind()) else { return Ok(nodes) };
            for (link, below) in &query.expand {
                let branches = match link.to {
                    Kind::Observation => self.expand_observations(&nodes, below, sight, left).await?,
                    _ => self.expand_entities(&nodes, kind, *link, below, sight, left).await?,
                };
                nodes.iter_mut().zip(branches).for_each(|(node, branch)| node.branches.push(branch));
            }
            Ok(nodes)
        })
    }

    async fn expand_entities(
        &self,
        nodes: &[Node],
        kind: Kind,
        link: Link,
        below: &Query,
        sight: &Sight,
        left: &mut usize,
    ) -> Result<Vec<Branch>, Problem> {
        let (world, eyes, parents, wanted) =
            (self.inner.world.clone(), sight.clone(), nodes.to_vec(), below.clone());
        let pages = self.inner.db.read(move |tx| {
            let lists = linked(tx, &parents, kind, link, &eyes)?;
            lists
                .into_iter()
                .map(|list| collection::of_list(tx, &world, list, link, &wanted, &eyes))
                .collect()
        });
        let pages: Vec<Page> = pages.await?;
        let lengths: Vec<(usize, Option<String>, Option<u64>)> =
            pages.iter().map(|page| (page.nodes.len(), page.next.clone(), page.count)).collect();
        let all: Vec<Node> = pages.into_iter().flat_map(|page| page.nodes).collect();
        *left = left.checked_sub(all.len()).ok_or_else(too_much)?;
        let mut all = self.expand(all, below, sight, left).await?.into_iter();
        let branch = |(length, next, count): (usize, Option<String>, Option<u64>)| {
            let nodes: Vec<Node> = all.by_ref().take(length).collect();
            match link.many {
                true => Branch::Many(Page { nodes, next, count }),
                false => Branch::One(nodes.into_iter().next().map(Box::new)),
            }
        };
        Ok(lengths.into_iter().map(branch).collect())
    }

    async fn expand_observations(
        &self,
        nodes: &[Node],
        below: &Query,
        sight: &Sight,
        left: &mut usize,
    ) -> Result<Vec<Branch>, Problem> {
        let mut pages = Vec::with_capacity(nodes.len());
        for node in nodes {
            let Item::Entity(entity) = &node.item else { continue };
            let page = match self.last_only(entity.kind, entity.id, below, sight) {
                Some(page) => page,
                None => {
                    let parts = self.parts_of(entity.kind, entity.id, sight).await?;
                    self.observations_page(parts, below, sight).await?
                }
            };
            *left = left.checked_sub(page.nodes.len()).ok_or_else(too_much)?;
            pages.push(page);
        }
        let lengths: Vec<_> =
            pages.iter().map(|page| (page.nodes.len(), page.next.clone(), page.count)).collect();
        let all: Vec<Node> = pages.into_iter().flat_map(|page| page.nodes).collect();
        let mut all = self.expand(all, below, sight, left).await?.into_iter();
        let branch = |(length, next, count): (usize, Option<String>, Option<u64>)| {
            Branch::Many(Page { nodes: all.by_ref().take(length).collect(), next, count })
        };
        Ok(lengths.into_iter().map(branch).collect())
    }

    /// The last observation, from memory: what dashboards ask of hundreds of datastreams at once.
    fn last_only(&self, kind: Kind, id: i64, query: &Query, sight: &Sight) -> Option<Page> {
        let [by] = query.order.as_slice() else { return None };
        let is_last = kind == Kind::Datastream
            && query.filter.is_none()
            && (query.top, query.skip) == (Some(1), 0)
            && by.descending
            && by.path == ["phenomenonTime"];
        if !is_last {
            return None;
        }
        let part = self.parts(Some(&[id]), sight).pop()?;
        let count = self.observations().count_all(id);
        let row = self.observations().last(id);
        let next = row
            .as_ref()
            .filter(|_| count > 1)
            .map(|row| crate::query::token::Token { values: Vec::new(), id, key: row.key() }.write());
        let item = |row| Item::Observation { datastream: id, class: part.class, row };
        let nodes = row.map(|row| Node { item: item(row), branches: Vec::new() }).into_iter().collect();
        Some(Page { nodes, next, count: query.count.then_some(count) })
    }

    /// Where the observations of a datastream or of a feature of interest are.
    pub(crate) async fn parts_of(&self, kind: Kind, id: i64, sight: &Sight) -> Result<Vec<Part>, Problem> {
        if kind == Kind::Datastream {
            return Ok(self.parts(Some(&[id]), sight));
        }
        let found = self.inner.db.read(move |tx| {
            let settled = features::datastreams_of(tx, id)?;
            let since = features::of_datastreams(tx, &settled)?;
            Ok::<_, Problem>((since, features::datastreams_naming(tx, id)?))
        });
        let (since, naming) = found.await?;
        let mut spans: Vec<(i64, Span, bool)> = Vec::new();
        for (datastream, since) in &since {
            let mut covered = Vec::new();
            for (at, (from, feature)) in since.iter().enumerate() {
                let to = since.get(at + 1).map_or(i64::MAX, |(next, _)| *next);
                covered.push((*datastream, Span::times(*from, to), *feature == id));
            }
            // Outside of its time the feature can still be named.
            spans.extend(covered.into_iter().filter(|(ds, _, mine)| *mine || naming.contains(ds)));
        }
        let others = naming.iter().filter(|ds| !since.contains_key(ds));
        spans.extend(others.map(|ds| (*ds, Span::ALL, false)));
        spans.sort_by_key(|(ds, span, _)| (*ds, span.from));
        let part = |(datastream, span, unnamed): (i64, Span, bool)| {
            let part = self.parts(Some(&[datastream]), sight).pop()?;
            let from = if span.from.t == i64::MIN { Span::ALL.from } else { span.from };
            let to = if span.to.t == i64::MAX { Key { t: i64::MAX, n: i64::MAX } } else { span.to };
            Some(Part { span: Span { from, to }, feature: Some((id, unnamed)), ..part })
        };
        Ok(spans.into_iter().filter_map(part).collect())
    }
}

/// How many entities an answer may hold beside those of its page.
pub fn budget() -> usize {
    MOST
}
