//! Addresses: entities, properties, links, and those that lead nowhere (OGC 18-088, 9.2).

use super::*;

/// A post with two datastreams; two observations of the first, none of the second. Answers the first's id.
async fn filled(city: &City) -> String {
    city.make("Things", thing("post", 10.0, 20.0, &["air", "noise"])).await;
    city.make("Things", json!({ "name": "bare", "description": "" })).await;
    let first = city.post("Datastreams(1)/Observations", observation(0, 1.5)).await.expect(201).json();
    city.post("Datastreams(1)/Observations", observation(60, 2)).await.expect(201);
    first["@iot.id"].as_str().expect("an id").to_string()
}

/// Requirement: sensorthings-1.1 resource-path resource-path-to-entities
/// Requirement: sensorthings-1.1 request-data status-code
#[tokio::test]
async fn every_address_of_the_model_leads_to_what_it_names() {
    on_each_store("paths", async |city| {
        let o = filled(city).await;
        let check = async |path: &str, pointer: &str, expected: Value| {
            let path = path.replace("{o}", &format!("'{o}'"));
            let found = city.json(&path).await;
            assert_eq!(found.pointer(pointer), Some(&expected), "{} {path}: {found}", city.store);
        };
        // Sets, entities, and ids in quotes and percent signs.
        check("Things", "/value/0/name", json!("post")).await;
        check("Things/", "/value/1/name", json!("bare")).await;
        check("Things(1)", "/name", json!("post")).await;
        check("Things('1')", "/name", json!("post")).await;
        check("Things%281%29", "/name", json!("post")).await;
        check("Observations({o})", "/result", json!(1.5)).await;
        check(&format!("Observations(%27{o}%27)"), "/result", json!(1.5)).await;
        check(&format!("Observations({o})"), "/result", json!(1.5)).await;
        // Properties.
        check("Things(1)/name", "", json!({ "name": "post" })).await;
        check("Things(1)/properties", "/properties/colour", json!("red")).await;
        check("Things(1)/@iot.id", "/@iot.id", json!(1)).await;
        check("Things(1)/id", "/id", json!(1)).await;
        check("Things(1)/selfLink", "/selfLink", json!("http://city.test/sta/v1.1/Things(1)")).await;
        check("Observations({o})/result", "", json!({ "result": 1.5 })).await;
        check("Datastreams(1)/unitOfMeasurement", "/unitOfMeasurement/symbol", json!("°C")).await;
        check("Datastreams(1)/phenomenonTime", "/phenomenonTime", json!(format!("{}/{}", at(0), at(60))))
            .await;
        check("Datastreams(1)/Thing/Locations(1)/location", "/location/type", json!("Point")).await;
        // Links, of every kind to every kind.
        check("Things(1)/Locations", "/value/0/name", json!("place of post")).await;
        check("Things(1)/HistoricalLocations", "/value/0/@iot.id", json!(1)).await;
        check("Things(1)/Datastreams", "/value/1/name", json!("noise")).await;
        check("Locations(1)/Things", "/value/0/name", json!("post")).await;
        check("Locations(1)/HistoricalLocations", "/value/0/@iot.id", json!(1)).await;
        check("HistoricalLocations(1)/Thing", "/name", json!("post")).await;
        check("HistoricalLocations(1)/Locations", "/value/0/name", json!("place of post")).await;
        check("Datastreams(1)/Thing", "/name", json!("post")).await;
        check("Datastreams(1)/Sensor", "/name", json!("sensor of air")).await;
        check("Datastreams(1)/ObservedProperty", "/name", json!("temperature")).await;
        check("Datastreams(1)/Observations", "/value/1/result", json!(2)).await;
        check("Datastreams(2)/Observations", "", json!({ "value": [] })).await;
        check("Sensors(1)/Datastreams", "/value/0/name", json!("air")).await;
        check("ObservedProperties(1)/Datastreams", "/value/0/name", json!("air")).await;
        check("Observations({o})/Datastream", "/name", json!("air")).await;
        check("Observations({o})/FeatureOfInterest", "/feature/coordinates", json!([10.0, 20.0])).await;
        check("FeaturesOfInterest(1)/Observations", "/value/0/result", json!(1.5)).await;
        // Further, and further.
        check("Things(1)/Datastreams(2)", "/name", json!("noise")).await;
        check("Things(1)/Datastreams(1)/Observations({o})", "/result", json!(1.5)).await;
        check(
            "Things(1)/Datastreams(1)/Observations({o})/FeatureOfInterest/name",
            "/name",
            json!("place of post"),
        )
        .await;
        check(
            "Observations({o})/Datastream/Thing/Locations(1)/HistoricalLocations(1)/Thing/name",
            "/name",
            json!("post"),
        )
        .await;
        check("FeaturesOfInterest(1)/Observations({o})/Datastream/Sensor", "/name", json!("sensor of air"))
            .await;
        // Options go with all of them.
        check("Things(1)/Datastreams?$orderby=name desc", "/value/0/name", json!("noise")).await;
        check("Datastreams(1)/Thing?$expand=Locations", "/Locations/0/name", json!("place of post")).await;
    })
    .await;
}

