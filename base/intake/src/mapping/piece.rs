//! What one record becomes.

use std::cell::Cell;

use serde_json::{Map, json};
use vocab::{Position, Quality, Value};

use super::*;
use crate::draft::{DatastreamFacts, DraftFeature, DraftMessage, Kind, MessageState};
use crate::expression::{Expression, Outcome, read_time};
use crate::feed::check::{
    Device, FeatureTemplate, MessageTemplate, ObservationTemplate, Place, Records, TextTemplate,
    ThingTemplate,
};

/// Stands between the parts of an outside key; no key holds it (ASCII unit separator).
pub(super) const BETWEEN: &str = "\u{1f}";

#[derive(Debug)]
pub(super) struct Piece {
    pub received: Time,
    pub things: Vec<DraftThing>,
    pub observations: Vec<Observed>,
    pub features: Vec<DraftFeature>,
    pub messages: Vec<DraftMessage>,
    /// Each new slug and the outside key it was made of.
    pub keys: Vec<(Slug, String)>,
}

#[derive(Debug)]
pub(super) struct Observed {
    pub slug: Slug,
    pub thing: Slug,
    /// Empty where the batch knows the datastream already.
    pub name: Text,
    pub facts: Arc<DatastreamFacts>,
    pub time: Time,
    pub value: Value,
    pub quality: Quality,
}

impl Piece {
    /// What is known already is not made again: of most feeds the same few things come with every record.
    pub fn of(records: &Records, scope: &Scope, context: &Context, known: &Known) -> Result<Piece, String> {
        let mut piece = Piece {
            received: scope.received,
            things: Vec::new(),
            observations: Vec::new(),
            features: Vec::new(),
            messages: Vec::new(),
            keys: Vec::new(),
        };
        let unwanted = records.when.as_ref().map(|e| truth(e, scope).map(|yes| !yes)).transpose();
        if unwanted.map_err(|e| format!("when: {e}"))? == Some(true) {
            return Ok(piece);
        }
        // Where a record should give more than a thing, a thing alone is not all of it.
        let only_things =
            records.observations.is_empty() && records.features.is_empty() && records.messages.is_empty();
        let applied = Cell::new(0);
        let wanted = |when: &Option<Expression>| -> Result<bool, String> {
            let yes =
                when.as_ref().map_or(Ok(true), |e| truth(e, scope).map_err(|e| format!("when: {e}")))?;
            applied.set(applied.get() + usize::from(yes));
            Ok(yes)
        };
        for template in &records.things {
            if wanted(&template.when)? {
                piece.thing(template, scope, context, known)?;
            }
        }
        if !only_things {
            applied.set(0);
        }
        for template in &records.observations {
            if wanted(&template.when)? {
                let key = &template.facts.key;
                piece.observation(template, scope, context, known).map_err(|e| format!("{key}: {e}"))?;
            }
        }
        for template in &records.features {
            if wanted(&template.when)? {
                piece.feature(template, scope, context, known)?;
            }
        }
        for template in &records.messages {
            if wanted(&template.when)? {
                piece.message(template, scope, context, known)?;
            }
        }
        if applied.get() == 0 { Err("no template of the feed file applies to it".into()) } else { Ok(piece) }
    }

    fn slug(&mut self, context: &Context, known: &Known, parts: &[&str]) -> Result<Slug, String> {
        let key = parts.join(BETWEEN);
        if let Some(slug) = known.slugs.get(&key) {
            return Ok(slug.clone());
        }
        let inside = parts.iter().map(|part| part.trim().replace('/', "-")).collect::<Vec<_>>().join("/");
        let slug = Slug::from_outside(&format!("{}/{inside}", context.feed.id)).map_err(|e| e.to_string())?;
        self.keys.push((slug.clone(), key));
        Ok(slug)
    }

