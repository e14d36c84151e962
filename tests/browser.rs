//! Every kind of page in a real browser: see `browser/run.mjs`.

use std::process::Command;

use causeway_tests::root;
use causeway_tests::server::{Options, Server};

#[test]
fn every_kind_of_page_stands_in_a_browser() {
    let folder = root().join("tests/browser");
    if !folder.join("node_modules").is_dir() {
        return eprintln!(
            "browser: skipped, tests/browser/node_modules is missing (./test --install brings it)"
        );
    }
    // Pages say other words by the hour, so it is always the same one: a Tuesday's late morning, after its accident.
    let arguments = ["--demo", "--seed", "7", "--from", "2026-11-24T10:15:00+08:00"];
    let arguments = arguments.iter().map(|argument| argument.to_string()).collect();
    let (_data, server) = Server::start(Options { arguments, ..Options::default() });
    let mut browser = Command::new("node");
    browser.arg(folder.join("run.mjs")).arg(&server.client.base);
    browser.env("CAUSEWAY_TEST_OPERATOR_KEY", server.client.key.as_deref().unwrap_or_default());
    // Pictures are made where somebody wants to look at them.
    if let Ok(pictures) = std::env::var("CAUSEWAY_TEST_PICTURES") {
        browser.arg(pictures);
    }
    let output = browser.output().expect("node starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    server.stop();
}
