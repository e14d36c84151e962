//! Bringing a database to the schema this program knows, and refusing one that is newer.

use crate::db::{Db, DbError, Tx, expand};

/// One crate's migrations, in order.
#[derive(Debug, Clone, Copy)]
pub struct Migrations {
    /// The crate. Its tables begin with this name, or with a shorter one that its README gives.
    pub owner: &'static str,
    pub steps: &'static [Step],
}

#[derive(Debug, Clone, Copy)]
pub struct Step {
    pub version: i64,
    pub name: &'static str,
    /// Statements with the type words of [`crate::db::expand`].
    pub sql: &'static str,
}

#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(
        "this store was written by a newer program: {owner} is at version {found}, this program knows {known}. \
         Start the newer program, or restore the backup taken before the upgrade"
    )]
    Newer { owner: String, found: i64, known: i64 },
    #[error("migration {owner} {version} ({name}) failed: {error}")]
    Failed { owner: &'static str, version: i64, name: &'static str, error: DbError },
}

/// This crate's own tables.
pub const HOST: Migrations = Migrations {
    owner: "host",
    steps: &[Step { version: 1, name: "host", sql: include_str!("../migrations/0001_host.sql") }],
};

/// Runs what is missing, all in one transaction: an upgrade happens whole or not at all.
pub fn run(db: &Db, all: &[Migrations]) -> Result<(), MigrateError> {
    let all: Vec<Migrations> = std::iter::once(HOST).chain(all.iter().copied()).collect();
    db.write_alone_blocking(move |tx| {
        tx.batch(
            "CREATE TABLE IF NOT EXISTS host_migration (
                 owner TEXT NOT NULL, version BIGINT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (owner, version))",
        )?;
        all.iter().try_for_each(|migrations| upgrade(tx, migrations))
    })
}

fn upgrade(tx: &mut Tx, migrations: &Migrations) -> Result<(), MigrateError> {
    let known = migrations.steps.last().map_or(0, |step| step.version);
    let found = tx
        .query_one(
            "SELECT COALESCE(MAX(version), 0) FROM host_migration WHERE owner = $1",
            &[migrations.owner.into()],
            |row| row.int(0),
        )?
        .unwrap_or(0);
    if found > known {
        return Err(MigrateError::Newer { owner: migrations.owner.into(), found, known });
    }
    for step in migrations.steps.iter().filter(|step| step.version > found) {
        let failed = |error| MigrateError::Failed {
            owner: migrations.owner,
            version: step.version,
            name: step.name,
            error,
        };
        tx.batch(&expand(step.sql, tx.dialect())).map_err(failed)?;
        tx.execute(
            "INSERT INTO host_migration (owner, version, name) VALUES ($1, $2, $3)",
            &[migrations.owner.into(), step.version.into(), step.name.into()],
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
