use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Request};
use http::{StatusCode, header};
use http_body_util::BodyExt;
use tower::ServiceExt;
use vocab::{Caller, Label, Time};

use super::*;
use crate::access::Action;
use crate::clock::Clock;
use crate::problem::Problem;
use crate::telemetry::Metrics;

fn app() -> axum::Router {
    let routes = Routes::<()>::new()
        .get(
            "/open/{id}",
            Access::public_read("observations"),
            Doc::new("Open"),
            |gate: Gate, Path(id): Path<String>| async move {
                gate.may(
                    Action::Read,
                    "observations",
                    if id == "secret" { Label::Internal } else { Label::Public },
                    Some(&id),
                )?;
                Ok::<_, Problem>(id)
            },
        )
        .post(
            "/write",
            Access::key_holders(Action::Create, "observations"),
            Doc::new("Write"),
            |gate: Gate| async move { gate.caller.word() },
        )
        .get("/operate", Access::operator(Action::Operate, "jobs"), Doc::new("Operate"), || async { "done" })
        .get("/panic", Access::public_read("observations"), Doc::new("Panic"), || async {
            if true { panic!("planted") } else { "" }
        })
        .get("/slow", Access::public_read("observations"), Doc::new("Slow"), || async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            "late"
        });
    let keys = Keys::default();
    keys.add("an-operators-key", Caller::Operator);
    keys.add("a-devices-key", Caller::Device { name: "d".into(), scope: "x".into() });
    let shell = Shell {
        clock: Clock::set_at(Time(0)),
        keys,
        metrics: Metrics::default(),
        body_limit_bytes: 1000,
        timeout_seconds: 1,
        problem_page: None,
        content_security_policy: None,
        ended: tokio::sync::watch::channel(false).1,
    };
    wrap(routes.into_parts().0, shell)
}

async fn ask(method: &str, path: &str, key: &str) -> (StatusCode, serde_json::Value) {
    let mut request =
        Request::builder().method(method).uri(path).header(header::ACCEPT_LANGUAGE, "zh-HK,en;q=0.5");
    if !key.is_empty() {
        request = request.header(header::AUTHORIZATION, key);
    }
    let response = app().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    (status, serde_json::from_slice(&bytes).unwrap_or(text.into()))
}

#[tokio::test]
async fn the_door_asks_every_caller() {
    // Basic credentials carry the key as password: "any:a-devices-key".
    let table = [
        ("GET", "/open/1", "", 200, "1"),
        ("GET", "/open/secret", "", 401, "host-unauthorized"),
        ("GET", "/open/secret", "Bearer an-operators-key", 200, "secret"),
        ("GET", "/open/1", "Bearer nonsense", 401, "host-unauthorized"),
        ("POST", "/write", "", 401, "host-unauthorized"),
        ("POST", "/write", "Bearer a-devices-key", 200, "device:d"),
        ("POST", "/write", "Basic YW55OmEtZGV2aWNlcy1rZXk=", 200, "device:d"),
        ("GET", "/operate", "Bearer a-devices-key", 403, "host-forbidden"),
        ("GET", "/operate", "Bearer an-operators-key", 200, "done"),
        ("GET", "/nowhere", "", 404, "host-not-found"),
        ("PUT", "/write", "", 405, "host-method-not-allowed"),
        ("GET", "/panic", "", 500, "host-internal"),
        ("GET", "/slow", "", 503, "host-timeout"),
    ];
    for (method, path, key, status, expected) in table {
        let (found, body) = ask(method, path, key).await;
        assert_eq!(found.as_u16(), status, "{method} {path} {key}: {body}");
        match status {
            200 => assert_eq!(body.as_str().map(str::to_string).unwrap_or(body.to_string()), expected),
            _ => assert_eq!(body["type"], format!("/problems/{expected}"), "{method} {path}"),
        }
    }
}

#[tokio::test]
async fn a_page_of_another_site_cannot_use_a_kept_key() {
    let basic = ("authorization", "Basic YW55OmEtZGV2aWNlcy1rZXk=");
    let bearer = ("authorization", "Bearer a-devices-key");
    let table: &[(&str, &[(&str, &str)], u16)] = &[
        ("POST", &[basic], 200),
        ("POST", &[basic, ("sec-fetch-site", "same-origin"), ("origin", "http://here")], 200),
        ("POST", &[basic, ("sec-fetch-site", "cross-site")], 403),
        ("POST", &[basic, ("sec-fetch-site", "same-site")], 403),
        ("POST", &[basic, ("origin", "https://here"), ("host", "here")], 200),
        ("POST", &[basic, ("origin", "https://there"), ("host", "here")], 403),
        ("POST", &[basic, ("origin", "null"), ("host", "here")], 403),
        // A browser sends no Bearer by itself: whoever sends one knows the key.
        ("POST", &[bearer, ("sec-fetch-site", "cross-site")], 200),
    ];
    for (method, headers, status) in table {
        let mut request = Request::builder().method(*method).uri("/write");
        for (name, value) in *headers {
            request = request.header(*name, *value);
        }
        let response = app().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status().as_u16(), *status, "{headers:?}");
    }
}

#[tokio::test]
async fn a_browser_is_told_how_to_give_a_key() {
    for (accept, scheme) in [("text/html", "Basic"), ("application/json", "Bearer")] {
        let request = Request::builder().uri("/operate").header(header::ACCEPT, accept);
        let response = app().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let asked = response.headers()[header::WWW_AUTHENTICATE].to_str().unwrap();
        assert!(asked.starts_with(scheme), "{accept}: {asked}");
    }
}

#[test]
fn a_key_is_admitted_and_dismissed_by_its_digest() {
    let keys = Keys::default();
    let key = Keys::make().unwrap();
    keys.admit(&Keys::digest(&key), Caller::Operator);
    assert_eq!(keys.caller(&key), Some(Caller::Operator));
    keys.dismiss(&Keys::digest(&key));
    assert_eq!(keys.caller(&key), None);
    keys.admit("no digest", Caller::Operator);
    keys.admit(&"é".repeat(32), Caller::Operator);
    assert_eq!(keys.caller("no digest"), None);
}

#[tokio::test]
async fn a_problem_is_told_in_the_readers_script() {
    let (_, body) = ask("GET", "/nowhere", "").await;
    assert_eq!(body["title"], "這裏沒有內容");
}

#[test]
fn every_operation_is_in_the_document_with_its_access() {
    let routes = Routes::<()>::new()
        .get(
            "/a/{id}",
            Access::public_read("things"),
            Doc::new("One thing").query("$select", "fields"),
            || async {},
        )
        .delete(
            "/a/{id}",
            Access::operator(Action::Delete, "things"),
            Doc::new("Remove").status(204),
            || async {},
        )
        .get("/page", Access::public_read("pages"), Doc::page("A page"), || async {});
    let document = document("Test", "1", routes.operations());
    assert_eq!(document["paths"]["/a/{id}"]["get"]["x-access"]["who"], "anyone");
    assert_eq!(document["paths"]["/a/{id}"]["delete"]["security"][0]["key"], serde_json::json!([]));
    assert!(document["paths"].get("/page").is_none());
}
