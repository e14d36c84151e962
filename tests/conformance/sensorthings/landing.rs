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

#[tokio::test]
async fn the_landing_page_claims_what_is_tested() {
    on_each_store("claims", async |city| {
        let page = city.json("/sta/v1.1").await;
        let claimed = page["serverSettings"]["conformance"].as_array().expect("a list");
        let claims: BTreeSet<String> =
            claimed.iter().filter_map(|uri| uri.as_str()).map(str::to_string).collect();
        assert_eq!(claims, tested(), "what is claimed and what is tested differ");
        assert_eq!(claims.len(), claimed.len(), "something is claimed twice");
        let rows =
            &page["serverSettings"]["http://www.opengis.net/spec/iot_sensing/1.1/req/data-array/data-array"];
        let endpoint = rows["endpoints"][0].as_str().expect("an address");
        city.post(endpoint, json!([])).await.expect(201);
    })
    .await;
}
