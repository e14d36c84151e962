//! The words of our pages. Each crate brings its messages in Fluent, the pack may add a language or change a word, and
//! nothing starts unless every language offered has every message with the same variables.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use vocab::Lang;

/// The messages of this crate, in the languages it speaks by itself.
const OWN: &[(&str, &str)] = &[
    ("en", include_str!("../messages/en.ftl")),
    ("zh-Hant", include_str!("../messages/zh-Hant.ftl")),
    ("zh-Hans", include_str!("../messages/zh-Hans.ftl")),
    ("en", include_str!("../messages/design/en.ftl")),
    ("zh-Hant", include_str!("../messages/design/zh-Hant.ftl")),
    ("zh-Hans", include_str!("../messages/design/zh-Hans.ftl")),
];

/// Why the words are not ready.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error(
        "{lang}: message \"{key}\" is missing; {has} has it. Write it: no language stands in for another"
    )]
    Missing { lang: String, key: String, has: String },
    #[error(
        "{lang}: message \"{key}\" uses the variables [{uses}], {other} uses [{wants}]. Make them the same"
    )]
    Variables { lang: String, key: String, uses: String, other: String, wants: String },
    #[error("{lang}: message \"{key}\" is defined twice. Give one of the two another name")]
    Twice { lang: String, key: String },
    #[error("{lang}: line {line}: {what}")]
    Syntax { lang: String, line: usize, what: String },
    #[error("\"{0}\" is not a language tag")]
    Tag(String),
    #[error("{0}: no messages in this language. A pack that offers it brings them in its words folder")]
    NoSuchLanguage(String),
}

/// Messages being gathered. `new` holds those of this crate; engines `add` theirs; the pack may `amend`.
#[derive(Debug, Clone)]
pub struct Messages {
    sources: Vec<Source>,
}

#[derive(Debug, Clone)]
struct Source {
    lang: String,
    ftl: String,
    /// The pack's: may change a word that a crate has set.
    amends: bool,
}

impl Default for Messages {
    fn default() -> Messages {
        Messages::new()
    }
}

impl Messages {
    pub fn new() -> Messages {
        Messages { sources: Vec::new() }.add_all(OWN)
    }

    /// Messages of a crate. A key that another crate has too is a fault in [`Messages::finish`].
    #[must_use]
    pub fn add(mut self, lang: &str, ftl: &str) -> Messages {
        self.sources.push(Source { lang: lang.into(), ftl: ftl.into(), amends: false });
        self
    }

    #[must_use]
    pub fn add_all(self, pairs: &[(&str, &str)]) -> Messages {
        pairs.iter().fold(self, |messages, (lang, ftl)| messages.add(lang, ftl))
    }

    /// Words of the pack: a language of its own, or another word for a message that exists.
    #[must_use]
    pub fn amend(mut self, lang: &str, ftl: &str) -> Messages {
        self.sources.push(Source { lang: lang.into(), ftl: ftl.into(), amends: true });
        self
    }

    /// The words in the languages that are offered, in that order, or everything that is wrong with them.
    pub fn finish(&self, offered: &[Lang]) -> Result<Words, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut tongues = Vec::new();
        let mut keys: Vec<(String, BTreeMap<String, BTreeSet<String>>)> = Vec::new();
        for lang in offered {
            let mine: Vec<&Source> =
                self.sources.iter().filter(|source| source.lang == lang.as_str()).collect();
            if mine.is_empty() {
                faults.push(Fault::NoSuchLanguage(lang.to_string()));
                continue;
            }
            let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for source in &mine {
                for (key, variables) in entries(&source.ftl) {
                    if known.insert(key.clone(), variables).is_some() && !source.amends {
                        faults.push(Fault::Twice { lang: lang.to_string(), key });
                    }
                }
            }
            match bundle(lang, &mine) {
                Ok(bundle) => tongues.push((lang.clone(), bundle)),
                Err(found) => faults.extend(found),
            }
            keys.push((lang.to_string(), known));
        }
        faults.extend(differences(&keys));
        if faults.is_empty() { Ok(Words { tongues }) } else { Err(faults) }
    }
}

/// Keys and the variables of each, read line by line: a message starts at the margin, its continuation is indented.
fn entries(ftl: &str) -> Vec<(String, BTreeSet<String>)> {
    let mut found: Vec<(String, BTreeSet<String>)> = Vec::new();
    for line in ftl.lines() {
        if line.starts_with('#') {
            continue;
        }
        if line.starts_with(|c: char| c.is_ascii_alphabetic())
            && let Some((key, _)) = line.split_once('=')
        {
            found.push((key.trim().to_owned(), BTreeSet::new()));
        }
        if let Some((_, variables)) = found.last_mut() {
            for part in line.split('$').skip(1) {
                let name = part.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).next();
                variables.extend(name.map(String::from));
            }
        }
    }
    found
}

