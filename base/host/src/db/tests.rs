//! The contract of the handle, on both engines.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::*;

/// Runs `check` on SQLite, and on PostgreSQL where the environment gives one.
fn on_both(name: &str, check: impl Fn(&Db)) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&format!("sqlite:{}", folder.path().join("city.db").display())).unwrap();
    check(&db);
    match std::env::var("CAUSEWAY_TEST_POSTGRES") {
        Ok(server) => check(&Db::open(&fresh(&server, name)).unwrap()),
        Err(_) => eprintln!("skipped on PostgreSQL: CAUSEWAY_TEST_POSTGRES is not set"),
    }
}

/// A database of its own for one test.
fn fresh(server: &str, name: &str) -> String {
    let mut admin = ::postgres::Client::connect(server, ::postgres::NoTls).unwrap();
    let name = format!("host_{name}_{}", std::process::id());
    admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).unwrap();
    admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

fn table(db: &Db) {
    db.write_blocking::<_, DbError>(|tx| {
        tx.batch(&expand("CREATE TABLE t (id {key}, x BIGINT UNIQUE)", tx.dialect()))
    })
    .unwrap();
}

fn count(db: &Db) -> i64 {
    db.read_blocking::<_, DbError>(|tx| {
        Ok(tx.query_one("SELECT COUNT(*) FROM t", &[], |r| r.int(0))?.unwrap())
    })
    .unwrap()
}

#[test]
fn a_refused_closure_takes_nothing_else_with_it() {
    on_both("refused", |db| {
        table(db);
        let hooks = Arc::new(AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for i in 0..40i64 {
                let hooks = hooks.clone();
                scope.spawn(move || {
                    let result = db.write_blocking::<_, DbError>(move |tx| {
                        let hooks = hooks.clone();
                        tx.on_commit(Box::new(move || {
                            hooks.fetch_add(1, Ordering::SeqCst);
                        }));
                        tx.execute("INSERT INTO t (x) VALUES ($1)", &[i.into()])?;
                        if i % 4 == 0 {
                            // A breach of the key fails this closure and no other.
                            tx.execute("INSERT INTO t (x) VALUES ($1)", &[i.into()])?;
                        }
                        Ok(())
                    });
                    assert_eq!(result.is_err(), i % 4 == 0);
                });
            }
        });
        assert_eq!(count(db), 30);
        assert_eq!(hooks.load(Ordering::SeqCst), 30);
    });
}

#[test]
fn a_panic_in_a_closure_is_an_error_to_its_caller_only() {
    on_both("panic", |db| {
        table(db);
        let result = db.write_blocking::<(), DbError>(|_| panic!("planted"));
        assert!(matches!(result, Err(DbError::Closed)));
        db.write_blocking::<_, DbError>(|tx| tx.execute("INSERT INTO t (x) VALUES ($1)", &[7i64.into()]))
            .unwrap();
        assert_eq!(count(db), 1);
    });
}

struct Numbers;

impl Stage for Numbers {
    type Item = Vec<i64>;
    type Outcome = usize;
    fn weight(item: &Vec<i64>) -> usize {
        item.len()
    }
    fn apply(&mut self, tx: &mut Tx, items: &[Vec<i64>]) -> Result<Vec<usize>, DbError> {
        for number in items.iter().flatten() {
            if *number < 0 {
                std::thread::sleep(Duration::from_millis(200));
            }
            tx.execute("INSERT INTO t (x) VALUES ($1)", &[(*number).into()])?;
        }
        Ok(items.iter().map(Vec::len).collect())
    }
}

#[test]
fn a_lane_groups_answers_after_the_commit_and_says_when_it_is_full() {
    on_both("lane", |db| {
        table(db);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let lane = db.lane(10, Numbers);
        runtime.block_on(async {
            let slow = lane.push(vec![-1, 1, 2, 3, 4, 5, 6, 7]).unwrap();
            let full = lane.push(vec![100, 101, 102]).err().unwrap();
            assert_eq!((full.waiting, full.retry_after_seconds), (8, 1));
            let fits = lane.push(vec![8, 9]).unwrap();
            assert_eq!(slow.await.unwrap(), 8);
            assert_eq!(fits.await.unwrap(), 2);
            assert_eq!(lane.waiting(), 0);
            let heavy = lane.push((200..300).collect()).unwrap();
            assert_eq!(
                heavy.await.unwrap(),
                100,
                "an item heavier than the lane goes when the lane is empty"
            );
        });
        assert_eq!(count(db), 110);
    });
}

#[test]
fn a_second_server_on_one_store_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("city.db").display());
    let first = Db::open(&url).unwrap();
    assert!(matches!(Db::open(&url), Err(DbError::InUse(_))));
    drop(first);
    drop(Db::open(&url).unwrap());
    assert!(matches!(Db::open("mysql://x"), Err(DbError::Open(..))));
}

