use super::*;
use crate::samples::{pack, told};

fn read(text: &str) -> Result<Tasks, Vec<String>> {
    Tasks::of(&pack(&[("feeds/parks.toml", ""), (FILE, text)])).map_err(told)
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
