use host::Db;

use super::*;

#[test]
fn options_are_kept_as_they_were() {
    for qos in [Qos::AtMostOnce, Qos::AtLeastOnce, Qos::ExactlyOnce] {
        for bits in 0..12u8 {
            let options = Options {
                qos,
                no_local: bits & 1 != 0,
                retain_as_published: bits & 2 != 0,
                retain_handling: bits >> 2,
                identifier: (bits > 6).then_some(7),
            };
            assert_eq!(decoded(coded(&options), options.identifier), options);
        }
    }
}

fn message(topic: &str) -> Message {
    let properties = Properties {
        is_text: true,
        content_type: Some("text/plain".into()),
        response_topic: None,
        correlation: Some(Bytes::from_static(&[0, 255, 7])),
        user: vec![("a".into(), "\"1\"".into()), ("a".into(), "2".into())],
    };
    Message {
        retain: true,
        expires: Some(Time(5)),
        properties: Some(Arc::new(properties)),
        ..Message::new(topic.into(), Bytes::from_static(&[1, 0, 2]), Qos::AtLeastOnce)
    }
}

#[test]
fn what_is_kept_is_found_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open(&format!("sqlite:{}", folder.path().join("m.db").display())).expect("a store");
    host::migrate::run(&db, &[crate::MIGRATIONS]).expect("tables");
    let caller = Caller::Device { name: "n".into(), scope: "s".into() };
    let cell = Arc::new(Cell::new(3, caller.clone(), "client".into()));
    let other = Arc::new(Cell::new(4, Caller::Operator, "other".into()));
    cell.lock().seconds = 60;
    other.lock().seconds = 60;
    let options = decoded(1 | 8, Some(9));
    let delivery = |n| Delivery {
        n,
        message: Arc::new(message("t")),
        qos: Qos::ExactlyOnce,
        retain: false,
        identifiers: vec![1, 2],
        dup: false,
    };
    let changes = vec![
        Change::Session(cell.clone()),
        Change::Subscribe(3, "a/#".into(), options),
        Change::Subscribe(3, "b".into(), options),
        Change::Unsubscribe(3, "b".into()),
        Change::Queue(cell.clone(), delivery(1)),
        Change::Queue(cell.clone(), delivery(2)),
        Change::Queue(cell.clone(), delivery(3)),
        Change::Releasing(3, 2),
        Change::Done(3, 1),
        Change::Taken(3, 40_000),
        Change::Taken(3, 40_000),
        Change::Taken(3, 2),
        Change::Freed(3, 2),
        Change::Retain(Arc::new(message("kept"))),
        Change::Retain(Arc::new(message("gone"))),
        Change::Forget(vec!["gone".into()]),
        Change::Session(other),
        Change::Gone(4),
        Change::Taken(4, 1),
        Change::Subscribe(4, "too late".into(), options),
    ];
    let write_all = move |tx: &mut Tx| changes.iter().try_for_each(|change| write(tx, change));
    db.write_blocking::<_, DbError>(write_all).expect("a commit");
    db.write_blocking(sweep).expect("a commit");
    let left = |tx: &mut Tx| {
        tx.query_one("SELECT COUNT(*) FROM mqtt_subscription WHERE session = 4", &[], |row| row.int(0))
    };
    assert_eq!(db.read_blocking::<_, DbError>(left).expect("a number"), Some(0));
    let (sessions, retained) = db.read_blocking(load).expect("what was kept");
    let [kept] = &sessions[..] else { panic!("{} sessions", sessions.len()) };
    assert_eq!(
        (kept.id, &kept.caller, kept.client.as_str(), kept.seconds, kept.ends),
        (3, &caller, "client", 60, None)
    );
    assert_eq!(kept.subscriptions, [("a/#".to_string(), options)]);
    assert_eq!(kept.incoming, [40_000]);
    let numbers: Vec<(u64, bool)> =
        kept.queue.iter().map(|(delivery, releasing)| (delivery.n, *releasing)).collect();
    assert_eq!(numbers, [(2, true), (3, false)]);
    let (found, _) = &kept.queue[0];
    assert_eq!((&found.identifiers, found.dup), (&vec![1, 2], true));
    assert_eq!(
        Message { retain: true, qos: Qos::AtLeastOnce, ..Message::clone(&found.message) },
        message("t")
    );
    assert_eq!(retained, [message("kept")]);
    // What was queued went into the session when it was durable.
    assert_eq!(cell.lock().session.len(), 3);
}

#[test]
fn wills_are_kept_until_they_need_not_be_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open(&format!("sqlite:{}", folder.path().join("m.db").display())).expect("a store");
    host::migrate::run(&db, &[crate::MIGRATIONS]).expect("tables");
    let caller = Caller::Device { name: "n".into(), scope: "s".into() };
    let cell = Arc::new(Cell::new(3, caller.clone(), "client".into()));
    let wanted = Will {
        message: Message { expires: None, ..message("gone") },
        delay_seconds: u32::MAX,
        expiry_seconds: Some(7),
    };
    let plain = Will { delay_seconds: 0, expiry_seconds: None, ..wanted.clone() };
    let changes = [
        Change::Will(cell.clone(), 5, Arc::new(wanted.clone())),
        Change::Will(cell.clone(), 6, Arc::new(plain.clone())),
        Change::Will(cell, 7, Arc::new(plain.clone())),
        Change::NoWill(6),
    ];
    let write_all = move |tx: &mut Tx| changes.iter().try_for_each(|change| write(tx, change));
    db.write_blocking::<_, DbError>(write_all).expect("a commit");
    let found = db.read_blocking(wills).expect("what was kept");
    let of = |will: &Will| (will.message.clone(), will.delay_seconds, will.expiry_seconds);
    let told: Vec<_> =
        found.iter().map(|kept| (kept.link, &kept.caller, kept.client.as_str(), of(&kept.will))).collect();
    assert_eq!(told, [(5, &caller, "client", of(&wanted)), (7, &caller, "client", of(&plain))]);
}
