//! What one client, and all of them together, may take. Whoever floods, stalls or piles up meets one of these first.

use std::time::Duration;

use crate::session::Room;
use crate::topic::Bounds;

/// Bytes of a CONNECT: a name, a key, a will. Before it nobody is known, so nobody gets more.
pub const GREETING_BYTES: usize = 16 * 1024;
/// A client that has not said who it is after this holds a connection for nothing.
pub const GREETING_TIME: Duration = Duration::from_secs(10);
/// A packet that began must end within this, whatever the keep-alive: a slow link sends 256 KB in it at 9 KB/s.
pub const PACKET_TIME: Duration = Duration::from_secs(30);
/// A client that reads nothing for this long is let go; what waited for it stays in its session.
pub const STALL_TIME: Duration = Duration::from_secs(30);
/// Bytes written ahead of the socket. More would only wait in two places.
pub const AHEAD_BYTES: usize = 32 * 1024;
/// Bytes taken from the socket at once; about a hundred observations.
pub const READ_BYTES: usize = 16 * 1024;
/// Publications handed to the application together.
pub const BATCH: usize = 256;
/// How long a connection that met a full queue waits before it offers its message again: a commit or two.
pub const RETRY: Duration = Duration::from_millis(10);
/// Topic aliases each way. A device has a handful of topics; each costs its length.
pub const ALIASES: u16 = 32;
/// Filters of one SUBSCRIBE. The largest client we know of sends 100.
pub const FILTERS_A_PACKET: usize = 256;
/// Subscriptions of one session: a screen with every car park of a city has some 500.
pub const SUBSCRIPTIONS: usize = 2_000;
/// The longest session of a client without a key. Anybody can have as many as there may be: they must not last a week.
pub const NOBODYS_SESSION_SECONDS: u32 = 3_600;
/// Retained or replayed messages that go into a session's queue ahead of the client.
pub const SUPPLY: usize = 64;
/// Bytes of all sessions' queues together; beyond it those who are away get nothing more.
pub const QUEUED_BYTES: usize = 256 << 20;
/// Rows that may wait for their commit.
pub const SAVING: usize = 50_000;

/// What the operator may set.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Clients that have no key may come, to read what is public.
    pub anonymous: bool,
    /// Anyone may publish and subscribe below any topic outside the city's own.
    pub open: bool,
    /// Clients at once.
    pub connections: usize,
    pub packet_bytes: usize,
    /// Messages of QoS 1 and 2 of one client under way to us, and of QoS 0 read ahead.
    pub receive_maximum: u16,
    /// A longer keep-alive is cut to this; none at all stays none.
    pub keep_alive_seconds: u16,
    pub session_seconds: u32,
    pub sessions: usize,
    pub retained_bytes: usize,
    /// Of each device, over all its connections; 0 is no limit.
    pub publishes_per_second: u32,
    pub room: Room,
    pub topics: Bounds,
}
