//! The table of features, and the rows of it.

use host::{DbError, Param, Row, Tx};
use vocab::{Label, Mode, Slug, Text};

use crate::feature::{Feature, Sight};
use crate::geometry::Bounds;

const COLUMNS: &str = "id, collection, slug, name, geometry, properties, west, south, east, north, label, mode, \
                       changed, written";

/// Writes a feature that is new or changed; answers its id, which stays as long as its slug does.
pub fn upsert(tx: &mut Tx, feature: &Feature) -> Result<i64, DbError> {
    let name = serde_json::to_string(&feature.name).map_err(|e| DbError::Corrupt(e.to_string()))?;
    let [west, south, east, north] = feature.bounds.corners();
    let values: [Param; 13] = [
        (&feature.collection).into(),
        (&feature.slug).into(),
        name.into(),
        (&feature.geometry).into(),
        (&feature.properties).into(),
        west.into(),
        south.into(),
        east.into(),
        north.into(),
        (feature.label == Label::Public).into(),
        feature.mode.code().into(),
        feature.changed.into(),
        feature.written.into(),
    ];
    let id = tx.query_one(
        "INSERT INTO spatial_feature (collection, slug, name, geometry, properties, west, south, east, north, label, \
         mode, changed, written) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
         ON CONFLICT (slug) DO UPDATE SET collection = excluded.collection, name = excluded.name, \
         geometry = excluded.geometry, properties = excluded.properties, west = excluded.west, \
         south = excluded.south, east = excluded.east, north = excluded.north, label = excluded.label, \
         mode = excluded.mode, changed = excluded.changed, written = excluded.written RETURNING id",
        &values,
        |row| row.int(0),
    )?;
    id.ok_or_else(|| DbError::Corrupt(format!("spatial_feature gives {} no id", feature.slug)))
}

/// Shows every feature of a mode to `f`.
pub fn each(tx: &mut Tx, mode: Mode, mut f: impl FnMut(Feature)) -> Result<(), DbError> {
    let statement = format!("SELECT {COLUMNS} FROM spatial_feature WHERE mode = $1 ORDER BY id");
    tx.each(&statement, &[mode.code().into()], |row| {
        f(feature(row)?);
        Ok(true)
    })
}

/// Some of a collection, of one mode, in order of their ids.
#[derive(Debug, Clone)]
pub struct Which<'a> {
    pub collection: &'a str,
    pub mode: Mode,
    pub sight: Sight,
    /// Only ids beyond this one.
    pub after: i64,
    pub limit: usize,
}

pub fn page(tx: &mut Tx, some: &Which) -> Result<Vec<Feature>, DbError> {
    let statement = format!(
        "SELECT {COLUMNS} FROM spatial_feature \
         WHERE collection = $1 AND id > $2 AND mode = $3 AND label >= $4 ORDER BY id LIMIT $5"
    );
    let limit = i64::try_from(some.limit).unwrap_or(i64::MAX);
    let params = [
        some.collection.into(),
        some.after.into(),
        some.mode.code().into(),
        least_label(some.sight).into(),
        limit.into(),
    ];
    tx.query(&statement, &params, feature)
}

/// PostgreSQL keeps every length of a list prepared, so there is one.
const IDS_AT_A_TIME: usize = 64;

/// Those of these ids that may be seen, in the order of the ids.
pub fn by_ids(tx: &mut Tx, ids: &[i64], sight: Sight) -> Result<Vec<Feature>, DbError> {
    let places: Vec<String> = (2..IDS_AT_A_TIME + 2).map(|n| format!("${n}")).collect();
    let statement = format!(
        "SELECT {COLUMNS} FROM spatial_feature WHERE label >= $1 AND id IN ({}) ORDER BY id",
        places.join(", ")
    );
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(IDS_AT_A_TIME) {
        let last = ids.last().copied().unwrap_or(i64::MIN);
        let mut params: Vec<Param> = vec![least_label(sight).into()];
        params.extend((0..IDS_AT_A_TIME).map(|at| Param::from(ids.get(at).copied().unwrap_or(last))));
        found.extend(tx.query(&statement, &params, feature)?);
    }
    Ok(found)
}

pub fn by_slug(tx: &mut Tx, slug: &str, mode: Mode, sight: Sight) -> Result<Option<Feature>, DbError> {
    let statement =
        format!("SELECT {COLUMNS} FROM spatial_feature WHERE slug = $1 AND mode = $2 AND label >= $3");
    tx.query_one(&statement, &[slug.into(), mode.code().into(), least_label(sight).into()], feature)
}

/// 1 is public.
fn least_label(sight: Sight) -> i64 {
    i64::from(sight == Sight::Public)
}

fn feature(row: &Row) -> Result<Feature, DbError> {
    let name = row.text(3)?;
    let name: Text =
        serde_json::from_str(&name).map_err(|e| DbError::Column(3, format!("no text in languages ({e})")))?;
    Ok(Feature {
        id: row.int(0)?,
        collection: row.text(1)?,
        slug: Slug::new(row.text(2)?).map_err(|e| DbError::Column(2, e.to_string()))?,
        name,
        geometry: row.text(4)?,
        properties: row.text(5)?,
        bounds: Bounds {
            west: row.float(6)?,
            south: row.float(7)?,
            east: row.float(8)?,
            north: row.float(9)?,
        },
        label: if row.flag(10)? { Label::Public } else { Label::Internal },
        mode: Mode::from_code(row.int(11)?).ok_or_else(|| DbError::Column(11, "no mode".into()))?,
        changed: row.time(12)?,
        written: row.time(13)?,
    })
}
