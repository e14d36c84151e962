//! What every request passes on its way in and every answer on its way out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::{CompressionLayer, CompressionLevel};

use super::gate::{Keys, Visitor, is_forged};
use crate::clock::Clock;
use crate::problem::{self, Problem};
use crate::telemetry::Metrics;

/// Renders a problem as a page for somebody who came with a browser: (problem, path, languages) → HTML.
type ProblemPage = dyn Fn(&Problem, &str, &[String]) -> String + Send + Sync;

/// Bodies up to this are read whole at once: a form, an observation, a batch of some hundred.
const SMALL_BODY_BYTES: usize = 64 * 1024;

/// What the layers need to know.
#[derive(Clone)]
pub struct Shell {
    pub clock: Clock,
    pub keys: Keys,
    pub metrics: Metrics,
    /// Bytes of a request's body beyond which it is refused.
    pub body_limit_bytes: usize,
    /// Seconds after which a request that does not stream is given up.
    pub timeout_seconds: u64,
    pub problem_page: Option<Arc<ProblemPage>>,
    /// The value of `Content-Security-Policy` on pages; `base/ui` computes it from its assets.
    pub content_security_policy: Option<HeaderValue>,
    /// Says true when these routes are at their end: event streams are closed then, and whoever listens comes back to
    /// the server, or to the routes, that stand there next.
    pub ended: watch::Receiver<bool>,
}

/// Puts the layers around the routes.
pub fn wrap(router: Router, shell: Shell) -> Router {
    let limit = DefaultBodyLimit::max(shell.body_limit_bytes);
    router
        .fallback(|request: Request| async move { Problem::not_found(request.uri().path()) })
        .method_not_allowed_fallback(|request: Request| async move {
            let detail = format!("{} does not take {}", request.uri().path(), request.method());
            Problem::new(&problem::METHOD_NOT_ALLOWED, detail)
        })
        .layer(limit)
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            tracing::error!("a handler panicked");
            Problem::new(&problem::INTERNAL, "this request could not be finished").into_response()
        }))
        .layer(from_fn_with_state(shell, around))
        // Level 4 halves the bytes of a page in a tenth of the time of the best level.
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(4)))
}

async fn around(State(shell): State<Shell>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let path = request.uri().path().to_string();
    let method = request.method().clone();
    let route =
        request.extensions().get::<MatchedPath>().map_or("unmatched".into(), |m| m.as_str().to_string());
    let languages = accepted_languages(request.headers());
    let wants_page = wants_page(request.headers());
    let caller = match is_forged(request.method(), request.headers()) {
        true => Err(Problem::new(&problem::FORBIDDEN, "another site's page sent this with your key")
            .hint("send it from a page of this server")),
        false => shell.keys.recognise(request.headers()),
    };
    request.extensions_mut().insert(Visitor { caller, now: shell.clock.now(), languages: languages.clone() });
    let answered = async {
        match whole(request).await {
            Ok(request) => next.run(request).await,
            Err(problem) => problem.into_response(),
        }
    };
    let answer = tokio::time::timeout(Duration::from_secs(shell.timeout_seconds), answered).await;
    let mut response = answer.unwrap_or_else(|_| {
        Problem::new(&problem::TIMEOUT, format!("no answer within {} s", shell.timeout_seconds))
            .retry_after(10)
            .into_response()
    });
    if let Some(found) = as_problem(&mut response, &method, &path) {
        write_problem(&shell, &mut response, &found, &path, &languages, wants_page);
    }
    security_headers(&shell, response.headers_mut());
    let response = until_ended(response, &shell.ended);
    let seconds = started.elapsed().as_secs_f64();
    shell.metrics.request(&route, method.as_str(), response.status().as_u16(), seconds);
    // The route, not the address: a query may say where somebody wants to go, and that is theirs.
    tracing::debug!(%method, route, status = response.status().as_u16(), seconds, "answered");
    response
}

