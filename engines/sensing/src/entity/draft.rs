//! An entity as somebody sends it: read from JSON, checked, with all that is nested in it.

use host::Problem;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use vocab::{Label, Lang, Slug, Text, Time};

use super::fields::{Field, Holds, field, fields};
use super::{Entity, Kind, Link, StreamFacts, languages, place};
use crate::api::problems::{BAD_ENTITY, BAD_OBSERVATION};
use crate::datastream::{Accepts, Class, Policy};
use crate::observed::Posted;

/// Entities within entities. A tree of the standard's model is four high where nothing goes round in it.
const DEPTH: usize = 6;
/// Bytes of one entity without what is nested in it: the boundary of a city in all detail takes half of it.
const BYTES: usize = 1 << 20;
/// Entities of one request.
const ENTITIES: usize = 10_000;

/// What a link of a draft leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    Id(i64),
    New(Box<Draft>),
    Observation(Box<Posted>),
}

/// What was said of an entity; what was not said is `None` or not there.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub kind: Kind,
    pub slug: Option<Slug>,
    pub name: Option<Text>,
    pub description: Option<Text>,
    pub body: Map<String, Json>,
    pub label: Option<Label>,
    pub feed: Option<String>,
    pub time: Option<Time>,
    pub stream: StreamDraft,
    pub links: Vec<(Link, Vec<Target>)>,
}

/// What was said of a datastream's rules.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamDraft {
    pub accepts: Option<Accepts>,
    pub policy: Option<Policy>,
    pub class: Option<Class>,
    pub retention: Option<String>,
    pub freshness_seconds: Option<i64>,
    pub meaning: Option<Text>,
}

/// What a request may leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// Everything that the standard wants.
    All,
    /// Only what changes.
    Some,
}

fn wrong(what: impl std::fmt::Display, hint: &str) -> Problem {
    Problem::new(&BAD_ENTITY, what.to_string()).hint(hint)
}

impl Draft {
    pub fn empty(kind: Kind) -> Draft {
        Draft {
            kind,
            slug: None,
            name: None,
            description: None,
            body: Map::new(),
            label: None,
            feed: None,
            time: None,
            stream: StreamDraft::default(),
            links: Vec::new(),
        }
    }

    /// Reads an entity and all that is nested in it.
    pub fn read(kind: Kind, json: Json, said: Said, languages: &[Lang]) -> Result<Draft, Problem> {
        let mut left = ENTITIES;
        Reader { languages, left: &mut left }.entity(kind, json, said, DEPTH)
    }

    /// The targets of one link.
    pub fn targets(&self, to: Kind) -> Option<&[Target]> {
        self.links.iter().find(|(link, _)| link.to == to).map(|(_, targets)| targets.as_slice())
    }
}

struct Reader<'a> {
    languages: &'a [Lang],
    left: &'a mut usize,
}

