use super::*;

const OLD: Migrations = Migrations {
    owner: "demo",
    steps: &[Step { version: 1, name: "a", sql: "CREATE TABLE demo_a (id {key})" }],
};
const NEW: Migrations = Migrations {
    owner: "demo",
    steps: &[
        Step { version: 1, name: "a", sql: "CREATE TABLE demo_a (id {key})" },
        Step { version: 2, name: "b", sql: "CREATE TABLE demo_b (id {key}, x {float})" },
    ],
};
const BROKEN: Migrations = Migrations {
    owner: "demo",
    steps: &[
        Step { version: 1, name: "a", sql: "CREATE TABLE demo_a (id {key})" },
        Step { version: 2, name: "c", sql: "CREATE TABLE demo_c (id {key}); CREATE NONSENSE" },
    ],
};

fn store() -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&format!("sqlite:{}", folder.path().join("city.db").display())).unwrap();
    (folder, db)
}

#[test]
fn an_upgrade_runs_only_what_is_missing_and_a_newer_store_is_refused() {
    let (_folder, db) = store();
    run(&db, &[OLD]).unwrap();
    run(&db, &[OLD]).unwrap();
    run(&db, &[NEW]).unwrap();
    let refused = run(&db, &[OLD]).unwrap_err();
    assert!(refused.to_string().contains("demo is at version 2, this program knows 1"), "{refused}");
}

#[test]
fn an_upgrade_that_fails_leaves_nothing_behind() {
    let (_folder, db) = store();
    run(&db, &[OLD]).unwrap();
    assert!(matches!(run(&db, &[BROKEN]), Err(MigrateError::Failed { version: 2, .. })));
    run(&db, &[NEW]).unwrap();
}
