use std::collections::BTreeMap;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;

const ROOM: Room = Room { messages: 1_000, bytes: 1 << 20 };
const NOW: Time = Time(0);

fn delivery(session: &mut Session, qos: Qos, text: u32) -> Delivery {
    let n = if qos == Qos::AtMostOnce { 0 } else { session.number() };
    let message = Message::new("t".into(), Bytes::from(text.to_string()), qos);
    Delivery { n, message: Arc::new(message), qos, retain: false, identifiers: Vec::new(), dup: false }
}

fn text(delivery: &Delivery) -> u32 {
    String::from_utf8_lossy(&delivery.message.payload).parse().expect("a number")
}

#[test]
fn packet_ids_go_round_without_zero() {
    let ids: Vec<u16> = [1, 2, 65_535, 65_536, 131_071].into_iter().map(|n| packet_id(n).get()).collect();
    assert_eq!(ids, [1, 2, 65_535, 1, 1]);
}

#[test]
fn no_more_are_under_way_than_the_client_takes() {
    let mut session = Session::default();
    for i in 0..3 {
        let one = delivery(&mut session, Qos::AtLeastOnce, i);
        session.push(one, ROOM).expect("room");
    }
    assert!(matches!(session.next(NOW, 2), Some(Next::Publish(..))));
    assert!(matches!(session.next(NOW, 2), Some(Next::Publish(..))));
    assert_eq!(session.next(NOW, 2), None);
    assert_eq!(session.acknowledged(1), Some(1));
    assert_eq!(session.acknowledged(1), None);
    assert!(matches!(session.next(NOW, 2), Some(Next::Publish(..))));
}

#[test]
fn what_is_over_is_not_sent() {
    let mut session = Session::default();
    let mut one = delivery(&mut session, Qos::AtLeastOnce, 1);
    Arc::make_mut(&mut one.message).expires = Some(Time(5));
    session.push(one, ROOM).expect("room");
    assert_eq!(session.next(Time(5), 9), Some(Next::Over(1)));
    assert_eq!((session.len(), session.bytes()), (0, 0));
}

#[test]
fn a_full_session_says_so() {
    let mut session = Session::default();
    let small = Room { messages: 1, bytes: 1 << 20 };
    let one = delivery(&mut session, Qos::AtMostOnce, 1);
    session.push(one.clone(), small).expect("room");
    assert_eq!(session.push(one.clone(), small), Err(Full));
    session.end();
    assert!(session.is_empty(), "nothing of QoS 0 waits for a client that is away");
    assert_eq!(session.push(one, Room { messages: 9, bytes: 10 }), Err(Full));
}

#[test]
fn an_id_that_is_taken_waits() {
    let mut session = Session::default();
    let first = delivery(&mut session, Qos::AtLeastOnce, 1);
    session.keep(first);
    drop(session.next(NOW, 9));
    let mut again = delivery(&mut session, Qos::AtLeastOnce, 2);
    again.n = 65_536;
    session.keep(again);
    assert_eq!(session.next(NOW, 9), None);
    session.acknowledged(1);
    assert!(session.next(NOW, 9).is_some());
}

/// A client that does what the standard says, and what it was given.
#[derive(Default)]
struct Client {
    unreleased: BTreeSet<u16>,
    got: Vec<(Qos, u32)>,
}

#[derive(Debug, Clone)]
enum Step {
    Push(Qos, u32),
    /// The server sends; the packet arrives or is lost with the connection.
    Send(bool),
    /// An answer of the client arrives, or is lost with the connection.
    Answer(bool),
    Reconnect,
    /// The server is killed: it knows what the store knows.
    Kill,
}

fn step() -> impl Strategy<Value = Step> {
    let qos = prop::sample::select(vec![Qos::AtLeastOnce, Qos::ExactlyOnce]);
    prop_oneof![
        3 => (qos, 0u32..1_000_000).prop_map(|(qos, text)| Step::Push(qos, text)),
        5 => prop::bool::weighted(0.9).prop_map(Step::Send),
        5 => prop::bool::weighted(0.9).prop_map(Step::Answer),
        1 => Just(Step::Reconnect),
        1 => Just(Step::Kill),
    ]
}

