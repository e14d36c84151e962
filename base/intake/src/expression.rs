//! An expression of a feed file and what it may look at: the record, what stands above it, named values.
//!
//! `if(valid == 'Y', 'valid', 'suspect')`, `time(concat(/date, ' ', ../../period_to))`. A path is a bare word; one with
//! spaces or other signs stands in backticks. Operators stand between spaces, since a path may hold their signs.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde_json::Value as Json;
use vocab::Time;

use crate::decode::Entry;

mod evaluate;
mod parse;

pub(crate) use evaluate::read_time;

/// A compiled expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression(Tree);

impl Default for Expression {
    /// Gives nothing.
    fn default() -> Expression {
        Expression(Tree::Constant(Json::Null))
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Tree {
    Constant(Json),
    Path(String),
    Not(Box<Tree>),
    Both(Box<Tree>, Box<Tree>),
    Either(Box<Tree>, Box<Tree>),
    Compare(Comparison, Box<Tree>, Box<Tree>),
    Reckon(Reckoning, Box<Tree>, Box<Tree>),
    Call(Function, Vec<Tree>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Different,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reckoning {
    Plus,
    Minus,
    Times,
    Over,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    /// `if(condition, then, else)`.
    If,
    /// The first argument that is something.
    Coalesce,
    /// All arguments as one text.
    Concat,
    /// A list's items as one text: `join(list, ' ')`.
    Join,
    /// `replace(text, from, to)`, every time.
    Replace,
    /// `choose(x, a, A, b, B, otherwise)`.
    Choose,
    /// `part(text, separator, n)`, from 0.
    Part,
    Contains,
    StartsWith,
    Number,
    Text,
    Trim,
    Lower,
    /// A text without markup: tags become spaces.
    Plain,
    /// Items of a list; nothing counts 0, anything else 1.
    Count,
    /// The keys of an object, as a list; `keys(object, field, value)` without those whose field has that value.
    Keys,
    /// `time(text)` or `time(text, form)`, form as in strptime. Without an offset in the feed's zone.
    Time,
    /// When the answer was had.
    Received,
    /// What must be there, if only as an empty text: without it the record is not of the form we know.
    Required,
    /// `line('10.1,50.2,3 10.2,50.3,4')`: positions as KML writes them, as a GeoJSON line.
    Line,
}

/// What an expression gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Json(Json),
    Time(Time),
}

/// What an expression sees.
pub struct Scope<'a> {
    pub entry: Entry<'a>,
    pub parameters: &'a BTreeMap<String, String>,
    pub lets: Vec<Let<'a>>,
    pub received: Time,
    pub zone: &'a TimeZone,
}

/// A named expression: evaluated when it is first asked for, and once.
pub struct Let<'a> {
    name: &'a str,
    expression: &'a Expression,
    value: OnceCell<Result<Outcome, String>>,
}

impl<'a> Let<'a> {
    pub fn new(name: &'a str, expression: &'a Expression) -> Let<'a> {
        Let { name, expression, value: OnceCell::new() }
    }

    fn value(&self, scope: &Scope) -> Result<Outcome, String> {
        // It sees the record and not its fellows, so none can ask for itself.
        let alone = || {
            let Scope { entry, parameters, received, zone, .. } = *scope;
            self.expression.value(&Scope { entry, parameters, lets: Vec::new(), received, zone })
        };
        self.value.get_or_init(alone).clone().map_err(|e| format!("${}: {e}", self.name))
    }
}

impl Expression {
    /// # Errors
    /// The character at which it stops making sense, from 0, and why.
    pub fn compile(text: &str) -> Result<Expression, (usize, String)> {
        parse::parse(text).map(Expression)
    }

    /// # Errors
    /// What could not be reckoned with, for the quarantine.
    pub fn value(&self, scope: &Scope) -> Result<Outcome, String> {
        self.0.value(scope)
    }

    /// The names that the expression looks for in its record or, with `$`, beside it. Those of which `coalesce` takes the
    /// first that is something may each be absent, so they are not among them.
    pub fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.0.names(&mut names);
        names
    }
}

impl Tree {
    fn names<'t>(&'t self, out: &mut Vec<&'t str>) {
        match self {
            Tree::Constant(_) | Tree::Call(Function::Coalesce, _) => {}
            Tree::Path(path) => out.push(path.strip_prefix("./").unwrap_or(path)),
            Tree::Not(inner) => inner.names(out),
            Tree::Both(a, b) | Tree::Either(a, b) | Tree::Compare(_, a, b) | Tree::Reckon(_, a, b) => {
                a.names(out);
                b.names(out);
            }
            Tree::Call(_, arguments) => arguments.iter().for_each(|tree| tree.names(out)),
        }
    }
}

impl Scope<'_> {
    /// What stands at a path: `a/b` in the record, `../a` one level above it, `/a` from the root, `.` the record itself,
    /// `#key` the key it stands under, `$name` a named value or a parameter of the address.
    fn value_at(&self, path: &str) -> Result<Outcome, String> {
        if let Some(name) = path.strip_prefix('$') {
            return match self.lets.iter().find(|l| l.name == name) {
                Some(named) => named.value(self),
                None => {
                    Ok(Outcome::Json(self.parameters.get(name).map_or(Json::Null, |v| v.as_str().into())))
                }
            };
        }
        Ok(Outcome::Json(self.look_up(path).unwrap_or_default()))
    }

    fn look_up(&self, path: &str) -> Option<Json> {
        if path == "#key" {
            return self.entry.key.map(Json::from);
        }
        let parents = self.entry.parents;
        let (mut at, rest) = match path.strip_prefix('/') {
            Some(rest) => (parents.first().copied().unwrap_or(self.entry.record), rest),
            None => {
                let mut rest = path;
                let mut up = 0;
                while let Some(shorter) = rest.strip_prefix("..") {
                    up += 1;
                    rest = shorter.strip_prefix('/').unwrap_or(shorter);
                }
                let level = parents.len().checked_sub(up)?;
                (parents.get(level).copied().unwrap_or(self.entry.record), rest)
            }
        };
        // A name in backticks may hold a slash.
        if let Some(found) = at.get(rest.strip_prefix("./").unwrap_or(rest)) {
            return Some(found.clone());
        }
        for step in rest.split('/').filter(|step| !step.is_empty() && *step != ".") {
            at = match at {
                Json::Array(items) => items.get(step.parse::<usize>().ok()?)?,
                other => other.get(step)?,
            };
        }
        Some(at.clone())
    }
}

#[cfg(test)]
mod tests;
