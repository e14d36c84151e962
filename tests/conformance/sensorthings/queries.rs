//! The query options but $filter (OGC 18-088, 9.3).

use super::*;

/// Three things, of which the first two have datastreams, of which the first has observations 0 to 4, a minute apart.
async fn filled(city: &City) {
    for (name, rank, streams) in
        [("b", json!(2), &["x", "y"][..]), ("a", json!(2), &["z"]), ("c", json!(1), &[])]
    {
        let mut whole = thing(name, 10.0, 20.0, streams);
        whole["properties"] = json!({ "rank": rank, "same": true });
        city.make("Things", whole).await;
    }
    for minute in 0..5 {
        city.post("Datastreams(1)/Observations", observation(60 * minute, minute)).await.expect(201);
    }
}

#[track_caller]
fn check_pointer(page: &Value, pointer: &str, expected: &Value) {
    assert_eq!(page.pointer(pointer).unwrap_or(&Value::Null), expected, "{pointer} of {page:#}");
}

/// Requirement: sensorthings-1.1 request-data expand
#[tokio::test]
async fn expand_brings_linked_entities_along() {
    on_each_store("expand", async |city| {
        filled(city).await;
        let check = async |path: &str, expected: &[(&str, Value)]| {
            let page = city.json(path).await;
            for (pointer, value) in expected {
                check_pointer(&page, pointer, value);
            }
        };
        check(
            "Things(1)?$expand=Datastreams,Locations",
            &[
                ("/Datastreams/0/name", json!("x")),
                ("/Datastreams/1/name", json!("y")),
                ("/Datastreams/2", Value::Null),
                ("/Locations/0/name", json!("place of b")),
                ("/Datastreams@iot.navigationLink", Value::Null),
                ("/HistoricalLocations@iot.navigationLink", json!("http://city.test/sta/v1.1/Things(1)/HistoricalLocations")),
            ],
        )
        .await;
        check(
            "Things?$expand=Datastreams/Observations,Datastreams/Sensor",
            &[
                ("/value/0/Datastreams/0/Observations/4/result", json!(4)),
                ("/value/0/Datastreams/0/Sensor/name", json!("sensor of x")),
                ("/value/0/Datastreams/1/Observations", json!([])),
                ("/value/1/Datastreams/0/name", json!("z")),
                ("/value/2/Datastreams", json!([])),
            ],
        )
        .await;
        check(
            "Datastreams(1)?$expand=Thing($select=name;$expand=HistoricalLocations/Locations)",
            &[
                ("/Thing/HistoricalLocations/0/Locations/0/name", json!("place of b")),
                ("/Thing/description", Value::Null),
                ("/Thing/@iot.id", Value::Null),
            ],
        )
        .await;
        check(
            "Things(1)?$expand=Datastreams($filter=name eq 'x';$count=true;$select=name,id;$expand=Observations($top=2;\
             $orderby=phenomenonTime desc;$select=result;$count=true))",
            &[
                ("/Datastreams@iot.count", json!(1)),
                ("/Datastreams/0/name", json!("x")),
                ("/Datastreams/0/@iot.id", json!(1)),
                ("/Datastreams/0/description", Value::Null),
                ("/Datastreams/0/Observations", json!([{ "result": 4 }, { "result": 3 }])),
                ("/Datastreams/0/Observations@iot.count", json!(5)),
            ],
        )
        .await;
        check(
            "Datastreams?$expand=Observations($top=1;$orderby=phenomenonTime desc)&$select=name",
            &[("/value/0/Observations/0/result", json!(4)), ("/value/1/Observations", json!([]))],
        )
        .await;
        check(
            "Datastreams(1)/Observations?$top=1&$expand=FeatureOfInterest($select=name),Datastream/Thing/Locations",
            &[
                ("/value/0/FeatureOfInterest", json!({ "name": "place of b" })),
                ("/value/0/Datastream/Thing/Locations/0/location/coordinates", json!([10.0, 20.0])),
            ],
        )
        .await;
        check(
            "FeaturesOfInterest(1)?$expand=Observations($skip=1;$top=1;$select=result)",
            &[("/Observations", json!([{ "result": 1 }]))],
        )
        .await;
        check("Locations(1)?$expand=Things/Datastreams", &[("/Things/0/Datastreams/1/name", json!("y"))]).await;
        check(
            "Things?$top=1&$expand=Datastreams($orderby=name desc;$top=1)",
            &[("/value/0/Datastreams/0/name", json!("y")), ("/value/0/Datastreams/1", Value::Null)],
        )
        .await;
        // Encoded as some clients do it.
        check("Things(1)?%24expand=Datastreams%28%24top%3D1%29", &[("/Datastreams/0/name", json!("x"))]).await;
    })
    .await;
}

