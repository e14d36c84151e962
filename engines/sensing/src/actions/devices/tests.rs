use host::http::Keys;
use host::{Clock, Db};
use vocab::time::SECOND;
use vocab::{Caller, Lang, Mode, Time};

use super::*;
use crate::SourceKind;
use crate::ingest::Arrival;

const START: Time = Time(1_800_000_000_000_000);

fn gate(now: Time) -> Gate {
    let access = host::Access::operator(Action::Create, DEVICES);
    Gate { caller: Caller::Operator, now, access, languages: Vec::new() }
}

/// A silence is noted once, by the clock, and its end by what is heard, on a store that is opened again between.
#[tokio::test]
async fn silence_is_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("city.db").display());
    let open = |clock: &Clock| {
        let db = Db::open(&url).unwrap();
        host::migrate::run(&db, &[crate::MIGRATIONS]).unwrap();
        let config = crate::Config::new(Mode::Live, vec![Lang::new("en").unwrap()]);
        Sensing::open(&db, clock, config).unwrap()
    };
    let clock = Clock::set_at(START);
    let sensing = open(&clock);
    let keys = Keys::default();
    sensing.admit(&keys).unwrap();
    let draft =
        DeviceDraft { device: "posts/17".into(), silence_seconds: Some(300), ..DeviceDraft::default() };
    let made = sensing.register(&gate(START), &[(1, draft.clone())]).await.unwrap();
    let key = made[0].1.clone();
    assert_eq!(keys.caller(&key).map(|c| c.word()).as_deref(), Some("device:posts/17"));
    assert!(sensing.register(&gate(START), &[(1, draft)]).await.is_err(), "a name is given once");

    let later = |seconds: i64| clock.set(START.plus(seconds * SECOND));
    let said = async |sensing: &Sensing| {
        sensing.listen_to_devices().await.unwrap();
        let lines = sensing.device_history("posts/17").await.unwrap();
        lines.iter().map(|line| line.event.what.word()).collect::<Vec<_>>()
    };
    later(299);
    assert_eq!(said(&sensing).await, ["registered"]);
    later(301);
    assert_eq!(said(&sensing).await, ["silent", "registered"]);
    later(400);
    assert_eq!(said(&sensing).await, ["silent", "registered"]);

    // What it says is refused (there is no such datastream), and it has been heard all the same.
    let source = sensing.door().source(SourceKind::Device, "posts/17", "", Mode::Live).await.unwrap();
    let incoming = crate::ingest::Incoming::new(999, START, vocab::Value::Number(1.0));
    let arrival = Arrival { source, mode: Mode::Live, received: clock.now(), observations: vec![incoming] };
    sensing.door().submit(arrival).unwrap().await.unwrap();
    assert_eq!(said(&sensing).await, ["back", "silent", "registered"]);
    let view = sensing.device(&gate(clock.now()), "posts/17").await.unwrap();
    assert_eq!((view.health, view.last_seen), (Health::Speaking, Some(START.plus(400 * SECOND))));
    drop(sensing);

    // A start lets the keys of working devices in, and no other.
    let again = open(&clock);
    let keys = Keys::default();
    again.admit(&keys).unwrap();
    assert!(keys.caller(&key).is_some());
    let lost = DeviceChange { state: Some(State::Lost), ..DeviceChange::default() };
    again.change_device(&gate(clock.now()), "posts/17", lost).await.unwrap();
    assert!(keys.caller(&key).is_none());
    assert_eq!(said(&again).await[0], "lost");
}
