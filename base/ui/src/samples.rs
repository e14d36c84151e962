//! An invented city for the tests of this crate.

use jiff::tz::TimeZone;
use vocab::{Lang, Text};

use crate::layout::{NavItem, Site, SiteLang};
use crate::{Messages, Words};

pub fn lang(tag: &str) -> Lang {
    Lang::new(tag).expect("a tag")
}

pub fn text(en: &str, hant: &str, hans: &str) -> Text {
    Text::new([(lang("en"), en.into()), (lang("zh-Hant"), hant.into()), (lang("zh-Hans"), hans.into())])
}

pub fn langs() -> Vec<Lang> {
    ["en", "zh-Hant", "zh-Hans"].map(lang).to_vec()
}

pub fn words() -> Words {
    Messages::new().finish(&langs()).expect("our own words")
}

pub fn zone() -> TimeZone {
    TimeZone::get("Asia/Singapore").expect("a zone")
}

pub fn site() -> Site {
    let offered = |tag: &str, html: &str, name: &str| SiteLang {
        lang: lang(tag),
        html: html.into(),
        name: name.into(),
    };
    let item = |label: Text, path: &str| NavItem { label, path: path.into() };
    Site {
        city: text("Demonstration City", "示範城", "示范城"),
        langs: vec![
            offered("en", "en", "English"),
            offered("zh-Hant", "zh-Hant-HK", "繁體"),
            offered("zh-Hans", "zh-Hans-HK", "简体"),
        ],
        zone: zone(),
        nav: vec![
            item(text("The city now", "城市現況", "城市现况"), ""),
            item(text("Map", "地圖", "地图"), "/map"),
            item(text("Sources", "資料來源", "数据来源"), "/feeds"),
            item(text("Developers", "開發者", "开发者"), "/developers"),
        ],
        official_name: text("City Hall Online", "市政網", "市政网"),
        official_url: "https://official.example/".into(),
        operator: text("the Demonstration City team", "示範城小組", "示范城小组"),
        operator_url: "/about".into(),
        wrong_url: "/wrong".into(),
        search_path: Some("/search".into()),
        origin: String::new(),
    }
}
