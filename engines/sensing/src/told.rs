//! Topics on which SensorThings tells what is new (OGC 18-088, 14.2): addresses of the data model with `$select`,
//! `$filter` and `$expand` as HTTP has them, and from when on to tell again.

use host::Problem;
use vocab::Time;

use crate::api::problems::{BAD_PATH, BAD_QUERY};
use crate::entity::Kind;
use crate::entity::path::{Address, Id, Tail};
use crate::query::{Format, Query};

/// What stands before every topic of the data model.
pub const ROOT: &str = "v1.1/";
/// `replay/2026-11-24T00:00:00Z/v1.1/…`: for clients of MQTT 3.1.1, which cannot say it beside the topic.
const REPLAY: &str = "replay/";

/// What somebody wants to be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Topic {
    pub address: Address,
    pub query: Query,
    pub from: Option<Time>,
}

/// Whether a topic, name or filter, is one of ours.
pub fn is_ours(topic: &str) -> bool {
    topic.starts_with(ROOT) || topic.starts_with(REPLAY)
}

/// A time as a client writes it.
pub fn time(text: &str) -> Result<Time, Problem> {
    crate::observed::Times::parse(text).map(|times| Time(times.start)).ok_or_else(|| {
        let what = format!("{} is no time", crate::query::words::short(text));
        Problem::new(&BAD_QUERY, what).hint("write it as 2026-11-24T00:00:00Z")
    })
}

/// The datastream of `Datastreams(1)/Observations`, the way most observations come, without looking further.
pub fn datastream_of(path: &str) -> Option<i64> {
    path.strip_prefix("Datastreams(")?.strip_suffix(")/Observations")?.parse().ok()
}

impl Topic {
    pub fn parse(text: &str) -> Result<Topic, Problem> {
        let (from, rest) = match text.strip_prefix(REPLAY).and_then(|rest| rest.split_once('/')) {
            Some((from, rest)) => (Some(time(from)?), rest),
            None => (None, text),
        };
        let bad = |what: String| {
            Problem::new(&BAD_PATH, what).hint("write it as v1.1/Datastreams(1)/Observations?$select=result")
        };
        let rest = rest
            .strip_prefix(ROOT)
            .ok_or_else(|| bad("a topic of the data model begins with v1.1/".into()))?;
        // They end a level in a filter, and have no place in a name.
        if text.contains(['#', '+']) {
            return Err(bad("a topic of the data model has no wildcards".into()));
        }
        let (path, options) = rest.split_once('?').unwrap_or((rest, ""));
        let address = Address::parse(path).map_err(bad)?;
        if address.tail == Tail::Ref {
            return Err(bad("$ref is not told".into()));
        }
        let (kind, is_one) = address.end();
        let query = Query::parse(options, kind)?;
        let paged = query.top.is_some() || query.skip > 0 || query.count || query.token.is_some();
        let formed = query.format != Format::default() || query.apply.is_some() || query.decimation.is_some();
        if paged || formed || !query.order.is_empty() || (is_one && query.filter.is_some()) {
            return Err(Problem::new(&BAD_QUERY, "a topic takes $select and $expand, and of a set $filter")
                .hint("what is told is one entity at a time"));
        }
        if from.is_some() && (is_one || kind != Kind::Observation) {
            return Err(bad("only observations are told again".into()));
        }
        Ok(Topic { address, query, from })
    }

    /// Whether it tells of observations.
    pub fn is_of_observations(&self) -> bool {
        self.address.end() == (Kind::Observation, false)
    }

    /// The one datastream whose observations it tells, where the topic says it by itself.
    pub fn datastream(&self) -> Option<i64> {
        match (&self.address, self.address.steps.as_slice()) {
            (Address { root: Kind::Datastream, id: Some(Id::Number(id)), .. }, [(link, None)]) => {
                (link.to == Kind::Observation).then_some(*id)
            }
            _ => None,
        }
    }

    /// Whether it tells the observations of all datastreams.
    pub fn is_of_all(&self) -> bool {
        self.address.root == Kind::Observation && self.address.id.is_none()
    }

    /// Whether what it tells can be said of a row alone.
    pub fn is_plain(&self) -> bool {
        self.query.expand.is_empty()
            && self.query.filter.as_ref().is_none_or(|filter| filter.links().is_empty())
    }
}

#[cfg(test)]
mod tests;
