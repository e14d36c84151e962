//! $filter (OGC 18-088, 9.3.3.5): tables of conditions and what each must find.

use super::*;

/// Four things: `alpha` and `Beta` stand near each other, `gamma's` at 0/0, `δελτα` is nowhere and has no properties but
/// a flag.
async fn things(city: &City) {
    let mut all = [
        thing("alpha", 114.1, 22.3, &["warm"]),
        thing("Beta", 114.2, 22.4, &["cold", "wet"]),
        thing("gamma's", 0.0, 0.0, &[]),
        json!({ "name": "δελτα", "description": "  nowhere ", "properties": { "flag": true } }),
    ];
    all[0]["properties"] =
        json!({ "colour": "red", "rank": 1, "built": "2020-05-01T00:00:00Z", "deep": { "er": [1] } });
    all[1]["properties"] = json!({ "colour": "blue", "rank": 2.5, "flag": false, "built": "2021-05-01" });
    all[2]["properties"] = json!({ "colour": "green", "rank": -3 });
    for thing in all {
        city.make("Things", thing).await;
    }
}

/// What may not stand in an address is encoded, as every client does.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~()/',:$".contains(&byte);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// The names of those that fit, each by its first letter, in the order of their ids.
async fn check_names(city: &City, set: &str, table: &[(&str, &str)]) {
    for (filter, expected) in table {
        let path = format!("{set}?$filter={}", encoded(filter));
        let found: String = city.names(&path).await.iter().filter_map(|name| name.chars().next()).collect();
        assert_eq!(found, *expected, "{} {set}: {filter}", city.store);
        // The same by another way: sorted, counted, and page by page.
        let sorted = city.names(&format!("{path}&$orderby=name")).await;
        assert_eq!(sorted.len(), expected.chars().count(), "{} {set} sorted: {filter}", city.store);
        let counted = city.json(&format!("{path}&$count=true&$top=0")).await["@iot.count"].clone();
        assert_eq!(counted, json!(sorted.len()), "{} {set} counted: {filter}", city.store);
    }
}

