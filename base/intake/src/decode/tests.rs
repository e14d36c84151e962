use std::io::Write;

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn layout() -> Layout {
    Layout { delimiter: b',', title_lines: 0, note_lines: 0, columns: None, needed: Vec::new() }
}

fn reading(format: Format, path: &str) -> Reading {
    Reading {
        format,
        encoding: None,
        shapes: vec![Shape { path: RecordPath::new(path), unpivot: None, nearest: None }],
        limits: Limits::default(),
    }
}

fn records(bytes: &[u8], reading: &Reading) -> Result<Vec<Result<Value, String>>, DecodeError> {
    let mut out = Vec::new();
    each_record(bytes, reading, &mut |_, entry| {
        out.push(entry.map(|e| e.record.clone()));
        Ok(())
    })?;
    Ok(out)
}

#[track_caller]
fn check(bytes: impl AsRef<[u8]>, reading: &Reading, expected: Value) {
    let got: Vec<Value> = records(bytes.as_ref(), reading)
        .unwrap()
        .into_iter()
        .map(|r| r.unwrap_or_else(Value::from))
        .collect();
    assert_eq!(Value::Array(got), expected);
}

#[track_caller]
fn refused(bytes: impl AsRef<[u8]>, reading: &Reading, expected: DecodeError) {
    assert_eq!(records(bytes.as_ref(), reading).unwrap_err(), expected);
}

#[test]
fn xml_becomes_a_tree() {
    let at = |path| reading(Format::Xml, path);
    check("<l><a>1</a><a>2</a></l>", &at("a"), json!(["1", "2"]));
    check("<l><a>1</a></l>", &at("a"), json!(["1"]));
    check("<l><a/></l>", &at("a"), json!([]));
    check("<l><a x='1' y='&amp;'> t </a></l>", &at("a"), json!([{"@x": "1", "@y": "&", "#text": "t"}]));
    check("<l><a><s.d.>7.5</s.d.></a></l>", &at("a"), json!([{"s.d.": "7.5"}]));
    check(
        "<l xmlns='http://x' xmlns:p='http://y'><p:a p:k='v'>1</p:a></l>",
        &at(""),
        json!([{"a": {"@k": "v", "#text": "1"}}]),
    );
    check("<l><a>x &lt; y &#65;&#x42;<![CDATA[<b>]]></a></l>", &at("a"), json!(["x < y AB<b>"]));
    check("\u{feff}<?xml version='1.0'?><!-- c --><l><a>ä</a></l>\n", &at("a"), json!(["ä"]));
}

#[test]
fn xml_is_refused_where_it_attacks_or_breaks_off() {
    let at = |path| reading(Format::Xml, path);
    let bomb = "<?xml version='1.0'?>\n<!DOCTYPE l [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><l>&b;</l>";
    refused(bomb, &at("a"), DecodeError::DocumentType(2));
    refused("<l><a>&b;</a></l>", &at("a"), DecodeError::Entity(1));
    refused("<a>".repeat(65), &at("a"), DecodeError::TooDeep(64));
    let few = Reading { limits: Limits { values: 3, ..Limits::default() }, ..at("a") };
    refused("<l><a/><a/><a/></l>", &few, DecodeError::TooManyValues(3));
    for cut in ["<l><a>1</a>", "<l><a>1</a", "<l><a></l>", "<l/><l/>", "text", "<l a=1/>"] {
        let error = records(cut.as_bytes(), &at("a")).unwrap_err();
        assert!(matches!(error, DecodeError::Syntax { format: "XML", .. }), "{cut}: {error:?}");
    }
}

#[test]
fn json_becomes_a_tree() {
    let at = |path| reading(Format::Json, path);
    check("\u{feff}{\"d\":[{\"a\":1},{\"a\":null}]}", &at("d"), json!([{"a": 1}, {"a": null}]));
    check("[1,2]", &at(""), json!([1, 2]));
    check("{\"uvindex\":\"\"}", &at("uvindex/data"), json!([]));
    check("{\"d\":null}", &at("d"), json!([]));
    check("{}", &at("*"), json!([]));
    check("{\"W\":{\"c\":1},\"X\":{\"c\":2}}", &at("*"), json!([{"c": 1}, {"c": 2}]));
    check("{\"a\":1}", &at("list?"), json!([]));
    refused(
        "{\"message\":\"No record found\"}",
        &at("BODY/HKO"),
        DecodeError::NoSuchPath { step: "BODY".into() },
    );
    refused("[".repeat(65) + &"]".repeat(65), &at(""), DecodeError::TooDeep(64));
    let few = Reading { limits: Limits { values: 3, ..Limits::default() }, ..at("") };
    refused("[1,2,3]", &few, DecodeError::TooManyValues(3));
    for broken in ["{\"a\":", "{\"a\":NaN}", "[1] 2", "{a:1}", "[1e999]"] {
        let error = records(broken.as_bytes(), &at("")).unwrap_err();
        assert!(matches!(error, DecodeError::Syntax { format: "JSON", line: 1, .. }), "{broken}: {error:?}");
    }
}

