//! The data array extension (OGC 18-088, 12): rows out, rows in.

use super::*;

async fn filled(city: &City) {
    city.make("Things", thing("post", 10.0, 20.0, &["air", "noise"])).await;
    city.make("Things", thing("mast", 11.0, 21.0, &["wind"])).await;
    for second in 0..3 {
        city.post("Datastreams(1)/Observations", observation(second, second)).await.expect(201);
    }
    let mut special = observation(5, 5);
    special["resultQuality"] = "suspect".into();
    special["parameters"] = json!({ "height": 2 });
    city.post("Datastreams(2)/Observations", special).await.expect(201);
}

/// Requirement: sensorthings-1.1 data-array data-array
#[tokio::test]
async fn observations_are_given_as_rows() {
    on_each_store("rowsout", async |city| {
        filled(city).await;
        let page = city.json("Observations?$resultFormat=dataArray&$count=true").await;
        assert_eq!(page["@iot.count"], 4, "{}", city.store);
        let groups = page["value"].as_array().expect("groups");
        assert_eq!(groups.len(), 2);
        assert_eq!(groups[0]["Datastream@iot.navigationLink"], "http://city.test/sta/v1.1/Datastreams(1)");
        assert_eq!(groups[0]["dataArray@iot.count"], 3);
        let components = groups[0]["components"].as_array().expect("components").clone();
        for name in ["id", "phenomenonTime", "resultTime", "result"] {
            assert!(components.contains(&json!(name)), "{components:?}");
        }
        let place = components.iter().position(|name| name == "result").expect("a result");
        for (at, row) in groups[0]["dataArray"].as_array().expect("rows").iter().enumerate() {
            assert_eq!(row[place], at);
            assert_eq!(row.as_array().map(Vec::len), Some(components.len()));
            let id = row[0].as_str().expect("an id");
            assert_eq!(city.json(&format!("Observations('{id}')")).await["result"], at);
        }
        let page = city.json("Datastreams(2)/Observations?$resultFormat=dataArray&$select=result,phenomenonTime,parameters").await;
        assert_eq!(page["value"][0]["components"], json!(["result", "phenomenonTime", "parameters"]));
        assert_eq!(page["value"][0]["dataArray"], json!([[5, at(5), { "height": 2 }]]));
        // Order, filter and pages as without it.
        let page = city
            .json("Datastreams(1)/Observations?$resultFormat=dataArray&$select=result&$top=2&$orderby=phenomenonTime desc")
            .await;
        assert_eq!(page["value"][0]["dataArray"], json!([[2], [1]]), "{}", city.store);
        let next = city.json(page["@iot.nextLink"].as_str().expect("a link")).await;
        assert_eq!(next["value"][0]["dataArray"], json!([[0]]), "{}", city.store);
        let none = city.json("Datastreams(3)/Observations?$resultFormat=dataArray").await;
        assert_eq!(none, json!({ "value": [] }));
        let expanded = city.get("Datastreams?$expand=Observations($resultFormat=dataArray)").await.expect(400);
        assert_eq!(expanded.problem(), "sensing-bad-query");
    })
    .await;
}

/// Requirement: sensorthings-1.1 data-array data-array
#[tokio::test]
async fn rows_are_taken_and_each_is_answered() {
    on_each_store("rowsin", async |city| {
        filled(city).await;
        let body = json!([
            {
                "Datastream": { "@iot.id": 1 },
                "components": ["phenomenonTime", "result", "FeatureOfInterest/id"],
                "dataArray@iot.count": 2,
                "dataArray": [[at(10), 10, 1], [at(11), 11, 1]],
            },
            {
                "Datastream": { "@iot.id": 2 },
                "components": ["phenomenonTime", "resultTime", "result", "resultQuality", "parameters", "validTime"],
                "dataArray": [
                    [at(10), at(20), 1.5, "suspect", { "height": 2 }, format!("{}/{}", at(0), at(60))],
                    [format!("{}/{}", at(30), at(40)), null, null, null, null, null],
                ],
            },
            // Rows before their components, and none at all.
            { "dataArray": [[3]], "components": ["result"], "Datastream": { "@iot.id": 3 } },
            { "Datastream": { "@iot.id": 3 }, "components": ["result"], "dataArray": [] },
        ]);
        let answer = city.post("CreateObservations", body).await.expect(201).json();
        let links = answer.as_array().expect("a list");
        assert_eq!(links.len(), 5, "{answer}");
        let mut read = Vec::new();
        for link in links {
            read.push(city.json(link.as_str().expect("a link")).await);
        }
        let results: Vec<&Value> = read.iter().map(|observation| &observation["result"]).collect();
        assert_eq!(json!(results), json!([10, 11, 1.5, null, 3]), "{}", city.store);
        assert_eq!(read[2]["resultTime"], at(20));
        assert_eq!(read[2]["resultQuality"], "suspect");
        assert_eq!(read[2]["parameters"], json!({ "height": 2 }));
        assert_eq!(read[2]["validTime"], format!("{}/{}", at(0), at(60)));
        assert_eq!(read[3]["phenomenonTime"], format!("{}/{}", at(30), at(40)));
        assert_eq!(read[4]["phenomenonTime"], NOW.iso());
        assert_eq!(city.json("FeaturesOfInterest(1)/Observations?$count=true&$top=0&$filter=result ge 10").await["@iot.count"], 2);
    })
    .await;
}

