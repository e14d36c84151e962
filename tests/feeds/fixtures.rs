//! Small files of our own, with invented values and every peculiarity that the notes name.

use super::*;

mod roads;
mod services;
mod surroundings;

const NOW: &str = "2031-05-04T10:00:00Z";

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(root().join("cities/hong-kong/feeds/fixtures").join(name)).unwrap()
}

fn of(feed: &str, source: &str, parameters: &[(&str, &str)], name: &str) -> Mapped {
    mapped(feed, source, parameters, &fixture(name), Received::At(Time::parse(NOW).unwrap()))
}

#[test]
fn detectors() {
    let values = of("traffic-detectors", "values", &[], "rawSpeedVol.xml");
    assert_eq!(values.tally(), (4, 1));
    assert_eq!(values.reasons(), ["speed: \"fast\" is not a number"]);
    // The half minute that ends at midnight belongs to the day it began in.
    values.check(
        "traffic-detectors/ZZ90001/Slow-Lane/speed",
        &[
            ("2031-05-04T15:59:30Z", number(55.0), Quality::Suspect),
            ("2031-05-04T16:00:00Z", number(48.0), Quality::Valid),
        ],
    );
    values.check(
        "traffic-detectors/ZZ90002/Fast-Lane/speed",
        &[("2031-05-04T15:59:30Z", Value::Missing, Quality::Missing)],
    );
    let name = &values.batches[0].datastreams[0].name;
    assert_eq!(name.get(&lang("zh-Hant")), Some("平均車速 · 快線"));
    let places = of("traffic-detectors", "locations", &[], "detector_locations.csv");
    assert_eq!(places.tally(), (2, 0));
    let thing = places.thing("traffic-detectors/ZZ90001");
    assert_eq!(thing.name.get(&lang("zh-Hans")), Some("示例道近无处 - 北行"));
    assert_eq!(thing.position.map(|p| (p.longitude, p.latitude)), Some((114.1742, 22.3731)));
    assert_eq!(places.thing("traffic-detectors/ZZ90002").position, None);
}

#[test]
fn segments() {
    let speeds = of("segment-speeds", "speeds", &[], "irnAvgSpeed.xml");
    assert_eq!(speeds.tally(), (2, 0));
    speeds.check("segment-speeds/900002/speed", &[("2031-05-04T00:02:00Z", number(70.0), Quality::Suspect)]);
}

#[test]
fn car_parks() {
    let places = of("car-parks", "information", &[], "basic_info.json");
    assert_eq!(places.tally(), (2, 0));
    let tower = places.thing("car-parks/zz1p1");
    assert_eq!(tower.name.get(&lang("en")), Some("Example Tower Car Park"));
    assert_eq!(tower.properties["address"]["en"], "1 Example Road & Lane");
    assert!(
        !tower.properties.contains_key("height_limit_metres") && !tower.properties.contains_key("website")
    );
    let other = places.thing("car-parks/001027");
    assert_eq!((other.position, &other.properties["height_limit_metres"]), (None, &2.1.into()));
    let vacancy = of("car-parks", "vacancy", &[], "vacancy.json");
    assert_eq!(vacancy.tally(), (5, 1));
    // A kind of vacancy that nobody has told us of is no number of spaces.
    assert_eq!(vacancy.reasons(), ["no template of the feed file applies to it"]);
    let at = "2031-05-04T01:00:02Z";
    vacancy.check("car-parks/zz1p1/P/vacancy", &[("2031-05-04T01:00:01Z", number(17.0), Quality::Valid)]);
    vacancy.check("car-parks/zz1p1/M/vacancy", &[("2031-05-04T01:00:01Z", Value::Missing, Quality::Missing)]);
    vacancy.check("car-parks/001027/P/has-space", &[(at, Value::Bool(true), Quality::Valid)]);
    vacancy.check("car-parks/001027/P-DAILY/has-space", &[(at, Value::Missing, Quality::Missing)]);
    vacancy.check("car-parks/001027/C/closed", &[(at, Value::Bool(true), Quality::Valid)]);
}

#[test]
fn weather() {
    let report = of("weather", "report", &[], "rhrread.json");
    assert_eq!(report.tally(), (6, 0));
    report
        .check("weather/King-s-Park/temperature", &[("2031-05-04T16:00:00Z", number(21.0), Quality::Valid)]);
    report
        .check("weather/Sha-Tin/temperature", &[("2031-05-04T16:00:00Z", Value::Missing, Quality::Missing)]);
    report.check(
        "weather/district-Sai-Kung/rainfall",
        &[("2031-05-04T15:45:00Z", number(0.0), Quality::Suspect)],
    );
    report.check(
        "weather/district-Tai-Po/rainfall",
        &[("2031-05-04T15:45:00Z", Value::Missing, Quality::Missing)],
    );
}

