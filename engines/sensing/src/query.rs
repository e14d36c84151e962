//! What a request asks of a collection: the query options of SensorThings (OGC 18-088, 9.3), read and checked.

use host::Problem;
use vocab::Time;

use crate::api::problems::{BAD_QUERY, TOO_DEEP, TOO_MUCH};
use crate::entity::fields::field;
use crate::entity::{Kind, Link};

pub mod apply;
pub mod decimate;
pub mod filter;
pub mod order;
pub mod scope;
pub mod shape;
pub mod token;
pub mod words;

use apply::Apply;
use filter::Filter;
use order::By;

/// Entities of a page where nobody says how many.
pub const TOP: usize = 100;
/// Entities of a page at most; who asks for more gets a link to the rest.
pub const TOP_MAX: usize = 10_000;
/// Entities to leave out at most: each is looked at all the same.
const SKIP_MAX: usize = 100_000;
/// `$expand` within `$expand`; from any kind to any other it takes four.
const DEPTH: usize = 5;
/// Links expanded in one request, each a statement for every page.
const EXPANDED: usize = 40;

/// `$resultFormat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    #[default]
    Json,
    DataArray,
    Csv,
    GeoJson,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    pub filter: Option<Filter>,
    pub expand: Vec<(Link, Query)>,
    /// Fields and links by name, `id` for `@iot.id`.
    pub select: Option<Vec<String>>,
    pub order: Vec<By>,
    pub top: Option<usize>,
    pub skip: usize,
    pub count: bool,
    pub token: Option<String>,
    pub format: Format,
    pub apply: Option<Apply>,
    /// Points of a series at most.
    pub decimation: Option<usize>,
    /// The options as they were, for links to the next page.
    given: Vec<(String, String)>,
}

fn wrong(what: impl Into<String>, hint: &str) -> Problem {
    Problem::new(&BAD_QUERY, what).hint(hint)
}

