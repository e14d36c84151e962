//! `$filter`: a condition in OData's words (OGC 18-088, 9.3.3.5), and what of it the store can use.

use host::Problem;
use vocab::Time;

use super::order;
use super::scope::{Scope, Val, Values};
use crate::api::problems::BAD_QUERY;
use crate::entity::fields::{Holds, field};
use crate::entity::{Kind, Link};

mod call;
mod evaluate;
mod read;

use call::Function;
pub use read::duration;

/// Characters of a condition.
const LENGTH: usize = 8_192;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    Literal(Val),
    Shape(super::shape::Shape),
    Path(Vec<String>),
    Not(Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Compare(Compare, Box<Expr>, Box<Expr>),
    Calculate(Arithmetic, Box<Expr>, Box<Expr>),
    Call(Function, Vec<Expr>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    expr: Expr,
    kind: Kind,
    /// What `now()` says.
    now: Time,
}

/// What a condition says of ids and times beside all else.
#[derive(Debug, Clone, PartialEq)]
pub struct Bounds {
    /// First and last id there can be.
    pub ids: (i64, i64),
    /// Start of the phenomenon time, from (in) and to (in), microseconds.
    pub times: (i64, i64),
    /// Those that single links must lead to.
    pub parents: Vec<(Kind, i64)>,
    /// There is no more to the condition than this. An upper bound of time says it of instants only.
    pub is_all: bool,
}

impl Default for Bounds {
    fn default() -> Bounds {
        let all = (i64::MIN, i64::MAX);
        Bounds { ids: all, times: all, parents: Vec::new(), is_all: true }
    }
}

impl Filter {
    pub fn parse(text: &str, kind: Kind) -> Result<Filter, Problem> {
        let wrong = |what: String| {
            Problem::new(&BAD_QUERY, format!("$filter: {what}"))
                .hint("write it as result gt 5 and phenomenonTime ge 2026-11-24T00:00:00Z")
        };
        if text.len() > LENGTH {
            return Err(wrong(format!("it is longer than {LENGTH} characters")));
        }
        let expr = read::parse(text).map_err(wrong)?;
        if !expr.can_be_true(kind) {
            return Err(wrong("this is no condition, but a value".into()));
        }
        let filter = Filter { expr, kind, now: Time(0) };
        let mut paths = Vec::new();
        filter.expr.paths(&mut paths);
        for path in paths {
            order::links(kind, path).map_err(wrong)?;
        }
        Ok(filter)
    }

    /// A condition on values that have names of their own, of which each path begins with one.
    pub fn of_names(text: &str, names: &[&str]) -> Result<Filter, String> {
        if text.len() > LENGTH {
            return Err(format!("it is longer than {LENGTH} characters"));
        }
        let (expr, kind) = (read::parse(text)?, Kind::Observation);
        if !expr.can_be_true(kind) {
            return Err("this is no condition, but a value".into());
        }
        let mut paths = Vec::new();
        expr.paths(&mut paths);
        match paths.into_iter().find(|path| path.first().is_none_or(|name| !names.contains(&name.as_str()))) {
            Some(path) => Err(format!(
                "there is no {} here, but {}",
                super::words::short(&path.join("/")),
                names.join(", ")
            )),
            None => Ok(Filter { expr, kind, now: Time(0) }),
        }
    }

    /// Whether the condition is true of these values, at a time.
    pub fn is_true(&self, values: &dyn Values, now: Time) -> bool {
        evaluate::value(&self.expr, values, now) == Val::Bool(true)
    }

    /// The condition that all of these are true.
    pub fn all(filters: &[Filter]) -> Option<Filter> {
        filters.iter().cloned().reduce(|a, b| Filter {
            expr: Expr::And(Box::new(a.expr), Box::new(b.expr)),
            kind: a.kind,
            now: a.now,
        })
    }

    /// Of a condition on observations, what it says of their datastream alone (as a condition on that), and the rest.
    pub fn split_by_stream(self) -> (Option<Filter>, Option<Filter>) {
        let (mut of_stream, mut rest) = (Vec::new(), Vec::new());
        let mut open = vec![self.expr];
        while let Some(expr) = open.pop() {
            let mut expr = match expr {
                Expr::And(a, b) => {
                    open.extend([*b, *a]);
                    continue;
                }
                other => other,
            };
            let mut paths = Vec::new();
            expr.paths(&mut paths);
            let is_of_stream = !paths.is_empty()
                && paths.iter().all(|path| path.len() > 1 && path[0] == Kind::Datastream.name());
            let (kind, now) = (self.kind, self.now);
            if is_of_stream {
                expr.drop_first();
                of_stream.push(Filter { expr, kind: Kind::Datastream, now });
            } else {
                rest.push(Filter { expr, kind, now });
            }
        }
        (Filter::all(&of_stream), Filter::all(&rest))
    }

    /// Tells the condition what time it is.
    pub fn set_now(&mut self, now: Time) {
        self.now = now;
    }

    /// The links along which the condition looks.
    pub fn links(&self) -> Vec<Vec<Link>> {
        let mut paths = Vec::new();
        self.expr.paths(&mut paths);
        let links = paths.into_iter().filter_map(|path| order::links(self.kind, path).ok());
        links.filter(|links| !links.is_empty()).collect()
    }

    /// Whether a property of the entity itself stands in the condition.
    pub fn mentions(&self, name: &str) -> bool {
        let mut paths = Vec::new();
        self.expr.paths(&mut paths);
        paths.iter().any(|path| path.first().is_some_and(|first| first == name))
    }

    /// Whether the condition is true. What it cannot compare is false.
    pub fn accepts(&self, scope: &Scope) -> Result<bool, Problem> {
        Ok(evaluate::value(&self.expr, scope, self.now) == Val::Bool(true))
    }

    pub fn bounds(&self) -> Bounds {
        let mut bounds = Bounds::default();
        self.expr.bounds(&mut bounds);
        bounds
    }
}

impl Expr {
    /// Whether it can be true or false of an entity of this kind.
    fn can_be_true(&self, kind: Kind) -> bool {
        match self {
            Expr::Literal(value) => matches!(value, Val::Bool(_) | Val::Null),
            // Only what stands in properties, parameters or a result may be a bool.
            Expr::Path(path) => path.len() > 1 || !path.iter().any(|name| is_no_bool(kind, name)),
            Expr::Shape(_) | Expr::Calculate(..) => false,
            Expr::Not(inner) => inner.can_be_true(kind),
            Expr::And(a, b) | Expr::Or(a, b) => a.can_be_true(kind) && b.can_be_true(kind),
            Expr::Compare(..) => true,
            Expr::Call(function, _) => function.is_condition(),
        }
    }

    /// Drops the first part of every path.
    fn drop_first(&mut self) {
        match self {
            Expr::Path(path) => drop(path.remove(0)),
            Expr::Not(a) => a.drop_first(),
            Expr::And(a, b) | Expr::Or(a, b) | Expr::Compare(_, a, b) | Expr::Calculate(_, a, b) => {
                a.drop_first();
                b.drop_first();
            }
            Expr::Call(_, arguments) => arguments.iter_mut().for_each(Expr::drop_first),
            Expr::Literal(_) | Expr::Shape(_) => {}
        }
    }

    fn paths<'a>(&'a self, found: &mut Vec<&'a [String]>) {
        match self {
            Expr::Path(path) => found.push(path),
            Expr::Not(a) => a.paths(found),
            Expr::And(a, b) | Expr::Or(a, b) | Expr::Compare(_, a, b) | Expr::Calculate(_, a, b) => {
                a.paths(found);
                b.paths(found);
            }
            Expr::Call(_, arguments) => arguments.iter().for_each(|argument| argument.paths(found)),
            Expr::Literal(_) | Expr::Shape(_) => {}
        }
    }

    /// Narrows `bounds` by what must be true for the whole to be.
    fn bounds(&self, bounds: &mut Bounds) {
        match self {
            Expr::And(a, b) => {
                a.bounds(bounds);
                b.bounds(bounds);
            }
            Expr::Compare(compare, a, b) => match (&**a, &**b) {
                (Expr::Path(path), Expr::Literal(value)) => bound(bounds, path, *compare, value),
                (Expr::Literal(value), Expr::Path(path)) => bound(bounds, path, compare.turned(), value),
                _ => bounds.is_all = false,
            },
            _ => bounds.is_all = false,
        }
    }
}

