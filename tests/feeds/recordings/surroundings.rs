//! Weather, water, hills and boundaries.

use serde_json::Value as Json;

use super::*;

const SOME_DAY: &str = "2025-11-01T00:00:00Z";

#[test]
fn rain_of_141_years() {
    let name = "hk-weather/daily_HKO_RF_ALL.csv.zst";
    let Some(days) = history("rainfall-history", "daily", name) else { return };
    // The file has a 29 February 1900, a day that never was.
    assert_eq!(days.tally(), (49_156, 1));
    assert!(days.reasons()[0].contains("\"1900-2-29\" is not a time"), "{:?}", days.reasons());
    let rain = days.series("rainfall-history/headquarters/rainfall-day");
    // Local mean time, 7 h 36 min 42 s ahead of Greenwich, until 1904.
    assert_eq!(rain[0], ("1884-02-29T16:23:18Z".into(), number(0.0), Quality::Valid));
    assert_eq!(rain[49_155], ("2025-09-29T16:00:00Z".into(), number(0.0), Quality::Valid));
    let most = rain.iter().max_by(|a, b| a.1.number().partial_cmp(&b.1.number()).unwrap()).unwrap();
    assert_eq!(*most, ("1926-07-18T16:00:00Z".into(), number(534.1), Quality::Valid));
    let of = |quality: Quality| rain.iter().filter(|r| r.2 == quality).count();
    assert_eq!((of(Quality::Missing), of(Quality::Suspect)), (0, 0));
    assert!(of(Quality::Estimated) > 3_000);
    assert!(rain.iter().all(|r| r.2 != Quality::Estimated || r.1 == number(0.0)));
    // A day is known when it is over.
    assert_eq!(days.batches.last().unwrap().received.iso(), "2025-09-30T16:00:00Z");
}

#[test]
fn sea_water() {
    let name = "hk-water-quality/marine-recent-en.csv";
    let Some(water) = of("marine-water", "recent", &[], name, SOME_DAY) else { return };
    assert_eq!(water.tally(), (240, 0));
    assert_eq!(water.observations(), 480);
    let first = water.series("marine-water/DM3/oxygen-demand")[0].clone();
    assert_eq!(first, ("2023-10-31T16:00:00Z".into(), number(0.2), Quality::Valid));
    let last = water.series("marine-water/WM2/dissolved-oxygen")[23].clone();
    assert_eq!(last, ("2025-09-30T16:00:00Z".into(), number(5.1), Quality::Valid));
    let under: Vec<_> = water
        .batches
        .iter()
        .flat_map(|b| &b.observations)
        .filter(|o| o.quality == Quality::Estimated)
        .collect();
    assert!(under.len() > 5 && under.iter().all(|o| o.value == number(0.1)), "{}", under.len());
    // Each station has a name in three languages and a place of ours.
    let ours = mapped("marine-water", "stations", &[], b"", Received::At(Time(0)));
    for thing in &water.batches[0].things {
        let our = ours.thing(thing.slug.as_str());
        assert!(our.position.is_some() && our.name.langs().count() == 3, "{}", thing.slug);
    }
}

#[test]
fn trails() {
    let mut lines = 0;
    for (file, slug, chinese) in [
        ("MacLehose-Trail.kml.zst", "trails/MacLehose-Trail", "麦理浩径"),
        ("Wilson-Trail-Kowloon.kml.zst", "trails/Wilson-Trail", "卫奕信径"),
        ("Hong-Kong-Trail.kml.zst", "trails/Hong-Kong-Trail", "港岛径"),
        ("Lantau-Trail.kml.zst", "trails/Lantau-Trail", "凤凰径"),
    ] {
        let Some(trail) = of("trails", "trails", &[], &format!("hk-trails/{file}"), SOME_DAY) else { return };
        // The points beside the line are none of this source's business.
        assert_eq!(trail.tally().1, 0, "{file}");
        let feature = trail.feature(slug);
        assert_eq!(feature.name.get(&lang("zh-Hans")), Some(chinese));
        assert_eq!(feature.geometry["type"], "LineString");
        lines += feature.geometry["coordinates"].as_array().unwrap().len();
        if file.starts_with("Lantau") {
            assert_eq!(feature.geometry["coordinates"][0], serde_json::json!([114.001701, 22.265222, 7.0]));
        }
    }
    assert!(lines > 15_000, "{lines}");
    let posts = of("trails", "posts", &[], "hk-trails/All-576-Trail-markers.kml", SOME_DAY).unwrap();
    assert_eq!(posts.tally(), (576, 0));
    let first = posts.feature("trails/M001");
    assert_eq!(first.geometry["coordinates"], serde_json::json!([114.326816, 22.396535]));
    assert_eq!(
        (&first.properties["trail"], &first.properties["height_metres"]),
        (&"MacLehose Trail".into(), &34.0.into())
    );
    assert!(posts.batches.iter().flat_map(|b| &b.features).all(|f| f.properties.contains_key("trail")));
}

