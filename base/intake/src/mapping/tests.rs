use proptest::prelude::*;
use serde_json::json;
use vocab::{Quality, Value};

use super::*;
use crate::feed::tests::{GATES, read};

const NOW: Time = Time(1_700_000_000_000_000);

fn run(feed: &Feed, body: &[u8], received: Received) -> (Result<Tally, DecodeError>, Vec<Batch>) {
    let context = Context {
        feed,
        source: &feed.sources[0],
        parameters: &BTreeMap::new(),
        mode: Mode::Live,
        received,
        // A grid of our own: metres from a harbour at 10 W, 40 N.
        project: &|epsg, x, y| (epsg == 9999 && x >= 0.0).then_some((-10.0 + x / 1e5, 40.0 + y / 1e5)),
        limits: Limits::default(),
    };
    let mut batches = Vec::new();
    let tally = map(body, &context, &mut |batch| {
        batches.push(batch);
        true
    });
    (tally, batches)
}

fn one(rest: &str, body: Json) -> Batch {
    let (tally, mut batches) = run(&read(rest).unwrap(), body.to_string().as_bytes(), Received::At(NOW));
    tally.unwrap();
    assert_eq!(batches.len(), 1);
    batches.remove(0)
}

fn gates(berth: Json) -> Json {
    json!({"at": "2026-11-24T09:00:00", "gates": [{
        "id": "A/1", "name": "North gate", "lon": -25.6, "lat": "37.7", "owner": null, "berths": [berth]
    }]})
}

#[test]
fn a_record_becomes_a_thing_a_datastream_and_an_observation() {
    let batch = one(GATES, gates(json!({"berth": "Left side", "boats": "3"})));
    let thing = &batch.things[0];
    assert_eq!(thing.slug.as_str(), "gates/A-1");
    assert_eq!(thing.position.map(|p| (p.longitude, p.latitude)), Some((-25.6, 37.7)));
    assert!(thing.properties.is_empty());
    let datastream = &batch.datastreams[0];
    assert_eq!(datastream.slug.as_str(), "gates/A-1/Left-side/boats");
    assert_eq!(datastream.thing, thing.slug);
    let names: Vec<&str> = datastream.name.iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["Boats · Left side", "Barcos · Left side"]);
    let observation = &batch.observations[0];
    // The Azores are an hour behind in winter.
    assert_eq!(observation.time.iso(), "2026-11-24T10:00:00Z");
    assert_eq!((&observation.value, observation.quality), (&Value::Number(3.0), Quality::Valid));
}

#[test]
fn missing_marks_are_missing_and_quality_is_kept() {
    for (berth, value, quality) in [
        (json!({"berth": "L", "boats": -1}), Value::Missing, Quality::Missing),
        (json!({"berth": "L", "boats": "-1"}), Value::Missing, Quality::Missing),
        (json!({"berth": "L", "boats": " N/A "}), Value::Missing, Quality::Missing),
        (json!({"berth": "L", "boats": ""}), Value::Missing, Quality::Missing),
        (json!({"berth": "L", "boats": null}), Value::Missing, Quality::Missing),
        (json!({"berth": "L"}), Value::Missing, Quality::Missing),
        (json!({"berth": "L", "boats": 0}), Value::Number(0.0), Quality::Valid),
        (json!({"berth": "L", "boats": 2, "quality": "suspect"}), Value::Number(2.0), Quality::Suspect),
        (json!({"berth": "L", "boats": 2, "quality": "missing"}), Value::Missing, Quality::Missing),
    ] {
        let batch = one(GATES, gates(berth.clone()));
        let observation = &batch.observations[0];
        assert_eq!((&observation.value, observation.quality), (&value, quality), "{berth}");
    }
}