/// Requirement: sensorthings-1.1 request-data expand
/// Requirement: sensorthings-1.1 request-data pagination
#[tokio::test]
async fn what_is_expanded_has_next_links_of_its_own() {
    on_each_store("expandnext", async |city| {
        filled(city).await;
        let page = city.json("Things(1)?$expand=Datastreams($top=1;$select=name)").await;
        let next = city.json(page["Datastreams@iot.nextLink"].as_str().expect("a link")).await;
        assert_eq!(next, json!({ "value": [{ "name": "y" }] }), "{}", city.store);
        for order in ["", ";$orderby=phenomenonTime desc", ";$orderby=result desc", ";$filter=result ge 0"] {
            let page = city
                .json(&format!("Datastreams(1)?$expand=Observations($select=result;$top=1{order})"))
                .await;
            let mut results = vec![page["Observations"][0]["result"].clone()];
            let mut next = page["Observations@iot.nextLink"].as_str().map(str::to_string);
            while let Some(link) = next {
                let page = city.json(&link).await;
                assert_eq!(page["value"].as_array().map(Vec::len), Some(1), "{order} {link}");
                results.push(page["value"][0]["result"].clone());
                next = page["@iot.nextLink"].as_str().map(str::to_string);
            }
            let mut expected = [0, 1, 2, 3, 4].map(|n| json!(n));
            if order.contains("desc") {
                expected.reverse();
            }
            assert_eq!(results, expected, "{} {order}", city.store);
        }
    })
    .await;
}

/// Requirement: sensorthings-1.1 request-data select
#[tokio::test]
async fn select_leaves_out_the_rest() {
    on_each_store("select", async |city| {
        filled(city).await;
        let check = async |path: &str, expected: Value| {
            assert_eq!(city.json(path).await, expected, "{} {path}", city.store);
        };
        check("Things(1)?$select=name", json!({ "name": "b" })).await;
        check("Things(1)?$select=@iot.id, name", json!({ "@iot.id": 1, "name": "b" })).await;
        check("Things(1)?$select=id", json!({ "@iot.id": 1 })).await;
        check("Things(1)?$select=properties", json!({ "properties": { "rank": 2, "same": true } })).await;
        check(
            "Things(1)?$select=name,Datastreams",
            json!({ "name": "b", "Datastreams@iot.navigationLink": "http://city.test/sta/v1.1/Things(1)/Datastreams" }),
        )
        .await;
        check("Things(1)?$select=name&$expand=Locations($select=name)", json!({ "name": "b", "Locations": [{ "name": "place of b" }] }))
            .await;
        check("Datastreams(1)/Observations?$top=1&$select=result,phenomenonTime", {
            let next = "http://city.test/sta/v1.1/Datastreams(1)/Observations?$top=1&$select=result,phenomenonTime&$skiptoken=";
            let found = city.json("Datastreams(1)/Observations?$top=1&$select=result,phenomenonTime").await;
            let link = found["@iot.nextLink"].as_str().expect("a link");
            assert!(link.starts_with(next), "{link}");
            json!({ "@iot.nextLink": link, "value": [{ "phenomenonTime": at(0), "result": 0 }] })
        })
        .await;
        let first = city.results("Observations?$top=1").await;
        assert_eq!(first, [json!(0)]);
        let link = format!("http://city.test/sta/v1.1/Observations('1-{}')/Datastream", 1_789_948_800_000_000i64);
        check("Observations?$filter=result eq 0&$select=Datastream", json!({ "value": [{ "Datastream@iot.navigationLink": link }] }))
            .await;
        check(
            "Observations?$filter=result eq 0&$select=result&$expand=Datastream($select=name)",
            json!({ "value": [{ "result": 0, "Datastream": { "name": "x" } }] }),
        )
        .await;
        check("Observations?$top=0&$select=result", json!({ "value": [] })).await;
        check("Datastreams?$filter=name eq 'y'&$select=phenomenonTime,name", json!({ "value": [{ "name": "y" }] })).await;
    })
    .await;
}

