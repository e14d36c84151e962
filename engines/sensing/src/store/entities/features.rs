//! Which feature of interest the observations of a datastream are about.

use std::collections::{BTreeMap, BTreeSet};

use host::{DbError, Tx};

/// The feature of a datastream's observations since when (phenomenon time, microseconds), in that order.
pub type Since = Vec<(i64, i64)>;

/// For each of `datastreams`, the features of observations that name none.
pub fn of_datastreams(tx: &mut Tx, datastreams: &[i64]) -> Result<BTreeMap<i64, Since>, DbError> {
    let mut found: BTreeMap<i64, Since> = BTreeMap::new();
    for ids in super::sorted(datastreams).chunks(super::IDS_AT_A_TIME) {
        let mut statement = super::statement::Statement::new(
            "SELECT datastream, since, feature FROM sensing_datastream_feature WHERE datastream IN (",
        );
        statement.list(ids).push(") ORDER BY datastream, since");
        for (datastream, since, feature) in
            statement.query(tx, |row| Ok((row.int(0)?, row.int(1)?, row.int(2)?)))?
        {
            found.entry(datastream).or_default().push((since, feature));
        }
    }
    Ok(found)
}

/// The feature at `t`.
pub fn at(since: &Since, t: i64) -> Option<i64> {
    since.iter().rev().find(|(from, _)| *from <= t).map(|(_, feature)| *feature)
}

pub fn begin(tx: &mut Tx, datastream: i64, since: i64, feature: i64) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO sensing_datastream_feature (datastream, since, feature) VALUES ($1, $2, $3)
         ON CONFLICT (datastream, since) DO UPDATE SET feature = excluded.feature",
        &[datastream.into(), since.into(), feature.into()],
    )
    .map(drop)
}

/// Notes that some observation of a datastream names a feature itself.
pub fn named(tx: &mut Tx, feature: i64, datastream: i64) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO sensing_feature_datastream (feature, datastream) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        &[feature.into(), datastream.into()],
    )
    .map(drop)
}

/// For each of `datastreams` that has any, the features that some of its observations name.
pub fn named_by(tx: &mut Tx, datastreams: &[i64]) -> Result<BTreeMap<i64, BTreeSet<i64>>, DbError> {
    let mut found: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    for ids in super::sorted(datastreams).chunks(super::IDS_AT_A_TIME) {
        let mut statement = super::statement::Statement::new(
            "SELECT datastream, feature FROM sensing_feature_datastream WHERE datastream IN (",
        );
        statement.list(ids).push(")");
        for (datastream, feature) in statement.query(tx, |row| Ok((row.int(0)?, row.int(1)?)))? {
            found.entry(datastream).or_default().insert(feature);
        }
    }
    Ok(found)
}

/// Datastreams whose observations are about a feature without naming it.
pub fn datastreams_of(tx: &mut Tx, feature: i64) -> Result<Vec<i64>, DbError> {
    tx.query(
        "SELECT DISTINCT datastream FROM sensing_datastream_feature WHERE feature = $1 ORDER BY datastream",
        &[feature.into()],
        |row| row.int(0),
    )
}

/// Datastreams some of whose observations name a feature.
pub fn datastreams_naming(tx: &mut Tx, feature: i64) -> Result<Vec<i64>, DbError> {
    tx.query(
        "SELECT datastream FROM sensing_feature_datastream WHERE feature = $1 ORDER BY datastream",
        &[feature.into()],
        |row| row.int(0),
    )
}

pub fn of_location(tx: &mut Tx, location: i64) -> Result<Option<i64>, DbError> {
    let found =
        tx.query_one("SELECT feature FROM sensing_location WHERE id = $1", &[location.into()], |row| {
            row.int_or_null(0)
        })?;
    Ok(found.flatten())
}

pub fn set_of_location(tx: &mut Tx, location: i64, feature: i64) -> Result<(), DbError> {
    tx.execute("UPDATE sensing_location SET feature = $2 WHERE id = $1", &[location.into(), feature.into()])
        .map(drop)
}

/// A location that changed its place is about another feature from now on.
pub fn forget_of_location(tx: &mut Tx, location: i64) -> Result<(), DbError> {
    tx.execute("UPDATE sensing_location SET feature = NULL WHERE id = $1", &[location.into()]).map(drop)
}

pub fn forget_datastream(tx: &mut Tx, datastream: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM sensing_datastream_feature WHERE datastream = $1", &[datastream.into()])?;
    tx.execute("DELETE FROM sensing_feature_datastream WHERE datastream = $1", &[datastream.into()]).map(drop)
}

pub fn forget_feature(tx: &mut Tx, feature: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM sensing_datastream_feature WHERE feature = $1", &[feature.into()])?;
    tx.execute("DELETE FROM sensing_feature_datastream WHERE feature = $1", &[feature.into()])?;
    tx.execute("UPDATE sensing_location SET feature = NULL WHERE feature = $1", &[feature.into()]).map(drop)
}
