//! `$orderby`, and how values of any kind stand in an order.

use std::cmp::Ordering;

use host::Problem;

use super::scope::Val;
use crate::api::problems::BAD_QUERY;
use crate::entity::fields::field;
use crate::entity::{Kind, Link};

/// Properties to order by in one request.
const MOST: usize = 8;
/// Links along which one path may look; from any kind to any other it takes four.
const LINKS: usize = 5;

/// One property of `$orderby`.
#[derive(Debug, Clone, PartialEq)]
pub struct By {
    pub path: Vec<String>,
    pub descending: bool,
}

pub fn parse(text: &str, kind: Kind) -> Result<Vec<By>, Problem> {
    let wrong = |what: String, hint: &str| Problem::new(&BAD_QUERY, what).hint(hint);
    let mut all = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let mut words = part.split_whitespace();
        let path = words.next().unwrap_or_default();
        // Stock clients write them in capitals.
        let direction = words.next().map(str::to_ascii_lowercase);
        let descending = match (direction.as_deref(), words.next()) {
            (None | Some("asc"), None) => false,
            (Some("desc"), None) => true,
            _ => {
                return Err(wrong(
                    format!("$orderby={}", super::words::short(part)),
                    "write a property, and asc or desc",
                ));
            }
        };
        let path: Vec<String> =
            path.split('/').map(|p| if p == "@iot.id" { "id".into() } else { p.into() }).collect();
        let hint = "order by a property, or one along single links: Thing/name";
        let along = links(kind, &path).map_err(|what| wrong(what, hint))?;
        if let Some(link) = along.iter().find(|link| link.many) {
            return Err(wrong(format!("{} are many, and in no order themselves", link.name()), hint));
        }
        all.push(By { path, descending });
        if all.len() > MOST {
            return Err(wrong(format!("$orderby of more than {MOST} properties"), "order by fewer"));
        }
    }
    Ok(all)
}

/// The links along a path, and nothing where it leads to no property.
pub fn links(kind: Kind, path: &[String]) -> Result<Vec<Link>, String> {
    let (mut kind, mut found) = (kind, Vec::new());
    for part in path {
        match kind.link(part) {
            Some(link) if link.to == Kind::Observation => {
                return Err(format!(
                    "a condition on {} of a {} would look at all of them; ask the observations",
                    link.name(),
                    kind.name()
                ));
            }
            Some(_) if found.len() == LINKS => {
                return Err(format!("a path along more than {LINKS} links"));
            }
            Some(link) => {
                found.push(link);
                kind = link.to;
            }
            None if part == "id" || field(kind, part).is_some() => return Ok(found),
            None => {
                return Err(format!(
                    "a {} has no {}",
                    kind.name(),
                    part.chars().take(60).collect::<String>()
                ));
            }
        }
    }
    Err(format!("{} is an entity, not a property", path.join("/")))
}

/// Nothing first, then bools, numbers, times, durations, texts, and the rest.
pub fn compare(a: &Val, b: &Val) -> Ordering {
    let rank = |value: &Val| match value {
        Val::Null => 0,
        Val::Bool(_) => 1,
        Val::Number(_) => 2,
        Val::Times(..) => 3,
        Val::Duration(_) => 4,
        Val::Text(_) => 5,
        Val::Json(_) | Val::Many(_) => 6,
    };
    match (a, b) {
        (Val::Bool(a), Val::Bool(b)) => a.cmp(b),
        (Val::Number(a), Val::Number(b)) => a.total_cmp(b),
        (Val::Times(a, a_end), Val::Times(b, b_end)) => (a, a_end).cmp(&(b, b_end)),
        (Val::Duration(a), Val::Duration(b)) => a.cmp(b),
        (Val::Text(a), Val::Text(b)) => a.cmp(b),
        (Val::Json(a), Val::Json(b)) => a.to_string().cmp(&b.to_string()),
        _ => rank(a).cmp(&rank(b)),
    }
}

/// Compares by several properties, in their directions; equal ones are told apart by the caller.
pub fn compare_all(by: &[By], a: &[Val], b: &[Val]) -> Ordering {
    by.iter().zip(a.iter().zip(b)).fold(Ordering::Equal, |so_far, (by, (a, b))| {
        so_far.then_with(|| if by.descending { compare(a, b).reverse() } else { compare(a, b) })
    })
}
