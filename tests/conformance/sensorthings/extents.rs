//! What a datastream says of its observations (phenomenonTime, resultTime, observedArea) is what its observations say,
//! whatever came, was corrected, deleted, moved or sealed: against a naive model that reads all of them.

use super::*;

/// Knuth's MMIX constants; the low bits repeat soon.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, bound: u64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % bound) as i64
    }
}

/// What all observations of a datastream say together.
async fn naive(city: &City, id: i64) -> (Option<String>, Option<String>, Option<[f64; 4]>) {
    let path = format!("Datastreams({id})/Observations?$top=1000&$expand=FeatureOfInterest");
    let all = city.json(&path).await["value"].as_array().expect("a list").clone();
    let text = |row: &Value, field: &str| row[field].as_str().expect("a time").to_string();
    // Times of one form sort as texts.
    let join = |starts: Vec<String>, ends: Vec<String>| {
        Some(format!("{}/{}", starts.into_iter().min()?, ends.into_iter().max()?))
    };
    let of = |field: &str| {
        let times: Vec<String> = all.iter().map(|row| text(row, field)).collect();
        let ends = |time: &String| time.split('/').next_back().unwrap_or_default().to_string();
        let starts = |time: &String| time.split('/').next().unwrap_or_default().to_string();
        join(times.iter().map(starts).collect(), times.iter().map(ends).collect())
    };
    let places = all.iter().filter_map(|row| row["FeatureOfInterest"]["feature"]["coordinates"].as_array());
    let area = places.map(|place| {
        let (x, y) = (place[0].as_f64().unwrap_or_default(), place[1].as_f64().unwrap_or_default());
        [x, y, x, y]
    });
    let area = area.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]);
    (of("phenomenonTime"), of("resultTime"), area)
}

/// What the datastream says.
async fn said(city: &City, id: i64) -> (Option<String>, Option<String>, Option<[f64; 4]>) {
    let stream = city.json(&format!("Datastreams({id})")).await;
    let text = |field: &str| stream[field].as_str().map(str::to_string);
    let area = stream.get("observedArea").map(|area| match area["type"].as_str() {
        Some("Point") => {
            let at = |i: usize| area["coordinates"][i].as_f64().unwrap_or_default();
            [at(0), at(1), at(0), at(1)]
        }
        _ => {
            let at = |i: usize, j: usize| area["coordinates"][0][i][j].as_f64().unwrap_or_default();
            [at(0, 0), at(0, 1), at(2, 0), at(2, 1)]
        }
    });
    (text("phenomenonTime"), text("resultTime"), area)
}

/// Requirement: sensorthings-1.1 datamodel datastream/properties
#[tokio::test]
async fn extents_are_those_of_the_observations() {
    on_each_store("extents", async |city| {
        let mut dice = Dice(7);
        let mut post = thing("post", 10.0, 20.0, &["intervals", "instants"]);
        let mut forecasts = datastream("forecasts", "warmth");
        forecasts["properties"] = json!({ "class": "forecast" });
        post["Datastreams"].as_array_mut().expect("a list").push(forecasts);
        post["Datastreams"][1]["properties"] = json!({ "class": "instant" });
        city.make("Things", post).await;
        for turn in 0..220 {
            let (id, second) = (1 + dice.roll(3), dice.roll(30_000));
            match dice.roll(12) {
                0..=5 => {
                    let mut body = observation(second, dice.roll(100));
                    if id == 1 && dice.roll(2) == 0 {
                        body["phenomenonTime"] = format!("{}/{}", at(second), at(second + 1 + dice.roll(9_000))).into();
                    }
                    if id == 3 || dice.roll(3) == 0 {
                        body["resultTime"] = at(second + dice.roll(8_000) - 4_000).into();
                    }
                    if dice.roll(5) == 0 {
                        let place = json!({ "type": "Point", "coordinates": [dice.roll(40), dice.roll(40)] });
                        body["FeatureOfInterest"] = json!({ "name": "there", "description": "", "encodingType": "application/geo+json", "feature": place });
                    }
                    city.post(&format!("Datastreams({id})/Observations"), body).await.expect(201);
                }
                6..=8 => {
                    let path = format!("Datastreams({id})/Observations?$top=1&$skip={}&$select=id", dice.roll(12));
                    let Some(found) = city.json(&path).await["value"][0]["@iot.id"].as_str().map(str::to_string) else { continue };
                    let path = format!("Observations('{found}')");
                    if dice.roll(2) == 0 && id != 3 {
                        city.patch(&path, json!({ "resultTime": at(second) })).await.expect(200);
                    } else {
                        city.delete(&path).await.expect(200);
                    }
                }
                9 => {
                    let from = dice.roll(30_000);
                    let path = format!("Datastreams({id})/Observations?$filter=phenomenonTime ge {} and phenomenonTime lt {}", at(from), at(from + 3_000));
                    city.delete(&path).await.expect(200);
                }
                10 => {
                    city.make("Things(1)/Locations", location("elsewhere", dice.roll(60) as f64, dice.roll(60) as f64)).await;
                }
                _ => {
                    let later = NOW.plus(2 * 86_400_000_000);
                    let rules = sensing::seal::Rules::default();
                    sensing::jobs::seal_pass(city.sensing.observations(), later, &rules).await.expect("it seals");
                }
            }
            if turn % 4 == 0 {
                for id in 1..=3 {
                    assert_eq!(said(city, id).await, naive(city, id).await, "{} turn {turn}, Datastreams({id})", city.store);
                }
            }
        }
    })
    .await;
}
