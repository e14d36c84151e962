//! Texts in several languages beside a standard that has one: `name` is the text in the city's first language, and
//! `properties` holds the others as `name@zh-Hant`.

use serde_json::{Map, Value as Json};
use vocab::{Lang, Text};

/// What to show where the standard wants one text: the first of `languages` there is, else any.
pub fn plain<'a>(text: &'a Text, languages: &[Lang]) -> &'a str {
    languages
        .iter()
        .find_map(|lang| text.get(lang))
        .or_else(|| text.iter().next().map(|(_, t)| t))
        .unwrap_or("")
}

/// Adds `key@lang` for every language but the one that `plain` shows.
pub fn add_others(properties: &mut Map<String, Json>, key: &str, text: &Text, languages: &[Lang]) {
    let shown = languages.iter().find(|lang| text.get(lang).is_some()).or_else(|| text.langs().next());
    for (lang, words) in text.iter().filter(|(lang, _)| Some(*lang) != shown) {
        properties.insert(format!("{key}@{lang}"), words.into());
    }
}

/// Adds `key@lang` for every language.
pub fn add_all(properties: &mut Map<String, Json>, key: &str, text: &Text) {
    for (lang, words) in text.iter() {
        properties.insert(format!("{key}@{lang}"), words.into());
    }
}

/// Takes every `key@lang` out of `properties`, and puts `plain` in the place of the city's first language.
pub fn take(properties: &mut Map<String, Json>, key: &str, plain: Option<&str>, languages: &[Lang]) -> Text {
    let mut text = read(properties, key);
    let mine: Vec<String> = text.langs().map(|lang| format!("{key}@{lang}")).collect();
    mine.iter().for_each(|name| drop(properties.shift_remove(name)));
    if let (Some(plain), Some(first)) = (plain, languages.first()) {
        text.insert(first.clone(), plain);
    }
    text
}

/// The texts that `properties` holds as `key@lang`.
pub fn read(properties: &Map<String, Json>, key: &str) -> Text {
    let pairs = properties.iter().filter_map(|(name, value)| {
        let (of, lang) = name.split_once('@')?;
        if of != key {
            return None;
        }
        Some((Lang::new(lang).ok()?, value.as_str()?.to_string()))
    });
    Text::new(pairs)
}
