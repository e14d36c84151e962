use vocab::time::{DAY, MINUTE};

use super::*;

const DEMO: &str = r#"
schema = 1
owner = { en = "The simulator" }
description = { en = "It does not exist." }
day = { begins_hour = 5, repeats_days = 7 }
[[band]]
force = "rain"
longitude = 10.0
latitude = 0.0
hour = 12
heading_degrees = 270
speed_kmh = 20
width_km = 5
strength = 40
[[corridor]]
force = "accident"
line = [[10.0, 0.0]]
reach_km = 1
points = [[8, 0], [8.1, 1], [9, 1], [9.1, 0]]
[[fault]]
fleet = "posts"
device = "west"
how = "silent"
from_hour = 20
until_hour = 25
[[fault]]
fleet = "posts"
device = "east"
datastream = "speed"
how = "stuck"
from_hour = 20
until_hour = 22
[[bulletin]]
feed = "news"
source = "list"
period_seconds = 3600
around = "[$all$]"
between = ","
record = "$title$ since $issued %H:%M$"
[[notice]]
feed = "news"
from_hour = 8.1
until_hour = 9
words = { title = "Accident" }
[[fleet]]
id = "posts"
[[fleet.datastream]]
key = "speed"
name = { en = "Speed" }
meaning = { en = "How fast" }
property = "speed"
period_seconds = 30
feels = [{ force = "accident", toward = 5 }]
model = { quiet = 70, busy = 60, peaks_hours = [8], least = 0, most = 90, step = 1, jitter = 5 }
[[fleet.datastream]]
key = "rain"
name = { en = "Rain" }
meaning = { en = "How much fell" }
property = "rain"
period_seconds = 600
feels = [{ force = "rain", add = 1, over_hours = 1 }]
model = { quiet = 0, busy = 0, peaks_hours = [8], least = 0, most = 90, step = 0.5 }
[[fleet.device]]
key = "east"
name = { en = "East" }
longitude = 10.0
latitude = 0.0
[[fleet.device]]
key = "west"
name = { en = "West" }
longitude = 9.8
latitude = 0.0
"#;

fn play(seed: u64) -> Play {
    // Played first on 2 January 1970, a Friday.
    Play::new(toml::from_str(DEMO).unwrap(), seed, Time(DAY + 5 * HOUR), TimeZone::UTC)
}

fn of_day(hour: f64) -> Time {
    Time(DAY).plus((hour * HOUR as f64) as i64)
}

fn values(play: &Play, slug: &str, from: f64, to: f64) -> Vec<(Time, f64)> {
    let voice = play.voices().find(|voice| voice.slug() == slug).unwrap();
    let said = play.readings(&voice, voice.stream.period(), of_day(from), of_day(to));
    said.map(|(at, said)| (at, if let Said::Number(n) = said { n } else { panic!("a word") })).collect()
}

#[test]
fn the_same_seed_says_the_same_and_windows_join_without_gap_or_double() {
    let (from, middle, to) = (of_day(5.0), of_day(13.0).plus(17), of_day(24.0));
    let whole = play(7).messages(from, to);
    assert_eq!(whole, play(7).messages(from, to));
    assert_ne!(whole, play(8).messages(from, to));
    let mut parts = play(7).messages(from, middle);
    parts.extend(play(7).messages(middle, to));
    assert_eq!(whole, parts);
    let speeds = values(&play(7), "posts/east/speed", 5.0, 6.0);
    assert_eq!(speeds.len(), 120);
    assert!(speeds.iter().all(|(at, _)| at.0 % (30 * SECOND) == 0));
}

#[test]
fn rain_comes_to_one_place_after_the_other_and_is_what_fell_within_the_hour() {
    let peak = |slug: &str| {
        let all = values(&play(1), slug, 5.0, 20.0);
        all.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap()
    };
    let ((first, fell), (second, _)) = (peak("posts/east/rain"), peak("posts/west/rain"));
    // 22 km at 20 km/h; a reading comes every ten minutes.
    let apart = (second.0 - first.0) / MINUTE;
    assert!((50..=90).contains(&apart), "{apart} minutes");
    // The whole band: 40 mm/h times the width of its bell, √π · 5 km, over 20 km/h.
    assert!((fell - 17.5).abs() < 1.5, "{fell} mm");
    assert!(
        values(&play(1), "posts/east/rain", -24.0, 0.0).iter().all(|(_, mm)| *mm == 0.0),
        "no day before it"
    );
}

#[test]
fn an_accident_slows_what_is_near_it() {
    let mean = |slug: &str, from: f64, to: f64| {
        let all = values(&play(1), slug, from, to);
        all.iter().map(|(_, speed)| speed).sum::<f64>() / all.len() as f64
    };
    assert!(mean("posts/east/speed", 8.1, 9.0) < 8.0);
    assert!(mean("posts/west/speed", 8.1, 9.0) > 50.0);
    assert!(mean("posts/east/speed", 9.2, 10.0) > 50.0, "it is cleared");
    assert!(
        mean("posts/east/speed", 7.0 * 24.0 + 8.1, 7.0 * 24.0 + 9.0) < 8.0,
        "it comes again a week later"
    );
    assert!(mean("posts/east/speed", 24.0 + 8.1, 24.0 + 9.0) > 50.0);
}

#[test]
fn what_breaks_is_silent_or_stuck_until_it_is_mended() {
    let play = play(1);
    assert!(values(&play, "posts/west/speed", 20.0, 25.0).is_empty());
    assert_eq!(values(&play, "posts/west/speed", 25.0, 26.0).len(), 120);
    let stuck = values(&play, "posts/east/speed", 20.0, 22.0);
    assert!(stuck.len() == 240 && stuck.iter().all(|(_, speed)| *speed == stuck[0].1));
    let later = values(&play, "posts/east/speed", 22.0, 23.0);
    assert!(later.iter().any(|(_, speed)| *speed != stuck[0].1));
}

#[test]
fn a_source_answers_by_its_period_and_when_something_changes() {
    let answers = play(1).answers(of_day(7.5), of_day(9.5));
    let said: Vec<(i64, &str)> = answers.iter().map(|a| ((a.at.0 - DAY) / MINUTE, a.body.as_str())).collect();
    let accident = "[Accident since 08:06]";
    assert_eq!(said, [(480, "[]"), (486, accident), (540, "[]")]);
}
