//! Sockets that MQTT clients connect to: TCP, TLS, and WebSocket on the port of the pages.

use std::net::SocketAddr;
use std::time::Duration;

use host::http::{ListenError, Tls, TlsAcceptor, accept};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::broker::Broker;
use crate::connection;
use crate::limits;

/// A bound address that is not served yet.
pub struct Server {
    broker: Broker,
    socket: TcpListener,
    tls: Option<TlsAcceptor>,
}

impl Server {
    pub async fn bind(broker: Broker, address: SocketAddr, tls: Option<&Tls>) -> Result<Server, ListenError> {
        let socket = TcpListener::bind(address).await.map_err(|e| ListenError::Bind(address, e))?;
        let tls = tls.map(|tls| tls.acceptor(&["mqtt"])).transpose()?;
        Ok(Server { broker, socket, tls })
    }

    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Serves until `stop` says true. Those who are connected are told that the server stops.
    pub async fn serve(self, mut stop: watch::Receiver<bool>) {
        let stopping = stop.clone();
        let mut clients = tokio::task::JoinSet::new();
        let room = self.broker.inner.connections.clone();
        while let Some((stream, permit)) = accept(&self.socket, &room, &mut stop).await {
            let (broker, tls, stop) = (self.broker.clone(), self.tls.clone(), stopping.clone());
            clients.spawn(async move {
                match tls {
                    None => connection::serve(Box::new(stream), broker, stop).await,
                    Some(tls) => {
                        let shaken = tokio::time::timeout(limits::GREETING_TIME, tls.accept(stream)).await;
                        if let Ok(Ok(stream)) = shaken {
                            connection::serve(Box::new(stream), broker, stop).await;
                        }
                    }
                }
                drop(permit);
            });
            // What has ended is let go of as others come.
            while clients.try_join_next().is_some() {}
        }
        drop(self.socket);
        drop(tokio::time::timeout(Duration::from_secs(5), clients.join_all()).await);
    }
}
