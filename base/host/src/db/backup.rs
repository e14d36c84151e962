//! A dump of our own: every table of ours as lines of JSON, compressed, with a count at the end.
//!
//! PostgreSQL is backed up in it, and a city moves between the engines with it. The first line names the format and its
//! version; each table begins with its name and columns, each row is an array, bytes are `{"b": base64}`, and the last
//! line counts the rows so that a torn file is known.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::{DbError, Dialect, Param, Tx};

const FORMAT: &str = "causeway-dump";
const VERSION: u64 = 1;

/// Writes every table that this transaction sees into `to`, one consistent snapshot.
pub fn dump(tx: &mut Tx, to: &Path) -> Result<(), DbError> {
    let failed = |e: std::io::Error| DbError::Open(to.display().to_string(), e.to_string());
    let part = to.with_extension("part");
    let file = File::create(&part).map_err(failed)?;
    // Level 3 is zstd's own default: half the size of level 1 at a quarter of the time of level 9.
    let mut out = BufWriter::new(zstd::Encoder::new(file, 3).map_err(failed)?);
    writeln!(out, "{}", json!({ "format": FORMAT, "version": VERSION })).map_err(failed)?;
    let mut rows: u64 = 0;
    for table in tables(tx)? {
        let columns = columns(tx, &table)?;
        writeln!(out, "{}", json!({ "table": table, "columns": columns })).map_err(failed)?;
        let mut broken = None;
        tx.each(&format!("SELECT {} FROM {table}", columns.join(", ")), &[], |row| {
            let values =
                (0..columns.len()).map(|i| row.param(i).map(to_json)).collect::<Result<Vec<_>, _>>()?;
            rows += 1;
            broken = writeln!(out, "{}", Value::Array(values)).err();
            Ok(broken.is_none())
        })?;
        if let Some(error) = broken {
            return Err(failed(error));
        }
    }
    writeln!(out, "{}", json!({ "end": rows })).map_err(failed)?;
    let file = out.into_inner().map_err(|e| failed(e.into_error()))?.finish().map_err(failed)?;
    file.sync_all().and_then(|()| std::fs::rename(&part, to)).map_err(failed)
}

/// Fills an empty, migrated database from a dump. Anything that is not a whole dump is refused and nothing is kept.
pub fn load(tx: &mut Tx, from: &Path) -> Result<u64, DbError> {
    let failed = |e: std::io::Error| DbError::Open(from.display().to_string(), e.to_string());
    let file = File::open(from).map_err(failed)?;
    let mut lines = BufReader::new(zstd::Decoder::new(file).map_err(failed)?).lines();
    let mut next = || -> Result<Option<Value>, DbError> {
        let Some(line) = lines.next() else { return Ok(None) };
        let line = line.map_err(failed)?;
        serde_json::from_str(&line)
            .map(Some)
            .map_err(|e| DbError::Corrupt(format!("a line of the dump: {e}")))
    };
    let head = next()?.unwrap_or_default();
    if head["format"] != FORMAT || head["version"] != VERSION {
        return Err(DbError::Corrupt(format!("{} is not a dump of version {VERSION}", from.display())));
    }
    let known = tables(tx)?;
    for table in &known {
        tx.execute(&format!("DELETE FROM {table}"), &[])?;
    }
    let mut insert = String::new();
    let mut rows: u64 = 0;
    while let Some(line) = next()? {
        match &line {
            Value::Array(values) => {
                let params = values.iter().map(from_json).collect::<Result<Vec<_>, _>>()?;
                tx.execute(&insert, &params)?;
                rows += 1;
            }
            Value::Object(head) if head.contains_key("table") => {
                insert = insert_into(&line, &known)?;
            }
            Value::Object(end) if end.get("end").and_then(Value::as_u64) == Some(rows) => {
                return reset_sequences(tx, &known).map(|()| rows);
            }
            _ => return Err(DbError::Corrupt("the dump holds another number of rows than it says".into())),
        }
    }
    Err(DbError::Corrupt(format!("{} ends in the middle; take another backup", from.display())))
}

fn insert_into(head: &Value, known: &[String]) -> Result<String, DbError> {
    let table = head["table"].as_str().unwrap_or_default();
    let columns: Vec<&str> =
        head["columns"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let is_name =
        |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !known.iter().any(|t| t == table) || columns.is_empty() || !columns.iter().all(|c| is_name(c)) {
        return Err(DbError::Corrupt(format!("the dump names a table this program does not have: {table}")));
    }
    let marks: Vec<String> = (1..=columns.len()).map(|n| format!("${n}")).collect();
    Ok(format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), marks.join(", ")))
}

fn tables(tx: &mut Tx) -> Result<Vec<String>, DbError> {
    let statement = match tx.dialect() {
        Dialect::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
        }
        // In the order in which they were made, so that a table stands after those it refers to.
        Dialect::Postgres => {
            "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY oid"
        }
    };
    tx.query(statement, &[], |row| row.text(0))
}

fn columns(tx: &mut Tx, table: &str) -> Result<Vec<String>, DbError> {
    let statement = match tx.dialect() {
        Dialect::Sqlite => "SELECT name FROM pragma_table_info($1) ORDER BY cid",
        Dialect::Postgres => {
            "SELECT column_name::text FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position"
        }
    };
    tx.query(statement, &[table.into()], |row| row.text(0))
}

/// PostgreSQL numbers new rows from a sequence, which a load of rows with their own numbers does not move.
fn reset_sequences(tx: &mut Tx, tables: &[String]) -> Result<(), DbError> {
    if tx.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    for table in tables {
        if columns(tx, table)?.iter().any(|c| c == "id") {
            tx.query_one(
                &format!(
                    "SELECT setval(s, GREATEST((SELECT COALESCE(MAX(CAST(CAST(id AS TEXT) AS BIGINT)), 0) FROM {table}), 1))
                     FROM pg_get_serial_sequence('{table}', 'id') s WHERE s IS NOT NULL"
                ),
                &[],
                |_| Ok(()),
            )?;
        }
    }
    Ok(())
}

fn to_json(param: Param) -> Value {
    match param {
        Param::Int(i) => i.into(),
        // As bits: JSON keeps neither infinities nor the sign of zero, and a double must come back as it was.
        Param::Float(f) => json!({ "f": f.to_bits() }),
        Param::Text(t) => t.into(),
        Param::Bytes(b) => json!({ "b": BASE64.encode(b) }),
        _ => Value::Null,
    }
}

fn from_json(value: &Value) -> Result<Param, DbError> {
    let broken = || DbError::Corrupt(format!("the dump holds a value that is none of ours: {value}"));
    Ok(match value {
        Value::Null => Param::Null,
        Value::Number(n) => Param::Int(n.as_i64().ok_or_else(broken)?),
        Value::String(t) => Param::Text(t.clone()),
        Value::Object(o) => match (o.get("f").and_then(Value::as_u64), o.get("b").and_then(Value::as_str)) {
            (Some(bits), _) => Param::Float(f64::from_bits(bits)),
            (_, Some(text)) => Param::Bytes(BASE64.decode(text).map_err(|_| broken())?),
            _ => return Err(broken()),
        },
        _ => return Err(broken()),
    })
}
