//! What is gathered of one group, from rows or from summaries of many, and what is said of it in the end.

use serde_json::{Map, Value as Json, json};
use vocab::Quality;

use super::{Apply, Method};
use crate::query::scope::Val;
use crate::rollup::{QUALITIES, Summary};

/// When a number was observed, and by which datastream where two were at once.
pub type When = (i64, i64, i64);

/// Numbers along one path.
#[derive(Debug, Clone, Default, PartialEq)]
struct Numbers {
    count: u64,
    sum: f64,
    min: f64,
    max: f64,
    first: Option<(When, f64)>,
    last: Option<(When, f64)>,
    /// All of them, where percentiles are asked for.
    all: Vec<f64>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Group {
    rows: u64,
    quality: [u64; QUALITIES],
    numbers: Vec<Numbers>,
}

impl Group {
    pub fn new(apply: &Apply) -> Group {
        Group { numbers: vec![Numbers::default(); apply.paths.len()], ..Group::default() }
    }

    /// Adds one row: a value for each of [`Apply::paths`].
    pub fn add(&mut self, apply: &Apply, when: When, quality: Option<Quality>, values: &[Val]) {
        self.rows += 1;
        if let Some(quality) = quality {
            self.quality[usize::from(quality.code())] += 1;
        }
        for (at, (numbers, value)) in self.numbers.iter_mut().zip(values).enumerate() {
            let number = match value {
                Val::Number(number) => *number,
                // As statistics of the store count them.
                Val::Bool(bool) => f64::from(u8::from(*bool)),
                _ => continue,
            };
            numbers.add(1, number, (number, number), ((when, number), (when, number)));
            let is_asked =
                |m: &super::Measure| m.path == Some(at) && matches!(m.method, Method::Percentile(_));
            if apply.measures.iter().any(is_asked) {
                numbers.all.push(number);
            }
        }
    }

    /// Adds a summary of the rows from `when` on; where there is a path at all, it is the result's.
    pub fn join(&mut self, when: When, summary: &Summary) {
        self.rows += summary.rows;
        for (mine, theirs) in self.quality.iter_mut().zip(summary.quality) {
            *mine += theirs;
        }
        if let (Some(numbers), true) = (self.numbers.first_mut(), summary.numbers > 0) {
            let ends = ((when, summary.first), (when, summary.last));
            numbers.add(summary.numbers, summary.sum, (summary.min, summary.max), ends);
        }
    }

    /// What a measure says of it.
    pub fn value(&mut self, path: Option<usize>, method: Method) -> Json {
        let rows = self.rows;
        let share = |of: u64| if rows == 0 { Json::Null } else { json!(of as f64 / rows as f64) };
        match method {
            Method::Rows => return rows.into(),
            Method::Share(Some(quality)) => return share(self.quality[usize::from(quality.code())]),
            Method::Share(None) => {
                let all = Quality::ALL.into_iter().zip(self.quality).filter(|(_, rows)| *rows > 0);
                let shares: Map<String, Json> =
                    all.map(|(quality, rows)| (quality.word().to_string(), share(rows))).collect();
                return Json::Object(shares);
            }
            _ => {}
        }
        let Some(numbers) = path.and_then(|at| self.numbers.get_mut(at)) else { return Json::Null };
        if method == Method::Count {
            return numbers.count.into();
        }
        if numbers.count == 0 {
            return Json::Null;
        }
        let number = match method {
            Method::Sum => numbers.sum,
            Method::Min => numbers.min,
            Method::Max => numbers.max,
            Method::Average => numbers.sum / numbers.count as f64,
            Method::First => numbers.first.map_or(f64::NAN, |(_, number)| number),
            Method::Last => numbers.last.map_or(f64::NAN, |(_, number)| number),
            Method::Percentile(share) => percentile(&mut numbers.all, share),
            Method::Rows | Method::Count | Method::Share(_) => f64::NAN,
        };
        json!(number)
    }
}

impl Numbers {
    fn add(
        &mut self,
        count: u64,
        sum: f64,
        (min, max): (f64, f64),
        (first, last): ((When, f64), (When, f64)),
    ) {
        if self.count == 0 {
            (self.min, self.max) = (min, max);
        }
        self.count += count;
        self.sum += sum;
        self.min = self.min.min(min);
        self.max = self.max.max(max);
        if self.first.is_none_or(|(when, _)| first.0 < when) {
            self.first = Some(first);
        }
        if self.last.is_none_or(|(when, _)| last.0 >= when) {
            self.last = Some(last);
        }
    }
}

/// Between the two numbers that stand beside the place, by the straight line that joins them.
fn percentile(all: &mut [f64], share: f64) -> f64 {
    all.sort_unstable_by(f64::total_cmp);
    let Some(last) = all.len().checked_sub(1) else { return f64::NAN };
    let place = share * last as f64;
    let below = (place.floor() as usize).min(last);
    let (low, high) = (all[below], all[(below + 1).min(last)]);
    low + (high - low) * (place - below as f64)
}

/// A key as the answer shows it.
pub fn json(value: &Val) -> Json {
    match value {
        Val::Null | Val::Many(_) | Val::Duration(_) => Json::Null,
        Val::Bool(bool) => (*bool).into(),
        // Ids and counts are whole.
        Val::Number(number) if number.fract() == 0.0 && number.abs() < 9.0e15 => (*number as i64).into(),
        Val::Number(number) => (*number).into(),
        Val::Text(text) => text.as_str().into(),
        Val::Times(start, end) => {
            let mut out = String::new();
            crate::observed::times::write_times(&mut out, *start, (end != start).then_some(*end));
            out.into()
        }
        Val::Json(json) => json.clone(),
    }
}

/// Puts a value where its path leads, as it stands in an entity.
pub fn put(row: &mut Map<String, Json>, path: &str, value: Json) {
    let name = |part: &str| if part == "id" { "@iot.id".to_string() } else { part.to_string() };
    match path.split_once('/') {
        None => drop(row.insert(name(path), value)),
        Some((first, rest)) => {
            let inner = row.entry(first).or_insert_with(|| Json::Object(Map::new()));
            if let Json::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}
