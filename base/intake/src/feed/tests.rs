use host::PackFile;
use jiff::tz::TimeZone;
use vocab::Lang;

use super::check::{City, check};
use super::*;

pub(crate) fn city() -> City {
    let languages = ["en", "pt"].map(|l| Lang::new(l).unwrap()).to_vec();
    City { languages, zone: TimeZone::get("Atlantic/Azores").unwrap(), rows: Default::default() }
}

/// A feed of an invented city, with `{rest}` after its head.
pub(crate) fn text(rest: &str) -> String {
    format!(
        r#"schema = 1
id = "gates"
title = {{ en = "Gates", pt = "Portões" }}
summary = {{ en = "How many boats pass.", pt = "Quantos barcos passam." }}
owner = {{ en = "Harbour Board", pt = "Junta do Porto" }}
label = "public"
missing = ["-1", "N/A"]

[licence]
name = {{ en = "CC BY 4.0", pt = "CC BY 4.0" }}
url = "https://example.org/licence"
attribution = {{ en = "Source: Harbour Board", pt = "Fonte: Junta do Porto" }}

[[datastream]]
key = "boats"
name = {{ en = "Boats", pt = "Barcos" }}
meaning = {{ en = "Boats in the last minute.", pt = "Barcos no último minuto." }}
property = "count"
property_name = {{ en = "Count", pt = "Contagem" }}
unit = "{{boat}}"
kind = "number"
label = "public"
period_seconds = 60
freshness_seconds = 300

{rest}"#
    )
}

pub(crate) const GATES: &str = r#"
[[source]]
id = "counts"
url = "https://example.org/gates.json"
period_seconds = 60
format = "json"

[[source.records]]
path = "gates/berths"

[[source.records.thing]]
key = "../id"
name = { en = "../name", pt = "../name" }
place = { longitude = "../lon", latitude = "../lat" }
properties = { owner = "../owner" }

[[source.records.observation]]
thing = "../id"
datastream = "boats"
part = "berth"
time = "/at"
result = "boats"
quality = "quality"
"#;

pub(crate) fn read(rest: &str) -> Result<Feed, Vec<String>> {
    check(&PackFile::new("feeds/gates.toml", text(rest)), &city())
        .map_err(|all| all.iter().map(ToString::to_string).collect())
}

#[test]
fn a_good_file_is_read() {
    let feed = read(GATES).unwrap();
    assert_eq!(feed.id.as_str(), "gates");
    assert_eq!(feed.sources[0].pulls[0].url, "https://example.org/gates.json");
    assert_eq!((feed.sources[0].period_seconds, feed.sources[0].freshness_seconds), (60, 300));
    assert_eq!(feed.sources[0].records[0].observations[0].missing, ["-1", "N/A"]);
}

#[test]
fn rows_may_stand_in_another_file() {
    let source = "[[source]]\nid = \"gates\"\nrows_of = \"harbour/gates\"\n[[source.records]]\n[[source.records.thing]]\n\
        key = \"id\"\nname = { en = \"id\" }\n";
    let file = PackFile::new("feeds/gates.toml", text(&format!("{GATES}{source}")));
    let row: toml::Table = toml::from_str("id = 'A'").unwrap();
    let known = City { rows: [("harbour/gates".to_string(), vec![row])].into(), ..city() };
    assert_eq!(check(&file, &known).unwrap().sources[1].rows, [serde_json::json!({"id": "A"})]);
    let findings: Vec<String> = check(&file, &city()).unwrap_err().iter().map(ToString::to_string).collect();
    assert!(findings[0].contains("there are no rows harbour/gates"), "{findings:?}");
}

