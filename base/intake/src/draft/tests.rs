use serde_json::json;
use vocab::Lang;

use super::*;

fn thing(
    names: &[(&str, &str)],
    properties: Json,
    position: Option<(f64, f64)>,
    only_if_new: bool,
) -> DraftThing {
    let text = names.iter().map(|(lang, name)| (Lang::new(*lang).unwrap(), name.to_string()));
    DraftThing {
        slug: Slug::new("f/a").unwrap(),
        name: Text::new(text),
        description: Text::default(),
        properties: properties.as_object().unwrap().clone(),
        position: position.map(|(x, y)| Position::new(x, y).unwrap()),
        label: Label::Public,
        only_if_new,
    }
}

#[test]
fn a_source_that_knows_and_one_that_fills_gaps_may_come_in_any_order() {
    let fills = thing(&[("en", "A"), ("pt", "Um")], json!({"x": 1, "y": 1}), Some((1.0, 1.0)), true);
    let knows = thing(&[("en", "Gate A")], json!({"x": 2}), Some((1.5, 1.5)), false);
    let expected = thing(&[("en", "Gate A"), ("pt", "Um")], json!({"x": 2, "y": 1}), Some((1.5, 1.5)), false);
    assert_eq!(fills.clone().onto(knows.clone()), expected);
    assert_eq!(knows.onto(fills.clone()), expected);
    let later = thing(&[("pt", "Portão A")], json!({}), None, false);
    let merged = later.onto(expected);
    assert_eq!(merged.name.iter().map(|(_, t)| t).collect::<Vec<_>>(), ["Gate A", "Portão A"]);
    assert_eq!(merged.position.map(|p| p.longitude), Some(1.5));
    assert!(fills.clone().onto(fills).only_if_new);
}
