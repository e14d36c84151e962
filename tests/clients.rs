//! Clients as others use them, unmodified, against a real server (`tests/clients`).

use std::path::{Path, PathBuf};
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

/// A public datastream of the operator's.
fn a_datastream(server: &Server) -> String {
    let datastream = serde_json::json!({
        "name": "d", "description": "d", "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        "unitOfMeasurement": { "name": "one", "symbol": "1", "definition": "ucum:1" },
        "properties": { "label": "public" },
        "Thing": { "name": "t", "description": "t", "properties": { "label": "public" } },
        "Sensor": { "name": "s", "description": "s", "encodingType": "text/plain", "metadata": "s" },
        "ObservedProperty": { "name": "p", "description": "p", "definition": "urn:p" },
    });
    let made = server.client.post("/sta/v1.1/Datastreams", &datastream).expect(201);
    made.json()["@iot.id"].to_string()
}

/// A certificate for this machine, as an operator makes one for a trial; `None` where there is no openssl.
fn certificate(folder: &Path) -> Option<(String, String)> {
    let (certificate, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    let mut openssl = Command::new("openssl");
    openssl.args([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]);
    openssl.args(["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]);
    openssl.args(["-addext", "basicConstraints=critical,CA:TRUE"]);
    openssl.arg("-keyout").arg(&key).arg("-out").arg(&certificate);
    let made = openssl.output().is_ok_and(|output| output.status.success());
    made.then(|| (certificate.display().to_string(), key.display().to_string()))
}

#[test]
fn paho_mqtt_works_unmodified() {
    let Some(python) = python("paho-mqtt") else { return };
    let environment = vec![("CAUSEWAY_MQTT_LISTEN", "127.0.0.1:0".to_string())];
    let (_folder, server) = Server::start(Options { environment, ..Options::default() });
    let (id, key) = (a_datastream(&server), server.client.key.clone().expect("the operator's key"));
    let address = server.mqtt("mqtt");
    let port = address.rsplit(':').next().expect("a port");
    let pages = server.client.base.rsplit(':').next().expect("a port");
    run(&python, "paho_mqtt.py", &["127.0.0.1", port, &key, &id]);
    run(&python, "paho_mqtt.py", &["127.0.0.1", port, &key, &id, pages]);
    let stored =
        server.client.get(&format!("/sta/v1.1/Datastreams({id})/Observations?$count=true")).expect(200);
    assert_eq!(stored.json()["@iot.count"], 120);
    server.stop();
}

/// TLS on a port of its own, with paho and with the mosquitto programs.
#[test]
fn mqtt_over_tls() {
    let Some(python) = python("paho-mqtt over TLS") else { return };
    let keys = tempfile::tempdir().expect("a folder");
    let Some((certificate, key_file)) = certificate(keys.path()) else {
        return eprintln!("MQTT over TLS: skipped, there is no openssl");
    };
    // The pages speak TLS with the same certificate; the harness asks them without, so it only looks at the log.
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Command::new(causeway_tests::server::program());
    server.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder.path());
    server.env("CAUSEWAY_FEEDS_FETCH", "false").env("CAUSEWAY_MQTT_TLS_LISTEN", "127.0.0.1:0");
    server.env("CAUSEWAY_SERVER_TLS_CERTIFICATE", &certificate).env("CAUSEWAY_SERVER_TLS_KEY", &key_file);
    let mut server = server.stderr(std::process::Stdio::piped()).spawn().expect("the program starts");
    let log = std::io::BufReader::new(server.stderr.take().expect("a log"));
    // Held until the end: the server goes on writing.
    let mut lines = std::io::BufRead::lines(log).map_while(Result::ok);
    let port = lines.find_map(|line| {
        let at = line.find("mqtts://127.0.0.1:")?;
        Some(line[at + 18..].split_whitespace().next().unwrap_or_default().to_string())
    });
    let port = port.expect("a port for MQTT over TLS");
    let key = std::fs::read_to_string(folder.path().join("operator.key")).expect("a key").trim().to_string();
    let thing = serde_json::json!({ "name": "t", "description": "t", "Datastreams": [{
        "name": "d", "description": "d", "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        "unitOfMeasurement": { "name": "one", "symbol": "1", "definition": "ucum:1" },
        "properties": { "label": "public" },
        "Sensor": { "name": "s", "description": "s", "encodingType": "text/plain", "metadata": "s" },
        "ObservedProperty": { "name": "p", "description": "p", "definition": "urn:p" },
    }] });
    let mut publish = Command::new("mosquitto_pub");
    publish.args([
        "-p",
        &port,
        "--cafile",
        &certificate,
        "-u",
        "x",
        "-P",
        &key,
        "-q",
        "1",
        "-t",
        "v1.1/Things",
    ]);
    let published = publish.args(["-m", &thing.to_string()]).output();
    let done = published.as_ref().is_ok_and(|output| output.status.success());
    if done {
        run(&python, "paho_mqtt.py", &["127.0.0.1", &port, &key, "1", &certificate]);
    }
    drop(server.kill());
    drop(server.wait());
    assert!(done, "{published:?}");
}

/// The code blocks of a page, by language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).filter_map(|rest| rest.split("```").next()).map(String::from).collect()
}

/// `docs/how-to-connect-a-device.md`, to the letter but for the ports.
#[test]
fn a_device_is_connected_as_the_page_says() {
    let page = std::fs::read_to_string(causeway_tests::root().join("docs/how-to-connect-a-device.md"))
        .expect("the page");
    let (toml, sh) = (blocks(&page, "toml"), blocks(&page, "sh"));
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("causeway.toml");
    std::fs::write(&config, toml[0].replace("127.0.0.1:1883", "127.0.0.1:0")).expect("a file");
    let arguments = vec!["--config".into(), config.display().to_string()];
    let server = Server::start_in(folder.path(), Options { arguments, ..Options::default() });
    let port = server.mqtt("mqtt").rsplit(':').next().expect("a port").to_string();
    let base = server.client.base.clone();
    let script = |blocks: &[&String], before: &str| {
        let text: String = blocks.iter().map(|block| format!("{block}\n")).collect();
        let text = text.replace("-p 1883", &format!("-p {port}")).replace("http://127.0.0.1:8080", &base);
        let script = format!("set -eu\n{before}{text}");
        Command::new("bash").args(["-c", &script]).output().expect("bash starts")
    };
    let said = |output: &std::process::Output| {
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    };
    let done = script(&[&sh[0], &sh[1]], "");
    assert!(done.status.success(), "{}", said(&done));
    // The chart is on the page, with the value.
    let text = server.client.get("/en/datastreams/balcony/temperature").expect(200).body;
    assert!(text.contains("21.5") && text.contains("<svg"), "{text}");
    // Everybody may subscribe; one more value comes a second later.
    let again = sh[1].lines().nth(1).expect("a publication").to_string();
    let before = format!("{}\n( sleep 1; {again} ) &\n", sh[1].lines().next().expect("the number"));
    let before = before.replace("-p 1883", &format!("-p {port}")).replace("http://127.0.0.1:8080", &base);
    let told = script(&[&sh[2]], &before);
    assert_eq!(said(&told).trim(), "{\"result\":21.5}");
    server.stop();
}
