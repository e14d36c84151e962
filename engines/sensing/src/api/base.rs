//! What every answer and every request of this crate have in common.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use host::Problem;
use host::problem::UNSUPPORTED_TYPE;

use crate::Sensing;

/// Says in every answer whether it is of live, recorded or simulated values; the store holds one of them.
const MODE: HeaderName = HeaderName::from_static("causeway-mode");

impl Sensing {
    /// What absolute links begin with, ending before `/Things`.
    pub(crate) fn base(&self, headers: &HeaderMap) -> String {
        format!("{}/sta/v1.1", self.origin(headers))
    }

    /// Scheme and host as the client knows them.
    pub(crate) fn origin(&self, headers: &HeaderMap) -> String {
        if let Some(url) = &self.inner.config.public_url {
            return url.trim_end_matches('/').to_string();
        }
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        let forwarded = headers.get("x-forwarded-proto").and_then(|scheme| scheme.to_str().ok());
        let scheme = if forwarded == Some("https") { "https" } else { "http" };
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

/// A body must say that it is JSON, in UTF-8.
pub fn must_be_json(headers: &HeaderMap) -> Result<(), Problem> {
    let wrong = |what: String| {
        Problem::new(&UNSUPPORTED_TYPE, what).hint("send Content-Type: application/json, in UTF-8")
    };
    let Some(kind) = headers.get(header::CONTENT_TYPE) else {
        return Err(wrong("the body does not say what it is".into()));
    };
    let kind = kind.to_str().unwrap_or_default().to_ascii_lowercase();
    let (name, parameters) = kind.split_once(';').unwrap_or((&kind, ""));
    if !matches!(name.trim(), "application/json" | "application/merge-patch+json") {
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
