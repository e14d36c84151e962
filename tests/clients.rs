//! Clients as others use them, unmodified, against a real server (`tests/clients`).

use std::path::PathBuf;
use std::process::Command;

use causeway_tests::server::{Options, Server};

/// The Python that has the clients of `tests/clients/requirements*.txt`, which `./test` installs.
fn python(for_test: &str) -> Option<PathBuf> {
    let found = std::env::var_os("CAUSEWAY_TEST_PYTHON").map(PathBuf::from);
    if found.is_none() {
        eprintln!("{for_test}: skipped, CAUSEWAY_TEST_PYTHON is not set (./test sets it)");
    }
    found
}

/// Runs a script to its end; what it says is what is wrong.
fn run(python: &PathBuf, script: &str, arguments: &[&str]) {
    let script = causeway_tests::root().join("tests/clients").join(script);
    let done = Command::new(python).arg("-B").arg(&script).args(arguments).output().expect("Python starts");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(done.status.success(), "{}:\n{}{}", script.display(), said(&done.stdout), said(&done.stderr));
}

#[test]
fn frost_sta_client_works_unmodified() {
    let Some(python) = python("frost_sta_client") else { return };
    let (_folder, server) = Server::start(Options::default());
    let key = server.client.key.clone().expect("the operator's key");
    run(&python, "frost.py", &[&format!("{}/sta/v1.1", server.client.base), &key]);
    server.stop();
}

#[test]
fn aio_sensorthings_works_unmodified() {
    let Some(python) = python("aio-sensorthings") else { return };
    // Only what is too old is a reason: a client that is there and does not start is a fault.
    let is_new = "import sys; sys.exit(sys.version_info < (3, 13))";
    if !Command::new(&python).args(["-c", is_new]).status().expect("Python starts").success() {
        eprintln!("aio-sensorthings: skipped, it needs Python 3.13");
        return;
    }
    let servers = [Server::start(Options::default()), Server::start(Options::default())];
    let mut arguments = Vec::new();
    for (_folder, server) in &servers {
        arguments.push(format!("{}/sta", server.client.base));
        arguments.push(server.data.join("operator.key").display().to_string());
    }
    run(&python, "aio.py", &arguments.iter().map(String::as_str).collect::<Vec<_>>());
    for (_folder, server) in servers {
        server.stop();
    }
}
