use proptest::prelude::*;
use serde_json::json;

use super::*;

fn value(text: &str) -> Result<Outcome, String> {
    let root = json!({"date": "2024-04-06", "list": [{"to": "21:27:30"}]});
    let middle = json!({"to": "21:27:30"});
    let record = json!({
        "s.d.": "7.5", "n": 3, "t": " x ", "e": "", "null": null, "a b": 1, "@k": "attr", "deep": {"x": [10, {"y": 20}]},
        "list": ["a", "b"], "年/Year": "1884", "html": "Height: 1.7(M)<br>*Van &amp; car", "am": "2025/11/15 下午 02:09:46", "yes": true,
        "signals": {"a": {"state": "on"}, "b": {"state": "off"}, "c": {}}
    });
    let parents = [&root, &middle];
    let start = Expression::compile("time('1970-01-01T00:00:00Z')").unwrap();
    let itself = Expression::compile("coalesce($itself, 'no')").unwrap();
    let scope = Scope {
        entry: Entry { record: &record, parents: &parents, key: Some("WTS") },
        parameters: &BTreeMap::from([("lang".to_string(), "en".to_string())]),
        lets: vec![Let::new("when", &start), Let::new("itself", &itself)],
        received: Time(5),
        zone: &TimeZone::get("Asia/Hong_Kong").unwrap(),
    };
    Expression::compile(text).map_err(|(at, message)| format!("{at}: {message}"))?.value(&scope)
}

#[track_caller]
fn check(text: &str, expected: Json) {
    assert_eq!(value(text), Ok(Outcome::Json(expected)), "{text}");
}

#[test]
fn paths_lead_into_the_record_and_above_it() {
    check("n", json!(3));
    check("s.d.", json!("7.5"));
    check("@k", json!("attr"));
    check("`a b`", json!(1));
    check("`年/Year`", json!("1884"));
    check("deep/x/1/y", json!(20));
    check("../to", json!("21:27:30"));
    check("../../date", json!("2024-04-06"));
    check("/date", json!("2024-04-06"));
    check("/list/0/to", json!("21:27:30"));
    check("../../../date", Json::Null);
    check("nowhere/at/all", Json::Null);
    check("#key", json!("WTS"));
    check("$lang", json!("en"));
    check("count(.)", json!(1));
    check("$itself", json!("no"));
    assert_eq!(value("$when"), Ok(Outcome::Time(Time(0))));
    assert_eq!(value("received()"), Ok(Outcome::Time(Time(5))));
}

#[test]
fn conditions_and_reckoning() {
    check("n == 3 and t != 'y'", json!(true));
    check("n > 10 or not (n < 2)", json!(true));
    check("s.d. > 7", json!(true));
    check("null == nowhere", json!(true));
    check("nowhere > 1", json!(false));
    check("e == ''", json!(true));
    check("if(yes, 'valid', 'suspect')", json!("valid"));
    check("n * 2 + 1", json!(7.0));
    check("n / 2 - 1", json!(0.5));
    check("nowhere * 2", Json::Null);
    check("-1", json!(-1.0));
    assert_eq!(value("$when + 60"), Ok(Outcome::Time(Time(60_000_000))));
    assert_eq!(value("t * 2"), Err(" x  is not a number".into()));
    assert_eq!(value("n / 0"), Err("3 and 0 give no number".into()));
    assert_eq!(value("if(n, 1, 2)"), Err("3 is neither true nor false".into()));
}

