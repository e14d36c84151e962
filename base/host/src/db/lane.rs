//! A bounded queue of typed rows that is written, whole, as one step of the next commit.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::writer::{Door, Job, Keep};
use super::{DbError, Tx};

/// How a lane writes what is queued in it.
pub trait Stage: Send + 'static {
    type Item: Send + 'static;
    type Outcome: Send + 'static;

    /// How much of the lane's capacity an item takes: its rows.
    fn weight(item: &Self::Item) -> usize;

    /// Writes the items and answers one outcome for each. May be run again after a roll-back, so what it keeps in
    /// memory changes in [`Tx::on_commit`] only.
    fn apply(&mut self, tx: &mut Tx, items: &[Self::Item]) -> Result<Vec<Self::Outcome>, DbError>;
}

/// The lane holds as much as it may: try again when a commit has emptied it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the queue is full ({waiting} rows wait); try again in {retry_after_seconds} s")]
pub struct Full {
    pub waiting: usize,
    pub retry_after_seconds: u32,
}

/// Rows in one commit. With a commit every few milliseconds more would only delay the first of them.
const ROWS_A_COMMIT: usize = 50_000;

pub struct Lane<S: Stage> {
    shared: Arc<Shared<S>>,
    door: Door,
}

impl<S: Stage> Clone for Lane<S> {
    fn clone(&self) -> Self {
        Lane { shared: self.shared.clone(), door: self.door.clone() }
    }
}

struct Shared<S: Stage> {
    capacity: usize,
    queue: Mutex<Queue<S>>,
    stage: Mutex<S>,
}

type Answer<O> = tokio::sync::oneshot::Sender<Result<O, DbError>>;

struct Queue<S: Stage> {
    items: VecDeque<(S::Item, Answer<S::Outcome>)>,
    /// Rows queued or being written: capacity is given back only when an item is answered.
    weight: usize,
    /// A job that will empty the queue is on its way.
    called: bool,
}

impl<S: Stage> Shared<S> {
    fn lock(&self) -> std::sync::MutexGuard<'_, Queue<S>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Stage> Lane<S> {
    pub(super) fn new(door: Door, capacity: usize, stage: S) -> Lane<S> {
        let queue = Queue { items: VecDeque::new(), weight: 0, called: false };
        Lane {
            shared: Arc::new(Shared { capacity, queue: Mutex::new(queue), stage: Mutex::new(stage) }),
            door,
        }
    }

    /// Queues an item. The future answers when it is durable. An item heavier than the whole lane is let in when the
    /// lane is empty, so that nothing is refused for ever.
    pub fn push(
        &self,
        item: S::Item,
    ) -> Result<impl Future<Output = Result<S::Outcome, DbError>> + Send + 'static, Full> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        let weight = S::weight(&item);
        let call = {
            let mut queue = self.shared.lock();
            if queue.weight > 0 && queue.weight + weight > self.shared.capacity {
                return Err(Full { waiting: queue.weight, retry_after_seconds: 1 });
            }
            queue.weight += weight;
            queue.items.push_back((item, answer));
            !std::mem::replace(&mut queue.called, true)
        };
        if call {
            // When the writer is gone the job is dropped, and with it every answer: the futures say `Closed`.
            drop(self.door.submit(Box::new(Drain {
                shared: self.shared.clone(),
                door: self.door.clone(),
                taken: None,
            })));
        }
        Ok(async move { answered.await.unwrap_or(Err(DbError::Closed)) })
    }

    /// Rows queued or being written now.
    pub fn waiting(&self) -> usize {
        self.shared.lock().weight
    }

    pub fn capacity(&self) -> usize {
        self.shared.capacity
    }
}

/// The step of a commit that writes what a lane holds.
struct Drain<S: Stage> {
    shared: Arc<Shared<S>>,
    door: Door,
    taken: Option<Taken<S>>,
}

struct Taken<S: Stage> {
    items: Vec<S::Item>,
    answers: Vec<Answer<S::Outcome>>,
    weight: usize,
    result: Option<Result<Vec<S::Outcome>, DbError>>,
}

impl<S: Stage> Drain<S> {
    fn take(&self) -> Taken<S> {
        let mut queue = self.shared.lock();
        let mut taken = Taken { items: Vec::new(), answers: Vec::new(), weight: 0, result: None };
        while taken.weight < ROWS_A_COMMIT {
            let Some((item, answer)) = queue.items.pop_front() else { break };
            taken.weight += S::weight(&item);
            taken.items.push(item);
            taken.answers.push(answer);
        }
        taken
    }
}

impl<S: Stage> Job for Drain<S> {
    fn run(&mut self, tx: &mut Tx) -> Keep {
        let mut taken = self.taken.take().unwrap_or_else(|| self.take());
        let mut stage = self.shared.stage.lock().unwrap_or_else(PoisonError::into_inner);
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| stage.apply(tx, &taken.items)));
        let result = result.unwrap_or(Err(DbError::Closed));
        let keep = if result.is_ok() { Keep::Yes } else { Keep::No };
        taken.result = Some(result);
        self.taken = Some(taken);
        keep
    }

    fn finish(mut self: Box<Self>, committed: Result<(), DbError>) {
        let taken = self.taken.take().unwrap_or_else(|| self.take());
        let again = {
            let mut queue = self.shared.lock();
            queue.weight -= taken.weight;
            queue.called = !queue.items.is_empty();
            queue.called
        };
        if again {
            // From the writer's own thread a full queue of closures must not be waited for: a thread of its own may.
            let next = Drain { shared: self.shared.clone(), door: self.door.clone(), taken: None };
            if let Err(next) = self.door.try_submit(Box::new(next)) {
                let door = self.door.clone();
                std::thread::spawn(move || drop(door.submit(next)));
            }
        }
        match (committed, taken.result) {
            (Ok(()), Some(Ok(outcomes))) => {
                for (answer, outcome) in taken.answers.into_iter().zip(outcomes) {
                    drop(answer.send(Ok(outcome)));
                }
            }
            (Err(error), _) | (Ok(()), Some(Err(error))) => {
                let reason = error.to_string();
                for answer in taken.answers {
                    drop(answer.send(Err(DbError::Commit(reason.clone()))));
                }
            }
            (Ok(()), None) => {}
        }
    }

    fn alone(&self) -> bool {
        false
    }
}
