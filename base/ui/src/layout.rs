//! The frame of every page: who we are not, where you are, in which language, what kind of figures these are.

use askama::Template;
use jiff::tz::TimeZone;
use vocab::{Lang, Mode, Text, Time};

use crate::language::Words;
use crate::markup::{Markup, query_value};
use crate::reader::Reader;
use crate::{asset, headers};

/// A language that the site offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteLang {
    pub lang: Lang,
    /// The tag for `<html lang>`, as the pack gives it: `zh-Hant-HK`.
    pub html: String,
    /// Its own name for itself: `繁體中文`.
    pub name: String,
}

/// An entry of the main navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavItem {
    pub label: Text,
    /// Without the language: `/feeds`; empty for home.
    pub path: String,
}

/// What is the same on every page. Built once from the pack and the configuration.
#[derive(Debug, Clone)]
pub struct Site {
    /// The city these pages are about.
    pub city: Text,
    pub langs: Vec<SiteLang>,
    pub zone: TimeZone,
    pub nav: Vec<NavItem>,
    /// The official service that people may have been looking for.
    pub official_name: Text,
    pub official_url: String,
    /// Who runs this copy, and the page (`/about`, without the language) or outside address that says more.
    pub operator: Text,
    pub operator_url: String,
    /// Where "something wrong here?" leads: a path of ours (`/wrong`, the page is added as `?page=`) or `mailto:…`.
    pub wrong_url: String,
    /// Path of search without the language (`/search`), or nothing while there is none. It takes `?q=`.
    pub search_path: Option<String>,
    /// Scheme and host for canonical addresses, without a slash at the end; empty when not configured.
    pub origin: String,
}

impl Site {
    pub fn reader<'a>(&'a self, words: &'a Words, lang: &'a Lang) -> Reader<'a> {
        Reader::new(words, lang, &self.zone)
    }

    /// The language whose slug stands in an address (`zh-hant`).
    pub fn lang(&self, slug: &str) -> Option<&Lang> {
        self.langs.iter().map(|l| &l.lang).find(|lang| lang.slug() == slug)
    }

    /// The tag of a language in documents.
    pub fn html_lang<'a>(&'a self, lang: &'a Lang) -> &'a str {
        self.langs.iter().find(|known| known.lang == *lang).map_or(lang.as_str(), |known| &known.html)
    }

    /// The language to send a visitor of `/` to, by `Accept-Language`. Chinese is matched by script, never across
    /// scripts unless the header names no script or region that tells.
    pub fn negotiate(&self, accept_language: &str) -> Option<&Lang> {
        let mut wishes: Vec<(f32, usize, &str)> = accept_language
            .split(',')
            .enumerate()
            .filter_map(|(order, part)| {
                let mut pieces = part.trim().split(';');
                let tag = pieces.next().filter(|tag| !tag.is_empty())?;
                let weight =
                    pieces.find_map(|p| p.trim().strip_prefix("q=")).and_then(|q| q.trim().parse().ok());
                Some((weight.unwrap_or(1.0), order, tag))
            })
            .filter(|(weight, _, _)| *weight > 0.0)
            .collect();
        wishes.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let first = || self.langs.first().map(|l| &l.lang);
        wishes.iter().find_map(|(_, _, tag)| self.match_tag(tag)).or_else(first)
    }

    fn match_tag(&self, tag: &str) -> Option<&Lang> {
        let low = tag.to_ascii_lowercase();
        let parts: Vec<&str> = low.split(['-', '_']).collect();
        let script = match parts.as_slice() {
            [_, rest @ ..] if rest.contains(&"hant") => Some("Hant"),
            [_, rest @ ..] if rest.contains(&"hans") => Some("Hans"),
            // Regions that tell the script where the tag leaves it out (CLDR likely subtags).
            ["zh", rest @ ..] if rest.iter().any(|r| matches!(*r, "hk" | "mo" | "tw")) => Some("Hant"),
            ["zh", rest @ ..] if rest.iter().any(|r| matches!(*r, "cn" | "sg")) => Some("Hans"),
            ["yue", ..] => Some("Hant"),
            _ => None,
        };
        let primary = if parts.first() == Some(&"yue") { "zh" } else { parts.first().copied()? };
        let candidates = self.langs.iter().map(|l| &l.lang);
        let mut of_language = candidates.filter(|l| l.as_str().split('-').next() == Some(primary));
        match script {
            Some(script) => of_language.find(|l| l.script() == Some(script)),
            None => of_language.next(),
        }
    }
}

/// A step of the way from home to this page. The last one is the page itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    pub label: String,
    /// Without the language; ignored for the last.
    pub path: String,
}

impl Crumb {
    pub fn new(label: impl Into<String>, path: impl Into<String>) -> Crumb {
        Crumb { label: label.into(), path: path.into() }
    }
}

/// What the figures on a page are. A page without figures has none; a page with several modes lists each, and every
/// figure on it carries its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    pub mode: Mode,
    /// Of a recording: the day (or the latest day) it was recorded.
    pub recorded: Option<Time>,
}

impl Shown {
    /// `LIVE`, `RECORDING OF 3 Nov 2026`, `SIMULATED` in the reader's language (style sheets set the capitals).
    pub fn label(&self, reader: &Reader) -> String {
        match (self.mode, self.recorded) {
            (Mode::Live, _) => reader.t("mode-live"),
            (Mode::Simulated, _) => reader.t("mode-simulated"),
            (Mode::Recording, None) => reader.t("mode-recording"),
            (Mode::Recording, Some(day)) => {
                reader.say("mode-recording-of", &[("date", reader.date(day).into())])
            }
        }
    }