    fn thing(
        &mut self,
        t: &ThingTemplate,
        scope: &Scope,
        context: &Context,
        known: &Known,
    ) -> Result<(), String> {
        let key = key(&t.key, scope)?;
        let slug = self.slug(context, known, &[&key])?;
        if t.only_if_new && known.things.contains_key(&slug) {
            return Ok(());
        }
        let mut properties = with_texts(properties(&t.properties, scope)?, &t.texts, scope)?;
        let devices: Vec<Json> = t
            .devices
            .iter()
            .filter_map(|index| context.feed.devices.get(*index))
            .map(|device| described(device, scope, context))
            .filter_map(Result::transpose)
            .collect::<Result<_, _>>()?;
        if !t.devices.is_empty() {
            properties.insert("devices".into(), devices.into());
        }
        let mut name = texts(&t.name, scope)?;
        if let (true, Some((lang, _))) = (name.is_empty(), t.name.first()) {
            name.insert(lang.clone(), key);
        }
        self.things.push(DraftThing {
            slug,
            name,
            description: texts(&t.description, scope)?,
            properties,
            position: t.place.as_ref().map(|p| position(p, scope, context)).transpose()?.flatten(),
            label: context.feed.label,
            only_if_new: t.only_if_new,
        });
        Ok(())
    }

    fn observation(
        &mut self,
        o: &ObservationTemplate,
        scope: &Scope,
        context: &Context,
        known: &Known,
    ) -> Result<(), String> {
        let key = key(&o.thing, scope)?;
        let thing = self.slug(context, known, &[&key])?;
        let part = o.part.as_ref().map(|e| self::key(e, scope)).transpose()?;
        let slug = match &part {
            None => self.slug(context, known, &[&key, &o.facts.key])?,
            Some(part) => self.slug(context, known, &[&key, part, &o.facts.key])?,
        };
        let result = o.result.value(scope)?;
        let (value, missing) = match result {
            Outcome::Json(json) if is_missing(&json, &o.missing) => (Value::Missing, true),
            outcome => (value(outcome, o.facts.kind)?, false),
        };
        let quality = match &o.quality {
            _ if missing => Quality::Missing,
            None => Quality::Valid,
            Some(expression) => {
                let word = text(expression, scope)?;
                let known = if word.is_empty() { Some(Quality::Valid) } else { Quality::from_word(&word) };
                known.ok_or_else(|| format!("\"{word}\" is no quality"))?
            }
        };
        let value = if quality == Quality::Missing { Value::Missing } else { value };
        let time = time(&o.time, scope)?.ok_or("it has no time")?;
        let name = match &part {
            _ if known.datastreams.contains_key(&slug) => Text::default(),
            None => o.facts.name.clone(),
            Some(part) => {
                let parts = texts(&o.part_name, scope)?;
                let joined = o.facts.name.iter().map(|(lang, name)| {
                    (lang.clone(), format!("{name} · {}", parts.get(lang).unwrap_or(part)))
                });
                Text::new(joined)
            }
        };
        self.observations.push(Observed { slug, thing, name, facts: o.facts.clone(), time, value, quality });
        Ok(())
    }

    fn feature(
        &mut self,
        f: &FeatureTemplate,
        scope: &Scope,
        context: &Context,
        known: &Known,
    ) -> Result<(), String> {
        let key = key(&f.key, scope)?;
        let slug = self.slug(context, known, &[&key])?;
        let geometry = match (&f.geometry, &f.place) {
            (Some(expression), _) => match expression.value(scope)? {
                Outcome::Json(mut geometry @ Json::Object(_)) if geometry["type"].is_string() => {
                    if let Some(epsg) = f.epsg {
                        project(&mut geometry, epsg, context)?;
                    }
                    geometry
                }
                _ => return Err("its geometry is no GeoJSON geometry".into()),
            },
            (None, Some(place)) => {
                let at = position(place, scope, context)?.ok_or("it has no place")?;
                json!({"type": "Point", "coordinates": [at.longitude, at.latitude]})
            }
            (None, None) => return Err("the template says no geometry".into()),
        };
        let name = texts(&f.name, scope)?;
        let properties = with_texts(properties(&f.properties, scope)?, &f.texts, scope)?;
        self.features.push(DraftFeature { slug, name, geometry, properties, label: context.feed.label });
        Ok(())
    }

