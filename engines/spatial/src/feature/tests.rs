use serde_json::json;

use super::*;

pub fn slug(text: &str) -> Slug {
    Slug::new(text).unwrap()
}

pub fn lang(tag: &str) -> Lang {
    Lang::new(tag).unwrap()
}

pub fn draft(key: &str, geometry: Json, properties: Json) -> DraftFeature {
    let Json::Object(properties) = properties else { panic!("no properties") };
    let name = Text::new([(lang("en"), format!("Bay \"{key}\"")), (lang("pt"), format!("Lugar {key}"))]);
    DraftFeature { slug: slug(&format!("bays/{key}")), name, geometry, properties, label: Label::Public }
}

pub fn point(x: f64, y: f64) -> Json {
    json!({"type": "Point", "coordinates": [x, y, 12.5]})
}

const NOW: Time = Time(1_790_000_000_000_000);

fn feature(draft: DraftFeature) -> Feature {
    Feature::of("bays", draft, Mode::Recording, NOW, Time(NOW.0 + 1)).unwrap()
}

#[test]
fn it_is_written_as_geojson() {
    let own = json!({"street": "Rua }", "name": "hidden", "name_pt": "hidden", "name_of_owner": "Ana", "n": {"a": {}}});
    let cases = [
        (
            draft("1", point(-9.5, 39.4), own),
            json!({"name": "Lugar 1", "name_en": "Bay \"1\"", "name_pt": "Lugar 1", "street": "Rua }", "name_of_owner": "Ana", "n": {"a": {}}}),
        ),
        (
            draft("1", point(-9.5, 39.4), json!({})),
            json!({"name": "Lugar 1", "name_en": "Bay \"1\"", "name_pt": "Lugar 1"}),
        ),
        (
            DraftFeature {
                name: Text::default(),
                ..draft("1", point(-9.5, 39.4), json!({"name": "its own"}))
            },
            json!({"name": "its own"}),
        ),
        (DraftFeature { name: Text::default(), ..draft("1", point(-9.5, 39.4), json!({})) }, json!({})),
    ];
    for (draft, properties) in cases {
        let mut out = String::new();
        feature(draft).write(&mut out, &[lang("pt"), lang("en")]);
        let read: Json = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{out}: {e}"));
        let expected = json!({
            "type": "Feature", "id": "bays/1", "geometry": point(-9.5, 39.4), "properties": properties,
            "mode": "recording", "changed": NOW.iso(),
        });
        assert_eq!(read, expected);
    }
}

#[test]
fn the_plain_name_is_in_a_language_there_is() {
    let mut out = String::new();
    feature(draft("1", point(0.0, 0.0), json!({}))).write(&mut out, &[lang("fr")]);
    assert!(out.contains("\"name\":\"Bay "), "{out}");
}

#[test]
fn the_fingerprint_sees_every_change_but_the_time() {
    let base = || draft("1", point(-9.5, 39.4), json!({"a": 1}));
    let print = feature(base()).fingerprint();
    let later = Feature { id: 7, changed: Time(0), written: Time(0), ..feature(base()) };
    assert_eq!(later.fingerprint(), print);
    let changed = [
        feature(draft("1", point(-9.5, 39.5), json!({"a": 1}))),
        feature(draft("1", point(-9.5, 39.4), json!({"a": 2}))),
        feature(DraftFeature { label: Label::Internal, ..base() }),
        feature(DraftFeature { name: Text::default(), ..base() }),
        Feature { mode: Mode::Live, ..feature(base()) },
    ];
    for feature in changed {
        assert_ne!(feature.fingerprint(), print, "{feature:?}");
    }
}

#[test]
fn no_geometry_is_no_feature() {
    let found = Feature::of("bays", draft("1", json!({"type": "Point"}), json!({})), Mode::Live, NOW, NOW);
    assert!(found.unwrap_err().to_string().contains("no position"));
    let read = feature(draft("1", point(-9.5, 39.4), json!({"a": 1})));
    assert_eq!(read.geometry().unwrap().bounds(), Some(read.bounds));
    assert_eq!(read.properties()["a"], 1);
}
