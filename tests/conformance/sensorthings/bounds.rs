//! Input that is wrong, hostile or absurd: a clear problem each time, soon, and never a fault of ours.

use std::time::{Duration, Instant};

use super::*;

/// What any of these may take: a debug build on a busy machine needs a second where a release takes milliseconds.
const SOON: Duration = Duration::from_secs(10);

async fn filled(city: &City) {
    city.make("Things", thing("post", 10.0, 20.0, &["air"])).await;
    city.post("Datastreams(1)/Observations", observation(0, 1)).await.expect(201);
}

/// Sends it; the answer must come soon and say what is wrong, on what, and what to do.
async fn check(city: &City, method: &str, path: &str, body: Option<(&str, String)>, status: u16, code: &str) {
    let began = Instant::now();
    let what: String = format!("{} {method} {path} {body:?}", city.store).chars().take(300).collect();
    let answer = city.ask(method, path, OPERATOR, body).await;
    assert!(began.elapsed() < SOON, "{what} took {:?}", began.elapsed());
    assert_eq!(answer.status, status, "{what}: {}", answer.text.chars().take(300).collect::<String>());
    if status >= 400 {
        assert_eq!(answer.problem(), code, "{what}: {}", answer.text);
        let problem = answer.json();
        for field in ["title", "detail", "hint"] {
            assert!(
                problem[field].as_str().is_some_and(|text| !text.is_empty()),
                "{what} has no {field}: {problem}"
            );
        }
        // What was sent is not sent back whole.
        assert!(answer.text.len() < 4_096, "{what} answers {} bytes", answer.text.len());
    }
}

async fn check_json(city: &City, path: &str, body: impl Into<String>, status: u16, code: &str) {
    check(city, "POST", path, Some(("application/json", body.into())), status, code).await;
}

fn nested(depth: usize) -> String {
    format!("{}1{}", "[".repeat(depth), "]".repeat(depth))
}

#[tokio::test]
async fn bodies_that_are_no_entity() {
    on_each_store("bodies", async |city| {
        filled(city).await;
        let bad = "sensing-bad-entity";
        let named = |more: &str| format!("{{\"name\":\"a\",\"description\":\"b\",{more}}}");
        for body in [
            String::new(),
            "{".into(),
            "nul".into(),
            "[]".into(),
            "\"x\"".into(),
            "1".into(),
            "null".into(),
            "true".into(),
            "{}".into(),
            "{\"name\":1}".into(),
            "{'name':'a'}".into(),
            "{\"name\":\"a\"} x".into(),
            "\u{feff}{}".into(),
            named("\"properties\":NaN"),
            named("\"properties\":{\"a\":Infinity}"),
            named("\"properties\":{\"a\":-Infinity}"),
            named("\"properties\":{\"a\":1e999}"),
            named("\"properties\":[]"),
            named("\"properties\":\"x\""),
            named(&format!("\"properties\":{{\"a\":{}}}", nested(200))),
            nested(100_000),
            named(&format!("\"properties\":{{\"a\":{}}}", "9".repeat(400))),
            named("\"colour\":\"red\""),
            named("\"properties\":{\"slug\":\"a b\"}"),
            named("\"properties\":{\"slug\":5}"),
            named(&format!("\"properties\":{{\"slug\":\"{}\"}}", "x".repeat(1_000))),
            named("\"properties\":{\"label\":\"secret\"}"),
            named("\"Datastreams\":1"),
            named("\"Datastreams\":[1]"),
            named("\"Datastreams\":[null]"),
            named("\"Datastreams\":[[]]"),
            named("\"Datastreams\":\"x\""),
            named("\"Datastreams\":[{}]"),
            named("\"Locations\":{\"@iot.id\":[]}"),
            named("\"Locations\":{\"@iot.id\":1e99}"),
            named("\"Locations\":[{\"@iot.id\":99999999999999999999}]"),
        ] {
            check_json(city, "Things", body, 400, bad).await;
        }
        // A thing in its own datastream in itself, and so on.
        let mut inner = thing("x", 1.0, 2.0, &[]);
        for _ in 0..8 {
            let mut stream = datastream("s", "p");
            stream["Thing"] = inner;
            inner = json!({ "name": "x", "description": "", "Datastreams": [stream] });
        }
        check_json(city, "Things", inner.to_string(), 400, bad).await;
        let mut crowd = location("square", 1.0, 2.0);
        crowd["Things"] = (0..10_001).map(|n| json!({ "name": n.to_string(), "description": "" })).collect();
        check_json(city, "Locations", crowd.to_string(), 400, bad).await;
        assert_eq!(city.json("Things?$count=true").await["@iot.count"], 1, "{}", city.store);
    })
    .await;
}

