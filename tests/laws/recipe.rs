//! docs/how-to-add-a-feed.md and docs/how-to-add-a-rule.md, followed to the letter: the files they show, in the packs they
//! name, fed with the answers they show.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use causeway_tests::root;
use causeway_tests::server::{Options, Server};

use super::{copy, printed, run};

const PACK: &str = "cities/hong-kong";
/// Where the recipe serves its answer.
const ADDRESS: &str = "127.0.0.1:8000";

#[test]
fn a_feed_is_added_by_one_file() {
    let page =
        std::fs::read_to_string(root().join("docs/how-to-add-a-feed.md")).expect("the recipe is there");
    let (answer, file) = (fenced(&page, "json"), fenced(&page, "toml"));
    assert!(page.contains("`feeds/tide-gauges.toml`") && page.contains(PACK) && file.contains(ADDRESS));

    // 2 and 3: one file, and the pack is still whole.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pack = folder.path().join("pack");
    copy(&root().join(PACK), &pack);
    let written = pack.join("feeds/tide-gauges.toml");
    std::fs::write(&written, file).expect("the file can be written");
    let shown = pack.to_str().expect("a plain name");
    assert!(printed(&["check", shown]).contains("no mistakes"));

    // 4: on a port that is free here; the pack's other feeds are kept from asking their owners.
    let (port, _serving) = serve(answer.to_string());
    still_the_others(&pack.join("feeds"));
    std::fs::write(&written, file.replace(ADDRESS, &format!("127.0.0.1:{port}")))
        .expect("the file can be written");
    let options = Options {
        arguments: vec!["--city".into(), shown.into()],
        environment: vec![
            ("CAUSEWAY_FEEDS_FETCH", "true".into()),
            ("CAUSEWAY_FEEDS_ALLOW_PRIVATE_ADDRESSES", "true".into()),
        ],
        ..Options::default()
    };
    let server = Server::start_in(&folder.path().join("data"), options);
    let patience = Instant::now() + Duration::from_secs(30);
    let north = "/sta/v1.1/Observations?$filter=result%20eq%201.42&$expand=Datastream($expand=Thing)";
    let found = loop {
        let found = server.client.get(north).expect(200).json()["value"].clone();
        if found.as_array().is_some_and(|rows| !rows.is_empty()) {
            break found;
        }
        assert!(Instant::now() < patience, "the value of the recipe does not arrive:\n{}", server.log_text());
        std::thread::sleep(Duration::from_millis(100));
    };
    assert_eq!(found[0]["Datastream"]["Thing"]["name"], "North Pier", "{found}");
    assert!(server.client.get("/en/feeds").expect(200).body.contains("Tide gauges"));
    server.kill();
}

#[test]
fn the_form_lacks_only_what_must_be_said() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy(&root().join(PACK), folder.path());
    let pack = folder.path().to_str().expect("a plain name");
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let begun = Command::new(cargo)
        .current_dir(root())
        .args(["run", "--quiet", "--package", "xtask", "--", "new-feed", "begun", pack])
        .status();
    assert!(begun.is_ok_and(|status| status.success()));
    let output = run(&["check", pack]);
    let said = String::from_utf8_lossy(&output.stderr);
    // The only places where <angle brackets> cannot pass for an answer are the two addresses.
    let mistakes: Vec<&str> = said.lines().filter(|line| line.contains("begun.toml")).collect();
    assert_eq!(mistakes.len(), 2, "{said}");
    assert!(mistakes.iter().all(|line| line.contains("is no URL")), "{said}");
}