impl Query {
    /// Reads what follows the `?` of an address that leads to `kind`.
    pub fn parse(text: &str, kind: Kind) -> Result<Query, Problem> {
        let mut options = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (words::decoded(name), words::decoded(value));
            let (Some(name), Some(value)) = (name, value) else {
                return Err(wrong("the query is not UTF-8", "encode it as RFC 3986 says"));
            };
            // Options without a dollar are for others, as caches and clients add them.
            if name.starts_with('$') {
                options.push((name, value));
            }
        }
        let mut left = EXPANDED;
        Query::of_options(options, kind, DEPTH, &mut left)
    }

    fn of_options(
        options: Vec<(String, String)>,
        kind: Kind,
        depth: usize,
        left: &mut usize,
    ) -> Result<Query, Problem> {
        let mut query = Query::default();
        if options.iter().any(|(name, _)| name == "$apply") {
            query.read_apply(&options, kind)?;
            query.given = options;
            return Ok(query);
        }
        for (name, value) in &options {
            if options.iter().filter(|(other, _)| other == name).count() > 1 {
                return Err(wrong(format!("{} stands there twice", words::short(name)), "say it once"));
            }
            match name.as_str() {
                "$filter" => query.filter = Some(Filter::parse(value, kind)?),
                "$expand" => query.read_expand(value, kind, depth, left)?,
                "$select" => query.select = Some(read_select(value, kind)?),
                "$orderby" => query.order = order::parse(value, kind)?,
                "$top" => query.top = Some(number(name, value)?.min(TOP_MAX)),
                "$skip" => query.skip = skip(number(name, value)?)?,
                "$count" => {
                    let hint = "write $count=true or $count=false";
                    query.count =
                        value.parse().map_err(|_| wrong(format!("$count={}", words::short(value)), hint))?;
                }
                "$skiptoken" => query.token = Some(value.clone()),
                "$resultFormat" => query.format = format(value, kind)?,
                "$decimation" if kind == Kind::Observation => query.decimation = Some(points(value)?),
                other => {
                    let hint = "there are $filter, $expand, $select, $orderby, $top, $skip, $count, \
                                $resultFormat, $apply, and $decimation of Observations";
                    return Err(wrong(format!("there is no option {}", words::short(other)), hint));
                }
            }
        }
        if query.decimation.is_some() {
            let by_time = query.order.iter().all(|by| by.path == ["phenomenonTime"]) && query.order.len() < 2;
            if !by_time || query.top.is_some() || query.skip > 0 || query.token.is_some() {
                return Err(wrong(
                    "$decimation beside $top, $skip or an order other than of phenomenonTime",
                    "bound phenomenonTime in $filter; the answer is one page",
                ));
            }
        }
        query.given = options;
        Ok(query)
    }

    /// With groups the other options are of the groups.
    fn read_apply(&mut self, options: &[(String, String)], kind: Kind) -> Result<(), Problem> {
        for (name, value) in options.iter().filter(|(name, _)| name == "$apply") {
            if self.apply.is_some() {
                return Err(wrong(format!("{name} stands there twice"), "say it once"));
            }
            self.apply = Some(Apply::parse(value, kind)?);
        }
        for (name, value) in options.iter().filter(|(name, _)| name != "$apply") {
            match (name.as_str(), &mut self.apply) {
                ("$orderby", Some(apply)) => apply.order_by(value)?,
                ("$top", _) => self.top = Some(number(name, value)?),
                ("$skip", _) => self.skip = number(name, value)?,
                ("$count", _) => {
                    let hint = "write $count=true or $count=false";
                    self.count =
                        value.parse().map_err(|_| wrong(format!("$count={}", words::short(value)), hint))?;
                }
                ("$resultFormat", _) if value.eq_ignore_ascii_case("csv") => self.format = Format::Csv,
                _ => {
                    let hint = "groups take $orderby, $top, $skip, $count and $resultFormat=CSV; a condition stands \
                                within $apply: filter(…)/groupby(…)";
                    return Err(wrong(format!("{} beside $apply", words::short(name)), hint));
                }
            }
        }
        Ok(())
    }

    fn read_expand(&mut self, text: &str, kind: Kind, depth: usize, left: &mut usize) -> Result<(), Problem> {
        let Some(below) = depth.checked_sub(1) else {
            let what = format!("$expand goes more than {DEPTH} deep");
            return Err(Problem::new(&TOO_DEEP, what).hint("ask for the inner entities by their own links"));
        };
        for part in words::split(text, ',').map_err(|e| wrong(e, "close every bracket and quote"))? {
            *left = left.checked_sub(1).ok_or_else(|| {
                let what = format!("$expand of more than {EXPANDED} links");
                Problem::new(&TOO_DEEP, what).hint("ask for less at once")
            })?;
            let end = part.find(['/', '(']).unwrap_or(part.len());
            let (name, rest) = (part[..end].trim(), &part[end..]);
            let link = kind.link(name).ok_or_else(|| {
                let links: Vec<&str> = kind.links().iter().map(|link| link.name()).collect();
                wrong(
                    format!("a {} has no {} to expand", kind.name(), words::short(name)),
                    &format!("it has {}", links.join(", ")),
                )
            })?;
            // `A/B` is short for `A($expand=B)`.
            let options = match (rest.strip_prefix('/'), rest.strip_prefix('(')) {
                (Some(further), _) => vec![("$expand".to_string(), further.to_string())],
                (_, Some(inner)) => {
                    let inner = inner.trim_end().strip_suffix(')').ok_or_else(|| {
                        wrong(
                            format!("the brackets after {name} do not close at its end"),
                            "write Name($top=1;$select=id)",
                        )
                    })?;
                    let parts =
                        words::split(inner, ';').map_err(|e| wrong(e, "close every bracket and quote"))?;
                    let pair = |part: &str| {
                        let (name, value) = part.split_once('=').unwrap_or((part, ""));
                        (name.trim().to_string(), value.trim().to_string())
                    };
                    parts.into_iter().filter(|part| !part.trim().is_empty()).map(pair).collect()
                }
                _ => Vec::new(),
            };
            let inner = Query::of_options(options, link.to, below, left)?;
            let is_whole =
                inner.format != Format::Json || inner.apply.is_some() || inner.decimation.is_some();
            if is_whole || inner.token.is_some() {
                return Err(wrong(
                    format!("$resultFormat, $apply, $decimation or $skiptoken within the $expand of {name}"),
                    "leave it out",
                ));
            }
            match self.expand.iter_mut().find(|(known, _)| *known == link) {
                None => self.expand.push((link, inner)),
                // `A/B,A/C`: both are expanded in the one A.
                Some((_, known)) => known.join(inner),
            }
        }
        Ok(())
    }

    fn join(&mut self, other: Query) {
        for (link, query) in other.expand {
            match self.expand.iter_mut().find(|(known, _)| *known == link) {
                None => self.expand.push((link, query)),
                Some((_, known)) => known.join(query),
            }
        }
    }

    /// The first so many of all.
    pub fn first(top: usize) -> Query {
        Query { top: Some(top), ..Query::default() }
    }

    /// All that a condition is true of, with the values of these properties.
    pub fn looking(filter: Option<Filter>, order: Vec<By>) -> Query {
        Query { filter, order, ..Query::default() }
    }

    /// Tells its conditions what time it is.
    pub fn set_now(&mut self, now: Time) {
        self.filter.iter_mut().for_each(|filter| filter.set_now(now));
        let groups = self.apply.iter_mut().flat_map(|apply| &mut apply.filters);
        groups.for_each(|filter| filter.set_now(now));
        self.expand.iter_mut().for_each(|(_, below)| below.set_now(now));
    }

    /// Whether a condition is all that is said.
    pub fn is_filter_alone(&self) -> bool {
        self.filter.is_some() && self.given.len() == 1
    }

    /// Entities of a page.
    pub fn top(&self) -> usize {
        self.top.unwrap_or(TOP)
    }

    /// The same question from `token` on, as an address.
    pub fn next_link(&self, at: &str, token: &str) -> String {
        self.link(at, "$skiptoken", token)
    }

    /// The same question with so many left out, as an address.
    pub fn skip_link(&self, at: &str, skip: usize) -> String {
        self.link(at, "$skip", &skip.to_string())
    }

    fn link(&self, at: &str, further: &str, value: &str) -> String {
        let mut link = format!("{at}?");
        let given = self.given.iter().filter(|(name, _)| name != "$skip" && name != "$skiptoken");
        for (name, value) in given {
            link.push_str(name);
            link.push('=');
            words::encode(&mut link, value);
            link.push('&');
        }
        link.push_str(further);
        link.push('=');
        words::encode(&mut link, value);
        link
    }

    /// Whether a field is asked for.
    pub fn selects(&self, name: &str) -> bool {
        self.select.as_ref().is_none_or(|names| names.iter().any(|known| known == name))
    }
}