#[test]
fn values_come_back_as_they_went() {
    on_both("values", |db| {
        db.write_blocking::<_, DbError>(|tx| {
            let sql = expand("CREATE TABLE v (i BIGINT, f {float}, t TEXT, b {bytes})", tx.dialect());
            tx.batch(&sql)?;
            let full = [i64::MIN.into(), 5e-324.into(), "巴士 🚌".into(), vec![0u8, 255].into()];
            tx.execute("INSERT INTO v (i, f, t, b) VALUES ($1, $2, $3, $4)", &full)?;
            tx.execute(
                "INSERT INTO v (i, f, t, b) VALUES ($1, $2, $3, $4)",
                &[Param::Null, Param::Null, Param::Null, Param::Null],
            )
        })
        .unwrap();
        let rows = db
            .read_blocking::<_, DbError>(|tx| {
                tx.query("SELECT i, f, t, b FROM v ORDER BY i IS NULL", &[], |r| {
                    Ok((r.int_or_null(0)?, r.float_or_null(1)?, r.text_or_null(2)?, r.bytes_or_null(3)?))
                })
            })
            .unwrap();
        let (i, f, t, b) = rows[0].clone();
        // The smallest subnormal survives; the sign of zero does not (SQLite keeps a whole double as an integer).
        assert_eq!(
            (i, f, t.as_deref(), b),
            (Some(i64::MIN), Some(5e-324), Some("巴士 🚌"), Some(vec![0, 255]))
        );
        assert_eq!(rows[1], (None, None, None, None));
    });
}

#[test]
fn a_dump_comes_back_equal_and_a_torn_one_is_refused() {
    on_both("dump", |db| {
        table(db);
        let fill = |db: &Db| {
            db.write_blocking::<_, DbError>(|tx| {
                (0..500i64)
                    .try_for_each(|i| tx.execute("INSERT INTO t (x) VALUES ($1)", &[i.into()]).map(drop))
            })
            .unwrap();
        };
        fill(db);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("city.dump");
        let to = file.clone();
        db.read_blocking::<_, DbError>(move |tx| dump(tx, &to)).unwrap();
        let whole = std::fs::read(&file).unwrap();
        let torn = folder.path().join("torn.dump");
        std::fs::write(&torn, &whole[..whole.len() - 12]).unwrap();
        assert!(db.write_blocking::<_, DbError>(move |tx| load(tx, &torn)).is_err());
        assert_eq!(count(db), 500, "a torn dump changes nothing");
        assert_eq!(db.write_blocking::<_, DbError>(move |tx| load(tx, &file)).unwrap(), 500);
        db.write_blocking::<_, DbError>(|tx| tx.execute("INSERT INTO t (x) VALUES ($1)", &[1000i64.into()]))
            .unwrap();
        assert_eq!(count(db), 501);
    });
}

#[test]
fn a_backup_is_a_store_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let url = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    let db = Db::open(&url("city.db")).unwrap();
    table(&db);
    db.write_blocking::<_, DbError>(|tx| tx.execute("INSERT INTO t (x) VALUES ($1)", &[1i64.into()]))
        .unwrap();
    let copy = folder.path().join("copy.db");
    backup(&url("city.db"), &copy).unwrap();
    assert!(backup(&url("city.db"), &copy).is_err(), "an existing file is never overwritten");
    restore(&url("restored.db"), &copy, |_| Ok(())).unwrap();
    assert!(
        restore(&url("restored.db"), &copy, |_| Ok(())).is_err(),
        "a store that exists is never overwritten"
    );
    assert_eq!(count(&Db::open(&url("restored.db")).unwrap()), 1);
}

#[tokio::test]
async fn empty_pages_go_back_to_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&format!("sqlite:{}", folder.path().join("city.db").display())).unwrap();
    table(&db);
    let pages = || {
        db.read_blocking::<_, DbError>(|tx| tx.query_one("PRAGMA page_count", &[], |r| r.int(0)))
            .unwrap()
            .unwrap()
    };
    db.write_blocking::<_, DbError>(|tx| {
        (0..20_000i64)
            .try_for_each(|x| tx.execute("INSERT INTO t (x) VALUES ($1)", &[x.into()]).map(drop))?;
        tx.execute("DELETE FROM t", &[])
    })
    .unwrap();
    let full = pages();
    assert_eq!(db.give_back(10, 30).await.unwrap(), 30, "no more than is asked");
    assert!(db.give_back(10, 1_000_000).await.unwrap() > 0);
    assert_eq!(db.give_back(10, 1_000_000).await.unwrap(), 0, "some are kept");
    assert!(pages() < full / 2 && count(&db) == 0, "{} of {full} pages are left", pages());
}
