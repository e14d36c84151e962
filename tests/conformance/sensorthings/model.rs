//! The data model: what entities of each kind hold, and how they lead to each other.

use super::*;

async fn filled(city: &City) -> i64 {
    let mut whole = thing("post", 10.0, 20.0, &["air"]);
    whole["Datastreams"][0]["Observations"] = json!([observation(0, 1.5), observation(60, 2)]);
    city.make("Things", whole).await
}

/// Every entity of `set` has these fields, links and control information.
async fn check(city: &City, set: &str, fields: &[&str], links: &[&str]) {
    let page = city.json(set).await;
    let values = page["value"].as_array().expect("a list");
    assert!(!values.is_empty(), "{set} is empty");
    for value in values {
        for field in fields {
            assert!(!value[field].is_null(), "{set} lacks {field}: {value}");
        }
        let this = value["@iot.selfLink"].as_str().expect("a self link");
        assert!(!value["@iot.id"].is_null());
        assert_eq!(city.json(this).await["@iot.id"], value["@iot.id"], "{this}");
        for link in links {
            let at = value[format!("{link}@iot.navigationLink")].as_str();
            let at = at.unwrap_or_else(|| panic!("{set} has no link to {link}: {value}"));
            city.get(at).await.expect(200);
        }
    }
}

/// Requirement: sensorthings-1.1 datamodel entity-control-information/common-control-information
/// Requirement: sensorthings-1.1 datamodel thing/properties
/// Requirement: sensorthings-1.1 datamodel thing/relations
#[tokio::test]
async fn things_are_as_the_standard_has_them() {
    on_each_store("things", async |city| {
        filled(city).await;
        let links = ["Locations", "HistoricalLocations", "Datastreams"];
        check(city, "Things", &["name", "description", "properties"], &links).await;
    })
    .await;
}

/// Requirement: sensorthings-1.1 datamodel location/properties
/// Requirement: sensorthings-1.1 datamodel location/relations
#[tokio::test]
async fn locations_are_as_the_standard_has_them() {
    on_each_store("locations", async |city| {
        filled(city).await;
        let fields = ["name", "description", "encodingType", "location"];
        check(city, "Locations", &fields, &["Things", "HistoricalLocations"]).await;
    })
    .await;
}

/// Requirement: sensorthings-1.1 datamodel historical-location/properties
/// Requirement: sensorthings-1.1 datamodel historical-location/relations
#[tokio::test]
async fn historical_locations_are_as_the_standard_has_them() {
    on_each_store("histories", async |city| {
        filled(city).await;
        check(city, "HistoricalLocations", &["time"], &["Thing", "Locations"]).await;
    })
    .await;
}

/// Requirement: sensorthings-1.1 datamodel datastream/properties
/// Requirement: sensorthings-1.1 datamodel datastream/relations
#[tokio::test]
async fn datastreams_are_as_the_standard_has_them() {
    on_each_store("datastreams", async |city| {
        filled(city).await;
        let fields = [
            "name",
            "description",
            "unitOfMeasurement",
            "observationType",
            "observedArea",
            "phenomenonTime",
            "resultTime",
        ];
        let links = ["Thing", "Sensor", "ObservedProperty", "Observations"];
        check(city, "Datastreams", &fields, &links).await;
        let value = city.json("Datastreams").await["value"][0].clone();
        assert_eq!(value["phenomenonTime"], format!("{}/{}", at(0), at(60)));
        assert_eq!(value["observedArea"], json!({ "type": "Point", "coordinates": [10.0, 20.0] }));
        assert_eq!(value["unitOfMeasurement"]["symbol"], "°C");
    })
    .await;
}

/// Requirement: sensorthings-1.1 datamodel sensor/properties
/// Requirement: sensorthings-1.1 datamodel sensor/relations
#[tokio::test]
async fn sensors_are_as_the_standard_has_them() {
    on_each_store("sensors", async |city| {
        filled(city).await;
        check(city, "Sensors", &["name", "description", "encodingType", "metadata"], &["Datastreams"]).await;
    })
    .await;
}

