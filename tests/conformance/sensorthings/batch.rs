//! $batch (OGC 18-088, 11) as multipart and as JSON, and deleting by a condition.

use super::*;

async fn json_batch(city: &City, key: &str, requests: Value) -> Vec<Value> {
    let body = json!({ "requests": requests }).to_string();
    let answer = city.ask("POST", "$batch", key, Some(("application/json", body))).await.expect(200);
    answer.json()["responses"].as_array().expect("responses").clone()
}

fn statuses(responses: &[Value]) -> Vec<i64> {
    responses.iter().map(|response| response["status"].as_i64().unwrap_or_default()).collect()
}

fn bare(name: &str) -> Value {
    json!({ "name": name, "description": "" })
}

/// Requirement: sensorthings-1.1 batch-request batch-request
#[tokio::test]
async fn many_requests_come_in_one_as_multipart() {
    on_each_store("multipart", async |city| {
        city.make("Things", bare("first")).await;
        let part = "--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n";
        let inner = part.replace("--b", "--c");
        let kind = "Content-Type: application/json\r\n";
        let body = format!(
            "{part}\r\nGET /sta/v1.1/Things(1)?$select=name HTTP/1.1\r\nHost: city.test\r\n\r\n\r\n\
             --b\r\nContent-Type: multipart/mixed;boundary=c\r\n\r\n\
             {inner}Content-ID: 1\r\n\r\nPOST /sta/v1.1/Things HTTP/1.1\r\n{kind}\r\n{}\r\n\
             {inner}Content-ID: 2\r\n\r\nPOST $1/Datastreams HTTP/1.1\r\n{kind}\r\n{}\r\n\
             {inner}Content-ID: 3\r\n\r\nPATCH Things(1) HTTP/1.1\r\n{kind}\r\n{{\"name\":\"patched\"}}\r\n--c--\r\n\
             {part}\r\nGET http://city.test/sta/v1.1/Things?$filter=name%20eq%20'patched'&$select=name HTTP/1.1\r\n\r\n\r\n\
             {part}\r\nGET Things(99) HTTP/1.1\r\n\r\n\r\n{part}\r\nGET Things(1) HTTP/1.1\r\n\r\n\r\n--b--\r\n",
            bare("second"),
            datastream("air", "warmth"),
        );
        let sent = Some(("multipart/mixed; boundary=b", body.clone()));
        let answer = city.ask("POST", "$batch", OPERATOR, sent).await.expect(200);
        let head = answer.headers["content-type"].to_str().expect("a type").to_string();
        assert!(head.starts_with("multipart/mixed; boundary="), "{head}");
        let lines: Vec<&str> = answer.text.lines().filter(|line| line.starts_with("HTTP/1.1 ")).collect();
        // What came after the error was not asked.
        let expected = ["200", "201", "201", "200", "200", "404"].map(|status| format!("HTTP/1.1 {status} "));
        assert_eq!(lines, expected, "{}", answer.text);
        assert!(answer.text.contains("{\"name\":\"first\"}"), "{}", answer.text);
        assert!(answer.text.contains("[{\"name\":\"patched\"}]"), "{}", answer.text);
        assert!(answer.text.contains("Content-ID: 2\r\n"), "{}", answer.text);
        assert!(answer.text.contains("Location: http://city.test/sta/v1.1/Things(2)"), "{}", answer.text);
        assert_eq!(city.names("Things(2)/Datastreams").await, ["air"]);
        // Of a change set that fails, nothing is kept, and it is answered as one.
        let body = format!(
            "--b\r\nContent-Type: multipart/mixed;boundary=c\r\n\r\n\
             {inner}Content-ID: 1\r\n\r\nPOST Things HTTP/1.1\r\n{kind}\r\n{}\r\n\
             {inner}Content-ID: 2\r\n\r\nPATCH Things(99) HTTP/1.1\r\n{kind}\r\n{{\"name\":\"x\"}}\r\n--c--\r\n\
             {part}\r\nGET Things/$ref?$count=true HTTP/1.1\r\n\r\n\r\n--b--",
            bare("third"),
        );
        let request = Request::post("/sta/v1.1/$batch")
            .header("authorization", format!("Bearer {OPERATOR}"))
            .header("content-type", "multipart/mixed; boundary=b")
            .header("prefer", "odata.continue-on-error")
            .body(Body::from(body))
            .expect("a request");
        let bytes = city.send(request).await.into_body().collect().await.expect("a body").to_bytes();
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("HTTP/1.1 ")).collect();
        assert_eq!(lines, ["HTTP/1.1 404 ", "HTTP/1.1 200 "], "{text}");
        assert!(text.contains("\"@iot.count\":2"), "{text}");
    })
    .await;
}

