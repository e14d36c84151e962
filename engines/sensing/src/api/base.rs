//! What every answer and every request of this crate have in common.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use host::Problem;
use host::problem::UNSUPPORTED_TYPE;

use crate::Sensing;

/// Says in every answer whether it is of live, recorded or simulated values; the store holds one of them.
const MODE: HeaderName = HeaderName::from_static("causeway-mode");

/// What a proxy was asked by.
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

impl Sensing {
    /// What absolute links begin with, ending before `/Things`.
    pub(crate) fn base(&self, uri: &Uri, headers: &HeaderMap) -> String {
        let version = if is_1_0(uri) { "v1.0" } else { "v1.1" };
        format!("{}/sta/{version}", self.origin(uri, headers))
    }

    /// Scheme and host as the client knows them.
    pub(crate) fn origin(&self, uri: &Uri, headers: &HeaderMap) -> String {
        if let Some(url) = &self.inner.config.public_url {
            return url.trim_end_matches('/').to_string();
        }
        // HTTP/2 has them in the address (RFC 9113, 8.3.1), HTTP/1.1 the host in a header.
        let header = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let host = uri.authority().map(|authority| authority.as_str()).or_else(|| header(header::HOST));
        // It is written into every link: only what can be a host, and its port, may stand there.
        let is_host = |host: &&str| host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b));
        let host = host.filter(is_host).unwrap_or("localhost");
        let forwarded = header(FORWARDED_PROTO) == Some("https");
        let scheme = if forwarded || uri.scheme_str() == Some("https") { "https" } else { "http" };
        format!("{scheme}://{host}")
    }

    /// An answer in JSON.
    pub(crate) fn json(&self, status: StatusCode, body: String) -> Response {
        self.answer(status, "application/json", body)
    }

    pub(crate) fn answer(&self, status: StatusCode, kind: &'static str, body: String) -> Response {
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(MODE, HeaderValue::from_static(self.inner.config.mode.word()));
        response
    }
}

/// Whether the earlier version of the standard (OGC 15-078r6) was asked.
pub fn is_1_0(uri: &Uri) -> bool {
    uri.path().starts_with("/sta/v1.0")
}

/// What a JSON Patch says that it is (RFC 6902).
pub const JSON_PATCH: &str = "application/json-patch+json";

/// What a body says that it is; empty where it does not say.
pub fn content_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default()
}

/// Whether a body says that it is a JSON Patch.
pub fn is_json_patch(headers: &HeaderMap) -> bool {
    content_type(headers).split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(JSON_PATCH))
}

/// A body must say that it is JSON, in UTF-8.
pub fn must_be_json(headers: &HeaderMap) -> Result<(), Problem> {
    must_be(&["application/json", "application/merge-patch+json"], headers)
}

/// A body must say that it is one of these kinds of JSON, in UTF-8.
pub fn must_be(kinds: &[&str], headers: &HeaderMap) -> Result<(), Problem> {
    let wrong = |what: String| {
        Problem::new(&UNSUPPORTED_TYPE, what).hint("send Content-Type: application/json, in UTF-8")
    };
    let Some(kind) = headers.get(header::CONTENT_TYPE) else {
        return Err(wrong("the body does not say what it is".into()));
    };
    let kind = kind.to_str().unwrap_or_default().to_ascii_lowercase();
    let (name, parameters) = kind.split_once(';').unwrap_or((&kind, ""));
    if !kinds.contains(&name.trim()) {
        return Err(wrong(format!("Content-Type {} is not understood here", name.trim())));
    }
    let charset = parameters
        .split(';')
        .find_map(|p| p.trim().strip_prefix("charset=").map(|c| c.trim_matches('"').to_string()));
    match charset {
        Some(other) if !matches!(other.as_str(), "utf-8" | "utf8" | "us-ascii") => {
            Err(wrong(format!("charset {other} is not understood here")))
        }
        _ => Ok(()),
    }
}
