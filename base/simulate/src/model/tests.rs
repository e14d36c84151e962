use vocab::time::{DAY, SECOND};

use super::*;

const SPEED: &str = "quiet = 70\nbusy = 25\npeaks_hours = [8.5, 18]\nweekend = 0.3\ndrift = 4\njitter = 3\nleast = 5\nmost = 90\nstep = 1";

fn model(text: &str) -> Model {
    toml::from_str(text).unwrap()
}

fn number(model: &Model, seed: u64, at: Time) -> f64 {
    match model.say(seed, 1.0, at, &jiff::tz::TimeZone::UTC, |value| value) {
        Said::Number(n) => n,
        Said::Text(t) => panic!("{t}"),
    }
}

#[test]
fn the_same_dice_say_the_same_and_others_something_else() {
    let model = model(SPEED);
    let say = |seed| -> Vec<f64> { (0..200).map(|i| number(&model, seed, Time(i * 97 * SECOND))).collect() };
    assert_eq!(say(7), say(7));
    assert_ne!(say(7), say(8));
}

#[test]
fn values_stay_in_bounds_on_their_step_and_slow_down_in_the_rush() {
    let model = model(SPEED);
    for minute in 0..(7 * 24 * 60) {
        let value = number(&model, 1, Time(minute * MINUTE));
        assert!((5.0..=90.0).contains(&value) && value.fract() == 0.0, "{value}");
    }
    // 1970-01-01 was a Thursday.
    let mean = |from_hour: i64| {
        (0..60).map(|m| number(&model, 1, Time(from_hour * HOUR + m * MINUTE))).sum::<f64>() / 60.0
    };
    assert!(mean(8) + 25.0 < mean(3), "rush {} against night {}", mean(8), mean(3));
    let saturday = 2 * DAY / HOUR;
    assert!(mean(8) + 15.0 < mean(saturday + 8), "a Saturday morning is quieter");
}

#[test]
fn words_stand_for_numbers_where_the_device_speaks_words() {
    let text =
        format!("{SPEED}\nwords = [{{ from = 0, text = \"jam\" }}, {{ from = 50, text = \"flowing\" }}]");
    let model = model(&text);
    let at =
        |hour: i64| model.say(1, 1.0, Time(hour * HOUR + HOUR / 2), &jiff::tz::TimeZone::UTC, |value| value);
    assert_eq!(at(3), Said::Text("flowing".into()));
    assert_eq!(at(8), Said::Text("jam".into()));
}
