//! `$apply`: groups and what is said of each, in the words of OData's extension for data aggregation 4.0. Buckets of time,
//! first and last, percentiles and shares of quality are ours.

use host::Problem;
use vocab::Quality;

use super::filter::Filter;
use super::{order, words};
use crate::api::problems::BAD_QUERY;
use crate::entity::Kind;

pub mod bucket;
pub mod group;

use bucket::Bucket;

/// Keys of a group, and things said of each.
const MOST: usize = 16;

/// What one group has in common.
#[derive(Debug, Clone, PartialEq)]
pub enum Key {
    Path(Vec<String>),
    /// A step of phenomenon time, and what it is called.
    Bucket(Bucket, String),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Method {
    /// All there are, whatever they hold.
    Rows,
    /// Those that hold a number.
    Count,
    Sum,
    Min,
    Max,
    Average,
    First,
    Last,
    /// 0.95 for p95; between two numbers by the straight line that joins them.
    Percentile(f64),
    /// Of the rows, how many in one have this quality; each quality where none is named.
    Share(Option<Quality>),
}

impl Method {
    fn of(word: &str) -> Option<Method> {
        Some(match word {
            "count" => Method::Count,
            "sum" => Method::Sum,
            "min" => Method::Min,
            "max" => Method::Max,
            "average" => Method::Average,
            "first" => Method::First,
            "last" => Method::Last,
            _ => {
                let digits = word.strip_prefix('p')?;
                let is_plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
                let percent: f64 = digits.parse().ok().filter(|p| is_plain && *p <= 100.0)?;
                Method::Percentile(percent / 100.0)
            }
        })
    }

    /// Whether roll-ups say it too.
    pub fn is_of_summary(self) -> bool {
        !matches!(self, Method::Percentile(_))
    }
}

/// Something said of each group.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// Which of [`Apply::paths`]; nothing for rows and qualities.
    pub path: Option<usize>,
    pub method: Method,
    pub alias: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Apply {
    /// Conditions of all `filter(…)`, of which all must be true.
    pub filters: Vec<Filter>,
    pub keys: Vec<Key>,
    pub measures: Vec<Measure>,
    /// What numbers are taken from.
    pub paths: Vec<Vec<String>>,
    /// Columns to order by, as they are called, and whether backwards.
    pub order: Vec<(String, bool)>,
}

fn wrong(what: impl Into<String>) -> Problem {
    Problem::new(&BAD_QUERY, format!("$apply: {}", what.into())).hint(
        "write filter(phenomenonTime ge 2026-01-01T00:00:00Z)/groupby((Datastream/@iot.id,\
         bucket(phenomenonTime,duration'PT1H') as hour),aggregate(result with average as mean,$count as rows))",
    )
}

fn path(text: &str) -> Vec<String> {
    text.split('/').map(|part| if part == "@iot.id" { "id".into() } else { part.to_string() }).collect()
}

/// `name(inner)`.
fn called<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.trim().strip_prefix(name)?.trim_start().strip_prefix('(')?.strip_suffix(')')
}

fn list(text: &str, separator: char) -> Result<Vec<&str>, Problem> {
    words::split(text, separator).map_err(wrong)
}

