//! Real recordings, where `../shared/data` lies beside the checkout.

use super::*;

mod surroundings;

/// The bytes of a recording; nothing, with a word, where there are no recordings.
fn recording(name: &str) -> Option<Vec<u8>> {
    let path = root().join("../shared/data").join(name);
    match std::fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(_) => {
            eprintln!("skipped: no recording at {}", path.display());
            None
        }
    }
}

fn of(feed: &str, source: &str, parameters: &[(&str, &str)], name: &str, at: &str) -> Option<Mapped> {
    let body = recording(name)?;
    Some(mapped(feed, source, parameters, &body, Received::At(Time::parse(at).unwrap())))
}

fn history(feed: &str, source: &str, name: &str) -> Option<Mapped> {
    Some(mapped(feed, source, &[], &recording(name)?, Received::EachItsOwn { split_from: Time::MAX }))
}

#[test]
fn detectors() {
    let at = "2024-04-06T13:28:30Z";
    let Some(values) =
        of("traffic-detectors", "values", &[], "hk-traffic/rawSpeedVol-all.20240406T2127.xml.zst", at)
    else {
        return;
    };
    assert_eq!(values.tally(), (4068, 0));
    assert_eq!(values.observations(), 3 * 4068);
    let suspect =
        values.batches.iter().flat_map(|b| &b.observations).filter(|o| o.quality == Quality::Suspect);
    assert_eq!(suspect.count(), 3 * 232);
    assert_eq!(
        values.series("traffic-detectors/AID01101/Fast-Lane/speed")[0],
        ("2024-04-06T13:27:30Z".into(), number(66.0), Quality::Valid)
    );
    assert_eq!(values.series("traffic-detectors/AID01101/Middle-Lane/volume")[0].1, number(7.0));
    assert_eq!(values.series("traffic-detectors/AID01102/Middle-Lane/occupancy")[0].1, number(3.0));
    let places =
        of("traffic-detectors", "locations", &[], "hk-traffic/traffic_speed_volume_occ_info.2024.csv", at)
            .unwrap();
    assert_eq!(places.tally(), (786, 0));
    let first = places.thing("traffic-detectors/AID01101");
    assert_eq!(first.position.map(|p| (p.longitude, p.latitude)), Some((114.152525, 22.248091)));
    assert_eq!(first.name.get(&lang("zh-Hant")), Some("香港仔海旁道近福群大樓 - 東行"));
    assert!(places.batches[0].things.iter().all(|t| t.position.is_some()));
}

#[test]
fn detectors_by_the_hour() {
    let days = "hk-traffic/detectors_hourly_2023-09-01_to_04.csv.zst";
    let Some(hours) = history("traffic-detectors", "history", days) else { return };
    assert_eq!(hours.tally(), (175_439, 0));
    assert_eq!(hours.observations(), 3 * 175_439);
    let first = hours.series("traffic-detectors/AID01101/Fast-Lane/speed-hourly")[0].clone();
    assert_eq!(first, ("2023-08-31T16:00:00Z".into(), number(68.68), Quality::Estimated));
    let mut received: Vec<Time> = hours.batches.iter().map(|b| b.received).collect();
    assert!(received.is_sorted());
    assert_eq!(received.pop().map(Time::iso), Some("2023-09-04T16:00:00Z".into()));
    let monday =
        history("traffic-detectors", "history", "hk-traffic/detectors_hourly_2024-04-01.csv.zst").unwrap();
    assert_eq!(monday.tally(), (48_807, 0));
}

#[test]
fn segments() {
    let at = "2024-06-19T04:28:30Z";
    for (name, count, speed) in [
        ("hk-traffic/irnAvgSpeed-all.20240406T2127.xml.zst", 4376, 50.0),
        ("hk-traffic/irnAvgSpeed-all.20240619T1227.xml.zst", 4392, 23.0),
    ] {
        let Some(speeds) = of("segment-speeds", "speeds", &[], name, at) else { return };
        assert_eq!(speeds.tally(), (count, 0));
        assert_eq!(speeds.series("segment-speeds/104324/speed")[0].1, number(speed));
    }
}

