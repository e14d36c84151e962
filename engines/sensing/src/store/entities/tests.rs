use vocab::Time;

use super::*;
use crate::feeds::tests::databases;

#[test]
fn ids_are_never_given_twice() {
    for (_folder, db) in databases("ids") {
        host::migrate::run(&db, &[crate::MIGRATIONS]).unwrap();
        db.write_blocking(|tx| {
            assert_eq!(write::next_ids(tx, Kind::Thing, 1)?, 1);
            assert_eq!(write::next_ids(tx, Kind::Thing, 10)?, 2);
            assert_eq!(write::next_ids(tx, Kind::Thing, 1)?, 12);
            assert_eq!(write::next_ids(tx, Kind::Sensor, 1)?, 1);
            Ok::<_, DbError>(())
        })
        .unwrap();
    }
}

/// Every kind is read through every link with every kind of eyes: the statements hold on both engines.
#[test]
fn every_statement_is_understood() {
    for (_folder, db) in databases("statements") {
        host::migrate::run(&db, &[crate::MIGRATIONS]).unwrap();
        db.write_blocking(|tx| {
            for sight in [Sight::All, Sight::Public, Sight::Scope("a/b".into())] {
                for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Observation) {
                    let which = Which { feed: None, ..Which::all(kind, sight.clone()) };
                    assert!(page(tx, &which, true, 10)?.is_empty());
                    assert_eq!(count(tx, &which)?, 0);
                    assert!(by_ids(tx, kind, &[1, 2, 3, 4, 5], &sight)?.is_empty());
                    assert!(by_slug(tx, kind, "a")?.is_none());
                    for link in kind.links().iter().filter(|link| link.to != Kind::Observation) {
                        assert!(children(tx, kind, *link, &[1, 2], &sight, 10)?.is_empty());
                        let which =
                            Which { of: Some((kind, 1, *link)), ..Which::all(link.to, sight.clone()) };
                        assert!(page(tx, &which, false, 10)?.is_empty());
                    }
                    assert!(!write::delete(tx, kind, 1)?);
                }
                each_place(tx, &sight, |_, _| ())?;
            }
            links::forget_location(tx, 1)?;
            links::history_at(tx, 1, &[1])?;
            links::change_history(tx, 1, None, Time(1))?;
            assert!(links::latest(tx, 1)?.is_none() && links::is_at(tx, 1)?);
            features::begin(tx, 1, i64::MIN, 2)?;
            features::named(tx, 2, 1)?;
            assert_eq!(features::datastreams_of(tx, 2)?, [1]);
            assert_eq!(features::datastreams_naming(tx, 2)?, [1]);
            features::forget_feature(tx, 2)?;
            features::forget_datastream(tx, 1)?;
            Ok::<_, DbError>(())
        })
        .unwrap();
    }
}
