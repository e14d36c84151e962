use std::path::Path;

use ui::language::keys_in;
use vocab::Lang;

use super::*;
use crate::register::schedule::Schedule;
use crate::register::{Carried, Nature, Stage};
use crate::search::Kind;

/// Keys that are put together or kept in tables, which no search for literals finds.
const IN_TABLES: [&str; 29] = [
    "nav-home",
    "nav-map",
    "nav-register",
    "page-of-ours",
    "stage-silent",
    "nav-feeds",
    "nav-api",
    "range-day",
    "range-week",
    "range-month",
    "range-year",
    "range-all",
    "operator-unnamed",
    "device-is-new",
    "device-is-speaking",
    "device-is-silent",
    "device-is-lost",
    "device-is-retired",
    "device-was-registered",
    "device-was-replaced",
    "device-was-firmware",
    "device-was-lost",
    "device-was-found",
    "device-was-retired",
    "device-was-key",
    "device-was-silent",
    "device-was-back",
    "device-label-public",
    "device-label-internal",
];

/// Everything that stands in the sources and templates of this crate.
fn gather(folder: &Path, all: &mut String) {
    for entry in std::fs::read_dir(folder).expect("the crate's folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            gather(&path, all);
        } else if !path.ends_with("tests.rs") {
            all.push_str(&std::fs::read_to_string(&path).expect("a source is text"));
        }
    }
}

#[test]
fn every_word_that_pages_ask_for_is_there() {
    let langs: Vec<Lang> = MESSAGES.iter().map(|(tag, _)| Lang::new(*tag).expect("a tag")).collect();
    let words = Messages::new().add_all(MESSAGES).finish(&langs).expect("complete messages");
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = String::new();
    gather(&home.join("src"), &mut all);
    gather(&home.join("templates"), &mut all);
    let mut keys = keys_in(&all);
    keys.extend(IN_TABLES.map(String::from));
    keys.extend(Stage::ALL.map(|stage| format!("stage-{}", stage.word())));
    keys.extend(Kind::ALL.map(|kind| format!("kind-{}", kind.word())));
    keys.extend(Schedule::WORDS.map(|word| format!("schedule-word-{word}")));
    keys.extend(
        Nature::ALL.iter().flat_map(|n| ["", "-text"].map(|end| format!("nature-{}{end}", n.word()))),
    );
    keys.extend(
        Carried::ALL.iter().flat_map(|c| ["", "-text"].map(|end| format!("carried-{}{end}", c.word()))),
    );
    assert!(keys.len() > 100, "only {} keys were found", keys.len());
    let missing: Vec<&String> = keys.iter().filter(|key| !words.has(key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    // And nobody translates what no page says. Some keys are put together.
    let asked =
        |key: &str| all.contains(&format!("\"{key}\"")) || key.ends_with("-recorded") || keys.contains(key);
    let messages = MESSAGES[0].1.lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key);
    let unused: Vec<&str> = messages.filter(|key| !key.starts_with(' ') && !asked(key)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn a_file_of_words_says_its_language() {
    let city = "schema = 1\nid = \"x\"\nname = { en = \"X\" }\ntime_zone = \"UTC\"\ncurrency = \"EUR\"\nextent = [0.0, 0.0, 1.0, 1.0]\n\
                grid = { epsg = 4326 }\nofficial_site = { title = { en = \"O\" }, url = \"https://x.example/\" }\n\
                [[languages]]\ntag = \"en\"\nhtml = \"en\"\nname = \"English\"\n";
    let check = |path: &str, text: &str| {
        let files =
            [("city.toml", city), (path, text)].map(|(path, text)| (path.to_string(), text.to_string()));
        let pack = Pack::from_files(files).expect("a pack");
        Content::of(&pack).map(drop).map_err(|findings| findings[0].to_string())
    };
    assert_eq!(check("words/more.en.ftl", "nav-home = Today\n"), Ok(()));
    let said = check("words/more.ftl", "nav-home = Today\n").expect_err("no language in its name");
    assert!(said.contains("words/more.ftl") && said.contains("pages.pt.ftl"), "{said}");
}
