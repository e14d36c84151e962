//! The landing page (OGC 18-088, 9.2.1).

use std::collections::BTreeSet;

use super::*;

/// Requirement: sensorthings-1.1 resource-path resource-path-to-entities
#[tokio::test]
async fn the_landing_page_lists_every_entity_set() {
    on_each_store("landing", async |city| {
        for path in ["/sta/v1.1", "/sta/v1.1/"] {
            let page = city.ask("GET", path, NOBODY, None).await.expect(200).json();
            let sets = page["value"].as_array().expect("a list");
            assert_eq!(sets.len(), 8);
            for set in sets {
                let url = set["url"].as_str().expect("an address");
                assert!(url.ends_with(set["name"].as_str().expect("a name")), "{set}");
                city.ask("GET", url, NOBODY, None).await.expect(200);
            }
        }
    })
    .await;
}

/// What the tests beside this one name as required, by its address.
fn tested() -> BTreeSet<String> {
    let folder = causeway_tests::root().join("tests/conformance/sensorthings");
    let mut tested = BTreeSet::new();
    for file in std::fs::read_dir(folder).expect("this folder").flatten() {
        for line in std::fs::read_to_string(file.path()).expect("a file").lines() {
            if let Some(named) = line.trim().strip_prefix("/// Requirement: sensorthings-1.1 ") {
                let (class, requirement) = named.split_once(' ').expect("a class and a requirement");
                tested
                    .insert(format!("http://www.opengis.net/spec/iot_sensing/1.1/req/{class}/{requirement}"));
            }
        }
    }
    tested
}

/// Every requirement of OGC 18-088, by its class.
const STANDARD: [(&str, &[&str]); 9] = [
    (
        "datamodel",
        &[
            "entity-control-information/common-control-information",
            "thing/properties",
            "thing/relations",
            "location/properties",
            "location/relations",
            "historical-location/properties",
            "historical-location/relations",
            "datastream/properties",
            "datastream/relations",
            "sensor/properties",
            "sensor/relations",
            "observed-property/properties",
            "observed-property/relations",
            "observation/properties",
            "observation/relations",
            "feature-of-interest/properties",
            "feature-of-interest/relations",
        ],
    ),
    ("resource-path", &["resource-path-to-entities"]),
    (
        "request-data",
        &[
            "status-code",
            "query-status-code",
            "order",
            "expand",
            "select",
            "orderby",
            "top",
            "skip",
            "count",
            "filter",
            "built-in-filter-operations",
            "built-in-query-functions",
            "pagination",
        ],
    ),
    (
        "create-update-delete",
        &[
            "create-entity",
            "link-to-existing-entities",
            "deep-insert",
            "deep-insert-status-code",
            "update-entity",
            "update-entity-put",
            "update-entity-jsonpatch",
            "delete-entity",
            "historical-location-auto-creation",
            "historical-location-manual-creation",
        ],
    ),
    ("batch-request", &["batch-request"]),
    ("multi-datastream", &["properties", "relations", "constraints"]),
    ("data-array", &["data-array"]),
    ("create-observations-via-mqtt", &["observations-creation"]),
    ("receive-updates-via-mqtt", &["receive-updates"]),
];

const REQUIREMENTS: &str = "http://www.opengis.net/spec/iot_sensing/1.1/req";

/// The classes of which every requirement is tested.
fn whole(tested: &BTreeSet<String>) -> BTreeSet<String> {
    let is_whole = |(class, all): &&(&str, &[&str])| {
        all.iter().all(|one| tested.contains(&format!("{REQUIREMENTS}/{class}/{one}")))
    };
    STANDARD.iter().filter(is_whole).map(|(class, _)| format!("{REQUIREMENTS}/{class}")).collect()
}

#[tokio::test]
async fn the_landing_page_claims_what_is_tested() {
    on_each_store("claims", async |city| {
        let page = city.json("/sta/v1.1").await;
        let claimed = page["serverSettings"]["conformance"].as_array().expect("a list");
        let claims: BTreeSet<String> =
            claimed.iter().filter_map(|uri| uri.as_str()).map(str::to_string).collect();
        let tested = tested();
        let known = |uri: &String| {
            STANDARD
                .iter()
                .any(|(class, all)| all.iter().any(|one| *uri == format!("{REQUIREMENTS}/{class}/{one}")))
        };
        assert!(tested.iter().all(known), "a test names what is no requirement: {tested:#?}");
        let all: BTreeSet<String> = whole(&tested).into_iter().chain(tested).collect();
        assert_eq!(claims, all, "what is claimed and what is tested differ");
        assert_eq!(claims.len(), claimed.len(), "something is claimed twice");
        let rows =
            &page["serverSettings"]["http://www.opengis.net/spec/iot_sensing/1.1/req/data-array/data-array"];
        let endpoint = rows["endpoints"][0].as_str().expect("an address");
        city.post(endpoint, json!([])).await.expect(201);
    })
    .await;
}