fn differences(keys: &[(String, BTreeMap<String, BTreeSet<String>>)]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let all: BTreeMap<&String, &String> =
        keys.iter().rev().flat_map(|(lang, known)| known.keys().map(move |key| (key, lang))).collect();
    for (lang, known) in keys {
        for (key, has) in &all {
            if !known.contains_key(*key) {
                faults.push(Fault::Missing { lang: lang.clone(), key: (*key).clone(), has: (*has).clone() });
            }
        }
    }
    let join = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(", ");
    if let Some((first, model)) = keys.first() {
        for (lang, known) in &keys[1..] {
            for (key, uses) in known {
                if let Some(wants) = model.get(key).filter(|wants| *wants != uses) {
                    faults.push(Fault::Variables {
                        lang: lang.clone(),
                        key: key.clone(),
                        uses: join(uses),
                        other: first.clone(),
                        wants: join(wants),
                    });
                }
            }
        }
    }
    faults
}

type Bundle = FluentBundle<FluentResource>;

fn bundle(lang: &Lang, sources: &[&Source]) -> Result<Bundle, Vec<Fault>> {
    let tag = lang.as_str().parse().map_err(|_| vec![Fault::Tag(lang.to_string())])?;
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // All our languages run from left to right; the invisible marks would end up in titles, addresses and tests.
    bundle.set_use_isolating(false);
    for source in sources {
        let resource = FluentResource::try_new(source.ftl.clone()).map_err(|(_, found)| {
            let place = |start| line_of(&source.ftl, start);
            let faults = found.iter().map(|e| Fault::Syntax {
                lang: lang.to_string(),
                line: place(e.pos.start),
                what: e.kind.to_string(),
            });
            faults.collect::<Vec<_>>()
        })?;
        bundle.add_resource_overriding(resource);
    }
    let sign = |key: &str, usual: &str| {
        let mut ignored = Vec::new();
        let pattern = bundle.get_message(key).and_then(|message| message.value());
        pattern.map_or(usual.to_owned(), |p| bundle.format_pattern(p, None, &mut ignored).into_owned())
    };
    let (group, point) = (sign("number-group", ","), sign("number-decimal", "."));
    // `{ SHOW($n) }` writes a number as this language does; `{ $n }` chooses the plural.
    bundle
        .add_function("SHOW", move |args, _| match args.first() {
            Some(FluentValue::Number(n)) => {
                let decimals = if n.value.fract() == 0.0 { 0 } else { 1 };
                FluentValue::String(Cow::Owned(crate::reader::grouped(n.value, decimals, &group, &point)))
            }
            Some(FluentValue::String(text)) => FluentValue::String(Cow::Owned(text.to_string())),
            _ => FluentValue::Error,
        })
        .map_err(|_| vec![Fault::Twice { lang: lang.to_string(), key: "SHOW".into() }])?;
    Ok(bundle)
}

fn line_of(text: &str, position: usize) -> usize {
    text.bytes().take(position).filter(|byte| *byte == b'\n').count() + 1
}

/// A variable of a message.
#[derive(Debug, Clone)]
pub enum Arg {
    Text(String),
    Number(f64),
}

impl From<&str> for Arg {
    fn from(text: &str) -> Arg {
        Arg::Text(text.into())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Arg {
        Arg::Text(text)
    }
}

impl From<&String> for Arg {
    fn from(text: &String) -> Arg {
        Arg::Text(text.clone())
    }
}

impl From<f64> for Arg {
    fn from(number: f64) -> Arg {
        Arg::Number(number)
    }
}

impl From<i64> for Arg {
    fn from(number: i64) -> Arg {
        // Counts on pages stay far below 2^53, where every whole number is exact.
        Arg::Number(number as f64)
    }
}

impl From<usize> for Arg {
    fn from(number: usize) -> Arg {
        Arg::Number(number as f64)
    }
}

/// Every message in every language offered.
pub struct Words {
    tongues: Vec<(Lang, Bundle)>,
}

impl Words {
    pub fn langs(&self) -> impl Iterator<Item = &Lang> {
        self.tongues.iter().map(|(lang, _)| lang)
    }

    pub fn has(&self, key: &str) -> bool {
        self.tongues.first().is_some_and(|(_, bundle)| bundle.has_message(key))
    }

    /// The message in exactly this language. A key that does not exist shows as `⟦key⟧`: visible on the page, found by
    /// tests ([`keys_in`]), and never another language.
    pub fn t(&self, lang: &Lang, key: &str, args: &[(&str, Arg)]) -> String {
        let missing = || format!("⟦{key}⟧");
        let Some((_, bundle)) = self.tongues.iter().find(|(known, _)| known == lang) else {
            return missing();
        };
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            return missing();
        };
        let mut values = FluentArgs::new();
        for (name, arg) in args {
            match arg {
                Arg::Text(text) => values.set(*name, text.clone()),
                Arg::Number(number) => values.set(*name, *number),
            }
        }
        let mut ignored = Vec::new();
        bundle.format_pattern(pattern, Some(&values), &mut ignored).into_owned()
    }
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.langs()).finish()
    }
}

/// The literal keys that Rust code or a template asks for: `t("key")`, `say("key", …)`. For a test in each crate that
/// checks them against [`Words::has`].
pub fn keys_in(source: &str) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for call in [".t(\"", ".say(\""] {
        for rest in source.split(call).skip(1) {
            keys.extend(rest.split('"').next().map(String::from));
        }
    }
    keys
}

#[cfg(test)]
mod tests;
