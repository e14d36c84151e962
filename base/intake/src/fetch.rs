//! Getting an answer from an outside server, as a good guest: we say who we are, ask only for what changed, keep to a
//! rate for each host, and put a bound on everything the other side decides.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use host::Clock;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::address;
use crate::decode::unpack;
use crate::manners::{self, Visits};

/// A chain longer than this leads nowhere, or in a circle.
const REDIRECTS: usize = 3;
/// From the first byte sent to the last received, redirects and all.
const WHOLE_SECONDS: u64 = 60;
const CONNECT_SECONDS: u64 = 10;

/// What the operator allows.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Says the project and whom to write to: `Causeway/0.1 (+https://…; mailto:…)`.
    pub agent: String,
    pub requests_per_host_per_minute: u32,
    /// Of the answer, packed and unpacked.
    pub answer_limit_bytes: usize,
    /// Addresses behind the operator's own walls may be fetched.
    pub allow_private_addresses: bool,
}

/// One fetch.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    pub url: String,
    /// The feed file says that the owner offers no TLS.
    pub without_tls: bool,
    pub validators: Validators,
}

/// What the server said its last answer was, to be told it again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The body, with the server's own compression undone.
    Fresh { body: Vec<u8>, validators: Validators },
    /// 304: what we have is still so.
    Unchanged,
}

#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("{0} is no address we fetch: {1}")]
    Address(String, &'static str),
    #[error("{0} leads to {1}, which is not a public address; feeds.allow_private_addresses permits it")]
    Private(String, SocketAddr),
    #[error("cannot find {0}: {1}")]
    Lookup(String, String),
    #[error("cannot reach {0}: {1}")]
    Connect(String, String),
    #[error("the exchange with {0} broke off: {1}")]
    Exchange(String, String),
    #[error("{0} took longer than {1} s")]
    Slow(String, u64),
    #[error("the answer is longer than {0} bytes; feeds.answer_limit_bytes sets the bound")]
    TooLong(usize),
    #[error("more than {REDIRECTS} redirects")]
    Redirects,
    #[error("the answer is packed as {0}, which we did not ask for")]
    Packed(String),
    #[error("the server answered {status}")]
    Status {
        status: u16,
        /// Microseconds, from `Retry-After`.
        stay_away: Option<i64>,
        /// The beginning of what it said.
        body: Vec<u8>,
    },
}

pub struct Fetcher {
    terms: Terms,
    visits: Mutex<Visits>,
    clock: Clock,
    tls: TlsConnector,
}

impl Fetcher {
    pub fn new(terms: Terms, clock: Clock) -> Result<Fetcher, rustls::Error> {
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let visits = Mutex::new(Visits::new(terms.requests_per_host_per_minute));
        Ok(Fetcher { terms, visits, clock, tls: TlsConnector::from(Arc::new(config)) })
    }

    /// One conditional GET. Waits its turn at the host first; that wait is not part of the time limit.
    pub async fn fetch(&self, ask: &Ask) -> Result<Answer, FetchError> {
        let mut uri = checked(&ask.url, ask.without_tls)?;
        for _ in 0..=REDIRECTS {
            self.wait_turn(uri.host().unwrap_or_default()).await;
            let limit = Duration::from_secs(WHOLE_SECONDS);
            let step = tokio::time::timeout(limit, self.step(&uri, ask));
            match step.await.map_err(|_| FetchError::Slow(uri.to_string(), WHOLE_SECONDS))?? {
                Step::Done(answer) => return Ok(answer),
                Step::Elsewhere(location) => uri = checked(&joined(&uri, &location), ask.without_tls)?,
            }
        }
        Err(FetchError::Redirects)
    }

    async fn wait_turn(&self, host: &str) {
        let now = self.clock.now();
        let at = match self.visits.lock() {
            Ok(mut visits) => visits.reserve(host, now),
            // A poisoned count is no reason to knock at once.
            Err(poisoned) => poisoned.into_inner().reserve(host, now),
        };
        let wait = u64::try_from(at.0 - now.0).unwrap_or(0);
        tokio::time::sleep(Duration::from_micros(wait)).await;
    }

    async fn step(&self, uri: &Uri, ask: &Ask) -> Result<Step, FetchError> {
        let host = uri.host().unwrap_or_default();
        let tls = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        let address = self.resolve(host, port).await?;
        let connect = |e: String| FetchError::Connect(format!("{host} ({address})"), e);
        let socket = tokio::time::timeout(Duration::from_secs(CONNECT_SECONDS), TcpStream::connect(address))
            .await
            .map_err(|_| connect(format!("no answer in {CONNECT_SECONDS} s")))?
            .map_err(|e| connect(e.to_string()))?;
        let response = if tls {
            let bare = host.trim_start_matches('[').trim_end_matches(']').to_string();
            let name = ServerName::try_from(bare).map_err(|e| connect(e.to_string()))?;
            let stream = self.tls.connect(name, socket).await.map_err(|e| connect(e.to_string()))?;
            self.exchange(stream, uri, ask).await?
        } else {
            self.exchange(socket, uri, ask).await?
        };
        self.judge(response).await
    }

