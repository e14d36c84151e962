use super::*;

fn read(text: &str) -> Result<Tasks, Vec<String>> {
    let city = "schema = 1\nid = \"x\"\nname = { en = \"X\", pt = \"X\" }\ntime_zone = \"UTC\"\ncurrency = \"EUR\"\n\
                extent = [0.0, 0.0, 1.0, 1.0]\ngrid = { epsg = 4326 }\n\
                official_site = { title = { en = \"O\", pt = \"O\" }, url = \"https://x.example/\" }\n\
                [[languages]]\ntag = \"en\"\nhtml = \"en\"\nname = \"English\"\n\
                [[languages]]\ntag = \"pt\"\nhtml = \"pt\"\nname = \"Português\"\n";
    let files = [("city.toml", city), ("feeds/parks.toml", ""), (FILE, text)];
    let pack =
        Pack::from_files(files.map(|(path, text)| (path.to_string(), text.to_string()))).expect("a pack");
    Tasks::of(&pack).map_err(|findings| findings.iter().map(ToString::to_string).collect())
}

const GOOD: &str = "schema = 1\n[[task]]\nid = \"park\"\ntitle = { en = \"Park\", pt = \"Estacionar\" }\n\
                    says = { en = \"s\", pt = \"s\" }\npath = \"/map?feed=parks\"\n";

#[test]
fn each_mistake_is_named_with_its_line() {
    assert_eq!(read(GOOD).map(|tasks| tasks.tasks.len()), Ok(1));
    let check = |from: &str, to: &str, expected: &str| {
        assert!(GOOD.contains(from), "{from}");
        let found = read(&GOOD.replacen(from, to, 1)).expect_err(to).join("\n");
        assert!(found.contains(expected), "{to:?} gave {found}");
    };
    check(", pt = \"Estacionar\"", "", "dashboards/tasks.toml:3: title of the task park has no text in pt");
    check("/map?feed=parks", "map", "is no address of ours");
    check("feed=parks", "feed=park", "there is no feed park");
    check("says = ", "sais = ", "did you mean `says`?");
    let twice = format!("{GOOD}{}", GOOD.trim_start_matches("schema = 1\n"));
    assert!(read(&twice).expect_err("twice").join("").contains("two tasks are called park"));
}