/// Requirement: sensorthings-1.1 batch-request batch-request
#[tokio::test]
async fn many_requests_come_in_one_as_json() {
    on_each_store("jsonbatch", async |city| {
        let group = |id: &str, method: &str, url: &str, body: Value| json!({ "id": id, "atomicityGroup": "g", "method": method, "url": url, "body": body });
        let mut stream = datastream("air", "warmth");
        stream["Sensor"] = json!({ "@iot.id": "$instrument" });
        let mut seen = observation(0, 7.5);
        seen["Datastream"] = json!({ "@iot.id": "$air" });
        // Everything that hangs together, an observation of a datastream that is made here among it.
        let whole = json!([
            group("instrument", "post", "Sensors", sensor("thermometer")),
            group("post", "post", "Things", bare("post")),
            group("air", "post", "$post/Datastreams", stream),
            group("seen", "post", "Observations", seen),
            group("again", "post", "$air/Observations", observation(0, 7.5)),
            { "id": "look", "method": "get", "url": "$air/Observations?$select=result" },
            { "id": "raw", "method": "get", "url": "/sta/v1.1/Things(1)/name/$value" },
        ]);
        let found = json_batch(city, OPERATOR, whole).await;
        assert_eq!(statuses(&found), [201, 201, 201, 201, 201, 200, 200], "{found:?}");
        assert_eq!(found[2]["location"], "http://city.test/sta/v1.1/Datastreams(1)");
        assert_eq!(found[3]["body"]["result"], 7.5);
        assert_eq!(found[5]["body"]["value"], json!([{ "result": 7.5 }]));
        assert_eq!(found[6]["body"], "post");
        assert_eq!(city.json("Datastreams(1)/Sensor").await["name"], "thermometer");
        assert_eq!(city.json("Observations?$count=true").await["@iot.count"], 1, "{}", city.store);
        // Nothing of a group is kept when one of it fails, whichever that is.
        let failing = [
            group("x", "post", "Observations", json!({ "result": "no number", "Datastream": { "@iot.id": 1 } })),
            group("x", "patch", "Things(9)", json!({ "name": "x" })),
            group("x", "post", "Things", json!({ "name": "x" })),
            group("x", "get", "Things", Value::Null),
            group("x", "post", "$nobody/Datastreams", datastream("a", "b")),
            group("x", "put", "Things(1)", json!({ "name": "only" })),
            group("x", "brew", "Things(1)", json!({})),
            group("x", "post", "CreateObservations", json!([])),
        ];
        for one in failing {
            let all = json!([
                group("a", "post", "Things", bare("lost")),
                group("b", "post", "Datastreams(1)/Observations", observation(60, 1)),
                group("c", "patch", "Things(1)", json!({ "name": "lost" })),
                one,
            ]);
            let found = json_batch(city, OPERATOR, all.clone()).await;
            assert_eq!(statuses(&found[..3]), [424, 424, 424], "{} {all}", city.store);
            let status = found[3]["status"].as_i64().unwrap_or_default();
            assert!((400..500).contains(&status) && status != 424, "{all}: {found:?}");
            assert_eq!(city.names("Things").await, ["post"], "{} {all}", city.store);
            assert_eq!(city.json("Observations?$count=true").await["@iot.count"], 1, "{} {all}", city.store);
        }
        // Correcting, deleting, and not twice the same.
        let id = city.json("Observations").await["value"][0]["@iot.id"].as_str().expect("an id").to_string();
        let one = format!("Observations('{id}')");
        let twice = json!([group("a", "patch", &one, json!({ "result": 8 })), { "id": "b", "atomicityGroup": "g", "method": "delete", "url": one }]);
        assert_eq!(statuses(&json_batch(city, OPERATOR, twice).await), [424, 400]);
        let both = json!([{ "id": "a", "atomicityGroup": "g", "method": "delete", "url": one }, { "id": "b", "atomicityGroup": "g", "method": "delete", "url": "Datastreams(1)" }]);
        assert_eq!(statuses(&json_batch(city, OPERATOR, both).await), [400, 424]);
        let ok = json!([group("a", "patch", &one, json!({ "result": 8 })), group("b", "post", "Datastreams(1)/Observations", observation(1, 2))]);
        assert_eq!(statuses(&json_batch(city, OPERATOR, ok).await), [200, 201]);
        assert_eq!(city.results("Observations").await, [json!(8), json!(2)], "{}", city.store);
        // Beside groups each stands alone, and the first error ends it.
        let alone = json!([
            { "id": "a", "method": "post", "url": "Things", "body": bare("kept") },
            { "id": "b", "method": "patch", "url": "$a", "body": { "description": "new" } },
            { "id": "c", "method": "delete", "url": "Things(99)" },
            { "id": "d", "method": "get", "url": "Things" },
        ]);
        assert_eq!(statuses(&json_batch(city, OPERATOR, alone).await), [201, 200, 404]);
        assert_eq!(city.json("Things?$filter=name eq 'kept'").await["value"][0]["description"], "new");
    })
    .await;
}

