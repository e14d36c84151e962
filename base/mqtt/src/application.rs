//! What a broker asks of the city behind it. The broker moves messages; what a topic of the city's own means, who somebody
//! is and when a publication is safe, the application says.

use std::pin::Pin;

use bytes::Bytes;
use bytestring::ByteString;
use vocab::Caller;

use crate::reason::Reason;

/// A message for the application.
#[derive(Debug, Clone)]
pub struct Publication {
    pub topic: ByteString,
    pub payload: Bytes,
}

/// Why something was not done, for the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub reason: Reason,
    pub why: String,
}

/// What became of each publication, in their order. `Ok`: it is durable.
pub type Fates = Vec<Result<(), Refused>>;
pub type Taking = Pin<Box<dyn Future<Output = Fates> + Send>>;

/// Nothing was taken: offer these again when a commit has made room.
#[derive(Debug)]
pub struct Busy(pub Vec<Publication>);

/// What was, page by page.
pub trait Replay: Send {
    /// The next payloads; `None` when there are no more.
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Option<Vec<Bytes>>> + Send + '_>>;
}

pub trait Application: Send + Sync + 'static {
    /// Whose key this is.
    fn authenticate(&self, user: Option<&str>, password: &[u8]) -> Option<Caller>;

    /// Whether publications to this topic are the application's.
    fn takes(&self, topic: &str) -> bool;

    /// Takes publications in; answers at once, and in the future when they are durable.
    fn publish(&self, caller: &Caller, batch: Vec<Publication>) -> Result<Taking, Busy>;

    /// Whether this filter is one of the application's own topics.
    fn serves(&self, filter: &str) -> bool;

    /// Begins to send what this topic tells, under the number that is answered. The same topic for callers who see the
    /// same has one number; each subscription is ended by itself.
    fn subscribe(&self, caller: &Caller, topic: &str) -> Result<u64, Refused>;

    fn unsubscribe(&self, interest: u64);

    /// What the topic would have told from then on; `from` is what MQTT 5 said beside it.
    fn replay(
        &self,
        caller: &Caller,
        topic: &str,
        from: Option<&str>,
    ) -> Result<Option<Box<dyn Replay>>, Refused>;
}