#[test]
fn what_does_not_map_is_quarantined_with_its_reason() {
    let whole = gates(json!({"berth": "L", "boats": 1}));
    let change = |pointer: &str, value: Json| {
        let mut changed = whole.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        changed
    };
    for (body, reason) in [
        (change("/gates/0/berths/0/boats", json!("many")), "boats: \"many\" is not a number"),
        (change("/gates/0/berths/0/boats", json!("NaN")), "boats: \"NaN\" is not a number"),
        (change("/gates/0/berths/0/boats", json!("inf")), "boats: \"inf\" is not a number"),
        (change("/gates/0/berths/0/boats", json!(true)), "boats: true is not a number"),
        (change("/gates/0/berths/0/boats", json!([1])), "boats: [1] is not a number"),
        (change("/gates/0/berths/0/berth", json!("")), "boats: it has no key"),
        (change("/gates/0/id", json!(null)), "it has no key"),
        (change("/gates/0/lat", json!(91)), "longitude -25.6, latitude 91 is no place"),
        (change("/gates/0/lat", json!("north")), "\"north\" is not a number"),
        (change("/at", json!("yesterday")), "boats: \"yesterday\" is not a time"),
        (change("/at", json!("")), "boats: it has no time"),
        (change("/at", json!("20260-01-01T00:00:00Z")), "is not a time"),
    ] {
        let batch = one(GATES, body);
        assert_eq!(batch.tally, Tally { received: 1, mapped: 0, quarantined: 1 });
        assert!(batch.things.is_empty() && batch.observations.is_empty());
        let reason_given = &batch.quarantined[0].reason;
        assert!(reason_given.contains(reason), "{reason_given}");
    }
    let batch = one(
        GATES,
        json!({"at": "2026-11-24T09:00:00", "gates": [
            {"id": "A/1", "name": "x", "berths": [{"berth": "L", "boats": 1}]},
            {"id": "A-1", "name": "x", "berths": [{"berth": "L", "boats": 1}]},
        ]}),
    );
    assert_eq!(batch.tally, Tally { received: 2, mapped: 1, quarantined: 1 });
    assert!(
        batch.quarantined[0].reason.contains("would both be called gates/A-1"),
        "{}",
        batch.quarantined[0].reason
    );
}

#[test]
fn a_place_may_stand_in_a_grid() {
    let rest = GATES.replace(
        "longitude = \"../lon\", latitude = \"../lat\"",
        "easting = \"../lon\", northing = \"../lat\", epsg = 9999",
    );
    let body = |x: Json, y: Json| {
        let mut body = gates(json!({"berth": "L", "boats": 1}));
        (body["gates"][0]["lon"], body["gates"][0]["lat"]) = (x, y);
        body
    };
    let at = one(&rest, body(json!(1000), json!("2000"))).things[0].position.unwrap();
    assert_eq!((at.longitude, at.latitude), (-9.99, 40.02));
    assert_eq!(one(&rest, body(json!(""), json!(null))).things[0].position, None);
    assert_eq!(one(&rest, body(json!(-5), json!(1))).quarantined[0].reason, "-5, 1 is no place in EPSG:9999");
}