#[tokio::test]
async fn bodies_of_another_kind() {
    on_each_store("kindsof", async |city| {
        filled(city).await;
        let unsupported = "host-unsupported-type";
        let good = || json!({ "name": "a", "description": "b" }).to_string();
        for kind in [
            "text/plain",
            "text/html",
            "application/xml",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/json; charset=utf-16",
            "application/json; charset=ISO-8859-1",
            "application/json;charset=\"gb18030\"",
            "application/geo+json",
            "application/json-patch+json",
            "json",
            "",
            "*/*",
        ] {
            check(city, "POST", "Things", Some((kind, good())), 415, unsupported).await;
            check(city, "POST", "CreateObservations", Some((kind, "[]".into())), 415, unsupported).await;
            check(
                city,
                "POST",
                "Datastreams(1)/Observations",
                Some((kind, "{\"result\":1}".into())),
                415,
                unsupported,
            )
            .await;
            if kind != "application/json-patch+json" {
                check(city, "PATCH", "Things(1)", Some((kind, good())), 415, unsupported).await;
            }
        }
        check(city, "POST", "Things", None, 415, unsupported).await;
        for kind in [
            "application/json; charset=utf-8",
            "APPLICATION/JSON",
            "application/json;charset=\"UTF-8\"",
            "application/json; x=y",
        ] {
            check(city, "POST", "Things", Some((kind, good())), 201, "").await;
        }
        // Bytes that are no UTF-8, whatever they say of themselves.
        for path in ["Things", "Datastreams(1)/Observations", "CreateObservations"] {
            let request = Request::post(format!("/sta/v1.1/{path}"))
                .header("authorization", format!("Bearer {OPERATOR}"))
                .header("content-type", "application/json; charset=utf-8")
                .body(Body::from(b"{\"name\":\"caf\xe9\",\"description\":\"\"}".to_vec()))
                .expect("a request");
            let answer = city.send(request).await;
            assert_eq!(answer.status(), 400, "{} {path}", city.store);
        }
    })
    .await;
}

#[tokio::test]
async fn sizes_that_nobody_needs() {
    on_each_store("sizes", async |city| {
        filled(city).await;
        let long = "x".repeat(10 << 20);
        let bad = "sensing-bad-entity";
        for field in ["name", "description"] {
            let mut body = json!({ "name": "a", "description": "b" });
            body[field] = long.clone().into();
            check_json(city, "Things", body.to_string(), 400, bad).await;
            check(
                city,
                "PATCH",
                "Things(1)",
                Some(("application/json", json!({ field: long }).to_string())),
                400,
                bad,
            )
            .await;
        }
        check_json(
            city,
            "Things",
            json!({ "name": "a", "description": "b", "properties": { "a": long } }).to_string(),
            400,
            bad,
        )
        .await;
        check_json(
            city,
            "Sensors",
            json!({ "name": "a", "description": "b", "encodingType": "x", "metadata": long }).to_string(),
            400,
            bad,
        )
        .await;
        let path = "Datastreams(1)/Observations";
        check_json(
            city,
            path,
            json!({ "result": 1, "parameters": { "a": long } }).to_string(),
            422,
            "sensing-observation-refused",
        )
        .await;
        check_json(city, path, json!({ "result": long }).to_string(), 422, "sensing-observation-refused")
            .await;
        check_json(city, path, json!({ long.as_str(): 1 }).to_string(), 400, "sensing-bad-observation").await;
        check_json(
            city,
            path,
            json!({ "result": 1, "phenomenonTime": long }).to_string(),
            400,
            "sensing-bad-observation",
        )
        .await;
        check_json(city, "Things", format!("{{\"{long}\":1}}"), 400, bad).await;
        // A number of ten million digits.
        check_json(
            city,
            path,
            format!("{{\"result\":{}}}", "1".repeat(10 << 20)),
            400,
            "sensing-bad-observation",
        )
        .await;
        let too_large = "x".repeat(17 << 20);
        let answer = city.post("Things", json!({ "name": too_large, "description": "" })).await;
        assert_eq!(
            answer.status,
            413,
            "{}: {}",
            city.store,
            answer.text.chars().take(300).collect::<String>()
        );
        assert_eq!(city.json("Things?$count=true").await["@iot.count"], 1, "{}", city.store);
    })
    .await;
}

