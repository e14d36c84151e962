//! Making, changing and deleting entities (OGC 18-088, 10).

use super::*;

fn historical(thing: i64, time: &str, location: i64) -> Value {
    json!({ "time": time, "Thing": { "@iot.id": thing }, "Locations": [{ "@iot.id": location }] })
}

fn feature(name: &str) -> Value {
    json!({
        "name": name, "description": "what is observed", "encodingType": "application/geo+json",
        "feature": { "type": "Point", "coordinates": [5.0, 6.0] },
    })
}

async fn count(city: &City, set: &str) -> i64 {
    city.json(&format!("{set}?$count=true&$top=0")).await["@iot.count"].as_i64().expect("a count")
}

/// How many there are of each kind, in the standard's order.
async fn counts(city: &City) -> Vec<i64> {
    let sets = [
        "Things",
        "Locations",
        "HistoricalLocations",
        "Datastreams",
        "Sensors",
        "ObservedProperties",
        "Observations",
        "FeaturesOfInterest",
    ];
    let mut counts = Vec::new();
    for set in sets {
        counts.push(count(city, set).await);
    }
    counts
}

/// Requirement: sensorthings-1.1 create-update-delete create-entity
/// Requirement: sensorthings-1.1 create-update-delete link-to-existing-entities
#[tokio::test]
async fn an_entity_of_every_kind_can_be_made() {
    on_each_store("create", async |city| {
        let linked = |mut body: Value, links: &[(&str, i64)]| {
            for (name, id) in links {
                body[*name] = json!({ "@iot.id": id });
            }
            body
        };
        let bare_stream = |name: &str| {
            let mut stream = datastream(name, "x");
            let object = stream.as_object_mut().expect("an object");
            object.retain(|key, _| !matches!(key.as_str(), "Sensor" | "ObservedProperty"));
            stream
        };
        let bodies = [
            ("Things", json!({ "name": "post", "description": "d", "properties": { "a": { "b": [1, null] } } })),
            ("Locations", linked(location("here", 10.0, 20.0), &[("Things", 1)])),
            ("HistoricalLocations", historical(1, &at(0), 1)),
            ("Sensors", sensor("s")),
            ("ObservedProperties", observed_property("p")),
            ("Datastreams", linked(bare_stream("air"), &[("Thing", 1), ("Sensor", 1), ("ObservedProperty", 1)])),
            ("FeaturesOfInterest", feature("roof")),
            ("Observations", linked(observation(0, 1), &[("Datastream", 1), ("FeatureOfInterest", 1)])),
        ];
        for (set, body) in bodies {
            let answer = city.post(set, body.clone()).await.expect(201);
            let made = answer.json();
            let place = answer.headers["location"].to_str().expect("an address").to_string();
            assert_eq!(made["@iot.selfLink"], place, "{} {set}", city.store);
            let read = city.json(&place).await;
            assert_eq!(read, made, "{} {set}", city.store);
            for (field, value) in body.as_object().expect("an object") {
                if !field.starts_with(|c: char| c.is_ascii_uppercase()) {
                    assert_eq!(read[field], *value, "{} {set} {field}", city.store);
                }
            }
        }
        assert_eq!(counts(city).await, [1, 1, 2, 1, 1, 1, 1, 1], "{}", city.store);
        assert_eq!(city.json("Observations?$expand=FeatureOfInterest").await["value"][0]["FeatureOfInterest"]["name"], "roof");
        // An id is given, not taken; what is sent back as it was read is understood.
        let mut again = city.json("Things(1)").await;
        again["@iot.id"] = json!(77);
        assert_eq!(city.make("Things", again).await, 2, "{}", city.store);
    })
    .await;
}

/// Requirement: sensorthings-1.1 create-update-delete create-entity
#[tokio::test]
async fn what_is_made_below_a_link_hangs_there() {
    on_each_store("below", async |city| {
        city.make("Things", thing("post", 10.0, 20.0, &["air"])).await;
        city.make("Things(1)/Datastreams", datastream("noise", "loudness")).await;
        assert_eq!(city.names("Things(1)/Datastreams").await, ["air", "noise"]);
        city.make("Things(1)/Locations", location("there", 11.0, 21.0)).await;
        assert_eq!(city.names("Things(1)/Locations").await, ["there"], "{}", city.store);
        city.make("Locations(2)/Things", json!({ "name": "second", "description": "" })).await;
        assert_eq!(city.names("Locations(2)/Things").await, ["post", "second"]);
        let mut stream = datastream("wind", "speed");
        stream["Thing"] = json!({ "@iot.id": 2 });
        city.make("Sensors(1)/Datastreams", stream.clone()).await;
        assert_eq!(city.names("Sensors(1)/Datastreams").await, ["air", "wind"], "{}", city.store);
        city.make("ObservedProperties(1)/Datastreams", stream).await;
        assert_eq!(city.names("ObservedProperties(1)/Datastreams").await, ["air", "wind"], "{}", city.store);
        city.make("Things(1)/HistoricalLocations", json!({ "time": at(0), "Locations": [{ "@iot.id": 1 }] }))
            .await;
        assert_eq!(count(city, "Things(1)/HistoricalLocations").await, 3, "{}", city.store);
        city.post("Datastreams(1)/Thing/Datastreams(1)/Observations", observation(0, 1)).await.expect(201);
        city.make("FeaturesOfInterest", feature("roof")).await;
        let roof =
            city.json("FeaturesOfInterest?$filter=name eq 'roof'").await["value"][0]["@iot.id"].clone();
        let mut about = observation(1, 2);
        about["Datastream"] = json!({ "@iot.id": 1 });
        city.post(&format!("FeaturesOfInterest({roof})/Observations"), about).await.expect(201);
        assert_eq!(
            city.results(&format!("FeaturesOfInterest({roof})/Observations")).await,
            [json!(2)],
            "{}",
            city.store
        );
        assert_eq!(city.results("Datastreams(1)/Observations").await, [json!(1), json!(2)]);
        // Where nothing can be made.
        for (path, status) in [
            ("Things(1)", 404),
            ("Things(1)/name", 404),
            ("Things(9)/Datastreams", 404),
            ("Datastreams(1)/Thing", 404),
            ("Things/$ref", 404),
            ("Nothing", 404),
        ] {
            city.post(path, datastream("x", "y")).await.expect(status);
        }
        city.post("Datastreams(9)/Observations", observation(0, 1)).await.expect(404);
    })
    .await;
}

