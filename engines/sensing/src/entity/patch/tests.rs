use serde_json::json;

use super::*;

#[test]
fn changes_are_made_as_the_rfc_has_them() {
    let check = |operations: Json, expected: Result<Json, &str>| {
        let document = json!({ "a": { "b": [1, 2], "c/d": 3, "~": 4 }, "e": null });
        let found = apply(document, &operations);
        match (&found, &expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{operations}"),
            (Err(found), Err(expected)) => assert!(found.contains(expected), "{operations}: {found}"),
            _ => panic!("{operations}: {found:?}"),
        }
    };
    let a = |inner: Json| Ok(json!({ "a": inner, "e": null }));
    check(json!([]), a(json!({ "b": [1, 2], "c/d": 3, "~": 4 })));
    check(
        json!([{ "op": "add", "path": "/a/b/1", "value": 9 }, { "op": "add", "path": "/a/b/-", "value": 8 }]),
        a(json!({ "b": [1, 9, 2, 8], "c/d": 3, "~": 4 })),
    );
    check(
        json!([{ "op": "remove", "path": "/a/b/0" }, { "op": "remove", "path": "/a/c~1d" }, { "op": "remove", "path": "/a/~0" }]),
        a(json!({ "b": [2] })),
    );
    check(json!([{ "op": "replace", "path": "/a", "value": 1 }]), a(json!(1)));
    check(json!([{ "op": "replace", "path": "", "value": 1 }]), Ok(json!(1)));
    check(
        json!([{ "op": "move", "from": "/a/b", "path": "/e" }]),
        Ok(json!({ "a": { "c/d": 3, "~": 4 }, "e": [1, 2] })),
    );
    check(
        json!([{ "op": "copy", "from": "/a/b/0", "path": "/a" }, { "op": "test", "path": "/a", "value": 1 }]),
        a(json!(1)),
    );
    check(json!([{ "op": "test", "path": "/e", "value": 0 }]), Err("operation 1: its test fails"));
    check(
        json!([{ "op": "test", "path": "/e", "value": null }, { "op": "remove", "path": "/f" }]),
        Err("operation 2"),
    );
    check(json!([{ "op": "move", "from": "/a", "path": "/a/b" }]), Err("into itself"));
    for path in ["/f/g", "/a/b/2", "/a/b/01", "/a/b/-1", "/a/b/x", "/e/f"] {
        check(json!([{ "op": "replace", "path": path, "value": 1 }]), Err("leads nowhere"));
        check(json!([{ "op": "remove", "path": path }]), Err("leads nowhere"));
    }
    check(json!([{ "op": "remove", "path": "" }]), Err("the whole"));
    check(json!([{ "op": "add", "path": "a", "value": 1 }]), Err("begins with /"));
    check(json!([{ "op": "add", "path": "/a" }]), Err("no value"));
    check(json!([{ "op": "jump", "path": "/a" }]), Err("none of add"));
    check(json!([1]), Err("no path"));
    check(json!({}), Err("an array"));
    let doubling = |times: usize| {
        (0..times).map(|n| json!({ "op": "copy", "from": "", "path": format!("/z{n}") })).collect::<Json>()
    };
    check(doubling(100), Err("bytes"));
    check(doubling(101), Err("more than 100"));
}
