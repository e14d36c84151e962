use serde_json::json;

use super::super::tests::{ABOUT, collection, feature, pack, square, town};
use super::*;

/// What is wrong in these files: (file, line, a part of the message).
fn check(files: &[(&str, String)], expected: &[(&str, usize, &str)]) {
    let found = Layers::of(&pack(files)).err().unwrap_or_default();
    let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), expected.len(), "{shown:#?}");
    for (finding, (file, line, message)) in found.iter().zip(expected) {
        assert_eq!((finding.file.as_str(), finding.line), (*file, *line), "{finding}");
        assert!(finding.message.contains(message), "{finding}");
        assert!(!finding.hint.is_empty(), "{finding}");
    }
}

fn one_layer(path: &'static str, features: &[Json], expected: &[(usize, &str)]) {
    let expected: Vec<(&str, usize, &str)> =
        expected.iter().map(|(line, what)| (path, *line, *what)).collect();
    check(&[(path, collection(features)), ("map/map.toml", ABOUT.into())], &expected);
}

const LAND: &str = "map/land.geojson";
const AREAS: &str = "map/boundaries.geojson";
const LABELS: &str = "map/place_labels.geojson";

#[test]
fn a_whole_map_is_read() {
    let layers = Layers::of(&town()).unwrap();
    let words: Vec<(&str, usize)> = layers.all().iter().map(|l| (l.kind.word(), l.shapes.len())).collect();
    assert_eq!(words, [("land", 1), ("boundaries", 2), ("streets", 1), ("place_labels", 2)]);
    let beach = &layers.shapes(Kind::PlaceLabels)[1];
    assert_eq!((beach.slug.as_str(), beach.rank, beach.kind.as_deref()), ("2", Some(4), Some("town")));
}

#[test]
fn every_feature_is_judged() {
    let inside = || json!([-9.5, 39.4]);
    let named = |rank: Json| json!({"name": "Vila", "name_en": "Town", "rank": rank});
    one_layer(
        LABELS,
        &[
            feature("Point", inside(), json!({"name": "Vila", "rank": 1})),
            feature("Point", inside(), json!({"name": "Vila", "name_en": " ", "rank": 1})),
            feature("Point", inside(), json!({"name_en": "Town", "rank": 1})),
            feature(
                "Point",
                inside(),
                json!({"name": "Vila", "name_pt": "Cidade", "name_en": "Town", "rank": 1}),
            ),
            feature(
                "Point",
                inside(),
                json!({"name": "Vila", "name_en": "Town", "name_fr": "Ville", "rank": 1}),
            ),
            feature("Point", inside(), json!({"name": 7, "name_pt": "Vila", "name_en": "Town", "rank": 1})),
            feature("Point", inside(), json!({"name": "Vila", "name_en": "Town"})),
            feature("Point", inside(), named(json!(5))),
            feature("Point", inside(), named(json!("1"))),
            feature("Point", json!([39.4, -9.5]), named(json!(1))),
            feature("Point", json!([-9.5, 139.4]), named(json!(1))),
            feature("MultiPoint", json!([[-9.5, 39.4]]), named(json!(1))),
            json!({"type": "Feature", "geometry": null, "properties": named(json!(1))}),
            feature("Point", inside(), named(json!(1))),
        ],
        &[
            (2, "name_en is missing"),
            (3, "name_en is missing"),
            (4, "name is missing"),
            (5, "name says Vila, name_pt says Cidade"),
            (6, "unknown property `name_fr`"),
            (7, "name is 7, not a text"),
            (8, "without a rank"),
            (9, "rank 5 is none"),
            (10, "rank \"1\" is none"),
            (11, "far from the city"),
            (12, "the geometry.coordinates is off the earth"),
            (13, "a MultiPoint does not fit into place_labels"),
            (14, "the geometry has no type"),
        ],
    );
}

#[test]
fn areas_have_slugs_of_their_own() {
    let area = |slug: Json| {
        let properties = json!({"slug": slug, "name": "Sul", "name_en": "South"});
        feature("Polygon", json!([square(-9.5, 39.4, 0.1)]), properties)
    };
    let open = feature(
        "Polygon",
        json!([[[-9.5, 39.4], [-9.4, 39.4], [-9.4, 39.5], [-9.5, 39.5]]]),
        json!({"slug": "c", "name": "Sul", "name_en": "South"}),
    );
    one_layer(
        AREAS,
        &[area(json!("a")), area(json!("a")), area(json!("é")), area(json!("")), open],
        &[
            (3, "two of the slug a"),
            (4, "is not a slug"),
            (5, "without a slug"),
            (6, "coordinates[0] is a ring that is not closed"),
        ],
    );
    // Over several lines the finding says the property's own.
    let text = "{\"type\": \"FeatureCollection\",\n\"features\": [\n{\n\"type\": \"Feature\",\n\"properties\": {\n\"x\": 1\n},\n\
                \"geometry\": {\"type\": \"Polygon\", \"coordinates\": [[[-9.5,39.4],[-9.4,39.4],[-9.4,39.5],[-9.5,39.4]]]}}\n]}";
    check(&[(LAND, text.into()), ("map/map.toml", ABOUT.into())], &[(LAND, 6, "unknown property `x`")]);
}

#[test]
fn files_that_are_none() {
    let about = |text: &str| vec![(LAND, collection(&[])), ("map/map.toml", text.to_string())];
    let with = |files: &[(&'static str, &str)]| -> Vec<(&'static str, String)> {
        let given = files.iter().map(|(path, text)| (*path, text.to_string()));
        given.chain([("map/map.toml", ABOUT.into())]).collect()
    };
    let cases: Vec<(Vec<(&str, String)>, Vec<(&str, usize, &str)>)> = vec![
        (with(&[(LAND, "{\"type\":\n oops}")]), vec![(LAND, 2, "is no JSON")]),
        (with(&[(LAND, "[]")]), vec![(LAND, 1, "no FeatureCollection")]),
        (with(&[(LAND, r#"{"type": "Feature", "features": []}"#)]), vec![(LAND, 1, "no FeatureCollection")]),
        (with(&[("map/rivers.geojson", "{}")]), vec![("map/rivers.geojson", 0, "no layer")]),
        (with(&[("map/README.md", "How it was drawn.")]), vec![]),
        (vec![(LAND, collection(&[]))], vec![("map/map.toml", 0, "needs this file")]),
        (
            about("schema = 1\nsource = { pt = \"A\" }\nlicence = \"\"\nzoom = 15\n"),
            vec![
                ("map/map.toml", 2, "source has no text in en"),
                ("map/map.toml", 3, "licence is empty"),
                ("map/map.toml", 4, "too deep"),
            ],
        ),
        (
            about("schema = 1\nsource = { pt = \"A\", en = \"A\" }\nlicence = \"A\"\nzom = 9\n"),
            vec![("map/map.toml", 4, "unknown field")],
        ),
    ];
    for (files, expected) in cases {
        check(&files, &expected);
    }
}
