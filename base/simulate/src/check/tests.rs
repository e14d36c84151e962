use super::*;

const DEMO: &str = r#"
schema = 1
owner = { en = "The simulator" }
description = { en = "It does not exist." }
[[curve]]
force = "wind"
points = [[0, 1]]
[[fault]]
fleet = "posts"
device = "b"
how = "silent"
from_hour = 1
until_hour = 2
[[bulletin]]
feed = "news"
source = "list"
period_seconds = 60
around = "$all$"
record = "$issued %!$"
[[notice]]
feed = "warnings"
from_hour = 1
until_hour = 2
words = {}
[[fleet]]
id = "posts"
[[fleet.datastream]]
key = "speed"
name = { en = "Speed" }
meaning = { en = "How fast" }
property = "speed"
period_seconds = 30
feels = [{ force = "wind" }, { force = "rain" }]
model = { quiet = 70, busy = 60, peaks_hours = [8], least = 0, most = 90, step = 1 }
[[fleet.device]]
key = "a"
name = { pt = "A" }
zone = "homes"
only = ["count"]
longitude = 500
latitude = 0
"#;

#[test]
fn names_that_nothing_bears_are_told() {
    let demo: Demo = toml::from_str(DEMO).unwrap();
    let english = Lang::new("en").unwrap();
    let found: Vec<String> = demo.mistakes(&[english]).into_iter().map(|(what, _)| what).collect();
    let expected = [
        "posts: speed feels rain, which nothing exerts",
        "posts/a has no text in en",
        "posts/a stands in homes, of which no model tells",
        "posts/a has no datastream count",
        "posts/a stands nowhere",
        "a fault strikes posts/b, which is not there",
        "news/list: issued %! asks for no time",
        "no bulletin tells the notices of warnings",
    ];
    assert_eq!(found, expected);
}