/// A small body is read before anybody answers. An answer that is given without reading it, as a refusal is, would close the
/// connection while the client thinks that it may be used again: its next request would be lost.
async fn whole(request: Request) -> Result<Request, Problem> {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok());
    if !length.is_some_and(|length: usize| (1..=SMALL_BODY_BYTES).contains(&length)) {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, SMALL_BODY_BYTES).await;
    let body = body.map_err(|_| Problem::bad_request("the body ended before its announced length"))?;
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// An event stream has no end of its own, and a server that waits for it would never stop.
fn until_ended(response: Response, ended: &watch::Receiver<bool>) -> Response {
    let kind = response.headers().get(header::CONTENT_TYPE);
    if kind.is_none_or(|kind| !kind.as_bytes().starts_with(b"text/event-stream")) {
        return response;
    }
    let mut ended = ended.clone();
    response.map(|body| {
        let until = Box::pin(async move {
            if ended.wait_for(|ended| *ended).await.is_err() {
                // Nobody is left who could say it.
                std::future::pending::<()>().await;
            }
        });
        Body::from_stream(body.into_data_stream().take_until(until))
    })
}

/// A problem that a handler gave, or one made of a bare refusal by the framework (a body too large, JSON that is none).
fn as_problem(response: &mut Response, method: &http::Method, path: &str) -> Option<Problem> {
    if let Some(found) = response.extensions_mut().remove::<Problem>() {
        return Some(found);
    }
    let status = response.status();
    let is_plain =
        response.headers().get(header::CONTENT_TYPE).is_none_or(|t| t.as_bytes().starts_with(b"text/plain"));
    if !is_plain || !(status.is_client_error() || status.is_server_error()) {
        return None;
    }
    Some(match status {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(&problem::TOO_LARGE, format!("the body sent to {path} is too large"))
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Problem::new(&problem::UNSUPPORTED_TYPE, "the Content-Type is not one that is understood here")
                .hint("send Content-Type: application/json")
        }
        status if status.is_client_error() => {
            Problem::bad_request(format!("{method} {path}: the body or the query does not fit"))
        }
        _ => Problem::new(&problem::INTERNAL, "this request could not be finished"),
    })
}

fn write_problem(
    shell: &Shell,
    response: &mut Response,
    found: &Problem,
    path: &str,
    languages: &[String],
    wants_page: bool,
) {
    *response.status_mut() = found.status();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept, accept-language"));
    if found.status() == StatusCode::UNAUTHORIZED {
        // A browser asks its reader for a name, which may be anything, and the key as password (RFC 7617).
        let scheme = if wants_page { "Basic realm=\"Causeway\", charset=\"UTF-8\"" } else { "Bearer" };
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
    }
    match (&shell.problem_page, wants_page) {
        (Some(page), true) => {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            *response.body_mut() = Body::from(page(found, path, languages));
        }
        _ => {
            let (body, lang) = found.to_json(path, languages.iter().map(String::as_str));
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
            headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang));
            *response.body_mut() = Body::from(body.to_string());
        }
    }
}

fn security_headers(shell: &Shell, headers: &mut HeaderMap) {
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), payment=(), usb=()");
    let is_page = headers.get(header::CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"text/html"));
    if let (true, Some(policy)) = (is_page, &shell.content_security_policy) {
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy.clone());
        headers.entry(header::X_FRAME_OPTIONS).or_insert(HeaderValue::from_static("SAMEORIGIN"));
    }
}

fn wants_page(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).is_some_and(|a| a.to_str().is_ok_and(|a| a.contains("text/html")))
}

/// The tags of `Accept-Language`, best first (RFC 9110, 12.5.4); at most eight, a browser sends about five.
pub(super) fn accepted_languages(headers: &HeaderMap) -> Vec<String> {
    let text = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let mut found: Vec<(f32, String)> = text
        .split(',')
        .take(8)
        .filter_map(|part| {
            let (tag, q) = part.trim().split_once(";q=").unwrap_or((part.trim(), "1"));
            let q: f32 = q.trim().parse().ok()?;
            (!tag.is_empty() && q > 0.0).then(|| (q, tag.to_string()))
        })
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    // Readers of Chinese send a region; the script is what we write in (BCP 47 likely subtags).
    found
        .into_iter()
        .flat_map(|(_, tag)| {
            let script = match tag.to_ascii_lowercase().as_str() {
                "zh-hk" | "zh-tw" | "zh-mo" | "yue" | "yue-hk" => Some("zh-Hant".to_string()),
                "zh-cn" | "zh-sg" | "zh" => Some("zh-Hans".to_string()),
                lower if lower.starts_with("zh-hant") => Some("zh-Hant".to_string()),
                lower if lower.starts_with("zh-hans") => Some("zh-Hans".to_string()),
                lower => lower.split_once('-').map(|(base, _)| base.to_string()),
            };
            std::iter::once(tag).chain(script)
        })
        .collect()
}
