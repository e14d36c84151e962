use super::*;
use crate::samples;

fn position(lon: f64, lat: f64) -> Position {
    Position::new(lon, lat).expect("a place")
}

#[test]
fn the_list_is_complete_without_the_map() {
    let (words, lang, zone) = (samples::words(), samples::lang("en"), samples::zone());
    let r = Reader::new(&words, &lang, &zone);
    let place = |id: &str, lon: f64, state: State| Place {
        id: id.into(),
        name: format!("Place {id}"),
        href: format!("/en/things/{id}"),
        position: position(lon, 10.0),
        state,
        detail: crate::status::chip(state, "x"),
        says: if id == "b" { "7".into() } else { String::new() },
    };
    let places =
        vec![place("a", 20.0, State::Good), place("b", 20.1, State::Bad), place("c", 20.2, State::Unknown)];
    let bounds = framed(places.iter().map(|p| &p.position)).expect("bounds");
    let ring = vec![position(20.0, 9.9), position(20.2, 9.9), position(20.1, 10.1)];
    let map = CityMap {
        id: "map".into(),
        label: "Three places".into(),
        groups: vec![Group { title: "Things".into(), series: 2, places, total: Some(1400) }],
        bounds,
        tiles: Some("/tiles/base/{z}/{x}/{y}".into()),
        tiles_zoom: 14,
        source: Markup::text("Our own drawing"),
        ground: Ground { land: vec![ring.clone()], borders: vec![ring], ..Ground::default() },
        follow: None,
    };
    let html = map.html(&r).to_string();
    for part in [
        "tiles=\"/tiles/base/{z}/{x}/{y}\" tiles-zoom=\"14\"",
        "3 of 1,400 shown",
        "<li id=\"map-b\" data-lon=\"20.1\" data-lat=\"10\" data-place=\"bad\" data-series=\"2\" data-says=\"7\"><a href=\"/en/things/b\">Place b</a>",
        "class=\"land\"",
        "class=\"place s2\"",
        "<h2 class=\"layer-name s2\">Things</h2>",
        "data-state=\"unknown\" fill-rule",
        "role=\"img\" aria-label=\"Three places\"",
        "not for navigation",
    ] {
        assert!(html.contains(part), "{part}\n{html}");
    }
    assert!(!html.contains('⟦') && !html.contains("NaN"));
}

#[test]
fn bounds() {
    assert_eq!(framed([].iter()), None);
    let one = framed([&position(114.0, 22.0)]).expect("bounds");
    assert!(one.east - one.west > 0.0099 && one.north > one.south);
    let svg = locator("x", one, &Ground::default(), [(position(114.0, 22.0), State::Good)]).to_string();
    assert!(svg.contains("M360.0 "), "{svg}");
}

#[test]
fn a_sketch_shows_its_area_and_names_that_do_not_touch() {
    let bounds = Bounds { west: 20.0, south: 9.0, east: 22.0, north: 11.0 };
    let ring = vec![position(20.5, 9.5), position(21.5, 9.5), position(21.0, 10.5)];
    let ground = Ground { railways: vec![ring.clone()], ..Ground::default() };
    let names = vec![
        (position(21.0, 10.0), "Middle & more".to_string()),
        (position(21.01, 10.01), "On top of it".to_string()),
        (position(20.0, 10.5), "Cut off by the edge".to_string()),
        (position(21.0, 9.5), "甲乙丙".to_string()),
    ];
    let sketch = Sketch { label: "A part", area: vec![ring], names, ..Sketch::new(bounds, &ground) };
    let svg = sketch.html().to_string();
    for part in
        ["class=\"area\"", "class=\"rail\"", ">Middle &amp; more<", ">甲乙丙<", "aria-label=\"A part\""]
    {
        assert!(svg.contains(part), "{part}\n{svg}");
    }
    assert!(!svg.contains("On top") && !svg.contains("Cut off"), "{svg}");
    assert!(!svg.contains("class=\"land\""), "nothing is drawn of what there is nothing of: {svg}");
}