#[test]
fn functions() {
    check("coalesce(nowhere, e, trim(t))", json!("x"));
    check("required(e)", json!(""));
    assert_eq!(value("required(deep/er)"), Err("there is no deep/er".into()));
    assert_eq!(value("required(number(e))"), Err("something that is required is not there".into()));
    check("concat(/date, ' ', n)", json!("2024-04-06 3"));
    check("join(list, ', ')", json!("a, b"));
    check("join(e, ', ')", json!(""));
    check("replace('a-b-c', '-', '')", json!("abc"));
    check("choose(n, 1, 'one', 3, 'three', 'many')", json!("three"));
    check("choose(t, 1, 'one', 'many')", json!("many"));
    check("choose(t, 1, 'one')", Json::Null);
    check("part('North : 3 to 4', ':', 1)", json!("3 to 4"));
    check("part('a', ':', 1)", Json::Null);
    check("contains(html, 'Van')", json!(true));
    check("starts_with(html, 'Van')", json!(false));
    check("number(s.d.)", json!(7.5));
    check("number(e)", Json::Null);
    check("text(n)", json!("3"));
    check("lower('ÄB')", json!("äb"));
    check("plain(html)", json!("Height: 1.7(M) *Van & car"));
    check("plain('1 < 2')", json!("1 < 2"));
    check("count(list)", json!(2));
    check("count(nowhere)", json!(0));
    check("join(keys(deep), ' ')", json!("x"));
    check("count(keys(nowhere))", json!(0));
    check("join(keys(signals, 'state', 'off'), ' ')", json!("a c"));
    check("'it''s'", json!("it's"));
    let line = json!({"type": "LineString", "coordinates": [[10.1, 50.2, 3.0], [10.25, 50.0, -4.0]]});
    check("line(' 10.1,50.2,3\n10.25,50,-4 ')", line);
    assert_eq!(value("line('10.1,50.2')"), Err("a line has two positions or more".into()));
    assert_eq!(value("line('10.1,50.2 x,y')"), Err("\"x,y\" is no position".into()));
    check("$when - time('1969-12-31T23:30:00Z')", json!(1800.0));
}

#[test]
fn an_expression_says_what_it_looks_for() {
    let names = |text: &str| Expression::compile(text).unwrap().names().join(" ");
    assert_eq!(names("if(a == 'x', concat(`b c`, $d), ../e)"), "a b c $d ../e");
    // Of several, one is enough.
    assert_eq!(names("coalesce(new, old)"), "");
}

#[test]
fn times_are_read_in_the_feeds_zone() {
    for (text, expected) in [
        ("time(concat(/date, ' ', ../to))", "2024-04-06T13:27:30Z"),
        ("time('2024-04-06T00:00:00Z')", "2024-04-06T00:00:00Z"),
        ("time('202607161600', '%Y%m%d%H%M')", "2026-07-16T08:00:00Z"),
        ("time('2023-09-01 0', '%Y-%m-%d %H')", "2023-08-31T16:00:00Z"),
        ("time('Tue, 24 Nov 2026 09:30:00 +0800', '%a, %d %b %Y %H:%M:%S %z')", "2026-11-24T01:30:00Z"),
        ("time('Tue, 24 Nov 2026 09:30:00 +0800')", "2026-11-24T01:30:00Z"),
        ("time('Tue, 24 Nov 2026 01:30:00 GMT')", "2026-11-24T01:30:00Z"),
        (
            "time(replace(replace(am, '上午', 'AM'), '下午', 'PM'), '%Y/%m/%d %p %I:%M:%S')",
            "2025-11-15T06:09:46Z",
        ),
    ] {
        assert_eq!(value(text), Ok(Outcome::Time(Time::parse(expected).unwrap())), "{text}");
    }
    assert_eq!(value("time(e)"), Ok(Outcome::Json(Json::Null)));
    assert!(value("time(t)").unwrap_err().contains("is not a time"));
    assert!(value("time('x', '%Y')").unwrap_err().starts_with("\"x\" is not a time of the form %Y"));
}

#[test]
fn mistakes_are_found_where_they_stand() {
    for (text, expected) in [
        ("if(a, b", "7: ) is missing here"),
        ("if(a, b)", "0: if takes 3 to 3 values, not 2"),
        ("iff(a)", "0: there is no function iff"),
        ("'open", "0: the ' that opens here is never closed"),
        ("a ==", "4: something is missing at the end"),
        ("a b", "2: b is not expected here"),
        ("a ; b", "2: ; is not expected here"),
        ("1.2.3", "0: 1.2.3 is not a number"),
        ("", "0: something is missing at the end"),
    ] {
        let error = value(text).unwrap_err();
        assert!(error.starts_with(expected), "{text}: {error}");
    }
    assert!(value(&"(".repeat(1000)).unwrap_err().contains("nests deeper"));
    assert!(value(&"(".repeat(5000)).unwrap_err().contains("longer than"));
    assert!(value(&format!("{}n", "not ".repeat(490))).is_err());
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}") {
        let _ = value(&text);
    }

    #[test]
    fn no_arrangement_of_its_words_makes_it_panic(words in proptest::collection::vec("if\\(|time\\(|\\(|\\)|,|'x'|n|\\.\\./to|==|\\+|/|not|and|-1|part\\(|\\$when", 0..30)) {
        let _ = value(&words.join(" "));
    }
}
