//! What is the same on every page, from the pack and the configuration.

use spatial::layer::Kind;
use ui::language::Words;
use ui::layout::{NavItem, Site, SiteLang};
use vocab::{Lang, Text};

use crate::Parts;

/// The main navigation: the key of each entry's name, and its path.
const NAV: [(&str, &str); 5] = [
    ("nav-home", ""),
    ("nav-map", "/map"),
    ("nav-register", REGISTER),
    ("nav-feeds", "/feeds"),
    ("nav-api", "/developers"),
];
/// Only a pack that follows a plan has it.
const REGISTER: &str = "/initiatives";

/// The message that names a page which is not in the navigation.
pub fn page_key(path: &str) -> Option<&'static str> {
    match path {
        "/alerts" => Some("alerts-title"),
        "/devices" => Some("devices-title"),
        "/register-device" => Some("device-register"),
        _ => None,
    }
}

pub fn site(parts: &Parts) -> Site {
    let city = &parts.pack.city;
    let langs: Vec<SiteLang> = city
        .languages
        .iter()
        .map(|l| SiteLang { lang: l.tag.clone(), html: l.html.clone(), name: l.name.clone() })
        .collect();
    let tags: Vec<Lang> = langs.iter().map(|l| l.lang.clone()).collect();
    let words = &parts.content.words;
    let mut nav: Vec<NavItem> = NAV
        .iter()
        .filter(|(_, path)| *path != REGISTER || parts.content.register.is_some())
        .map(|(key, path)| NavItem { label: in_all(words, &tags, key), path: (*path).into() })
        .collect();
    // What a pack does not have is not offered.
    let town = &parts.content.town;
    let has_districts = !parts.layers().shapes(Kind::Boundaries).is_empty();
    let offered = [
        (has_districts, "nav-districts", "/districts"),
        (!town.visitors.points.is_empty(), "nav-visitors", "/visitors"),
    ];
    for (at, (_, key, path)) in offered.into_iter().filter(|(is_there, ..)| *is_there).enumerate() {
        // After the map.
        nav.insert(2 + at, NavItem { label: in_all(words, &tags, key), path: path.into() });
    }
    let named = |name: &String| Text::new(tags.iter().map(|lang| (lang.clone(), name.clone())));
    let operator = parts.run_by.as_ref().map(named).or_else(|| city.run_by.clone());
    Site {
        city: city.name.clone(),
        langs,
        zone: city.zone(),
        nav,
        official_name: city.official_site.title.clone(),
        official_url: city.official_site.url.clone(),
        operator: operator.unwrap_or_else(|| in_all(words, &tags, "operator-unnamed")),
        operator_url: "/about".into(),
        wrong_url: "/wrong".into(),
        search_path: Some("/search".into()),
        origin: parts.origin.trim_end_matches('/').to_string(),
    }
}

/// A message in every language of the site.
fn in_all(words: &Words, tags: &[Lang], key: &str) -> Text {
    Text::new(tags.iter().map(|lang| (lang.clone(), words.t(lang, key, &[]))))
}
