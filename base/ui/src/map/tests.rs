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
    };
    let places =
        vec![place("a", 20.0, State::Good), place("b", 20.1, State::Bad), place("c", 20.2, State::Unknown)];
    let bounds = framed(places.iter().map(|p| &p.position)).expect("bounds");
    let ring = vec![position(20.0, 9.9), position(20.2, 9.9), position(20.1, 10.1)];
    let map = CityMap {
        id: "map".into(),
        label: "Three places".into(),
        places,
        bounds,
        tiles: Some("/tiles/base/{z}/{x}/{y}".into()),
        tiles_zoom: 14,
        source: Markup::text("Our own drawing"),
        ground: Ground { land: vec![ring.clone()], borders: vec![ring] },
        total: Some(1400),
        follow: None,
    };
    let html = map.html(&r).to_string();
    for part in [
        "tiles=\"/tiles/base/{z}/{x}/{y}\" tiles-zoom=\"14\"",
        "3 of 1,400 shown",
        "<li id=\"map-b\" data-lon=\"20.1\" data-lat=\"10\" data-place=\"bad\"><a href=\"/en/things/b\">Place b</a>",
        "class=\"land\"",
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