#[tokio::test]
async fn each_request_of_a_batch_asks_its_own_right() {
    on_each_store("batchrights", async |city| {
        let mut public = bare("open");
        public["properties"] = json!({ "label": "public" });
        city.make("Things", public).await;
        let read = json!([{ "id": "1", "method": "get", "url": "Things" }]);
        assert_eq!(statuses(&json_batch(city, NOBODY, read).await), [200]);
        for (key, method, url, status) in [
            (NOBODY, "post", "Things", 401),
            (NOBODY, "delete", "Things(1)", 401),
            (NOBODY, "patch", "Things(1)", 401),
            (DEVICE, "delete", "Things(1)", 403),
            (DEVICE, "delete", "Things?$filter=true", 403),
            (DEVICE, "patch", "Things(1)", 403),
            (OPERATOR, "post", "$batch", 400),
        ] {
            for group in [json!(null), json!("g")] {
                let asked = json!([{ "id": "1", "atomicityGroup": group, "method": method, "url": url, "body": bare("x") }]);
                let found = json_batch(city, key, asked.clone()).await;
                let expected = if group == "g" && url.contains('?') { [403] } else { [status] };
                assert_eq!(statuses(&found), expected, "{} {key} {asked}", city.store);
            }
        }
        assert_eq!(city.names("Things").await, ["open"]);
        // What is no batch at all.
        for (kind, body, status) in [
            ("application/json", "{}".to_string(), 400),
            ("application/json", "[]".into(), 400),
            ("text/plain", "{}".into(), 415),
            ("multipart/mixed", "--b--".into(), 415),
            ("multipart/mixed; boundary=b", "x".into(), 400),
            ("multipart/mixed; boundary=b", "--b\n\nx\n--b--".into(), 400),
        ] {
            city.ask("POST", "$batch", OPERATOR, Some((kind, body))).await.expect(status);
        }
    })
    .await;
}

/// Whatever order batches come in and however they meet, the end is the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn batches_at_once_end_in_the_same_state() {
    let end = async |city: &City, turn: usize| {
        city.make("Things", thing("post", 10.0, 20.0, &["air"])).await;
        let mut batches: Vec<Value> = (0..24)
            .map(|n| {
                let group = format!("g{n}");
                json!([
                    { "id": "t", "atomicityGroup": group, "method": "post", "url": "Things", "body": bare(&format!("thing {n}")) },
                    { "id": "d", "atomicityGroup": group, "method": "post", "url": "$t/Datastreams", "body": datastream(&format!("stream {n}"), "warmth") },
                    { "id": "o", "atomicityGroup": group, "method": "post", "url": "$d/Observations", "body": observation(n, n) },
                    // All bring the same, and their own.
                    { "id": "s", "atomicityGroup": group, "method": "post", "url": "Datastreams(1)/Observations", "body": observation(0, 5) },
                    { "id": "p", "atomicityGroup": group, "method": "post", "url": "Datastreams(1)/Observations", "body": observation(n + 1, n) },
                    { "id": "x", "atomicityGroup": group, "method": if n % 4 == 3 { "put" } else { "patch" }, "url": "Things(1)",
                      "body": if n % 4 == 3 { json!({ "name": "refused" }) } else { json!({ "description": "changed" }) } },
                ])
            })
            .collect();
        let length = batches.len();
        batches.rotate_left(turn * 7 % length);
        if turn % 2 == 1 {
            batches.reverse();
        }
        let sent = batches.into_iter().map(|batch| json_batch(city, OPERATOR, batch));
        for found in futures_util::future::join_all(sent).await {
            let all = statuses(&found);
            assert!(
                all == [201, 201, 201, 201, 201, 200] || all == [424, 424, 424, 424, 424, 400],
                "{all:?}"
            );
        }
        let mut names = city.names("Things?$top=1000&$orderby=name").await;
        names.extend(city.names("Datastreams?$top=1000&$orderby=name").await);
        let results = city.results("Datastreams(1)/Observations?$orderby=phenomenonTime").await;
        let count = city.json("Observations?$count=true").await["@iot.count"].clone();
        (names, results, count)
    };
    let states = std::sync::Mutex::new(Vec::new());
    for turn in 0..3 {
        on_each_store(&format!("race{turn}"), async |city| {
            let state = end(city, turn).await;
            states.lock().expect("a list").push(state);
        })
        .await;
    }
    let states = states.into_inner().expect("a list");
    assert_eq!(states[0].2, json!(1 + 18 * 2), "{:?}", states[0]);
    assert!(states.windows(2).all(|pair| pair[0] == pair[1]), "{states:#?}");
}

