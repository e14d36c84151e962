//! Signs what is posted to a webhook, as Standard Webhooks 1.0 says: `webhook-id`, `webhook-timestamp`,
//! `webhook-signature: v1,<HMAC-SHA-256 of id.timestamp.body, base64>`.

use base64::Engine;
use sha2::{Digest, Sha256};

/// Bytes that SHA-256 takes at a time.
const BLOCK: usize = 64;

/// The bytes of a secret: text, or after `whsec_` base64, as Standard Webhooks writes any bytes. Nothing where that is none.
pub fn secret(text: &str) -> Option<Vec<u8>> {
    match text.strip_prefix("whsec_") {
        Some(text) => base64::engine::general_purpose::STANDARD.decode(text).ok(),
        None => Some(text.as_bytes().to_vec()),
    }
}

/// The signature of one message.
pub fn sign(secret: &[u8], id: &str, seconds: i64, body: &[u8]) -> String {
    let mut message = format!("{id}.{seconds}.").into_bytes();
    message.extend_from_slice(body);
    format!("v1,{}", base64::engine::general_purpose::STANDARD.encode(hmac(secret, &message)))
}

/// HMAC (RFC 2104) with SHA-256.
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0u8; BLOCK];
    if key.len() > BLOCK {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let padded = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests;
