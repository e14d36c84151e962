//! What a closure may do with the database.

use std::collections::HashMap;

use super::{DbError, Dialect, Param, Row, sql};

pub(super) type Hook = Box<dyn FnOnce() + Send>;
pub(super) type Statements = HashMap<String, ::postgres::Statement>;

pub(super) enum Conn<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres { client: &'a mut ::postgres::Client, statements: &'a mut Statements },
}

/// A transaction in which a closure runs.
pub struct Tx<'a> {
    pub(super) conn: Conn<'a>,
    pub(super) hooks: Vec<Hook>,
    /// Set when a statement failed in a way that only running the whole group again can mend.
    pub(super) must_retry: bool,
}

impl<'a> Tx<'a> {
    pub(super) fn new(conn: Conn<'a>) -> Tx<'a> {
        Tx { conn, hooks: Vec::new(), must_retry: false }
    }

    pub fn dialect(&self) -> Dialect {
        match self.conn {
            Conn::Sqlite(_) => Dialect::Sqlite,
            Conn::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// Runs `f` after the commit that holds this transaction is durable, before its caller is answered, in the order
    /// of the calls. Never runs when this closure's work is rolled back. Must be quick: the writer waits for it.
    pub fn on_commit(&mut self, f: Box<dyn FnOnce() + Send>) {
        self.hooks.push(f);
    }

    /// Runs a statement; answers how many rows it touched.
    pub fn execute(&mut self, statement: &str, params: &[Param]) -> Result<u64, DbError> {
        let result = match &mut self.conn {
            Conn::Sqlite(conn) => conn
                .prepare_cached(&sql::for_sqlite(statement))
                .and_then(|mut prepared| prepared.execute(rusqlite::params_from_iter(params)))
                .map(|n| n as u64)
                .map_err(DbError::from),
            Conn::Postgres { client, statements } => prepared(client, statements, statement)
                .and_then(|prepared| client.execute(&prepared, &refs(params)).map_err(DbError::from)),
        };
        self.note(result)
    }

    /// Runs one statement for each set of parameters, prepared once. Answers how many rows were touched in all.
    pub fn execute_each<'p>(
        &mut self,
        statement: &str,
        rows: impl IntoIterator<Item = &'p [Param]>,
    ) -> Result<u64, DbError> {
        let result = match &mut self.conn {
            Conn::Sqlite(conn) => (|| {
                let mut prepared = conn.prepare_cached(&sql::for_sqlite(statement))?;
                let mut touched = 0;
                for params in rows {
                    for (i, param) in params.iter().enumerate() {
                        prepared.raw_bind_parameter(i + 1, param)?;
                    }
                    touched += prepared.raw_execute()? as u64;
                }
                Ok(touched)
            })(),
            Conn::Postgres { client, statements } => (|| {
                let prepared = prepared(client, statements, statement)?;
                let mut touched = 0;
                for params in rows {
                    touched += client.execute(&prepared, &refs(params))?;
                }
                Ok(touched)
            })(),
        };
        self.note(result)
    }

    /// Runs several statements without parameters, as migrations do.
    pub fn batch(&mut self, statements: &str) -> Result<(), DbError> {
        let result = match &mut self.conn {
            Conn::Sqlite(conn) => conn.execute_batch(statements).map_err(DbError::from),
            Conn::Postgres { client, .. } => client.batch_execute(statements).map_err(DbError::from),
        };
        self.note(result)
    }

    pub fn query<T>(
        &mut self,
        statement: &str,
        params: &[Param],
        mut map: impl FnMut(&Row) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let mut found = Vec::new();
        self.each(statement, params, |row| {
            found.push(map(row)?);
            Ok(true)
        })?;
        Ok(found)
    }

    /// The first row, where there is one.
    pub fn query_one<T>(
        &mut self,
        statement: &str,
        params: &[Param],
        mut map: impl FnMut(&Row) -> Result<T, DbError>,
    ) -> Result<Option<T>, DbError> {
        let mut found = None;
        self.each(statement, params, |row| {
            found = Some(map(row)?);
            Ok(false)
        })?;
        Ok(found)
    }

    /// Shows the rows to `f` one by one until it answers `false`. SQLite keeps no more than one row in memory.
    pub fn each(
        &mut self,
        statement: &str,
        params: &[Param],
        f: impl FnMut(&Row) -> Result<bool, DbError>,
    ) -> Result<(), DbError> {
        let result = match &mut self.conn {
            Conn::Sqlite(conn) => each_sqlite(conn, statement, params, f),
            Conn::Postgres { client, statements } => each_postgres(client, statements, statement, params, f),
        };
        self.note(result)
    }

    fn note<T>(&mut self, result: Result<T, DbError>) -> Result<T, DbError> {
        if let Err(error) = &result {
            self.must_retry |= error.is_retryable();
        }
        result
    }
}

fn each_sqlite(
    conn: &rusqlite::Connection,
    statement: &str,
    params: &[Param],
    mut f: impl FnMut(&Row) -> Result<bool, DbError>,
) -> Result<(), DbError> {
    let mut prepared = conn.prepare_cached(&sql::for_sqlite(statement))?;
    let mut rows = prepared.query(rusqlite::params_from_iter(params))?;
    while let Some(row) = rows.next()? {
        if !f(&Row::Sqlite(row))? {
            break;
        }
    }
    Ok(())
}

fn each_postgres(
    client: &mut ::postgres::Client,
    statements: &mut Statements,
    statement: &str,
    params: &[Param],
    mut f: impl FnMut(&Row) -> Result<bool, DbError>,
) -> Result<(), DbError> {
    use ::postgres::fallible_iterator::FallibleIterator;
    let prepared = prepared(client, statements, statement)?;
    let mut rows = client.query_raw(&prepared, params)?;
    while let Some(row) = rows.next()? {
        if !f(&Row::Postgres(&row))? {
            break;
        }
    }
    Ok(())
}

fn refs(params: &[Param]) -> Vec<&(dyn ::postgres::types::ToSql + Sync)> {
    params.iter().map(|p| p as &(dyn ::postgres::types::ToSql + Sync)).collect()
}

/// Statements are prepared once a connection; the code holds a few hundred different ones, so none is ever dropped.
fn prepared(
    client: &mut ::postgres::Client,
    statements: &mut Statements,
    statement: &str,
) -> Result<::postgres::Statement, DbError> {
    if let Some(found) = statements.get(statement) {
        return Ok(found.clone());
    }
    let made = client.prepare(statement)?;
    statements.insert(statement.to_string(), made.clone());
    Ok(made)
}