/// Requirement: sensorthings-1.1 datamodel observed-property/properties
/// Requirement: sensorthings-1.1 datamodel observed-property/relations
#[tokio::test]
async fn observed_properties_are_as_the_standard_has_them() {
    on_each_store("properties", async |city| {
        filled(city).await;
        check(city, "ObservedProperties", &["name", "description", "definition"], &["Datastreams"]).await;
    })
    .await;
}

/// Requirement: sensorthings-1.1 datamodel observation/properties
/// Requirement: sensorthings-1.1 datamodel observation/relations
#[tokio::test]
async fn observations_are_as_the_standard_has_them() {
    on_each_store("observations", async |city| {
        filled(city).await;
        let links = ["Datastream", "FeatureOfInterest"];
        check(city, "Observations", &["phenomenonTime", "resultTime", "result"], &links).await;
    })
    .await;
}

/// Requirement: sensorthings-1.1 datamodel feature-of-interest/properties
/// Requirement: sensorthings-1.1 datamodel feature-of-interest/relations
#[tokio::test]
async fn features_of_interest_are_as_the_standard_has_them() {
    on_each_store("features", async |city| {
        filled(city).await;
        let fields = ["name", "description", "encodingType", "feature"];
        check(city, "FeaturesOfInterest", &fields, &["Observations"]).await;
    })
    .await;
}

/// Requirement: sensorthings-1.1 datamodel observation/properties
#[tokio::test]
async fn results_are_of_the_kind_their_datastream_has() {
    on_each_store("kinds", async |city| {
        let id = city.make("Things", thing("post", 10.0, 20.0, &[])).await;
        let kinds = [
            ("OM_Measurement", json!(1.25), json!("x")),
            ("OM_CountObservation", json!(3), json!(true)),
            ("OM_TruthObservation", json!(true), json!(1)),
            ("OM_CategoryObservation", json!("http://a.test/rain"), json!(1)),
            ("OM_ComplexObservation", json!({ "a": [1, 2] }), json!("x")),
        ];
        for (kind, good, bad) in kinds {
            let mut stream = datastream(kind, "any");
            stream["observationType"] =
                format!("http://www.opengis.net/def/observationType/OGC-OM/2.0/{kind}").into();
            let stream = city.make(&format!("Things({id})/Datastreams"), stream).await;
            let path = format!("Datastreams({stream})/Observations");
            city.post(&path, json!({ "result": good, "phenomenonTime": at(0) })).await.expect(201);
            let refused =
                city.post(&path, json!({ "result": bad, "phenomenonTime": at(1) })).await.expect(422);
            assert_eq!(refused.problem(), "sensing-observation-refused", "{kind}");
            city.post(&path, json!({ "result": null, "phenomenonTime": at(2) })).await.expect(201);
            assert_eq!(city.results(&path).await, [good, Value::Null], "{kind}");
        }
    })
    .await;
}

/// Requirement: sensorthings-1.1 datamodel observation/properties
#[tokio::test]
async fn observations_keep_all_that_comes_with_them() {
    on_each_store("rich", async |city| {
        city.make("Things", thing("post", 10.0, 20.0, &["air"])).await;
        let rich = json!({
            "phenomenonTime": format!("{}/{}", at(0), at(60)), "resultTime": at(90), "result": 1,
            "resultQuality": { "nameOfMeasure": "m" }, "validTime": format!("{}/{}", at(0), at(900)),
            "parameters": { "height": 2 },
        });
        let made = city.post("Datastreams(1)/Observations", rich.clone()).await.expect(201).json();
        let read = city.json(made["@iot.selfLink"].as_str().expect("a link")).await;
        for (field, value) in rich.as_object().expect("an object") {
            assert_eq!(read[field], *value, "{field}");
        }
    })
    .await;
}