/// Requirement: sensorthings-1.1 request-data filter
/// Requirement: sensorthings-1.1 request-data built-in-filter-operations
#[tokio::test]
async fn comparison_logic_and_arithmetic() {
    on_each_store("operations", async |city| {
        things(city).await;
        check_names(
            city,
            "Things",
            &[
                // Comparison.
                ("name eq 'alpha'", "a"),
                ("'alpha' eq name", "a"),
                ("name ne 'alpha'", "Bgδ"),
                ("name gt 'alpha'", "gδ"),
                ("name ge 'alpha'", "agδ"),
                ("name lt 'alpha'", "B"),
                ("name le 'alpha'", "aB"),
                ("properties/rank eq 1", "a"),
                ("properties/rank eq 1.0", "a"),
                ("properties/rank ne 1", "Bgδ"),
                ("properties/rank gt 1", "B"),
                ("properties/rank ge 1", "aB"),
                ("properties/rank lt 1", "g"),
                ("properties/rank le 1", "ag"),
                ("1 lt properties/rank", "B"),
                ("properties/rank eq -3", "g"),
                ("properties/rank lt -2.5e0", "g"),
                ("properties/flag eq true", "δ"),
                ("properties/flag eq false", "B"),
                ("properties/flag", "δ"),
                ("not properties/flag", "B"),
                ("id eq 2", "B"),
                ("@iot.id eq 2", "B"),
                ("2 ge @iot.id", "aB"),
                ("@iot.id gt 1 and @iot.id lt 4", "Bg"),
                ("@iot.id ne 1", "Bgδ"),
                ("@iot.id gt 2.5", "gδ"),
                ("@iot.id lt 2.5", "aB"),
                ("@iot.id eq 1e300", ""),
                ("@iot.id lt 1e300", "aBgδ"),
                // Of different kinds nothing is equal, less or greater.
                ("name eq 1", ""),
                ("name ne 1", "aBgδ"),
                ("name gt 1", ""),
                ("properties/rank eq '1'", ""),
                // Nothing.
                ("properties/colour eq null", "δ"),
                ("properties/colour ne null", "aBg"),
                ("properties/rank gt null", ""),
                ("properties/none/at/all eq null", "aBgδ"),
                ("properties/deep/er eq null", "Bgδ"),
                ("null eq null", "aBgδ"),
                // Logic, and what binds closer.
                ("true", "aBgδ"),
                ("false", ""),
                ("name eq 'alpha' or name eq 'Beta'", "aB"),
                ("properties/rank gt 0 and properties/colour eq 'blue'", "B"),
                ("not (properties/rank gt 0)", "gδ"),
                ("not(name eq 'alpha')", "Bgδ"),
                ("not startswith(name,'a') and not endswith(name,'a')", "gδ"),
                ("name eq 'alpha' or name eq 'Beta' and properties/rank gt 100", "a"),
                ("(name eq 'alpha' or name eq 'Beta') and properties/rank gt 100", ""),
                ("name eq 'Beta' and properties/rank gt 100 or name eq 'alpha'", "a"),
                ("not (name eq 'alpha') and not (name eq 'Beta')", "gδ"),
                ("((((name eq 'alpha'))))", "a"),
                ("name eq 'alpha'and id eq 1", "a"),
                ("  name   eq  'alpha'  ", "a"),
                // Arithmetic.
                ("properties/rank add 1 eq 2", "a"),
                ("properties/rank sub 0.5 eq 2", "B"),
                ("properties/rank mul 2 eq 5", "B"),
                ("properties/rank div 2 eq -1.5", "g"),
                ("properties/rank mod 2 eq 1", "a"),
                ("1 add 2 mul 3 eq 7", "aBgδ"),
                ("(1 add 2) mul 3 eq 9", "aBgδ"),
                ("10 sub 3 sub 2 eq 5", "aBgδ"),
                ("-properties/rank eq 3", "g"),
                ("properties/rank div 0 eq 1", ""),
                ("properties/rank div 0 eq null", "aBgδ"),
                ("name add 1 eq null", "aBgδ"),
                // Quotes and letters of all scripts.
                ("name eq 'gamma''s'", "g"),
                ("name eq 'δελτα'", "δ"),
                ("name eq 'and or not'", ""),
                ("name eq ''''", ""),
                ("description eq '  nowhere '", "δ"),
                ("properties/built eq 2020-05-01T00:00:00Z", "a"),
                ("properties/built gt 2020-05-01T02:00:00+02:00", "B"),
                ("properties/built lt 2021-01-01", "a"),
            ],
        )
        .await;
        // A plus sign is a space, an encoded one is itself.
        assert_eq!(city.names("Things?$filter=name+eq+'alpha'").await, ["alpha"]);
        assert_eq!(city.names("Things?$filter=name%20eq%20%27alpha%27").await, ["alpha"]);
        assert_eq!(city.names("Things?$filter=properties/built ge 2020-05-01T02:00:00+02:00").await.len(), 2);
    })
    .await;
}

