//! A pack is read again without a restart: all of it, or nothing where it has a mistake.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use causeway_tests::root;
use causeway_tests::server::{Options, Server};
use serde_json::json;

const FILE: &str = "dashboards/home.toml";
const BEFORE: &str = "Sea: water temperature";

#[test]
fn an_edited_pack_takes_the_place_of_the_old_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pack = folder.path().join("pack");
    super::copy(&root().join("tests/packs/porto-claro"), &pack);
    let edit = |from: &str, to: &str| {
        let text = std::fs::read_to_string(pack.join(FILE)).expect("the file is there");
        assert!(text.contains(from), "{FILE} does not say {from:?}");
        std::fs::write(pack.join(FILE), text.replace(from, to)).expect("the file can be written");
    };
    let server = Server::start_in(
        &folder.path().join("data"),
        Options {
            // Its devices speak every minute, which is a second here.
            arguments: ["--demo", "--speed", "60", "--city"]
                .map(str::to_string)
                .into_iter()
                .chain([pack.display().to_string()])
                .collect(),
            expected_warnings: vec!["the pack was not changed"],
            ..Options::default()
        },
    );
    let client = &server.client;
    let home = || client.get("/en/").expect(200).body;
    let said = |word: &str| {
        let patience = Instant::now() + Duration::from_secs(10);
        while !home().contains(word) {
            assert!(Instant::now() < patience, "the page does not say {word:?}:\n{}", server.log_text());
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    said(BEFORE);
    // A page that listens is told to come back.
    let mut open =
        BufReader::new(TcpStream::connect(client.base.trim_start_matches("http://")).expect("a server"));
    open.get_ref().set_read_timeout(Some(Duration::from_secs(20))).expect("a time limit");
    std::io::Write::write_all(open.get_mut(), b"GET /en/live?topic=feeds HTTP/1.1\r\nhost: x\r\n\r\n")
        .expect("sent");
    let mut head = String::new();
    open.read_line(&mut head).expect("an answer");
    assert!(head.contains("200"), "{head}");

    edit(BEFORE, "How warm is the sea");
    assert!(home().contains(BEFORE), "an edit shows before anybody asked for it");
    client.without_key().post("/api/pack/reload", &json!({})).expect(401);
    let done = client.post("/api/pack/reload", &json!({})).expect(200).json();
    assert_eq!(done["new"], 1, "{done}");
    said("How warm is the sea");
    // The last chunk of an answer is the empty one (RFC 9112, 7.1).
    let mut lines = (&mut open).lines().map(|line| line.expect("the open stream is ended, not cut"));
    assert!(lines.any(|line| line == "0"), "the open stream was not ended");

    edit("decimals = 1", "decimal = 1");
    let refused = client.post("/api/pack/reload", &json!({})).expect(422);
    assert!(refused.problem().contains("host-pack-refused"), "{}", refused.body);
    assert!(
        refused.body.contains(FILE) && refused.body.contains("did you mean `decimals`?"),
        "{}",
        refused.body
    );
    said("How warm is the sea");

    edit("decimal = 1", "decimals = 1");

    // A pack that cannot be set going is not begun with either.
    let (demo, away) = (pack.join("demo.toml"), folder.path().join("demo.toml"));
    std::fs::rename(&demo, &away).expect("the file can be moved");
    edit("How warm is the sea", "Not to be seen");
    client.post("/api/pack/reload", &json!({})).expect(422);
    said("How warm is the sea");
    edit("Not to be seen", "How warm is the sea");
    std::fs::rename(&away, &demo).expect("the file can be moved back");
    edit("How warm is the sea", "Warmth of the sea");
    let received =
        || client.get("/api/received").expect(200).json()["total"]["received"].as_u64().unwrap_or(0);
    let before = received();
    server.signal("HUP");
    said("Warmth of the sea");

    // The simulated devices of the new reading speak on.
    let patience = Instant::now() + Duration::from_secs(30);
    while received() <= before {
        assert!(Instant::now() < patience, "nothing comes in after the pack was read again");
        std::thread::sleep(Duration::from_millis(100));
    }
    let asked = Instant::now();
    server.stop();
    assert!(asked.elapsed() < Duration::from_secs(5), "it took {:?} to stop", asked.elapsed());
}