/// Requirement: sensorthings-1.1 data-array data-array
#[tokio::test]
async fn a_row_that_does_not_fit_stands_alone() {
    on_each_store("rowfaults", async |city| {
        filled(city).await;
        let far = "2027-01-01T00:00:00Z";
        let body = json!([
            {
                "Datastream": { "@iot.id": 1 },
                "components": ["phenomenonTime", "result"],
                "dataArray": [
                    [at(10), 10], ["yesterday", 1], [at(11)], [at(12), 12, 12], [at(13), "warm"], [far, 1], [7, 1], [[], 1],
                    ["0000-01-01T00:00:00Z", 1], [at(14), 14], [at(14), 14], [at(14), 15], [null, 16],
                ],
            },
            { "Datastream": { "@iot.id": 99 }, "components": ["result"], "dataArray": [[1], [2]] },
            { "components": ["result"], "dataArray": [[1]] },
            { "Datastream": { "@iot.id": 1 }, "components": ["phenomenonTime"], "dataArray": [[at(15)]] },
            { "Datastream": { "@iot.id": 1 }, "components": ["result", "FeatureOfInterest/id"], "dataArray": [[1, 99], [1, "x"]] },
        ]);
        let answer = city.post("CreateObservations", body).await.expect(201).json();
        let shown: Vec<bool> = answer
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| {
                let one = one.as_str().expect("a text");
                assert!(one.starts_with("http://city.test/sta/v1.1/Observations('1-") || one.starts_with("error"), "{one}");
                !one.starts_with("error")
            })
            .collect();
        let (yes, no) = (true, false);
        let first = [yes, no, no, no, no, no, no, no, no, yes, yes, yes, yes];
        let expected: Vec<bool> = first.into_iter().chain([no, no, no, no, no, no]).collect();
        assert_eq!(shown, expected, "{}: {answer:#}", city.store);
        // The first of two that differ stays, and is what both lead to.
        assert_eq!(answer[9], answer[10]);
        assert_eq!(answer[9], answer[11]);
        assert_eq!(city.json(answer[11].as_str().expect("a link")).await["result"], 14);
        assert_eq!(city.json("Datastreams(1)/Observations?$count=true&$top=0").await["@iot.count"], 3 + 3);
    })
    .await;
}

/// Requirement: sensorthings-1.1 data-array data-array
#[tokio::test]
async fn what_is_no_data_array_is_refused_whole() {
    on_each_store("noarray", async |city| {
        filled(city).await;
        let row = |inner: &str| format!("[{{\"Datastream\":{{\"@iot.id\":1}},{inner}}}]");
        for body in [
            "",
            "{}",
            "1",
            "[1]",
            "[{}]",
            "[[]]",
            "null",
            "[null]",
            "{\"value\":[]}",
            "[{\"Datastream\":1}]",
            &row("\"components\":[\"result\"],\"dataArray\":1"),
            &row("\"components\":[\"result\"],\"dataArray\":[1]"),
            &row("\"components\":[\"result\"],\"dataArray\":[[1]"),
            &row("\"components\":[\"result\"],\"dataArray\":[[NaN]]"),
            &row("\"components\":[\"colour\"],\"dataArray\":[[1]]"),
            &row("\"components\":\"result\",\"dataArray\":[[1]]"),
            &row("\"components\":[\"result\"],\"dataArray\":[[1e999]]"),
            &row("\"dataArray\":[[1]]"),
            &row("\"components\":[\"result\"],\"dataArray\":[[1]],\"more\":1"),
            &row(&format!("\"components\":[{}\"result\"],\"dataArray\":[[1]]", "\"result\",".repeat(20))),
            &row(&format!(
                "\"components\":[\"result\"],\"dataArray\":[[{}1{}]]",
                "[".repeat(300),
                "]".repeat(300)
            )),
        ] {
            let answer = city
                .ask("POST", "CreateObservations", OPERATOR, Some(("application/json", body.into())))
                .await;
            let answer = answer.expect(400);
            assert_eq!(answer.problem(), "sensing-bad-observation", "{} {body}", city.store);
        }
        city.ask("POST", "CreateObservations", OPERATOR, Some(("text/csv", "[]".into()))).await.expect(415);
        city.ask("POST", "CreateObservations", NOBODY, Some(("application/json", "[]".into())))
            .await
            .expect(401);
        assert_eq!(city.post("CreateObservations", json!([])).await.expect(201).json(), json!([]));
        assert_eq!(city.json("Observations?$count=true&$top=0").await["@iot.count"], 4, "{}", city.store);
    })
    .await;
}

#[tokio::test]
async fn a_device_brings_rows_of_its_own_datastreams_only() {
    on_each_store("rowsdevice", async |city| {
        let mut own = thing("own", 10.0, 20.0, &["air"]);
        own["properties"] = json!({ "slug": "posts/17" });
        own["Datastreams"][0]["properties"] = json!({ "slug": "posts/17/air" });
        city.make("Things", own).await;
        city.make("Things", thing("other", 10.0, 20.0, &["air"])).await;
        let body = json!([
            { "Datastream": { "@iot.id": 1 }, "components": ["phenomenonTime", "result"], "dataArray": [[at(0), 1]] },
            { "Datastream": { "@iot.id": 2 }, "components": ["phenomenonTime", "result"], "dataArray": [[at(0), 1]] },
        ]);
        let answer = city.ask("POST", "CreateObservations", DEVICE, Some(("application/json", body.to_string()))).await;
        let answer = answer.expect(201).json();
        assert!(answer[0].as_str().is_some_and(|one| one.starts_with("http")), "{answer}");
        assert!(answer[1].as_str().is_some_and(|one| one.starts_with("error")), "{answer}");
        assert_eq!(city.json("Observations?$count=true").await["@iot.count"], 1, "{}", city.store);
    })
    .await;
}
