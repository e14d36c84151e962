//! Every district and every point of the first city has its page in every language, and a thing lies on the page of its own
//! district and on no other.

use std::time::{Duration, Instant};

use causeway_tests::root;
use causeway_tests::server::{Options, Server};
use serde_json::Value;

const LANGS: [&str; 3] = ["en", "zh-hant", "zh-hans"];

fn slugs(path: &str, text: impl Fn(&str) -> Vec<String>) -> Vec<String> {
    let file = root().join("cities/hong-kong").join(path);
    text(&std::fs::read_to_string(file).expect("the pack has this file"))
}

fn of_geojson(text: &str) -> Vec<String> {
    let json: Value = serde_json::from_str(text).expect("GeoJSON");
    let features = json["features"].as_array().expect("features");
    features.iter().map(|f| f["properties"]["slug"].as_str().expect("a slug").to_string()).collect()
}

fn of_toml(text: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("slug = \""));
    lines.map(|rest| rest.trim_end_matches('"').to_string()).collect()
}

#[test]
fn every_district_and_every_point_has_its_page() {
    let districts = slugs("map/boundaries.geojson", of_geojson);
    let profiles = slugs("districts.toml", of_toml);
    assert_eq!(districts.len(), 18);
    for slug in &districts {
        assert!(profiles.contains(slug), "nothing is said of {slug}");
    }
    let points = slugs("visitors.toml", of_toml);
    assert!(points.len() >= 8, "{points:?}");
    let arguments = vec!["--demo".to_string(), "--seed".into(), "7".into()];
    let (_folder, server) = Server::start(Options { arguments, ..Options::default() });
    let anonymous = server.client.without_key();
    let page = |path: &str| {
        let answer = anonymous.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        assert!(!answer.body.contains('⟦'), "{path} has a text that is not there");
        answer.body
    };
    // The simulated city fills itself in its first seconds, and pages know a new thing ten seconds later.
    let patience = Instant::now() + Duration::from_secs(60);
    while !page("/en/districts/sha-tin").contains("/things/car-parks/sha-tin\"") {
        assert!(Instant::now() < patience, "the car park of Sha Tin is not on the page of its district");
        std::thread::sleep(Duration::from_millis(500));
    }
    for lang in LANGS {
        page(&format!("/{lang}/districts"));
        page(&format!("/{lang}/visitors"));
        for slug in &districts {
            let body = page(&format!("/{lang}/districts/{slug}"));
            let has_it = body.contains("/things/car-parks/sha-tin\"");
            assert_eq!(has_it, slug == "sha-tin", "the car park of Sha Tin on the page of {slug}");
        }
        for point in &points {
            let body = page(&format!("/{lang}/visitors/{point}"));
            assert!(body.contains("rel=\"external\""), "{point} has no official link");
        }
    }
    for nowhere in ["/en/districts/nowhere", "/en/visitors/nowhere"] {
        assert_eq!(anonymous.get(nowhere).status, 404, "{nowhere}");
    }
    server.stop();
}