#[test]
fn car_parks() {
    let at = "2025-11-15T04:40:10Z";
    let Some(vacancy) = of("car-parks", "vacancy", &[], "hk-parking/vacancy_all.json", at) else { return };
    assert_eq!(vacancy.tally(), (665, 0));
    vacancy.check("car-parks/tdc8p3/P/vacancy", &[("2025-11-15T04:39:15Z", number(109.0), Quality::Valid)]);
    vacancy.check("car-parks/tdcp10/M/vacancy", &[("2025-11-15T04:39:12Z", number(0.0), Quality::Valid)]);
    vacancy
        .check("car-parks/tdc6p11/P/vacancy", &[("2025-11-15T04:40:02Z", Value::Missing, Quality::Missing)]);
    let flags = vacancy.batches.iter().flat_map(|b| &b.datastreams).filter(|d| d.facts.key == "has-space");
    assert_eq!(flags.count(), 162);
    let places = of("car-parks", "information", &[], "hk-parking/basic_info_all.json.zst", at).unwrap();
    assert_eq!(places.tally(), (487, 0));
    let station = places.thing("car-parks/tdc8p3");
    assert_eq!(station.position.map(|p| (p.longitude, p.latitude)), Some((114.157505851, 22.285922464)));
    assert_eq!(station.properties["height_limit_metres"], 2.1);
}

#[test]
fn car_parks_for_47_days() {
    let name = "hk-parking/carpark_vacancy_2026-01-29_to_03-16.csv.zst";
    let Some(days) = history("car-parks", "history", name) else { return };
    assert_eq!(days.tally(), (743_785, 0));
    let first = days.series("car-parks/30/P/vacancy-polled")[0].clone();
    assert_eq!(first, ("2026-01-29T06:19:31Z".into(), number(34.0), Quality::Valid));
    // A list of places came with it.
    let places =
        of("car-parks", "history-places", &[], "hk-parking/carparks.csv", "2026-01-29T06:26:06Z").unwrap();
    assert_eq!(places.tally(), (556, 0));
    assert_eq!(
        days.batches.iter().map(|b| b.received).max().map(Time::iso),
        Some("2026-03-15T19:45:55Z".into())
    );
}

#[test]
fn air_quality_for_twelve_years() {
    let name = "hk-air-quality/aqhi_hourly_2013-12-30_to_2026-05-18.csv.zst";
    let Some(years) = history("air-quality", "history", name) else { return };
    assert_eq!(years.tally(), (108_543 * 18, 0));
    let central = years.series("air-quality/Central-Western/aqhi-history");
    assert_eq!(central[0], ("2013-12-29T16:00:00Z".into(), number(7.0), Quality::Estimated));
    assert_eq!(central.len(), 108_543);
    assert_eq!(central[108_542], ("2026-05-18T06:00:00Z".into(), number(4.0), Quality::Estimated));
    // Before a station opened a constant filler stands in the file; it is no value.
    for (station, opened) in [("Tseung-Kwan-O", "2016-03-14T16:00:00Z"), ("North", "2020-07-08T16:00:00Z")] {
        let all = years.series(&format!("air-quality/{station}/aqhi-history"));
        let first = all.iter().find(|(_, value, _)| *value != Value::Missing).unwrap();
        assert_eq!((first.0.as_str(), first.2), (opened, Quality::Estimated), "{station}");
        assert_eq!(all[0].2, Quality::Missing);
    }
    let note = years.batches[0].provenance.as_ref().unwrap();
    assert_eq!(note.get(&lang("en")), Some("Cleaned by a third party"));
}

#[test]
fn approximate_places_are_where_they_say() {
    for (feed, name) in [
        ("air-quality", "hk-air-quality/aqhi_monitor_locations.csv"),
        ("weather", "hk-weather/weather-station-info.csv"),
    ] {
        let Some(listed) = of(feed, "places", &[], name, "2026-05-18T06:00:00Z") else { return };
        assert_eq!(listed.tally().1, 0);
        let ours = mapped(feed, "stations", &[], b"", Received::At(Time(0)));
        for thing in &listed.batches[0].things {
            let Some(our) = ours.batches[0].things.iter().find(|t| t.slug == thing.slug) else { continue };
            let metres = our.position.unwrap().distance_metres(thing.position.unwrap());
            assert!(metres < 1500.0, "{} is {metres:.0} m off", thing.slug);
        }
        assert!(listed.batches[0].things.len() >= 18);
    }
}