fn is_no_bool(kind: Kind, name: &str) -> bool {
    name == "id" || field(kind, name).is_some_and(|field| field.holds != Holds::Anything)
}

impl Compare {
    /// The same with its sides exchanged.
    fn turned(self) -> Compare {
        match self {
            Compare::Less => Compare::Greater,
            Compare::LessOrEqual => Compare::GreaterOrEqual,
            Compare::Greater => Compare::Less,
            Compare::GreaterOrEqual => Compare::LessOrEqual,
            same => same,
        }
    }
}

fn bound(bounds: &mut Bounds, path: &[String], compare: Compare, value: &Val) {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    match (names.as_slice(), value) {
        (["id"], Val::Number(number)) if number.fract() == 0.0 => {
            narrow(&mut bounds.ids, compare, *number as i64, &mut bounds.is_all);
        }
        (["phenomenonTime"], Val::Times(start, end)) if start == end => {
            narrow(&mut bounds.times, compare, *start, &mut bounds.is_all);
        }
        ([link, "id"], Val::Number(number)) if compare == Compare::Equal => {
            // Known to lead to a single entity only where the names say so; a set's name ends otherwise.
            match Kind::ALL.into_iter().find(|kind| kind.name() == *link) {
                Some(kind) => bounds.parents.push((kind, *number as i64)),
                None => bounds.is_all = false,
            }
        }
        _ => bounds.is_all = false,
    }
}

fn narrow((low, high): &mut (i64, i64), compare: Compare, value: i64, is_all: &mut bool) {
    match compare {
        Compare::Equal => (*low, *high) = ((*low).max(value), (*high).min(value)),
        Compare::Less => *high = (*high).min(value.saturating_sub(1)),
        Compare::LessOrEqual => *high = (*high).min(value),
        Compare::Greater => *low = (*low).max(value.saturating_add(1)),
        Compare::GreaterOrEqual => *low = (*low).max(value),
        Compare::NotEqual => *is_all = false,
    }
}

#[cfg(test)]
mod tests;