/// Requirement: sensorthings-1.1 request-data filter
#[tokio::test]
async fn conditions_look_along_links() {
    on_each_store("links", async |city| {
        things(city).await;
        let datastreams = [
            ("Thing/name eq 'Beta'", "cw"),
            ("Thing/@iot.id eq 1", "w"),
            ("Thing/id eq 2 and name eq 'cold'", "c"),
            ("Thing/properties/rank gt 1", "cw"),
            ("Thing/properties/colour eq 'red'", "w"),
            ("Thing/Locations/name eq 'place of alpha'", "w"),
            ("Sensor/name eq 'sensor of wet'", "w"),
            ("ObservedProperty/name eq 'temperature'", "wcw"),
            ("ObservedProperty/name ne 'temperature'", ""),
            ("Sensor/@iot.id le 2", "wc"),
            ("unitOfMeasurement/symbol eq '°C'", "wcw"),
            ("unitOfMeasurement/name eq 'volt'", ""),
            ("startswith(Thing/name,'B') or Sensor/name eq 'sensor of warm'", "wcw"),
            ("phenomenonTime eq null", "wcw"),
        ];
        check_names(city, "Datastreams", &datastreams).await;
        let things = [
            ("Datastreams/name eq 'cold'", "B"),
            ("Datastreams/name ne 'cold'", "aB"),
            ("Datastreams/ObservedProperty/name eq 'temperature'", "aB"),
            ("Locations/name eq 'place of Beta'", "B"),
            ("startswith(Locations/name,'place of')", "aBg"),
            ("HistoricalLocations/time le now()", "aBg"),
        ];
        check_names(city, "Things", &things).await;
        check_names(city, "Locations", &[("Things/name eq 'Beta'", "p"), ("Things/Datastreams/name eq 'warm'", "p")]).await;
        check_names(city, "Things(2)/Datastreams", &[("name eq 'cold'", "c"), ("name eq 'warm'", "")]).await;
        check_names(city, "Sensors", &[("Datastreams/Thing/name eq 'Beta'", "ss")]).await;
        for minute in 0..3 {
            for id in 1..=2 {
                let path = format!("Datastreams({id})/Observations");
                city.post(&path, observation(60 * minute, id * 10 + minute)).await.expect(201);
            }
        }
        for (filter, expected) in [
            ("Datastream/name eq 'cold'", &[20, 21, 22][..]),
            ("Datastream/id eq 1", &[10, 11, 12]),
            ("Datastream/@iot.id eq 1 and result gt 10", &[11, 12]),
            ("Datastream/id eq 3", &[]),
            ("Datastream/Thing/name eq 'alpha'", &[10, 11, 12]),
            ("Datastream/Thing/properties/colour eq 'blue' and result ne 21", &[20, 22]),
            ("FeatureOfInterest/name eq 'place of Beta'", &[20, 21, 22]),
            ("FeatureOfInterest/id eq 1", &[10, 11, 12]),
            ("Datastream/id eq 1 or Datastream/id eq 2 and result eq 20", &[10, 11, 12, 20]),
            ("st_within(FeatureOfInterest/feature,geography'POLYGON((114 22,114.15 22,114.15 23,114 23,114 22))')", &[10, 11, 12]),
        ] {
            let found = city.results(&format!("Observations?$filter={}", encoded(filter))).await;
            let expected: Vec<Value> = expected.iter().map(|n| json!(n)).collect();
            assert_eq!(found, expected, "{}: {filter}", city.store);
            let count = city.json(&format!("Observations?$top=0&$count=true&$filter={}", encoded(filter))).await;
            assert_eq!(count["@iot.count"], expected.len(), "{}: {filter}", city.store);
        }
        check_names(city, "Datastreams", &[("phenomenonTime ne null", "wc"), ("year(phenomenonTime) eq 2026", "wc")]).await;
    })
    .await;
}

/// Requirement: sensorthings-1.1 request-data built-in-query-functions
#[tokio::test]
async fn functions_of_texts_and_numbers() {
    on_each_store("texts", async |city| {
        things(city).await;
        check_names(
            city,
            "Things",
            &[
                ("substringof('lph',name)", "a"),
                ("substringof('LPH',name)", ""),
                ("contains(name,'et')", "B"),
                ("startswith(name,'al')", "a"),
                ("startswith(name,'')", "aBgδ"),
                ("endswith(name,'''s')", "g"),
                ("endswith(name,'α')", "δ"),
                ("startswith(name,'al') eq true", "a"),
                ("length(name) eq 5", "aδ"),
                ("length(name) gt 5", "g"),
                ("indexof(name,'a') eq 0", "a"),
                ("indexof(name,'a') eq -1", "δ"),
                ("indexof(name,'λ') eq 2", "δ"),
                ("substring(name,1) eq 'lpha'", "a"),
                ("substring(name,1,2) eq 'et'", "B"),
                ("substring(name,2) eq 'λτα'", "δ"),
                ("substring(name,100) eq ''", "aBgδ"),
                ("tolower(name) eq 'beta'", "B"),
                ("toupper(name) eq 'ALPHA'", "a"),
                ("toupper(name) eq 'ΔΕΛΤΑ'", "δ"),
                ("trim(description) eq 'nowhere'", "δ"),
                ("concat(concat(name,', '),properties/colour) eq 'alpha, red'", "a"),
                ("concat(name,properties/rank) eq null", "aBgδ"),
                ("length(properties/rank) eq null", "aBgδ"),
                ("round(properties/rank) eq 3", "B"),
                ("floor(properties/rank) eq 2", "B"),
                ("ceiling(properties/rank) eq 3", "B"),
                ("round(-2.5) eq -3", "aBgδ"),
                ("floor(-2.5) eq -3 and ceiling(-2.5) eq -2", "aBgδ"),
                ("round(name) eq null", "aBgδ"),
                ("length(trim(concat(' a ',tolower(' B ')))) eq 4", "aBgδ"),
            ],
        )
        .await;
    })
    .await;
}

