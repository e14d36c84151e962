//! `obs_reach`, and the ends of datastreams that are found with it.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use host::{DbError, Param, Tx};

use super::scan::{Order, scan};
use super::{Hot, Memory};
use crate::datastream::Class;
use crate::observation::{Row, Span};
use crate::observed::writing::Seen;
use crate::reach::{Extents, Reach};

/// Rows looked at together, and in all for one end: forecasts of weeks reach over some thousands.
const PAGE: usize = 256;
const MOST: usize = 100_000;

/// Rows held at once while a whole store is looked at.
const AT_A_TIME: usize = 50_000;

/// The reach of every datastream that has any, in memory.
#[derive(Clone, Default)]
pub struct Reaches(Arc<RwLock<HashMap<i64, Reach>>>);

impl Reaches {
    pub fn get(&self, datastream: i64) -> Reach {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.get(&datastream).copied().unwrap_or_default()
    }

    fn set(&self, all: impl IntoIterator<Item = (i64, Reach)>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).extend(all);
    }

    pub fn forget(&self, datastream: i64) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(&datastream);
    }
}

pub fn load(tx: &mut Tx) -> Result<Reaches, DbError> {
    let all = tx.query("SELECT ds, longest, early, late, n_early, n_late FROM obs_reach", &[], |row| {
        let reach = Reach {
            longest: row.int(1)?,
            early: row.int(2)?,
            late: row.int(3)?,
            n_early: row.int(4)?,
            n_late: row.int(5)?,
        };
        Ok((row.int(0)?, reach))
    })?;
    let reaches = Reaches::default();
    reaches.set(all);
    Ok(reaches)
}

/// The name of the row that says that all rows were looked at: a store of an earlier version knew of no reach.
const LOOKED: i64 = 0;

/// Looks at every row of a store that comes from an earlier version, once.
pub fn look(tx: &mut Tx, memory: &Memory) -> Result<(), DbError> {
    let known = tx.query_one("SELECT ds FROM obs_reach WHERE ds = $1", &[LOOKED.into()], |row| row.int(0))?;
    if known.is_some() {
        return Ok(());
    }
    let mut streams = Vec::new();
    memory.mirror.each(|datastream, _| streams.push(datastream));
    let mut all = Vec::new();
    for datastream in streams {
        let mut reach = Reach::default();
        let mut span = Span::ALL;
        loop {
            let hot = memory.mirror.with(datastream, |stream| stream.span(span)).unwrap_or_default();
            let rows = scan(tx, datastream, span, Order::Ascending, AT_A_TIME, &Hot(hot))?;
            reach = rows.iter().fold(reach, |reach, row| reach.join(Reach::of(row)));
            let Some(last) = rows.last().map(Row::key) else { break };
            span.from = last.next();
        }
        if reach != Reach::default() {
            all.push((datastream, reach));
        }
    }
    all.push((LOOKED, Reach::default()));
    put(tx, &all)?;
    let reaches = memory.reaches.clone();
    tx.on_commit(Box::new(move || reaches.set(all)));
    Ok(())
}

/// Notes how far these rows reach. Most rows reach nowhere, and most others no further than what is known.
pub fn widen<'a>(
    tx: &mut Tx,
    memory: &Memory,
    rows: impl IntoIterator<Item = &'a (i64, Row)>,
) -> Result<(), DbError> {
    let mut wider: HashMap<i64, Reach> = HashMap::new();
    for (datastream, row) in rows.into_iter().filter(|(_, row)| row.n != 0 || row.extra_text().is_some()) {
        let known = wider.get(datastream).copied().unwrap_or_else(|| memory.reaches.get(*datastream));
        let reach = known.join(Reach::of(row));
        if reach != known {
            wider.insert(*datastream, reach);
        }
    }
    if wider.is_empty() {
        return Ok(());
    }
    let wider: Vec<(i64, Reach)> = wider.into_iter().collect();
    put(tx, &wider)?;
    let reaches = memory.reaches.clone();
    tx.on_commit(Box::new(move || reaches.set(wider)));
    Ok(())
}

