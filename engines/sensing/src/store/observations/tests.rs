//! The whole store against a naive model: rows in a sorted map. Rows come in any order, twice, late, differing; seals
//! stop half-way; the program ends at any moment.

use std::collections::BTreeMap;

use host::{Db, DbError};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use vocab::time::{DAY, HOUR, MINUTE, SECOND};
use vocab::{Label, Mode, Quality, Slug, Time, Value};

use super::*;
use crate::actions::door::{Door, QUEUE_ROWS};
use crate::block::tests::{any_extra, any_quality, any_value};
use crate::datastream::{Accepts, Class, Datastream, Policy};
use crate::ingest::{Arrival, Incoming, Limits, Outcome};
use crate::jobs::{retention_pass, seal_pass};
use crate::observation::{Extra, ObservationId};
use crate::retention::Retention;
use crate::seal::{Rules, plan};

const START: i64 = 20_480 * DAY;
const STREAMS: i64 = 4;

/// Small numbers, so that a short history meets every rule.
const RULES: Rules = Rules {
    wait_micros: HOUR,
    quiet_micros: 10 * MINUTE,
    month_wait_micros: DAY,
    rows_an_hour: 3,
    rows_a_month: 30,
};

fn facts(id: i64) -> Datastream {
    Datastream {
        id,
        slug: Slug::new(format!("test/{id}")).unwrap(),
        mode: Mode::Live,
        accepts: Accepts::Any,
        policy: if id % 2 == 0 { Policy::LastWins } else { Policy::FirstWins },
        class: if id == 3 { Class::Interval } else { Class::Instant },
        retention: if id == 4 { "short".into() } else { "ever".into() },
        label: Label::Public,
    }
}

#[derive(Debug, Clone)]
struct Draft {
    datastream: i64,
    /// Slots of a minute before now, so that keys meet.
    before_now: i64,
    n: i64,
    value: Value,
    quality: Quality,
    extra: Option<Extra>,
}

#[derive(Debug, Clone)]
enum Step {
    Submit(Vec<Draft>),
    Import(Vec<Draft>),
    /// Time goes on by so many minutes.
    Wait(i64),
    Seal,
    /// Rows arrive while the seal runs.
    SealWhile(Vec<Draft>),
    /// Some of the plan's tasks, then the end.
    SealTornAfter(usize),
    Reopen,
    Delete(prop::sample::Index),
    Update(prop::sample::Index, Value),
    DeleteStream(i64),
    Retain,
    Look {
        from: i64,
        minutes: i64,
        limit: usize,
        step: i64,
    },
}

fn any_draft() -> impl Strategy<Value = Draft> {
    let before = prop_oneof![
        6 => 0i64..200,
        3 => 0i64..3 * 24 * 60,
        2 => (0i64..60).prop_map(|d| d * 24 * 60),
        1 => prop::sample::select(vec![400 * 365 * 24 * 60, 2_000 * 365 * 24 * 60, 127 * 365 * 24 * 60]),
    ];
    (1..=STREAMS, before, 0i64..3, any_value(), any_quality(), any_extra()).prop_map(
        |(datastream, before_now, n, value, quality, extra)| {
            let n = if datastream == 3 { n * MINUTE } else { 0 };
            Draft { datastream, before_now, n, value, quality, extra }
        },
    )
}

fn any_step() -> impl Strategy<Value = Step> {
    let look = (-100i64..60 * 24 * 60, 1i64..40 * 24 * 60, 1usize..40, 0usize..5).prop_map(
        |(from, minutes, limit, step)| Step::Look {
            from,
            minutes,
            limit,
            step: [7, 60, 180, 1_440, 20_160][step],
        },
    );
    prop_oneof![
        8 => prop::collection::vec(any_draft(), 1..60).prop_map(Step::Submit),
        2 => prop::collection::vec(any_draft(), 1..60).prop_map(Step::Import),
        3 => (1i64..300).prop_map(Step::Wait),
        2 => (1i64..40 * 24 * 60).prop_map(Step::Wait),
        5 => Just(Step::Seal),
        3 => prop::collection::vec(any_draft(), 1..60).prop_map(Step::SealWhile),
        2 => (0usize..10).prop_map(Step::SealTornAfter),
        1 => Just(Step::Reopen),
        2 => any::<prop::sample::Index>().prop_map(Step::Delete),
        2 => (any::<prop::sample::Index>(), any_value()).prop_map(|(i, v)| Step::Update(i, v)),
        1 => (1..=STREAMS).prop_map(Step::DeleteStream),
        1 => Just(Step::Retain),
        5 => look,
    ]
}