/// Requirement: sensorthings-1.1 request-data built-in-query-functions
#[tokio::test]
async fn functions_of_times() {
    on_each_store("times", async |city| {
        city.make("Things", thing("post", 10.0, 20.0, &["air"])).await;
        // 2026-09-21T00:00:00Z and later; the last is an interval of ten minutes with a validity.
        for (second, result) in [(0, 0), (3_661, 1), (43_200, 2)] {
            city.post("Datastreams(1)/Observations", observation(second, result)).await.expect(201);
        }
        let mut last = observation(46_800, 3);
        last["phenomenonTime"] = format!("{}/{}", at(46_800), at(47_400)).into();
        last["resultTime"] = at(47_400).into();
        last["validTime"] = format!("{}/{}", at(46_800), at(90_000)).into();
        city.post("Datastreams(1)/Observations", last).await.expect(201);
        let (noon, one, later) = (at(43_200), at(46_800), at(47_400));
        let table: Vec<(String, &[i64])> = vec![
            (format!("phenomenonTime eq {noon}"), &[2]),
            (format!("phenomenonTime ne {noon}"), &[0, 1, 3]),
            (format!("phenomenonTime gt {noon}"), &[3]),
            (format!("phenomenonTime ge {noon}"), &[2, 3]),
            (format!("phenomenonTime lt {noon}"), &[0, 1]),
            (format!("phenomenonTime le {noon}"), &[0, 1, 2]),
            (format!("{noon} gt phenomenonTime"), &[0, 1]),
            (format!("phenomenonTime le {one}"), &[0, 1, 2]),
            (format!("phenomenonTime lt {later}"), &[0, 1, 2, 3]),
            (format!("phenomenonTime eq {one}/{later}"), &[3]),
            (format!("phenomenonTime gt {} and phenomenonTime lt {one}", at(0)), &[1, 2]),
            (format!("resultTime gt {one}"), &[3]),
            (format!("phenomenonTime eq '{noon}'"), &[2]),
            ("phenomenonTime eq 2026-09-21T14:00:00+02:00".into(), &[2]),
            ("phenomenonTime eq 2026-09-21T12:00:00.000Z".into(), &[2]),
            ("validTime ne null".into(), &[3]),
            (format!("validTime gt {}", at(0)), &[3]),
            ("year(phenomenonTime) eq 2026".into(), &[0, 1, 2, 3]),
            ("month(phenomenonTime) eq 9 and day(phenomenonTime) eq 21".into(), &[0, 1, 2, 3]),
            ("hour(phenomenonTime) eq 1".into(), &[1]),
            ("minute(phenomenonTime) eq 1".into(), &[1]),
            ("second(phenomenonTime) eq 1".into(), &[1]),
            ("fractionalseconds(phenomenonTime) eq 0".into(), &[0, 1, 2, 3]),
            ("date(phenomenonTime) eq 2026-09-21".into(), &[0, 1, 2, 3]),
            ("date(phenomenonTime) lt 2026-09-21".into(), &[]),
            ("time(phenomenonTime) lt 12:00:00".into(), &[0, 1]),
            ("time(phenomenonTime) eq 12:00:00.000".into(), &[2]),
            ("totaloffsetminutes(phenomenonTime) eq 0".into(), &[0, 1, 2, 3]),
            ("phenomenonTime lt now()".into(), &[0, 1, 2, 3]),
            ("phenomenonTime gt now()".into(), &[]),
            ("phenomenonTime gt mindatetime() and phenomenonTime lt maxdatetime()".into(), &[0, 1, 2, 3]),
            ("phenomenonTime gt now() sub duration'PT3H'".into(), &[2, 3]),
            ("phenomenonTime add duration'PT1H' eq 2026-09-21T13:00:00Z".into(), &[2]),
            ("phenomenonTime sub duration'P1D' lt 2026-09-20T12:00:00Z".into(), &[0, 1]),
            (format!("before(phenomenonTime,{noon})"), &[0, 1]),
            (format!("after(phenomenonTime,{noon})"), &[3]),
            (format!("during(phenomenonTime,{noon}/{later})"), &[2, 3]),
            (format!("overlaps(phenomenonTime,{one}/{})", at(46_900)), &[3]),
            (format!("meets(phenomenonTime,{later})"), &[3]),
            (format!("starts(phenomenonTime,{one})"), &[3]),
            (format!("finishes(phenomenonTime,{later})"), &[3]),
            ("result gt 0 and result lt 3".into(), &[1, 2]),
            ("result eq 2".into(), &[2]),
            ("result ge 1.5".into(), &[2, 3]),
            ("result eq '2'".into(), &[]),
            ("resultQuality eq null".into(), &[0, 1, 2, 3]),
        ];
        for (filter, expected) in table {
            let expected: Vec<Value> = expected.iter().map(|n| json!(n)).collect();
            for path in ["Observations", "Datastreams(1)/Observations", "FeaturesOfInterest(1)/Observations"]
            {
                let path = format!("{path}?$count=true&$filter={}", encoded(&filter));
                let found = city.json(&path).await;
                assert_eq!(found["@iot.count"], expected.len(), "{} {path}", city.store);
                assert_eq!(city.results(&path).await, expected, "{} {path}", city.store);
                let mut sorted = city.results(&format!("{path}&$orderby=phenomenonTime desc")).await;
                sorted.reverse();
                assert_eq!(sorted, expected, "{} {path} backwards", city.store);
            }
        }
    })
    .await;
}