/// Requirement: sensorthings-1.1 resource-path resource-path-to-entities
#[tokio::test]
async fn values_come_plain_and_missing_ones_are_no_content() {
    on_each_store("values", async |city| {
        let o = filled(city).await;
        let check = async |path: &str, status: u16, expected: &str| {
            let path = path.replace("{o}", &format!("'{o}'"));
            let found = city.get(&path).await.expect(status);
            assert_eq!(found.text, expected, "{} {path}", city.store);
            if status == 200 {
                assert!(
                    found.headers["content-type"].to_str().is_ok_and(|kind| kind.starts_with("text/plain"))
                );
            }
        };
        check("Things(1)/name/$value", 200, "post").await;
        check("Things(1)/name/%24value", 200, "post").await;
        check("Things(1)/@iot.id/$value", 200, "1").await;
        check("Things(1)/properties/$value", 200, "{\"colour\":\"red\"}").await;
        check("Observations({o})/result/$value", 200, "1.5").await;
        check("Observations({o})/phenomenonTime/$value", 200, &at(0)).await;
        check("Datastreams(1)/Thing/name/$value", 200, "post").await;
        check("Things(2)/properties", 204, "").await;
        check("Things(2)/properties/$value", 204, "").await;
        check("Datastreams(2)/phenomenonTime", 204, "").await;
        check("Observations({o})/validTime", 204, "").await;
        check("Observations({o})/parameters/$value", 204, "").await;
    })
    .await;
}

/// Requirement: sensorthings-1.1 resource-path resource-path-to-entities
#[tokio::test]
async fn references_name_entities_and_nothing_more() {
    on_each_store("refs", async |city| {
        let o = filled(city).await;
        let check = async |path: &str, expected: Value| {
            let path = path.replace("{o}", &format!("'{o}'"));
            assert_eq!(city.json(&path).await, expected, "{} {path}", city.store);
        };
        let link = |path: &str| json!({ "@iot.selfLink": format!("http://city.test/sta/v1.1/{path}") });
        check("Things/$ref", json!({ "value": [link("Things(1)"), link("Things(2)")] })).await;
        check(
            "Things(1)/Datastreams/$ref",
            json!({ "value": [link("Datastreams(1)"), link("Datastreams(2)")] }),
        )
        .await;
        check("Datastreams(2)/Observations/$ref", json!({ "value": [] })).await;
        check("Datastreams(1)/Thing/$ref", link("Things(1)")).await;
        check("Observations({o})/Datastream/$ref", link("Datastreams(1)")).await;
        check(
            "Things/$ref?$count=true&$filter=name eq 'bare'",
            json!({ "@iot.count": 1, "value": [link("Things(2)")] }),
        )
        .await;
        let first = city.json("Things/$ref?$top=1").await;
        let next = city.json(first["@iot.nextLink"].as_str().expect("a next link")).await;
        assert_eq!(next, json!({ "value": [link("Things(2)")] }), "{}", city.store);
    })
    .await;
}

