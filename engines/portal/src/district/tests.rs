use super::*;

#[test]
fn a_text_names_a_place_as_a_whole_word() {
    for (text, name, expected) in [
        ("Fast lane closed near Mong Kok.", "Mong Kok", true),
        ("MONG KOK: all lanes open", "Mong Kok", true),
        ("Northbound traffic is slow", "North", false),
        ("Tai Po Road (Sha Tin)", "Tai Po", true),
        ("大埔公路（沙田段）", "大埔", true),
        ("Rua do Porto", "", false),
        ("Café Água", "Água", true),
        ("Jordanian", "Jordan", false),
        ("at Jordan", "Jordan", true),
    ] {
        assert_eq!(names(text, name), expected, "{name} in {text}");
    }
}

fn districts(text: &str) -> Result<Districts, String> {
    let city = "schema = 1\nid = \"x\"\nname = { en = \"X\" }\ntime_zone = \"UTC\"\ncurrency = \"EUR\"\n\
        extent = [0, 0, 1, 1]\ngrid = { epsg = 3763 }\n\
        official_site = { title = { en = \"O\" }, url = \"https://o.example/\" }\n\
        [[languages]]\ntag = \"en\"\nhtml = \"en\"\nname = \"English\"\n";
    let files = [("city.toml", city), (OUTLINES, "{\"slug\": \"south\"}"), (FILE, text)];
    let pack =
        Pack::from_files(files.map(|(path, text)| (path.to_string(), text.to_string()))).expect("a pack");
    let said = |found: Vec<Finding>| found.iter().map(|f| f.to_string()).collect::<Vec<_>>().join("\n");
    Districts::of(&pack).map_err(said)
}

#[test]
fn a_file_of_districts_is_judged_with_its_line() {
    let whole = "schema = 1\n[[region]]\nid = \"all\"\nname = { en = \"All\" }\n\
        [[district]]\nslug = \"south\"\nregion = \"all\"\nprofile = { en = \"By the sea.\" }\n";
    let read = districts(whole).expect("whole");
    assert_eq!(read.profile("south").map(|p| p.region.as_str()), Some("all"));
    for (from, to, expected) in [
        ("\"south\"", "\"north\"", "districts.toml:6: the map has no district north"),
        ("region = \"all\"", "region = \"hills\"", "districts.toml:6: there is no region hills"),
        (
            "{ en = \"By the sea.\" }",
            "{ fr = \"x\" }",
            "districts.toml:6: profile of south has no text in en",
        ),
        ("schema = 1\n", "schema = 1\neverywhere = [\"air\"]\n", "districts.toml:2: there is no feed air"),
    ] {
        let said = districts(&whole.replacen(from, to, 1)).expect_err(to);
        assert!(said.contains(expected), "{expected} is not in {said}");
    }
}
