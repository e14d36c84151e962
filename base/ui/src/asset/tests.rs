use super::*;

#[test]
fn the_smallest_form_that_is_allowed() {
    let check = |accept: &str, coding: Option<&str>| {
        let asset = ASSETS.iter().find(|a| a.name == "causeway.css").expect("our style sheet");
        assert_eq!(asset.encoded(accept).1, coding, "{accept}");
    };
    check("gzip, deflate, br, zstd", Some("br"));
    check("gzip;q=1.0, br;q=0", Some("gzip"));
    check("GZIP", Some("gzip"));
    check("identity", None);
    check("", None);
    check("brotli", None);
}

#[test]
fn addresses_lead_back_to_their_asset() {
    for one in ASSETS {
        assert_eq!(asset(one.path).map(|a| a.name), Some(one.name));
        assert_eq!(path(one.name), one.path);
        assert!(one.brotli.len() < one.identity.len(), "{}", one.name);
    }
    assert!(asset("/assets/../Cargo.toml").is_none());
    assert_eq!(path("nothing.css"), "");
}

/// The weights promised to old phones and slow lines.
#[test]
fn weights() {
    let weight = |name: &str| ASSETS.iter().find(|a| a.name == name).map_or(0, |a| a.brotli.len());
    for asset in ASSETS {
        println!("{:24} {:>8} {:>8}", asset.name, asset.identity.len(), asset.brotli.len());
    }
    assert!(
        weight("causeway.css") > 1_000 && weight("causeway.css") <= 12 * 1024,
        "{}",
        weight("causeway.css")
    );
    // Everything that a page without a map and without an opened chart can load.
    let first: usize = ASSETS
        .iter()
        .filter(|a| a.name.ends_with(".js"))
        .filter(|a| {
            let of_maps_and_charts = [
                "maplibre-gl.js",
                "maplibre-gl-worker.js",
                "uplot.js",
                "city-map.js",
                "map-layers.js",
                "map-style.js",
            ];
            !of_maps_and_charts.contains(&a.name)
        })
        .map(|a| a.brotli.len())
        .sum();
    assert!(first <= 20 * 1024, "{first}");
}

/// Indentation and whole-line comments are dropped from our modules at build time, which a literal that spans lines
/// would not survive.
#[test]
fn our_modules_hold_no_literal_that_spans_lines() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/js");
    for entry in std::fs::read_dir(folder).expect("our modules") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("text");
        for (number, line) in text.lines().enumerate() {
            if line.trim_start().starts_with(['*', '/']) {
                continue;
            }
            assert!(line.matches('`').count() % 2 == 0, "{}:{}: {line}", path.display(), number + 1);
        }
    }
}
