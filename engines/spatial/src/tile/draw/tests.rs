use serde_json::json;

use super::super::address::tests::of;
use super::super::encode::tests::{ReadLayer, read_tile};
use super::*;
use crate::geometry::tests::at;
use crate::layer::tests::{ABOUT, collection, feature, pack, square, town, wrinkled};

fn layers_of(drawing: &Drawing, address: Address) -> Vec<ReadLayer> {
    read_tile(&drawing.tile(address))
}

fn named<'a>(layers: &'a [ReadLayer], name: &str) -> &'a ReadLayer {
    layers.iter().find(|layer| layer.name == name).unwrap_or_else(|| panic!("there is no {name}"))
}

#[test]
fn a_tile_holds_what_is_to_be_seen() {
    let drawing = Drawing::of(&Layers::of(&town()).unwrap());
    // (zoom, place, layers with the number of their features)
    let cases: &[(u8, (f64, f64), &[(&str, usize)])] = &[
        (0, (-9.5, 39.4), &[("place_labels", 1)]),
        (8, (-9.5, 39.4), &[("land", 1), ("boundaries", 3), ("streets", 1), ("place_labels", 1)]),
        (12, (-9.47, 39.36), &[("land", 1), ("place_labels", 1)]),
        (12, (-9.55, 39.35), &[("land", 1), ("boundaries", 1), ("streets", 1)]),
        (12, (10.0, 10.0), &[]),
        (13, (-9.5, 39.4), &[]),
    ];
    for (zoom, (x, y), expected) in cases {
        let layers = layers_of(&drawing, of(*zoom, *x, *y));
        let found: Vec<(&str, usize)> = layers.iter().map(|l| (l.name.as_str(), l.features.len())).collect();
        assert_eq!(found, *expected, "{zoom} at {x} {y}");
    }
}

#[test]
fn labels_have_every_name_and_lie_at_their_place() {
    let drawing = Drawing::of(&Layers::of(&town()).unwrap());
    let at_zoom = |zoom| layers_of(&drawing, of(zoom, -9.5, 39.401));
    let layers = at_zoom(10);
    let town = &named(&layers, "place_labels").features[0];
    let text = |text: &str| Some(Value::Text(text.into()));
    for (key, value) in
        [("name", text("Vila")), ("name_pt", text("Vila")), ("name_en", text("Town")), ("name_fr", None)]
    {
        assert_eq!(town.property(key).cloned(), value, "{key}");
    }
    assert_eq!(town.property("rank"), Some(&Value::Whole(1)));
    let [x, y] = of(10, -9.5, 39.401).units(world(at(-9.5, 39.4)), 4096.0);
    assert_eq!(town.parts, [vec![(x.round() as i32, y.round() as i32)]]);
    // The beach has rank 4, for which this map (down to 12) is deep enough only at its end.
    let beach = |zoom| layers_of(&drawing, of(zoom, -9.46, 39.36));
    assert_eq!(named(&beach(12), "place_labels").features.len(), 1);
    assert!(beach(11).iter().all(|layer| layer.name != "place_labels"
        || layer.features.iter().all(|f| f.property("name") != text("Praia").as_ref())));
}

#[test]
fn railways_are_a_layer_of_their_own() {
    let line = json!([[-9.58, 39.4], [-9.42, 39.4]]);
    let rail =
        json!({"slug": "linha", "name": "Linha do Mar", "name_en": "Sea Line", "kind": "train", "rank": 2});
    let layers = Layers::of(&pack(&[
        ("map/railways.geojson", collection(&[feature("LineString", line, rail)])),
        ("map/map.toml", ABOUT.into()),
    ]));
    let drawing = Drawing::of(&layers.unwrap());
    let drawn = layers_of(&drawing, of(10, -9.5, 39.4));
    let railway = &named(&drawn, "railways").features[0];
    assert_eq!(railway.property("name_en"), Some(&Value::Text("Sea Line".into())));
    assert_eq!(railway.property("kind"), Some(&Value::Text("train".into())));
    // Rank 2 is shown from zoom 9.
    assert!(layers_of(&drawing, of(8, -9.5, 39.4)).is_empty());
}

#[test]
fn land_keeps_its_lake_and_ends_at_the_buffer() {
    let drawing = Drawing::of(&Layers::of(&town()).unwrap());
    let whole = layers_of(&drawing, of(8, -9.5, 39.4));
    let areas = named(&whole, "land").features[0].areas();
    assert_eq!(areas.len(), 2);
    assert!(areas[0] > 0 && areas[1] < 0, "the lake is a hole: {areas:?}");
    for (x, y) in [(-9.5, 39.4), (-9.45, 39.35), (-9.56, 39.34)] {
        let layers = layers_of(&drawing, of(12, x, y));
        let corners = layers.iter().flat_map(|l| &l.features).flat_map(|f| &f.parts).flatten();
        let mut seen = 0;
        for (cx, cy) in corners {
            assert!((-64..=4160).contains(cx) && (-64..=4160).contains(cy), "{cx} {cy}");
            seen += 1;
        }
        assert!(seen > 3);
    }
    // In the middle of the lake there is no land, but for the buffer there may be.
    let deep = Layers::of(&pack(&[
        ("map/land.geojson", collection(&[feature("Polygon", json!([square(-9.6, 39.3, 0.2)]), json!({}))])),
        ("map/map.toml", ABOUT.replace("12", "14")),
    ]));
    let inland = layers_of(&Drawing::of(&deep.unwrap()), of(14, -9.5, 39.4));
    assert_eq!(named(&inland, "land").features[0].areas(), [2 * 4224 * 4224]);
}

#[test]
fn a_coast_is_as_fine_as_can_be_seen() {
    let drawing = Drawing::of(&Layers::of(&wrinkled(20_000)).unwrap());
    let points: Vec<usize> = drawing
        .levels
        .iter()
        .map(|level| level.land.iter().flatten().map(|l| l.points.len()).sum())
        .collect();
    assert!(points.is_sorted(), "{points:?}");
    assert!(points[8] < points[14] / 4 && points[14] > 10_000, "{points:?}");
    // At a zoom where the whole island is a dot it is not drawn.
    assert_eq!(points[0], 0);
}