fn put(tx: &mut Tx, all: &[(i64, Reach)]) -> Result<(), DbError> {
    for (datastream, reach) in all {
        let params: [Param; 6] = [
            (*datastream).into(),
            reach.longest.into(),
            reach.early.into(),
            reach.late.into(),
            reach.n_early.into(),
            reach.n_late.into(),
        ];
        tx.execute(
            "INSERT INTO obs_reach (ds, longest, early, late, n_early, n_late) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (ds) DO UPDATE SET longest = excluded.longest, early = excluded.early,
                 late = excluded.late, n_early = excluded.n_early, n_late = excluded.n_late",
            &params,
        )?;
    }
    Ok(())
}

pub fn delete(tx: &mut Tx, memory: &Memory, datastream: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM obs_reach WHERE ds = $1", &[datastream.into()])?;
    let reaches = memory.reaches.clone();
    tx.on_commit(Box::new(move || reaches.forget(datastream)));
    Ok(())
}

/// Where a datastream begins and ends; nothing where it has no rows.
pub fn of(tx: &mut Tx, memory: &Memory, datastream: i64, class: Class) -> Result<Option<Extents>, DbError> {
    let Some((first, last)) = memory.mirror.with(datastream, |stream| stream.extent()).flatten() else {
        return Ok(None);
    };
    let reach = memory.reaches.get(datastream);
    if reach == Reach::default() {
        return Ok(Some(Extents { phenomenon: (first, last), result: (first, last) }));
    }
    let (early, late) = reach.result(class);
    let (mut end, mut result_last) = (i64::MIN, i64::MIN);
    each(tx, memory, datastream, Order::Descending, |row| {
        // Whatever lies before this row ends before what is known, and its result came before.
        let can = row.t.saturating_add(reach.end(class)) > end || row.t.saturating_add(late) > result_last;
        let seen = Seen { datastream, class, row };
        let (start, until) = seen.phenomenon_time();
        end = end.max(until.unwrap_or(start));
        result_last = result_last.max(seen.result_time(row.extra().as_ref()));
        can
    })?;
    let mut result_first = i64::MAX;
    each(tx, memory, datastream, Order::Ascending, |row| {
        let can = row.t.saturating_add(early) < result_first;
        let seen = Seen { datastream, class, row };
        result_first = result_first.min(seen.result_time(row.extra().as_ref()));
        can
    })?;
    Ok(Some(Extents { phenomenon: (first, end.max(last)), result: (result_first, result_last) }))
}

/// Shows rows to `f` from one end on, until it answers `false`; a bounded number.
pub fn each(
    tx: &mut Tx,
    memory: &Memory,
    datastream: i64,
    order: Order,
    f: impl FnMut(&Row) -> bool,
) -> Result<bool, DbError> {
    each_of(tx, memory, datastream, Span::ALL, order, f)
}

/// As [`each`], of a span. Answers whether all there were were shown, or as many as `f` wanted.
pub fn each_of(
    tx: &mut Tx,
    memory: &Memory,
    datastream: i64,
    mut span: Span,
    order: Order,
    mut f: impl FnMut(&Row) -> bool,
) -> Result<bool, DbError> {
    let mut left = MOST;
    while left > 0 {
        let hot = memory.mirror.with(datastream, |stream| match order {
            Order::Ascending => stream.first_of(span, PAGE),
            Order::Descending => stream.last_of(span, PAGE),
        });
        let rows = scan(tx, datastream, span, order, PAGE, &Hot(hot.unwrap_or_default()))?;
        for row in &rows {
            if !f(row) {
                return Ok(true);
            }
        }
        let Some(last) = rows.last().map(Row::key).filter(|_| rows.len() == PAGE) else { return Ok(true) };
        match order {
            Order::Ascending => span.from = last.next(),
            Order::Descending => span.to = last,
        }
        left = left.saturating_sub(PAGE);
    }
    Ok(false)
}
