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