#[test]
fn weather() {
    let at = "2023-08-19T09:02:00Z";
    let Some(report) = of("weather", "report", &[], "hk-api-samples/hko/rhrread.en.20230819.json", at) else {
        return;
    };
    assert_eq!(report.tally(), (27 + 18 + 1 + 1, 0));
    report
        .check("weather/Happy-Valley/temperature", &[("2023-08-19T09:00:00Z", number(32.0), Quality::Valid)]);
    report.check("weather/King-s-Park/uv-index", &[("2023-08-19T09:00:00Z", number(2.0), Quality::Valid)]);
    report.check(
        "weather/Hong-Kong-Observatory/humidity",
        &[("2023-08-19T09:00:00Z", number(74.0), Quality::Valid)],
    );
    // Each station of the report has a name in three languages and a place of ours.
    let ours = mapped("weather", "stations", &[], b"", Received::At(Time(0)));
    for thing in report.batches[0].things.iter().filter(|t| !t.slug.as_str().contains("district-")) {
        assert!(ours.thing(thing.slug.as_str()).position.is_some());
    }
    let districts = mapped("weather", "districts", &[], b"", Received::At(Time(0)));
    for thing in report.batches[0].things.iter().filter(|t| t.slug.as_str().contains("district-")) {
        assert_eq!(districts.thing(thing.slug.as_str()).name.langs().count(), 3);
    }
}