/// Requirement: sensorthings-1.1 request-data orderby
#[tokio::test]
async fn orderby_sorts_by_any_property() {
    on_each_store("orderby", async |city| {
        filled(city).await;
        let check = async |path: &str, expected: &[&str]| {
            assert_eq!(city.names(path).await, expected, "{} {path}", city.store);
        };
        check("Things", &["b", "a", "c"]).await;
        check("Things?$orderby=id desc", &["c", "a", "b"]).await;
        check("Things?$orderby=@iot.id asc", &["b", "a", "c"]).await;
        check("Things?$orderby=name", &["a", "b", "c"]).await;
        check("Things?$orderby=name desc", &["c", "b", "a"]).await;
        check("Things?$orderby=properties/rank,name desc", &["c", "b", "a"]).await;
        check("Things?$orderby=properties/rank desc, name asc", &["a", "b", "c"]).await;
        // Equal ones come in the order of their ids.
        check("Things?$orderby=properties/same", &["b", "a", "c"]).await;
        check("Things?$orderby=properties/none desc", &["b", "a", "c"]).await;
        check("Datastreams?$orderby=Thing/name,name desc", &["z", "y", "x"]).await;
        check("Datastreams?$orderby=phenomenonTime desc,name desc", &["x", "z", "y"]).await;
        check("Things(1)/Datastreams?$orderby=name desc", &["y", "x"]).await;
        check("Sensors?$orderby=name desc&$top=1", &["sensor of z"]).await;
        let results = async |order: &str, expected: [i64; 5]| {
            let found = city.results(&format!("Observations?$orderby={order}")).await;
            assert_eq!(found, expected.map(|n| json!(n)), "{} {order}", city.store);
        };
        let (up, down) = ([0, 1, 2, 3, 4], [4, 3, 2, 1, 0]);
        results("phenomenonTime", up).await;
        results("phenomenonTime desc", down).await;
        results("resultTime desc", down).await;
        results("result asc", up).await;
        results("result desc", down).await;
        results("id", up).await;
        results("id desc", down).await;
        results("Datastream/name,result desc", down).await;
        results("Datastream/id, phenomenonTime desc", down).await;
    })
    .await;
}

/// Requirement: sensorthings-1.1 request-data top
/// Requirement: sensorthings-1.1 request-data skip
/// Requirement: sensorthings-1.1 request-data count
#[tokio::test]
async fn top_skip_and_count_bound_the_answer() {
    on_each_store("topskip", async |city| {
        filled(city).await;
        let check = async |path: &str, count: Option<u64>, expected: &[&str], has_next: bool| {
            let page = city.json(path).await;
            assert_eq!(page["@iot.count"].as_u64(), count, "{} {path}", city.store);
            assert_eq!(page["@iot.nextLink"].is_string(), has_next, "{} {path}: {page}", city.store);
            assert_eq!(city.names(path).await, expected, "{} {path}", city.store);
        };
        check("Things?$top=2", None, &["b", "a"], true).await;
        check("Things?$top=3", None, &["b", "a", "c"], false).await;
        check("Things?$top=0", None, &[], false).await;
        check("Things?$top=0&$count=true", Some(3), &[], false).await;
        check("Things?$skip=1", None, &["a", "c"], false).await;
        check("Things?$skip=1&$top=1&$count=true", Some(3), &["a"], true).await;
        check("Things?$skip=9&$count=true", Some(3), &[], false).await;
        check("Things?$skip=2&$top=5&$orderby=name", None, &["c"], false).await;
        check("Things?$count=false", None, &["b", "a", "c"], false).await;
        check("Things?$count=true&$filter=properties/rank eq 2", Some(2), &["b", "a"], false).await;
        check("Things?$count=true&$filter=properties/rank eq 2&$top=1&$orderby=name", Some(2), &["a"], true)
            .await;
        check("Things?$count=true&$filter=id gt 1", Some(2), &["a", "c"], false).await;
        check("Things(1)/Datastreams?$count=true&$top=1", Some(2), &["x"], true).await;
        check("Things?$top=10000000", None, &["b", "a", "c"], false).await;
        let observations = async |path: &str, count: Option<u64>, expected: &[i64]| {
            let page = city.json(path).await;
            assert_eq!(page["@iot.count"].as_u64(), count, "{} {path}", city.store);
            let expected: Vec<Value> = expected.iter().map(|n| json!(n)).collect();
            assert_eq!(city.results(path).await, expected, "{} {path}", city.store);
        };
        observations("Observations?$top=2&$skip=1&$count=true", Some(5), &[1, 2]).await;
        observations("Datastreams(1)/Observations?$skip=3&$count=true", Some(5), &[3, 4]).await;
        observations(
            "Datastreams(1)/Observations?$skip=1&$top=2&$orderby=phenomenonTime desc",
            None,
            &[3, 2],
        )
        .await;
        observations("Datastreams(1)/Observations?$skip=1&$top=2&$orderby=result desc", None, &[3, 2]).await;
        observations("Datastreams(1)/Observations?$filter=result gt 1&$count=true&$top=1", Some(3), &[2])
            .await;
        observations(
            &format!("Datastreams(1)/Observations?$filter=phenomenonTime ge {}&$count=true", at(120)),
            Some(3),
            &[2, 3, 4],
        )
        .await;
        observations("FeaturesOfInterest(1)/Observations?$count=true&$skip=4", Some(5), &[4]).await;
        observations("Observations?$top=0&$count=true", Some(5), &[]).await;
    })
    .await;
}

