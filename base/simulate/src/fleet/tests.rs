use vocab::time::SECOND;

use super::*;

const DEMO: &str = r#"
schema = 1
owner = { en = "The simulator" }
description = { en = "It does not exist." }
[[fleet]]
id = "cars"
[[fleet.datastream]]
key = "speed"
name = { en = "Speed" }
meaning = { en = "How fast" }
property = "speed"
unit = "km/h"
period_seconds = 30
label = "public"
model = { quiet = 70, busy = 25, peaks_hours = [8], least = 0, most = 90, step = 1, jitter = 5 }
[[fleet.datastream]]
key = "count"
name = { en = "Count" }
meaning = { en = "How many" }
property = "count"
period_seconds = 60
model = { quiet = 0, busy = 25, peaks_hours = [8], least = 0, most = 90, step = 1, jitter = 5 }
[[fleet.device]]
key = "a"
name = { en = "A" }
longitude = 1.0
latitude = 2.0
[[fleet.device]]
key = "b"
name = { en = "B" }
longitude = 1.0
latitude = 2.0
only = ["count"]
"#;

#[test]
fn every_device_has_dice_of_its_own_and_only_its_datastreams() {
    let demo: Demo = toml::from_str(DEMO).unwrap();
    let fleet = &demo.fleets[0];
    let slugs: Vec<String> = fleet.streams(1).map(|(d, s, _)| fleet.slug(d, s)).collect();
    assert_eq!(slugs, ["cars/a/speed", "cars/a/count", "cars/b/count"]);
    let dice: std::collections::BTreeSet<u64> = fleet.streams(1).map(|(_, _, dice)| dice).collect();
    assert_eq!(dice.len(), 3);
    assert!(fleet.streams(2).all(|(_, _, other)| !dice.contains(&other)));
}

#[test]
fn readings_lie_on_the_grid_and_windows_join_without_gap_or_double() {
    let demo: Demo = toml::from_str(DEMO).unwrap();
    let stream = &demo.fleets[0].datastreams[0];
    let zone = jiff::tz::TimeZone::UTC;
    let at = |seconds: i64| Time(seconds * SECOND);
    let whole: Vec<_> = stream.readings(1, 1.0, at(0), at(1000), &zone).collect();
    let mut parts: Vec<_> = stream.readings(1, 1.0, at(0), at(331), &zone).collect();
    parts.extend(stream.readings(1, 1.0, at(331), at(1000), &zone));
    assert_eq!(whole.len(), 34);
    assert_eq!(whole, parts);
}
