//! $apply and $decimation against a naive model, and what other programs take: CSV and GeoJSON.

use std::collections::BTreeMap;

use super::*;

/// Which of four datastreams, the second after midnight, the result and whether it is suspect.
fn rows() -> Vec<(i64, i64, f64, bool)> {
    let mut state = 12_345u64;
    let mut next = move |bound: u64| {
        // Knuth's MMIX constants; the low bits repeat soon.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    let mut rows = BTreeMap::new();
    for _ in 0..400 {
        let key = (1 + next(4) as i64, next(40_000) as i64);
        rows.insert(key, (next(2_000) as f64 / 8.0 - 100.0, next(10) == 0));
    }
    rows.into_iter().map(|((stream, second), (result, suspect))| (stream, second, result, suspect)).collect()
}

/// Things in two districts, two datastreams each; one of all is of rain.
async fn filled(city: &City) {
    for (name, district) in [("a", "north"), ("b", "south")] {
        let mut thing = thing(name, 10.0, 20.0, &[&format!("{name}1"), &format!("{name}2")]);
        thing["properties"] = json!({ "district": district, "height": if name == "a" { 3 } else { 5 } });
        city.make("Things", thing).await;
    }
    let mut groups: BTreeMap<i64, Vec<Value>> = BTreeMap::new();
    for (stream, second, result, suspect) in rows() {
        let quality = if suspect { json!("suspect") } else { Value::Null };
        groups.entry(stream).or_default().push(json!([at(second), result, quality]));
    }
    let body: Vec<Value> = groups
        .into_iter()
        .map(|(id, rows)| json!({ "Datastream": { "@iot.id": id }, "components": ["phenomenonTime", "result", "resultQuality"], "dataArray": rows }))
        .collect();
    city.post("CreateObservations", json!(body)).await.expect(201);
}

async fn seal(city: &City) {
    // Two days later everything is closed.
    let later = NOW.plus(2 * 86_400_000_000);
    let rules = sensing::seal::Rules::default();
    let sealed =
        sensing::jobs::seal_pass(city.sensing.observations(), later, &rules).await.expect("it seals");
    assert!(sealed > 0, "{}: nothing was sealed", city.store);
}

fn percentile(numbers: &[f64], share: f64) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = share * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    low + (high - low) * (place - place.floor())
}

/// What every measure must say of some rows, which come in the order of time.
fn said(rows: &[&(i64, i64, f64, bool)]) -> Value {
    let mut rows = rows.to_vec();
    rows.sort_by_key(|(stream, second, ..)| (*second, *stream));
    let numbers: Vec<f64> = rows.iter().map(|row| row.2).collect();
    let good = rows.iter().filter(|row| !row.3).count() as f64 / rows.len() as f64;
    json!({
        "n": rows.len(), "c": rows.len(), "sum": numbers.iter().sum::<f64>(),
        "least": numbers.iter().copied().fold(f64::INFINITY, f64::min),
        "most": numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        "mean": numbers.iter().sum::<f64>() / numbers.len() as f64,
        "first": numbers[0], "last": numbers[numbers.len() - 1],
        "p50": percentile(&numbers, 0.5), "p95": percentile(&numbers, 0.95), "good": good,
    })
}

const MEASURES: [(&str, &str); 11] = [
    ("n", "$count as n"),
    ("c", "result with count as c"),
    ("sum", "result with sum as sum"),
    ("least", "result with min as least"),
    ("most", "result with max as most"),
    ("mean", "result with average as mean"),
    ("first", "result with first as first"),
    ("last", "result with last as last"),
    ("good", "resultQuality/valid with share as good"),
    ("p50", "result with p50 as p50"),
    ("p95", "result with p95 as p95"),
];

type KeyOf = fn(&(i64, i64, f64, bool)) -> Value;

