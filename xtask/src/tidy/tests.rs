//! Each law is shown to hold on a small clean house and to fail on a planted breach.

use std::collections::BTreeSet;
use std::process::Command;

use super::*;

const MANIFEST: &str = "[package]\nname = \"NAME\"\ndescription = \"What is NAME?\"\nversion.workspace = true\n\
    edition.workspace = true\nlicense.workspace = true\n\n[lib]\ndoctest = false\n\n[lints]\nworkspace = true\n\n\
    [dependencies]\nDEPS";
const README: &str = "# x\n\n## Question\n\n## Words\n\n## Invariants\n\n## Tables and events it owns\n\n## Read in this order\n";
const RECORD: &str = "# 0001. One\n\n## Context\n\n## Decision\n\n## What becomes harder\n";

fn manifest(name: &str, dependencies: &[&str]) -> String {
    let dependencies: String = dependencies.iter().map(|d| format!("{d}.workspace = true\n")).collect();
    MANIFEST.replace("NAME", name).replace("DEPS", &dependencies)
}

/// A house in which every law holds.
fn clean() -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = [
        ("Cargo.toml", "[workspace.lints.rust]\nunsafe_code = \"forbid\"\n"),
        ("LICENSE-APACHE", "…"),
        ("LICENSE-MIT", "…"),
        (
            "ARCHITECTURE.md",
            "| `base/vocab` | What is vocab? |\n| `base/host` | What is host? |\n| `engines/sensing` | What is sensing? |\n\
             | `engines/spatial` | What is spatial? |\n`sensing → spatial`\n[records](docs/adr/)\n",
        ),
        ("openapi/causeway.json", "{\"openapi\": \"3.1.0\", \"paths\": {}}"),
        ("docs/adr/0001-one.md", RECORD),
        ("cities/town/city.toml", "# The town.\n\nschema = 1\nname = \"Hong Kong, 2326\"\n"),
        ("base/vocab/src/lib.rs", "//! It.\npub mod time;\n"),
        ("base/vocab/src/time.rs", "//! It.\npub struct Time;\n\n#[cfg(test)]\nmod tests;\n"),
        ("base/vocab/src/time/tests.rs", "#[test]\nfn hkd() {\n    panic!(\"HKD\");\n}\n"),
        ("base/host/src/lib.rs", "//! It.\npub mod db;\n"),
        ("base/host/src/db.rs", "//! It.\npub fn now() {\n    tracing::info!(\"{:?}\", std::time::SystemTime::now());\n}\n"),
        ("engines/spatial/src/lib.rs", "//! It.\npub mod geometry;\n"),
        ("engines/spatial/src/geometry.rs", "//! It.\nuse host::pack::{Finding, PackFile};\nuse std::net::IpAddr;\n"),
        (
            "engines/sensing/src/lib.rs",
            "//! It.\npub mod api;\npub mod block;\nmod store;\nconst S: &str = include_str!(\"../migrations/0001_rows.sql\");\n\
             const T: &str = include_str!(\"../messages/en.ftl zh-Hant.ftl zh-Hans.ftl\");\n",
        ),
        ("engines/sensing/src/api.rs", "//! It.\nuse axum::Json;\nuse spatial::geometry;\n\nasync fn get() {}\n"),
        ("engines/sensing/src/block.rs", "//! It is not tokio::spawn and not std::fs.\n\npub fn pack() {}\n"),
        ("engines/sensing/src/store.rs", "//! It.\nconst A: &str = \"SELECT t FROM obs_hot WHERE updated_at = $1\";\n"),
        ("engines/sensing/migrations/0001_rows.sql", "CREATE TABLE obs_hot (t BIGINT);\n"),
        ("engines/sensing/messages/en.ftl", "a = A\nb = B\n    c = no key\n"),
        ("engines/sensing/messages/zh-Hant.ftl", "a = A\nb = B\n"),
        ("engines/sensing/messages/zh-Hans.ftl", "a = A\nb = B\n"),
    ]
    .map(|(path, text)| (path.to_string(), text.to_string()))
    .to_vec();
    let crates: [(&str, &str, &[&str]); 4] = [
        ("base", "vocab", &["serde"]),
        ("base", "host", &["vocab", "rusqlite"]),
        ("engines", "spatial", &["vocab", "host"]),
        ("engines", "sensing", &["vocab", "host", "spatial"]),
    ];
    for (layer, name, dependencies) in crates {
        files.push((format!("{layer}/{name}/Cargo.toml"), manifest(name, dependencies)));
        files.push((format!("{layer}/{name}/README.md"), README.to_string()));
    }
    files.push((crate::standards::PATH.to_string(), crate::standards::page(&[])));
    files
}

