use super::*;

const FLEET: &str = r#"
schema = 1
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
zones = { night = { quiet = 7, busy = 9, peaks_hours = [2], least = 0, most = 90, step = 1 } }
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
zone = "night"
only = ["count"]
"#;

#[test]
fn every_device_has_dice_of_its_own_and_only_its_datastreams() {
    let file: FleetFile = toml::from_str(FLEET).unwrap();
    let fleet = &file.fleets[0];
    let slugs: Vec<String> = fleet.voices(1).map(|voice| voice.slug()).collect();
    assert_eq!(slugs, ["cars/a/speed", "cars/a/count", "cars/b/count"]);
    let dice: std::collections::BTreeSet<u64> = fleet.voices(1).map(|voice| voice.dice).collect();
    assert_eq!(dice.len(), 3);
    assert!(fleet.voices(2).all(|voice| !dice.contains(&voice.dice)));
    let models: Vec<f64> = fleet.voices(1).map(|voice| voice.model().quiet).collect();
    assert_eq!(models, [70.0, 0.0, 7.0], "a device in a zone has the model of its zone");
}