/// Groups all of the rows in two ways, ours and a naive one, with measures that roll-ups know and with all.
async fn check(
    city: &City,
    set: &str,
    filter: &str,
    keys: &str,
    fits: fn(&(i64, i64, f64, bool)) -> bool,
    key: KeyOf,
) {
    let all = rows();
    let mut expected: BTreeMap<String, (Value, Vec<&(i64, i64, f64, bool)>)> = BTreeMap::new();
    for row in all.iter().filter(|row| fits(row)) {
        expected.entry(key(row).to_string()).or_insert_with(|| (key(row), Vec::new())).1.push(row);
    }
    for measures in [&MEASURES[..6], &MEASURES[..9], &MEASURES[..]] {
        let wanted: Vec<&str> = measures.iter().map(|(_, text)| *text).collect();
        let apply = match keys {
            "" => format!("{filter}aggregate({})", wanted.join(",")),
            keys => format!("{filter}groupby(({keys}),aggregate({}))", wanted.join(",")),
        };
        let path = format!("{set}?$count=true&$apply={}", apply.replace('\'', "%27").replace('+', "%2B"));
        let found = city.json(&path).await;
        let what = format!("{} {path}", city.store);
        assert_eq!(found["@iot.count"], expected.len(), "{what}: {found}");
        for row in found["value"].as_array().expect("a list") {
            let mut keys = row.clone();
            measures
                .iter()
                .for_each(|(name, _)| drop(keys.as_object_mut().expect("an object").remove(*name)));
            let (_, rows) =
                expected.get(&keys.to_string()).unwrap_or_else(|| panic!("{what}: no group {keys}"));
            let said = said(rows);
            for (name, _) in measures {
                let (ours, theirs) = (row[*name].as_f64(), said[*name].as_f64());
                let is_near = ours.zip(theirs).is_some_and(|(a, b)| (a - b).abs() <= 1e-9 * (1.0 + b.abs()));
                assert!(is_near, "{what}: {name} of {keys}: {ours:?}, not {theirs:?}");
            }
        }
    }
}

#[tokio::test]
async fn groups_are_what_a_naive_model_makes_of_them() {
    on_each_store("groups", async |city| {
        filled(city).await;
        for is_sealed in [false, true] {
            if is_sealed {
                seal(city).await;
            }
            let every: fn(&(i64, i64, f64, bool)) -> bool = |_| true;
            check(city, "Observations", "", "", every, |_| json!({})).await;
            check(city, "Observations", "", "Datastream/@iot.id", every, |row| json!({ "Datastream": { "@iot.id": row.0 } })).await;
            check(city, "Observations", "", "Datastream/Thing/properties/district", every, |row| {
                json!({ "Datastream": { "Thing": { "properties": { "district": if row.0 < 3 { "north" } else { "south" } } } } })
            }).await;
            check(city, "Observations", "", "bucket(phenomenonTime,duration'PT1H') as hour", every, |row| {
                json!({ "hour": at(row.1 / 3_600 * 3_600) })
            }).await;
            check(city, "Observations", "", "bucket(phenomenonTime,duration'PT7M') as t,Datastream/name", every, |row| {
                let name = ["a1", "a2", "b1", "b2"][row.0 as usize - 1];
                json!({ "t": at(row.1 / 420 * 420), "Datastream": { "name": name } })
            }).await;
            // Local midnight is 15:00 in UTC.
            check(city, "Observations", "", "bucket(phenomenonTime,duration'P1D','Asia/Tokyo') as day", every, |row| {
                json!({ "day": at((row.1 + 9 * 3_600).div_euclid(86_400) * 86_400 - 9 * 3_600) })
            }).await;
            check(city, "Datastreams(2)/Observations", "", "bucket(phenomenonTime,duration'PT2H') as t", |row| row.0 == 2, |row| {
                json!({ "t": at(row.1 / 7_200 * 7_200) })
            }).await;
            check(city, "Things(2)/Datastreams(3)/Observations", "", "", |row| row.0 == 3, |_| json!({})).await;
            check(city, "Observations", "filter(result gt 0)/", "resultQuality", |row| row.2 > 0.0, |row| {
                json!({ "resultQuality": if row.3 { json!("suspect") } else { Value::Null } })
            }).await;
            let noon = format!("filter(phenomenonTime ge {} and Datastream/Thing/name eq 'b')/", at(20_000));
            check(city, "Observations", &noon, "Datastream/@iot.id,bucket(phenomenonTime,duration'PT1H') as t", |row| row.1 >= 20_000 && row.0 > 2, |row| {
                json!({ "Datastream": { "@iot.id": row.0 }, "t": at(row.1 / 3_600 * 3_600) })
            }).await;
            let both = format!("filter(phenomenonTime lt {})/filter(Datastream/@iot.id eq 1 or Datastream/name eq 'b2')/", at(9_000));
            check(city, "Observations", &both, "Datastream/Thing/properties/height", |row| row.1 < 9_000 && (row.0 == 1 || row.0 == 4), |row| {
                json!({ "Datastream": { "Thing": { "properties": { "height": if row.0 == 1 { 3 } else { 5 } } } } })
            }).await;
            check(city, "Observations", "filter(result gt 1000)/", "Datastream/@iot.id", |_| false, |_| json!({})).await;
        }
    })
    .await;
}