struct City {
    url: String,
    datastreams: Datastreams,
    now: Time,
    model: BTreeMap<(i64, Key), Row>,
    revisions: BTreeMap<(i64, Key), Vec<Row>>,
    counted: BTreeMap<i64, u64>,
    open: Option<(Db, Observations, Door)>,
    runtime: tokio::runtime::Runtime,
}

const SOURCE: u32 = 1;

/// The writer may still be letting go of the work it has answered.
fn opened(url: &str) -> Db {
    for _ in 0..200 {
        match Db::open(url) {
            Err(DbError::InUse(_)) => std::thread::sleep(std::time::Duration::from_millis(10)),
            other => return other.unwrap(),
        }
    }
    panic!("{url} stays in use")
}

impl City {
    fn new(url: String) -> City {
        let datastreams = Datastreams::default();
        (1..=STREAMS).for_each(|id| datastreams.put(facts(id)));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut city = City {
            url,
            datastreams,
            now: Time(START + 70 * DAY),
            model: BTreeMap::new(),
            revisions: BTreeMap::new(),
            counted: BTreeMap::new(),
            open: None,
            runtime,
        };
        city.reopen();
        city
    }

    fn reopen(&mut self) {
        self.open = None;
        let db = opened(&self.url);
        host::migrate::run(&db, &[crate::MIGRATIONS]).unwrap();
        let store = Observations::open(&db, &self.datastreams).unwrap();
        let door = Door::new(&store, Limits::default(), QUEUE_ROWS);
        self.open = Some((db, store, door));
    }

    fn store(&self) -> Observations {
        self.open.as_ref().unwrap().1.clone()
    }

    fn door(&self) -> Door {
        self.open.as_ref().unwrap().2.clone()
    }

    fn wait<T>(&self, work: impl Future<Output = Result<T, DbError>>) -> T {
        self.runtime.block_on(work).unwrap()
    }

    fn arrival(&self, drafts: &[Draft]) -> Arrival {
        let incoming = |draft: &Draft| {
            let minute = self.now.0.div_euclid(MINUTE) - draft.before_now;
            let t = (minute * MINUTE).max(Time::MIN.0);
            Incoming {
                datastream: draft.datastream,
                key: Key { t, n: draft.n },
                value: draft.value.clone(),
                quality: draft.quality,
                extra: draft.extra.clone().map(Box::new),
                received: None,
            }
        };
        let observations = drafts.iter().map(incoming).collect();
        Arrival { source: SOURCE, mode: Mode::Live, received: self.now, observations }
    }

