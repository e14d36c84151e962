use super::*;

#[test]
fn type_words_expand() {
    let sql = "CREATE TABLE a (id {key}, b {bytes}, f {float}) {clustered}";
    assert_eq!(
        expand(sql, Dialect::Sqlite),
        "CREATE TABLE a (id INTEGER PRIMARY KEY, b BLOB, f REAL) WITHOUT ROWID"
    );
    assert!(expand(sql, Dialect::Postgres).contains("b BYTEA, f DOUBLE PRECISION"));
    assert!(!expand(sql, Dialect::Postgres).contains('{'));
}

#[test]
fn placeholders_keep_their_numbers() {
    assert_eq!(for_sqlite("SELECT $2, $1"), "SELECT ?2, ?1");
}
