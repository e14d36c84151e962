//! Deleting all that a condition is true of: a right of the operator, and never without the condition.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use axum::response::Response;
use host::{Gate, Problem};
use serde_json::json;

use super::read::Found;
use crate::Sensing;
use crate::actions::entities::changes::{Act, Names, Step};
use crate::api::problems::{BAD_QUERY, TOO_MUCH};
use crate::entity::path::Address;
use crate::entity::tree::Item;
use crate::entity::{Kind, Sight};
use crate::query::{Query, TOP_MAX};

/// Entities of one request: each may take a datastream's blocks with it, and all are one commit.
const ENTITIES: usize = 1_000;
/// Observations of one request, in commits of [`TOP_MAX`]: a minute of work.
const OBSERVATIONS: usize = 1_000_000;

impl Sensing {
    /// Deletes those of a set that `$filter` names; answers how many.
    pub(super) async fn remove_all(
        &self,
        gate: &Gate,
        address: &Address,
        kind: Kind,
        query: &str,
    ) -> Result<Response, Problem> {
        let mut query = Query::parse(query, kind)?;
        if !query.is_filter_alone() {
            return Err(Problem::new(
                &BAD_QUERY,
                format!("a DELETE of {} needs a $filter and no other option", kind.set()),
            )
            .hint("say which: $filter=phenomenonTime lt 2025-01-01T00:00:00Z; all are $filter=true"));
        }
        query.set_now(gate.now);
        let sight = Sight::of(&gate.caller);
        let deleted = match self.find(address, &sight).await? {
            Found::One(_) => 0,
            Found::Observations(parts) => {
                query.top = Some(TOP_MAX);
                let mut deleted = 0;
                loop {
                    let page = self.observations_page(parts.clone(), &query, &sight).await?;
                    let mut keys: BTreeMap<i64, BTreeSet<_>> = BTreeMap::new();
                    for seen in page.nodes.iter().filter_map(|node| node.item.seen()) {
                        keys.entry(seen.datastream).or_default().insert(seen.row.key());
                    }
                    deleted += self.observations().delete_all(keys, gate.now, &gate.caller.word()).await?;
                    query.token = page.next;
                    if query.token.is_none() {
                        break;
                    }
                    if deleted >= OBSERVATIONS as u64 {
                        let what = format!("{deleted} observations are deleted, and there are more");
                        return Err(
                            Problem::new(&TOO_MUCH, what).hint("send the same request again for the rest")
                        );
                    }
                }
                deleted
            }
            Found::Set(which) => {
                query.top = Some(ENTITIES);
                let page = self.page(which, &query).await?;
                if page.next.is_some() {
                    let what =
                        format!("this would delete more than {ENTITIES} {}; nothing is deleted", kind.set());
                    return Err(
                        Problem::new(&TOO_MUCH, what).hint("bound the id in $filter, and go on after it")
                    );
                }
                let at = |item: &Item| format!("{}({})", kind.set(), item.key());
                let step = |item: &Item| Step { name: None, at: at(item), act: Act::Remove };
                let steps: Vec<Step> = page.nodes.iter().map(|node| step(&node.item)).collect();
                let count = steps.len() as u64;
                if count > 0 {
                    self.perform(gate, "", steps, Names::new()).await.map_err(|failed| failed.problem)?;
                }
                count
            }
        };
        Ok(self.json(StatusCode::OK, json!({ "deleted": deleted }).to_string()))
    }
}