    /// Every block and roll-up is what its rows encode to: however it came about, it has the same bytes.
    fn check_bytes(&self) -> Result<(), TestCaseError> {
        let store = self.store();
        let mut sealed = Vec::new();
        store.inner.memory.mirror.each(|ds, stream| sealed.push((ds, stream.sealed().calendar)));
        let broken = store.db().read_blocking(move |tx| -> Result<Vec<String>, DbError> {
            let (mut broken, mut ids) = (Vec::new(), 0);
            for (ds, calendar) in &sealed {
                for bucket in calendar.all() {
                    let rows = blocks::rows(tx, *ds, bucket)?;
                    let mut blobs = Vec::new();
                    blocks::each_part(
                        tx,
                        *ds,
                        bucket,
                        (i64::MIN, i64::MAX),
                        blocks::Direction::Forward,
                        |b| {
                            blobs.push(b.to_vec());
                            Ok(true)
                        },
                    )?;
                    ids += blobs.len() as i64;
                    let expected: Vec<_> = crate::block::partition(&rows, 256)
                        .iter()
                        .map(|rows| crate::block::encode(rows))
                        .collect();
                    if blobs != expected || rows.is_empty() {
                        broken.push(format!("{ds} {bucket:?}"));
                    }
                }
                let rows: u64 = calendar.months().map(|month| calendar.rows(month)).sum();
                let kept =
                    tx.query_one("SELECT n FROM obs_stream WHERE ds = $1", &[(*ds).into()], |r| r.int(0))?;
                if kept.unwrap_or(0) != rows as i64 {
                    broken.push(format!("{ds}: {kept:?} rows in obs_stream, {rows} in its calendar"));
                }
            }
            let all = tx.query_one("SELECT COUNT(*) FROM obs_block", &[], |row| row.int(0))?;
            if all != Some(ids) {
                broken.push(format!("{all:?} blocks, {ids} of them in calendars"));
            }
            Ok(broken)
        });
        prop_assert_eq!(broken.map_err(|e| TestCaseError::fail(e.to_string()))?, Vec::<String>::new());
        Ok(())
    }

    /// What the model says must become of them.
    fn expect(&mut self, arrival: &Arrival) -> Vec<Outcome> {
        let judge = |incoming: &Incoming| {
            let missing = incoming.value == Value::Missing && incoming.quality == Quality::Valid;
            let quality = if missing { Quality::Missing } else { incoming.quality };
            let (value, extra) = (&incoming.value, incoming.extra.as_deref());
            let row = Row::new(incoming.key, value, quality, extra, arrival.received, SOURCE);
            let at = (incoming.datastream, incoming.key);
            let outcome = match self.model.get(&at) {
                None => Outcome::Stored,
                Some(known) if known.says_the_same(&row) => Outcome::Duplicate,
                Some(_) if incoming.datastream % 2 == 1 => Outcome::DifferingKept,
                Some(known) => {
                    self.revisions.entry(at).or_default().push(known.clone());
                    Outcome::Replaced
                }
            };
            if matches!(outcome, Outcome::Stored | Outcome::Replaced) {
                self.model.insert(at, row);
            }
            *self.counted.entry(outcome.code()).or_default() += 1;
            outcome
        };
        arrival.observations.iter().map(judge).collect()
    }