#[test]
fn an_address_is_filled_in_for_each() {
    let rest = GATES.replace(
        "gates.json\"",
        "{lang}/gates.json?q={q}\"\nfor_each = [{ lang = \"en\", q = \"a b\" }, { lang = \"pt\", q = \"ç\" }]",
    );
    let feed = read(&rest).unwrap();
    let urls: Vec<&str> = feed.sources[0].pulls.iter().map(|p| p.url.as_str()).collect();
    assert_eq!(
        urls,
        ["https://example.org/en/gates.json?q=a%20b", "https://example.org/pt/gates.json?q=%C3%A7"]
    );
    assert_eq!(feed.sources[0].pulls[0].id("counts"), "counts/en/a b");
}

/// Replaces `from` by `to` in the good file and looks for `expected` among the findings.
#[track_caller]
fn check_mistake(from: &str, to: &str, expected: &str) {
    let whole = text(GATES);
    assert!(whole.contains(from), "{from} is not in the file");
    let file = PackFile::new("feeds/gates.toml", whole.replacen(from, to, 1));
    let findings = check(&file, &city()).err().unwrap_or_default();
    let all: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(all.iter().any(|f| f.contains(expected)), "{to}: {all:?}");
}

#[test]
fn every_mistake_is_named_with_its_line_and_a_hint() {
    for (from, to, expected) in [
        (
            "schema = 1",
            "",
            "feeds/gates.toml:1: the file does not say its schema\n    begin it with: schema = 1",
        ),
        ("schema = 1", "schema = 9", "schema 9 is not one this program reads"),
        (
            "id = \"gates\"",
            "id = \"gate\"",
            "feeds/gates.toml:2: id gate is not the file's name\n    write id = \"gates\"",
        ),
        ("id = \"gates\"", "id = \"the gates\"", "is not a slug"),
        ("Portões", "", "feeds/gates.toml:3: the title has no text in pt"),
        ("pt = \"Portões\"", "fr = \"Portes\"", "fr is no language of this city\n    the city speaks en, pt"),
        ("label = \"public\"", "lable = \"public\"", "feeds/gates.toml:6: unknown field `lable`"),
        ("label = \"public\"", "lable = \"public\"", "did you mean `label`?"),
        (
            "label = \"public\"",
            "time_zone = \"Atlantis/North\"",
            "feeds/gates.toml:6: Atlantis/North is no time zone",
        ),
        ("https://example.org/licence", "example", "example is no URL"),
        ("https://example.org/gates.json", "http://example.org/gates.json", "the address is without TLS"),
        ("https://example.org/gates.json", "https://example.org/{x}", "for_each does not fill in"),
        ("format = \"json\"", "format = \"yaml\"", "unknown variant `yaml`"),
        ("format = \"json\"", "", "the source says no format"),
        ("format = \"json\"", "format = \"json\"\nencoding = \"morse\"", "morse is no encoding"),
        (
            "format = \"json\"",
            "format = \"json\"\ntitle_lines = 2",
            "title_lines, note_lines and columns are for csv",
        ),
        ("format = \"json\"", "format = \"csv\"", "rows have no path"),
        ("period_seconds = 60\nformat", "period_seconds = 0\nformat", "a period of 0 s never rests"),
        ("period_seconds = 60\nformat", "format", "the source does not say how often to fetch it"),
        (
            "datastream = \"boats\"",
            "datastream = \"boots\"",
            "there is no [[datastream]] boots\n    the file has boats",
        ),
        (
            "path = \"gates/berths\"",
            "nearest = { longitude = \"x\", latitude = \"y\", within_metres = 9, places = [{ longitude = 1 }] }",
            "nearest is for rows of csv, tsv and psv",
        ),
        (
            "path = \"gates/berths\"",
            "nearest = { longitude = \"x\", latitude = \"y\", within_metres = 9, places = [{ longitude = 1 }] }",
            "a place has no longitude and latitude",
        ),
        ("latitude = \"../lat\"", "northing = \"../lat\"", "this is no place"),
        ("properties = {", "devices = [\"radar\"]\nproperties = {", "there is no [[device]] radar"),
        ("key = \"boats\"", "key = \"boats/day\"", "\"boats/day\" cannot name a datastream"),
    ] {
        check_mistake(from, to, expected);
    }
}
