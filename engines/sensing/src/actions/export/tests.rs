use vocab::time::{HOUR, MINUTE};
use vocab::{Label, Quality, Value};

use super::*;
use crate::actions::door::QUEUE_ROWS;
use crate::datastream::{Accepts, Class, Datastream, Datastreams, Policy};
use crate::ingest::Limits;
use crate::observation::Span;

const START: i64 = 20_485 * DAY;

fn city(folder: &Path, name: &str) -> Door {
    let datastreams = Datastreams::default();
    for id in 1..=3 {
        datastreams.put(Datastream {
            id,
            slug: Slug::new(format!("test/{}", 9 - id)).unwrap(),
            mode: Mode::Recording,
            accepts: Accepts::Any,
            policy: Policy::FirstWins,
            class: Class::Instant,
            retention: "ever".into(),
            label: Label::Public,
        });
    }
    let db = Db::open(&format!("sqlite:{}", folder.join(name).display())).unwrap();
    host::migrate::run(&db, &[crate::MIGRATIONS]).unwrap();
    Door::new(&Observations::open(&db, &datastreams).unwrap(), Limits::default(), QUEUE_ROWS)
}

fn all(door: &Door) -> Vec<Vec<Row>> {
    let rows = |id| door.observations().scan_blocking(id, Span::ALL, Order::Ascending, usize::MAX).unwrap();
    (1..=3).map(rows).collect()
}

#[test]
fn a_day_goes_out_and_comes_in_elsewhere() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (city(folder.path(), "here.db"), city(folder.path(), "there.db"));
    let observation = |id: i64, minute: i64| {
        let value =
            if id == 3 { Value::Text(format!("m{minute}")) } else { Value::Number(minute as f64 / 10.0) };
        let quality = if minute % 7 == 0 { Quality::Suspect } else { Quality::Valid };
        Incoming { quality, ..Incoming::new(id, Time(START + minute * MINUTE), value) }
    };
    let observations: Vec<Incoming> =
        (0..1_440 * 2).flat_map(|minute| (1..=3).map(move |id| observation(id, minute))).collect();
    let later = Time(START + 3 * DAY);
    runtime.block_on(async {
        let source = here.source(SourceKind::Feed, "test", "", Mode::Recording).await.unwrap();
        let arrival = Arrival { source, mode: Mode::Recording, received: later, observations };
        here.submit(arrival).unwrap().await.unwrap();
        crate::jobs::seal_pass(here.observations(), Time(START + 2 * DAY), &Rules::default()).await.unwrap();
        let early = export_day(here.observations(), later, later, folder.path()).await;
        assert!(matches!(early, Err(TransferError::Open(day)) if day == "2026-02-04"));
        let day = Time(START + 5 * HOUR);
        let (path, rows) = export_day(here.observations(), day, later, folder.path()).await.unwrap();
        assert_eq!(
            (path.file_name().and_then(|n| n.to_str()), rows),
            (Some("observations-2026-02-01.parquet"), 4_320)
        );
        for word in ["stored", "duplicate"] {
            let imported = import_file(&there, &path, Mode::Recording, later).await.unwrap();
            assert_eq!(imported.outcomes, BTreeMap::from([(word, 4_320)]));
            assert!(imported.unknown.is_empty());
        }
    });
    let first_day = |rows: Vec<Row>| rows.into_iter().filter(|row| row.t < START + DAY).collect::<Vec<_>>();
    let said = |rows: Vec<Row>| -> Vec<(i64, Value, Quality, Time)> {
        rows.iter().map(|r| (r.t, r.value(), r.quality(), r.received())).collect()
    };
    let (here, there) = (all(&here), all(&there));
    for (here, there) in here.into_iter().zip(there) {
        assert_eq!(said(first_day(here)), said(there));
    }
}
