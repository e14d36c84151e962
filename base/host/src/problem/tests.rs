use super::*;

#[test]
fn every_code_has_three_titles_and_a_name_of_its_own() {
    let mut seen = std::collections::BTreeSet::new();
    for code in CODES {
        assert!(seen.insert(code.slug), "{} twice", code.slug);
        assert!(code.slug.starts_with("host-"));
        let tags: Vec<&str> = code.titles.iter().map(|(tag, _)| *tag).collect();
        assert_eq!(tags, ["en", "zh-Hant", "zh-Hans"], "{}", code.slug);
        assert!(StatusCode::from_u16(code.status).is_ok_and(|s| s.is_client_error() || s.is_server_error()));
    }
}

#[test]
fn a_problem_speaks_the_readers_language() {
    let problem = Problem::not_found("thing 7").hint("list them at /things");
    let (body, lang) = problem.to_json("/things/7", ["pt", "zh-hant"]);
    assert_eq!((lang, body["title"].as_str()), ("zh-Hant", Some("這裏沒有內容")));
    assert_eq!(body["type"], "/problems/host-not-found");
    assert_eq!(body["hint"], "list them at /things");
    assert_eq!(problem.to_json("/", ["pt"]).1, "en");
}
