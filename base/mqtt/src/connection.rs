//! One client's connection: a task that reads, hands over, acknowledges in order and sends, each within its bounds.

use std::collections::{HashMap, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use bytestring::ByteString;
use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use vocab::Caller;

use crate::application::{Publication, Replay};
use crate::broker::{Broker, Bucket, Cell, Opened};
use crate::limits;
use crate::message::Message;
use crate::packet::{self, Codec, Connect, Granted, Incoming, Outgoing, Publish, Version, Will};
use crate::reason::Reason;
use crate::store::Change;

mod give;
mod take;

pub(crate) use take::speak;

/// Anything that bytes go through: TCP, TLS, WebSocket.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Why a connection is over.
#[derive(Debug)]
enum End {
    /// The client said goodbye.
    Done { with_will: bool, seconds: Option<u32> },
    /// The client is gone without a word.
    Gone,
    /// We end it, and say why.
    Told(Reason, Option<String>),
    /// The server stops.
    Stopping,
}

/// What happened.
enum Event {
    Read(usize),
    Wrote,
    Failed,
    Settled(Settled),
    Page(Box<dyn Replay>, Option<Vec<Bytes>>),
    Told,
    Time,
    Stop,
}

/// Answers that were waited for.
#[derive(Default)]
struct Settled {
    packets: Vec<Outgoing>,
    /// Publications that are no longer under way.
    publishes: usize,
    end: Option<Reason>,
}

type Waiting = Pin<Box<dyn Future<Output = Settled> + Send>>;
type Page = Pin<Box<dyn Future<Output = (Box<dyn Replay>, Option<Vec<Bytes>>)> + Send>>;

/// What a subscription brings beyond what is published from now on.
struct Supply {
    topic: ByteString,
    qos: crate::message::Qos,
    identifier: Option<u32>,
    retained: VecDeque<Arc<Message>>,
    replay: Option<Box<dyn Replay>>,
}

struct Connection {
    stream: Box<dyn Stream>,
    broker: Broker,
    codec: Codec,
    cell: Arc<Cell>,
    link: u64,
    input: BytesMut,
    output: BytesMut,
    /// Publications and what else is acknowledged when it is durable, in order.
    pending: FuturesOrdered<Waiting>,
    /// Publications under way, of any QoS.
    publishes: usize,
    /// Publications of QoS 1 and 2 that the client counts as under way.
    unacknowledged: usize,
    /// For the application, not handed over yet; and what they are answered with.
    batch: Vec<Publication>,
    answers: Vec<take::Answer>,
    /// One that a full queue turned away.
    held: Option<Box<Publish>>,
    /// Not before this is anything offered again, nor read.
    paused_until: Option<Instant>,
    done: Vec<Change>,
    supplies: VecDeque<Supply>,
    page: Option<(Page, Supply)>,
    bucket: Option<Arc<Bucket>>,
    will: Option<Arc<Will>>,
    window: usize,
    aliases_in: HashMap<u16, ByteString>,
    aliases_out: HashMap<ByteString, u16>,
    alias_maximum: u16,
    keep_alive: Option<Duration>,
    /// When the last whole packet came.
    heard: Instant,
    /// Since when the beginning of a packet lies there.
    begun: Option<Instant>,
    /// Since when the socket takes nothing.
    stalled: Option<Instant>,
}

/// Serves one client to its end.
pub(crate) async fn serve(mut stream: Box<dyn Stream>, broker: Broker, mut stop: watch::Receiver<bool>) {
    broker.inner.counts.connections.inc();
    let greeted = tokio::select! {
        greeted = timeout(limits::GREETING_TIME, greet(&mut stream)) => greeted.ok().flatten(),
        _ = stop.wait_for(|stop| *stop) => None,
    };
    match greeted {
        None => {}
        Some(Err((version, reason))) => refuse(&mut stream, &broker, version, reason).await,
        Some(Ok((codec, connect, rest))) => {
            // In memory of its own: what greeted is no longer needed.
            Box::pin(welcome(stream, broker.clone(), codec, connect, rest, stop)).await;
        }
    }
    broker.inner.counts.connections.dec();
}

/// Reads until the first packet is whole. `None`: the client is gone.
async fn greet(
    stream: &mut Box<dyn Stream>,
) -> Option<Result<(Codec, Box<Connect>, BytesMut), (Version, Reason)>> {
    let mut input = BytesMut::new();
    loop {
        // What is no CONNECT is not waited for.
        if input.first().is_some_and(|first| *first != 0x10) {
            return Some(Err((Version::Three, Reason::ProtocolError)));
        }
        match packet::frame(&input, limits::GREETING_BYTES) {
            Err(reason) => return Some(Err((Version::Three, reason))),
            Ok(None) => {}
            Ok(Some(length)) => {
                let read = packet::connect(input.split_to(length));
                return Some(read.map(|(codec, connect)| (codec, Box::new(connect), input)));
            }
        }
        let read = std::future::poll_fn(|cx| read_some(stream, &mut input, cx)).await;
        if !read.is_ok_and(|read| read > 0) {
            return None;
        }
    }
}

/// Reads what is there. The room for it stands on the stack: a connection that is quiet holds none.
fn read_some(
    stream: &mut Box<dyn Stream>,
    input: &mut BytesMut,
    cx: &mut std::task::Context<'_>,
) -> Poll<std::io::Result<usize>> {
    let mut room = [0; limits::READ_BYTES];
    let mut read = ReadBuf::new(&mut room);
    match Pin::new(stream).poll_read(cx, &mut read) {
        Poll::Pending => Poll::Pending,
        Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
        Poll::Ready(Ok(())) => {
            input.extend_from_slice(read.filled());
            Poll::Ready(Ok(read.filled().len()))
        }
    }
}

/// Says why nobody is let in, and closes.
async fn refuse(stream: &mut Box<dyn Stream>, broker: &Broker, version: Version, reason: Reason) {
    use tokio::io::AsyncWriteExt;
    broker.inner.counts.ended.inc();
    let mut output = BytesMut::new();
    let written = Codec::new(version).write(Outgoing::Unwelcome(reason), broker.now(), &mut output);
    if written.is_ok() {
        drop(timeout(limits::RETRY * 100, stream.write_all(&output)).await);
    }
    drop(timeout(limits::RETRY * 100, stream.shutdown()).await);
}

/// Who this is.
fn recognise(broker: &Broker, connect: &Connect) -> Result<Caller, Reason> {
    match (&connect.password, broker.inner.limits.anonymous) {
        (Some(password), _) => broker
            .inner
            .application
            .authenticate(connect.user.as_deref(), password)
            .ok_or(Reason::BadUserNameOrPassword),
        (None, true) => Ok(Caller::Anonymous),
        (None, false) => Err(Reason::NotAuthorized),
    }
}

async fn welcome(
    mut stream: Box<dyn Stream>,
    broker: Broker,
    mut codec: Codec,
    connect: Box<Connect>,
    input: BytesMut,
    mut stop: watch::Receiver<bool>,
) {
    let version = codec.version();
    let limits = &broker.inner.limits;
    if connect.has_method {
        return refuse(&mut stream, &broker, version, Reason::BadAuthenticationMethod).await;
    }
    let caller = match recognise(&broker, &connect) {
        Ok(caller) => caller,
        Err(reason) => return refuse(&mut stream, &broker, version, reason).await,
    };
    let is_named = !connect.client.is_empty();
    let client = if is_named { ByteString::from(connect.client.to_string()) } else { invented() };
    if crate::topic::check_name(&client, limits.topics)
        .is_err_and(|wrong| wrong != crate::topic::Wrong::Wildcard)
    {
        return refuse(&mut stream, &broker, version, Reason::ClientIdentifierNotValid).await;
    }
    let bucket = broker.bucket(&caller);
    let opened = match broker.open_session(caller, &connect, client.clone()) {
        Ok(opened) => opened,
        Err(reason) => return refuse(&mut stream, &broker, version, reason).await,
    };
    let Opened { cell, link, is_present, seconds, mut changes } = opened;
    let will = connect.will.clone().map(Arc::new);
    changes.extend(will.clone().map(|will| Change::Will(cell.clone(), link, will)));
    if !changes.is_empty() && broker.save(changes).await.is_err() {
        broker.close_session(&cell, link, Some(0));
        return refuse(&mut stream, &broker, version, Reason::ServerUnavailable).await;
    }
    if let Some(bytes) = connect.packet_bytes {
        codec.set_packet_bytes(bytes);
    }
    // No keep-alive at all stays none; a longer one than we grant is cut.
    let asked = connect.keep_alive_seconds;
    let granted = asked.min(limits.keep_alive_seconds);
    let unacknowledged = cell.lock().session.unreleased();
    let mut connection = Connection {
        will,
        window: usize::from(connect.receive_maximum),
        alias_maximum: connect.alias_maximum.min(limits::ALIASES),
        // One and a half times what was agreed ([MQTT-3.1.2-22]).
        keep_alive: (granted > 0).then(|| Duration::from_secs(granted.into()) * 3 / 2),
        unacknowledged,
        bucket,
        input,
        ..Connection::new(stream, broker.clone(), codec, cell, link)
    };
    connection.write(Outgoing::Welcome(Granted {
        is_present,
        session_seconds: (seconds != connect.session_seconds).then_some(seconds),
        receive_maximum: limits.receive_maximum,
        packet_bytes: limits.packet_bytes as u32,
        alias_maximum: limits::ALIASES,
        keep_alive_seconds: (granted != asked).then_some(granted),
        client: (!is_named).then_some(client),
    }));
    let end = connection.run(&mut stop).await;
    connection.finish(end).await;
}

/// A name for a client that has none; nobody else can guess it.
fn invented() -> ByteString {
    use std::hash::BuildHasher;
    let dice = std::hash::RandomState::new();
    format!("auto-{:016x}{:016x}", dice.hash_one(1), dice.hash_one(2)).into()
}

impl Connection {
    fn new(stream: Box<dyn Stream>, broker: Broker, codec: Codec, cell: Arc<Cell>, link: u64) -> Connection {
        Connection {
            stream,
            broker,
            codec,
            cell,
            link,
            input: BytesMut::new(),
            output: BytesMut::new(),
            pending: FuturesOrdered::new(),
            publishes: 0,
            unacknowledged: 0,
            batch: Vec::new(),
            answers: Vec::new(),
            held: None,
            paused_until: None,
            done: Vec::new(),
            supplies: VecDeque::new(),
            page: None,
            bucket: None,
            will: None,
            window: 1,
            aliases_in: HashMap::new(),
            aliases_out: HashMap::new(),
            alias_maximum: 0,
            keep_alive: None,
            heard: Instant::now(),
            begun: None,
            stalled: None,
        }
    }

    async fn run(&mut self, stop: &mut watch::Receiver<bool>) -> End {
        let cell = self.cell.clone();
        loop {
            // From here on whoever pushes wakes us, even while we look.
            let told = cell.told.notified();
            if cell.lock().link != self.link {
                return End::Told(Reason::SessionTakenOver, None);
            }
            if cell.is_dismissed() {
                return End::Told(Reason::NotAuthorized, Some("this key opens nothing any more".into()));
            }
            if let Err(end) = self.take_all() {
                return end;
            }
            self.give_all();
            let event = {
                let (may_read, until) = (self.may_read(), self.deadline());
                let Connection { stream, input, output, pending, page, .. } = self;
                let timer = async {
                    match until {
                        Some(until) => tokio::time::sleep_until(until).await,
                        None => std::future::pending().await,
                    }
                };
                let paging = async {
                    match page {
                        Some((page, _)) => page.await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    biased;
                    _ = stop.wait_for(|stop| *stop) => Event::Stop,
                    Some(settled) = pending.next(), if !pending.is_empty() => Event::Settled(settled),
                    event = std::future::poll_fn(|cx| exchange(stream, input, output, may_read, cx)) => event,
                    () = told => Event::Told,
                    (replay, payloads) = paging => Event::Page(replay, payloads),
                    () = timer => Event::Time,
                }
            };
            if let Err(end) = self.happened(event) {
                return end;
            }
        }
    }

    fn happened(&mut self, event: Event) -> Result<(), End> {
        match event {
            Event::Read(0) | Event::Failed => return Err(End::Gone),
            Event::Read(_) => {}
            Event::Wrote => self.stalled = None,
            Event::Settled(settled) => self.settle(settled)?,
            Event::Page(replay, payloads) => self.supply_page(replay, payloads),
            Event::Told => {}
            Event::Time => self.on_time()?,
            Event::Stop => return Err(End::Stopping),
        }
        Ok(())
    }

    /// Whether more may come in: not while something behind is full, nor beyond what may be under way.
    fn may_read(&self) -> bool {
        self.paused_until.is_none()
            && self.publishes < self.most_under_way()
            && self.output.len() < limits::AHEAD_BYTES
    }

    /// A client of MQTT 5 knows how many it may send, and is sent away beyond it; one of 3.1.1 is not read.
    fn most_under_way(&self) -> usize {
        let most = usize::from(self.broker.inner.limits.receive_maximum);
        if self.codec.version() == Version::Five { most * 2 } else { most }
    }

    /// When something must be looked at although nothing happened.
    fn deadline(&self) -> Option<Instant> {
        let silent = self.keep_alive.filter(|_| self.may_read()).map(|after| self.heard + after);
        let begun = self.begun.filter(|_| self.may_read()).map(|since| since + limits::PACKET_TIME);
        let stalled = self.stalled.map(|since| since + limits::STALL_TIME);
        [silent, begun, stalled, self.paused_until].into_iter().flatten().min()
    }

    fn on_time(&mut self) -> Result<(), End> {
        let now = Instant::now();
        if self.paused_until.is_some_and(|until| until <= now) {
            self.paused_until = None;
            self.broker.inner.counts.paused.dec();
            // What could not speak to us while we did not listen has not been silent.
            self.heard = now;
            self.begun = self.begun.map(|_| now);
            return Ok(());
        }
        if self.stalled.is_some_and(|since| since + limits::STALL_TIME <= now) {
            return Err(End::Told(Reason::Unspecified, Some("it reads nothing".into())));
        }
        if self.begun.is_some_and(|since| since + limits::PACKET_TIME <= now) {
            return Err(End::Told(Reason::MalformedPacket, Some("a packet began and did not end".into())));
        }
        if self.keep_alive.is_some_and(|after| self.heard + after <= now) {
            return Err(End::Told(Reason::KeepAliveTimeout, None));
        }
        Ok(())
    }

    fn pause(&mut self) {
        if self.paused_until.is_none() {
            self.broker.inner.counts.paused.inc();
        }
        self.paused_until = Some(Instant::now() + limits::RETRY);
    }

    /// Whatever the end was: publications under way are stored all the same, the session is given back, the will is
    /// published where the client left without a word.
    async fn finish(mut self, end: End) {
        if self.paused_until.take().is_some() {
            self.broker.inner.counts.paused.dec();
        }
        let (goodbye, wants_will, seconds) = match end {
            End::Done { with_will, seconds } => (None, with_will, seconds),
            End::Gone => (None, true, None),
            End::Told(reason, why) => {
                self.broker.inner.counts.ended.inc();
                tracing::debug!(client = %self.cell.client, ?reason, why, "an MQTT connection is ended");
                (Some((reason, why)), true, None)
            }
            End::Stopping => (Some((Reason::ServerShuttingDown, None)), false, None),
        };
        if let Some((reason, why)) = goodbye {
            self.write(Outgoing::Goodbye(reason, why));
        }
        let mut done = std::mem::take(&mut self.done);
        let will = self.will.take();
        // Durable before the socket closes: then no later start says it.
        done.extend(will.iter().filter(|_| !wants_will).map(|_| Change::NoWill(self.link)));
        if !done.is_empty() {
            drop(self.broker.save(done).await);
        }
        // Before the socket closes: a client that comes back at once finds its session as it left it.
        let was_ours = self.broker.close_session(&self.cell, self.link, seconds);
        let flushed = async {
            use tokio::io::AsyncWriteExt;
            drop(self.stream.write_all(&self.output).await);
            drop(self.stream.shutdown().await);
        };
        // A second: what is not taken by then is not read by anybody.
        drop(timeout(Duration::from_secs(1), flushed).await);
        let Some(will) = will.filter(|_| wants_will) else { return };
        let forget = vec![Change::NoWill(self.link)];
        let lives = if was_ours { self.cell.lock().seconds } else { u32::MAX };
        let delay = will.delay_seconds.min(lives);
        if !was_ours && delay > 0 {
            // Somebody took the session up at once: the will is not wanted ([MQTT-3.1.3-9]).
            return drop(self.broker.save(forget).await);
        }
        let (broker, cell) = (self.broker.clone(), self.cell.clone());
        tokio::spawn(async move {
            take::speak(&broker, &cell.caller, &cell.client, &will, delay).await;
            // Said twice when the server is killed in between: once would be never.
            drop(broker.save(forget).await);
        });
    }
}

/// Writes what is to be written and reads what there is, whichever goes.
fn exchange(
    stream: &mut Box<dyn Stream>,
    input: &mut BytesMut,
    output: &mut BytesMut,
    may_read: bool,
    cx: &mut std::task::Context<'_>,
) -> Poll<Event> {
    if !output.is_empty() {
        match Pin::new(&mut *stream).poll_write(cx, output) {
            Poll::Ready(Ok(0) | Err(_)) => return Poll::Ready(Event::Failed),
            Poll::Ready(Ok(written)) => {
                output.advance(written);
                if output.is_empty() {
                    *output = BytesMut::new();
                }
                return Poll::Ready(Event::Wrote);
            }
            Poll::Pending => {}
        }
    } else if let Poll::Ready(Err(_)) = Pin::new(&mut *stream).poll_flush(cx) {
        return Poll::Ready(Event::Failed);
    }
    if !may_read {
        return Poll::Pending;
    }
    match read_some(stream, input, cx) {
        Poll::Pending => Poll::Pending,
        Poll::Ready(Ok(read)) => Poll::Ready(Event::Read(read)),
        Poll::Ready(Err(_)) => Poll::Ready(Event::Failed),
    }
}