fn with(planted: &[(&str, &str)]) -> House {
    let planted = planted.iter().map(|(path, text)| (path.to_string(), text.to_string()));
    // Later files take the place of earlier ones of the same path.
    House::of(clean().into_iter().chain(planted))
}

/// The law finds a breach at exactly these places.
#[track_caller]
fn check(law: &str, planted: &[(&str, &str)], places: &[(&str, usize)]) -> String {
    let house = with(planted);
    let law = LAWS.iter().find(|l| l.name == law).expect("a law of this name");
    let found: Vec<(String, usize)> = law.breaches(&house).into_iter().map(|b| (b.file, b.line)).collect();
    let expected: Vec<(String, usize)> =
        places.iter().map(|(file, line)| (file.to_string(), *line)).collect();
    assert_eq!(found, expected, "{}: {planted:?}", law.name);
    law.name.to_string()
}

#[test]
fn a_clean_house_breaks_no_law() {
    let report = report(&House::of(clean()), &[]).expect("no law is named");
    // The allowance of the real crates is not used up by the small ones here.
    let breaches: Vec<&String> = report.iter().filter(|b| !b.contains("lower the allowance")).collect();
    assert!(breaches.is_empty(), "{breaches:#?}");
}

#[test]
fn every_law_finds_its_breach() {
    let long = "x\n".repeat(801);
    let dependent = |name, dependencies| manifest(name, dependencies);
    let mut shown = BTreeSet::new();
    let mut check = |law: &str, planted: &[(&str, &str)], places: &[(&str, usize)]| {
        shown.insert(check(law, planted, places));
    };

    let law = "imports-go-one-way";
    let vocab = "base/vocab/Cargo.toml";
    let spatial = "engines/spatial/Cargo.toml";
    check(law, &[(vocab, &dependent("vocab", &["spatial"]))], &[(vocab, 15)]);
    check(law, &[(vocab, &dependent("vocab", &["serde", "host"]))], &[(vocab, 16)]);
    check(law, &[(spatial, &dependent("spatial", &["sensing"]))], &[(spatial, 15)]);
    check(law, &[("ARCHITECTURE.md", "")], &[("engines/sensing/Cargo.toml", 17)]);
    check(
        law,
        &[("engines/sensing/src/api.rs", "use spatial::{\n    geometry, store};\n")],
        &[("engines/sensing/src/api.rs", 1)],
    );

    let law = "no-city-in-code";
    let block = "engines/sensing/src/block.rs";
    for word in
        ["Hong Kong", "HONGKONG", "hong_kong", "hk1980", "HKD", "EPSG:2326", "hkicl", "香港", "\"hkt\""]
    {
        check(law, &[(block, &format!("\n// {word}\n"))], &[(block, 2)]);
    }
    check(
        law,
        &[("engines/sensing/messages/en.ftl", "a = In Hong Kong\nb = B\n")],
        &[("engines/sensing/messages/en.ftl", 1)],
    );
    check(law, &[("causeway/src/hongkong.rs", "")], &[("causeway/src/hongkong.rs", 1)]);
    check(law, &[(block, "// hkdf 123265 hong\n// kong\n")], &[]);

    let law = "nouns-are-pure";
    for text in [
        "use std::fs;",
        "use std::{fs, io};",
        "use host::{Db, Finding};",
        "use axum::{Json, extract::Path};",
        "fn f(tx: &mut Tx) {}",
        "let now = SystemTime::now();",
        "let now = jiff::Timestamp::now();",
        "tracing::info!(\"x\");",
        "println!(\"x\");",
        "async fn f() {}",
        "let x = host::db::open();",
        "let n = rand::random();",
    ] {
        check(law, &[(block, text)], &[(block, 1)]);
    }
    check(law, &[("engines/sensing/src/api/things.rs", "use axum::Json;\n")], &[]);
    check(
        law,
        &[("engines/sensing/src/block/read.rs", "\nuse std::fs;\n")],
        &[("engines/sensing/src/block/read.rs", 2)],
    );

    let law = "sql-only-in-store";
    let api = "engines/sensing/src/api.rs";
    check(law, &[(api, "\nf(\"\n    SELECT t FROM obs_hot\");\n")], &[(api, 2)]);
    check(
        law,
        &[(api, "f(\"UPDATE obs_hot SET t = 1\"); g(\"DELETE FROM obs_hot\");")],
        &[(api, 1), (api, 1)],
    );
    check(law, &[(api, "f(\"UPDATE your bookmarks\"); // SELECT x FROM y")], &[]);
    check(law, &[("engines/sensing/src/store/rows.rs", "f(\"SELECT 1\");")], &[]);

    let law = "sql-stays-plain";
    let store = "engines/sensing/src/store.rs";
    check(law, &[(store, "f(\"SELECT\n json_extract(a) FROM obs_hot\");")], &[]);
    check(law, &[(store, "f(\"SELECT a,\n json_extract(a) FROM obs_hot\");")], &[(store, 2)]);
    check(
        law,
        &[(store, "f(\"SELECT date(a) FROM obs_hot\"); g(\"SELECT update(a) FROM obs_hot\");")],
        &[(store, 1)],
    );
    let rows = "engines/sensing/migrations/0001_rows.sql";
    check(law, &[(rows, "\nCREATE VIRTUAL TABLE obs_words USING fts5(a);\n")], &[(rows, 2)]);

    let law = "tables-name-their-owner";
    check(law, &[(rows, "\nCREATE TABLE hot (t BIGINT);\n")], &[(rows, 2)]);
    check(law, &[(rows, "CREATE TABLE spatial_hot (t BIGINT);\n")], &[(rows, 1)]);
    check(law, &[(store, "f(\"SELECT a FROM obs_hot JOIN spatial_feature ON a = b\");")], &[(store, 1)]);
    check(law, &[(store, "f(\"SELECT a FROM sensing_thing JOIN recent_rows ON a = b\");")], &[]);

    let law = "migrations-are-final";
    let listed = format!("{} {rows}\n", "0".repeat(16));
    let more = "engines/sensing/migrations/0003_more.sql";
    check(law, &[(more, "")], &[(more, 1)]);
    check(law, &[("engines/sensing/migrations/two.sql", "")], &[("engines/sensing/migrations/two.sql", 1)]);
    check(law, &[("xtask/migrations.txt", &listed)], &[(rows, 1)]);
    check(
        law,
        &[("xtask/migrations.txt", "00 engines/sensing/migrations/0001_gone.sql\n")],
        &[("xtask/migrations.txt", 1)],
    );

    let law = "problem-codes-are-final";
    let db = "base/host/src/db.rs";
    let codes = "codes! {\n    A = \"host-a\" 404 0x87 \"A\" \"甲\" \"甲\";\n    B = \"sensing-b\" 404 0x87 \"B\" \"乙\" \"乙\";\n}\n";
    check(law, &[(db, codes)], &[(db, 3)]);
    check(law, &[(db, &codes.replace("sensing-b", "host-a"))], &[(db, 3)]);
    check(law, &[("xtask/problems.txt", "host-b\n")], &[("xtask/problems.txt", 1)]);

    let law = "drivers-live-at-the-edge";
    check(law, &[(spatial, &dependent("spatial", &["rusqlite"]))], &[(spatial, 15)]);

    let law = "no-grab-bags";
    for path in
        ["base/vocab/src/utils.rs", "base/vocab/src/time/text_util.rs", "base/vocab/src/common/time.rs"]
    {
        check(law, &[(path, "")], &[(path, 1)]);
    }

    let law = "shell-has-six-names";
    check(law, &[("engines/sensing/src/handlers.rs", "")], &[("engines/sensing/src/handlers.rs", 1)]);
    check(law, &[("engines/sensing/src/lib.rs", "\npub mod store;\n")], &[("engines/sensing/src/lib.rs", 2)]);

    check("files-stay-short", &[(block, &long)], &[(block, 801)]);

    let function = format!(
        "impl A {{\n    fn f() {{\n{}    }}\n\n    fn g() {{\n    }}\n}}\n",
        "        x();\n".repeat(69)
    );
    check("functions-fit-a-screen", &[(block, &function)], &[(block, 2)]);
    check("functions-fit-a-screen", &[(block, &function.replacen("        x();\n", "", 1))], &[]);

    let middling = "x\n".repeat(501);
    let many: Vec<String> = (0..30).map(|n| format!("engines/sensing/src/n{n:02}.rs")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|path| (path.as_str(), middling.as_str())).collect();
    check("most-files-are-shorter-still", &many, &[(many[29].0, 1), (many[29].0, 1)]);

    let law = "no-forgotten-file";
    check(law, &[("base/vocab/src/lost.rs", "")], &[("base/vocab/src/lost.rs", 1)]);
    check(law, &[("base/vocab/src/time/part.rs", "")], &[("base/vocab/src/time/part.rs", 1)]);
    check(law, &[("engines/sensing/templates/lost.html", "")], &[("engines/sensing/templates/lost.html", 1)]);

    let law = "tests-have-their-own-file";
    check(
        law,
        &[(block, "\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn a() {}\n}\n")],
        &[(block, 2), (block, 4)],
    );

    let law = "errors-are-answers";
    let host = "engines/spatial/src/geometry.rs";
    check(law, &[(host, "fn f() {\n    a.unwrap();\n    b.expect(\"c\");\n}\n")], &[(host, 2), (host, 3)]);
    check(
        law,
        &[(
            host,
            "fn f() {\n    a.unwrap_or(b);\n    parser.expect(Token::End)?;\n    parser.expect(\"]\")?;\n}\n",
        )],
        &[],
    );

    let law = "exceptions-give-reasons";
    check(law, &[(block, "#[allow(dead_code)]\nfn f() {}\n")], &[(block, 1)]);
    check(law, &[(block, "#[expect(dead_code)]\nfn f() {}\n")], &[(block, 1)]);
    check(law, &[(block, "#[expect(\n    dead_code,\n    reason = \"why\"\n)]\nfn f() {}\n")], &[]);

    let law = "nothing-half-done";
    check(law, &[(block, "fn f() {\n    todo! {}\n}\n")], &[(block, 2)]);
    check(law, &[(block, "// TODO later\n")], &[(block, 1)]);

    let law = "no-feature-flags";
    check(law, &[(vocab, &format!("{}\n[features]\nfast = []\n", dependent("vocab", &[])))], &[(vocab, 16)]);
    check(law, &[(block, "\n#[cfg(feature = \"fast\")]\nfn f() {}\n")], &[(block, 2)]);

    let law = "lints-are-inherited";
    check(
        law,
        &[(vocab, &dependent("vocab", &[]).replace("[lints]\nworkspace = true\n", ""))],
        &[(vocab, 1)],
    );
    check(
        law,
        &[(vocab, &dependent("vocab", &[]).replace("license.workspace = true", "license = \"MIT\""))],
        &[(vocab, 6)],
    );
    check(law, &[("Cargo.toml", "[workspace]\n")], &[("Cargo.toml", 1)]);

    let law = "crates-introduce-themselves";
    let readme = "base/vocab/README.md";
    check(law, &[(readme, "# vocab\n\n## Question\n")], &[(readme, 1)]);
    check(law, &[(vocab, &dependent("vocab", &[]).replace("vocab?", "vocab"))], &[(vocab, 3)]);
    check(law, &[(vocab, &dependent("vocab", &[]).replace("doctest = false", ""))], &[(vocab, 8)]);

    let law = "files-say-what-they-are";
    check(law, &[(block, "pub fn f() {}\n")], &[(block, 1)]);
    check(law, &[(block, &"//! More.\n".repeat(11))], &[(block, 1)]);
    check(law, &[("base/vocab/src/lib.rs", "#![doc = include_str!(\"../README.md\")]\n")], &[]);

    let law = "the-map-is-complete";
    let more = [("base/expr/Cargo.toml", manifest("expr", &[])), ("base/expr/README.md", README.to_string())];
    let more: Vec<(&str, &str)> = more.iter().map(|(path, text)| (*path, text.as_str())).collect();
    check(law, &more, &[("ARCHITECTURE.md", 1)]);
    check(
        law,
        &[(vocab, &dependent("vocab", &[]).replace("What is", "What was"))],
        &[("ARCHITECTURE.md", 1)],
    );

    let law = "languages-say-the-same";
    let hant = "engines/sensing/messages/zh-Hant.ftl";
    check(law, &[(hant, "a = A\n")], &[(hant, 1)]);
    check(law, &[(hant, "a = A\nb = B\na = C\n")], &[(hant, 3)]);
    check(
        law,
        &[("engines/spatial/messages/en.ftl", "")],
        &[("engines/spatial/messages/zh-Hans.ftl", 1), ("engines/spatial/messages/zh-Hant.ftl", 1)],
    );

    let law = "chinese-is-written-not-converted";
    check(law, &[(hant, "a = 香港,九龍\nb = 开\n")], &[(hant, 1), (hant, 2)]);
    check(
        law,
        &[(
            "cities/town/a.toml",
            "schema = 1\nname = { en = \"a, b\", zh-Hant = \"車\", zh-Hans = \"車\" }\n",
        )],
        &[("cities/town/a.toml", 2)],
    );
    check(law, &[(hant, "a = 香港，{ $n }（3:05）\nb = B\n")], &[]);

    let law = "pack-files-say-their-schema";
    check(
        law,
        &[("cities/town/feeds/air.toml", "# Air.\nid = \"air\"\n")],
        &[("cities/town/feeds/air.toml", 2)],
    );
    check(law, &[("tests/packs/porto/city.toml", "")], &[("tests/packs/porto/city.toml", 1)]);

    let law = "nothing-of-others-is-committed";
    for path in
        ["base/ui/assets/uplot.min.js", "base/ui/assets/sans.woff2", "base/ui/node_modules/x/index.js"]
    {
        check(law, &[(path, "")], &[(path, 1)]);
    }

    let law = "no-place-but-the-checkout";
    check(law, &[("docs/run.md", "first\ncd /home/ada/causeway\n")], &[("docs/run.md", 2)]);
    check(law, &[("docs/run.md", "GET /en/home/ and {lang}/home/\n")], &[]);

    check("the-contract-is-committed", &[("openapi/causeway.json", "{}")], &[("openapi/causeway.json", 1)]);

    let law = "standards-are-proved";
    let core = "tests/conformance/sta/core.rs";
    check(
        law,
        &[(core, "/// Requirement: sta core req/a\n#[test]\nfn a() {}\n")],
        &[("docs/standards.md", 1)],
    );
    check(law, &[(core, "\n/// Requirement: sta\n#[test]\nfn a() {}\n")], &[(core, 2)]);

    let law = "decisions-are-numbered";
    check(
        law,
        &[("docs/adr/0003-three.md", &RECORD.replace("0001", "0003"))],
        &[("docs/adr/0003-three.md", 1)],
    );
    check(law, &[("docs/adr/0002-two.md", &RECORD.replace("0001", "0003"))], &[("docs/adr/0002-two.md", 1)]);
    check(law, &[("docs/adr/why.md", RECORD)], &[("docs/adr/why.md", 1)]);

    let law = "links-lead-somewhere";
    check(
        law,
        &[("docs/a.md", "x\n[b](b.md) [c](../ARCHITECTURE.md#x) [d](https://example.org/)\n")],
        &[("docs/a.md", 2)],
    );

    check(
        law,
        &[(block, "//! It.\nconst HINT: &str = \"see docs/lost.md, or docs/adr/0001-one.md\";\n")],
        &[(block, 2)],
    );

    let unshown: Vec<&str> = LAWS.iter().map(|law| law.name).filter(|name| !shown.contains(*name)).collect();
    assert!(unshown.is_empty(), "no breach is planted for {unshown:?}");
}

