//! MQTT over WebSocket (MQTT 5, section 6): the bytes of binary messages, however they are cut.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use bytes::{Buf, Bytes};
use futures_util::{Sink, Stream};
use host::{Access, Doc, Gate, Problem, Routes, problem};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;

use crate::broker::Broker;
use crate::connection;

impl Broker {
    /// `/mqtt`, for browsers and for networks that let nothing else through. Who connects says who it is in MQTT.
    pub fn routes(&self, stop: watch::Receiver<bool>) -> Routes<()> {
        Routes::<(Broker, watch::Receiver<bool>)>::new()
            .get(
                "/mqtt",
                Access::public_read("observations"),
                Doc::new("MQTT over WebSocket, subprotocol `mqtt`").status(101),
                upgrade,
            )
            .with_state((self.clone(), stop))
    }
}

async fn upgrade(
    _: Gate,
    State((broker, stop)): State<(Broker, watch::Receiver<bool>)>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    let permit = broker.inner.connections.clone().try_acquire_owned().map_err(|_| {
        Problem::new(&problem::UNAVAILABLE, "as many MQTT clients are connected as may be").retry_after(10)
    })?;
    let most = broker.inner.limits.packet_bytes;
    // 3.1.1 clients of old name the version in the subprotocol.
    Ok(upgrade
        .protocols(["mqtt", "mqttv3.1"])
        .max_message_size(most.max(1 << 16))
        .max_frame_size(most.max(1 << 16))
        .on_upgrade(move |socket| async move {
            connection::serve(Box::new(Bytestream { socket, rest: Bytes::new() }), broker, stop).await;
            drop(permit);
        }))
}

/// A WebSocket as a stream of bytes.
struct Bytestream {
    socket: WebSocket,
    /// Of the last message, what is not read yet.
    rest: Bytes,
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> std::io::Error {
    std::io::Error::other(error)
}

impl AsyncRead for Bytestream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let this = self.get_mut();
        while this.rest.is_empty() {
            match ready!(Pin::new(&mut this.socket).poll_next(cx)) {
                Some(Ok(Message::Binary(bytes))) => this.rest = bytes,
                Some(Ok(Message::Close(_))) | None => return Poll::Ready(Ok(())),
                // Pings are answered below; a text message breaks the rules ([MQTT-6.0.0-1]).
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Text(_))) => {
                    return Poll::Ready(Err(std::io::Error::other("MQTT goes in binary messages")));
                }
                Some(Err(error)) => return Poll::Ready(Err(broken(error))),
            }
        }
        let some = this.rest.len().min(to.remaining());
        to.put_slice(&this.rest[..some]);
        this.rest.advance(some);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Bytestream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        let socket = Pin::new(&mut self.get_mut().socket);
        let mut socket = socket;
        ready!(socket.as_mut().poll_ready(cx)).map_err(broken)?;
        socket.start_send(Message::Binary(Bytes::copy_from_slice(bytes))).map_err(broken)?;
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_flush(cx).map_err(broken)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_close(cx).map_err(broken)
    }
}