#[tokio::test]
async fn times_and_places_that_there_are_not() {
    on_each_store("wheres", async |city| {
        filled(city).await;
        let (bad, refused) = ("sensing-bad-observation", "sensing-observation-refused");
        let path = "Datastreams(1)/Observations";
        for time in [
            "\"0000-01-01T00:00:00Z\"", "\"10000-01-01T00:00:00Z\"", "\"-0001-01-01T00:00:00Z\"", "\"+12026-01-01T00:00:00Z\"",
            "\"2026-02-30T00:00:00Z\"", "\"2026-13-01T00:00:00Z\"", "\"2026-01-01T24:00:01Z\"", "\"2026-01-01T00:61:00Z\"",
            "\"2026-01-01\"", "\"2026-01-01T00:00:00\"", "\"yesterday\"", "\"\"", "5", "1e99", "true", "[]", "{}",
            "\"2026-01-02T00:00:00Z/2026-01-01T00:00:00Z\"", "\"2026-01-01T00:00:00Z/\"", "\"/2026-01-01T00:00:00Z\"",
            "\"2026-01-01T00:00:00Z/P1D/P1D\"", "\"2026-01-01T00:00:00+99:00\"",
        ] {
            check_json(city, path, format!("{{\"result\":1,\"phenomenonTime\":{time}}}"), 400, bad).await;
            check_json(city, path, format!("{{\"result\":1,\"resultTime\":{time}}}"), 400, bad).await;
            check_json(city, path, format!("{{\"result\":1,\"validTime\":{time}}}"), 400, bad).await;
        }
        for time in ["9999-12-29T23:59:59Z", "2026-09-22T00:00:00Z"] {
            check_json(city, path, json!({ "result": 1, "phenomenonTime": time }).to_string(), 422, refused).await;
        }
        check_json(city, path, json!({ "result": 1, "phenomenonTime": "0001-01-01T00:00:00Z" }).to_string(), 201, "").await;
        for number in ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "01", "+1", "0x10", "1.", ".5", "1e", "--1"] {
            check_json(city, path, format!("{{\"result\":{number}}}"), 400, bad).await;
        }
        for (second, number) in [(1, "1e308"), (2, "-1.7976931348623157e308"), (3, "5e-324"), (4, "-0"), (5, "123456789012345678901234567890")] {
            check_json(city, path, format!("{{\"result\":{number},\"phenomenonTime\":\"{}\"}}", at(second)), 201, "").await;
        }
        for body in ["{\"result\":[1,", "{}", "[1]", "{\"result\":1,\"colour\":2}", "{\"result\":1,\"result\":}", "null", "{\"phenomenonTime\":null}"] {
            check_json(city, path, body, 400, bad).await;
        }
        check_json(city, path, format!("{{\"result\":{}}}", nested(200)), 400, bad).await;
        check_json(city, path, format!("{{\"result\":1,\"parameters\":{{\"a\":{}}}}}", nested(100_000)), 400, bad).await;
        let place = |geometry: &str| {
            format!("{{\"name\":\"a\",\"description\":\"b\",\"encodingType\":\"application/geo+json\",\"location\":{geometry}}}")
        };
        for geometry in [
            "{\"type\":\"Point\",\"coordinates\":[181,0]}", "{\"type\":\"Point\",\"coordinates\":[0,91]}",
            "{\"type\":\"Point\",\"coordinates\":[-180.0001,0]}", "{\"type\":\"Point\",\"coordinates\":[1e308,0]}",
            "{\"type\":\"Point\",\"coordinates\":[\"0\",0]}", "{\"type\":\"Point\",\"coordinates\":[0]}",
            "{\"type\":\"Point\",\"coordinates\":[]}", "{\"type\":\"Point\",\"coordinates\":null}", "{\"type\":\"Point\"}",
            "{\"type\":\"Point\",\"coordinates\":[[0,0]]}", "{\"type\":\"Circle\",\"coordinates\":[0,0]}",
            "{\"type\":\"Polygon\",\"coordinates\":[0,0]}", "{\"type\":\"LineString\",\"coordinates\":[[0,0],[0,99]]}",
            "{\"type\":\"Feature\"}", "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[999,0]}}",
            "{\"type\":\"GeometryCollection\",\"geometries\":[{\"type\":\"Point\",\"coordinates\":[999,0]}]}", "null",
        ] {
            check_json(city, "Locations", place(geometry), 400, "sensing-bad-entity").await;
        }
        let mut deep = "{\"type\":\"Point\",\"coordinates\":[0,0]}".to_string();
        for _ in 0..60 {
            deep = format!("{{\"type\":\"GeometryCollection\",\"geometries\":[{deep}]}}");
        }
        check_json(city, "Locations", place(&deep), 400, "sensing-bad-entity").await;
        for time in ["\"0000-01-01T00:00:00Z\"", "\"10000-01-01T00:00:00Z\"", "\"x\"", "5", "null"] {
            let body = format!("{{\"time\":{time},\"Thing\":{{\"@iot.id\":1}},\"Locations\":[{{\"@iot.id\":1}}]}}");
            check_json(city, "HistoricalLocations", body, 400, "sensing-bad-entity").await;
        }
    })
    .await;
}