impl Reader<'_> {
    fn entity(&mut self, kind: Kind, json: Json, said: Said, depth: usize) -> Result<Draft, Problem> {
        let name = kind.name();
        let Json::Object(mut object) = json else {
            return Err(wrong(format!("a {name} is a JSON object"), "send {\"name\": …, …}"));
        };
        *self.left = self.left.checked_sub(1).ok_or_else(|| {
            wrong(format!("more than {ENTITIES} entities in one request"), "send them in several")
        })?;
        let mut draft = Draft::empty(kind);
        self.links(&mut draft, &mut object, depth)?;
        for (key, value) in object {
            // Control information: links, ids and counts of an answer that is sent back.
            if key.contains('@') {
                continue;
            }
            let field = field(kind, &key).ok_or_else(|| unknown(kind, &key))?;
            self.field(&mut draft, field, value)?;
        }
        let is_there = |field: &&Field| match field.holds {
            Holds::Words if field.name == "name" => draft.name.is_some(),
            Holds::Words => draft.description.is_some(),
            Holds::Time => draft.time.is_some(),
            _ => draft.body.contains_key(field.name),
        };
        let missing = fields(kind).iter().filter(|field| field.required).find(|field| !is_there(field));
        if let (Said::All, Some(field)) = (said, missing) {
            return Err(wrong(
                format!("this {name} has no {}", field.name),
                "the standard requires it; add it",
            ));
        }
        settings(&mut draft, self.languages)?;
        check_size(&draft)?;
        Ok(draft)
    }

    /// Takes everything that is a link out of `object`.
    fn links(
        &mut self,
        draft: &mut Draft,
        object: &mut Map<String, Json>,
        depth: usize,
    ) -> Result<(), Problem> {
        for link in draft.kind.links() {
            let Some(value) = object.shift_remove(link.name()) else { continue };
            let values = match value {
                Json::Array(values) if link.many => values,
                // The standard's own examples give a single one without its brackets.
                value @ Json::Object(_) => vec![value],
                Json::Null => continue,
                _ => {
                    let (of, to) = (draft.kind.name(), link.name());
                    return Err(wrong(
                        format!("{to} of a {of} is no entity"),
                        "give an object, or {\"@iot.id\": 1}",
                    ));
                }
            };
            let mut targets = Vec::with_capacity(values.len());
            for value in values {
                targets.push(self.target(*link, value, depth)?);
            }
            draft.links.push((*link, targets));
        }
        Ok(())
    }

    fn target(&mut self, link: Link, value: Json, depth: usize) -> Result<Target, Problem> {
        if let Some(id) = value.get("@iot.id") {
            let id = id.as_i64().or_else(|| id.as_str().and_then(|text| text.parse().ok()));
            let hint = "an id is a whole number, as our answers give it";
            return id
                .map(Target::Id)
                .ok_or_else(|| wrong(format!("the @iot.id of {} is none", link.name()), hint));
        }
        let depth = depth.checked_sub(1).ok_or_else(|| {
            wrong(
                format!("entities within entities more than {DEPTH} deep"),
                "make the outer ones first, and link to them",
            )
        })?;
        if link.to == Kind::Observation {
            let posted = Posted::deserialize(&value).map_err(|e| {
                Problem::new(&BAD_OBSERVATION, format!("an observation: {e}"))
                    .hint("send {\"phenomenonTime\": …, \"result\": …}")
            })?;
            return Ok(Target::Observation(Box::new(posted)));
        }
        self.entity(link.to, value, Said::All, depth).map(|draft| Target::New(Box::new(draft)))
    }

    fn field(&mut self, draft: &mut Draft, field: Field, value: Json) -> Result<(), Problem> {
        let name = field.name;
        let of = draft.kind.name();
        match (field.holds, value) {
            (Holds::Derived, _) => {}
            (Holds::Words, Json::String(text)) if !text.trim().is_empty() || name == "description" => {
                let first = self.languages.first();
                let text = first.map(|lang| Text::single(lang.clone(), text)).unwrap_or_default();
                if name == "name" { draft.name = Some(text) } else { draft.description = Some(text) }
            }
            (Holds::Words, _) => return Err(wrong(format!("{name} of this {of} is no text"), "send a text")),
            (Holds::Text, value @ Json::String(_)) => drop(draft.body.insert(name.into(), value)),
            (Holds::Text, _) => return Err(wrong(format!("{name} of this {of} is no text"), "send a text")),
            (Holds::Object, value @ Json::Object(_)) => drop(draft.body.insert(name.into(), value)),
            (Holds::Object, Json::Null) if !field.required => {}
            (Holds::Object, _) => {
                return Err(wrong(format!("{name} of this {of} is no JSON object"), "send {\"key\": …}"));
            }
            (Holds::Anything, Json::Null) => {
                return Err(wrong(format!("{name} of this {of} is null"), "send what it is"));
            }
            (Holds::Anything, value) => {
                if matches!(name, "location" | "feature") {
                    check_place(&value)?;
                }
                draft.body.insert(name.into(), value);
            }
            (Holds::Time, value) => {
                let time = value.as_str().and_then(|text| Time::parse(text).ok());
                let hint = "write it as 2026-11-24T09:30:00Z, in the years 1 to 9999";
                draft.time =
                    Some(time.ok_or_else(|| wrong(format!("{name} of this {of} is no time we keep"), hint))?);
            }
        }
        Ok(())
    }
}

fn check_size(draft: &Draft) -> Result<(), Problem> {
    let texts = [&draft.name, &draft.description].into_iter().flatten();
    let texts: usize = texts.flat_map(|text| text.iter()).map(|(_, words)| words.len()).sum();
    // Writing to a String cannot fail.
    let body = serde_json::to_string(&draft.body).map_or(0, |body| body.len());
    if texts + body <= BYTES {
        return Ok(());
    }
    let what = format!("this {} has {} bytes; {BYTES} are the most", draft.kind.name(), texts + body);
    Err(wrong(what, "keep files elsewhere, and link to them"))
}

fn unknown(kind: Kind, key: &str) -> Problem {
    let fields: Vec<&str> =
        fields(kind).iter().map(|f| f.name).chain(kind.links().iter().map(|l| l.name())).collect();
    let key: String = key.chars().take(60).collect();
    wrong(
        format!("a {} has no {key}", kind.name()),
        &format!("it has {}; put your own into properties", fields.join(", ")),
    )
}

/// GeoJSON says how a place is written; anything else is for the client that wrote it.
fn check_place(value: &Json) -> Result<(), Problem> {
    if value.get("type").is_none_or(|kind| !kind.is_string()) {
        return Ok(());
    }
    let hint = "send GeoJSON (RFC 7946): longitude -180..180 first, then latitude -90..90";
    place::check(value).map_err(|error| wrong(error, hint))
}

