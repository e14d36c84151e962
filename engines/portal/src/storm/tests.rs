use serde_json::json;
use vocab::{Label, Mode, Time};

use super::*;
use crate::samples::{pack, told};

const GOOD: &str = "schema = 1\n[[storm]]\nid = \"gale\"\nfeed = \"warnings\"\ncodes = [\"G8\", \"G9\"]\n\
    means = { en = \"m\", pt = \"m\" }\nquotes = [\"warnings\"]\n\
    [[storm.rule]]\nsays = { en = \"r\", pt = \"r\" }\nowner = { en = \"o\", pt = \"o\" }\nurl = \"https://x.example/r\"\n\
    [[storm]]\nid = \"rain\"\nfeed = \"warnings\"\ncodes = [\"R3\"]\nmeans = { en = \"m\", pt = \"m\" }\nquotes = []\n";

fn read(text: &str) -> Result<Storms, Vec<String>> {
    Storms::of(&pack(&[("feeds/warnings.toml", ""), (FILE, text)])).map_err(told)
}

fn notice(feed: &str, code: &str) -> Notice {
    let properties = json!({ "code": code }).as_object().cloned().unwrap_or_default();
    Notice {
        slug: format!("{feed}/{code}"),
        feed: feed.into(),
        source: "all".into(),
        title: Text::default(),
        text: Text::default(),
        at: Time(0),
        until: None,
        is_over: false,
        position: None,
        properties,
        label: Label::Public,
        mode: Mode::Live,
        received: Time(0),
    }
}

#[test]
fn a_warning_of_the_list_turns_it_on_and_no_other() {
    let storms = read(GOOD).expect("no mistakes");
    let check = |said: &[(&str, &str)], on: Option<&str>| {
        let notices: Vec<Notice> = said.iter().map(|(feed, code)| notice(feed, code)).collect();
        assert_eq!(storms.on(&notices).map(|(storm, _)| storm.id.as_str()), on, "{said:?}");
    };
    check(&[], None);
    check(&[("warnings", "G3")], None);
    check(&[("warnings", "G8")], Some("gale"));
    check(&[("warnings", "R3")], Some("rain"));
    // The gravest, which the pack lists first.
    check(&[("warnings", "R3"), ("warnings", "G9")], Some("gale"));
    // Another feed's word is not a warning.
    check(&[("news", "G8")], None);
}

#[test]
fn each_mistake_is_named() {
    let check = |from: &str, to: &str, expected: &str| {
        assert!(GOOD.contains(from), "{from}");
        let found = read(&GOOD.replacen(from, to, 1)).expect_err(to).join("\n");
        assert!(found.contains(expected), "{to:?} gave {found}");
    };
    check(
        "means = { en = \"m\", pt = \"m\" }",
        "means = { en = \"m\" }",
        "means of the storm gale has no text in pt",
    );
    check("feed = \"warnings\"", "feed = \"warning\"", "there is no feed warning");
    check("codes = [\"G8\", \"G9\"]", "codes = []", "nothing turns on the storm gale");
    check("https://x.example/r", "the law", "is no address");
    check("quotes = [\"warnings\"]", "quotes = [\"buses\"]", "there is no feed buses");
}