/// Requirement: sensorthings-1.1 request-data built-in-query-functions
#[tokio::test]
async fn functions_of_places() {
    on_each_store("places", async |city| {
        let city_block = json!({
            "name": "x", "description": "a block", "encodingType": "application/geo+json",
            "location": { "type": "Polygon", "coordinates": [[[1, 1], [3, 1], [3, 3], [1, 3], [1, 1]]] },
        });
        let way = json!({
            "name": "w", "description": "a way", "encodingType": "application/vnd.geo+json",
            "location": { "type": "Feature", "properties": {}, "geometry": { "type": "LineString", "coordinates": [[0, 2], [2, 2]] } },
        });
        let words = json!({ "name": "t", "description": "words", "encodingType": "text/plain", "location": "by the harbour" });
        for place in [location("p", 2.0, 2.0), location("q", 10.0, 10.0), city_block, way, words] {
            city.make("Locations", place).await;
        }
        let small = "geography'POLYGON((1.5 1.5,2.5 1.5,2.5 2.5,1.5 2.5,1.5 1.5))'";
        let large = "geography'SRID=4326;POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0))'";
        let hole = "geography'POLYGON((0 0,4 0,4 4,0 4,0 0),(1.5 1.5,2.5 1.5,2.5 2.5,1.5 2.5,1.5 1.5))'";
        let table: Vec<(String, &str)> = vec![
            (format!("st_within(location,{large})"), "pxw"),
            (format!("st_within(location,{small})"), "p"),
            (format!("st_within(location,{hole})"), ""),
            (format!("not st_within(location,{large})"), "q"),
            (format!("st_contains(location,{small})"), "x"),
            (format!("st_contains({large},location)"), "pxw"),
            (format!("st_intersects(location,{small})"), "pxw"),
            (format!("geo.intersects(location,{small})"), "pxw"),
            (format!("st_disjoint(location,{small})"), "q"),
            ("st_equals(location,geography'POINT(2 2)')".into(), "p"),
            ("st_equals(location,geography'POLYGON((3 3,1 3,1 1,3 1,3 3))')".into(), "x"),
            ("st_touches(location,geography'POLYGON((3 1,5 1,5 3,3 3,3 1))')".into(), "x"),
            ("st_touches(location,geography'POINT(0 2)')".into(), "w"),
            (format!("st_touches(location,{small})"), ""),
            ("st_overlaps(location,geography'POLYGON((2 0,5 0,5 2.5,2 2.5,2 0))')".into(), "x"),
            (format!("st_overlaps(location,{large})"), ""),
            ("st_crosses(location,geography'LINESTRING(1 0,1 4)')".into(), "w"),
            ("st_crosses(location,geography'POLYGON((1 1,3 1,3 3,1 3,1 1))')".into(), "w"),
            // The way ends on that line: they touch.
            ("st_crosses(location,geography'LINESTRING(0 0,4 4)')".into(), "x"),
            ("st_relate(location,geography'POINT(2 2)','T*F**FFF*')".into(), "p"),
            (format!("st_relate(location,{large},'T*F**F***')"), "pxw"),
            ("geo.distance(location,geography'POINT(2 3)') eq 1".into(), "pw"),
            ("geo.distance(location,geography'POINT(2 3)') lt 1".into(), "x"),
            ("geo.distance(location,geography'POINT(11 10)') le 1".into(), "q"),
            ("geo.distance(geography'POINT(11 10)',location) le 1".into(), "q"),
            ("st_distance(location,geography'POINT(11 10)') lt 110000".into(), "q"),
            ("st_distance(location,geography'POINT(11 10)') lt 100000".into(), ""),
            ("geo.length(location) eq 2".into(), "w"),
            ("geo.length(location) gt 7 and geo.length(location) lt 9".into(), "x"),
            ("st_within(location,geography'MULTIPOLYGON(((9 9,11 9,11 11,9 11,9 9)),((1 1,3 1,3 3,1 3,1 1)))')".into(), "pqx"),
            ("st_equals(location,geography'MULTIPOINT((2 2))')".into(), "p"),
            ("st_equals(location,geometry'POINT Z (2 2 5)')".into(), "p"),
            ("location eq null".into(), ""),
            ("location eq 'by the harbour'".into(), "t"),
        ];
        let table: Vec<(&str, &str)> = table.iter().map(|(filter, names)| (filter.as_str(), *names)).collect();
        check_names(city, "Locations", &table).await;
        city.make("Things", json!({ "name": "m", "description": "", "Locations": [{ "@iot.id": 1 }] })).await;
        let near = format!("st_within(Locations/location,{small})");
        let far = "st_distance(Locations/location,geography'POINT(9 9)') lt 1000";
        check_names(city, "Things", &[(near.as_str(), "m"), (far, "")]).await;
        let area = format!("st_within(observedArea,{large})");
        check_names(city, "Datastreams", &[(area.as_str(), "")]).await;
        city.make("Things(1)/Datastreams", datastream("s", "warmth")).await;
        city.post("Datastreams(1)/Observations", observation(0, 1)).await.expect(201);
        check_names(city, "Datastreams", &[(area.as_str(), "s")]).await;
    })
    .await;
}

