use super::*;

const CITY: &str = r#"schema = 1
id = "porto-claro"
name = { en = "Porto Claro", pt = "Porto Claro" }
time_zone = "Europe/Lisbon"
currency = "EUR"
extent = [-9.5, 38.5, -9.0, 38.9]

[[languages]]
tag = "pt"
html = "pt-PT"
name = "Português"

[[languages]]
tag = "en"
html = "en"
name = "English"

[grid]
epsg = 3763

[official_site]
title = { en = "City hall", pt = "Câmara" }
url = "https://example.org"
"#;

fn findings(text: &str) -> String {
    match Pack::from_files([("city.toml".to_string(), text.to_string())]) {
        Ok(_) => "fine".into(),
        Err(findings) => findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

#[test]
fn a_mistake_in_the_city_file_is_named_with_its_line_and_a_hint() {
    assert_eq!(findings(CITY), "fine");
    let table = [
        ("schema = 1\n", "", "city.toml:1: the file does not say its schema\n    begin it with: schema = 1"),
        (
            "schema = 1",
            "schema = 7",
            "city.toml:1: schema 7 is not one this program reads\n    it reads schema = 1",
        ),
        (
            "currency =",
            "currancy =",
            "city.toml:5: unknown field `currancy`, expected one of `schema`, `id`, `name`, `languages`, `time_zone`, `currency`, `grid`, `extent`, `official_site`, `run_by`\n    did you mean `currency`?",
        ),
        ("currency = \"EUR\"\n", "", "city.toml:1: missing field `currency`\n    add `currency`"),
        ("\"EUR\"", "\"euro\"", "city.toml:5: euro is no currency\n    use the three letters of ISO 4217"),
        (
            "Europe/Lisbon",
            "Lisbon",
            "city.toml:4: Lisbon is no time zone\n    use an IANA name such as Europe/Lisbon",
        ),
        (
            "pt = \"Câmara\" ",
            "",
            "city.toml:21: official_site has no text in pt\n    write it in every language of the city",
        ),
        (
            "[-9.5,",
            "[9.5,",
            "city.toml:6: the extent is no box\n    write west, south, east, north in degrees",
        ),
        ("id = \"", "id = ", "city.toml:2: "),
    ];
    for (from, to, expected) in table {
        let found = findings(&CITY.replacen(from, to, 1));
        if expected.ends_with(": ") {
            assert!(found.starts_with(expected), "{found}");
        } else {
            assert_eq!(found, expected);
        }
    }
}

#[test]
fn a_folder_is_read_and_each_unreadable_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("feeds/fixtures")).unwrap();
    std::fs::write(folder.path().join("city.toml"), CITY).unwrap();
    std::fs::write(folder.path().join("feeds/air.toml"), "schema = 1").unwrap();
    std::fs::write(folder.path().join("feeds/fixtures/air.csv"), [0xff, 0xfe]).unwrap();
    let pack = Pack::from_folder(folder.path()).unwrap();
    let feeds: Vec<&str> = pack.folder("feeds", ".toml").map(PackFile::stem).collect();
    assert_eq!(feeds, ["air"]);
    std::fs::write(folder.path().join("feeds/bad.toml"), [0xff, 0xfe]).unwrap();
    let found = Pack::from_folder(folder.path()).unwrap_err();
    assert_eq!(found[0].to_string(), "feeds/bad.toml: is not UTF-8\n    save it as UTF-8");
}
