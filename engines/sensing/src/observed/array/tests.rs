use vocab::Value;

use super::*;

#[test]
fn rows_under_components() {
    let check = |text: &str, expected: &[Result<f64, &str>]| {
        let groups = parse(text.as_bytes()).unwrap_or_else(|e| panic!("{text}: {e}"));
        let rows: Vec<_> = groups.iter().flat_map(|group| &group.rows).collect();
        assert_eq!(rows.len(), expected.len(), "{text}");
        for (row, expected) in rows.into_iter().zip(expected) {
            match (row, expected) {
                (Ok(posted), Ok(number)) => assert_eq!(posted.value, Value::Number(*number), "{text}"),
                (Err(fault), Err(part)) => assert!(fault.contains(part), "{text}: {fault}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    };
    let of = |components: &str, rows: &str| {
        format!(
            r#"[{{"Datastream":{{"@iot.id":1}},"components":{components},"dataArray@iot.count":2,"dataArray":{rows}}}]"#
        )
    };
    let time = "\"2026-01-01T00:00:00Z\"";
    let two = r#"["phenomenonTime","result"]"#;
    check(&of(two, &format!("[[{time},1],[{time},2.5]]")), &[Ok(1.0), Ok(2.5)]);
    check(&of(two, "[]"), &[]);
    check(
        &of(two, &format!("[[{time}],[{time},2,3],[\"x\",4],[5,5],[[1],6],[null,7]]")),
        &[
            Err("fewer"),
            Err("more"),
            Err("\"x\" is no time"),
            Err("\"5\" is no time"),
            Err("no time"),
            Ok(7.0),
        ],
    );
    check(&of(r#"["phenomenonTime"]"#, &format!("[[{time}]]")), &[Err("no result")]);
    let five = r#"["phenomenonTime","result","parameters","FeatureOfInterest/id","resultQuality"]"#;
    check(
        &of(five, &format!("[[{time},1,{{}},7,\"suspect\"],[{time},1,3,7,null]]")),
        &[Ok(1.0), Err("parameters")],
    );
    // Components may come last.
    let late = format!(
        r#"[{{"dataArray":[[{time},1],[{time}]],"components":{two},"Datastream":{{"@iot.id":"1"}}}}]"#
    );
    check(&late, &[Ok(1.0), Err("fewer")]);
}

#[test]
fn what_is_no_data_array() {
    for (text, part) in [
        ("", "EOF"),
        ("{}", "sequence"),
        (r#"[{"dataArray":[]}]"#, "without its components"),
        (r#"[{"components":["colour"],"dataArray":[]}]"#, "no colour"),
        (r#"[{"components":["result"],"dataArray":[[NaN]]}]"#, "expected"),
        (r#"[{"components":["result"],"rows":[]}]"#, "no rows"),
        (r#"[{"components":["result"],"dataArray":[1]}]"#, "a row"),
    ] {
        let error = parse(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
    let many = format!(r#"[{{"components":[{}],"dataArray":[]}}]"#, ["\"result\""; 17].join(","));
    assert!(parse(many.as_bytes()).unwrap_err().to_string().contains("more components"));
}