#[tokio::test]
async fn what_a_condition_names_is_deleted_at_once() {
    on_each_store("deletes", async |city| {
        city.make("Things", thing("post", 10.0, 20.0, &["air", "rain"])).await;
        for name in ["a", "b", "c"] {
            city.make("Things", bare(name)).await;
        }
        for second in 0..20 {
            city.post("Datastreams(1)/Observations", observation(second, second)).await.expect(201);
            city.post("Datastreams(2)/Observations", observation(second, second)).await.expect(201);
        }
        let deleted = async |path: &str| city.delete(path).await.expect(200).json()["deleted"].clone();
        assert_eq!(deleted("Datastreams(1)/Observations?$filter=result lt 5").await, 5);
        assert_eq!(deleted("Observations?$filter=result ge 15 and Datastream/@iot.id eq 2").await, 5);
        assert_eq!(deleted("Observations?$filter=result eq 1000").await, 0);
        let left =
            async |path: &str| city.json(&format!("{path}?$count=true&$top=0")).await["@iot.count"].clone();
        assert_eq!(
            (left("Datastreams(1)/Observations").await, left("Datastreams(2)/Observations").await),
            (json!(15), json!(15))
        );
        assert_eq!(deleted("Things?$filter=name eq 'a' or name eq 'b'").await, 2);
        assert_eq!(city.names("Things").await, ["post", "c"], "{}", city.store);
        assert_eq!(deleted("Things(1)/Datastreams?$filter=name eq 'rain'").await, 1);
        assert_eq!(left("Observations").await, 15);
        // Not without a condition, not with what else there is, not by others.
        for path in [
            "Things",
            "Things?$top=1",
            "Things?$filter=true&$top=1",
            "Datastreams(1)/Observations",
            "Things?$filter=name",
        ] {
            assert_eq!(city.delete(path).await.expect(400).problem(), "sensing-bad-query", "{path}");
        }
        for key in [NOBODY, DEVICE] {
            let answer = city.ask("DELETE", "Things?$filter=true", key, None).await;
            assert!(matches!(answer.status, 401 | 403), "{} {}", answer.status, answer.text);
        }
        assert_eq!(deleted("Things?$filter=true").await, 2);
        assert_eq!(left("Observations").await, 0);
    })
    .await;
}

#[tokio::test]
async fn two_json_patches_at_once_lose_nothing() {
    on_each_store("patches", async |city| {
        city.make("Things", json!({ "name": "post", "description": "", "properties": { "n": {} } })).await;
        let patch = |n: usize| {
            let operations =
                json!([{ "op": "add", "path": format!("/properties/n/k{n}"), "value": n }]).to_string();
            city.ask("PATCH", "Things(1)", OPERATOR, Some(("application/json-patch+json", operations)))
        };
        for answer in futures_util::future::join_all((0..20).map(patch)).await {
            answer.expect(200);
        }
        let kept = city.json("Things(1)").await;
        assert_eq!(kept["properties"]["n"].as_object().map(serde_json::Map::len), Some(20), "{}", city.store);
    })
    .await;
}
