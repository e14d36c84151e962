//! A feature that a feed brought: a bay, a closed road; and how the API shows it.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};

use intake::draft::DraftFeature;
use serde_json::{Map, Value as Json};
use vocab::{Caller, Label, Lang, Mode, Slug, Text, Time};

use crate::geometry::{self, Bounds, Geometry, Malformed};

/// One feature as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// 0 while it has none.
    pub id: i64,
    /// The feed it comes from.
    pub collection: String,
    /// `feed/key`.
    pub slug: Slug,
    pub name: Text,
    /// A GeoJSON geometry that [`geometry::read`] takes, kept as it came, with altitudes where it had them.
    pub geometry: String,
    /// A JSON object.
    pub properties: String,
    pub bounds: Bounds,
    pub label: Label,
    pub mode: Mode,
    /// When the feed was seen to say so first; in a replay, when the recording was made.
    pub changed: Time,
    /// When this program wrote it down.
    pub written: Time,
}

/// Whose eyes look. What is not public is shown to the operator only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    All,
    Public,
}

impl Sight {
    pub fn of(caller: &Caller) -> Sight {
        if *caller == Caller::Operator { Sight::All } else { Sight::Public }
    }

    pub fn sees(self, label: Label) -> bool {
        self == Sight::All || label == Label::Public
    }
}

impl Feature {
    /// Judges the geometry. Names in `properties` that the feature's own name would hide are left out.
    pub fn of(
        collection: &str,
        draft: DraftFeature,
        mode: Mode,
        changed: Time,
        written: Time,
    ) -> Result<Feature, Malformed> {
        let bounds = geometry::read(&draft.geometry)?.bounds();
        // A geometry that was read holds a position.
        let bounds = bounds.unwrap_or(Bounds { west: 0.0, south: 0.0, east: 0.0, north: 0.0 });
        let mut properties = draft.properties;
        if !draft.name.is_empty() {
            properties.retain(|key, _| !is_a_name(key));
        }
        Ok(Feature {
            id: 0,
            collection: collection.into(),
            slug: draft.slug,
            name: draft.name,
            geometry: draft.geometry.to_string(),
            properties: Json::Object(properties).to_string(),
            bounds,
            label: draft.label,
            mode,
            changed,
            written,
        })
    }

    /// A number that differs where anything differs but the times and the id. For this process only: it is not kept.
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.name.iter().for_each(|(lang, text)| (lang, text).hash(&mut hasher));
        (&self.geometry, &self.properties).hash(&mut hasher);
        (self.label == Label::Public, self.mode).hash(&mut hasher);
        hasher.finish()
    }

    /// The geometry, read. None only of a row that somebody else wrote.
    pub fn geometry(&self) -> Option<Geometry> {
        geometry::read(&serde_json::from_str(&self.geometry).ok()?).ok()
    }

    pub fn properties(&self) -> Map<String, Json> {
        serde_json::from_str(&self.properties).unwrap_or_default()
    }

    /// Appends it as a GeoJSON Feature (RFC 7946, 3.2) with the foreign members `mode` and `changed`.
    pub fn write(&self, out: &mut String, languages: &[Lang]) {
        head(out, &self.slug, |out| out.push_str(&self.geometry));
        // What stands between the braces of the object.
        let rest = self.properties.get(1..self.properties.len().saturating_sub(1)).unwrap_or_default();
        if names(out, &self.name, languages) && !rest.is_empty() {
            out.push(',');
        }
        out.push_str(rest);
        let _ = write!(out, "}},\"mode\":\"{}\",\"changed\":\"{}\"}}", self.mode.word(), self.changed.iso());
    }
}

/// `name` or `name_<language>`.
fn is_a_name(key: &str) -> bool {
    key == "name" || key.strip_prefix("name_").is_some_and(|tag| Lang::new(tag).is_ok())
}

/// The beginning of a Feature up to the brace of its properties.
pub(crate) fn head(out: &mut String, slug: &Slug, geometry: impl FnOnce(&mut String)) {
    let _ = write!(out, "{{\"type\":\"Feature\",\"id\":\"{slug}\",\"geometry\":");
    geometry(out);
    out.push_str(",\"properties\":{");
}

/// `name` in the first of the city's languages that it has, and `name_<tag>` in each. Answers whether there was any.
pub(crate) fn names(out: &mut String, name: &Text, languages: &[Lang]) -> bool {
    let plain =
        languages.iter().find_map(|lang| name.get(lang)).or_else(|| name.iter().next().map(|(_, text)| text));
    let Some(plain) = plain else { return false };
    let _ = write!(out, "\"name\":{}", Json::from(plain));
    for (lang, text) in name.iter() {
        let _ = write!(out, ",\"name_{lang}\":{}", Json::from(text));
    }
    true
}

#[cfg(test)]
pub mod tests;
