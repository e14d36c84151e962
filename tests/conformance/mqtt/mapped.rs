//! Plain JSON topics, mapped by a feed file of the pack.

use super::*;

const FEED: &str = r#"
schema = 1
id = "estufa"
title = { pt = "Estufa", en = "Greenhouse" }
summary = { pt = "Clima da estufa municipal.", en = "Climate of the town's greenhouse." }
owner = { pt = "Câmara (inventada)", en = "Town hall (invented)" }
label = "public"

[licence]
name = { pt = "CC BY 4.0", en = "CC BY 4.0" }
url = "https://creativecommons.org/licenses/by/4.0/"
attribution = { pt = "Câmara (inventada)", en = "Town hall (invented)" }

[[datastream]]
key = "ar"
name = { pt = "Temperatura", en = "Air temperature" }
meaning = { pt = "À sombra.", en = "In the shade." }
property = "air_temperature"
property_name = { pt = "Temperatura", en = "Air temperature" }
unit = "Cel"
unit_name = "degree Celsius"
kind = "number"
label = "public"
period_seconds = 60
freshness_seconds = 600

[[source]]
id = "sensores"
mqtt = "estufa/+/clima"
format = "json"

[[source.records]]

[[source.records.thing]]
key = "$level_2"
name = { pt = "$level_2", en = "$level_2" }

[[source.records.observation]]
thing = "$level_2"
datastream = "ar"
time = "time(at, '%Y-%m-%d %H:%M')"
result = "celsius"
"#;

/// A copy of the second city with one more feed.
fn pack(folder: &std::path::Path, feed: &str) -> std::path::PathBuf {
    let (from, to) = (causeway_tests::root().join("tests/packs/porto-claro"), folder.join("pack"));
    let copied = std::process::Command::new("cp").arg("-r").arg(from).arg(&to).status();
    assert!(copied.is_ok_and(|status| status.success()));
    std::fs::write(to.join("feeds/estufa.toml"), feed).expect("a file");
    to
}

#[test]
fn messages_of_a_feed_are_mapped_and_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let pack = pack(folder.path(), FEED);
    let config = folder.path().join("causeway.toml");
    let devices = "[[device]]\nname = \"estufa\"\nscope = \"estufa\"\nkey = \"the-greenhouse-secret\"\n\
                   [[device]]\nname = \"outro\"\nscope = \"outro\"\nkey = \"the-other-ones-secret\"\n";
    std::fs::write(&config, devices).expect("a file");
    let mut options = options(&[]);
    options.arguments =
        vec!["--city".into(), pack.display().to_string(), "--config".into(), config.display().to_string()];
    options.expected_warnings = vec!["broken"];
    let server = Server::start_in(folder.path(), options);
    let address = server.mqtt("mqtt");
    let (mut reader, _) = Client::connect(&address, 5, hello("reader"));
    reader.subscribe(&[("v1.1/Observations?$select=result", 1)]);
    let (mut device, _) = Client::connect(&address, 5, known("a", "the-greenhouse-secret"));
    for (topic, body, reason) in [
        ("estufa/norte/clima", r#"{"at": "2026-03-01 08:10", "celsius": 21.5}"#, 0),
        // The same again is the same.
        ("estufa/norte/clima", r#"{"at": "2026-03-01 08:10", "celsius": 21.5}"#, 0),
        ("estufa/sul/clima", r#"{"at": "2026-03-01 08:11", "celsius": 23}"#, 0),
        ("estufa/sul/clima", r#"{"at": "soon", "celsius": 23}"#, 0x99),
        ("estufa/sul/clima", "no JSON", 0x99),
    ] {
        assert_eq!(device.publish(topic, body, 1), reason, "{topic} {body}");
    }
    reader.wait_for(2);
    assert_eq!(reader.texts(), [r#"{"result":21.5}"#, r#"{"result":23}"#]);
    let (mut other, _) = Client::connect(&address, 5, known("b", "the-other-ones-secret"));
    assert_eq!(other.publish("estufa/norte/clima", r#"{"at": "2026-03-01 08:12", "celsius": 1}"#, 1), 0x87);
    let things = server.client.get("/sta/v1.1/Things?$select=name&$orderby=name").expect(200).json();
    let names: Vec<&str> =
        things["value"].as_array().expect("a list").iter().filter_map(|t| t["name"].as_str()).collect();
    assert!(names.contains(&"norte") && names.contains(&"sul"), "{things}");
    let received = server.client.get("/api/received").expect(200).json();
    let books = received["sources"].as_array().expect("a list").iter().find(|s| s["kind"] == "feed");
    let books = books.expect("the feed's books");
    assert_eq!((&books["stored"], &books["duplicate"]), (&2.into(), &1.into()), "{books}");
    server.stop();
}

#[test]
fn a_filter_that_is_none_is_found_in_the_pack() {
    let folder = tempfile::tempdir().expect("a folder");
    for filter in ["estufa/#/clima", "v1.1/Observations", "+/clima", ""] {
        let pack = pack(folder.path(), &FEED.replace("estufa/+/clima", filter));
        let check =
            std::process::Command::new(causeway_tests::server::program()).arg("check").arg(&pack).output();
        let check = check.expect("the program starts");
        let said = String::from_utf8_lossy(&check.stderr);
        assert!(!check.status.success() && said.contains("estufa.toml"), "{filter}: {said}");
        std::fs::remove_dir_all(pack).expect("a folder");
    }
}