#[test]
fn the_command_reads_a_real_checkout_and_says_why_and_the_way_out() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let git = |arguments: &[&str]| {
        let done =
            Command::new("git").current_dir(folder.path()).args(arguments).output().expect("git starts");
        assert!(done.status.success(), "{done:?}");
    };
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a path in a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    for (path, text) in clean() {
        write(&path, &text);
    }
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    write(".gitignore", "ignored/\n");
    write("ignored/src/utils.rs", "");
    write("engines/sensing/src/block.rs", "pub const CITY: &str = \"Hong Kong\";\n");
    write("engines/sensing/src/utils.rs", "");
    let house = House::read(folder.path()).expect("a checkout");
    let report = report(&house, &["no-city-in-code".into(), "no-grab-bags".into()]).expect("both are laws");
    assert_eq!(report.len(), 2, "{report:#?}");
    for part in
        ["engines/sensing/src/block.rs:1: names a city", "law      no-city-in-code", "why      ", "way out  "]
    {
        assert!(report[0].contains(part), "{part} is not in {}", report[0]);
    }
    assert!(report[1].starts_with("engines/sensing/src/utils.rs:1: "), "{}", report[1]);
    assert!(super::report(&house, &["no-such-law".into()]).is_err());
}

#[test]
fn what_is_released_is_listed_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(folder.path().join("xtask")).expect("a folder");
    let list = folder.path().join("xtask/migrations.txt");
    let mut files = clean();
    assert!(
        freeze(folder.path(), &House::of(files.clone()))
            .is_ok_and(|said| said.contains("migrations.txt: 1 new"))
    );
    let text = std::fs::read_to_string(&list).expect("the list");
    files.push(("xtask/migrations.txt".into(), text));
    assert!(
        freeze(folder.path(), &House::of(files.clone()))
            .is_ok_and(|said| said.contains("migrations.txt: 0 new, 1 already"))
    );
    assert_eq!(migrations::LAW.breaches(&House::of(files)), []);
}
