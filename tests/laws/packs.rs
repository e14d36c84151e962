//! Every pack is whole, and a mistake in one is named with its file, its line and what to do.

use std::path::{Path, PathBuf};

use causeway_tests::root;

use super::{copy, printed, run};

fn packs() -> Vec<PathBuf> {
    let folders = ["cities", "tests/packs"]
        .into_iter()
        .filter_map(|folder| std::fs::read_dir(root().join(folder)).ok());
    let packs =
        folders.flatten().flatten().map(|entry| entry.path()).filter(|path| path.join("city.toml").is_file());
    packs.collect()
}

fn shown(path: &Path) -> &str {
    path.to_str().expect("the checkout lies in a folder with a plain name")
}

#[test]
fn every_pack_file_is_complete() {
    let packs = packs();
    assert!(packs.len() >= 2, "{packs:?}");
    for pack in packs {
        let said = printed(&["check", shown(&pack)]);
        assert!(said.contains("no mistakes"), "{}: {said}", pack.display());
    }
}

#[test]
fn a_mistake_is_named_with_its_place_and_the_way_out() {
    let check = |file: &str, from: &str, to: &str, expected: &[&str]| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        copy(&root().join("tests/packs/porto-claro"), folder.path());
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).expect("the pack has this file");
        assert!(text.contains(from), "{from} is not in {file}");
        std::fs::write(&path, text.replacen(from, to, 1)).expect("a copy can be written");
        let output = run(&["check", shown(folder.path())]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        for part in expected {
            assert!(said.contains(part), "{file}, {to}: \"{part}\" is not in:\n{said}");
        }
    };
    check("city.toml", "schema = 1", "", &["city.toml:1", "begin it with: schema = 1"]);
    check("city.toml", "currency = \"EUR\"", "currency = \"euro\"", &["city.toml:", "ISO 4217"]);
    check("city.toml", "time_zone = ", "timezone = ", &["city.toml:", "did you mean `time_zone`?"]);
    check("feeds/praias.toml", "label = ", "lable = ", &["feeds/praias.toml:", "did you mean `label`?"]);
    check("feeds/praias.toml", ", en = \"Beaches\"", "", &["feeds/praias.toml:3", "no text in en"]);
    check(
        "replay.toml",
        "feed = \"praias\"",
        "feed = \"praia\"",
        &["replay.toml:", "there is no feed praia"],
    );
    let rule = "rules/bandeira-vermelha.toml";
    check(rule, "eq 'vermelha'", "eq", &["rules/bandeira-vermelha.toml:1", "it ends too early"]);
    check(
        rule,
        "feed = \"praias\"",
        "feed = \"praia\"",
        &[rule, "there is no feed praia", "the feeds are praias"],
    );
    check(rule, "unreplayed = ", "#", &[rule, "only after it was replayed"]);
    check("demo.toml", "id = \"praias\"", "id = \"praia\"", &["demo.toml:", "plays no feed of this pack"]);
    check("demo.toml", ", en = \"North Beach\"", "", &["demo.toml:", "praias/PN has no text in en"]);
    check("words/ui.pt.ftl", "skip-link = ", "skip-lnk = ", &["skip-link"]);
    check("dashboards/home.toml", "show = \"mean\"", "show = \"men\"", &["dashboards/home.toml:7", "mean"]);
    check(
        "dashboards/tasks.toml",
        ", en = \"Can I bathe?\"",
        "",
        &["dashboards/tasks.toml:4", "no text in en"],
    );
    check(
        "register.toml",
        "date = \"2024-03-01\"",
        "date = \"March 2024\"",
        &["register.toml:5", "is no day"],
    );
    check("register.toml", "entries = [\"M1\", \"M2\"]", "entries = [\"M1\", \"M3\"]", &["no entry M3"]);
    check(
        "initiatives/m1.toml",
        "chapter = \"mar\"",
        "chapter = \"mer\"",
        &["initiatives/m1.toml:3", "no chapter mer", "name a [[chapter]]"],
    );
    check(
        "initiatives/m1.toml",
        "url = \"https://",
        "url = \"the ",
        &["initiatives/m1.toml:", "is no address"],
    );
    check("demo.toml", "schema = 1", "schema = 7", &["demo.toml:1", "it reads schema = 1"]);
    check("map/map.toml", "schema = 1", "", &["map/map.toml:1", "begin it with: schema = 1"]);
}
