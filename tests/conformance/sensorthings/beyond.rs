//! What a city needs and the standard has no words for: `/api/latest`, `/api/aggregate`, `/api/series`, `/api/stream`,
//! `/api/received`. No part of the standard, hence without requirements.

use std::time::Duration;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;

use super::*;

/// Two posts with public names, the first to be seen by everybody; its results are 0 to 9, a minute apart.
async fn filled(city: &City) {
    for (post, label) in [("north", "public"), ("south", "internal")] {
        let mut whole = thing(post, 10.0, 20.0, &["air"]);
        whole["properties"] = json!({ "slug": post, "label": label });
        whole["Datastreams"][0]["properties"] =
            json!({ "slug": format!("{post}/air"), "label": label, "freshness_seconds": 60_000 });
        city.make("Things", whole).await;
    }
    let rows: Vec<Value> = (0..10).map(|minute| json!([at(60 * minute), minute])).collect();
    let group = json!([{ "Datastream": { "@iot.id": 1 }, "components": ["phenomenonTime", "result"], "dataArray": rows }]);
    city.post("CreateObservations", group).await.expect(201);
    let mut doubtful = observation(0, 20);
    doubtful["resultQuality"] = "suspect".into();
    city.post("Datastreams(2)/Observations", doubtful).await.expect(201);
}

#[tokio::test]
async fn last_values_come_in_one_call() {
    on_each_store("latest", async |city| {
        filled(city).await;
        let found = city.json("/api/latest?datastream=north/air,2&datastream=nothing,77").await;
        assert_eq!((&found["mode"], &found["now"]), (&json!("live"), &json!(NOW.iso())), "{}: {found}", city.store);
        assert_eq!(found["unknown"], json!(["nothing", "77"]));
        assert_eq!(
            found["values"],
            json!([
                { "datastream": "north/air", "id": 1, "time": at(540), "result": 9, "quality": "valid", "unit": "°C", "stale": false },
                { "datastream": "south/air", "id": 2, "time": at(0), "result": 20, "quality": "suspect", "unit": "°C", "stale": false },
            ]),
            "{}",
            city.store
        );
        // What is not public is unknown to those who may not see it.
        let open = city.ask("GET", "/api/latest?datastream=north/air,south/air", NOBODY, None).await.expect(200).json();
        assert_eq!(open["values"].as_array().map(Vec::len), Some(1));
        assert_eq!(open["unknown"], json!(["south/air"]), "{}", city.store);
        city.patch("Datastreams(1)", json!({ "properties": { "slug": "north/air", "label": "public", "freshness_seconds": 60 } }))
            .await
            .expect(200);
        assert_eq!(city.json("/api/latest?datastream=1").await["values"][0]["stale"], true, "{}", city.store);
        // A late one is not the last; a corrected one is.
        city.post("Datastreams(1)/Observations", observation(-60, 99)).await.expect(201);
        assert_eq!(city.json("/api/latest?datastream=1").await["values"][0]["result"], 9, "{}", city.store);
        city.patch(&format!("Observations('1-{}')", 1_789_948_800_000_000i64 + 540_000_000), json!({ "result": 9.5 })).await.expect(200);
        assert_eq!(city.json("/api/latest?datastream=1").await["values"][0]["result"], 9.5, "{}", city.store);
    })
    .await;
}