#[tokio::test]
async fn questions_without_an_end() {
    on_each_store("questions", async |city| {
        filled(city).await;
        let get =
            async |path: String, status: u16, code: &str| check(city, "GET", &path, None, status, code).await;
        let (bad, deep, much) = ("sensing-bad-query", "sensing-too-deep", "sensing-too-much");
        get(format!("Things?$expand={}Datastreams", "Datastreams/Thing/".repeat(5)), 400, deep).await;
        get(
            format!(
                "Things?$expand={}Datastreams{}",
                "Datastreams($expand=Thing($expand=".repeat(30),
                "))".repeat(30)
            ),
            400,
            deep,
        )
        .await;
        get(format!("Things?$expand={}", vec!["Datastreams"; 41].join(",")), 400, deep).await;
        get(format!("Things?$expand=Datastreams{}", "(".repeat(1_000)), 400, bad).await;
        get("Things?$top=99999999999999999999999".into(), 400, bad).await;
        get("Things?$skip=99999999999999999999999".into(), 400, bad).await;
        get("Things?$skip=18446744073709551615".into(), 400, much).await;
        get("Observations?$skip=18446744073709551615&$orderby=result".into(), 400, much).await;
        get("Things?$expand=Datastreams($skip=18446744073709551615)".into(), 400, much).await;
        get("Things?$top=18446744073709551615&$skip=100000".into(), 200, "").await;
        get(
            "Observations?$top=18446744073709551615&$skip=100000&$orderby=phenomenonTime desc".into(),
            200,
            "",
        )
        .await;
        // The longest conditions that are read, and one that is longer.
        let chain = |term: &str, link: &str, length: usize| vec![term; length].join(link);
        for (filter, status) in [
            (chain("true", "%20or%20", 1_000), 200),
            (chain("id%20eq%201", "%20or%20", 600), 200),
            (chain("1", "%20add%20", 1_300) + "%20eq%201", 200),
            (chain("true", "%20and%20", 900), 200),
            (chain("id%20eq%201", "%20or%20", 2_000), 400),
            ("(".repeat(4_000) + &")".repeat(4_000), 400),
            ("not%20".repeat(1_500) + "true", 400),
            ("-".repeat(8_000) + "1%20eq%201", 400),
            ("trim(".repeat(1_000) + "name" + &")".repeat(1_000) + "%20eq%20'x'", 400),
            (format!("name%20eq%20'{}'", "x".repeat(9_000)), 400),
            (format!("{}%20eq%201", chain("properties", "/", 700)), 200),
            (format!("{}name%20eq%20'x'", "Datastreams/Thing/".repeat(400)), 400),
            (
                format!(
                    "st_within(properties/x,geography'POLYGON({}1%201{})')",
                    "(".repeat(500),
                    ")".repeat(500)
                ),
                400,
            ),
        ] {
            for set in ["Things", "Observations"] {
                // Only what both have may stand in what both are asked.
                let is_of_things =
                    filter.contains("name") || filter.contains("properties") || filter.contains("id%20eq");
                if set == "Things" || !is_of_things {
                    get(format!("{set}?$filter={filter}"), status, bad).await;
                }
            }
        }
        get(format!("Things?$orderby={}", vec!["name"; 1_000].join(",")), 400, bad).await;
        get(format!("Things?$select={}", vec!["name"; 5_000].join(",")), 200, "").await;
        get(format!("Things?{}", vec!["$count=true"; 2_000].join("&")), 400, bad).await;
        get("Things?$filter=substring(name,-1) eq 'x' or substring(name,1e300) eq ''".into(), 200, "").await;
        get("Things?$filter=indexof(name,name) eq 0 and round(1e308) gt 0".into(), 200, "").await;
        get("Observations?$filter=phenomenonTime gt 9999-12-29T23:59:59.999999Z".into(), 200, "").await;
        get("Observations?$filter=phenomenonTime lt 0001-01-01T00:00:00Z&$count=true".into(), 200, "").await;
        get("Observations?$filter=phenomenonTime add duration'P10000000D' gt now()".into(), 200, "").await;
        get("Observations?$filter=phenomenonTime gt duration'P1D'".into(), 200, "").await;
        get("Observations?$filter=phenomenonTime gt now() sub duration'P9999999999999999D'".into(), 400, bad)
            .await;
        for token in [
            "x",
            "[",
            "[]",
            "[1,2,3]",
            "[1,2,3,4]",
            "{}",
            "[9223372036854775808,0,0,[]]",
            "[1,2,3,[[1,2,3]]]",
            "null",
        ] {
            for path in
                ["Things", "Observations", "Observations?$orderby=result", "Datastreams(1)/Observations"]
            {
                let sign = if path.contains('?') { '&' } else { '?' };
                get(format!("{path}{sign}$skiptoken={}", token.replace('"', "%22")), 400, bad).await;
            }
        }
        get("Things?$skiptoken=[-9223372036854775808,0,0,[]]&$orderby=id desc".into(), 200, "").await;
        get("Things?$skiptoken=[9223372036854775807,0,0,[]]".into(), 200, "").await;
        get(
            "Observations?$skiptoken=[9223372036854775807,9223372036854775807,9223372036854775807,[]]".into(),
            200,
            "",
        )
        .await;
        get(
            "Observations?$skiptoken=[1,9223372036854775807,9223372036854775807,[]]&$orderby=phenomenonTime"
                .into(),
            200,
            "",
        )
        .await;
        for path in [
            "%00",
            "Things%00",
            "Things(%00)",
            "Things%ff",
            "Things%2f1",
            "%2e%2e/%2e%2e",
            "Things(1)%2fname%00",
            "Things(1)/%24%24",
        ] {
            check(city, "GET", path, None, 404, "sensing-bad-path").await;
        }
    })
    .await;
}