/// The wire, the client and the store around a session.
struct World {
    session: Session,
    client: Client,
    answers: VecDeque<(char, u16)>,
    /// What the store holds: number, releasing.
    rows: BTreeMap<u64, (Delivery, bool)>,
}

impl World {
    fn reconnect(&mut self) {
        self.answers.clear();
        self.session.end();
        self.session.begin();
    }

    fn kill(&mut self) {
        let mut session = Session::default();
        for (delivery, releasing) in self.rows.values() {
            let delivery = Delivery { dup: true, ..delivery.clone() };
            if *releasing { session.restore_releasing(delivery) } else { session.keep(delivery) }
        }
        self.session = session;
        self.reconnect();
    }

    /// Answers whether there was anything to send.
    fn send(&mut self, arrives: bool) -> bool {
        let Some(next) = self.session.next(NOW, 4) else { return false };
        if !arrives {
            self.reconnect();
            return true;
        }
        match next {
            Next::Publish(Some(id), delivery) if delivery.qos == Qos::ExactlyOnce => {
                if self.client.unreleased.insert(id.get()) {
                    self.client.got.push((delivery.qos, text(&delivery)));
                }
                self.answers.push_back(('r', id.get()));
            }
            Next::Publish(Some(id), delivery) => {
                self.client.got.push((delivery.qos, text(&delivery)));
                self.answers.push_back(('a', id.get()));
            }
            Next::Publish(None, _) | Next::Over(_) => {}
            Next::Release(id) => self.released(id.get()),
        }
        true
    }

    fn released(&mut self, id: u16) {
        self.client.unreleased.remove(&id);
        self.answers.push_back(('c', id));
    }

    fn answer(&mut self, arrives: bool) -> bool {
        let Some((kind, id)) = self.answers.pop_front() else { return false };
        if !arrives {
            self.reconnect();
            return true;
        }
        match kind {
            'a' => drop(self.session.acknowledged(id).and_then(|n| self.rows.remove(&n))),
            'c' => drop(self.session.completed(id).and_then(|n| self.rows.remove(&n))),
            _ => match self.session.received(id, true) {
                Received::Release(n) => {
                    self.rows.get_mut(&n).expect("a row").1 = true;
                    self.released(id);
                }
                Received::Again | Received::Unknown => self.released(id),
                Received::Refused(_) => unreachable!("this client refuses nothing"),
            },
        }
        true
    }
}

proptest! {
    /// Whatever is lost and whoever is killed: QoS 2 comes exactly once, QoS 1 at least once.
    #[test]
    fn nothing_is_lost_and_qos_2_comes_once(steps in prop::collection::vec(step(), 0..120)) {
        let mut world = World {
            session: Session::default(), client: Client::default(), answers: VecDeque::new(), rows: BTreeMap::new(),
        };
        let mut sent: Vec<(Qos, u32)> = Vec::new();
        for (at, step) in steps.into_iter().enumerate() {
            match step {
                Step::Push(qos, text) => {
                    // Each is another text, so that they can be told apart.
                    let text = text.wrapping_mul(1_000).wrapping_add(at as u32);
                    let one = delivery(&mut world.session, qos, text);
                    world.rows.insert(one.n, (one.clone(), false));
                    world.session.push(one, ROOM).expect("room");
                    sent.push((qos, text));
                }
                Step::Send(arrives) => drop(world.send(arrives)),
                Step::Answer(arrives) => drop(world.answer(arrives)),
                Step::Reconnect => world.reconnect(),
                Step::Kill => world.kill(),
            }
        }
        world.reconnect();
        while world.send(true) || world.answer(true) {}
        prop_assert!(world.session.is_empty() && world.rows.is_empty() && world.session.bytes() == 0);
        for one in &sent {
            let times = world.client.got.iter().filter(|got| *got == one).count();
            prop_assert!(times >= 1, "{:?} is lost", one);
            prop_assert!(one.0 != Qos::ExactlyOnce || times == 1, "{:?} came {} times", one, times);
        }
        prop_assert!(world.client.got.iter().all(|got| sent.contains(got)));
    }
}
