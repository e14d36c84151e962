//! Statistics over spans of time: from block headers and roll-ups where they cover a step, from rows elsewhere.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use host::{DbError, Tx};
use vocab::time::HOUR;

use super::blocks::{self, Direction};
use super::{Hot, rollups, streams};
use crate::block::Block;
use crate::bucket::{Bucket, Level};
use crate::datastream::IDS;
use crate::merge::merge;
use crate::observation::{Key, Row, Span};
use crate::rollup::{Hours, Summary};

/// From this many datastreams on, headers of whole buckets are read in one go instead of one datastream at a time.
const MANY: usize = 64;

/// As [`super::Observations::aggregate`]: `hot` names the datastreams, ascending, each with its hot rows of the span.
pub fn aggregate(tx: &mut Tx, hot: &[(i64, Hot)], grid: &Grid) -> Result<Vec<(i64, i64, Summary)>, DbError> {
    if grid.from >= grid.to || matches!(grid.steps, Cut::Even(step) if step <= 0) {
        return Ok(Vec::new());
    }
    let mut done = BTreeMap::new();
    if hot.len() >= MANY {
        by_bucket(tx, hot, grid, &mut done)?;
    }
    for (datastream, hot) in hot {
        if !done.contains_key(datastream) {
            done.insert(*datastream, by_stream(tx, *datastream, hot, grid)?);
        }
    }
    let flat = |(ds, steps): (i64, Steps)| steps.0.into_iter().map(move |(at, s)| (ds, at, s));
    Ok(done.into_iter().flat_map(flat).collect())
}

/// As [`super::Observations::count`].
pub fn count(tx: &mut Tx, datastream: i64, span: Span, hot: &Hot) -> Result<u64, DbError> {
    if span.is_empty() {
        return Ok(0);
    }
    let mut count = 0;
    let calendar = streams::calendar(tx, datastream)?;
    let mut open = hot.0.len();
    for bucket in calendar.buckets(span.from.t, span.to.t.saturating_add(1)) {
        let (from, to) = bucket.range();
        let hot_here = rows_between(&hot.0, from, to);
        if hot_here.is_empty() && span.from <= Key::start_of(from) && Key::start_of(to) <= span.to {
            blocks::headers(tx, bucket.ids(datastream), |header| count += header.summary.rows)?;
            continue;
        }
        open -= hot_here.len();
        let keys = blocks::keys(tx, datastream, bucket)?;
        count += keys.iter().filter(|key| span.holds(**key)).count() as u64;
        count += hot_here.iter().filter(|row| keys.binary_search(&row.key()).is_err()).count() as u64;
    }
    Ok(count + open as u64)
}

fn rows_between(rows: &[Row], from: i64, to: i64) -> &[Row] {
    let start = rows.partition_point(|row| row.t < from);
    let end = rows.partition_point(|row| row.t < to);
    rows.get(start..end).unwrap_or_default()
}

/// Steps of time.
#[derive(Debug, Clone)]
pub struct Grid {
    /// From (in) to (out), microseconds.
    from: i64,
    to: i64,
    steps: Cut,
}

#[derive(Debug, Clone)]
enum Cut {
    /// All as long, counted from the start.
    Even(i64),
    /// Each from one edge to the next; the first edge may lie before the start, the last after the end.
    At(Arc<[i64]>),
}

impl Grid {
    pub fn even(from: i64, to: i64, step: i64) -> Grid {
        Grid { from, to, steps: Cut::Even(step) }
    }

    /// `edges` ascend; the first is `from` or before it.
    pub fn edges(edges: Arc<[i64]>, from: i64, to: i64) -> Grid {
        Grid { from, to, steps: Cut::At(edges) }
    }

    pub fn span(&self) -> Span {
        Span::times(self.from, self.to)
    }

    /// The start of the step that holds `t`, which lies in `from..to`.
    fn step_of(&self, t: i64) -> i64 {
        match &self.steps {
            Cut::Even(step) => self.from + t.saturating_sub(self.from).div_euclid(*step) * step,
            Cut::At(edges) => {
                let after = edges.partition_point(|edge| *edge <= t);
                edges.get(after.saturating_sub(1)).copied().unwrap_or(self.from)
            }
        }
    }

    /// Does one step hold all of it?
    fn holds_whole(&self, bucket: Bucket) -> bool {
        let (from, to) = bucket.range();
        self.from <= from && to <= self.to && self.step_of(from) == self.step_of(to - 1)
    }

    /// Do steps begin and end on full hours?
    fn is_hourly(&self) -> bool {
        let even = self.from % HOUR == 0 && self.to % HOUR == 0;
        match &self.steps {
            Cut::Even(step) => even && step % HOUR == 0,
            Cut::At(edges) => even && edges.iter().all(|edge| edge % HOUR == 0),
        }
    }
}

/// Summaries in order of time.
#[derive(Default)]
struct Steps(Vec<(i64, Summary)>);

impl Steps {
    fn at(&mut self, step: i64) -> &mut Summary {
        if self.0.last().is_none_or(|(last, _)| *last != step) {
            self.0.push((step, Summary::default()));
        }
        let last = self.0.len() - 1;
        &mut self.0[last].1
    }