#[test]
fn cycle_tracks() {
    let at = |source: &str, file: &str| {
        of("cycle-tracks", source, &[], &format!("hk-transport-static/{file}"), SOME_DAY)
    };
    let Some(tracks) = at("tracks", "CYCTRACK.json.zst") else { return };
    assert_eq!(tracks.tally(), (1574, 0));
    // 831723.1447 E, 813329.9358 N by the converter of the surveyors' grid.
    let first = &tracks.feature("cycle-tracks/track-1").geometry["coordinates"][0];
    let (x, y) = (first[0].as_f64().unwrap(), first[1].as_f64().unwrap());
    assert!((x - 114.133_7).abs() < 0.01 && (y - 22.258).abs() < 0.01, "{first}");
    assert_eq!(at("ramps", "CYCRAMP.json").unwrap().tally(), (339, 0));
    let parking = at("parking", "CYCPARKSPACE.json").unwrap();
    assert_eq!(parking.tally(), (489, 0));
    assert_eq!(parking.feature("cycle-tracks/parking-1").properties["spaces"], 11);
    let inside = |p: &Json| {
        (113.8..114.5).contains(&p[0].as_f64().unwrap()) && (22.1..22.6).contains(&p[1].as_f64().unwrap())
    };
    assert!(parking.batches.iter().flat_map(|b| &b.features).all(|f| inside(&f.geometry["coordinates"])));
}

/// Whether a point lies within the first ring of a polygon.
fn within(ring: &Json, x: f64, y: f64) -> bool {
    let ring: Vec<(f64, f64)> =
        ring.as_array().unwrap().iter().map(|p| (p[0].as_f64().unwrap(), p[1].as_f64().unwrap())).collect();
    let mut inside = false;
    for (&(x1, y1), &(x2, y2)) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        if (y1 > y) != (y2 > y) && x < (x2 - x1) * (y - y1) / (y2 - y1) + x1 {
            inside = !inside;
        }
    }
    inside
}

#[test]
fn districts_and_the_places_in_them() {
    let name = "hk-geography/hksar_18_district_boundary.json";
    let Some(districts) = of("districts", "boundaries", &[], name, SOME_DAY) else { return };
    assert_eq!(districts.tally(), (18, 0));
    let eastern = districts.feature("districts/C");
    let names: Vec<&str> = eastern.name.iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["Eastern District", "东区", "東區"]);
    assert!(districts.batches[0].features.iter().all(|f| f.name.langs().count() == 3));
    // Our approximate places lie in their districts, and are called as a list of names calls them.
    let places = mapped("place-names", "places", &[], b"", Received::At(Time(0)));
    assert_eq!(places.tally(), (126, 0));
    for place in &places.batches[0].features {
        let code = place.properties["district_code"].as_str().unwrap();
        let at = &place.geometry["coordinates"];
        let ring = &districts.feature(&format!("districts/{code}")).geometry["coordinates"][0];
        assert!(within(ring, at[0].as_f64().unwrap(), at[1].as_f64().unwrap()), "{} {at}", place.slug);
    }
    let list: Json =
        serde_json::from_slice(&recording("hk-geography/hk-location-names.json").unwrap()).unwrap();
    let mut listed = Vec::new();
    for locality in
        list["district"].as_array().unwrap().iter().flat_map(|d| d["location"].as_array().unwrap())
    {
        // Of one district the list is a list within a list.
        match locality {
            Json::Array(more) => listed.extend(more),
            one => listed.push(one),
        }
    }
    assert_eq!(listed.len(), 126);
    for locality in listed {
        let find = |f: &&intake::draft::DraftFeature| f.name.get(&lang("en")) == locality["en"].as_str();
        let ours = places.batches[0].features.iter().find(find).unwrap_or_else(|| panic!("{locality}"));
        assert_eq!(ours.name.get(&lang("zh-Hant")), locality["tc"].as_str());
        assert_eq!(ours.name.get(&lang("zh-Hans")), locality["sc"].as_str());
    }
}