/// Requirement: sensorthings-1.1 create-update-delete deep-insert
/// Requirement: sensorthings-1.1 create-update-delete deep-insert-status-code
#[tokio::test]
async fn a_whole_tree_is_made_at_once_or_not_at_all() {
    on_each_store("tree", async |city| {
        let mut whole = thing("post", 10.0, 20.0, &["air", "noise"]);
        let mut about = observation(60, 2);
        about["FeatureOfInterest"] = feature("roof");
        whole["Datastreams"][0]["Observations"] = json!([observation(0, 1.5), about]);
        whole["Locations"][0]["properties"] = json!({ "floor": 2 });
        let answer = city.post("Things", whole.clone()).await.expect(201);
        assert_eq!(answer.headers["location"], "http://city.test/sta/v1.1/Things(1)");
        assert_eq!(counts(city).await, [1, 1, 1, 2, 2, 2, 2, 2], "{}", city.store);
        let read = city
            .json("Things(1)?$expand=Locations,HistoricalLocations/Locations,Datastreams/Observations/FeatureOfInterest,\
                   Datastreams/Sensor,Datastreams/ObservedProperty")
            .await;
        for (pointer, expected) in [
            ("/Locations/0/properties/floor", json!(2)),
            ("/HistoricalLocations/0/Locations/0/name", json!("place of post")),
            ("/Datastreams/0/Sensor/name", json!("sensor of air")),
            ("/Datastreams/1/ObservedProperty/name", json!("temperature")),
            ("/Datastreams/0/Observations/0/result", json!(1.5)),
            ("/Datastreams/0/Observations/0/FeatureOfInterest/name", json!("place of post")),
            ("/Datastreams/0/Observations/1/FeatureOfInterest/name", json!("roof")),
            ("/Datastreams/1/Observations", json!([])),
        ] {
            assert_eq!(read.pointer(pointer), Some(&expected), "{} {pointer}: {read:#}", city.store);
        }
        // From the other end: a location with its things; an observation with a feature of its own.
        let mut place = location("square", 1.0, 2.0);
        place["Things"] = json!([thing("mast", 0.0, 0.0, &["wind"])]);
        place["Things"][0].as_object_mut().expect("an object").shift_remove("Locations");
        city.make("Locations", place).await;
        assert_eq!(city.names("Locations?$filter=Things/Datastreams/name eq 'wind'").await, ["square"], "{}", city.store);
        let before = counts(city).await;
        // One fault anywhere, and nothing of it is made.
        for (pointer, value, status) in [
            ("/Datastreams/1/Sensor", Value::Null, 400),
            ("/Datastreams/1/name", json!(3), 400),
            ("/Datastreams/0/Observations/1/result", json!("warm"), 422),
            ("/Datastreams/0/Observations/1/phenomenonTime", json!("soon"), 400),
            ("/Datastreams/0/Observations/1/phenomenonTime", json!("2027-01-01T00:00:00Z"), 422),
            ("/Datastreams/0/Observations/1/FeatureOfInterest/feature", json!({ "type": "Point", "coordinates": [500, 1] }), 400),
            ("/Datastreams/0/Observations/1/FeatureOfInterest", json!({ "@iot.id": 999 }), 404),
            ("/Datastreams/0/ObservedProperty", json!({ "@iot.id": 999 }), 404),
            ("/Locations/0/location", json!({ "type": "Point", "coordinates": [] }), 400),
            ("/Locations/0/encodingType", Value::Null, 400),
            ("/Locations/0", json!({ "@iot.id": 999 }), 404),
        ] {
            let mut broken = whole.clone();
            *broken.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
            let answer = city.post("Things", broken).await;
            assert_eq!(answer.status, status, "{} {pointer}: {}", city.store, answer.text);
            answer.problem();
            assert_eq!(counts(city).await, before, "{} {pointer} left something behind", city.store);
        }
    })
    .await;
}