/// Requirement: sensorthings-1.1 request-data status-code
#[tokio::test]
async fn addresses_that_lead_nowhere_say_so() {
    on_each_store("nowhere", async |city| {
        let o = filled(city).await;
        let check = async |path: &str, code: &str| {
            let path = path.replace("{o}", &format!("'{o}'"));
            let found = city.get(&path).await.expect(404);
            assert_eq!(found.problem(), code, "{} {path}", city.store);
        };
        let (path, entity) = ("sensing-bad-path", "sensing-no-such-entity");
        for wrong in [
            "Thing",
            "things",
            "Thing(1)",
            "Thing(1",
            "Things(1",
            "Things()",
            "Things(x)",
            "Things('x')",
            "Things(1.5)",
            "Things(99999999999999999999)",
            "Things(1)/nothing",
            "Things(1)/Datastream",
            "Things(1)/name/first",
            "Things(1)/name(1)",
            "Things(1)/$value",
            "Things/name",
            "Things/Datastreams",
            "Things(1)/Datastreams/name",
            "Datastreams(1)/Thing(1)",
            "Things(1)/$ref/name",
            "Things//name",
            "Observations(1)",
            "Observations('x')",
            "Observations('1-1-1-1')",
            "Observations(')",
            "MultiDatastreams",
            "$metadata",
            "Things(1)/Thing",
            "Things(1)/Observations",
            "Things(1)Datastreams",
        ] {
            check(wrong, path).await;
        }
        let long = format!("Things(1){}", "/Datastreams(1)/Thing".repeat(200));
        check(&long, path).await;
        for none in [
            "Things(3)",
            "Things(-1)",
            "Things(0)",
            "Things(3)/name",
            "Things(3)/Datastreams",
            "Things(1)/Datastreams(3)",
            "Things(2)/Datastreams(1)",
            "Datastreams(99)/Observations",
            "Datastreams(2)/Observations({o})",
            "Observations('1-5')",
            "Observations('99-5')",
            "Locations(2)",
            "HistoricalLocations(9)",
            "Sensors(9)",
            "ObservedProperties(9)",
            "FeaturesOfInterest(9)",
            "FeaturesOfInterest(9)/Observations",
        ] {
            check(none, entity).await;
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_not_public_is_shown_to_those_who_may_see_it() {
    on_each_store("sight", async |city| {
        let mut open = thing("open", 10.0, 20.0, &["air"]);
        open["properties"]["label"] = "public".into();
        open["Datastreams"][0]["properties"] = json!({ "label": "public" });
        city.make("Things", open).await;
        city.make("Things", thing("shut", 10.0, 20.0, &["secret"])).await;
        let mut own = thing("own", 10.0, 20.0, &[]);
        own["properties"]["slug"] = "posts/17".into();
        city.make("Things", own).await;
        let names = async |key: &str| {
            let page = city.ask("GET", "Things?$count=true", key, None).await.expect(200).json();
            let values = page["value"].as_array().expect("a list").clone();
            assert_eq!(page["@iot.count"], values.len(), "{}", city.store);
            values.iter().map(|value| value["name"].as_str().expect("a name").to_string()).collect::<Vec<_>>()
        };
        assert_eq!(names(NOBODY).await, ["open"]);
        assert_eq!(names(DEVICE).await, ["open", "own"]);
        assert_eq!(names(OPERATOR).await, ["open", "shut", "own"]);
        for path in ["Things(2)", "Things(2)/Datastreams", "Datastreams(2)", "Datastreams(2)/Observations"] {
            city.ask("GET", path, NOBODY, None).await.expect(404);
        }
        // Not along links, and not by asking for it either.
        let page =
            city.ask("GET", "Datastreams?$expand=Thing&$filter=Thing/name eq 'shut'", NOBODY, None).await;
        assert_eq!(page.expect(200).json()["value"], json!([]), "{}", city.store);
        // Whoever sees a thing sees where it is, and where no other is.
        let page = city.ask("GET", "Locations?$expand=Things", NOBODY, None).await.expect(200).json();
        let places = page["value"].as_array().expect("a list");
        assert_eq!(places.len(), 1, "{}: {page}", city.store);
        assert_eq!(places[0]["Things"][0]["name"], "open");
    })
    .await;
}
