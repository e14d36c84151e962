use super::*;

const WHOLE: &str = r#"schema = 1
queues = "gates"
[weather]
feed = "weather"
datastreams = ["temperature"]
[[advice]]
title = { en = "Money" }
text = { en = "Coins." }
[[phrase]]
means = { en = "Thank you" }
say = "obrigado"
lang = "pt"
sounds = "obrigádu"
[[point]]
slug = "north-gate"
name = { en = "North gate" }
what = { en = "A gate." }
queue = "N"
open = { en = "Always." }
longitude = 0.5
latitude = 0.5
official = { title = { en = "The gate" }, url = "https://gate.example/" }
[[point.onward]]
by = { en = "Tram" }
text = { en = "To the middle." }
link = { title = { en = "Trams" }, url = "https://tram.example/" }
"#;

fn visitors(text: &str) -> Result<Visitors, String> {
    let city = "schema = 1\nid = \"x\"\nname = { en = \"X\" }\ntime_zone = \"UTC\"\ncurrency = \"EUR\"\n\
        extent = [0, 0, 1, 1]\ngrid = { epsg = 3763 }\n\
        official_site = { title = { en = \"O\" }, url = \"https://o.example/\" }\n\
        [[languages]]\ntag = \"en\"\nhtml = \"en\"\nname = \"English\"\n";
    let files = [("city.toml", city), ("feeds/gates.toml", "x"), ("feeds/weather.toml", "x"), (FILE, text)];
    let pack =
        Pack::from_files(files.map(|(path, text)| (path.to_string(), text.to_string()))).expect("a pack");
    let said = |found: Vec<Finding>| found.iter().map(|f| f.to_string()).collect::<Vec<_>>().join("\n");
    Visitors::of(&pack).map_err(said)
}

#[test]
fn a_whole_file_is_read() {
    let read = visitors(WHOLE).expect("whole");
    let gate = read.point("north-gate").expect("a gate");
    assert_eq!(gate.position().map(|p| p.longitude), Some(0.5));
    assert_eq!((gate.onward.len(), gate.queue.as_deref()), (1, Some("N")));
    assert!(read.point("south-gate").is_none());
}

#[test]
fn a_mistake_is_named_with_its_line() {
    for (from, to, expected) in [
        ("\"gates\"", "\"gate\"", "visitors.toml:2: there is no feed gate"),
        ("feed = \"weather\"", "feed = \"wether\"", "visitors.toml:4: there is no feed wether"),
        (
            "{ en = \"Always.\" }",
            "{ pt = \"Sempre.\" }",
            "visitors.toml:15: a text of slug = \"north-gate\" has no text in en",
        ),
        ("https://tram", "http://tram", "visitors.toml:26: \"http://tram.example/\" is no address"),
        ("latitude = 0.5", "latitude = 95.0", "visitors.toml:15: north-gate lies nowhere"),
    ] {
        let said = visitors(&WHOLE.replacen(from, to, 1)).expect_err(to);
        assert!(said.contains(expected), "{expected} is not in {said}");
    }
    let twice = format!("{WHOLE}{}", &WHOLE[WHOLE.find("[[point]]").expect("a point")..]);
    assert!(visitors(&twice).expect_err("twice").contains("two points are called north-gate"));
}
