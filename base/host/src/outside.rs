//! Handing something to a server of others: an event to a webhook, a message to a mail server. Both say whether the other
//! side has it; whoever asks decides when to try again.

pub mod mail;
mod tls;
pub mod webhook;