    fn rows(&self, datastream: i64) -> Vec<Row> {
        let all = (datastream, Span::ALL.from)..(datastream, Span::ALL.to);
        self.model.range(all).map(|(_, row)| row.clone()).collect()
    }

    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        let store = self.store();
        match step {
            Step::Submit(drafts) => {
                let arrival = self.arrival(drafts);
                let expected = self.expect(&arrival);
                let outcomes = self.wait(self.door().submit(arrival).unwrap());
                prop_assert_eq!(outcomes, expected);
            }
            Step::Import(drafts) => {
                let arrival = self.arrival(drafts);
                let outcomes = self.wait(self.door().import(&arrival, self.now, RULES));
                // An import writes datastream by datastream, which is no order among those with one key.
                prop_assert_eq!(outcomes, self.expect(&arrival));
            }
            Step::Wait(minutes) => self.now = self.now.plus(minutes * MINUTE),
            Step::Seal => {
                self.wait(seal_pass(&store, self.now, &RULES));
                let mut left = Vec::new();
                store.inner.memory.mirror.each(|ds, stream| left.extend(plan(ds, stream, self.now, &RULES)));
                left.retain(|task| task.bucket.level != crate::bucket::Level::Month);
                prop_assert_eq!(left, vec![], "a pass leaves nothing that it would do");
            }
            Step::SealWhile(drafts) => {
                let arrivals: Vec<Arrival> = drafts.chunks(5).map(|some| self.arrival(some)).collect();
                let expected: Vec<Vec<Outcome>> = arrivals.iter().map(|a| self.expect(a)).collect();
                let (door, now) = (self.door(), self.now);
                let arriving = async {
                    let mut outcomes = Vec::new();
                    for arrival in arrivals {
                        outcomes.push(door.submit(arrival).unwrap().await?);
                    }
                    Ok::<_, DbError>(outcomes)
                };
                let both = async { tokio::join!(seal_pass(&store, now, &RULES), arriving) };
                let (sealed, outcomes) = self.runtime.block_on(both);
                sealed.unwrap();
                prop_assert_eq!(outcomes.unwrap(), expected);
            }
            Step::SealTornAfter(tasks) => {
                let mut planned = Vec::new();
                store
                    .inner
                    .memory
                    .mirror
                    .each(|ds, stream| planned.extend(plan(ds, stream, self.now, &RULES)));
                planned.sort_unstable();
                planned.truncate(*tasks);
                let mirror = store.inner.memory.mirror.clone();
                self.wait(store.db().write_alone(move |tx| seal::seal(tx, &mirror, &planned)));
                drop(store);
                self.reopen();
            }
            Step::Reopen => {
                drop(store);
                self.reopen();
            }
            Step::Delete(which) => {
                let Some((datastream, key)) = self.pick(which) else { return Ok(()) };
                let id = ObservationId { datastream, key };
                prop_assert!(self.wait(store.delete(id, self.now, "tester", "a test")));
                prop_assert!(!self.wait(store.delete(id, self.now, "tester", "a test")));
                if let Some(was) = self.model.remove(&(datastream, key)) {
                    self.revisions.entry((datastream, key)).or_default().push(was);
                }
            }
            Step::Update(which, value) => {
                let Some((datastream, key)) = self.pick(which) else { return Ok(()) };
                let row = Row::new(key, value, Quality::Estimated, None, self.now, SOURCE);
                prop_assert!(self.wait(store.update(datastream, row.clone(), self.now, "tester", "a test")));
                if let Some(was) = self.model.insert((datastream, key), row) {
                    self.revisions.entry((datastream, key)).or_default().push(was);
                }
            }
            Step::DeleteStream(datastream) => {
                let (gone, inner) = (*datastream, store.clone());
                self.wait(store.db().write_alone(move |tx| inner.delete_stream(tx, gone)));
                self.model.retain(|(ds, _), _| ds != datastream);
                self.revisions.retain(|(ds, _), _| ds != datastream);
            }
            Step::Retain => {
                let retention = Retention { days: [("short".into(), 20)].into() };
                self.wait(retention_pass(&store, self.now, &retention));
                let cutoff = self.now.plus(-20 * DAY).0;
                // Which rows went hangs on which buckets are whole: those kept must be a tail of those known.
                let kept = self.wait(store.scan(4, Span::ALL, Order::Ascending, usize::MAX));
                for row in self.rows(4) {
                    let gone = !kept.contains(&row);
                    prop_assert!(!gone || row.t < cutoff, "{:?} went too early", row);
                }
                let mine = |(ds, key): &(i64, Key)| *ds != 4 || kept.iter().any(|row| row.key() == *key);
                self.model.retain(|at, _| mine(at));
            }
            Step::Look { from, minutes, limit, step } => self.look(*from, *minutes, *limit, *step)?,
        }
        Ok(())
    }

    fn pick(&self, which: &prop::sample::Index) -> Option<(i64, Key)> {
        let at = if self.model.is_empty() { return None } else { which.index(self.model.len()) };
        self.model.keys().nth(at).copied()
    }

    fn look(&self, from: i64, minutes: i64, limit: usize, step: i64) -> Result<(), TestCaseError> {
        let store = self.store();
        let from = (self.now.0.div_euclid(HOUR) * HOUR) - from * MINUTE;
        let span = Span::times(from, from + minutes * MINUTE);
        for datastream in 1..=STREAMS {
            let mut rows: Vec<Row> =
                self.rows(datastream).into_iter().filter(|row| span.holds(row.key())).collect();
            prop_assert_eq!(self.wait(store.count(datastream, span)), rows.len() as u64);
            let found = self.wait(store.scan(datastream, span, Order::Ascending, limit));
            prop_assert_eq!(&found[..], &rows[..rows.len().min(limit)]);
            // Pages forward, from the last key of the one before.
            let (mut paged, mut rest) = (Vec::new(), span);
            loop {
                let page = self.wait(store.scan(datastream, rest, Order::Ascending, limit));
                let Some(last) = page.last() else { break };
                rest.from = last.key().next();
                paged.extend(page);
            }
            prop_assert_eq!(&paged, &rows);
            let (mut paged, mut rest) = (Vec::new(), span);
            loop {
                let page = self.wait(store.scan(datastream, rest, Order::Descending, limit));
                let Some(last) = page.last() else { break };
                rest.to = last.key();
                paged.extend(page);
            }
            rows.reverse();
            prop_assert_eq!(&paged, &rows);
        }
        // A multiple of the step, and not.
        for minutes in [minutes, (minutes / step + 1) * step] {
            self.check_aggregate(from, from + minutes * MINUTE, step * MINUTE)?;
        }
        self.check_aggregate(from + 17 * SECOND, from + minutes * MINUTE, step * MINUTE)
    }

    fn check_aggregate(&self, from: i64, to: i64, step: i64) -> Result<(), TestCaseError> {
        let store = self.store();
        let ids: Vec<i64> = (1..=STREAMS).collect();
        // Enough of them take the way over whole buckets.
        let many: Vec<i64> = (1..=STREAMS).chain(1_000..1_100).collect();
        let mut expected: BTreeMap<(i64, i64), Summary> = BTreeMap::new();
        for ((ds, key), row) in self.model.iter().filter(|((_, key), _)| (from..to).contains(&key.t)) {
            let at = from + (key.t - from).div_euclid(step) * step;
            expected.entry((*ds, at)).or_default().add(row.quality(), row.number());
        }
        for ids in [ids, many] {
            let found = self.wait(store.aggregate(ids, from, to, step));
            let keys: Vec<(i64, i64)> = found.iter().map(|(ds, at, _)| (*ds, *at)).collect();
            prop_assert_eq!(keys, expected.keys().copied().collect::<Vec<_>>());
            for ((_, _, found), expected) in found.iter().zip(expected.values()) {
                // Sums of huge numbers lose all their digits in another order.
                let size = expected.max.abs().max(expected.min.abs()) * expected.numbers as f64;
                let close = !size.is_finite() || (found.sum - expected.sum).abs() <= size * 1e-12;
                prop_assert!(close, "{} is not {}", found.sum, expected.sum);
                prop_assert_eq!(Summary { sum: 0.0, ..*found }, Summary { sum: 0.0, ..*expected });
            }
        }
        Ok(())
    }

    fn check_all(&self) -> Result<(), TestCaseError> {
        let store = self.store();
        for datastream in 1..=STREAMS {
            let rows = self.rows(datastream);
            prop_assert_eq!(store.count_all(datastream), rows.len() as u64, "count of {}", datastream);
            prop_assert_eq!(store.last(datastream), rows.last().cloned());
            let extent = rows.first().zip(rows.last()).map(|(first, last)| (first.t, last.t));
            prop_assert_eq!(store.extent(datastream), extent);
            let found = self.wait(store.scan(datastream, Span::ALL, Order::Ascending, usize::MAX));
            prop_assert_eq!(found, rows);
        }
        for ((datastream, key), was) in &self.revisions {
            let found = self.wait(store.revisions(*datastream, *key));
            prop_assert_eq!(&found.iter().map(|r| r.was.clone()).collect::<Vec<_>>(), was);
            prop_assert!(found.iter().zip(1..).all(|(r, number)| r.number == number));
        }
        let counted: BTreeMap<i64, u64> =
            self.wait(store.counters()).iter().map(|c| (c.outcome.code(), c.rows)).collect();
        prop_assert_eq!(&counted, &self.counted);
        Ok(())
    }
}

