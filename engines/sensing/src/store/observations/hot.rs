//! `obs_hot`.

use host::{DbError, Dialect, Param, Tx};

use crate::codec::{Corrupt, Reader, put_varint};
use crate::observation::{Content, Key, Row, Tag};

const COLUMNS: usize = 8;
/// 256 bytes of parameters each.
const ROWS_AT_A_TIME: usize = 256;

fn params(datastream: i64, row: &Row) -> [Param; COLUMNS] {
    let v = match row.content() {
        Content::Number(n) => Param::Float(n),
        Content::Bool(b) => Param::Float(f64::from(u8::from(b))),
        Content::Text(_) | Content::Json(_) | Content::Missing => Param::Null,
    };
    [
        row.t.into(),
        datastream.into(),
        row.n.into(),
        v,
        row.tag().code().into(),
        row.lag_seconds.into(),
        row.source.into(),
        rare(row).into(),
    ]
}

/// Text and extra of a row: the length of the text, the text, the extra.
fn rare(row: &Row) -> Option<Vec<u8>> {
    if row.weight() == 0 {
        return None;
    }
    let mut out = Vec::new();
    put_varint(&mut out, row.text().len() as u64);
    out.extend(row.text().as_bytes());
    out.extend(row.extra_text().unwrap_or_default().as_bytes());
    Some(out)
}

fn read_rare(bytes: &[u8]) -> Result<(Box<str>, Option<Box<str>>), Corrupt> {
    let mut reader = Reader::new(bytes);
    let damaged = Corrupt("a hot row's text");
    let length = usize::try_from(reader.varint()?).map_err(|_| damaged)?;
    let text = |bytes| std::str::from_utf8(bytes).map(Box::from).map_err(|_| damaged);
    let first = text(reader.take(length)?)?;
    let rest: Box<str> = text(reader.rest())?;
    Ok((first, (!rest.is_empty()).then_some(rest)))
}

/// Adds rows whose keys are new. In key order this is fastest.
pub fn insert(tx: &mut Tx, rows: &[(i64, Row)]) -> Result<(), DbError> {
    write(tx, rows, "ON CONFLICT (t, ds, n) DO NOTHING")
}

/// Adds rows or puts them over those with their keys.
pub fn put(tx: &mut Tx, rows: &[(i64, Row)]) -> Result<(), DbError> {
    write(
        tx,
        rows,
        "ON CONFLICT (t, ds, n) DO UPDATE
         SET v = excluded.v, f = excluded.f, lag = excluded.lag, src = excluded.src, x = excluded.x",
    )
}

fn write(tx: &mut Tx, rows: &[(i64, Row)], conflict: &str) -> Result<(), DbError> {
    if rows.is_empty() {
        return Ok(());
    }
    match tx.dialect() {
        Dialect::Sqlite => {
            let statement = format!(
                "INSERT INTO obs_hot (t, ds, n, v, f, lag, src, x) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) {conflict}"
            );
            // A few at a time: their parameters then stay in the cache of the processor.
            for rows in rows.chunks(ROWS_AT_A_TIME) {
                let rows: Vec<[Param; COLUMNS]> = rows.iter().map(|(ds, row)| params(*ds, row)).collect();
                tx.execute_each(&statement, rows.iter().map(<[Param; COLUMNS]>::as_slice))?;
            }
        }
        Dialect::Postgres => {
            let statement = format!(
                "INSERT INTO obs_hot (t, ds, n, v, f, lag, src, x)
                 SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::float8[], $5::bigint[],
                                      $6::bigint[], $7::bigint[], $8::bytea[]) {conflict}"
            );
            let ints = |of: &dyn Fn(&(i64, Row)) -> i64| Param::Ints(rows.iter().map(of).collect());
            let arrays = [
                ints(&|(_, row)| row.t),
                ints(&|(ds, _)| *ds),
                ints(&|(_, row)| row.n),
                Param::Floats(rows.iter().map(|(_, row)| row.number()).collect()),
                ints(&|(_, row)| i64::from(row.tag().code())),
                ints(&|(_, row)| i64::from(row.lag_seconds)),
                ints(&|(_, row)| i64::from(row.source)),
                Param::Blobs(rows.iter().map(|(_, row)| rare(row)).collect()),
            ];
            tx.execute(&statement, &arrays)?;
        }
    }
    Ok(())
}

/// Deletes rows by key. In key order this is fastest.
pub fn delete(tx: &mut Tx, keys: &[(i64, Key)]) -> Result<(), DbError> {
    if keys.is_empty() {
        return Ok(());
    }
    match tx.dialect() {
        Dialect::Sqlite => {
            let keys: Vec<[Param; 3]> =
                keys.iter().map(|(ds, key)| [key.t.into(), (*ds).into(), key.n.into()]).collect();
            tx.execute_each(
                "DELETE FROM obs_hot WHERE t = $1 AND ds = $2 AND n = $3",
                keys.iter().map(<[Param; 3]>::as_slice),
            )?;
        }
        Dialect::Postgres => {
            let ints = |of: &dyn Fn(&(i64, Key)) -> i64| Param::Ints(keys.iter().map(of).collect());
            tx.execute(
                "DELETE FROM obs_hot AS hot
                 USING unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS gone (t, ds, n)
                 WHERE hot.t = gone.t AND hot.ds = gone.ds AND hot.n = gone.n",
                &[ints(&|(_, key)| key.t), ints(&|(ds, _)| *ds), ints(&|(_, key)| key.n)],
            )?;
        }
    }
    Ok(())
}

/// All hot rows, in order of time.
pub fn each(tx: &mut Tx, mut f: impl FnMut(i64, Row)) -> Result<(), DbError> {
    tx.each("SELECT t, ds, n, v, f, lag, src, x FROM obs_hot ORDER BY t, ds, n", &[], |row| {
        let code = row.int(4)?;
        let tag = u8::try_from(code).ok().and_then(Tag::from_code);
        let tag = tag.ok_or_else(|| DbError::Column(4, format!("{code}, no kind and quality")))?;
        let (text, extra) = match row.bytes_or_null(7)? {
            Some(bytes) => read_rare(&bytes).map(|(text, extra)| (Some(text), extra))?,
            None => (None, None),
        };
        let fits = |column| -> Result<i64, DbError> { row.int(column) };
        let out_of_range = |column| move |_| DbError::Column(column, "a number out of range".into());
        f(
            row.int(1)?,
            Row::from_parts(
                Key { t: row.int(0)?, n: row.int(2)? },
                tag,
                row.float_or_null(3)?.unwrap_or_default(),
                text,
                extra,
                i32::try_from(fits(5)?).map_err(out_of_range(5))?,
                u32::try_from(fits(6)?).map_err(out_of_range(6))?,
            ),
        );
        Ok(true)
    })
}
