use host::Pack;
use serde_json::{Value as Json, json};

use super::*;
use crate::geometry::tests::at;

pub const CITY: &str = r#"
schema = 1
id = "vila"
name = { pt = "Vila", en = "Vila" }
time_zone = "Europe/Lisbon"
currency = "EUR"
extent = [-9.6, 39.3, -9.4, 39.5]
grid = { epsg = 3763 }
official_site = { title = { pt = "Vila", en = "Vila" }, url = "https://vila.example/" }
[[languages]]
tag = "pt"
html = "pt-PT"
name = "Português"
[[languages]]
tag = "en"
html = "en"
name = "English"
"#;

pub const ABOUT: &str = r#"
schema = 1
source = { pt = "Desenhado & inventado", en = "Drawn & invented" }
licence = "CC0 1.0"
zoom = 12
"#;

pub fn pack(files: &[(&str, String)]) -> Pack {
    let files = files.iter().map(|(path, text)| (path.to_string(), text.clone()));
    Pack::from_files(files.chain([("city.toml".to_string(), CITY.to_string())])).unwrap()
}

pub fn collection(features: &[Json]) -> String {
    // A feature a line, as the files of packs are written.
    let lines: Vec<String> = features.iter().map(Json::to_string).collect();
    format!("{{\"type\": \"FeatureCollection\", \"features\": [\n{}\n]}}", lines.join(",\n"))
}

pub fn square(west: f64, south: f64, side: f64) -> Json {
    let (east, north) = (west + side, south + side);
    json!([[west, south], [east, south], [east, north], [west, north], [west, south]])
}

pub fn feature(kind: &str, coordinates: Json, properties: Json) -> Json {
    json!({"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}})
}

/// An island with a lake, two districts, a street and two names.
pub fn town() -> Pack {
    let island = json!([square(-9.56, 39.34, 0.12), square(-9.51, 39.39, 0.02)]);
    let west = square(-9.56, 39.34, 0.06);
    let district = |slug: &str, pt: &str, en: &str| json!({"slug": slug, "name": pt, "name_en": en});
    let label =
        |pt: &str, en: &str, rank: u8| json!({"name": pt, "name_en": en, "rank": rank, "kind": "town"});
    let north = json!([[square(-9.56, 39.40, 0.06)], [square(-9.50, 39.40, 0.06)]]);
    pack(&[
        ("map/land.geojson", collection(&[feature("Polygon", island, json!({}))])),
        (
            "map/boundaries.geojson",
            collection(&[
                feature("Polygon", json!([west]), district("sul", "Sul", "South")),
                feature("MultiPolygon", north, district("norte", "Norte", "North")),
            ]),
        ),
        (
            "map/streets.geojson",
            collection(&[feature(
                "LineString",
                json!([[-9.55, 39.35], [-9.45, 39.45]]),
                json!({"kind": "main"}),
            )]),
        ),
        (
            "map/place_labels.geojson",
            collection(&[
                feature("Point", json!([-9.5, 39.40]), label("Vila", "Town", 1)),
                feature("Point", json!([-9.46, 39.36]), label("Praia", "Beach", 4)),
            ]),
        ),
        ("map/map.toml", ABOUT.into()),
    ])
}

/// An island whose coast has so many points.
pub fn wrinkled(points: u32) -> Pack {
    let coast = (0..points).chain([0]).map(|at| {
        let turn = f64::from(at) / f64::from(points) * std::f64::consts::TAU;
        let wrinkle = 0.08 + 0.004 * (turn * 900.0).sin() + 0.002 * (turn * 7_001.0).sin();
        json!([-9.5 + wrinkle * turn.cos(), 39.4 + wrinkle * turn.sin()])
    });
    let ring: Vec<Json> = coast.collect();
    pack(&[
        ("map/land.geojson", collection(&[feature("Polygon", json!([ring]), json!({}))])),
        ("map/map.toml", ABOUT.replace("12", "14")),
    ])
}

#[test]
fn a_place_is_in_its_district() {
    let layers = Layers::of(&town()).unwrap();
    let cases = [
        (-9.55, 39.35, Some("sul")),
        (-9.55, 39.45, Some("norte")),
        (-9.45, 39.45, Some("norte")),
        (-9.45, 39.35, None),
        (0.0, 0.0, None),
    ];
    for (x, y, expected) in cases {
        let found = layers.area_at(at(x, y)).map(|area| area.slug.as_str());
        assert_eq!(found, expected, "{x} {y}");
    }
    let sul = layers.area("sul").unwrap();
    assert_eq!(serde_json::to_value(&sul.name).unwrap(), json!({"pt": "Sul", "en": "South"}));
}

#[test]
fn a_pack_without_a_map_has_no_layers() {
    let layers = Layers::of(&pack(&[])).unwrap();
    assert!(layers.is_empty() && layers.ground().land.is_empty() && layers.source().is_empty());
    assert_eq!(layers.area_at(at(-9.5, 39.4)), None);
    assert!(Layers::none().is_empty());
}

#[test]
fn the_ground_is_land_and_borders() {
    let layers = Layers::of(&town()).unwrap();
    let ground = layers.ground();
    assert_eq!(ground.land.len(), 1);
    assert_eq!(ground.land[0].len(), 5);
    assert_eq!(layers.source().langs().count(), 2);
    assert_eq!((layers.licence(), layers.zoom()), ("CC0 1.0", 12));
    assert_eq!(layers.extent().corners(), [-9.6, 39.3, -9.4, 39.5]);
    // Three squares in an L have twelve sides, two of which are shared; here only whole sides are the same.
    let sides: usize = ground.borders.iter().map(|line| line.len() - 1).sum();
    assert_eq!(sides, 10, "{:?}", ground.borders);
}

#[test]
fn a_long_coast_stays_short_in_a_page() {
    let pack = wrinkled(40_000);
    let layers = Layers::of(&pack).unwrap();
    let bounds = layers.extent();
    let svg = ui::map::locator("", bounds, &layers.ground(), []);
    assert!((2_000..16_000).contains(&svg.as_str().len()), "{} bytes", svg.as_str().len());
}

#[test]
fn the_ground_of_a_part_is_cut_to_it() {
    let layers = Layers::of(&town()).unwrap();
    let part = Bounds { west: -9.55, south: 39.35, east: -9.49, north: 39.41 };
    let ground = layers.ground_within(part);
    assert_eq!((ground.land.len(), ground.streets.len(), ground.railways.len()), (1, 1, 0));
    for p in ground.land.iter().chain(&ground.borders).chain(&ground.streets).flatten() {
        let near = Bounds { west: -9.552, south: 39.348, east: -9.488, north: 39.412 };
        assert!(near.holds(*p), "{p:?}");
    }
    let elsewhere = layers.ground_within(Bounds { west: 0.0, south: 0.0, east: 0.1, north: 0.1 });
    assert!(elsewhere.land.is_empty() && elsewhere.streets.is_empty());
}