fn format(value: &str, kind: Kind) -> Result<Format, Problem> {
    match value.to_ascii_lowercase().as_str() {
        "dataarray" if kind == Kind::Observation => Ok(Format::DataArray),
        "csv" => Ok(Format::Csv),
        "geojson" => Ok(Format::GeoJson),
        "json" => Ok(Format::Json),
        _ => {
            let what = format!("$resultFormat={} of {}", words::short(value), kind.set());
            Err(wrong(what, "there are CSV, GeoJSON and, of Observations, dataArray"))
        }
    }
}

fn points(value: &str) -> Result<usize, Problem> {
    let points = number("$decimation", value)?;
    if (decimate::LEAST..=decimate::MOST).contains(&points) {
        return Ok(points);
    }
    let hint = format!("as many points as the chart has pixels: {} to {}", decimate::LEAST, decimate::MOST);
    Err(wrong(format!("$decimation={points}"), &hint))
}

fn skip(entities: usize) -> Result<usize, Problem> {
    if entities > SKIP_MAX {
        let what = format!("$skip={entities}; {SKIP_MAX} is the most");
        return Err(Problem::new(&TOO_MUCH, what)
            .hint("follow @iot.nextLink, or bound the id or the time in $filter"));
    }
    Ok(entities)
}

fn number(name: &str, value: &str) -> Result<usize, Problem> {
    let what = format!("{name}={}", value.chars().take(40).collect::<String>());
    value.parse().map_err(|_| wrong(what, "a whole number of 0 or more stands here"))
}

fn read_select(text: &str, kind: Kind) -> Result<Vec<String>, Problem> {
    let mut names = Vec::new();
    for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let name = if name == "@iot.id" { "id" } else { name };
        let head = name.split('/').next().unwrap_or(name);
        if head != "id" && field(kind, head).is_none() && kind.link(head).is_none() {
            let what = format!("a {} has no {}", kind.name(), head.chars().take(60).collect::<String>());
            return Err(wrong(what, "$select names fields and links of the entity"));
        }
        names.push(head.to_string());
    }
    Ok(names)
}

#[cfg(test)]
mod tests;