/// Requirement: sensorthings-1.1 create-update-delete create-entity
#[tokio::test]
async fn links_that_must_be_there_must_be_said() {
    on_each_store("integrity", async |city| {
        city.make("Things", thing("post", 10.0, 20.0, &["air"])).await;
        let before = counts(city).await;
        let without = |name: &str| {
            let mut stream = datastream("x", "y");
            stream["Thing"] = json!({ "@iot.id": 1 });
            stream.as_object_mut().expect("an object").shift_remove(name).unwrap_or_else(|| panic!("{name}"));
            stream
        };
        let with = |name: &str, link: Value| {
            let mut stream = without(name);
            stream[name] = link;
            stream
        };
        let check = async |set: &str, body: Value, status: u16| {
            let answer = city.post(set, body.clone()).await;
            assert_eq!(answer.status, status, "{} {set} {body}: {}", city.store, answer.text);
            answer.problem();
            assert!(answer.json()["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
            assert_eq!(counts(city).await, before, "{} {set} {body}", city.store);
        };
        for name in ["Thing", "Sensor", "ObservedProperty"] {
            check("Datastreams", without(name), 400).await;
            check("Datastreams", with(name, json!(null)), 400).await;
            check("Datastreams", with(name, json!(1)), 400).await;
            check("Datastreams", with(name, json!([])), 400).await;
            check("Datastreams", with(name, json!({})), 400).await;
            check("Datastreams", with(name, json!({ "@iot.id": 99 })), 404).await;
            check("Datastreams", with(name, json!({ "@iot.id": "x" })), 400).await;
            check("Datastreams", with(name, json!({ "@iot.id": 1.5 })), 400).await;
        }
        for field in ["name", "description", "observationType", "unitOfMeasurement"] {
            check("Datastreams", without(field), 400).await;
        }
        check("HistoricalLocations", json!({ "time": at(0), "Locations": [{ "@iot.id": 1 }] }), 400).await;
        check(
            "HistoricalLocations",
            json!({ "Thing": { "@iot.id": 1 }, "Locations": [{ "@iot.id": 1 }] }),
            400,
        )
        .await;
        check("HistoricalLocations", historical(9, &at(0), 1), 404).await;
        check("HistoricalLocations", historical(1, &at(0), 9), 404).await;
        check("Observations", observation(0, 1), 400).await;
        check("Observations", json!({ "result": 1, "Datastream": {} }), 400).await;
        check("Observations", json!({ "result": 1, "Datastream": { "@iot.id": 9 } }), 404).await;
        check("Datastreams(1)/Observations", json!({ "phenomenonTime": at(0) }), 400).await;
        check(
            "Datastreams(1)/Observations",
            json!({ "result": 1, "FeatureOfInterest": { "@iot.id": 9 } }),
            404,
        )
        .await;
        check(
            "Datastreams(1)/Observations",
            json!({ "result": 1, "FeatureOfInterest": { "name": "x" } }),
            400,
        )
        .await;
        for set in ["Things", "Locations", "Sensors", "ObservedProperties", "FeaturesOfInterest"] {
            check(set, json!({}), 400).await;
            check(set, json!({ "name": "x" }), 400).await;
        }
    })
    .await;
}

/// Requirement: sensorthings-1.1 create-update-delete update-entity
#[tokio::test]
async fn patch_changes_what_it_says_and_leaves_the_rest() {
    on_each_store("patch", async |city| {
        city.make("Things", thing("post", 10.0, 20.0, &["air"])).await;
        city.make("Things", thing("mast", 11.0, 21.0, &["wind"])).await;
        city.make("FeaturesOfInterest", feature("roof")).await;
        let check = async |path: &str, change: Value| {
            let before = city.json(path).await;
            let answer = city.patch(path, change.clone()).await.expect(200).json();
            let after = city.json(path).await;
            assert_eq!(answer, after, "{} {path}", city.store);
            for (field, value) in after.as_object().expect("an object") {
                let expected = if change[field].is_null() { &before[field] } else { &change[field] };
                assert_eq!(value, expected, "{} {path} {field} after {change}", city.store);
            }
        };
        check("Things(1)", json!({ "name": "renamed" })).await;
        check("Things(1)", json!({ "description": "" })).await;
        check("Things(1)", json!({ "properties": { "colour": "green", "new": [1] } })).await;
        check("Things(1)", json!({})).await;
        check("Locations(1)", json!({ "location": { "type": "Point", "coordinates": [12.0, 22.0] } })).await;
        check("Locations(1)", json!({ "encodingType": "application/vnd.geo+json" })).await;
        check("HistoricalLocations(1)", json!({ "time": at(5) })).await;
        check(
            "Datastreams(1)",
            json!({ "unitOfMeasurement": { "name": "kelvin", "symbol": "K", "definition": null } }),
        )
        .await;
        check("Datastreams(1)", json!({ "name": "warmth", "properties": { "x": 1 } })).await;
        check("Sensors(1)", json!({ "metadata": "http://a.test/other" })).await;
        check("ObservedProperties(1)", json!({ "definition": "http://a.test/other" })).await;
        check("FeaturesOfInterest(1)", json!({ "feature": { "type": "Point", "coordinates": [7.0, 8.0] } }))
            .await;
        // Links.
        city.patch("Datastreams(1)", json!({ "Thing": { "@iot.id": 2 }, "Sensor": { "@iot.id": 2 } }))
            .await
            .expect(200);
        assert_eq!(city.names("Things(2)/Datastreams").await, ["warmth", "wind"], "{}", city.store);
        assert_eq!(city.json("Datastreams(1)/Sensor").await["name"], "sensor of wind", "{}", city.store);
        // What a change cannot say.
        for (path, change, status) in [
            ("Things(1)", json!({ "name": 1 }), 400),
            ("Things(1)", json!({ "name": "" }), 400),
            ("Things(1)", json!({ "nothing": 1 }), 400),
            ("Things(1)", json!([]), 400),
            ("Things(1)", json!({ "Datastreams": [datastream("x", "y")] }), 400),
            ("Things(1)", json!({ "Datastreams": [{ "@iot.id": 1 }] }), 400),
            ("Datastreams(1)", json!({ "Thing": { "@iot.id": 9 } }), 404),
            ("Datastreams(1)", json!({ "Sensor": sensor("new") }), 400),
            ("Things(9)", json!({ "name": "x" }), 404),
            ("Things", json!({ "name": "x" }), 405),
            ("Things(1)/Datastreams", json!({ "name": "x" }), 404),
            ("Things(1)/name", json!({ "name": "x" }), 404),
        ] {
            let answer = city.patch(path, change.clone()).await;
            assert_eq!(answer.status, status, "{} {path} {change}: {}", city.store, answer.text);
            answer.problem();
        }
        assert_eq!(city.json("Things(1)").await["name"], "renamed");
        // Along a path, too.
        city.patch("Datastreams(1)/Thing", json!({ "name": "by the way" })).await.expect(200);
        assert_eq!(city.json("Things(2)").await["name"], "by the way", "{}", city.store);
    })
    .await;
}

/// Requirement: sensorthings-1.1 create-update-delete update-entity
#[tokio::test]
async fn an_observation_is_corrected_and_what_it_was_is_kept() {
    on_each_store("correct", async |city| {
        city.make("Things", thing("post", 10.0, 20.0, &["air"])).await;
        let mut rich = observation(0, 1);
        rich["parameters"] = json!({ "height": 2 });
        rich["resultQuality"] = "suspect".into();
        let made = city.post("Datastreams(1)/Observations", rich).await.expect(201).json();
        let path = made["@iot.selfLink"].as_str().expect("a link").to_string();
        let changed = city.patch(&path, json!({ "result": 7 })).await.expect(200).json();
        assert_eq!(
            (&changed["result"], &changed["@iot.id"]),
            (&json!(7), &made["@iot.id"]),
            "{}",
            city.store
        );
        assert_eq!(city.json(&path).await, changed, "{}", city.store);
        assert_eq!(
            (&changed["parameters"]["height"], &changed["resultQuality"]),
            (&json!(2), &json!("suspect"))
        );
        let id: sensing::ObservationId =
            made["@iot.id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        let revisions =
            city.sensing.observations().revisions(id.datastream, id.key).await.expect("revisions");
        let said: Vec<_> =
            revisions.iter().map(|r| (r.what.as_str(), r.who.as_str(), r.was.value())).collect();
        assert_eq!(said, [("updated", "operator", vocab::Value::Number(1.0))], "{}", city.store);
        for (change, status) in [
            (json!({ "result": "warm" }), 422),
            (json!({ "phenomenonTime": at(9) }), 400),
            (json!({ "Datastream": { "@iot.id": 2 } }), 400),
            (json!({ "colour": 1 }), 400),
            (json!([]), 400),
            (json!({ "FeatureOfInterest": { "@iot.id": 99 } }), 404),
        ] {
            let answer = city.patch(&path, change.clone()).await;
            assert_eq!(answer.status, status, "{} {change}: {}", city.store, answer.text);
        }
        // A whole one takes the place of all that was said.
        let whole = json!({ "phenomenonTime": at(0), "result": 8 }).to_string();
        let put =
            city.ask("PUT", &path, OPERATOR, Some(("application/json", whole))).await.expect(200).json();
        assert_eq!(put["result"], 8, "{}", city.store);
        assert!(put["parameters"].is_null() && put["resultQuality"].is_null(), "{}: {put}", city.store);
        assert_eq!(city.json(&path).await, put, "{}", city.store);
        let none = json!({ "phenomenonTime": at(0) }).to_string();
        city.ask("PUT", &path, OPERATOR, Some(("application/json", none))).await.expect(400);
        city.delete(&path).await.expect(200);
        city.get(&path).await.expect(404);
        city.patch(&path, json!({ "result": 7 })).await.expect(404);
        city.delete(&path).await.expect(404);
        assert_eq!(count(city, "Datastreams(1)/Observations").await, 0, "{}", city.store);
    })
    .await;
}

/// Requirement: sensorthings-1.1 create-update-delete update-entity-put
#[tokio::test]
async fn put_replaces_an_entity() {
    on_each_store("put", async |city| {
        city.make("Things", thing("post", 10.0, 20.0, &["air"])).await;
        let put = async |path: &str, body: Value| {
            city.ask("PUT", path, OPERATOR, Some(("application/json", body.to_string()))).await
        };
        let after = put("Things(1)", json!({ "name": "new", "description": "d" })).await.expect(200).json();
        assert_eq!(after["name"], "new");
        assert!(after["properties"].is_null(), "{}: {after}", city.store);
        assert_eq!(city.json("Things(1)").await, after, "{}", city.store);
        assert_eq!(city.names("Things(1)/Datastreams").await, ["air"], "{}", city.store);
        assert_eq!(city.names("Things(1)/Locations").await, ["place of post"], "{}", city.store);
        put("Things(1)", json!({ "name": "new" })).await.expect(400);
        put("Things(9)", json!({ "name": "new", "description": "d" })).await.expect(404);
        put("Sensors(1)", sensor("other")).await.expect(200);
        assert_eq!(city.json("Datastreams(1)/Sensor").await["name"], "other");
        let mut stream = datastream("other", "x");
        let object = stream.as_object_mut().expect("an object");
        object.retain(|key, _| !matches!(key.as_str(), "Sensor" | "ObservedProperty"));
        put("Datastreams(1)", stream).await.expect(200);
        assert_eq!(
            city.json("Datastreams(1)?$expand=Thing,Sensor").await["Thing"]["name"],
            "new",
            "{}",
            city.store
        );
        city.post("Datastreams(1)/Observations", observation(0, 1)).await.expect(201);
        // What was read can be put back.
        for path in [
            "Things(1)",
            "Locations(1)",
            "HistoricalLocations(1)",
            "Datastreams(1)",
            "Sensors(1)",
            "ObservedProperties(1)",
            "FeaturesOfInterest(1)",
        ] {
            let read = city.json(path).await;
            let after = put(path, read.clone()).await.expect(200).json();
            assert_eq!(after, read, "{} {path}", city.store);
        }
    })
    .await;
}

/// Requirement: sensorthings-1.1 create-update-delete update-entity-jsonpatch
#[tokio::test]
async fn a_json_patch_changes_an_entity_as_it_is_shown() {
    on_each_store("jsonpatch", async |city| {
        city.make("Things", thing("post", 10.0, 20.0, &["air"])).await;
        city.make("Things", thing("mast", 10.0, 20.0, &[])).await;
        let made = city.post("Datastreams(1)/Observations", observation(0, 1)).await.expect(201).json();
        let patch = async |path: &str, operations: Value| {
            city.ask("PATCH", path, OPERATOR, Some(("application/json-patch+json", operations.to_string()))).await
        };
        let operations = json!([
            { "op": "test", "path": "/name", "value": "post" },
            { "op": "replace", "path": "/name", "value": "new" },
            { "op": "add", "path": "/properties/floors", "value": [1] },
            { "op": "add", "path": "/properties/floors/-", "value": 2 },
            { "op": "move", "from": "/properties/colour", "path": "/properties/color" },
        ]);
        let after = patch("Things(1)", operations).await.expect(200).json();
        assert_eq!((&after["name"], &after["properties"]), (&json!("new"), &json!({ "floors": [1, 2], "color": "red" })));
        assert_eq!(city.json("Things(1)").await, after, "{}", city.store);
        patch("Datastreams(1)", json!([{ "op": "add", "path": "/Thing", "value": { "@iot.id": 2 } }])).await.expect(200);
        assert_eq!(city.names("Things(2)/Datastreams").await, ["air"], "{}", city.store);
        let link = made["@iot.selfLink"].as_str().expect("a link");
        patch(link, json!([{ "op": "replace", "path": "/result", "value": 5 }])).await.expect(200);
        assert_eq!(city.json(link).await["result"], 5, "{}", city.store);
        // Each operation puts all properties one deeper; a hundred on top of sixty are more than anybody reads again.
        let nest = |depth: usize| (0..depth).fold(json!({}), |inner, _| json!({ "in": inner }));
        city.make("Things", json!({ "name": "deep", "description": "", "properties": nest(60) })).await;
        let deepening: Value =
            (0..100).map(|_| json!({ "op": "copy", "from": "/properties", "path": "/properties/in" })).collect();
        for (path, operations, status) in [
            ("Things(1)", json!([{ "op": "test", "path": "/name", "value": "post" }, { "op": "remove", "path": "/properties" }]), 400),
            ("Things(1)", json!([{ "op": "remove", "path": "/name" }]), 400),
            ("Things(1)", json!([{ "op": "add", "path": "/colour", "value": 1 }]), 400),
            ("Things(1)", json!([{ "op": "replace", "path": "", "value": [] }]), 400),
            ("Things(1)", json!({ "name": "x" }), 400),
            ("Things(3)", deepening, 400),
            ("Things(9)", json!([]), 404),
            (link, json!([{ "op": "remove", "path": "/result" }]), 400),
            (link, json!([{ "op": "replace", "path": "/phenomenonTime", "value": at(5) }]), 400),
        ] {
            let answer = patch(path, operations.clone()).await;
            assert_eq!(answer.status, status, "{} {path} {operations}: {}", city.store, answer.text);
            answer.problem();
        }
        assert_eq!(city.json("Things(1)").await, after, "{}", city.store);
    })
    .await;
}

/// Requirement: sensorthings-1.1 create-update-delete delete-entity
#[tokio::test]
async fn what_cannot_be_without_it_goes_with_it() {
    on_each_store("delete", async |city| {
        // Per thing: a location, a history, two datastreams with a sensor and a property each, observations, a feature.
        let check = async |path: &str, expected: [i64; 8]| {
            let before = counts(city).await;
            city.delete(path).await.expect(200);
            let gone: Vec<i64> =
                counts(city).await.iter().zip(before).map(|(now, before)| before - now).collect();
            assert_eq!(gone, expected, "{} {path}", city.store);
            city.get(path).await.expect(404);
            city.delete(path).await.expect(404);
        };
        let fill = async || {
            let mut whole = thing("post", 10.0, 20.0, &["air", "noise"]);
            for stream in 0..2 {
                whole["Datastreams"][stream]["Observations"] = json!([observation(0, 1), observation(1, 2)]);
            }
            let thing = city.make("Things", whole).await;
            let id = |path: &str| {
                let path = format!("Things({thing})/{path}");
                async move { city.json(&path).await["value"][0]["@iot.id"].as_i64().expect("an id") }
            };
            (thing, id("Locations").await, id("HistoricalLocations").await, id("Datastreams").await)
        };
        let (thing, ..) = fill().await;
        check(&format!("Things({thing})"), [1, 0, 1, 2, 0, 0, 4, 0]).await;
        let (thing, location, ..) = fill().await;
        check(&format!("Locations({location})"), [0, 1, 1, 0, 0, 0, 0, 0]).await;
        assert_eq!(city.names(&format!("Things({thing})/Locations")).await, [] as [String; 0]);
        let (thing, location, history, stream) = fill().await;
        check(&format!("HistoricalLocations({history})"), [0, 0, 1, 0, 0, 0, 0, 0]).await;
        assert_eq!(city.json(&format!("Things({thing})/Locations")).await["value"][0]["@iot.id"], location);
        check(&format!("Datastreams({stream})"), [0, 0, 0, 1, 0, 0, 2, 0]).await;
        let (.., stream) = fill().await;
        let sensor = city.json(&format!("Datastreams({stream})/Sensor")).await["@iot.id"].clone();
        check(&format!("Sensors({sensor})"), [0, 0, 0, 1, 1, 0, 2, 0]).await;
        let (.., stream) = fill().await;
        let property = city.json(&format!("Datastreams({stream})/ObservedProperty")).await["@iot.id"].clone();
        check(&format!("ObservedProperties({property})"), [0, 0, 0, 1, 0, 1, 2, 0]).await;
        let (.., stream) = fill().await;
        let observation = city.json(&format!("Datastreams({stream})/Observations")).await["value"][0].clone();
        let feature = city
            .json(&format!(
                "Observations('{}')/FeatureOfInterest",
                observation["@iot.id"].as_str().expect("an id")
            ))
            .await;
        check(observation["@iot.selfLink"].as_str().expect("a link"), [0, 0, 0, 0, 0, 0, 1, 0]).await;
        check(feature["@iot.selfLink"].as_str().expect("a link"), [0, 0, 0, 0, 0, 0, 3, 1]).await;
        // No id is given twice, and a datastream that is gone takes nothing.
        let (thing, .., stream) = fill().await;
        city.delete(&format!("Things({thing})")).await.expect(200);
        city.post(&format!("Datastreams({stream})/Observations"), super::observation(0, 1)).await.expect(404);
        assert_eq!(fill().await.0, thing + 1, "{}", city.store);
        // A whole set goes by a condition alone.
        for path in ["Things", "Things(1)/Datastreams"] {
            city.delete(path).await.expect(400);
        }
        for path in ["Things(99)", &format!("Things({})/name", thing + 1), "Nothing(1)"] {
            city.delete(path).await.expect(404);
        }
    })
    .await;
}

/// Requirement: sensorthings-1.1 create-update-delete create-entity
#[tokio::test]
async fn an_observation_sent_twice_is_one() {
    on_each_store("twice", async |city| {
        city.make("Things", thing("post", 10.0, 20.0, &["first", "last"])).await;
        city.patch("Datastreams(2)", json!({ "properties": { "policy": "last-wins" } })).await.expect(200);
        for (stream, second, expected) in [(1, 1, 1), (1, 2, 1), (2, 1, 1), (2, 2, 2), (2, 2, 2)] {
            let path = format!("Datastreams({stream})/Observations");
            let first = city.post(&path, observation(0, 1)).await.expect(201);
            let second = city.post(&path, observation(0, second)).await.expect(201);
            assert_eq!(first.headers["location"], second.headers["location"], "{} {path}", city.store);
            assert_eq!(second.json()["result"], expected, "{} {path}", city.store);
            assert_eq!(city.results(&path).await, [json!(expected)], "{} {path}", city.store);
            city.delete(second.headers["location"].to_str().expect("a link")).await.expect(200);
        }
        // An entity sent twice is two, unless it has a public name.
        let named = json!({ "name": "x", "description": "", "properties": { "slug": "north/1" } });
        city.make("Things", named.clone()).await;
        let taken = city.post("Things", named).await.expect(409);
        assert_eq!(taken.problem(), "sensing-slug-taken", "{}", city.store);
        let nothing =
            city.patch("Things(2)", json!({ "properties": { "slug": "north/2" } })).await.expect(400);
        assert_eq!(nothing.problem(), "sensing-bad-entity", "{}", city.store);
    })
    .await;
}

/// Requirement: sensorthings-1.1 create-update-delete historical-location-auto-creation
/// Requirement: sensorthings-1.1 create-update-delete historical-location-manual-creation
#[tokio::test]
async fn where_a_thing_was_is_kept() {
    on_each_store("moves", async |city| {
        city.make("Things", thing("bus", 10.0, 20.0, &[])).await;
        city.make("Locations", location("there", 11.0, 21.0)).await;
        let history = async || {
            let page = city.json("Things(1)/HistoricalLocations?$orderby=time,id&$expand=Locations").await;
            let one = |entry: &Value| {
                let names = entry["Locations"].as_array().expect("locations").iter();
                let names: Vec<&str> = names.filter_map(|location| location["name"].as_str()).collect();
                format!("{} {}", entry["time"].as_str().expect("a time"), names.join("+"))
            };
            page["value"].as_array().expect("a list").iter().map(one).collect::<Vec<String>>()
        };
        let now = NOW.iso();
        assert_eq!(history().await, [format!("{now} place of bus")], "{}", city.store);
        city.patch("Things(1)", json!({ "Locations": [{ "@iot.id": 2 }] })).await.expect(200);
        assert_eq!(
            history().await,
            [format!("{now} place of bus"), format!("{now} there")],
            "{}",
            city.store
        );
        assert_eq!(city.names("Things(1)/Locations").await, ["there"], "{}", city.store);
        // By hand: earlier than all tells of the past, later than all says where it is.
        city.make("HistoricalLocations", historical(1, &at(0), 2)).await;
        assert_eq!(city.names("Things(1)/Locations").await, ["there"], "{}", city.store);
        city.make("HistoricalLocations", historical(1, &NOW.plus(1_000_000).iso(), 1)).await;
        assert_eq!(city.names("Things(1)/Locations").await, ["place of bus"], "{}", city.store);
        assert_eq!(history().await.len(), 4, "{}", city.store);
        // A second place of another encoding says the same in other words; of the same, it is a move.
        let mut words = location("words", 0.0, 0.0);
        words["encodingType"] = "text/plain".into();
        words["location"] = "by the harbour".into();
        city.make("Things(1)/Locations", words).await;
        assert_eq!(city.names("Things(1)/Locations").await, ["place of bus", "words"], "{}", city.store);
        city.make("Things(1)/Locations", location("third", 12.0, 22.0)).await;
        assert_eq!(city.names("Things(1)/Locations").await, ["words", "third"], "{}", city.store);
    })
    .await;
}

/// Requirement: sensorthings-1.1 create-update-delete create-entity
#[tokio::test]
async fn a_feature_of_interest_is_made_of_where_the_thing_is() {
    on_each_store("about", async |city| {
        city.make("Things", thing("bus", 10.0, 20.0, &["air", "noise"])).await;
        let about = async |stream: i64, second: i64| {
            let made =
                city.post(&format!("Datastreams({stream})/Observations"), observation(second, second)).await;
            let link = made.expect(201).json()["@iot.selfLink"].as_str().expect("a link").to_string();
            let feature = city.json(&format!("{link}/FeatureOfInterest")).await;
            (feature["@iot.id"].as_i64().expect("an id"), feature["feature"]["coordinates"].clone())
        };
        let first = about(1, 0).await;
        assert_eq!(first, (1, json!([10.0, 20.0])), "{}", city.store);
        assert_eq!(about(1, 1).await, first, "{}", city.store);
        assert_eq!(about(2, 0).await, first, "{}", city.store);
        // It moves: what was observed before was observed there.
        city.make("Locations", location("there", 11.0, 21.0)).await;
        city.patch("Things(1)", json!({ "Locations": [{ "@iot.id": 2 }] })).await.expect(200);
        let later = (NOW.0 - 1_789_948_800_000_000) / 1_000_000;
        let second = about(1, later).await;
        assert_eq!(second, (2, json!([11.0, 21.0])), "{}", city.store);
        assert_eq!(about(1, 2).await, first, "{}", city.store);
        assert_eq!(
            city.results("FeaturesOfInterest(1)/Observations?$orderby=result").await,
            [0, 0, 1, 2].map(|n| json!(n))
        );
        assert_eq!(
            city.results("FeaturesOfInterest(2)/Observations").await,
            [json!(later)],
            "{}",
            city.store
        );
        // Back where it was it is about the first again; a feature of its own stays with its observation.
        let mut own = observation(3, 3);
        own["FeatureOfInterest"] = feature("roof");
        city.post("Datastreams(1)/Observations", own).await.expect(201);
        assert_eq!(city.results("FeaturesOfInterest(3)/Observations").await, [json!(3)], "{}", city.store);
        assert_eq!(count(city, "FeaturesOfInterest").await, 3, "{}", city.store);
        let area = city.json("Datastreams(1)").await["observedArea"].clone();
        assert_eq!(area["type"], "Polygon", "{}: {area}", city.store);
        // A thing that is nowhere has observations about nothing.
        let mut nowhere = thing("lost", 0.0, 0.0, &["air"]);
        nowhere.as_object_mut().expect("an object").shift_remove("Locations");
        city.make("Things", nowhere).await;
        let made = city.post("Datastreams(3)/Observations", observation(0, 1)).await.expect(201).json();
        city.get(&format!("{}/FeatureOfInterest", made["@iot.selfLink"].as_str().expect("a link")))
            .await
            .expect(404);
    })
    .await;
}

#[tokio::test]
async fn keys_open_what_is_their_own() {
    on_each_store("keys", async |city| {
        let ask = async |method: &str, path: &str, key: &str, body: Value| {
            city.ask(method, path, key, Some(("application/json", body.to_string()))).await.status
        };
        let mut own = thing("own", 10.0, 20.0, &["air"]);
        own["properties"] = json!({ "slug": "posts/17" });
        own["Datastreams"][0]["properties"] = json!({ "slug": "posts/17/air" });
        city.make("Things", own).await;
        let mut other = thing("other", 10.0, 20.0, &["air"]);
        other["properties"] = json!({ "slug": "posts/170", "label": "public" });
        other["Datastreams"][0]["properties"] = json!({ "slug": "posts/170/air", "label": "public" });
        city.make("Things", other).await;
        for key in [NOBODY, "a-wrong-key"] {
            assert_eq!(ask("POST", "Things", key, thing("x", 1.0, 2.0, &[])).await, 401, "{}", city.store);
            assert_eq!(ask("PATCH", "Things(2)", key, json!({ "name": "x" })).await, 401);
            assert_eq!(ask("PUT", "Things(2)", key, json!({ "name": "x", "description": "" })).await, 401);
            assert_eq!(ask("DELETE", "Things(2)", key, json!({})).await, 401);
            assert_eq!(ask("POST", "Datastreams(2)/Observations", key, observation(0, 1)).await, 401);
        }
        assert_eq!(
            ask("POST", "Datastreams(1)/Observations", DEVICE, observation(0, 1)).await,
            201,
            "{}",
            city.store
        );
        assert_eq!(
            ask("POST", "Datastreams(2)/Observations", DEVICE, observation(0, 1)).await,
            403,
            "{}",
            city.store
        );
        assert_eq!(ask("PATCH", "Things(1)", DEVICE, json!({ "name": "mine" })).await, 200, "{}", city.store);
        assert_eq!(ask("PATCH", "Things(2)", DEVICE, json!({ "name": "mine" })).await, 403, "{}", city.store);
        assert_eq!(ask("DELETE", "Things(1)", DEVICE, json!({})).await, 403, "{}", city.store);
        // What it makes lies in its own scope, whatever it hangs it on.
        assert_eq!(
            ask("POST", "Things(1)/Datastreams", DEVICE, datastream("noise", "x")).await,
            201,
            "{}",
            city.store
        );
        assert_eq!(
            ask("POST", "Things(2)/Datastreams", DEVICE, datastream("noise", "x")).await,
            403,
            "{}",
            city.store
        );
        let mut stray = datastream("stray", "x");
        stray["Thing"] = json!({ "@iot.id": 2 });
        assert_eq!(ask("POST", "Datastreams", DEVICE, stray).await, 403, "{}", city.store);
        let named = |slug: &str| json!({ "name": "x", "description": "", "properties": { "slug": slug } });
        assert_eq!(ask("POST", "Things", DEVICE, named("posts/18")).await, 403, "{}", city.store);
        assert_eq!(ask("POST", "Things", DEVICE, named("posts/17/spare")).await, 201, "{}", city.store);
        assert_eq!(
            ask("PATCH", "Datastreams(1)", DEVICE, json!({ "Thing": { "@iot.id": 2 } })).await,
            403,
            "{}",
            city.store
        );
        assert_eq!(
            ask("POST", "Locations(2)/Things", DEVICE, named("posts/17/more")).await,
            403,
            "{}",
            city.store
        );
    })
    .await;
}

#[tokio::test]
async fn texts_of_every_language_go_in_and_out() {
    on_each_store("languages", async |city| {
        let named = json!({
            "name": "Weather post", "description": "By the harbour",
            "properties": { "name@zh-Hant": "氣象站", "description@zh-Hant": "海港旁", "colour": "red" },
        });
        city.make("Things", named.clone()).await;
        let read = city.json("Things(1)").await;
        for field in ["name", "description", "properties"] {
            assert_eq!(read[field], named[field], "{} {field}", city.store);
        }
        city.patch("Things(1)", json!({ "name": "Post" })).await.expect(200);
        let read = city.json("Things(1)").await;
        assert_eq!(
            (&read["name"], &read["properties"]["name@zh-Hant"]),
            (&json!("Post"), &json!("氣象站")),
            "{}",
            city.store
        );
        assert_eq!(city.names("Things?$filter=name eq 'Post'").await, ["Post"]);
    })
    .await;
}