/// What a client says of itself goes into links; it must not get out of them.
#[tokio::test]
async fn hosts_that_are_none() {
    on_each_store("hosts", async |city| {
        filled(city).await;
        let link = async |request: axum::http::request::Builder| {
            let request = request.header("authorization", format!("Bearer {OPERATOR}")).body(Body::empty());
            let answer = city.send(request.expect("a request")).await;
            let bytes = answer.into_body().collect().await.expect("a body").to_bytes();
            let thing: Value = serde_json::from_slice(&bytes).expect("JSON");
            thing["@iot.selfLink"].as_str().expect("a link").to_string()
        };
        for (host, expected) in [
            ("city.test:8080", "http://city.test:8080/sta/v1.1/Things(1)"),
            ("[::1]:80", "http://[::1]:80/sta/v1.1/Things(1)"),
            ("a\"b", "http://localhost/sta/v1.1/Things(1)"),
            ("a/b?c#d", "http://localhost/sta/v1.1/Things(1)"),
            ("<script>", "http://localhost/sta/v1.1/Things(1)"),
        ] {
            assert_eq!(link(Request::get("/sta/v1.1/Things(1)").header("host", host)).await, expected);
        }
        // A proxy that was asked by TLS says so; HTTP/2 has both in the address.
        let request = Request::get("/sta/v1.1/Things(1)")
            .header("host", "city.test")
            .header("x-forwarded-proto", "https");
        assert_eq!(link(request).await, "https://city.test/sta/v1.1/Things(1)");
        let request = Request::get("https://city.test:8443/sta/v1.1/Things(1)");
        assert_eq!(link(request).await, "https://city.test:8443/sta/v1.1/Things(1)");
    })
    .await;
}

