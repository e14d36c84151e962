use super::*;

#[test]
fn a_form_speaks_the_languages_of_the_city() {
    let text = form("air-quality", &["pt".to_string(), "en".to_string()]);
    assert!(text.starts_with("schema = 1\nid = \"air-quality\"\n"), "{text}");
    assert!(
        text.contains("title = { pt = \"<what it is called, in pt>\", en = \"<what it is called, in en>\" }"),
        "{text}"
    );
    assert!(text.contains("name = { pt = \"name\", en = \"name\" }"), "{text}");
    let parsed: Result<toml::Table, _> = text.parse();
    assert!(parsed.is_ok(), "{parsed:?}");
}

#[test]
fn a_feed_is_begun_once_and_in_a_pack() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    let check = |name: &str, pack: Option<&str>, expected: &str| {
        let said = write(root, name, pack).unwrap_or_else(|e| e);
        assert!(said.contains(expected), "{said} does not say {expected}");
    };
    check("Air Quality", None, "is no name of a feed");
    check("air", Some("cities/nowhere"), "is no pack");
    std::fs::create_dir_all(root.join("cities/town")).expect("a folder");
    std::fs::write(root.join("cities/embedded"), "town\n").expect("a file");
    std::fs::write(root.join("cities/town/city.toml"), "schema = 1\n[[languages]]\ntag = \"pt\"\n")
        .expect("a file");
    check("air", None, "wrote");
    check("air", None, "is there already");
    check("water", Some("cities/town"), "wrote");
}
