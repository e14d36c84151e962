use super::*;
use layer::tests::{CITY, pack, town, wrinkled};

#[test]
fn a_pack_is_checked() {
    assert_eq!(check(&town()), []);
    assert_eq!(check(&pack(&[])), []);
    let city = CITY.replace("3763", "3764999");
    let files = [("city.toml", city), ("feeds/land.toml", "schema = 1".into())];
    let wrong = Pack::from_files(files.map(|(path, text)| (path.to_string(), text))).unwrap();
    let found: Vec<String> = check(&wrong).iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("city.toml:8: the grid EPSG:3764999"), "{found:?}");
    assert!(found[1].starts_with("feeds/land.toml: a feed cannot be called land"), "{found:?}");
}

/// The packs of this house.
fn packs() -> Vec<Pack> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = ["cities", "tests/packs"]
        .into_iter()
        .flat_map(|folder| std::fs::read_dir(root.join(folder)).unwrap());
    let folders = folders.map(|entry| entry.unwrap().path()).filter(|path| path.join("city.toml").is_file());
    folders
        .map(|path| Pack::from_folder(&path).unwrap_or_else(|found| panic!("{}: {found:?}", path.display())))
        .collect()
}

#[test]
fn the_packs_of_the_house_have_good_maps() {
    let packs = packs();
    assert!(!packs.is_empty());
    for pack in packs {
        let id = &pack.city.id;
        let found: Vec<String> = check(&pack).iter().map(ToString::to_string).collect();
        assert!(found.is_empty(), "{id}: {found:#?}");
        let layers = Layers::of(&pack).unwrap();
        let svg = ui::map::locator("", layers.extent(), &layers.ground(), []);
        assert!(svg.as_str().len() < 16_000, "{id}: the ground takes {} bytes", svg.as_str().len());
        for area in layers.shapes(Kind::Boundaries) {
            assert_eq!(layers.area(area.slug.as_str()), Some(area));
        }
        let drawing = tile::Drawing::of(&layers);
        let mut seen = std::collections::BTreeSet::new();
        for zoom in 0..=layers.zoom().min(12) {
            for address in tile::address::tests::over(layers.extent(), zoom) {
                let read = tile::encode::tests::read_tile(&drawing.tile(address));
                seen.extend(read.into_iter().map(|layer| layer.name));
            }
        }
        let drawn: std::collections::BTreeSet<String> =
            layers.all().iter().map(|layer| layer.kind.word().to_string()).collect();
        assert_eq!(seen, drawn, "{id}");
    }
}

/// Prints what drawing costs: `cargo test --release -p spatial -- --ignored --nocapture cost`.
#[test]
#[ignore = "a measurement, not a judgement"]
fn cost_of_tiles() {
    for pack in packs().into_iter().chain([wrinkled(50_000)]) {
        let layers = Layers::of(&pack).unwrap();
        let started = std::time::Instant::now();
        let drawing = tile::Drawing::of(&layers);
        println!("{}: prepared in {:?}, ground of {} bytes", pack.city.id, started.elapsed(), {
            ui::map::locator("", layers.extent(), &layers.ground(), []).as_str().len()
        });
        for zoom in 0..=layers.zoom() {
            let mut spent = Vec::new();
            let mut bytes = Vec::new();
            for address in tile::address::tests::over(layers.extent(), zoom) {
                let started = std::time::Instant::now();
                bytes.push(drawing.tile(address).len());
                spent.push(started.elapsed());
            }
            spent.sort_unstable();
            let at = |share: f64| spent[((spent.len() - 1) as f64 * share) as usize];
            println!(
                "  zoom {zoom:2}: {:5} tiles, median {:?}, p99 {:?}, most {:?}; {} bytes at most",
                spent.len(),
                at(0.5),
                at(0.99),
                at(1.0),
                bytes.iter().max().unwrap_or(&0),
            );
        }
    }
}