#[test]
fn a_record_sees_what_stands_above_it() {
    let text = "<r><date>D</date><p><from>1</from><d><id>A</id><ls><l>x</l><l>y</l></ls></d></p></r>";
    let mut seen = Vec::new();
    each_record(text.as_bytes(), &reading(Format::Xml, "p/d/ls/l"), &mut |_, entry| {
        let entry = entry.unwrap();
        assert_eq!(entry.parents.len(), 4);
        assert_eq!(entry.parents[0]["date"], "D");
        assert_eq!(entry.parents[2]["id"], "A");
        seen.push(entry.record.clone());
        Ok(())
    })
    .unwrap();
    assert_eq!(seen, ["x", "y"]);
    each_record(b"{\"WTS\":{}}".as_slice(), &reading(Format::Json, "*"), &mut |_, entry| {
        assert_eq!(entry.unwrap().key, Some("WTS"));
        Ok(())
    })
    .unwrap();
}

#[test]
fn rows_become_records() {
    let at = |layout| reading(Format::Delimited(layout), "");
    check(
        "\u{feff}a,b\n1,\"x, y\"\n,\n",
        &at(layout()),
        json!([{"a": "1", "b": "x, y"}, {"a": "", "b": ""}]),
    );
    check("a|b\n1|2", &at(Layout { delimiter: b'|', ..layout() }), json!([{"a": "1", "b": "2"}]));
    check(
        "1\t2\n",
        &at(Layout { delimiter: b'\t', columns: Some(vec!["x".into(), "y".into()]), ..layout() }),
        json!([{"x": "1", "y": "2"}]),
    );
    check("a,a\n1,2\n", &at(layout()), json!([{"a": "1", "a_2": "2"}]));
    check(
        "Title\n標題\na,b\n1,2\n3,4\n*** not complete\n# trace\n",
        &at(Layout { title_lines: 2, note_lines: 2, ..layout() }),
        json!([{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]),
    );
    check("a,b\n1\n", &at(layout()), json!(["the row has 1 cells where the header has 2"]));
    let wide = Unpivot { keep: vec!["t".into()], name: "station".into(), value: "v".into() };
    check(
        "t,A,B\n0,1,2\n",
        &Reading { shapes: vec![Shape { unpivot: Some(wide), ..Shape::default() }], ..at(layout()) },
        json!([{"t": "0", "station": "A", "v": "1"}, {"t": "0", "station": "B", "v": "2"}]),
    );
    let few = Reading { limits: Limits { records: 1, ..Limits::default() }, ..at(layout()) };
    refused("a\n1\n2\n", &few, DecodeError::TooManyRecords(1));
}

#[test]
fn a_table_without_a_column_that_is_needed_is_another_table() {
    let at = |layout| reading(Format::Delimited(layout), "");
    let needed = vec!["b".to_string()];
    check("a,b\n", &at(Layout { needed: needed.clone(), ..layout() }), json!([]));
    let lost = || DecodeError::NoSuchColumn { column: "b".into() };
    refused("a,B\n1,2\n", &at(Layout { needed: needed.clone(), ..layout() }), lost());
    let named = Layout { columns: Some(vec!["a".into()]), needed, ..layout() };
    refused("1\n", &at(named), lost());
}

fn grid(places: Value, body: &str) -> Result<Vec<Result<Value, String>>, DecodeError> {
    let places = places.as_array().unwrap().iter().map(|p| Near::of(p.clone()).unwrap()).collect();
    let nearest = Nearest { longitude: "lon".into(), latitude: "lat".into(), within_metres: 2_000.0, places };
    let shapes = vec![Shape { nearest: Some(Arc::new(nearest)), ..Shape::default() }];
    records(body.as_bytes(), &Reading { shapes, ..reading(Format::Delimited(layout()), "") })
}

#[test]
fn of_a_grid_only_what_is_nearest_to_a_place_is_a_record() {
    let places = json!([
        {"key": "a", "longitude": 10.011, "latitude": 50.0},
        {"key": "far", "longitude": 11.0, "latitude": 50.0},
        {"key": "b", "longitude": 10.0199, "latitude": 50.0199}
    ]);
    let mut body = String::from("t,lat,lon,v\n");
    for t in ["1", "2"] {
        for (lat, lon) in
            [("50.000", "10.000"), ("50.000", "10.020"), ("50.020", "10.000"), ("50.020", "10.020")]
        {
            body += &format!("{t},{lat},{lon},{t}.5\n");
        }
    }
    let found = grid(places.clone(), &(body + "1,x,10,0\n1,91,10,0\n")).unwrap();
    let of = |n: usize| found[n].as_ref().map(|r| format!("{} {} {}", r["nearest"]["key"], r["lon"], r["v"]));
    assert_eq!(found[0], Err("lat is not a number".into()));
    assert!(found[1].as_ref().unwrap_err().contains("is no place"), "{found:?}");
    assert_eq!(of(2).unwrap(), "\"a\" \"10.020\" \"1.5\"");
    assert_eq!(of(3).unwrap(), "\"a\" \"10.020\" \"2.5\"");
    assert!(found[4].as_ref().unwrap_err().starts_with("nothing lies within 2000 m of {\"key\":\"far\""));
    assert_eq!(of(5).unwrap(), "\"b\" \"10.020\" \"1.5\"");
    assert_eq!(found.len(), 7);
    // What is no grid does not fill the memory.
    let one = format!("lat,lon\n{}", "50,10.01\n".repeat(1_200));
    let found = grid(json!([places[0]]), &one).unwrap();
    assert_eq!(found.iter().filter(|r| r.is_err()).count(), 200);
    assert_eq!(found.len(), 1_200);
}

#[test]
fn any_encoding_is_read() {
    let mut utf16 = vec![0xff, 0xfe, 0xff, 0xfe];
    utf16.extend("名\tb\r\n香港\t2\r\n".encode_utf16().flat_map(u16::to_le_bytes));
    let tabs = reading(Format::Delimited(Layout { delimiter: b'\t', ..layout() }), "");
    check(&utf16, &tabs, json!([{"名": "香港", "b": "2"}]));
    let declared = |label| Reading { encoding: encoding::by_label(label), ..reading(Format::Json, "") };
    check(b"[\"\xad\xbb\"]", &declared("big5"), json!(["香"]));
    check(b"[\"\xe9\"]", &declared("windows-1252"), json!(["é"]));
    refused(
        b"[\"\xe9\"]",
        &reading(Format::Json, ""),
        DecodeError::Encoding { encoding: "UTF-8", offset: 2 },
    );
    assert!(matches!(records(b"a\n\xe9\n", &tabs), Err(DecodeError::Syntax { format: "CSV", .. })));
    refused(
        &utf16[..utf16.len() - 1],
        &tabs,
        DecodeError::Encoding { encoding: "UTF-16LE", offset: utf16.len() - 1 },
    );
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn compression_is_undone_within_bounds() {
    let json = reading(Format::Json, "");
    check(gzip(b"[1]"), &json, json!([1]));
    check(zstd::encode_all(b"[1]".as_slice(), 3).unwrap(), &json, json!([1]));
    let small = Reading { limits: Limits { bytes: 1000, ..Limits::default() }, ..json.clone() };
    let bomb = vec![b' '; 10_000_000];
    refused(gzip(&bomb), &small, DecodeError::TooLong(1000));
    refused(zstd::encode_all(bomb.as_slice(), 3).unwrap(), &small, DecodeError::TooLong(1000));
    let exact = format!("[{}1]", " ".repeat(997));
    check(gzip(exact.as_bytes()), &small, json!([1]));
    let cut = gzip(b"[1,2,3,4,5,6,7,8]");
    assert!(matches!(records(&cut[..cut.len() - 9], &json), Err(DecodeError::Broken(_))));
}

#[test]
fn a_page_is_not_data() {
    let page = "\n<!DOCTYPE html><html><body>Sorry</body></html>";
    for format in [Format::Json, Format::Xml, Format::Delimited(layout())] {
        refused(page, &reading(format.clone(), "a"), DecodeError::Html);
        refused("<HTML lang=en>", &reading(format.clone(), "a"), DecodeError::Html);
        refused("", &reading(format, "a"), DecodeError::Empty);
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for format in [Format::Json, Format::Xml, Format::Delimited(layout())] {
            let _ = records(&bytes, &reading(format, "a/b?/*"));
        }
    }

    #[test]
    fn marked_up_noise_makes_no_panic(pieces in proptest::collection::vec("<a>|</a>|<b x='1'/>|&#0;|&amp;|<!|]]>|<!\\[CDATA\\[|<\\?|x|\\PC", 0..40)) {
        let _ = records(pieces.concat().as_bytes(), &reading(Format::Xml, "a"));
    }

    #[test]
    fn json_is_read_as_serde_reads_it(n in any::<i64>(), text in "\\PC*", list in proptest::collection::vec(any::<f64>().prop_filter("finite", |f| f.is_finite()), 0..5)) {
        let value = json!([{"n": n, "t": text, "l": list, "e": {}}]);
        let text = value.to_string();
        let expected: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(json::tree(&text, &Limits::default()).unwrap(), expected);
    }
}