    fn message(
        &mut self,
        m: &MessageTemplate,
        scope: &Scope,
        context: &Context,
        known: &Known,
    ) -> Result<(), String> {
        let key = key(&m.key, scope)?;
        let slug = self.slug(context, known, &[&key])?;
        let active = m.active.as_ref().map_or(Ok(true), |e| truth(e, scope))?;
        self.messages.push(DraftMessage {
            slug,
            title: texts(&m.title, scope)?,
            text: texts(&m.text, scope)?,
            at: time(&m.at, scope)?.ok_or("it has no time")?,
            until: m.until.as_ref().map(|e| time(e, scope)).transpose()?.flatten(),
            state: if active { MessageState::Active } else { MessageState::Over },
            position: m.place.as_ref().map(|p| position(p, scope, context)).transpose()?.flatten(),
            properties: properties(&m.properties, scope)?,
            label: context.feed.label,
        });
        Ok(())
    }
}

fn described(device: &Device, scope: &Scope, context: &Context) -> Result<Option<Json>, String> {
    let count = match value(device.count.value(scope)?, Kind::Number)? {
        Value::Number(n) if n >= 1.0 => n as i64,
        _ => return Ok(None),
    };
    Ok(Some(json!({
        "key": device.key,
        "name": device.name,
        "count": count,
        "collects": device.collects,
        "does_not_collect": device.does_not_collect,
        "retention": device.retention,
        "owner": device.owner.as_ref().unwrap_or(&context.feed.owner),
    })))
}

fn key(expression: &Expression, scope: &Scope) -> Result<String, String> {
    let key = text(expression, scope)?;
    if key.trim().is_empty() { Err("it has no key".into()) } else { Ok(key.trim().to_string()) }
}

fn text(expression: &Expression, scope: &Scope) -> Result<String, String> {
    match expression.value(scope)? {
        Outcome::Time(time) => Ok(time.iso()),
        Outcome::Json(Json::String(text)) => Ok(text),
        Outcome::Json(Json::Null) => Ok(String::new()),
        Outcome::Json(other) => Ok(other.to_string()),
    }
}

fn texts(template: &TextTemplate, scope: &Scope) -> Result<Text, String> {
    let mut out = Text::default();
    for (lang, expression) in template {
        let text = text(expression, scope)?;
        if !text.trim().is_empty() {
            out.insert(lang.clone(), text.trim());
        }
    }
    Ok(out)
}

fn properties(templates: &[(String, Expression)], scope: &Scope) -> Result<Map<String, Json>, String> {
    let mut out = Map::new();
    for (name, expression) in templates {
        match expression.value(scope).map_err(|e| format!("{name}: {e}"))? {
            Outcome::Json(Json::Null) => {}
            Outcome::Json(json) => drop(out.insert(name.clone(), json)),
            Outcome::Time(time) => drop(out.insert(name.clone(), time.iso().into())),
        }
    }
    Ok(out)
}

/// With the texts too that the record has in any language.
fn with_texts(
    mut properties: Map<String, Json>,
    templates: &[(String, TextTemplate)],
    scope: &Scope,
) -> Result<Map<String, Json>, String> {
    for (name, template) in templates {
        let text = texts(template, scope)?;
        if !text.is_empty() {
            properties.insert(name.clone(), json!(text));
        }
    }
    Ok(properties)
}

fn truth(expression: &Expression, scope: &Scope) -> Result<bool, String> {
    match expression.value(scope)? {
        Outcome::Json(Json::Bool(yes)) => Ok(yes),
        Outcome::Json(Json::Null) => Ok(false),
        other => Err(format!("{} is neither true nor false", shown(&other))),
    }
}

/// A time; one without a zone is read in the feed's. Nothing where there is nothing.
pub(super) fn time(expression: &Expression, scope: &Scope) -> Result<Option<Time>, String> {
    match expression.value(scope)? {
        Outcome::Time(time) => Ok(Some(time)),
        Outcome::Json(Json::Null) => Ok(None),
        Outcome::Json(Json::String(text)) if text.trim().is_empty() => Ok(None),
        Outcome::Json(Json::String(text)) => read_time(&text, scope.zone).map(Some),
        other => Err(format!("{} is not a time", shown(&other))),
    }
}

fn number(expression: &Expression, scope: &Scope) -> Result<Option<f64>, String> {
    match expression.value(scope)? {
        Outcome::Json(Json::Null) => Ok(None),
        Outcome::Json(Json::String(text)) if text.trim().is_empty() => Ok(None),
        outcome => Ok(value(outcome, Kind::Number)?.number()),
    }
}