    fn add_rows<'a>(&mut self, grid: &Grid, rows: impl IntoIterator<Item = &'a Row>) {
        for row in rows {
            self.at(grid.step_of(row.t)).add(row.quality(), row.number());
        }
    }
}

fn by_stream(tx: &mut Tx, datastream: i64, hot: &Hot, grid: &Grid) -> Result<Steps, DbError> {
    let mut steps = Steps::default();
    let mut month: Option<(i64, Hours)> = None;
    let mut at = grid.from;
    for bucket in streams::calendar(tx, datastream)?.buckets(grid.from, grid.to) {
        let (from, to) = bucket.range();
        steps.add_rows(grid, rows_between(&hot.0, at, from));
        at = to;
        let hot_here = rows_between(&hot.0, from, to);
        if hot_here.is_empty() && bucket.level != Level::Hour && grid.is_hourly() {
            let index = Bucket::at(Level::Month, from).map_or(0, |b| b.index);
            if month.as_ref().is_none_or(|(known, _)| *known != index) {
                month = Some((index, rollups::read(tx, datastream, index)?));
            }
            let hours = month.iter().flat_map(|(_, hours)| hours);
            let (from, to) = (from.max(grid.from), to.min(grid.to));
            for (hour, summary) in hours.filter(|(hour, _)| (from..to).contains(&(hour * HOUR))) {
                steps.at(grid.step_of(hour * HOUR)).join(summary);
            }
        } else if hot_here.is_empty() && grid.holds_whole(bucket) {
            let step = steps.at(grid.step_of(from));
            blocks::headers(tx, bucket.ids(datastream), |header| step.join(&header.summary))?;
        } else {
            by_rows(tx, datastream, bucket, hot_here, grid, &mut steps)?;
        }
    }
    steps.add_rows(grid, rows_between(&hot.0, at, grid.to));
    Ok(steps)
}

fn by_rows(
    tx: &mut Tx,
    datastream: i64,
    bucket: Bucket,
    hot: &[Row],
    grid: &Grid,
    steps: &mut Steps,
) -> Result<(), DbError> {
    if !hot.is_empty() {
        let rows = merge(blocks::rows(tx, datastream, bucket)?, hot.to_vec());
        steps.add_rows(grid, rows_between(&rows, grid.from, grid.to));
        return Ok(());
    }
    blocks::each_part(tx, datastream, bucket, (grid.from, grid.to - 1), Direction::Forward, |bytes| {
        let (times, numbers) = Block::open(bytes)?.numbers()?;
        for (t, (quality, number)) in times.into_iter().zip(numbers.iter()) {
            if (grid.from..grid.to).contains(&t) {
                steps.at(grid.step_of(t)).add(quality, number);
            }
        }
        Ok(true)
    })
    .map(drop)
}

/// Reads the headers of every bucket once for all datastreams. Those that need more than headers (a bucket that no step
/// holds whole, hot rows within a sealed bucket) are left for [`by_stream`].
fn by_bucket(
    tx: &mut Tx,
    hot: &[(i64, Hot)],
    grid: &Grid,
    done: &mut BTreeMap<i64, Steps>,
) -> Result<(), DbError> {
    let (Some((lowest, _)), Some((highest, _))) = (hot.first(), hot.last()) else { return Ok(()) };
    let mut left: HashSet<i64> = HashSet::new();
    let mut parts: Vec<Vec<(i64, Summary)>> = hot.iter().map(|_| Vec::new()).collect();
    for level in Level::ALL {
        let Some(first) = Bucket::at(level, grid.from) else { return Ok(()) };
        let mut next = first.id(0, 0);
        while let Some(id) = blocks::next_id(tx, next)? {
            let Some((bucket, _)) = Bucket::of_id(id) else { break };
            let (from, to) = bucket.range();
            if bucket.level != level || from >= grid.to {
                break;
            }
            let whole = grid.holds_whole(bucket);
            let range = (bucket.id(*lowest, 0), bucket.ids(*highest).1);
            blocks::headers(tx, range, |header| {
                let datastream = Bucket::of_id(header.id).map_or(0, |(_, ds)| ds);
                let Ok(at) = hot.binary_search_by_key(&datastream, |(ds, _)| *ds) else { return };
                if whole && rows_between(&hot[at].1.0, from, to).is_empty() {
                    parts[at].push((header.first, header.summary));
                } else {
                    left.insert(datastream);
                }
            })?;
            next = bucket.ids(IDS.end - 1).1 + 1;
        }
    }
    for ((datastream, hot), mut parts) in hot.iter().zip(parts) {
        if left.contains(datastream) {
            continue;
        }
        parts.extend(hot.0.iter().map(|row| (row.t, Summary::of([row]))));
        // Levels were read one after the other; first and last want the order of time.
        parts.sort_by_key(|(t, _)| *t);
        let mut steps = Steps::default();
        parts.iter().for_each(|(t, summary)| steps.at(grid.step_of(*t)).join(summary));
        done.insert(*datastream, steps);
    }
    Ok(())
}