/// Longer than an address may be: refused by the real server before anybody reads it as a condition.
#[test]
fn conditions_without_an_end() {
    use std::io::{Read, Write};

    let (_folder, server) = causeway_tests::server::Server::start(Default::default());
    let address = server.client.base.trim_start_matches("http://").to_string();
    for terms in [10_000, 100_000] {
        let filter = vec!["id%20eq%201"; terms].join("%20or%20");
        let mut stream = std::net::TcpStream::connect(&address).expect("a connection");
        stream.set_read_timeout(Some(SOON)).expect("a time-out");
        let request = format!("GET /sta/v1.1/Things?$filter={filter} HTTP/1.1\r\nHost: city.test\r\n\r\n");
        // A server that has read enough may close before all is sent.
        drop(stream.write_all(request.as_bytes()));
        let mut start = [0; 12];
        let status = stream.read_exact(&mut start).map(|()| String::from_utf8_lossy(&start).into_owned());
        let status = status.unwrap_or_else(|error| panic!("{terms} terms: {error}"));
        assert!(status.starts_with("HTTP/1.1 4"), "{terms} terms: {status}");
    }
    server.client.get("/sta/v1.1/Things").expect(200);
    server.stop();
}

#[tokio::test]
async fn what_stands_beside_the_standard_is_bounded_too() {
    on_each_store("besides", async |city| {
        filled(city).await;
        let (bad, much) = ("sensing-bad-query", "sensing-too-much");
        for (path, status, code) in [
            ("/api/latest", 400, bad),
            ("/api/latest?datastream=", 400, bad),
            ("/api/latest?collection=none", 400, bad),
            ("/api/latest?datastream=%ff", 400, bad),
            ("/api/stream", 400, bad),
            ("/api/aggregate", 400, bad),
            ("/api/aggregate?datastream=none", 404, "sensing-no-such-datastream"),
            ("/api/aggregate?datastream=99999999999999999999", 404, "sensing-no-such-datastream"),
            ("/api/aggregate?datastream=1&step=0", 400, bad),
            ("/api/aggregate?datastream=1&step=-1", 400, bad),
            ("/api/aggregate?datastream=1&step=1x", 400, bad),
            ("/api/aggregate?datastream=1&step=99999999999999999999d", 400, bad),
            ("/api/aggregate?datastream=1&step=9999999999d", 400, bad),
            ("/api/aggregate?datastream=1&step=é", 400, bad),
            ("/api/aggregate?datastream=1&from=x", 400, bad),
            ("/api/aggregate?datastream=1&to=10000-01-01T00:00:00Z", 400, bad),
            ("/api/aggregate?datastream=1&from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", 400, bad),
            (
                "/api/aggregate?datastream=1&from=0001-01-01T00:00:00Z&to=9999-12-29T00:00:00Z&step=1s",
                400,
                much,
            ),
            ("/api/series/1", 404, "sensing-bad-path"),
            ("/api/series/1.xml", 404, "sensing-bad-path"),
            ("/api/series/none.csv", 404, "sensing-no-such-datastream"),
            ("/api/series/.csv", 404, "sensing-no-such-datastream"),
            ("/api/series/1.csv?from=x", 400, bad),
            ("/api/series/1.json?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", 400, bad),
        ] {
            check(city, "GET", path, None, status, code).await;
        }
        let many = vec!["1"; 20_001].join(",");
        check(city, "GET", &format!("/api/latest?datastream={many}"), None, 400, much).await;
        check(
            city,
            "GET",
            "/api/aggregate?datastream=1&from=0001-01-01T00:00:00Z&to=9999-12-29T00:00:00Z",
            None,
            200,
            "",
        )
        .await;
    })
    .await;
}