/// Reads what `properties` says to us: slug, label, feed, languages, a datastream's rules.
fn settings(draft: &mut Draft, languages: &[Lang]) -> Result<(), Problem> {
    if draft.kind == Kind::Datastream {
        draft.stream.accepts = draft.body.get("observationType").and_then(Json::as_str).map(accepts);
    }
    let Some(Json::Object(properties)) = draft.body.get_mut("properties") else { return Ok(()) };
    for (key, text) in [("name", &mut draft.name), ("description", &mut draft.description)] {
        let plain = text.as_ref().and_then(|text| text.iter().next()).map(|(_, text)| text.to_string());
        let all = languages::take(properties, key, plain.as_deref(), languages);
        if !all.is_empty() {
            *text = Some(all);
        }
    }
    let word = |key: &str| match properties.get(key) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(wrong(
            format!("properties.{key} is no text"),
            "send a text, or call your own property otherwise",
        )),
    };
    let slug = word("slug")?.map(Slug::new).transpose();
    draft.slug = slug.map_err(|e| wrong(e, "properties.slug is the entity's public name here"))?;
    draft.feed = word("feed")?.map(str::to_string);
    draft.label = match word("label")? {
        None => None,
        Some("public") => Some(Label::Public),
        Some("internal") => Some(Label::Internal),
        Some(_) => {
            return Err(wrong("properties.label is neither public nor internal", "send one of the two"));
        }
    };
    if draft.kind != Kind::Datastream {
        return Ok(());
    }
    let stream = &mut draft.stream;
    let choose =
        |key: &str, words: &str| wrong(format!("properties.{key} is none of {words}"), "send one of them");
    if let Some(text) = word("policy")? {
        let policy = Policy::from_word(text).ok_or_else(|| choose("policy", "first-wins, last-wins"))?;
        stream.policy = Some(policy);
    }
    if let Some(text) = word("class")? {
        let class = Class::from_word(text).ok_or_else(|| choose("class", "instant, interval, forecast"))?;
        stream.class = Some(class);
    }
    stream.retention = word("retention")?.map(str::to_string);
    stream.freshness_seconds = properties.get("freshness_seconds").and_then(Json::as_i64).filter(|n| *n >= 0);
    let meaning = languages::read(properties, "meaning");
    stream.meaning = (!meaning.is_empty()).then_some(meaning);
    Ok(())
}

/// What results a datastream takes, by its observation type (OGC 18-088, table 12).
fn accepts(observation_type: &str) -> Accepts {
    match observation_type.rsplit('/').next().unwrap_or_default() {
        "OM_Measurement" | "OM_CountObservation" => Accepts::Number,
        "OM_TruthObservation" => Accepts::Bool,
        "OM_CategoryObservation" => Accepts::Text,
        "OM_ComplexObservation" => Accepts::Json,
        _ => Accepts::Any,
    }
}

impl Draft {
    /// The entity this makes, with what was not said as it usually is.
    pub fn into_entity(self, id: i64, slug: Slug, mode: vocab::Mode, parents: Vec<i64>, now: Time) -> Entity {
        let stream = (self.kind == Kind::Datastream).then(|| {
            Box::new(StreamFacts {
                mode,
                accepts: self.stream.accepts.unwrap_or(Accepts::Any),
                policy: self.stream.policy.unwrap_or_default(),
                // Instants are intervals of no length: a client that knows nothing of classes may send both.
                class: self.stream.class.unwrap_or(Class::Interval),
                retention: self.stream.retention.unwrap_or_default(),
                freshness_seconds: self.stream.freshness_seconds.unwrap_or(0),
                meaning: self.stream.meaning.unwrap_or_default(),
            })
        });
        Entity {
            kind: self.kind,
            id,
            slug,
            name: self.name.unwrap_or_default(),
            description: self.description.unwrap_or_default(),
            body: self.body,
            label: self.label.unwrap_or_default(),
            feed: self.feed,
            created: self.time.unwrap_or(now),
            changed: self.time.unwrap_or(now),
            parents,
            stream,
        }
    }

    /// Puts what was said in the place of what was there. Mode, slug and class stay: they are part of what is
    /// stored already.
    pub fn onto(self, entity: &mut Entity, now: Time) {
        for (text, said) in [(&mut entity.name, self.name), (&mut entity.description, self.description)] {
            let said = said.unwrap_or_default();
            said.iter().for_each(|(lang, words)| text.insert(lang.clone(), words));
        }
        entity.body.extend(self.body);
        entity.label = self.label.unwrap_or(entity.label);
        entity.feed = self.feed.or(entity.feed.take());
        entity.changed = self.time.unwrap_or(now);
        if let Some(facts) = &mut entity.stream {
            facts.accepts = self.stream.accepts.unwrap_or(facts.accepts);
            facts.policy = self.stream.policy.unwrap_or(facts.policy);
            facts.freshness_seconds = self.stream.freshness_seconds.unwrap_or(facts.freshness_seconds);
            if let Some(retention) = self.stream.retention {
                facts.retention = retention;
            }
            if let Some(meaning) = self.stream.meaning {
                facts.meaning = meaning;
            }
        }
    }
}