#[tokio::test]
async fn groups_come_in_order_in_pages_and_as_a_table() {
    on_each_store("grouppages", async |city| {
        filled(city).await;
        // Things and datastreams have groups too.
        let found = city.json("Things?$apply=groupby((properties/district),aggregate($count as n,properties/height with max as top))").await;
        assert_eq!(found["value"], json!([
            { "properties": { "district": "north" }, "n": 1, "top": 3.0 },
            { "properties": { "district": "south" }, "n": 1, "top": 5.0 },
        ]));
        let found = city.json("Datastreams?$apply=filter(Thing/name eq 'a')/aggregate($count as n)").await;
        assert_eq!(found["value"], json!([{ "n": 2 }]));
        let path = "Observations?$apply=groupby((Datastream/@iot.id),aggregate(result with max as top))&$orderby=top desc";
        let sorted = city.json(path).await["value"].clone();
        let tops: Vec<f64> = sorted.as_array().expect("a list").iter().filter_map(|row| row["top"].as_f64()).collect();
        assert!(tops.len() == 4 && tops.windows(2).all(|pair| pair[0] >= pair[1]), "{tops:?}");
        let page = city.json(&format!("{path}&$top=3&$count=true")).await;
        assert_eq!((page["@iot.count"].clone(), page["value"].as_array().map(Vec::len)), (json!(4), Some(3)));
        let rest = city.json(page["@iot.nextLink"].as_str().expect("a next link")).await;
        assert_eq!(rest["value"][0], sorted[3]);
        assert_eq!(rest["@iot.nextLink"], Value::Null);
        let table = city.get("Observations?$apply=groupby((Datastream/name),aggregate($count as n,resultQuality with share as q))&$resultFormat=CSV").await.expect(200);
        assert!(table.headers["content-type"].to_str().expect("a type").starts_with("text/csv"));
        assert!(table.text.starts_with("Datastream/name,n,q/valid,q/suspect\r\na1,"), "{}", table.text);
        // What cannot be grouped, and what would be too much.
        for (apply, code) in [
            ("", "sensing-bad-query"),
            ("groupby((nothing))", "sensing-bad-query"),
            ("aggregate(result with median as m)", "sensing-bad-query"),
            ("groupby((Datastream/@iot.id))&$filter=result gt 1", "sensing-bad-query"),
            ("groupby((Datastream/@iot.id))&$orderby=result", "sensing-bad-query"),
            ("groupby((Datastream/@iot.id))&$expand=Datastream", "sensing-bad-query"),
            ("aggregate($count as n)&$apply=aggregate($count as n)", "sensing-bad-query"),
        ] {
            let answer = city.get(&format!("Observations?$apply={apply}")).await.expect(400);
            assert_eq!(answer.problem(), code, "{apply}");
        }
        city.post("Datastreams(1)/Observations", json!({ "phenomenonTime": "1990-01-01T00:00:00Z", "result": 1 })).await.expect(201);
        let much = city.get("Observations?$apply=groupby((bucket(phenomenonTime,duration'PT1S')),aggregate($count as n))").await.expect(400);
        assert_eq!(much.problem(), "sensing-too-much");
        city.get("Things(1)?$apply=aggregate($count as n)").await.expect(400);
        // Nobody counts what is not public.
        let found = city.ask("GET", "Observations?$apply=aggregate($count as n)", NOBODY, None).await.expect(200);
        assert_eq!(found.json()["value"], json!([]), "{}", city.store);
    })
    .await;
}

#[tokio::test]
async fn a_chart_gets_no_more_points_than_it_has_room_for() {
    on_each_store("decimation", async |city| {
        filled(city).await;
        let all: Vec<(i64, f64)> =
            rows().into_iter().filter(|row| row.0 == 1).map(|row| (row.1, row.2)).collect();
        for is_sealed in [false, true] {
            if is_sealed {
                seal(city).await;
            }
            let found = city
                .json("Datastreams(1)/Observations?$decimation=20&$count=true&$select=phenomenonTime,result")
                .await;
            assert_eq!(found["@iot.count"], all.len(), "{}", city.store);
            let points: Vec<(String, f64)> = found["value"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|row| {
                    (
                        row["phenomenonTime"].as_str().unwrap_or_default().to_string(),
                        row["result"].as_f64().unwrap_or_default(),
                    )
                })
                .collect();
            assert!(points.len() <= 20 && points.len() > 10, "{points:?}");
            assert!(points.windows(2).all(|pair| pair[0].0 < pair[1].0));
            let known: Vec<(String, f64)> =
                all.iter().map(|(second, result)| (at(*second), *result)).collect();
            assert!(points.iter().all(|point| known.contains(point)), "a point that was never observed");
            let (least, most) = (|a: f64, b: f64| a.min(b), |a: f64, b: f64| a.max(b));
            for pick in [least, most] {
                let of = |points: &[(String, f64)]| points.iter().map(|point| point.1).reduce(pick);
                assert_eq!(of(&points), of(&known));
            }
            let mut back =
                city.results("Datastreams(1)/Observations?$decimation=20&$orderby=phenomenonTime desc").await;
            back.reverse();
            assert_eq!(back, points.iter().map(|point| json!(point.1)).collect::<Vec<_>>());
            assert_eq!(city.results("Datastreams(1)/Observations?$decimation=10000").await.len(), all.len());
            let part = format!(
                "Datastreams(1)/Observations?$decimation=8&$filter=phenomenonTime ge {} and result gt 0",
                at(10_000)
            );
            let part = city.results(&part).await;
            assert!(
                !part.is_empty() && part.len() <= 8 && part.iter().all(|result| result.as_f64() > Some(0.0))
            );
        }
        for wrong in [
            "Datastreams(1)/Observations?$decimation=3",
            "Datastreams(1)/Observations?$decimation=10001",
            "Datastreams(1)/Observations?$decimation=x",
            "Datastreams(1)/Observations?$decimation=9&$top=1",
            "Datastreams(1)/Observations?$decimation=9&$orderby=result",
            "Observations?$decimation=9",
            "Things?$decimation=9",
        ] {
            assert_eq!(city.get(wrong).await.expect(400).problem(), "sensing-bad-query", "{wrong}");
        }
    })
    .await;
}