#[test]
fn warnings() {
    use intake::draft::MessageState;
    let summary = of("weather-warnings", "summary", &[], "warnsum.json");
    assert_eq!(summary.tally(), (3, 0));
    let batch = &summary.batches[0];
    assert!(batch.messages_complete);
    let found: Vec<_> =
        batch.messages.iter().map(|m| (m.slug.as_str(), m.title.get(&lang("en")), m.state)).collect();
    assert_eq!(
        found,
        [
            ("weather-warnings/WRAIN", Some("Rainstorm Warning Signal: Red"), MessageState::Active),
            ("weather-warnings/WL", Some("Landslip Warning"), MessageState::Over),
        ]
    );
    assert_eq!(batch.messages[0].properties["code"], "WRAINR");
    summary.check(
        "weather-warnings/observatory/in-force",
        &[(NOW, Value::Text("WRAIN".into()), Quality::Valid)],
    );
    let none = mapped("weather-warnings", "summary", &[], b"{}", Received::At(Time::parse(NOW).unwrap()));
    none.check("weather-warnings/observatory/in-force", &[(NOW, Value::Text("none".into()), Quality::Valid)]);
    assert!(none.batches[0].messages_complete && none.batches[0].messages.is_empty());
    let chinese = of("weather-warnings", "summary-chinese", &[("lang", "tc")], "warnsum.tc.json");
    let title = &chinese.batches[0].messages[0].title;
    assert_eq!(
        (title.get(&lang("zh-Hant")), title.get(&lang("zh-Hans"))),
        (Some("暴雨警告信號：紅色"), None)
    );
    let words = of("weather-warnings", "statements", &[("lang", "tc")], "warningInfo.tc.json");
    let message = &words.batches[0].messages[0];
    assert_eq!(message.slug.as_str(), "weather-warnings/WRAIN");
    assert_eq!(message.text.get(&lang("zh-Hant")), Some("紅色暴雨警告信號現正生效。 請留在安全地方。"));
    assert!(message.title.is_empty());
}

#[test]
fn air_quality() {
    let day = of("air-quality", "past-day", &[], "24aqhi.xml");
    assert_eq!(day.tally(), (3, 0));
    day.check(
        "air-quality/Central-Western/aqhi",
        &[
            ("2031-05-04T09:00:00Z", number(4.0), Quality::Valid),
            ("2031-05-04T10:00:00Z", number(11.0), Quality::Valid),
        ],
    );
    day.check("air-quality/Mong-Kok/aqhi", &[("2031-05-04T10:00:00Z", Value::Missing, Quality::Missing)]);
    let stations = mapped("air-quality", "stations", &[], b"", Received::At(Time::parse(NOW).unwrap()));
    assert_eq!(stations.tally(), (18, 0));
    assert_eq!(stations.thing("air-quality/Central-Western").name.get(&lang("zh-Hans")), Some("中西区"));
}

#[test]
fn lampposts() {
    let tags = of("smart-lampposts", "tags", &[], "lamppost-tags.json");
    let post = tags.thing("smart-lampposts/ZZ0001");
    let devices = post.properties["devices"].as_array().unwrap();
    let found: Vec<_> =
        devices.iter().map(|d| (d["key"].as_str().unwrap(), d["count"].as_i64().unwrap())).collect();
    assert_eq!(found, [("rfid", 3), ("ibeacon", 2), ("nfc", 1)]);
    for device in devices {
        for text in ["name", "collects", "does_not_collect", "retention", "owner"] {
            for tag in ["en", "zh-Hant", "zh-Hans"] {
                assert!(device[text][tag].as_str().is_some_and(|t| !t.is_empty()), "{text} {tag}");
            }
        }
    }
    let at = [("pi", "ZZ0001"), ("di", "01")];
    let weather = of("smart-lampposts", "weather", &at, "lamppost-weather.json");
    weather
        .check("smart-lampposts/ZZ0001/humidity", &[("2031-05-04T09:40:49Z", number(71.7), Quality::Valid)]);
    weather.check(
        "smart-lampposts/ZZ0001/temperature",
        &[("2031-05-04T09:40:49Z", Value::Missing, Quality::Missing)],
    );
    let none = of("smart-lampposts", "weather", &at, "lamppost-weather.none.json");
    assert_eq!(none.result, Err(DecodeError::NoSuchPath { step: "BODY".into() }));
}

#[test]
fn news() {
    let news = of("traffic-news", "news", &[], "specialtrafficnews.xml");
    let message = &news.batches[0].messages[0];
    assert_eq!(message.slug.as_str(), "traffic-news/990001");
    assert_eq!(message.title.get(&lang("en")), Some("The slow lane of Example Road is closed."));
    assert_eq!(message.text.get(&lang("zh-Hant")), Some("示例道慢線現已封閉。 交通繁忙。"));
    // Nine minutes past midnight, in words of the morning.
    assert_eq!(message.at.iso(), "2031-05-03T16:09:46Z");
    assert_eq!(message.properties["incident"], "IN-31-00001");
    let none = of("traffic-news", "news", &[], "specialtrafficnews.none.xml");
    none.check("traffic-news/bulletin/messages", &[(NOW, number(0.0), Quality::Valid)]);
    assert!(none.batches[0].messages_complete);
}

#[test]
fn a_page_instead_of_data_is_refused_by_every_source() {
    for feed in feeds(&pack()) {
        for source in feed.sources.iter().filter(|s| s.rows.is_empty()) {
            let parameters = source.pulls.first().map(|p| p.parameters.clone()).unwrap_or_default();
            let parameters: Vec<(&str, &str)> =
                parameters.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            let page = of(feed.id.as_str(), &source.id, &parameters, "page.html");
            assert_eq!(page.result, Err(DecodeError::Html), "{} {}", feed.id, source.id);
        }
    }
}