impl Apply {
    pub fn parse(text: &str, kind: Kind) -> Result<Apply, Problem> {
        let mut apply = Apply {
            filters: Vec::new(),
            keys: Vec::new(),
            measures: Vec::new(),
            paths: Vec::new(),
            order: Vec::new(),
        };
        let parts = list(text, '/')?;
        let Some((last, before)) = parts.split_last() else { return Err(wrong("it is empty")) };
        for part in before {
            let condition = called(part, "filter").ok_or_else(|| {
                wrong(format!("\"{}\" stands before the last step; only filter(…) can", words::short(part)))
            })?;
            apply.filters.push(Filter::parse(condition, kind)?);
            if apply.filters.len() > MOST {
                return Err(wrong(format!("more than {MOST} conditions")));
            }
        }
        if let Some(inner) = called(last, "groupby") {
            let halves = list(inner, ',')?;
            let (Some(keys), rest) = (halves.first(), halves.get(1..).unwrap_or_default()) else {
                return Err(wrong("groupby of nothing"));
            };
            let keys = keys.trim().strip_prefix('(').and_then(|keys| keys.strip_suffix(')'));
            let keys =
                keys.ok_or_else(|| wrong("the properties of groupby stand in brackets: groupby((…))"))?;
            for key in list(keys, ',')? {
                apply.key(key.trim(), kind)?;
            }
            match rest {
                [] => {}
                [measures] => {
                    let measures = called(measures, "aggregate")
                        .ok_or_else(|| wrong("after the properties of groupby there can be aggregate(…)"))?;
                    apply.measures(measures, kind)?;
                }
                _ => return Err(wrong("groupby has properties and one aggregate(…)")),
            }
        } else if let Some(inner) = called(last, "aggregate") {
            apply.measures(inner, kind)?;
        } else {
            return Err(wrong(format!("\"{}\" is neither groupby(…) nor aggregate(…)", words::short(last))));
        }
        let mut names = apply.columns();
        names.sort();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(wrong(format!("two columns are called {}", pair[0])));
        }
        Ok(apply)
    }

    /// What the columns of the answer are called, keys first.
    pub fn columns(&self) -> Vec<String> {
        let key = |key: &Key| match key {
            Key::Path(path) => path.join("/"),
            Key::Bucket(_, alias) => alias.clone(),
        };
        self.keys.iter().map(key).chain(self.measures.iter().map(|m| m.alias.clone())).collect()
    }

    /// The bucket of time that groups have in common, if any.
    pub fn bucket(&self) -> Option<&Bucket> {
        self.keys.iter().find_map(|key| if let Key::Bucket(bucket, _) = key { Some(bucket) } else { None })
    }

    fn key(&mut self, text: &str, kind: Kind) -> Result<(), Problem> {
        if self.keys.len() == MOST {
            return Err(wrong(format!("more than {MOST} properties")));
        }
        let (what, alias) = match text.rsplit_once(" as ") {
            Some((what, alias)) => (what.trim(), Some(named(alias)?)),
            None => (text, None),
        };
        if let Some(inner) = called(what, "bucket") {
            if kind != Kind::Observation || self.bucket().is_some() {
                return Err(wrong("one bucket(phenomenonTime,duration'…'), and of Observations"));
            }
            let bucket = match list(inner, ',')?.as_slice() {
                [time, width] if time.trim() == "phenomenonTime" => Bucket::parse(width.trim(), None),
                [time, width, zone] if time.trim() == "phenomenonTime" => {
                    Bucket::parse(width.trim(), Some(zone.trim()))
                }
                _ => Err("it is written bucket(phenomenonTime,duration'PT1H')".to_string()),
            };
            let alias = alias.unwrap_or_else(|| "phenomenonTime".into());
            self.keys.push(Key::Bucket(bucket.map_err(wrong)?, alias));
            return Ok(());
        }
        if alias.is_some() {
            return Err(wrong(format!("{} keeps its name; only a bucket is given one", words::short(what))));
        }
        let path = single(what, kind)?;
        self.keys.push(Key::Path(path));
        Ok(())
    }

    fn measures(&mut self, text: &str, kind: Kind) -> Result<(), Problem> {
        for part in list(text, ',')? {
            if self.measures.len() == MOST {
                return Err(wrong(format!("more than {MOST} things said of each group")));
            }
            let part = part.trim();
            let (what, alias) = part
                .rsplit_once(" as ")
                .ok_or_else(|| wrong(format!("\"{}\" has no name; add: as name", words::short(part))))?;
            let alias = named(alias)?;
            let (path, method) = match what.trim().split_once(" with ") {
                None if what.trim() == "$count" => (None, Method::Rows),
                None => return Err(wrong(format!("\"{}\" does not say with what", words::short(what)))),
                Some((of, method)) => self.measure(of.trim(), method.trim(), kind)?,
            };
            self.measures.push(Measure { path, method, alias });
        }
        Ok(())
    }

    fn measure(&mut self, of: &str, method: &str, kind: Kind) -> Result<(Option<usize>, Method), Problem> {
        if method == "share" {
            let quality = match of.split_once('/') {
                _ if kind != Kind::Observation => None,
                None if of == "resultQuality" => Some(None),
                Some(("resultQuality", word)) => Quality::from_word(word).map(Some),
                _ => None,
            };
            let quality = quality.ok_or_else(|| {
                wrong("share is of resultQuality, or of one: resultQuality/valid with share as good")
            })?;
            return Ok((None, Method::Share(quality)));
        }
        let method = Method::of(method).ok_or_else(|| {
            wrong(format!(
                "there is no {}; there are count, sum, min, max, average, first, last, p50, p95, share",
                words::short(method)
            ))
        })?;
        let path = single(of, kind)?;
        let at = self.paths.iter().position(|known| *known == path).unwrap_or_else(|| {
            self.paths.push(path);
            self.paths.len() - 1
        });
        Ok((Some(at), method))
    }

    /// `$orderby` of the answer's own columns.
    pub fn order_by(&mut self, text: &str) -> Result<(), Problem> {
        let columns = self.columns();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, backwards) = match part.split_once(char::is_whitespace) {
                None => (part, false),
                Some((name, word)) if word.trim().eq_ignore_ascii_case("asc") => (name, false),
                Some((name, word)) if word.trim().eq_ignore_ascii_case("desc") => (name, true),
                Some(_) => return Err(wrong(format!("$orderby={}", words::short(part)))),
            };
            let name = path(name).join("/");
            if !columns.contains(&name) {
                return Err(wrong(format!("$orderby: the answer has no column {}", words::short(&name))));
            }
            self.order.push((name, backwards));
        }
        Ok(())
    }
}

/// A name of a column.
fn named(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let is_name = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && text.len() <= 60;
    is_name.then(|| text.to_string()).ok_or_else(|| wrong(format!("\"{}\" is no name", words::short(text))))
}

/// A path along single links to a property.
fn single(text: &str, kind: Kind) -> Result<Vec<String>, Problem> {
    let path = path(text);
    let links = order::links(kind, &path).map_err(wrong)?;
    match links.iter().find(|link| link.many) {
        Some(link) => Err(wrong(format!("{} are many; group by what is one", link.name()))),
        None => Ok(path),
    }
}

#[cfg(test)]
mod tests;
