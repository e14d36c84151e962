//! An invented city of another language, grid and currency boots and shows every kind of page: the code knows no city.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use causeway_tests::root;
use causeway_tests::server::{Options, Server};

/// What of the first city must not show in the second.
const FIRST_CITY: &[&str] = &["Hong Kong", "hong-kong", "香港", "HKD", "zh-Hant", "zh-Hans", "EPSG:2326"];
/// A page that asks for the operator's key.
const OPERATORS: &str = "/register-device";
/// Pages of one kind are alike; beyond this a crawl only repeats itself.
const PAGES_MAX: usize = 150;

fn start(more: &[&str]) -> (tempfile::TempDir, Server) {
    let pack = root().join("tests/packs/porto-claro");
    let mut arguments = vec!["--city".to_string(), pack.display().to_string()];
    arguments.extend(more.iter().map(|argument| argument.to_string()));
    Server::start(Options { arguments, ..Options::default() })
}

#[test]
fn it_plays_its_recording_and_shows_every_kind_of_page() {
    let fixtures = root().join("tests/packs/porto-claro/fixtures");
    let (_folder, server) = start(&["--replay", &fixtures.display().to_string()]);
    // The recording comes in behind the server's back: things first, then what they say.
    let patience = Instant::now() + Duration::from_secs(30);
    let anything = || server.client.get("/sta/v1.1/Observations?$top=1").expect(200).json()["value"].clone();
    while anything().as_array().is_none_or(Vec::is_empty) {
        assert!(Instant::now() < patience, "the recording does not come in:\n{}", server.log_text());
        std::thread::sleep(Duration::from_millis(50));
    }
    let things = server.client.get("/sta/v1.1/Things?$expand=Locations").expect(200).json();
    let north = things["value"].as_array().into_iter().flatten().find(|t| t["name"] == "Praia Norte");
    let place = &north.expect("the beach is a thing")["Locations"][0]["location"]["coordinates"];
    // From the grid of the city, to a metre.
    for (at, degrees) in [(0, -9.5), (1, 39.45)] {
        assert!(place[at].as_f64().is_some_and(|found| (found - degrees).abs() < 1e-5), "{place}");
    }
    let pages = crawl(&server, &[("/pt/", "pt-PT"), ("/en/", "en")]);
    for kind in ["/feeds", "/design", "/map", "PN"] {
        assert!(
            pages.keys().any(|path| path.contains(kind)),
            "no page of the kind {kind} in {:?}",
            pages.keys()
        );
    }
    assert!(pages["/pt/"].contains("Gravação de"), "the page does not say that it shows a recording");
    server.stop();
}

#[test]
fn it_has_a_demonstration() {
    let (_folder, server) = start(&["--demo"]);
    let pages = crawl(&server, &[("/pt/", "pt-PT")]);
    assert!(pages["/pt/"].contains("Simulado"), "the page does not say that its figures are simulated");
    // Its map has no districts and it says nothing to visitors: no such pages, and nothing leads there.
    for absent in ["/pt/districts", "/pt/districts/norte", "/pt/visitors", "/pt/visitors/porto"] {
        assert_eq!(server.client.without_key().get(absent).status, 404, "{absent}");
    }
    for (path, page) in &pages {
        assert!(!page.contains("/pt/districts") && !page.contains("/pt/visitors"), "{path} leads nowhere");
    }
    server.stop();
}

/// Every page that can be reached from these, by path; each in its language, whole, and without a word of another city.
fn crawl(server: &Server, from: &[(&str, &str)]) -> BTreeMap<String, String> {
    let anonymous = server.client.without_key();
    let mut open: VecDeque<String> = from.iter().map(|(path, _)| path.to_string()).collect();
    let mut seen: BTreeSet<String> = open.iter().cloned().collect();
    let mut pages = BTreeMap::new();
    while let Some(path) = open.pop_front() {
        let answer = anonymous.get(&path);
        if path.ends_with(OPERATORS) {
            assert_eq!(answer.status, 401, "{path} is open to everybody");
            continue;
        }
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        if !answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
            continue;
        }
        let lang = from.iter().find(|(root, _)| path.starts_with(root)).map_or("", |(_, lang)| lang);
        assert!(answer.body.contains(&format!("<html lang=\"{lang}\"")), "{path} is not in {lang}");
        assert!(!answer.body.contains('⟦'), "{path} has a text that is not there");
        for word in FIRST_CITY {
            assert!(!answer.body.contains(word), "{path} says {word}");
        }
        for link in answer.body.split("href=\"").skip(1).filter_map(|rest| rest.split(['"', '#', '?']).next())
        {
            let ours = from.iter().any(|(root, _)| link.starts_with(root));
            if ours && seen.len() < PAGES_MAX && seen.insert(link.to_string()) {
                open.push_back(link.to_string());
            }
        }
        pages.insert(path, answer.body);
    }
    pages
}
