//! Every route says who may use it, and means it.

use causeway_tests::server::{Options, Server};
use serde_json::Value;

struct Operation {
    method: String,
    /// With something in place of its parameters.
    path: String,
    who: String,
    streams: bool,
}

fn operations(document: &Value) -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("an OpenAPI document has paths") {
        for (method, operation) in methods.as_object().expect("a path has methods") {
            let access = &operation["x-access"];
            for key in ["who", "action", "object"] {
                assert!(access[key].is_string(), "{method} {path} does not say its {key} in x-access");
            }
            let filled: String =
                path.split('{').enumerate().fold(String::new(), |whole, (at, part)| match at {
                    0 => part.to_string(),
                    _ => format!("{whole}1{}", part.split_once('}').map_or("", |(_, rest)| rest)),
                });
            found.push(Operation {
                method: method.to_uppercase(),
                path: filled,
                who: access["who"].as_str().unwrap_or_default().to_string(),
                streams: operation["responses"].to_string().contains("text/event-stream"),
            });
        }
    }
    found
}

#[test]
fn every_route_checks_access() {
    let (_folder, server) = Server::start(Options::default());
    let document = server.client.get("/openapi.json").expect(200).json();
    let operations = operations(&document);
    assert!(operations.len() > 10, "only {} operations are documented", operations.len());
    let anonymous = server.client.without_key();
    let headers = [("content-type", "application/json")];
    for Operation { method, path, who, streams } in operations {
        // A stream that is open to all does not end by itself.
        if streams && who == "anyone" {
            continue;
        }
        let body = (method != "GET").then(|| "{}".to_string());
        let answer = anonymous.try_send(&method, &path, &headers, body);
        let answer = answer.unwrap_or_else(|e| panic!("{method} {path}: {e}"));
        let refused = matches!(answer.status, 401 | 403);
        assert_eq!(refused, who != "anyone", "{method} {path} is for {who} and answers {}", answer.status);
        if refused {
            assert!(answer.problem().starts_with("host-"), "{method} {path}: {}", answer.body);
        }
        assert!(answer.status < 500, "{method} {path} answers {}: {}", answer.status, answer.body);
    }
    server.stop();
}

/// A client that keeps its connection, whose body comes a moment after its head, as small ones do on a busy machine.
#[test]
fn a_refusal_leaves_the_connection_usable() {
    use std::io::{Read, Write};
    let (_folder, server) = Server::start(Options::default());
    let address = server.client.base.trim_start_matches("http://").to_string();
    let mut stream = std::net::TcpStream::connect(&address).expect("the server listens");
    stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).expect("a timeout can be set");
    let mut ask = |head: &str, body: &str| {
        stream.write_all(head.as_bytes()).expect("the head is taken");
        std::thread::sleep(std::time::Duration::from_millis(100));
        stream.write_all(body.as_bytes()).expect("the body is taken");
        let mut answer = String::new();
        let mut piece = [0_u8; 4096];
        while !answer.contains("\r\n\r\n") {
            let length = stream.read(&mut piece).expect("an answer comes");
            assert!(length > 0, "the connection was closed after {answer:?}");
            answer.push_str(&String::from_utf8_lossy(&piece[..length]));
        }
        answer
    };
    let head = format!(
        "DELETE /sta/v1.1/Things HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n"
    );
    for _ in 0..3 {
        let answer = ask(&head, "{}");
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
        let answer = ask(&format!("GET /healthz HTTP/1.1\r\nhost: {address}\r\n\r\n"), "");
        assert!(answer.contains("HTTP/1.1 200"), "{answer}");
    }
    server.stop();
}