#[test]
fn a_geometry_may_stand_in_a_grid() {
    let rest = GATES.to_string()
        + r#"
[[source.records.feature]]
key = "berth"
name = { en = "berth" }
geometry = "shape"
epsg = 9999
"#;
    let shape = |shape: Json| one(&rest, gates(json!({"berth": "L", "boats": 1, "shape": shape})));
    let lines = json!({"type": "MultiLineString", "coordinates": [[[0, 0, 7.5], [1000.0, 2000.0]], []]});
    let batch = shape(lines);
    let degrees =
        json!({"type": "MultiLineString", "coordinates": [[[-10.0, 40.0, 7.5], [-9.99, 40.02]], []]});
    assert_eq!(batch.features[0].geometry, degrees);
    let within =
        json!({"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [-5, 1]}]});
    assert_eq!(shape(within).quarantined[0].reason, "-5, 1 is no place in EPSG:9999");
}

#[test]
fn a_table_with_a_renamed_column_is_broken_not_empty() {
    let rest = r#"
[[source]]
id = "counts"
format = "csv"
[[source.records]]
[source.records.let]
at = "time(day)"
unused = "nobody"
[[source.records.thing]]
key = "gate"
name = { en = "name" }
properties = { colour = "colour" }
[[source.records.observation]]
thing = "gate"
datastream = "boats"
time = "$at"
result = "coalesce(boats, ships)"
"#;
    let feed = read(rest).unwrap();
    let map = |body: &str| run(&feed, body.as_bytes(), Received::At(NOW)).0;
    // What only adorns may be absent, and one of several names is enough.
    assert_eq!(map("gate,day,ships\nA,2026-11-24T09:00:00,3\n").unwrap().mapped, 1);
    assert_eq!(
        map("gate,date,boats\nA,2026-11-24,3\n"),
        Err(DecodeError::NoSuchColumn { column: "day".into() })
    );
    assert_eq!(map("Gate,day,boats\n"), Err(DecodeError::NoSuchColumn { column: "gate".into() }));
}

const NEWS: &str = r##"
[[source]]
id = "news"
url = "https://example.org/news.json"
period_seconds = 60
format = "json"

[[source.records]]
path = "*"
messages_complete = true

[[source.records.message]]
key = "#key"
title = { en = "title", pt = "titulo" }
at = "at"
until = "until"
active = "active"

[[source.records]]
path = ""

[[source.records.observation]]
thing = "'board'"
datastream = "boats"
time = "received()"
result = "'4'"
"##;

#[test]
fn messages_say_what_is_in_force_and_when_that_is_all() {
    let batch = one(NEWS, json!({"W1": {"title": "Fog", "at": "2026-11-24T09:00:00Z", "active": false}}));
    let message = &batch.messages[0];
    assert_eq!(message.slug.as_str(), "gates/W1");
    assert_eq!(message.title.langs().map(|l| l.as_str()).collect::<Vec<_>>(), ["en"]);
    assert_eq!(message.state, crate::draft::MessageState::Over);
    assert!(batch.messages_complete);
    assert_eq!(batch.observations[0].time, NOW);
    assert!(one(NEWS, json!({})).messages_complete);
    // What we could not read may be in force: silence about it must not end the others.
    assert!(!one(NEWS, json!({"W1": {"title": "Fog", "at": "soon"}})).messages_complete);
}

#[test]
fn records_that_are_not_wanted_are_left_out_and_not_quarantined() {
    let wanted = GATES.replace("path = \"gates/berths\"", "path = \"gates/berths\"\nwhen = \"boats < 3\"");
    let mut body = gates(json!({"berth": "L", "boats": 2}));
    body["gates"][0]["berths"] = json!([{"berth": "L", "boats": 2}, {"berth": "R", "boats": 3}]);
    let batch = one(&wanted, body.clone());
    assert_eq!(batch.tally, Tally { received: 2, mapped: 2, quarantined: 0 });
    assert_eq!((batch.things.len(), batch.observations.len()), (1, 1));
    // Whether it is wanted must be known.
    let batch = one(&wanted.replace("boats < 3", "boats"), body);
    assert_eq!(batch.quarantined[0].reason, "when: 2 is neither true nor false");
}

#[test]
fn rows_that_stand_in_the_file_are_records() {
    let rest = r#"
[[source]]
id = "places"
rows = [{ id = "A", name = "North" }, { id = "B", name = "South" }]
[[source.records]]
[[source.records.thing]]
key = "id"
name = { en = "name", pt = "name" }
[[source.records.observation]]
thing = "id"
datastream = "boats"
time = "received()"
result = "'4'"
"#;
    let (tally, batches) = run(&read(rest).unwrap(), b"", Received::At(NOW));
    assert_eq!(tally.unwrap().mapped, 2);
    assert_eq!(batches[0].things[1].slug.as_str(), "gates/B");
}

#[test]
fn features_come_from_geojson_and_messages_from_rss() {
    let bays = r#"
[[source]]
id = "bays"
url = "https://example.org/bays.geojson"
period_seconds = 60
format = "geojson"
[[source.records]]
[[source.records.feature]]
key = "properties/id"
name = { en = "properties/street" }
geometry = "geometry"
properties = { kind = "properties/kind" }
texts = { street = { en = "properties/street", pt = "properties/rua" } }
[[source.records.observation]]
thing = "properties/id"
datastream = "boats"
time = "received()"
result = "1"
"#;
    let feature = |id: Json, geometry: Json| json!({"type": "Feature", "geometry": geometry, "properties": {"id": id, "street": "Rua", "kind": null}});
    let point = json!({"type": "Point", "coordinates": [-25.6, 37.7]});
    let batch = one(
        bays,
        json!({"type": "FeatureCollection", "features": [feature(json!(7), point.clone()), feature(json!(8), json!(null))]}),
    );
    assert_eq!(batch.tally, Tally { received: 2, mapped: 1, quarantined: 1 });
    assert_eq!((batch.features[0].slug.as_str(), &batch.features[0].geometry), ("gates/7", &point));
    assert_eq!(Json::Object(batch.features[0].properties.clone()), json!({"street": {"en": "Rua"}}));
    let rss = r#"
[[source]]
id = "rss"
url = "https://example.org/news.rss"
period_seconds = 60
format = "rss"
[[source.records]]
[[source.records.message]]
key = "guid"
title = { en = "title" }
text = { en = "plain(description)" }
at = "time(pubDate, '%a, %d %b %Y %H:%M:%S %z')"
[[source.records.observation]]
thing = "'rss'"
datastream = "boats"
time = "received()"
result = "1"
"#;
    let body = "<rss version='2.0'><channel><title>t</title><item><title>Fog</title><guid isPermaLink='false'>g1</guid>\
        <pubDate>Tue, 24 Nov 2026 09:30:00 +0800</pubDate><description><![CDATA[<p>No <b>boats</b></p>]]></description></item></channel></rss>";
    let feed = read(&rss.replace("\"guid\"", "\"guid/#text\"")).unwrap();
    let (tally, batches) = run(&feed, body.as_bytes(), Received::At(NOW));
    assert_eq!(tally.unwrap().mapped, 1, "{:?}", batches[0].quarantined);
    let message = &batches[0].messages[0];
    assert_eq!((message.slug.as_str(), message.at.iso()), ("gates/g1", "2026-11-24T01:30:00Z".into()));
    assert_eq!(message.text.iter().next().map(|(_, t)| t), Some("No boats"));
}

const HISTORY: &str = r#"
[[source]]
id = "history"
format = "csv"
[[source.records]]
unpivot = { keep = ["t"], name = "gate", value = "boats" }
[[source.records.thing]]
key = "gate"
only_if_new = true
name = { en = "gate", pt = "gate" }
[[source.records.observation]]
thing = "gate"
datastream = "boats"
time = "t"
result = "boats"
"#;

#[test]
fn a_history_is_cut_into_the_moments_it_was_had() {
    let csv = "t,A,B\n2026-01-01T00:00,1,2\n2026-01-01T01:00,3,4\n2026-01-01T02:00,5,6\n2026-01-01T03:00,7\n";
    let feed = read(HISTORY).unwrap();
    let split_from = Time::parse("2026-01-01T02:30:00Z").unwrap();
    let (tally, batches) = run(&feed, csv.as_bytes(), Received::EachItsOwn { split_from });
    assert_eq!(tally.unwrap(), Tally { received: 7, mapped: 6, quarantined: 1 });
    let shape: Vec<(String, usize)> =
        batches.iter().map(|b| (b.received.iso(), b.observations.len())).collect();
    assert_eq!(shape, [("2026-01-01T02:00:00Z".into(), 4), ("2026-01-01T03:00:00Z".into(), 2)]);
    assert_eq!(batches[1].quarantined[0].reason, "the row has 2 cells where the header has 3");
    assert!(batches.iter().all(|b| b.things.len() == 2 && b.datastreams.len() == 2));
}

proptest! {
    #[test]
    fn received_is_mapped_and_quarantined(
        rows in proptest::collection::vec((proptest::option::of("[AB]"), "[0-9]{0,2}|x|-1", any::<bool>()), 0..60),
    ) {
        let berths: Vec<Json> = rows
            .iter()
            .map(|(id, boats, text)| json!({"berth": id, "boats": if *text { json!(boats) } else { json!(boats.parse::<i64>().ok()) }}))
            .collect();
        let body = json!({"at": "2026-11-24T09:00:00Z", "gates": [{"id": "A", "name": "n", "berths": berths}]});
        let (tally, batches) = run(&read(GATES).unwrap(), body.to_string().as_bytes(), Received::At(NOW));
        let tally = tally.unwrap();
        prop_assert_eq!(tally.received, rows.len() as u64);
        prop_assert_eq!(tally.received, tally.mapped + tally.quarantined);
        let in_batches = batches.iter().fold(Tally::default(), |sum, b| Tally {
            received: sum.received + b.tally.received,
            mapped: sum.mapped + b.tally.mapped,
            quarantined: sum.quarantined + b.tally.quarantined,
        });
        prop_assert_eq!(in_batches, tally);
        // One observation for each record that maps, and each names a datastream of its own batch.
        let observations: usize = batches.iter().map(|b| b.observations.len()).sum();
        prop_assert_eq!(observations as u64, tally.mapped);
        prop_assert!(batches.iter().all(|b| b.observations.iter().all(|o| o.datastream < b.datastreams.len())));
    }
}
