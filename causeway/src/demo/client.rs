//! The simulated devices' side of HTTP.

use std::collections::HashMap;

use axum::body::Body;
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client as Legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use simulate::model::Said;
use vocab::Time;

use super::messages;

pub struct Client {
    http: Legacy<HttpConnector, Body>,
    base: String,
    key: String,
}

/// From when to when a datastream has spoken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spoken {
    pub first: Time,
    pub last: Time,
}

impl Spoken {
    /// `2026-11-24T00:00:00Z/2026-11-25T00:00:00Z`, as SensorThings writes an extent.
    fn parse(text: &str) -> Option<Spoken> {
        let (first, last) = text.split_once('/')?;
        Some(Spoken { first: Time::parse(first).ok()?, last: Time::parse(last).ok()? })
    }
}

impl Client {
    pub fn new(base: &str, key: &str) -> Client {
        let http = Legacy::builder(TokioExecutor::new()).build_http();
        Client { http, base: base.into(), key: key.into() }
    }

    /// Sends JSON; answers the body, or what the server said instead.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        self.ask("POST", path, Body::from(body.to_string())).await
    }

    async fn ask(&self, method: &str, path: &str, body: Body) -> Result<Value, String> {
        let url = if path.starts_with("http") { path.to_string() } else { format!("{}{path}", self.base) };
        let request = axum::http::Request::builder()
            .method(method)
            .uri(&url)
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {}", self.key))
            .body(body)
            .map_err(|e| e.to_string())?;
        let response = self.http.request(request).await.map_err(|e| format!("{method} {path}: {e}"))?;
        let status = response.status();
        let bytes = response.into_body().collect().await.map_err(|e| e.to_string())?.to_bytes();
        if !status.is_success() {
            return Err(format!("{method} {path}: {status} {}", String::from_utf8_lossy(&bytes)));
        }
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&bytes).map_err(|e| format!("{method} {path}: {e}"))
    }

    /// Every datastream of a fleet, by its slug, with its number and what the server has of it.
    pub async fn datastreams(&self, fleet: &str) -> Result<HashMap<String, (i64, Option<Spoken>)>, String> {
        let mut found = HashMap::new();
        let filter = format!("properties/feed%20eq%20'{fleet}'");
        let first =
            format!("/sta/v1.1/Datastreams?$select=id,properties,phenomenonTime&$top=1000&$filter={filter}");
        let mut next = Some(first);
        while let Some(path) = next {
            let page = self.ask("GET", &path, Body::empty()).await?;
            for datastream in page["value"].as_array().into_iter().flatten() {
                let slug = datastream["properties"]["slug"].as_str();
                if let (Some(slug), Some(id)) = (slug, datastream["@iot.id"].as_i64()) {
                    let spoken = datastream["phenomenonTime"].as_str().and_then(Spoken::parse);
                    found.insert(slug.to_string(), (id, spoken));
                }
            }
            next = page["@iot.nextLink"].as_str().map(str::to_string);
        }
        Ok(found)
    }

    pub async fn observe(&self, rows: &[(i64, Time, Said)]) -> Result<(), String> {
        if rows.is_empty() {
            return Ok(());
        }
        let answers = self.post("/sta/v1.1/CreateObservations", &messages::observations(rows)).await?;
        // The standard answers a link for each that was taken and the word "error" for each that was not.
        let refused = answers
            .as_array()
            .into_iter()
            .flatten()
            .filter(|a| a.as_str().is_some_and(|a| a.starts_with("error")));
        match refused.count() {
            0 => Ok(()),
            count => Err(format!("{count} of {} readings were refused", rows.len())),
        }
    }
}
