//! The HTTP shell: routes that carry their access row and their documentation, the layers every request passes, the
//! server itself.

mod gate;
mod layers;
mod openapi;
mod routes;
mod server;

pub use gate::{Gate, Keys};
pub use layers::{Shell, wrap};
pub use openapi::document;
pub use routes::{Access, Doc, Operation, Routes, Who};
pub use server::{ListenError, Listener, Switch, Tls, TlsAcceptor, accept};

#[cfg(test)]
mod tests;