    /// Looks the host up and keeps one address we may speak to; we then connect to that very address, so no second
    /// look-up can lead elsewhere.
    async fn resolve(&self, host: &str, port: u16) -> Result<SocketAddr, FetchError> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let found = tokio::net::lookup_host((bare, port)).await;
        let found: Vec<SocketAddr> =
            found.map_err(|e| FetchError::Lookup(host.into(), e.to_string()))?.collect();
        let none = || FetchError::Lookup(host.into(), "the name has no address".into());
        if self.terms.allow_private_addresses {
            return found.first().copied().ok_or_else(none);
        }
        // One private address among public ones is an attack or a mistake; either way we stay out.
        match found.iter().find(|a| !address::is_public(a.ip())) {
            Some(private) => Err(FetchError::Private(host.into(), *private)),
            // IPv4 first: a machine without IPv6 still looks such names up.
            None => found.iter().find(|a| a.is_ipv4()).or(found.first()).copied().ok_or_else(none),
        }
    }

    async fn exchange(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        uri: &Uri,
        ask: &Ask,
    ) -> Result<http::Response<Incoming>, FetchError> {
        let broke = |e: hyper::Error| FetchError::Exchange(uri.to_string(), e.to_string());
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(broke)?;
        // Ends when the answer is read or dropped.
        tokio::spawn(connection);
        let path = uri.path_and_query().map_or("/", |p| p.as_str());
        let mut request = Request::get(path)
            .header(header::HOST, uri.authority().map_or("", |a| a.as_str()))
            .header(header::USER_AGENT, &self.terms.agent)
            .header(header::ACCEPT, "*/*")
            .header(header::ACCEPT_ENCODING, "gzip")
            .header(header::CONNECTION, "close");
        if let Some(etag) = &ask.validators.etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        if let Some(date) = &ask.validators.last_modified {
            request = request.header(header::IF_MODIFIED_SINCE, date);
        }
        let request = request
            .body(Empty::<Bytes>::new())
            .map_err(|e| FetchError::Exchange(uri.to_string(), e.to_string()))?;
        sender.send_request(request).await.map_err(broke)
    }

    async fn judge(&self, response: http::Response<Incoming>) -> Result<Step, FetchError> {
        let (head, body) = response.into_parts();
        let text =
            |name| head.headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok()).map(str::to_string);
        if head.status == StatusCode::NOT_MODIFIED {
            return Ok(Step::Done(Answer::Unchanged));
        }
        if head.status.is_redirection()
            && let Some(location) = text(header::LOCATION)
        {
            return Ok(Step::Elsewhere(location));
        }
        let limit = self.terms.answer_limit_bytes;
        if head.status != StatusCode::OK {
            // What a failing server says is kept for diagnosis; its beginning is enough.
            let body = read(body, 64 * 1024).await.unwrap_or_default();
            let stay_away = text(header::RETRY_AFTER).and_then(|t| manners::told_to_wait(&t));
            return Err(FetchError::Status { status: head.status.as_u16(), stay_away, body });
        }
        let packed = read(body, limit).await?;
        let body = undo(&head.headers, packed, limit)?;
        let validators = Validators { etag: text(header::ETAG), last_modified: text(header::LAST_MODIFIED) };
        Ok(Step::Done(Answer::Fresh { body, validators }))
    }
}

enum Step {
    Done(Answer),
    Elsewhere(String),
}

async fn read(mut body: Incoming, limit: usize) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|e| FetchError::Exchange("the server".into(), e.to_string()))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > limit {
            return Err(FetchError::TooLong(limit));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

fn undo(headers: &HeaderMap, body: Vec<u8>, limit: usize) -> Result<Vec<u8>, FetchError> {
    let coding = headers.get(header::CONTENT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or("identity");
    match coding.trim().to_ascii_lowercase().as_str() {
        "identity" | "" => Ok(body),
        "gzip" | "x-gzip" => unpack::unpack(&body, limit as u64).map_err(|e| match e {
            crate::decode::DecodeError::TooLong(_) => FetchError::TooLong(limit),
            other => FetchError::Exchange("the server".into(), other.to_string()),
        }),
        other => Err(FetchError::Packed(other.into())),
    }
}

/// An address we fetch: https, or http where the feed file says so; with a host, without a name and password.
fn checked(url: &str, without_tls: bool) -> Result<Uri, FetchError> {
    let refuse = |why| Err(FetchError::Address(url.into(), why));
    let Ok(uri) = url.parse::<Uri>() else { return refuse("it is not a URL") };
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if without_tls => {}
        Some("http") => {
            return refuse("it is without TLS; write without_tls = true if its owner offers none");
        }
        _ => return refuse("it begins neither with https:// nor with http://"),
    }
    match uri.authority() {
        Some(authority) if authority.as_str().contains('@') => refuse("it holds a name or password"),
        Some(authority) if !authority.host().is_empty() => Ok(uri),
        _ => refuse("it names no host"),
    }
}

/// Where `Location` leads (RFC 3986, 5.2, without dot segments, which servers resolve too).
fn joined(base: &Uri, location: &str) -> String {
    let scheme = base.scheme_str().unwrap_or("https");
    let authority = base.authority().map_or("", |a| a.as_str());
    if location.contains("://") {
        location.into()
    } else if let Some(rest) = location.strip_prefix("//") {
        format!("{scheme}://{rest}")
    } else if location.starts_with('/') {
        format!("{scheme}://{authority}{location}")
    } else {
        let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{scheme}://{authority}{folder}/{location}")
    }
}

#[cfg(test)]
mod tests;
