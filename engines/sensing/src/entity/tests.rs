use serde_json::json;
use vocab::Lang;

use super::draft::{Draft, Said, Target};
use super::*;

fn languages() -> Vec<Lang> {
    ["en", "zh-Hant"].map(|tag| Lang::new(tag).unwrap()).to_vec()
}

#[test]
fn what_is_an_entity() {
    let check = |kind: Kind, json: serde_json::Value, expected: &str| {
        let said = Draft::read(kind, json.clone(), Said::All, &languages());
        let found = said.map_or_else(|problem| problem.detail, |_| String::new());
        assert!(found.contains(expected) && found.is_empty() == expected.is_empty(), "{json}: {found}");
    };
    let thing = |more: serde_json::Value| {
        let mut all = json!({ "name": "a", "description": "b" });
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    check(Kind::Thing, thing(json!({})), "");
    check(Kind::Thing, json!([1]), "is a JSON object");
    check(Kind::Thing, json!({ "name": "a" }), "no description");
    check(Kind::Thing, thing(json!({ "name": 3 })), "name of this Thing is no text");
    check(Kind::Thing, thing(json!({ "name": "  " })), "name of this Thing is no text");
    check(Kind::Thing, thing(json!({ "colour": "red" })), "a Thing has no colour");
    check(Kind::Thing, thing(json!({ "@iot.id": 3, "Datastreams@iot.navigationLink": "x" })), "");
    check(Kind::Thing, thing(json!({ "properties": [] })), "no JSON object");
    check(Kind::Thing, thing(json!({ "properties": { "slug": "a b" } })), "not a slug");
    check(Kind::Thing, thing(json!({ "properties": { "label": "secret" } })), "neither public nor internal");
    check(Kind::Thing, thing(json!({ "Locations": 7 })), "no entity");
    check(Kind::Thing, thing(json!({ "Locations": [{ "@iot.id": {} }] })), "@iot.id of Locations is none");
    let place = |location: serde_json::Value| json!({ "name": "a", "description": "b", "encodingType": "application/geo+json", "location": location });
    check(Kind::Location, place(json!({ "type": "Point", "coordinates": [8.4, 49.0] })), "");
    check(Kind::Location, place(json!({ "type": "Point", "coordinates": [200.0, 49.0] })), "no place");
    check(Kind::Location, place(json!({ "type": "Point", "coordinates": ["x", 49.0] })), "position");
    check(
        Kind::Location,
        place(json!({ "type": "Circle", "coordinates": [8.4, 49.0] })),
        "no type of GeoJSON",
    );
    check(Kind::Location, place(json!({ "type": "Feature", "geometry": null })), "");
    check(Kind::Location, place(json!("somewhere in town")), "");
    check(Kind::Location, place(serde_json::Value::Null), "is null");
    check(Kind::HistoricalLocation, json!({ "time": "0000-01-01T00:00:00Z" }), "no time");
    check(Kind::HistoricalLocation, json!({ "time": "10000-01-01T00:00:00Z" }), "no time");
    let stream = |more: serde_json::Value| {
        let mut all = json!({ "name": "a", "description": "b", "observationType": "x/OM_Measurement",
            "unitOfMeasurement": { "name": "one" } });
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    check(Kind::Datastream, stream(json!({})), "");
    check(Kind::Datastream, stream(json!({ "properties": { "policy": "loudest" } })), "policy is none of");
    check(
        Kind::Datastream,
        stream(json!({ "Observations": [{ "result": 1, "phenomenonTime": "x" }] })),
        "time",
    );
    let mut deep = thing(json!({}));
    for _ in 0..4 {
        deep = thing(json!({ "Locations": [{ "name": "a", "description": "b", "encodingType": "t",
            "location": "x", "Things": [deep] }] }));
    }
    check(Kind::Thing, deep, "more than 6 deep");
}

#[test]
fn languages_go_in_and_come_out() {
    let json = json!({ "name": "Bay", "description": "", "properties": {
        "name@zh-Hant": "灣", "name@not a tag": 1, "label": "public", "colour": "red" } });
    let draft = Draft::read(Kind::Thing, json, Said::All, &languages()).unwrap();
    assert_eq!(draft.label, Some(Label::Public));
    let name = draft.name.unwrap();
    assert_eq!(languages::plain(&name, &languages()), "Bay");
    let mut properties = serde_json::Map::new();
    languages::add_others(&mut properties, "name", &name, &languages());
    assert_eq!(serde_json::Value::Object(properties), json!({ "name@zh-Hant": "灣" }));
    let left = json!({ "name@not a tag": 1, "label": "public", "colour": "red" });
    assert_eq!(draft.body["properties"], left);
}

#[test]
fn links_are_ids_or_whole_entities() {
    let json = json!({ "name": "a", "description": "b", "Locations": { "@iot.id": "17" } });
    let draft = Draft::read(Kind::Thing, json, Said::All, &languages()).unwrap();
    assert_eq!(draft.targets(Kind::Location), Some(&[Target::Id(17)][..]));
}
