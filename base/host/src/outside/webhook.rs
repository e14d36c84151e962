//! Posts messages to one address over HTTP/1.1, over connections that stay open between two of them.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::tls;

/// Connections kept for the next event.
const KEPT: usize = 8;
/// From the first byte to the answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is posted.
#[derive(Debug, Clone)]
pub struct Message {
    pub content_type: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

pub struct Poster {
    uri: Uri,
    host: String,
    tls: Option<TlsConnector>,
    idle: Mutex<Vec<SendRequest<Full<Bytes>>>>,
}

impl Poster {
    pub fn new(url: &str) -> Result<Poster, String> {
        let uri: Uri = url.parse().map_err(|_| format!("{url} is no web address"))?;
        let host = uri.host().ok_or("the address names no host")?.to_string();
        let tls = match uri.scheme_str() {
            Some("https") => Some(tls::connector()?),
            _ => None,
        };
        Ok(Poster { uri, host, tls, idle: Mutex::default() })
    }

    /// `Ok`: the other side has it. Anything else is to be tried again.
    pub async fn post(&self, message: &Message) -> Result<(), String> {
        let sent = tokio::time::timeout(PATIENCE, self.exchange(message));
        sent.await.map_err(|_| format!("{} does not answer", self.host))?
    }

    async fn exchange(&self, message: &Message) -> Result<(), String> {
        let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        // A connection that the other side has closed meanwhile is not its refusal.
        if let Some(mut connection) = kept.filter(|connection| !connection.is_closed())
            && connection.ready().await.is_ok()
            && let Ok(outcome) = self.send(&mut connection, message).await
        {
            return self.judge(connection, outcome).await;
        }
        let mut connection = self.connect().await?;
        let answer = self.send(&mut connection, message).await?;
        self.judge(connection, answer).await
    }

    async fn send(
        &self,
        connection: &mut SendRequest<Full<Bytes>>,
        message: &Message,
    ) -> Result<http::Response<hyper::body::Incoming>, String> {
        let path = self.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut request = Request::post(path)
            .header(header::HOST, self.uri.authority().map_or("", |authority| authority.as_str()))
            .header(header::USER_AGENT, concat!("Causeway/", env!("CARGO_PKG_VERSION")))
            .header(header::CONTENT_TYPE, message.content_type);
        for (name, value) in &message.headers {
            request = request.header(*name, value);
        }
        let request =
            request.body(Full::new(Bytes::from(message.body.clone()))).map_err(|e| e.to_string())?;
        connection.send_request(request).await.map_err(|e| format!("{}: {e}", self.host))
    }

    /// Any 2xx is taken; the connection is kept for the next when the answer was read.
    async fn judge(
        &self,
        connection: SendRequest<Full<Bytes>>,
        answer: http::Response<hyper::body::Incoming>,
    ) -> Result<(), String> {
        let status = answer.status();
        let mut body = answer.into_body();
        let mut left: usize = 64 * 1024;
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
            if left == 0 {
                break;
            }
        }
        if left > 0 {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < KEPT {
                idle.push(connection);
            }
        }
        if status.is_success() { Ok(()) } else { Err(format!("{} answered {}", self.host, status.as_u16())) }
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, String> {
        let port = self.uri.port_u16().unwrap_or(if self.tls.is_some() { 443 } else { 80 });
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        let unreachable = |e: std::io::Error| format!("{bare}:{port} cannot be reached: {e}");
        let socket = TcpStream::connect((bare, port)).await.map_err(unreachable)?;
        // An event is small, and its answer is waited for.
        socket.set_nodelay(true).map_err(unreachable)?;
        match &self.tls {
            Some(tls) => handshake(tls::over(tls, bare, socket).await?).await,
            None => handshake(socket).await,
        }
    }
}

async fn handshake(
    stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
) -> Result<SendRequest<Full<Bytes>>, String> {
    let made = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (sender, connection) = made.map_err(|e| e.to_string())?;
    // Ends with the sender, or when the other side closes.
    tokio::spawn(connection);
    Ok(sender)
}