    pub fn note(&self, reader: &Reader) -> String {
        reader.t(match self.mode {
            Mode::Live => "mode-live-note",
            Mode::Recording => "mode-recording-note",
            Mode::Simulated => "mode-simulated-note",
        })
    }

    pub fn word(&self) -> &'static str {
        self.mode.word()
    }
}

/// One page. The caller fills in what only it knows; everything else comes from [`Site`].
#[derive(Debug, Clone)]
pub struct Page<'a> {
    pub site: &'a Site,
    pub reader: Reader<'a>,
    /// Also the `<h1>` unless `own_heading`.
    pub title: String,
    /// One sentence under the heading and for link previews.
    pub lead: String,
    /// Address without the language: empty for home, `/feeds`.
    pub path: String,
    /// Query of this address (`page=2`), kept when the language is switched.
    pub query: String,
    pub crumbs: Vec<Crumb>,
    pub shown: Vec<Shown>,
    /// Address of the event stream when the page updates itself.
    pub stream: Option<String>,
    /// What the clock of this city says while it is not everybody's, and how many times as fast it goes.
    pub clock: Option<(Time, u32)>,
    /// A page that must not be found by search engines (results of a search, a form half filled).
    pub unlisted: bool,
    /// The content draws its own `<h1>`.
    pub own_heading: bool,
    /// The content has the search box; a second one in the header would only be in the way.
    pub own_search: bool,
    /// The content uses the whole window (a large map).
    pub wide: bool,
    pub content: Markup,
}

impl<'a> Page<'a> {
    pub fn new(
        site: &'a Site,
        reader: Reader<'a>,
        path: impl Into<String>,
        title: impl Into<String>,
    ) -> Page<'a> {
        Page {
            site,
            reader,
            title: title.into(),
            lead: String::new(),
            path: path.into(),
            query: String::new(),
            crumbs: Vec::new(),
            shown: Vec::new(),
            stream: None,
            clock: None,
            unlisted: false,
            own_heading: false,
            own_search: false,
            wide: false,
            content: Markup::default(),
        }
    }

    /// The way to this page: from home, over the pages between, and what it is called there.
    pub fn below(&mut self, between: impl IntoIterator<Item = Crumb>, name: impl Into<String>) {
        self.crumbs = vec![Crumb::new(self.reader.plain(&self.site.city), "")];
        self.crumbs.extend(between);
        self.crumbs.push(Crumb::new(name, ""));
    }

    /// The whole document.
    pub fn render(&self) -> String {
        Markup::of(&Frame { page: self, r: self.reader }).into()
    }

    /// The title of the document: page, mode, product and city.
    fn document_title(&self) -> String {
        let mut parts = vec![self.title.clone()];
        parts.extend(self.shown.iter().map(|shown| shown.label(&self.reader).to_uppercase()));
        parts.push(format!("{} {}", self.reader.t("product-name"), self.reader.plain(&self.site.city)));
        parts.join(" · ")
    }

    fn html_lang(&self) -> &str {
        self.site.html_lang(self.reader.lang())
    }

    /// An address of ours in the reader's language.
    fn to(&self, path: &str) -> String {
        address(self.reader.lang(), path)
    }

    fn in_lang(&self, lang: &Lang) -> String {
        let path = address(lang, &self.path);
        if self.query.is_empty() { path } else { format!("{path}?{}", self.query) }
    }

    fn wrong(&self) -> String {
        let page = query_value(&self.in_lang(self.reader.lang()));
        match self.site.wrong_url.strip_prefix("mailto:") {
            Some(address) => format!("mailto:{address}?subject={page}"),
            None => format!("{}?page={page}", self.to(&self.site.wrong_url)),
        }
    }

    fn operator(&self) -> String {
        match self.site.operator_url.as_str() {
            path if path.starts_with('/') => self.to(path),
            outside => outside.to_owned(),
        }
    }

    fn search(&self) -> Option<&String> {
        self.site.search_path.as_ref().filter(|_| !self.own_search)
    }

    /// The hour that is played, where it is not the reader's.
    fn clock_note(&self) -> Option<String> {
        let (now, speed) = self.clock.filter(|(_, speed)| *speed > 1)?;
        let words = [
            ("time", self.reader.date_time(now).into()),
            ("speed", self.reader.count(speed as usize).into()),
        ];
        Some(self.reader.say("mode-simulated-clock", &words))
    }

    fn is_here(&self, path: &str) -> bool {
        self.path == path || (!path.is_empty() && self.path.starts_with(&format!("{path}/")))
    }
}

/// `/zh-hant/feeds` out of a language and `/feeds`.
pub fn address(lang: &Lang, path: &str) -> String {
    if path.is_empty() { format!("/{}/", lang.slug()) } else { format!("/{}{path}", lang.slug()) }
}

#[derive(Template)]
#[template(path = "page.html")]
struct Frame<'p> {
    page: &'p Page<'p>,
    r: Reader<'p>,
}

impl Frame<'_> {
    fn asset(&self, name: &str) -> &'static str {
        asset::path(name)
    }

    fn early(&self) -> &'static str {
        headers::early_script()
    }

    fn imports(&self) -> &'static str {
        headers::import_map()
    }

    fn mark(&self) -> &'static str {
        include_str!("../assets/img/mark.svg")
    }
}

#[cfg(test)]
mod tests;