/// Every position of a GeoJSON geometry from metres of a grid to degrees. Heights stay.
fn project(geometry: &mut Json, epsg: u32, context: &Context) -> Result<(), String> {
    match geometry {
        Json::Object(members) => {
            let inside =
                members.iter_mut().filter(|(name, _)| *name == "coordinates" || *name == "geometries");
            inside.map(|(_, inside)| inside).try_for_each(|inside| project(inside, epsg, context))
        }
        Json::Array(items) => match items.as_slice() {
            [Json::Number(x), Json::Number(y), ..] => {
                let at = x.as_f64().zip(y.as_f64()).and_then(|(x, y)| (context.project)(epsg, x, y));
                let (longitude, latitude) =
                    at.ok_or_else(|| format!("{x}, {y} is no place in EPSG:{epsg}"))?;
                items[0] = longitude.into();
                items[1] = latitude.into();
                Ok(())
            }
            _ => items.iter_mut().try_for_each(|item| project(item, epsg, context)),
        },
        _ => Ok(()),
    }
}

/// Nothing where a coordinate is missing; an error where it is no place.
fn position(place: &Place, scope: &Scope, context: &Context) -> Result<Option<Position>, String> {
    let (longitude, latitude) = match place {
        Place::Degrees { longitude, latitude } => (number(longitude, scope)?, number(latitude, scope)?),
        Place::Grid { epsg, easting, northing } => {
            match (number(easting, scope)?, number(northing, scope)?) {
                (Some(x), Some(y)) => {
                    let (longitude, latitude) = (context.project)(*epsg, x, y)
                        .ok_or_else(|| format!("{x}, {y} is no place in EPSG:{epsg}"))?;
                    (Some(longitude), Some(latitude))
                }
                _ => (None, None),
            }
        }
    };
    let (Some(longitude), Some(latitude)) = (longitude, latitude) else { return Ok(None) };
    // Where the Gulf of Guinea lies: in feeds it means "not known".
    if longitude == 0.0 && latitude == 0.0 {
        return Ok(None);
    }
    Position::new(longitude, latitude).map(Some).map_err(|e| e.to_string())
}

fn is_missing(json: &Json, marks: &[String]) -> bool {
    match json {
        Json::Null => true,
        Json::String(text) => text.trim().is_empty() || marks.iter().any(|m| m == text.trim()),
        Json::Number(n) => marks.iter().any(|m| m.parse::<f64>().is_ok_and(|m| Some(m) == n.as_f64())),
        _ => false,
    }
}

fn value(outcome: Outcome, kind: Kind) -> Result<Value, String> {
    let refuse = |what: &str, outcome: &Outcome| Err(format!("{} is not {what}", shown(outcome)));
    match (kind, outcome) {
        (Kind::Number, Outcome::Json(Json::Number(n))) => match n.as_f64() {
            Some(n) => Ok(Value::Number(n)),
            None => refuse("a number we can keep", &Outcome::Json(n.into())),
        },
        (Kind::Number, Outcome::Json(Json::String(text))) => match text.trim().parse::<f64>() {
            Ok(n) if n.is_finite() => Ok(Value::Number(n)),
            _ => refuse("a number", &Outcome::Json(text.into())),
        },
        (Kind::Number, other) => refuse("a number", &other),
        (Kind::Bool, Outcome::Json(Json::Bool(b))) => Ok(Value::Bool(b)),
        (Kind::Bool, other) => refuse("true or false", &other),
        (Kind::Text, Outcome::Json(Json::String(text))) => Ok(Value::Text(text)),
        (Kind::Text, Outcome::Json(json @ (Json::Number(_) | Json::Bool(_)))) => {
            Ok(Value::Text(json.to_string()))
        }
        (Kind::Text | Kind::Json, Outcome::Time(time)) => Ok(Value::Text(time.iso())),
        (Kind::Text, other) => refuse("a text", &other),
        (Kind::Json, Outcome::Json(json)) => Ok(Value::Json(json)),
    }
}

fn shown(outcome: &Outcome) -> String {
    let text = match outcome {
        Outcome::Json(json) => json.to_string(),
        Outcome::Time(time) => time.iso(),
    };
    // Enough to recognise it by.
    text.chars().take(80).collect()
}
