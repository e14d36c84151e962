//! Who is at the door, and what this route lets them do.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use axum::extract::{FromRequestParts, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use http::HeaderMap;
use http::request::Parts;
use sha2::{Digest, Sha256};
use tokio::sync::broadcast;
use vocab::{Caller, Label, Time};

use super::routes::{Access, Who};
use crate::access::{self, Action, Decision, Object, Purpose};
use crate::problem::{self, Problem};

/// The keys that are known. Only their digests are kept; looking a digest up takes no time that depends on a key.
#[derive(Clone)]
pub struct Keys(Arc<Known>);

struct Known {
    callers: RwLock<HashMap<[u8; 32], Caller>>,
    dismissed: broadcast::Sender<Caller>,
}

/// Dismissals that somebody who listens may be behind; whoever is further behind must look at all callers again.
const DISMISSALS: usize = 1_024;

impl Default for Keys {
    fn default() -> Keys {
        let dismissed = broadcast::channel(DISMISSALS).0;
        Keys(Arc::new(Known { callers: RwLock::default(), dismissed }))
    }
}

impl Keys {
    fn callers(&self) -> RwLockWriteGuard<'_, HashMap<[u8; 32], Caller>> {
        self.0.callers.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn add(&self, key: &str, caller: Caller) {
        self.callers().insert(digest(key), caller);
    }

    /// A new key: 32 random bytes, as text. It is shown once and kept by its digest only.
    pub fn make() -> Result<String, Problem> {
        let mut bytes = [0u8; 32];
        getrandom::fill(&mut bytes)
            .map_err(|e| Problem::new(&problem::INTERNAL, format!("no random numbers: {e}")))?;
        Ok(hex(&bytes))
    }

    /// What is kept of a key.
    pub fn digest(key: &str) -> String {
        hex(&digest(key))
    }

    /// Lets whoever holds the key of this digest in; what is no digest lets nobody in.
    pub fn admit(&self, digest: &str, caller: Caller) {
        if let Some(digest) = unhex(digest) {
            self.callers().insert(digest, caller);
        }
    }

    /// Lets the key of this digest open nothing from now on. Whoever listens is told whose it was.
    pub fn dismiss(&self, digest: &str) {
        let gone = unhex(digest).and_then(|digest| self.callers().remove(&digest));
        if let Some(caller) = gone {
            // Nobody listens: then nobody holds a door open for it.
            drop(self.0.dismissed.send(caller));
        }
    }

    /// Who was dismissed, from now on: what stays open for them is to be closed.
    pub fn dismissals(&self) -> broadcast::Receiver<Caller> {
        self.0.dismissed.subscribe()
    }

    /// Whose key `key` is.
    pub fn caller(&self, key: &str) -> Option<Caller> {
        self.0.callers.read().unwrap_or_else(PoisonError::into_inner).get(&digest(key)).cloned()
    }

    /// Reads `Authorization: Bearer KEY`, or `Basic` with the key as password, which stock clients can send.
    pub fn recognise(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        let Some(value) = headers.get(http::header::AUTHORIZATION) else { return Ok(Caller::Anonymous) };
        let unknown = || {
            Problem::new(&problem::UNAUTHORIZED, "the key in the Authorization header is not known here")
                .hint("send Authorization: Bearer KEY, or none to read what is public")
        };
        let text = value.to_str().map_err(|_| unknown())?;
        let (scheme, rest) = text.split_once(' ').ok_or_else(unknown)?;
        let key = if scheme.eq_ignore_ascii_case("bearer") {
            rest.trim().to_string()
        } else if scheme.eq_ignore_ascii_case("basic") {
            let bytes =
                base64::engine::general_purpose::STANDARD.decode(rest.trim()).map_err(|_| unknown())?;
            let pair = String::from_utf8(bytes).map_err(|_| unknown())?;
            pair.split_once(':').map(|(_, password)| password.to_string()).ok_or_else(unknown)?
        } else {
            return Err(unknown());
        };
        self.caller(&key).ok_or_else(unknown)
    }
}

fn digest(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0u8; 32];
    if text.len() != 2 * bytes.len() || !text.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}

