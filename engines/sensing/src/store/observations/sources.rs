//! `obs_source`.

use host::{DbError, Param, Tx};
use vocab::Mode;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceKind {
    Feed,
    Device,
    File,
    Person,
}

impl SourceKind {
    pub const ALL: [SourceKind; 4] =
        [SourceKind::Feed, SourceKind::Device, SourceKind::File, SourceKind::Person];

    pub fn word(self) -> &'static str {
        match self {
            SourceKind::Feed => "feed",
            SourceKind::Device => "device",
            SourceKind::File => "file",
            SourceKind::Person => "person",
        }
    }
}

/// Who brought observations. A new version of the pack file is a new source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub id: u32,
    pub kind: SourceKind,
    pub slug: String,
    /// SHA-256 of the pack file, or empty.
    pub pack_version: String,
    pub mode: Mode,
}

/// The number of a source, given one if it is new. The caller keeps it; this is not for every batch.
pub fn number(
    tx: &mut Tx,
    kind: SourceKind,
    slug: &str,
    pack_version: &str,
    mode: Mode,
) -> Result<u32, DbError> {
    let params: [Param; 4] = [kind.word().into(), slug.into(), pack_version.into(), mode.code().into()];
    tx.execute(
        "INSERT INTO obs_source (kind, slug, pack_version, mode) VALUES ($1, $2, $3, $4)
         ON CONFLICT (kind, slug, pack_version, mode) DO NOTHING",
        &params,
    )?;
    let id = tx.query_one(
        "SELECT id FROM obs_source WHERE kind = $1 AND slug = $2 AND pack_version = $3 AND mode = $4",
        &params,
        |row| row.int(0),
    )?;
    id.and_then(|id| u32::try_from(id).ok())
        .ok_or_else(|| DbError::Corrupt("obs_source gave a source no number that fits".into()))
}

pub fn list(tx: &mut Tx) -> Result<Vec<Source>, DbError> {
    tx.query("SELECT id, kind, slug, pack_version, mode FROM obs_source ORDER BY id", &[], |row| {
        let (kind, mode) = (row.text(1)?, row.int(4)?);
        let unknown = |column, what: String| move || DbError::Column(column, what);
        Ok(Source {
            id: u32::try_from(row.int(0)?).map_err(|e| DbError::Column(0, e.to_string()))?,
            kind: SourceKind::ALL.into_iter().find(|k| k.word() == kind).ok_or_else(unknown(1, kind))?,
            slug: row.text(2)?,
            pack_version: row.text(3)?,
            mode: Mode::from_code(mode).ok_or_else(unknown(4, mode.to_string()))?,
        })
    })
}

/// The slug of a source, for the records that name people.
pub fn slug(tx: &mut Tx, id: u32) -> Result<String, DbError> {
    let found = tx.query_one("SELECT kind, slug FROM obs_source WHERE id = $1", &[id.into()], |row| {
        Ok(format!("{}:{}", row.text(0)?, row.text(1)?))
    })?;
    Ok(found.unwrap_or_else(|| format!("source:{id}")))
}