#[tokio::test]
async fn answers_come_as_tables_and_as_features() {
    on_each_store("formats", async |city| {
        city.make("Things", thing("post", 10.0, 20.0, &["air"])).await;
        for second in 0..3 {
            city.post("Datastreams(1)/Observations", observation(second, second)).await.expect(201);
        }
        let table = city
            .get("Datastreams(1)/Observations?$resultFormat=CSV&$select=phenomenonTime,result&$top=2")
            .await
            .expect(200);
        assert_eq!(table.text, format!("phenomenonTime,result\r\n{},0\r\n{},1\r\n", at(0), at(1)));
        let link = table.headers["link"].to_str().expect("a link");
        assert!(link.contains("$skiptoken=") && link.ends_with("; rel=\"next\""), "{link}");
        let table = city
            .get("Things?$expand=Locations($select=name)&$select=name&$resultFormat=csv")
            .await
            .expect(200);
        assert_eq!(table.text, "name,Locations/0/name\r\npost,place of post\r\n");
        let features = city.get("Locations?$resultFormat=GeoJSON").await.expect(200);
        assert_eq!(features.headers["content-type"], "application/geo+json");
        assert_eq!(
            features.json()["features"][0]["geometry"],
            json!({ "type": "Point", "coordinates": [10.0, 20.0] })
        );
        assert_eq!(features.json()["features"][0]["properties"]["id"], 1);
        let one = city.json("Things(1)?$expand=Locations&$resultFormat=GeoJSON").await;
        assert_eq!(one["features"][0]["geometry"]["type"], "Point");
        assert_eq!(city.get("Things?$resultFormat=XML").await.expect(400).problem(), "sensing-bad-query");
    })
    .await;
}

#[tokio::test]
async fn the_earlier_version_is_answered_in_its_words() {
    on_each_store("earlier", async |city| {
        let made = city.post("/sta/v1.0/Things", thing("post", 10.0, 20.0, &["air"])).await.expect(201);
        assert_eq!(made.headers["location"], "http://city.test/sta/v1.0/Things(1)");
        let root = city.json("/sta/v1.0").await;
        assert_eq!((root["value"].as_array().map(Vec::len), root.get("serverSettings")), (Some(8), None));
        let page = city.json("/sta/v1.0/Things?$expand=Datastreams,Locations").await;
        assert!(!page.to_string().contains("/v1.1/"), "{page}");
        // Things alone had properties then.
        city.patch("Locations(1)", json!({ "properties": { "a": 1 } })).await.expect(200);
        assert_eq!(city.json("/sta/v1.0/Locations(1)").await.get("properties"), None);
        assert_eq!(city.json("/sta/v1.1/Locations(1)").await["properties"]["a"], 1);
        assert_eq!(city.json("/sta/v1.0/Things(1)").await["properties"]["colour"], "red");
        let batch = json!({ "requests": [{ "id": "1", "method": "get", "url": "Things(1)" }] });
        let answer = city.post("/sta/v1.0/$batch", batch).await.expect(200);
        assert!(answer.text.contains("/sta/v1.0/Things(1)"), "{}", answer.text);
        city.post("/sta/v1.0/Datastreams(1)/Observations", observation(0, 1)).await.expect(201);
        assert_eq!(city.results("/sta/v1.0/Observations").await, [json!(1)]);
    })
    .await;
}