fn play(url: String, steps: &[Step]) -> Result<(), TestCaseError> {
    let mut city = City::new(url);
    for step in steps {
        city.step(step)?;
        city.check_all()?;
    }
    city.reopen();
    city.check_all()?;
    city.check_bytes()
}

fn judge(cases: u32, url: impl Fn() -> String) {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(cases);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let steps = prop::collection::vec(any_step(), 1..40);
    runner.run(&steps, |steps| play(url(), &steps)).unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn the_store_agrees_with_a_sorted_map() {
    let folder = tempfile::tempdir().unwrap();
    let number = std::cell::Cell::new(0);
    judge(60, || {
        drop(std::fs::remove_file(folder.path().join(format!("{}.db", number.get()))));
        number.set(number.get() + 1);
        format!("sqlite:{}", folder.path().join(format!("{}.db", number.get())).display())
    });
}

#[test]
fn the_store_agrees_with_a_sorted_map_on_postgres() {
    let Some(url) = postgres("map") else { return };
    judge(12, || {
        emptied(&url);
        url.clone()
    });
}

#[test]
fn a_damaged_block_stops_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut city = City::new(format!("sqlite:{}", folder.path().join("city.db").display()));
    let draft = |datastream, before_now| Draft {
        datastream,
        before_now,
        n: 0,
        value: Value::Number(before_now as f64),
        quality: Quality::Valid,
        extra: None,
    };
    let drafts =
        |from: i64| (1..=2).flat_map(|ds| (0..9).map(move |i| draft(ds, from + i))).collect::<Vec<_>>();
    let submit = |city: &City, drafts: &[Draft]| city.wait(city.door().submit(city.arrival(drafts)).unwrap());
    submit(&city, &drafts(2 * 24 * 60));
    city.now = city.now.plus(DAY);
    city.wait(seal_pass(&city.store(), city.now, &RULES));
    assert_eq!(city.store().hot_rows(), 0);
    let first = "UPDATE obs_block SET b = x'00' WHERE id = (SELECT MIN(id) FROM obs_block)";
    city.store().db().write_blocking(move |tx| tx.batch(first)).unwrap();
    // Late rows of the same day, for both: the second one is sealed, the first one stays hot.
    let late = drafts(3 * 24 * 60 + 20);
    assert!(submit(&city, &late).iter().all(|outcome| *outcome == Outcome::Stored));
    city.now = city.now.plus(DAY);
    city.wait(seal_pass(&city.store(), city.now, &RULES));
    assert_eq!(city.store().hot_rows(), 9);
    city.reopen();
    assert_eq!(city.wait(city.store().scan(2, Span::ALL, Order::Ascending, 100)).len(), 18);
    assert!(city.store().scan_blocking(1, Span::ALL, Order::Ascending, 100).is_err());
    assert_eq!(city.store().last(1).map(|row| row.value()), Some(Value::Number(2.0 * 24.0 * 60.0)));
}

/// The address of a new, empty database on the server that the test command started.
fn postgres(name: &str) -> Option<String> {
    let Ok(server) = std::env::var("CAUSEWAY_TEST_POSTGRES") else {
        eprintln!("skipped: CAUSEWAY_TEST_POSTGRES names no PostgreSQL server");
        return None;
    };
    let name = format!("sensing_{name}_{}", std::process::id());
    for statement in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
        let done = std::process::Command::new("psql").args(["-q", &server, "-c", &statement]).status();
        assert!(done.is_ok_and(|status| status.success()), "psql could not: {statement}");
    }
    let (base, _) = server.rsplit_once('/').unwrap();
    Some(format!("{base}/{name}"))
}

fn emptied(url: &str) {
    let db = opened(url);
    host::migrate::run(&db, &[crate::MIGRATIONS]).unwrap();
    let empty = "TRUNCATE obs_hot, obs_block, obs_rollup, obs_stream, obs_revision, obs_counter, obs_source";
    db.write_blocking(move |tx| tx.batch(empty)).unwrap();
}