/// Requirement: sensorthings-1.1 request-data order
#[tokio::test]
async fn options_are_applied_in_the_order_of_the_standard() {
    on_each_store("order", async |city| {
        filled(city).await;
        // Filtered, counted, ordered, skipped, cut; then expanded and selected; in whatever order they are written.
        let options = [
            "$filter=properties/same eq true",
            "$count=true",
            "$orderby=name desc",
            "$skip=1",
            "$top=1",
            "$expand=Datastreams($select=name)",
            "$select=name",
        ];
        let mut expected = None;
        for turn in 0..options.len() {
            let turned: Vec<&str> = options.iter().cycle().skip(turn).take(options.len()).copied().collect();
            let mut page = city.json(&format!("Things?{}", turned.join("&"))).await;
            let next = page
                .as_object_mut()
                .and_then(|page| page.shift_remove("@iot.nextLink"))
                .expect("a next link");
            let next = city.json(next.as_str().expect("a link")).await;
            assert_eq!(
                next["value"],
                json!([{ "name": "a", "Datastreams": [{ "name": "z" }] }]),
                "{}",
                city.store
            );
            assert_eq!(next["@iot.count"], 3, "{}", city.store);
            let expected = expected.get_or_insert_with(|| page.clone());
            assert_eq!(page, *expected, "{} {turned:?}", city.store);
            assert_eq!(page["@iot.count"], 3);
            assert_eq!(
                page["value"],
                json!([{ "name": "b", "Datastreams": [{ "name": "x" }, { "name": "y" }] }])
            );
        }
    })
    .await;
}

/// Requirement: sensorthings-1.1 request-data query-status-code
#[tokio::test]
async fn options_that_make_no_sense_are_refused() {
    on_each_store("badoptions", async |city| {
        filled(city).await;
        for query in [
            "$top=-1",
            "$top=x",
            "$top=1.5",
            "$top=",
            "$skip=-1",
            "$skip=a",
            "$count=yes",
            "$count=1",
            "$nothing=1",
            "$search=x",
            "$apply=x",
            "$top=1&$top=2",
            "$select=nothing",
            "$expand=Nothing",
            "$expand=name",
            "$expand=Thing",
            "$expand=Datastreams(",
            "$expand=Datastreams)",
            "$expand=Datastreams($top=x)",
            "$expand=Datastreams($nothing=1)",
            "$expand=Datastreams/",
            "$expand=Datastreams($skiptoken=x)",
            "$orderby=nothing",
            "$orderby=name sideways",
            "$orderby=name asc desc",
            "$orderby=Datastreams",
            "$filter=",
            "$resultFormat=XML",
            "$resultFormat=dataArray",
            "$skiptoken=x",
            "$skiptoken=[1]",
            "$skiptoken=[1,2,3,[4]]&$orderby=id,name",
            "$filter=%ff",
            "$filter=%f",
            "%ff=1",
            "$orderby=a,b,c,d,e,f,g,h,i",
        ] {
            let found = city.get(&format!("Things?{query}")).await.expect(400);
            let problem = found.json();
            assert_eq!(found.problem(), "sensing-bad-query", "{} {query}", city.store);
            assert!(problem["hint"].is_string(), "{query}: {problem}");
        }
        // What has no dollar sign is for others.
        city.get("Things?utm=1&top=x&api_key=").await.expect(200);
        city.get("Things?&&$top=1&").await.expect(200);
    })
    .await;
}
