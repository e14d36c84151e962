use super::*;

#[test]
fn tables_have_a_column_for_each_path() {
    let check = |answer: Json, expected: &str| assert_eq!(csv(&answer).unwrap(), expected, "{answer}");
    check(json!({ "value": [] }), "\r\n");
    check(
        json!({ "@iot.count": 2, "value": [
            { "@iot.id": 1, "@iot.selfLink": "x", "name": "a,b", "properties": { "deep": { "er": [1, 2] } } },
            { "@iot.id": 2, "Datastreams@iot.navigationLink": "x", "name": "say \"x\"", "more": null, "flag": true },
        ] }),
        "id,name,properties/deep/er/0,properties/deep/er/1,more,flag\r\n1,\"a,b\",1,2,,\r\n2,\"say \"\"x\"\"\",,,,true\r\n",
    );
    check(json!({ "@iot.id": 1, "name": "one" }), "id,name\r\n1,one\r\n");
    // Numbers stay numbers, formulas become texts.
    check(
        json!({ "value": [{ "result": -1.5, "name": "=cmd()" }, { "result": 2, "name": "-x" }] }),
        "result,name\r\n-1.5,'=cmd()\r\n2,'-x\r\n",
    );
    let wide: Map<String, Json> = (0..=COLUMNS).map(|n| (n.to_string(), json!(n))).collect();
    assert_eq!(csv(&Json::Object(wide)), None);
}

#[test]
fn features_have_the_first_place_there_is() {
    let check = |entity: Json, geometry: Json, properties: Json| {
        let found: Json = serde_json::from_str(&geojson(&json!({ "value": [entity] }))).unwrap();
        let expected = json!({ "type": "FeatureCollection", "features": [
            { "type": "Feature", "geometry": geometry, "properties": properties },
        ] });
        assert_eq!(found, expected);
    };
    let point = json!({ "type": "Point", "coordinates": [1, 2] });
    check(json!({ "@iot.id": 1, "location": point }), point.clone(), json!({ "id": 1 }));
    check(
        json!({ "name": "a", "Locations": [{ "name": "b", "location": { "type": "Feature", "geometry": point } }] }),
        point.clone(),
        json!({ "name": "a", "Locations/0/name": "b" }),
    );
    check(json!({ "location": "by the harbour" }), Json::Null, json!({ "location": "by the harbour" }));
    check(
        json!({ "properties": { "location": { "type": "x" } } }),
        Json::Null,
        json!({ "properties/location/type": "x" }),
    );
}