#[tokio::test]
async fn statistics_come_by_steps() {
    on_each_store("aggregate", async |city| {
        filled(city).await;
        let found = city.json(&format!("/api/aggregate?datastream=north/air&from={}&to={}&step=5m", at(0), at(900))).await;
        assert_eq!((&found["unit"], &found["step_seconds"], &found["mode"]), (&json!("°C"), &json!(300), &json!("live")));
        let step = |time: i64, first: i64, last: i64| {
            json!({
                "time": at(time), "count": 5, "min": first, "max": last, "mean": (first + last) as f64 / 2.0, "first": first,
                "last": last, "quality": { "valid": 1.0 },
            })
        };
        // Numbers are the same whether they have a point or not.
        let numbers = |steps: &Value| -> Vec<(String, Vec<Option<f64>>)> {
            let of = |step: &Value| ["count", "min", "max", "mean", "first", "last"].map(|key| step[key].as_f64()).to_vec();
            let steps = steps.as_array().expect("steps").iter();
            steps.map(|step| (step["time"].as_str().expect("a time").to_string(), of(step))).collect()
        };
        assert_eq!(numbers(&found["steps"]), numbers(&json!([step(0, 0, 4), step(300, 5, 9)])), "{}: {found}", city.store);
        let whole = city.json("/api/aggregate?datastream=1").await;
        let counted: u64 = whole["steps"].as_array().expect("steps").iter().filter_map(|step| step["count"].as_u64()).sum();
        assert_eq!(counted, 10, "{}: {whole}", city.store);
        let doubtful = city.json("/api/aggregate?datastream=2&step=1d").await;
        assert_eq!(doubtful["steps"][0]["quality"], json!({ "suspect": 1.0 }), "{}", city.store);
        assert_eq!(city.json(&format!("/api/aggregate?datastream=1&from={}&step=1h", at(3_600))).await["steps"], json!([]));
        city.ask("GET", "/api/aggregate?datastream=south/air", NOBODY, None).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn a_series_is_a_file() {
    on_each_store("series", async |city| {
        filled(city).await;
        let csv = city.get("/api/series/north/air.csv").await.expect(200);
        assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
        assert_eq!(csv.headers["content-disposition"], "attachment; filename=\"north_air.csv\"");
        let lines: Vec<&str> = csv.text.lines().collect();
        assert_eq!((lines.len(), lines[0]), (11, "time,result,quality,mode"), "{}", city.store);
        assert_eq!(lines[10], format!("{},9,valid,live", at(540)));
        let some = city.get(&format!("/api/series/1.csv?from={}&to={}", at(60), at(180))).await.expect(200);
        assert_eq!(some.text.lines().skip(1).count(), 2, "{}: {}", city.store, some.text);
        let json = city.json("/api/series/north/air.json").await;
        assert_eq!(
            (&json["count"], &json["unit"], &json["mode"]),
            (&json!(10), &json!("°C"), &json!("live")),
            "{}",
            city.store
        );
        assert_eq!(json["values"][9], json!([at(540), 9, "valid"]));
        let none = city.json(&format!("/api/series/1.json?from={}", at(3_600))).await;
        assert_eq!((&none["count"], &none["values"]), (&json!(0), &json!([])), "{}", city.store);
        let request = Request::get("/api/series/north/air.parquet")
            .header("authorization", format!("Bearer {OPERATOR}"));
        let answer = city.send(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.headers()["content-type"], "application/vnd.apache.parquet");
        let bytes = answer.into_body().collect().await.expect("a body").to_bytes();
        let file = SerializedFileReader::new(bytes).expect("a Parquet file");
        assert_eq!(file.metadata().file_metadata().num_rows(), 10, "{}", city.store);
        let schema = file.metadata().file_metadata().schema_descr_ptr();
        let column =
            schema.columns().iter().position(|c| c.name() == "result_number").expect("a column of numbers");
        let rows = file.get_row_iter(None).expect("rows");
        let numbers: Vec<f64> =
            rows.map(|row| row.and_then(|row| row.get_double(column)).expect("a number")).collect();
        assert_eq!(numbers, (0..10).map(f64::from).collect::<Vec<_>>(), "{}", city.store);
        for file in ["south/air.csv", "south/air.json", "south/air.parquet"] {
            city.ask("GET", &format!("/api/series/{file}"), NOBODY, None).await.expect(404);
        }
        // Texts keep their quotes and lines.
        let mut stream = datastream("words", "x");
        stream["observationType"] =
            "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_CategoryObservation".into();
        let id = city.make("Things(1)/Datastreams", stream).await;
        city.post(&format!("Datastreams({id})/Observations"), observation(0, "a \"b\",\nc"))
            .await
            .expect(201);
        city.post(&format!("Datastreams({id})/Observations"), observation(1, Value::Null)).await.expect(201);
        let csv = city.get(&format!("/api/series/{id}.csv")).await.expect(200).text;
        let expected = format!("{},\"a \"\"b\"\",\nc\",valid,live\n{},,missing,live\n", at(0), at(1));
        assert_eq!(csv.split_once('\n').map(|(_, rest)| rest), Some(expected.as_str()), "{}", city.store);
    })
    .await;
}

/// Reads events of an open stream, one after the other.
struct Events {
    body: Body,
    text: String,
}

impl Events {
    async fn open(city: &City, path: &str, key: &str, last: Option<&str>) -> Events {
        let mut request = Request::get(path);
        if !key.is_empty() {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let answer = city.send(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Events { body: answer.into_body(), text: String::new() }
    }

    /// Kind, id and data of the next one; nothing where none comes in time.
    async fn next(&mut self, patience: Duration) -> Option<(String, String, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
                    line.trim_start_matches(':').trim_start().to_string()
                };
                let data = serde_json::from_str(&field("data")).unwrap_or(Value::Null);
                let found = (field("event"), field("id"), data);
                self.text = rest.to_string();
                return Some(found);
            }
            let frame = tokio::time::timeout(patience, self.body.frame()).await.ok()??;
            let bytes = frame.expect("a frame").into_data().expect("data");
            self.text.push_str(std::str::from_utf8(&bytes).expect("text"));
        }
    }

    #[track_caller]
    fn results(data: &Value) -> Vec<(i64, i64)> {
        let one = |value: &Value| {
            (value["id"].as_i64().expect("an id"), value["result"].as_i64().expect("a result"))
        };
        data.as_array().unwrap_or_else(|| panic!("{data}")).iter().map(one).collect()
    }
}

#[tokio::test]
async fn observations_are_told_as_they_come_and_a_reader_resumes() {
    on_each_store("stream", async |city| {
        filled(city).await;
        let (soon, silence) = (Duration::from_secs(10), Duration::from_millis(200));
        let post = async |stream: i64, second: i64, result: i64| {
            city.post(&format!("Datastreams({stream})/Observations"), observation(second, result))
                .await
                .expect(201);
        };
        let mut all = Events::open(city, "/api/stream?datastream=north/air,south/air", OPERATOR, None).await;
        let mut north = Events::open(city, "/api/stream?datastream=1", OPERATOR, None).await;
        let (kind, begin, _) = all.next(soon).await.expect("a beginning");
        assert_eq!(kind, "begin", "{}", city.store);
        north.next(soon).await.expect("a beginning");
        post(1, 1_000, 1).await;
        post(2, 1_000, 2).await;
        post(1, 1_001, 3).await;
        let mut told = Vec::new();
        let mut ids = Vec::new();
        for _ in 0..3 {
            let (kind, id, data) = all.next(soon).await.expect("an event");
            assert_eq!(kind, "observations", "{}", city.store);
            told.extend(Events::results(&data));
            ids.push(id);
        }
        assert_eq!(told, [(1, 1), (2, 2), (1, 3)], "{}", city.store);
        for expected in [1, 3] {
            let (_, _, data) = north.next(soon).await.expect("an event");
            assert_eq!(Events::results(&data), [(1, expected)], "{}", city.store);
        }
        assert!(north.next(silence).await.is_none(), "{}", city.store);
        // A duplicate is no news.
        post(1, 1_001, 3).await;
        assert!(north.next(silence).await.is_none(), "{}", city.store);
        drop((all, north));
        // Away, and back.
        post(1, 1_002, 4).await;
        for (last, expected) in
            [(&begin, &[1, 3, 4][..]), (&ids[0], &[3, 4]), (&ids[1], &[3, 4]), (&ids[2], &[4])]
        {
            let mut back = Events::open(city, "/api/stream?datastream=1", OPERATOR, Some(last)).await;
            for result in expected {
                let (_, _, data) = back.next(soon).await.expect("an event");
                assert_eq!(Events::results(&data), [(1, *result)], "{} after {last}", city.store);
            }
            assert!(back.next(silence).await.is_none(), "{} after {last}", city.store);
        }
        // Of another start, of the future, or of nobody: the reader is told to read again.
        for last in ["1-1", "x", "", "9999999999999999-1", &begin.replace('-', "-9999")] {
            let mut lost = Events::open(city, "/api/stream?datastream=1", OPERATOR, Some(last)).await;
            let (kind, id, _) = lost.next(soon).await.expect("an event");
            assert_eq!(kind, "reset", "{} after {last}", city.store);
            assert!(!id.is_empty());
        }
        // Nobody hears what he may not see.
        let mut open = Events::open(city, "/api/stream?datastream=north/air,south/air", NOBODY, None).await;
        open.next(soon).await.expect("a beginning");
        post(2, 1_003, 5).await;
        post(1, 1_003, 6).await;
        let (_, _, data) = open.next(soon).await.expect("an event");
        assert_eq!(Events::results(&data), [(1, 6)], "{}", city.store);
    })
    .await;
}

#[tokio::test]
async fn received_adds_up() {
    on_each_store("received", async |city| {
        filled(city).await;
        city.patch("Datastreams(2)", json!({ "properties": { "slug": "south/air", "policy": "last-wins" } })).await.expect(200);
        let rows = json!([
            { "Datastream": { "@iot.id": 1 }, "components": ["phenomenonTime", "result"], "dataArray": [
                [at(0), 0], [at(0), 5], [at(700), 1], [at(701), "x"], ["2027-01-01T00:00:00Z", 1],
            ] },
            { "Datastream": { "@iot.id": 2 }, "components": ["phenomenonTime", "result"], "dataArray": [[at(0), 21], [at(1), 1]] },
        ]);
        city.post("CreateObservations", rows).await.expect(201);
        let found = city.ask("GET", "/api/received", NOBODY, None).await.expect(200).json();
        let total = &found["total"];
        // 11 at first; then one new in the first, one new and one replaced in the second.
        assert_eq!((&total["received"], &total["stored"]), (&json!(18), &json!(14)), "{}: {found:#}", city.store);
        assert_eq!((&total["duplicate"], &total["replaced"]), (&json!(2), &json!(1)), "{}", city.store);
        assert_eq!(total["refused"], json!({ "in-the-future": 1, "wrong-kind": 1 }), "{}", city.store);
        for tally in found["sources"].as_array().expect("sources").iter().chain([total]) {
            let of = |key: &str| tally[key].as_u64().expect("a number");
            let refused: u64 = tally["refused"].as_object().expect("reasons").values().filter_map(Value::as_u64).sum();
            assert_eq!(of("received"), of("stored") + of("duplicate") + refused, "{}: {tally}", city.store);
        }
        assert_eq!(found["queue"]["waiting"], 0, "{}", city.store);
    })
    .await;
}