/// Requirement: sensorthings-1.1 request-data query-status-code
#[tokio::test]
async fn conditions_that_make_no_sense_are_refused() {
    on_each_store("badfilters", async |city| {
        for filter in [
            "name",
            "1",
            "'x'",
            "name eq",
            "eq 'x'",
            "name eq 'x",
            "name eq 'x''",
            "name eq x",
            "nothing eq 1",
            "name = 'x'",
            "name eq 'x' and",
            "name eq 'x' or or",
            "(name eq 'x'",
            "name eq 'x')",
            "name eq 'x' name",
            "nosuch(name)",
            "length()",
            "length(name,name)",
            "startswith(name)",
            "Datastreams eq 1",
            "Datastreams/nothing eq 1",
            "Thing/name eq 'x'",
            "name eq geography'POINT(1)'",
            "st_within(name,geography'POINT(200 0)')",
            "st_within(name,geography'CIRCLE(1 1)')",
            "st_within(name,geography'POINT(1 1)",
            "st_within(name,geography'SRID=3857;POINT(1 1)')",
            "name eq datetime'x'",
            "id eq 1e999",
            "name eq 2026-13-01T00:00:00Z",
            "name eq 0000-01-01T00:00:00Z",
            "name eq 10000-01-01T00:00:00Z",
            "name eq 12abc",
            "name eq \"x\"",
            "name eq 'x' && true",
            "name in ('x')",
            "Datastreams/any(d:d/name eq 'x')",
            "name eq duration'P1X'",
            "name eq 'x';drop table things",
            "Datastreams/Observations/result gt 1",
        ] {
            let found = city.get(&format!("Things?$filter={}", encoded(filter))).await.expect(400);
            assert_eq!(found.problem(), "sensing-bad-query", "{} {filter}", city.store);
            assert!(found.json()["hint"].is_string(), "{filter}");
        }
    })
    .await;
}
