use vocab::Lang;

use super::*;
use crate::samples::{pack, told};

fn overlays(text: &str) -> Result<Overlays, Vec<String>> {
    Overlays::of(&pack(&[("feeds/bays.toml", "schema = 1"), (FILE, text)])).map_err(told)
}

const LAYER: &str =
    "schema = 1\n[[layer]]\nid = \"parking\"\ntitle = { en = \"P\", pt = \"E\" }\nfeeds = [\"bays\"]\n";

#[test]
fn a_layer_is_judged_with_its_line() {
    let check = |text: &str, expected: &str| {
        let said = overlays(text).expect_err(text).join("\n");
        assert!(said.contains(expected), "{expected} is not in {said}");
        assert!(said.starts_with("dashboards/map.toml:"), "{said}");
    };
    assert!(overlays(LAYER).is_ok());
    check(&LAYER.replace("bays", "buys"), "map.toml:3: there is no feed buys");
    check(&format!("{LAYER}{}", LAYER.replace("schema = 1", "")), "two layers are called parking");
    check(&LAYER.replace("\"parking\"", "\"a b\""), "cannot stand in an address");
    check(&LAYER.replace(", pt = \"E\"", ""), "title of the layer parking has no text in pt");
    check(&format!("{LAYER}colour = 5\n"), "the colours are 1 to 4");
    check(&format!("{LAYER}unit = {{ en = \"m\" }}\n"), "unit of the layer parking has no text in pt");
    check(&format!("{LAYER}color = 2\n"), "did you mean `colour`?");
}

#[test]
fn an_address_chooses_layers() {
    let layer = |id: &str, feeds: &[&str], shown: bool| Overlay {
        feeds: feeds.iter().map(|feed| feed.to_string()).collect(),
        shown,
        ..Overlay::of_feed(id, Text::default(), Text::default())
    };
    let layers = [layer("a", &["x"], true), layer("b", &["x", "y"], false), layer("y", &["y"], true)];
    let check = |named: &[&str], feed: &str, expected: &[usize]| {
        let named: Vec<String> = named.iter().map(|id| id.to_string()).collect();
        assert_eq!(chosen(&layers, &named, feed), expected, "{named:?} {feed}");
    };
    check(&[], "", &[0, 2]);
    check(&["b"], "", &[1]);
    check(&["y", "a", "z"], "", &[0, 2]);
    // Nothing is a choice too.
    check(&["none"], "", &[]);
    check(&[], "y", &[2]);
    check(&["a"], "x", &[0]);
    let several = [layers[1].clone()];
    assert_eq!(chosen(&several, &[], "y"), [0]);
    check(&[], "z", &[]);
}

#[test]
fn words_have_levels_as_numbers_have() {
    let text = "[[layer.level]]\nis = \"busy\"\nstate = \"notice\"\nlabel = { en = \"Busy\", pt = \"Cheio\" }\n\
        [[layer.level]]\nbelow = 3\nstate = \"bad\"\nlabel = { en = \"Few\", pt = \"Poucos\" }\n";
    let layer = overlays(&format!("{LAYER}{text}")).expect("whole").layers.remove(0);
    let label = |level: Option<&Level>| {
        level.map(|l| l.label.get(&Lang::new("en").expect("a tag")).unwrap_or("").to_string())
    };
    assert_eq!(label(layer.level_of_word("busy")), Some("Busy".into()));
    assert_eq!(label(layer.level_of_word("shut")), None);
    // A word is no level of a number.
    assert_eq!((label(layer.level(2.0)), label(layer.level(4.0))), (Some("Few".into()), None));
}

#[test]
fn a_datastream_is_named_by_its_last_part() {
    let mut layer = Overlay::of_feed("a", Text::default(), Text::default());
    assert!(layer.counts("bays/1/free", None));
    layer.datastreams = vec!["free".into()];
    assert!(layer.counts("bays/1/free", Some("free")));
    assert!(!layer.counts("bays/free/rest", Some("free")));
}
