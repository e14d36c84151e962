use proptest::prelude::*;

use super::*;

fn summary(entries: Result<Vec<Entry>, Problem>) -> String {
    let one = |asked: &Asked| {
        let body = String::from_utf8_lossy(&asked.body).into_owned();
        format!("{}:{} {} {body}", asked.id.clone().unwrap_or_default(), asked.method, asked.url)
    };
    match entries {
        Err(problem) => format!("refused: {}", problem.detail),
        Ok(entries) => {
            let entry = |entry: &Entry| match entry {
                Entry::One(asked) => one(asked),
                Entry::Set(all) => format!("[{}]", all.iter().map(one).collect::<Vec<_>>().join("|")),
            };
            entries.iter().map(entry).collect::<Vec<_>>().join(";")
        }
    }
}

#[test]
fn json_is_read_with_its_groups() {
    let check = |text: &str, expected: &str| {
        let found = summary(of_json(text.as_bytes()));
        assert!(found.starts_with(expected), "{text}: {found}");
    };
    check(r#"{"requests":[{"id":"1","method":"get","url":"Things"}]}"#, "1:GET Things ");
    check(
        r#"{"requests":[{"id":1,"method":"post","url":"Things","atomicityGroup":"g","body":{"a":1}},
            {"id":"2","method":"patch","url":"$1","atomicityGroup":"g","body":{}},
            {"id":"3","method":"get","url":"Things"}]}"#,
        r#"[1:POST Things {"a":1}|2:PATCH $1 {}];3:GET Things "#,
    );
    check(
        r#"{"requests":[{"id":"1","method":"get","url":"a","atomicityGroup":"g"},{"id":"2","method":"get","url":"a"},
            {"id":"3","method":"get","url":"a","atomicityGroup":"g"}]}"#,
        "refused: the requests of group g stand apart",
    );
    check(r#"{"requests":[{"id":"1","method":"get"}]}"#, "refused: the body is no batch");
    check(r#"[]"#, "refused: the body is no batch");
    let twice = r#"{"requests":[{"id":"1","method":"get","url":"a"},{"id":"1","method":"get","url":"a"}]}"#;
    check(twice, "refused: two requests are called 1");
    let one = r#"{"id":ID,"method":"get","url":"a"}"#;
    let many: Vec<String> = (0..=MOST).map(|n| one.replace("ID", &n.to_string())).collect();
    check(&format!("{{\"requests\":[{}]}}", many.join(",")), "refused: 1001 requests");
}

#[test]
fn multipart_is_read_with_its_change_sets() {
    let batch = "before\r\n--b\r\nContent-Type: application/http\r\n\r\nGET Things HTTP/1.1\r\n\r\n\r\n--b\r\n\
        Content-Type: multipart/mixed; boundary=\"c\"\r\n\r\n--c\r\nContent-Type: application/http\r\nContent-ID: 1\r\n\r\n\
        POST /sta/v1.1/Things HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{\"a\":\"--b\"}\r\n--c--\r\n--b--\r\nafter";
    let expected = ":GET Things ;[1:POST /sta/v1.1/Things {\"a\":\"--b\"}]";
    let check = |text: &str, expected: &str| {
        assert_eq!(summary(multipart::read(text.as_bytes(), "b")), expected, "{text}");
    };
    check(batch, expected);
    // Line ends of UNIX do as well.
    check(&batch.replace("\r\n", "\n"), expected);
    check("", "refused: the boundary --b-- does not come");
    check(&batch.replace("--b--", ""), "refused: the boundary --b-- does not come");
    check("--b\n\nx\n--b--", "refused: a part is neither application/http nor multipart/mixed");
    check(
        "--b\nContent-Type: application/http\n\n\n--b--",
        "refused: a part holds no request line; write GET Things HTTP/1.1",
    );
    assert_eq!(multipart::boundary("multipart/mixed;boundary=a_b"), Some("a_b"));
    assert_eq!(multipart::boundary("Multipart/Mixed; charset=x; Boundary=\"a b\""), Some("a b"));
    assert_eq!(multipart::boundary("multipart/form-data; boundary=a"), None);
    assert_eq!(multipart::boundary("multipart/mixed; boundary="), None);
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in "(--b(--)?|\r?\n|Content-Type: |application/http|multipart/mixed;boundary=|[ -~]{0,4}|é){0,24}") {
        let _ = multipart::read(text.as_bytes(), "b");
        let _ = of_json(text.as_bytes());
        let _ = multipart::boundary(&text);
    }
}