#[test]
fn every_function_of_an_expression_is_explained() {
    let parser = std::fs::read_to_string(root().join("base/intake/src/expression/parse.rs"))
        .expect("the parser is there");
    let (_, table) = parser.split_once("const FUNCTIONS").expect("the parser has a table of its functions");
    let names: Vec<&str> = table.split("(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(names.len() > 10, "{names:?}");
    let page =
        std::fs::read_to_string(root().join("docs/how-to-add-a-feed.md")).expect("the recipe is there");
    let silent: Vec<&str> = names.into_iter().filter(|name| !page.contains(&format!("`{name}("))).collect();
    assert!(silent.is_empty(), "docs/how-to-add-a-feed.md does not explain {silent:?}");
}

/// The first fenced block of this language.
fn fenced<'a>(page: &'a str, language: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("```{language}\n")).expect("the recipe shows one");
    rest.split_once("```").map_or(rest, |(block, _)| block)
}

/// Gives this answer to everybody who asks, for as long as the test runs.
fn serve(answer: String) -> (u16, std::thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("a bound socket has an address").port();
    let serving = std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let head =
                BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
            if head.count() == 0 {
                continue;
            }
            let length = answer.len();
            let header = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
            );
            drop(stream.write_all(header.as_bytes()).and_then(|()| stream.write_all(answer.as_bytes())));
        }
    });
    (port, serving)
}

/// Turns the addresses of all other feeds to a port of this machine where nobody listens.
fn still_the_others(feeds: &Path) {
    for entry in std::fs::read_dir(feeds).expect("the pack has feeds").flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|e| e != "toml") || path.ends_with("tide-gauges.toml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a feed file can be read");
        let mut in_sources = false;
        let mut still = String::new();
        for line in text.lines() {
            in_sources |= line == "[[source]]";
            if in_sources && line.starts_with("without_tls") {
                continue;
            }
            if in_sources && line.starts_with("url = ") {
                // Port 9 discards by tradition, and nobody listens there.
                still.push_str("without_tls = true\nurl = \"http://localhost:9/\"\n");
                continue;
            }
            still.push_str(line);
            still.push('\n');
        }
        std::fs::write(&path, still).expect("a copy can be written");
    }
}

#[test]
fn a_rule_is_added_by_one_file() {
    let page =
        std::fs::read_to_string(root().join("docs/how-to-add-a-rule.md")).expect("the recipe is there");
    let file = fenced(&page, "toml");
    let (_, rest) = page.split_once("## 5. Switch it on").expect("the recipe switches it on");
    let replayed = fenced(rest, "toml");
    let (_, table) = page.split_once("its place:\n\n```\n").expect("the recipe shows a table");
    let table = table.split_once("```").map_or(table, |(table, _)| table);

    // 2 and 3: one file, and the pack is still whole.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (pack, fixtures) = (folder.path().join("pack"), root().join("tests/packs/porto-claro/fixtures"));
    copy(&root().join("tests/packs/porto-claro"), &pack);
    let written = pack.join("rules/agua-fria.toml");
    std::fs::write(&written, file).expect("the file can be written");
    let (shown, fixtures) = (pack.to_str().expect("a plain name"), fixtures.display().to_string());
    assert!(printed(&["check", shown]).contains("no mistakes"));

    // 4: the table of the page.
    let rule = written.display().to_string();
    let replay = ["rules", "replay", &rule, "--city", shown, "--replay", &fixtures];
    assert_eq!(printed(&replay), table);

    // 5: switched on, it finds what the replay found.
    let on = file.replace("\n[condition]", "enabled = true\n\n[condition]");
    std::fs::write(&written, &on).expect("the file can be written");
    let output = run(&["check", shown]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("only after it was replayed"));
    std::fs::write(&written, format!("{on}\n{replayed}")).expect("the file can be written");
    assert!(printed(&replay).contains("1 alerts, as the file says"));
    let arguments = ["--city", shown, "--replay", &fixtures].map(String::from).to_vec();
    let server = Server::start_in(&folder.path().join("data"), Options { arguments, ..Options::default() });
    let patience = Instant::now() + Duration::from_secs(30);
    loop {
        let page = server.client.without_key().get("/en/alerts").expect(200).body;
        if page.contains("Cold water") && page.contains("/en/alerts/0") {
            break;
        }
        assert!(
            Instant::now() < patience,
            "the alert of the recipe does not come:\n{page}\n{}",
            server.log_text()
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    server.stop();
}
