//! Values into and out of SQL.

use postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::DbError;

/// A value for a `$n` placeholder. The plural kinds are arrays, on PostgreSQL only, for `unnest`.
#[derive(Debug, Clone, PartialEq)]
pub enum Param {
    Null,
    Int(i64),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    Ints(Vec<i64>),
    Floats(Vec<Option<f64>>),
    Texts(Vec<Option<String>>),
    Blobs(Vec<Option<Vec<u8>>>),
}

macro_rules! param_from {
    ($($from:ty => |$x:ident| $to:expr),* $(,)?) => {
        $(impl From<$from> for Param { fn from($x: $from) -> Param { $to } })*
    };
}

param_from! {
    i64 => |x| Param::Int(x),
    i32 => |x| Param::Int(x.into()),
    u32 => |x| Param::Int(x.into()),
    u8 => |x| Param::Int(x.into()),
    bool => |x| Param::Int(x.into()),
    f64 => |x| Param::Float(x),
    &str => |x| Param::Text(x.into()),
    String => |x| Param::Text(x),
    &String => |x| Param::Text(x.clone()),
    Vec<u8> => |x| Param::Bytes(x),
    &[u8] => |x| Param::Bytes(x.into()),
    vocab::Time => |x| Param::Int(x.0),
    &vocab::Slug => |x| Param::Text(x.as_str().into()),
}

impl<T: Into<Param>> From<Option<T>> for Param {
    fn from(value: Option<T>) -> Param {
        value.map_or(Param::Null, Into::into)
    }
}

impl rusqlite::ToSql for Param {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            Param::Null => ValueRef::Null,
            Param::Int(i) => ValueRef::Integer(*i),
            Param::Float(f) => ValueRef::Real(*f),
            Param::Text(t) => ValueRef::Text(t.as_bytes()),
            Param::Bytes(b) => ValueRef::Blob(b),
            Param::Ints(_) | Param::Floats(_) | Param::Texts(_) | Param::Blobs(_) => {
                return Err(rusqlite::Error::ToSqlConversionFailure(
                    "arrays are for PostgreSQL; on SQLite run the statement once a row".into(),
                ));
            }
        }))
    }
}

impl ToSql for Param {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut bytes::BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Param::Null => Ok(IsNull::Yes),
            // A whole number may meet a double column, a 32-bit one or a text one; the column decides.
            Param::Int(i) if *ty == Type::FLOAT8 => (*i as f64).to_sql(ty, out),
            Param::Int(i) if *ty == Type::INT4 => i32::try_from(*i)?.to_sql(ty, out),
            Param::Int(i) => i.to_sql(ty, out),
            Param::Float(f) => f.to_sql(ty, out),
            Param::Text(t) => t.to_sql(ty, out),
            Param::Bytes(b) => b.to_sql(ty, out),
            Param::Ints(x) => x.to_sql(ty, out),
            Param::Floats(x) => x.to_sql(ty, out),
            Param::Texts(x) => x.to_sql(ty, out),
            Param::Blobs(x) => x.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// One row of an answer, read by column number from 0.
pub enum Row<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a postgres::Row),
}

macro_rules! column {
    ($(#[$doc:meta])* $name:ident, $or_null:ident, $type:ty) => {
        $(#[$doc])*
        pub fn $name(&self, column: usize) -> Result<$type, DbError> {
            match self {
                Row::Sqlite(row) => Ok(row.get(column)?),
                Row::Postgres(row) => Ok(row.try_get(column)?),
            }
        }

        pub fn $or_null(&self, column: usize) -> Result<Option<$type>, DbError> {
            match self {
                Row::Sqlite(row) => Ok(row.get(column)?),
                Row::Postgres(row) => Ok(row.try_get(column)?),
            }
        }
    };
}

impl Row<'_> {
    column!(
        /// A BIGINT. Sums and averages of PostgreSQL need a cast in the statement.
        int, int_or_null, i64
    );
    column!(float, float_or_null, f64);
    column!(text, text_or_null, String);
    column!(bytes, bytes_or_null, Vec<u8>);

    pub fn time(&self, column: usize) -> Result<vocab::Time, DbError> {
        self.int(column).map(vocab::Time)
    }

    pub fn flag(&self, column: usize) -> Result<bool, DbError> {
        Ok(self.int(column)? != 0)
    }

    /// A blob without copying it.
    pub fn with_bytes<T>(&self, column: usize, f: impl FnOnce(&[u8]) -> T) -> Result<T, DbError> {
        match self {
            Row::Sqlite(row) => match row.get_ref(column)? {
                rusqlite::types::ValueRef::Blob(bytes) => Ok(f(bytes)),
                other => Err(DbError::Column(column, format!("{:?}", other.data_type()))),
            },
            Row::Postgres(row) => Ok(f(row.try_get::<_, &[u8]>(column)?)),
        }
    }

    /// Any column as a parameter for another database. On PostgreSQL the kinds that [`super::expand`] knows.
    pub(super) fn param(&self, column: usize) -> Result<Param, DbError> {
        match self {
            Row::Sqlite(row) => Ok(match row.get_ref(column)? {
                rusqlite::types::ValueRef::Null => Param::Null,
                rusqlite::types::ValueRef::Integer(i) => Param::Int(i),
                rusqlite::types::ValueRef::Real(f) => Param::Float(f),
                rusqlite::types::ValueRef::Text(t) => Param::Text(String::from_utf8_lossy(t).into_owned()),
                rusqlite::types::ValueRef::Blob(b) => Param::Bytes(b.to_vec()),
            }),
            Row::Postgres(row) => {
                let ty = row.columns()[column].type_();
                Ok(if *ty == Type::INT8 {
                    row.try_get::<_, Option<i64>>(column)?.into()
                } else if *ty == Type::FLOAT8 {
                    row.try_get::<_, Option<f64>>(column)?.into()
                } else if *ty == Type::BYTEA {
                    row.try_get::<_, Option<Vec<u8>>>(column)?.into()
                } else {
                    row.try_get::<_, Option<String>>(column)?.into()
                })
            }
        }
    }

    /// JSON kept as text.
    pub fn json(&self, column: usize) -> Result<serde_json::Value, DbError> {
        let text = self.text(column)?;
        serde_json::from_str(&text).map_err(|e| DbError::Column(column, format!("no JSON ({e})")))
    }
}