#[test]
fn warnings() {
    let at = "2026-07-16T06:00:00Z";
    let Some(summary) =
        of("weather-warnings", "summary", &[], "hk-api-samples/hko/warnsum.en.20260716.json", at)
    else {
        return;
    };
    summary
        .check("weather-warnings/observatory/in-force", &[(at, Value::Text("WTS".into()), Quality::Valid)]);
    let message = &summary.batches[0].messages[0];
    assert_eq!(message.until.map(Time::iso), Some("2026-07-16T08:30:00Z".into()));
    let lang_en = [("lang", "en")];
    let name = "hk-api-samples/hko/warningInfo.en.20211013.json";
    let words = of("weather-warnings", "statements", &lang_en, name, at).unwrap();
    let codes: Vec<_> =
        words.batches[0].messages.iter().map(|m| m.properties["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["WTS", "WRAINA", "TC8NE"]);
}

#[test]
fn lampposts() {
    let at = "2022-09-01T00:00:00Z";
    let Some(tags) = of("smart-lampposts", "tags", &[], "hk-smart-lampposts/hk-lamppost.2022.json", at)
    else {
        return;
    };
    assert_eq!(tags.tally(), (50, 0));
    let post = tags.thing("smart-lampposts/DF3633");
    assert_eq!(post.position.map(|p| (p.longitude, p.latitude)), Some((114.204519, 22.333017)));
    let devices = post.properties["devices"].as_array().unwrap();
    let found: Vec<_> =
        devices.iter().map(|d| (d["key"].as_str().unwrap(), d["count"].as_i64().unwrap())).collect();
    assert_eq!(found, [("rfid", 3), ("ibeacon", 4), ("eddystone", 4), ("nfc", 1), ("geo-marker", 1)]);
    let pull = [("pi", "GF3637"), ("di", "01")];
    let name = "hk-api-samples/hko/smart-lamppost.GF3637.01.20230913.json";
    let weather = of("smart-lampposts", "weather", &pull, name, "2023-09-13T09:41:00Z").unwrap();
    weather.check(
        "smart-lampposts/GF3637/temperature",
        &[("2023-09-13T09:40:49Z", number(33.5), Quality::Valid)],
    );
}

#[test]
fn news() {
    let Some(news) =
        of("traffic-news", "news", &[], "hk-traffic/specialtrafficnews.v1.xml", "2025-11-15T06:10:00Z")
    else {
        return;
    };
    assert_eq!(news.tally(), (9, 0));
    let message = &news.batches[0].messages[0];
    assert_eq!(
        (message.slug.as_str(), message.at.iso()),
        ("traffic-news/171612", "2025-11-15T06:09:46Z".into())
    );
    news.check("traffic-news/bulletin/messages", &[("2025-11-15T06:10:00Z", number(8.0), Quality::Valid)]);
}

#[test]
fn journey_times() {
    let name = "hk-traffic/Journeytimev1.20170914.xml";
    let Some(times) = of("journey-times", "times", &[], name, "2017-09-14T03:34:00Z") else { return };
    assert_eq!((times.tally(), times.observations()), ((4, 0), 8));
    let at = "2017-09-14T03:32:35Z";
    times.check("journey-times/H2/WH/journey-time", &[(at, number(20.0), Quality::Valid)]);
    times.check("journey-times/H2/EH/state", &[(at, Value::Text("smooth".into()), Quality::Valid)]);
    let ours = mapped("journey-times", "indicators", &[], b"", Received::At(Time(0)));
    for thing in &times.batches[0].things {
        assert!(ours.thing(thing.slug.as_str()).position.is_some());
    }
}

#[test]
fn kerb_bays() {
    let name = "hk-parking/non-metered-parking.geojson";
    let Some(places) = of("kerb-bays", "places", &[], name, "2025-11-15T04:40:10Z") else { return };
    assert_eq!(places.tally(), (145, 0));
    let last = places.thing("kerb-bays/A115_DR_019");
    assert_eq!(last.position.map(|p| (p.longitude, p.latitude)), Some((114.229003, 22.422324)));
    assert_eq!(last.name.get(&lang("zh-Hant")), Some("恆光街泊位 A115_DR_019"));
    let things = &places.batches[0].things;
    let accessible = things.iter().filter(|t| t.properties["vehicle_type"] == "D");
    assert_eq!((things.len(), accessible.count()), (145, 20));
}

#[test]
fn recycling_points() {
    let name = "hk-recycling/epd_recyclable_collection_points.20250918.csv.zst";
    let Some(points) = of("recycling-points", "points", &[], name, "2025-09-17T16:00:00Z") else { return };
    assert_eq!(points.tally(), (8858, 0));
    let features: Vec<_> = points.batches.iter().flat_map(|b| &b.features).collect();
    let of_kind = |kind: &str| {
        let said = features.iter().filter_map(|f| f.properties.get("kind"));
        said.filter(|k| k["en"] == kind).count()
    };
    assert_eq!((features.len(), of_kind("Smart Bin"), of_kind("NGO Collection Points")), (8858, 1443, 51));
    // Every kind, use and district has its Chinese.
    for key in ["kind", "who_may_use", "district"] {
        let said = features.iter().filter_map(|f| f.properties.get(key));
        assert!(said.clone().count() >= 8856);
        assert!(said.clone().all(|text| text["zh-Hant"].is_string()
            && text["zh-Hans"].is_string()
            && text["zh-Hant"] != text["en"]));
    }
    let one = features.iter().find(|f| f.slug.as_str() == "recycling-points/10259").unwrap();
    assert_eq!(one.geometry["coordinates"], serde_json::json!([114.1362, 22.50856]));
    assert_eq!(one.name.get(&lang("zh-Hant")), Some("石湖新村(河背)垃圾站 (N-193)"));
    assert!(features.iter().all(|f| f.name.langs().count() == 3));
}

#[test]
fn a_year_of_incidents() {
    let name = "hk-traffic/special_traffic_news_2020-09-25_to_2021-09-25.csv.zst";
    let Some(year) = history("incident-history", "history", name) else { return };
    assert_eq!(year.tally(), (11_144, 0));
    let status: Vec<_> = year.series("incident-history/IN-20-03192/status");
    let words = status.iter().map(|(at, value, _)| (at.as_str(), value.clone())).collect::<Vec<_>>();
    let text = |word: &str| Value::Text(word.into());
    // Updated and closed in the same minute: the store keeps the later word.
    assert_eq!(words[0], ("2020-09-24T23:22:00Z", text("NEW")));
    assert_eq!(
        words[words.len() - 2..],
        [("2020-09-24T23:34:00Z", text("UPDATED")), ("2020-09-24T23:34:00Z", text("CLOSED"))]
    );
    let said = &year.series("incident-history/IN-20-03191/en/message")[0].1;
    assert!(
        matches!(said, Value::Text(t) if t.starts_with("The slow lane of Lion Rock Tunnel Road Sha Tin bound"))
    );
    let thing = year.thing("incident-history/IN-20-03191");
    assert_eq!(thing.name.get(&lang("en")), Some("Traffic Accident, Lion Rock Tunnel Road"));
    assert_eq!(thing.name.get(&lang("zh-Hans")), Some("狮子山隧道公路：交通意外"));
    let texts = year.batches.iter().flat_map(|b| &b.observations);
    assert!(!texts.clone().any(|o| matches!(&o.value, Value::Text(t) if t.contains("_x000D_"))));
    let incidents: std::collections::BTreeSet<_> =
        year.batches.iter().flat_map(|b| &b.things).map(|t| &t.slug).collect();
    assert_eq!(incidents.len(), 4057);
    let received = year.batches.iter().map(|b| b.received).max().map(Time::iso);
    assert_eq!(received.as_deref(), Some("2021-09-25T14:58:00Z"));
}

#[test]
fn the_replay_names_recordings_that_are_there() {
    let pack = pack();
    let recordings = replay::recordings(&pack, &feeds(&pack)).unwrap();
    let folder = root().join("../shared/data");
    if !folder.is_dir() {
        return eprintln!("skipped: no recordings at {}", folder.display());
    }
    assert_eq!(replay::absent(&recordings, &folder), Vec::<&str>::new());
}