/// Whether another site's page sent this with the credentials that a browser keeps for us (OWASP, cross-site request
/// forgery). Clients that are no browser say neither header.
pub(super) fn is_forged(method: &http::Method, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let kept = text("authorization").is_some_and(|value| value.to_ascii_lowercase().starts_with("basic "));
    if !kept || method.is_safe() {
        return false;
    }
    match (text("sec-fetch-site"), text("origin"), text("host")) {
        (Some(site), ..) => !matches!(site, "same-origin" | "none"),
        (None, Some(origin), Some(host)) => origin.split_once("://").is_none_or(|(_, from)| from != host),
        (None, Some(_), None) => true,
        (None, None, _) => false,
    }
}

/// What every handler is given: who asks, when, and the row of the access table that let them in.
#[derive(Debug, Clone)]
pub struct Gate {
    pub caller: Caller,
    pub now: Time,
    pub access: Access,
    /// The reader's languages, best first, from `Accept-Language`.
    pub languages: Vec<String>,
}

impl Gate {
    /// May this caller do `action` to this object? To be asked for every object with a label.
    pub fn may(
        &self,
        action: Action,
        kind: &'static str,
        label: Label,
        slug: Option<&str>,
    ) -> Result<(), Problem> {
        let purpose = match (action, &self.caller) {
            (Action::Read, Caller::Anonymous) => Purpose::PublicInformation,
            (_, Caller::Device { .. }) => Purpose::Collection,
            _ => Purpose::Operation,
        };
        match access::may(&self.caller, action, &Object { kind, label, slug }, purpose, self.now) {
            Decision::Allow => Ok(()),
            Decision::Deny(reason) => Err(denied(&self.caller, action, kind, reason)),
        }
    }

    /// The gate of another route for the same caller: for requests that come within this one.
    pub fn through(&self, access: Access) -> Result<Gate, Problem> {
        if fits(access, &self.caller) {
            Ok(Gate { access, ..self.clone() })
        } else {
            Err(denied(&self.caller, access.action, access.object, "this needs a key that may do it"))
        }
    }

    /// Whether what is not public may be shown too.
    pub fn sees_internal(&self) -> bool {
        self.caller == Caller::Operator
    }
}

fn denied(caller: &Caller, action: Action, kind: &str, reason: &'static str) -> Problem {
    let code = if *caller == Caller::Anonymous { &problem::UNAUTHORIZED } else { &problem::FORBIDDEN };
    Problem::new(code, format!("to {} {kind} is not allowed for {}", action.word(), caller.word()))
        .hint(reason)
}

impl<S: Send + Sync> FromRequestParts<S> for Gate {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Gate, Problem> {
        parts
            .extensions
            .get::<Gate>()
            .cloned()
            .ok_or_else(|| Problem::new(&problem::INTERNAL, "a route without an access row"))
    }
}

/// The facts the outermost layer learns of a request before any route is chosen.
#[derive(Clone)]
pub(super) struct Visitor {
    pub caller: Result<Caller, Problem>,
    pub now: Time,
    pub languages: Vec<String>,
}

/// Whether a row of the access table lets a caller in at all.
fn fits(access: Access, caller: &Caller) -> bool {
    match (access.who, caller) {
        (Who::Anyone, _) | (_, Caller::Operator) => true,
        (Who::KeyHolders, Caller::Device { .. }) => true,
        (Who::KeyHolders | Who::Operator, _) => false,
    }
}

/// Stands before every handler, whether or not it looks at its gate.
pub(super) async fn guard(access: Access, mut request: Request, next: Next) -> Response {
    let Some(visitor) = request.extensions().get::<Visitor>().cloned() else {
        return Problem::new(&problem::INTERNAL, "a request that did not come through the shell")
            .into_response();
    };
    let caller = match visitor.caller {
        Ok(caller) => caller,
        Err(problem) => return problem.into_response(),
    };
    if !fits(access, &caller) {
        return denied(&caller, access.action, access.object, "this needs a key that may do it")
            .into_response();
    }
    request.extensions_mut().insert(Gate { caller, now: visitor.now, access, languages: visitor.languages });
    next.run(request).await
}
