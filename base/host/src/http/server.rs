//! Listening, with or without TLS, until asked to stop; then what is under way is finished.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::routing::future::RouteFuture;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::Service;

/// The certificate chain and its key, as PEM files.
#[derive(Debug, Clone)]
pub struct Tls {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// The routes that are served now. Others can take their place at any time: a request that has begun is finished by those
/// it met, the next one on the same connection meets the new ones.
#[derive(Clone)]
pub struct Switch(Arc<RwLock<Router>>);

impl Switch {
    pub fn new(router: Router) -> Switch {
        Switch(Arc::new(RwLock::new(router)))
    }

    pub fn set(&self, router: Router) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = router;
    }
}

impl Service<Request<Incoming>> for Switch {
    type Response = axum::response::Response;
    type Error = Infallible;
    type Future = RouteFuture<Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        let mut router = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        router.call(request)
    }
}

/// A bound address that is not served yet.
pub struct Listener {
    socket: TcpListener,
    tls: Option<TlsAcceptor>,
    /// Connections at once. Each costs some 20 KB; ten thousand live pages fit in 200 MB.
    connections: Arc<Semaphore>,
}

#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error("cannot listen on {0}: {1}. Is another server running there?")]
    Bind(SocketAddr, std::io::Error),
    #[error("cannot use the certificate {0}: {1}")]
    Tls(String, String),
}

/// Seconds a client may take to send its request's head: longer is a client that holds a connection for nothing.
const HEAD_SECONDS: u64 = 10;
/// Seconds that requests under way are given after the word to stop.
const GRACE_SECONDS: u64 = 10;

impl Listener {
    pub async fn bind(
        address: SocketAddr,
        tls: Option<&Tls>,
        connections: usize,
    ) -> Result<Listener, ListenError> {
        let socket = TcpListener::bind(address).await.map_err(|e| ListenError::Bind(address, e))?;
        let tls = tls.map(|tls| tls.acceptor(&["h2", "http/1.1"])).transpose()?;
        Ok(Listener { socket, tls, connections: Arc::new(Semaphore::new(connections)) })
    }

    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Serves until `stop` says true.
    pub async fn serve(self, routes: Switch, mut stop: watch::Receiver<bool>) {
        let graceful = Arc::new(GracefulShutdown::new());
        while let Some((stream, permit)) = accept(&self.socket, &self.connections, &mut stop).await {
            let (routes, tls, watcher) = (routes.clone(), self.tls.clone(), graceful.watcher());
            tokio::spawn(async move {
                serve_one(stream, tls, routes, watcher).await;
                drop(permit);
            });
        }
        drop(self.socket);
        if let Ok(graceful) = Arc::try_unwrap(graceful) {
            drop(tokio::time::timeout(Duration::from_secs(GRACE_SECONDS), graceful.shutdown()).await);
        }
    }
}

/// The next connection, once there is room for it: beyond that clients wait in the system's queue. None when `stop` says
/// true. The permit is the connection's place.
pub async fn accept(
    socket: &TcpListener,
    room: &Arc<Semaphore>,
    stop: &mut watch::Receiver<bool>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    loop {
        let permit = room.clone().acquire_owned().await.ok()?;
        let accepted = tokio::select! {
            accepted = socket.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => return None,
        };
        match accepted {
            Ok((stream, _)) => {
                drop(stream.set_nodelay(true));
                return Some((stream, permit));
            }
            Err(error) => {
                // Out of file handles, most likely: waiting lets some be given back.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn serve_one(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    routes: Switch,
    watcher: hyper_util::server::graceful::Watcher,
) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(HEAD_SECONDS));
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(Duration::from_secs(30));
    let service = TowerToHyperService::new(routes);
    // What ends a connection early is the client's business; it is no event for the operator.
    match tls {
        None => {
            let connection =
                builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
            drop(watcher.watch(connection).await);
        }
        Some(acceptor) => {
            let shaken =
                tokio::time::timeout(Duration::from_secs(HEAD_SECONDS), acceptor.accept(stream)).await;
            if let Ok(Ok(stream)) = shaken {
                let connection =
                    builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
                drop(watcher.watch(connection).await);
            }
        }
    }
}

/// Takes TLS connections with one certificate. Cloning shares it.
#[derive(Clone)]
pub struct TlsAcceptor(tokio_rustls::TlsAcceptor);

impl TlsAcceptor {
    pub async fn accept(
        &self,
        stream: TcpStream,
    ) -> std::io::Result<impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + use<>> {
        self.0.accept(stream).await
    }
}

impl Tls {
    /// `protocols`: what is spoken behind it, as ALPN names it.
    pub fn acceptor(&self, protocols: &[&str]) -> Result<TlsAcceptor, ListenError> {
        let failed = |path: &PathBuf, e: &dyn std::fmt::Display| {
            ListenError::Tls(path.display().to_string(), e.to_string())
        };
        let chain = CertificateDer::pem_file_iter(&self.certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|e| failed(&self.certificate, &e))?;
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|e| failed(&self.key, &e))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .map_err(|e| failed(&self.certificate, &e))?;
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        Ok(TlsAcceptor(tokio_rustls::TlsAcceptor::from(Arc::new(config))))
    }
}
