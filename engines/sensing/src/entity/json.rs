//! Entities as SensorThings writes them (OGC 18-088, 8.2 and 9.3).

use std::fmt::Write as _;

use serde_json::{Map, Value as Json};
use vocab::Lang;

use super::fields::{Holds, fields};
use super::tree::{Branch, Item, Node, Page};
use super::{Entity, Kind, languages, place};
use crate::observed::times;
use crate::observed::writing::Shown;
use crate::query::Query;
use crate::reach::Extents;

/// What the store knows of a datastream beyond its row.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Derived {
    pub extents: Option<Extents>,
    pub area: Option<place::Extent>,
}

/// What is known of every datastream of an answer.
pub type AllDerived = std::collections::HashMap<i64, Derived>;

/// Writes answers.
pub struct Writer<'a> {
    /// Ends before `/Things`.
    pub base: &'a str,
    pub languages: &'a [Lang],
    pub derived: &'a AllDerived,
}

/// A text as JSON.
pub fn text(out: &mut String, text: &str) {
    // Most texts hold nothing that must be escaped.
    if text.bytes().all(|b| b >= b' ' && b != b'"' && b != b'\\') {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        let _ = write!(out, "{}", Json::from(text));
    }
}

impl Writer<'_> {
    /// The value of one property; `None` where the kind has it and this one does not.
    pub fn property(&self, entity: &Entity, name: &str) -> Option<Json> {
        match name {
            "id" | "@iot.id" => Some(entity.id.into()),
            "selfLink" | "@iot.selfLink" => {
                Some(self.self_link(&Item::Entity(Box::new(entity.clone()))).into())
            }
            "name" => Some(languages::plain(&entity.name, self.languages).into()),
            "description" => Some(languages::plain(&entity.description, self.languages).into()),
            "time" if entity.kind == Kind::HistoricalLocation => Some(entity.changed.iso().into()),
            "properties" => {
                let mut properties = match entity.body.get("properties") {
                    Some(Json::Object(properties)) => properties.clone(),
                    _ => Map::new(),
                };
                languages::add_others(&mut properties, "name", &entity.name, self.languages);
                languages::add_others(&mut properties, "description", &entity.description, self.languages);
                (!properties.is_empty()).then_some(Json::Object(properties))
            }
            "observedArea" => self.derived.get(&entity.id)?.area.map(place::area),
            "phenomenonTime" | "resultTime" => {
                let extents = self.derived.get(&entity.id)?.extents?;
                let (first, last) = if name == "resultTime" { extents.result } else { extents.phenomenon };
                let mut out = String::new();
                times::write_times(&mut out, first, Some(last));
                Some(out.into())
            }
            other => entity.body.get(other).cloned(),
        }
    }

    pub fn self_link(&self, item: &Item) -> String {
        format!("{}/{}({})", self.base, item.kind().set(), item.key())
    }

    /// Writes one entity with what is expanded in it.
    pub fn node(&self, out: &mut String, node: &Node, query: &Query) {
        let start = out.len();
        match &node.item {
            Item::Observation { .. } => {
                let chosen = query
                    .select
                    .as_ref()
                    .map(|names| names.iter().filter_map(|name| Shown::of(name)).collect::<Vec<Shown>>());
                if let Some(seen) = node.item.seen() {
                    seen.write_entity(out, self.base, chosen.as_deref());
                }
                if out.len() > start + 1 {
                    out.push(',');
                }
                self.navigation(out, &node.item, query);
            }
            Item::Entity(entity) => {
                out.push('{');
                self.fields(out, entity, query);
                self.navigation(out, &node.item, query);
            }
        }
        for ((link, below), branch) in query.expand.iter().zip(&node.branches) {
            let _ = write!(out, "\"{}\":", link.name());
            match branch {
                Branch::One(None) => out.push_str("null"),
                Branch::One(Some(one)) => self.node(out, one, below),
                Branch::Many(page) => {
                    self.nodes(out, page, below);
                    if let Some(count) = page.count {
                        let _ = write!(out, ",\"{}@iot.count\":{count}", link.name());
                    }
                    if let Some(token) = &page.next {
                        let at = format!("{}/{}", self.self_link(&node.item), link.name());
                        let _ = write!(out, ",\"{}@iot.nextLink\":", link.name());
                        text(out, &below.next_link(&at, token));
                    }
                }
            }
            out.push(',');
        }
        if out.ends_with(',') {
            out.pop();
        }
        out.push('}');
    }

    fn fields(&self, out: &mut String, entity: &Entity, query: &Query) {
        let chosen = |name: &str| query.select.as_ref().is_none_or(|names| names.iter().any(|n| n == name));
        if chosen("id") {
            let _ = write!(out, "\"@iot.id\":{},", entity.id);
        }
        if query.select.is_none() {
            let _ = write!(out, "\"@iot.selfLink\":\"{}/{}({})\",", self.base, entity.kind.set(), entity.id);
        }
        // In 1.0 things alone have properties (OGC 15-078r6, 8.2).
        let is_known =
            |name: &str| name != "properties" || entity.kind == Kind::Thing || !self.base.ends_with("/v1.0");
        let shown = fields(entity.kind).iter().filter(|field| chosen(field.name) && is_known(field.name));
        for field in shown {
            if field.holds == Holds::Words {
                let words = if field.name == "name" { &entity.name } else { &entity.description };
                let _ = write!(out, "\"{}\":", field.name);
                text(out, languages::plain(words, self.languages));
                out.push(',');
                continue;
            }
            match self.property(entity, field.name) {
                Some(value) => drop(write!(out, "\"{}\":{value},", field.name)),
                None if field.holds == Holds::Derived || query.select.is_none() => {}
                None => drop(write!(out, "\"{}\":null,", field.name)),
            }
        }
    }

    /// Links that are not expanded: all of them, or those that were chosen.
    fn navigation(&self, out: &mut String, item: &Item, query: &Query) {
        let kind = item.kind();
        for link in kind.links() {
            let wanted =
                query.select.as_ref().is_none_or(|names| names.iter().any(|name| name == link.name()));
            if wanted && !query.expand.iter().any(|(expanded, _)| expanded == link) {
                let (set, key, name) = (kind.set(), item.key(), link.name());
                let _ = write!(out, "\"{name}@iot.navigationLink\":\"{}/{set}({key})/{name}\",", self.base);
            }
        }
    }

    /// Writes the entities of a page as an array.
    pub fn nodes(&self, out: &mut String, page: &Page, query: &Query) {
        out.push('[');
        for (at, node) in page.nodes.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            self.node(out, node, query);
        }
        out.push(']');
    }

    /// Writes what stands before the values of a collection: count and next link. `at` is the collection's address.
    pub fn head(&self, out: &mut String, page: &Page, query: &Query, at: &str) {
        out.push('{');
        if let Some(count) = page.count {
            let _ = write!(out, "\"@iot.count\":{count},");
        }
        if let Some(token) = &page.next {
            out.push_str("\"@iot.nextLink\":");
            text(out, &query.next_link(at, token));
            out.push(',');
        }
    }

    /// Writes a collection.
    pub fn collection(&self, out: &mut String, page: &Page, query: &Query, at: &str) {
        self.head(out, page, query, at);
        out.push_str("\"value\":");
        self.nodes(out, page, query);
        out.push('}');
    }

    /// Writes the link of one entity.
    pub fn reference(&self, out: &mut String, node: &Node) {
        let _ = write!(out, "{{\"@iot.selfLink\":\"{}\"}}", self.self_link(&node.item));
    }

    /// Writes the links of a collection's entities.
    pub fn references(&self, out: &mut String, page: &Page, query: &Query, at: &str) {
        self.head(out, page, query, at);
        out.push_str("\"value\":[");
        for (at, node) in page.nodes.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            self.reference(out, node);
        }
        out.push_str("]}");
    }

    /// Writes observations as a dataArray (OGC 18-088, 12.1), one for each run of rows of one datastream.
    pub fn data_array(&self, out: &mut String, page: &Page, query: &Query, at: &str) {
        let chosen: Vec<Shown> = match &query.select {
            None => Shown::USUAL.to_vec(),
            Some(names) => names.iter().filter_map(|name| Shown::of(name)).collect(),
        };
        let components: Vec<String> = chosen.iter().map(|shown| format!("\"{}\"", shown.name())).collect();
        let components = components.join(",");
        self.head(out, page, query, at);
        out.push_str("\"value\":[");
        let of = |node: &Node| node.item.seen().map_or(0, |seen| seen.datastream);
        for (at, rows) in page.nodes.chunk_by(|a, b| of(a) == of(b)).enumerate() {
            let _ = write!(
                out,
                "{}{{\"Datastream@iot.navigationLink\":\"{}/Datastreams({})\",\"components\":[{components}],\
                 \"dataArray@iot.count\":{},\"dataArray\":[",
                if at > 0 { "," } else { "" },
                self.base,
                rows.first().map_or(0, of),
                rows.len()
            );
            for (at, row) in rows.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                if let Some(seen) = row.item.seen() {
                    seen.write_row(out, &chosen);
                }
            }
            out.push_str("]}");
        }
        out.push_str("]}");
    }
}
