//! Languages and text in several of them. Which languages exist is the pack's word; this only holds them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A language tag (BCP 47) as pages and packs use it: `en`, `zh-Hant`, `zh-Hans`, `pt`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Lang(String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a language tag: write it as in BCP 47, for example en, pt or zh-Hant")]
pub struct NotALang(pub String);

impl Lang {
    pub fn new(tag: impl Into<String>) -> Result<Lang, NotALang> {
        let tag = tag.into();
        let fits = (2..=20).contains(&tag.len())
            && tag
                .split('-')
                .all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()))
            && tag.as_bytes()[..2].iter().all(u8::is_ascii_lowercase);
        if fits { Ok(Lang(tag)) } else { Err(NotALang(tag)) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The tag in lower case, as it stands in addresses: `/zh-hant/`.
    pub fn slug(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// The script subtag where there is one (`Hant` of `zh-Hant`).
    pub fn script(&self) -> Option<&str> {
        self.0.split('-').skip(1).find(|part| part.len() == 4)
    }
}

impl std::fmt::Display for Lang {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Lang {
    type Error = NotALang;
    fn try_from(tag: String) -> Result<Lang, NotALang> {
        Lang::new(tag)
    }
}

impl From<Lang> for String {
    fn from(lang: Lang) -> String {
        lang.0
    }
}

/// The same text in several languages. In a pack: `name = { en = "…", zh-Hant = "…", zh-Hans = "…" }`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(BTreeMap<Lang, String>);

impl Text {
    pub fn new(pairs: impl IntoIterator<Item = (Lang, String)>) -> Text {
        Text(pairs.into_iter().collect())
    }

    /// Text whose language is known but single, as feeds often give it.
    pub fn single(lang: Lang, text: impl Into<String>) -> Text {
        Text(BTreeMap::from([(lang, text.into())]))
    }

    /// Exactly this language, or nothing. Never one Chinese script in place of the other.
    pub fn get(&self, lang: &Lang) -> Option<&str> {
        self.0.get(lang).map(String::as_str)
    }

    /// What to show a reader of `lang`: that language, else the first that is there, with its own tag so that the
    /// page can mark it (`lang="…"`).
    pub fn best(&self, lang: &Lang) -> Option<(&Lang, &str)> {
        self.0.get_key_value(lang).or_else(|| self.0.iter().next()).map(|(l, t)| (l, t.as_str()))
    }

    pub fn insert(&mut self, lang: Lang, text: impl Into<String>) {
        self.0.insert(lang, text.into());
    }

    pub fn langs(&self) -> impl Iterator<Item = &Lang> {
        self.0.keys()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Lang, &str)> {
        self.0.iter().map(|(l, t)| (l, t.as_str()))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Languages of `wanted` that are missing or blank here.
    pub fn missing<'a>(&self, wanted: &'a [Lang]) -> Vec<&'a Lang> {
        wanted.iter().filter(|l| self.0.get(*l).is_none_or(|t| t.trim().is_empty())).collect()
    }
}

#[cfg(test)]
mod tests;
