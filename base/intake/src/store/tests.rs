use host::Db;

use super::*;

fn on_both(name: &str, check: impl Fn(&Db)) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&format!("sqlite:{}", folder.path().join("city.db").display())).unwrap();
    host::migrate::run(&db, &[MIGRATIONS]).unwrap();
    check(&db);
    match std::env::var("CAUSEWAY_TEST_POSTGRES") {
        Ok(server) => {
            let db = Db::open(&fresh(&server, name)).unwrap();
            host::migrate::run(&db, &[MIGRATIONS]).unwrap();
            check(&db);
        }
        Err(_) => eprintln!("skipped on PostgreSQL: CAUSEWAY_TEST_POSTGRES is not set"),
    }
}

/// A database of its own for one test.
fn fresh(server: &str, name: &str) -> String {
    let mut admin = postgres::Client::connect(server, postgres::NoTls).unwrap();
    let name = format!("intake_{name}_{}", std::process::id());
    admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).unwrap();
    admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

#[test]
fn what_is_known_of_an_address_comes_back() {
    on_both("state", |db| {
        let state = PullState {
            last_asked: Some(Time(5)),
            health: SourceHealth {
                last_good: Some(Time(4)),
                newest: None,
                last_error: Some((Time(3), "the server said 503".into())),
                failures: 2,
            },
            validators: Validators { etag: Some("\"x\"".into()), last_modified: None },
            counters: Counters { answers: 1, records: 7, mapped: 6, quarantined: 1, ..Counters::default() },
        };
        let mut later = state.clone();
        later.health.failures = 3;
        for each in [state, later.clone()] {
            db.write_blocking::<_, DbError>(move |tx| save(tx, "f", "s/en", &each)).unwrap();
        }
        let loaded = db.read_blocking::<_, DbError>(load).unwrap();
        assert_eq!(loaded, BTreeMap::from([(("f".to_string(), "s/en".to_string()), later)]));
    });
}

#[test]
fn diagnosis_is_bounded() {
    on_both("diagnosis", |db| {
        db.write_blocking::<_, DbError>(|tx| {
            let records: Vec<Quarantined> = (1..=350)
                .map(|n| Quarantined { ordinal: n, record: "{}".into(), reason: "no key".into() })
                .collect();
            quarantine(tx, "f", "s", Time(1), &records)?;
            quarantine(tx, "f", "other", Time(1), &records[..1])?;
            let found = quarantined(tx, "f", 1000)?;
            assert_eq!(found.len(), 201);
            assert_eq!(found[1].1.ordinal, 350);
            keep_broken(tx, "f", "s", Time(2), "HTML", &vec![b'x'; BROKEN_KEPT + 10])?;
            keep_broken(tx, "f", "s", Time(3), "HTML", &vec![b'y'; BROKEN_KEPT + 10])?;
            let kept = broken(tx, "f", "s")?.unwrap();
            assert_eq!(
                (kept.at, kept.length as usize, kept.body.len()),
                (Time(3), BROKEN_KEPT + 10, BROKEN_KEPT)
            );
            let refused = BTreeMap::from([("not finite".to_string(), 2), ("too late".to_string(), 5)]);
            add_refusals(tx, "f", "s", &refused)?;
            add_refusals(tx, "f", "t", &refused)?;
            assert_eq!(refusals(tx, "f")?, [("too late".to_string(), 10), ("not finite".to_string(), 4)]);
            Ok(())
        })
        .unwrap();
    });
}
