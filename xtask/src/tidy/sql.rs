//! Where SQL may stand, and how plain it stays.

use super::{Breaches, Law};
use crate::house::{Crate, File, House};

pub const LAW: Law = Law {
    name: "sql-only-in-store",
    reason: "with all statements on a crate's tables in one private file, a table can change and only that file must be read",
    way_out: "move the statement into the crate's store.rs (or store/<resource>.rs) behind a function that takes `&mut Tx`",
    find: outside_store,
};

pub const PLAIN: Law = Law {
    name: "sql-stays-plain",
    reason: "the same text runs on SQLite and PostgreSQL; full text, R-tree, JSON and date functions differ between them \
             and make indexes that cannot be rebuilt",
    way_out: "compute it in Rust before or after the statement, or keep a derived index in memory",
    find: not_plain,
};

const STATEMENTS: &[&str] = &[
    "SELECT ",
    "INSERT INTO ",
    "INSERT OR ",
    "DELETE FROM ",
    "CREATE TABLE ",
    "CREATE INDEX ",
    "DROP TABLE ",
    "ALTER TABLE ",
    "WITH RECURSIVE ",
];

const SPECIAL: &[&str] = &[
    "json_",
    "jsonb",
    "->>",
    "strftime(",
    "datetime(",
    "julianday(",
    "date(",
    "date_trunc(",
    "to_char(",
    "now()",
    "current_timestamp",
    "rtree",
    "fts5",
    "tsvector",
    " match ",
    "st_within(",
    "st_intersects(",
];

/// Whether this text is a statement: by a keyword at its start, in capitals as we write SQL.
pub fn is_statement(text: &str) -> bool {
    let text = text.trim_start();
    STATEMENTS.iter().any(|word| text.starts_with(word))
        || text.starts_with("UPDATE ") && text.contains(" SET ")
}

/// `host` owns the database; elsewhere it is files called store. A migration is a file of its own.
pub fn is_store(krate: &Crate, file: &File) -> bool {
    let src = format!("{}/src/", krate.folder);
    let inside = file.path.strip_prefix(&src).unwrap_or_default();
    krate.name == "host" || inside == "store.rs" || inside.starts_with("store/")
}

fn outside_store(house: &House, breaches: &mut Breaches) {
    for (krate, file) in house.product().filter(|(krate, file)| !is_store(krate, file)) {
        for text in file.source().strings.iter().filter(|piece| is_statement(&piece.text)) {
            let first = text.text.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
            breaches.add(
                &file.path,
                text.line,
                format!("a statement outside {}'s store ({first} …)", krate.name),
            );
        }
    }
}

fn not_plain(house: &House, breaches: &mut Breaches) {
    let mut check = |path: &str, line: usize, text: &str| {
        let lower = text.to_lowercase();
        for word in SPECIAL.iter().filter(|word| found(&lower, word)) {
            let at = line + lower[..lower.find(word).unwrap_or(0)].matches('\n').count();
            breaches.add(path, at, format!("a statement uses {}", word.trim().trim_end_matches('(')));
        }
    };
    for (_, file) in house.product() {
        for piece in file.source().strings.iter().filter(|piece| is_statement(&piece.text)) {
            check(&file.path, piece.line, &piece.text);
        }
    }
    for file in house.files.values().filter(|f| f.path.contains("/migrations/") && f.path.ends_with(".sql")) {
        check(&file.path, 1, &file.text);
    }
}

/// At the start of a word: `date(` is not in `update(`.
fn found(text: &str, word: &str) -> bool {
    let begins = word.starts_with(crate::source::is_word);
    text.match_indices(word)
        .any(|(at, _)| !begins || !text[..at].chars().next_back().is_some_and(crate::source::is_word))
}
