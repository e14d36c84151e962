//! Days out to Parquet files, and files in again.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use host::{Db, DbError};
use vocab::time::DAY;
use vocab::{Mode, Slug, Time};

use crate::actions::door::Door;
use crate::bucket::{Bucket, Level};
use crate::export::{DayWriter, ExportError, Record, read};
use crate::ingest::{Arrival, Incoming, Outcome};
use crate::observation::Row;
use crate::seal::Rules;
use crate::store::observations::{Hot, Observations, Order, SourceKind, scan, sources};

#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Format(#[from] ExportError),
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    #[error("{0} is not over yet, or its rows are still coming in; export it tomorrow")]
    Open(String),
}

/// Datastreams read in a transaction: a reader thread is then free again within some 50 ms.
const STREAMS_A_READ: usize = 200;

/// Writes the day that holds `at` as `observations-YYYY-MM-DD.parquet` into a folder. Answers the file and its rows.
pub async fn export_day(
    observations: &Observations,
    at: Time,
    now: Time,
    folder: &Path,
) -> Result<(PathBuf, u64), TransferError> {
    let start = at.floor(DAY);
    let name: String = start.iso().chars().take(10).collect();
    let is_closed = Bucket::at(Level::Day, at.0).is_none_or(|day| Rules::default().is_closed(day, now));
    if !is_closed {
        return Err(TransferError::Open(name));
    }
    let path = folder.join(format!("observations-{name}.parquet"));
    let part = path.with_extension("part");
    let failed = |e| TransferError::File(path.clone(), e);
    let mut writer = DayWriter::new(BufWriter::new(File::create(&part).map_err(failed)?))?;
    let names = source_names(observations.db()).await?;
    let datastreams = observations.datastreams();
    let mut all: Vec<(Slug, i64)> = datastreams
        .ids()
        .into_iter()
        .filter_map(|id| datastreams.get(id).map(|d| (d.slug.clone(), id)))
        .collect();
    all.sort_unstable();
    let mut count = 0;
    let span = crate::observation::Span::times(start.0, start.plus(DAY).0);
    for some in all.chunks(STREAMS_A_READ) {
        let hot: Vec<(i64, Hot)> = some.iter().map(|(_, id)| (*id, observations.hot(*id, span))).collect();
        let rows: Vec<Vec<Row>> = observations
            .db()
            .read(move |tx| {
                let rows =
                    hot.iter().map(|(id, hot)| scan::scan(tx, *id, span, Order::Ascending, usize::MAX, hot));
                rows.collect::<Result<_, DbError>>()
            })
            .await?;
        for ((slug, _), rows) in some.iter().zip(rows) {
            count += rows.len() as u64;
            let name = |source| names.get(&source).cloned().unwrap_or_else(|| format!("source:{source}"));
            writer.add(slug.as_str(), &rows, name)?;
        }
    }
    let file = writer.finish()?.into_inner().map_err(|e| failed(e.into_error()))?;
    file.sync_all().and_then(|()| std::fs::rename(&part, &path)).map_err(failed)?;
    Ok((path, count))
}

async fn source_names(db: &Db) -> Result<HashMap<u32, String>, DbError> {
    let all = db.read(sources::list).await?;
    Ok(all.into_iter().map(|s| (s.id, format!("{}:{}", s.kind.word(), s.slug))).collect())
}

/// What became of the rows of a file. `unknown` names datastreams that do not exist here.
#[derive(Debug, Default, PartialEq)]
pub struct Imported {
    pub outcomes: BTreeMap<&'static str, u64>,
    pub unknown: BTreeMap<Arc<str>, u64>,
}

/// Brings the rows of an exported file in, through the door. Their source becomes the file; when they were received
/// stays as the file has it, to the second.
pub async fn import_file(door: &Door, path: &Path, mode: Mode, now: Time) -> Result<Imported, TransferError> {
    let file = File::open(path).map_err(|e| TransferError::File(path.into(), e))?;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let source = door.source(SourceKind::File, &name, "", mode).await?;
    let (sender, mut groups) = tokio::sync::mpsc::channel::<Vec<Record>>(1);
    let reading = tokio::task::spawn_blocking(move || {
        read::<TransferError>(file, |records| {
            // When the receiver is gone the import has failed and says so itself.
            drop(sender.blocking_send(records));
            Ok(())
        })
    });
    let mut imported = Imported::default();
    while let Some(records) = groups.recv().await {
        for arrival in arrivals(door, records, (source, mode, now), &mut imported.unknown) {
            for outcome in door.import(&arrival, now, Rules::default()).await? {
                *imported.outcomes.entry(Outcome::word(outcome)).or_default() += 1;
            }
        }
    }
    let done = reading.await;
    done.unwrap_or_else(|e| Err(TransferError::File(path.into(), std::io::Error::other(e))))?;
    Ok(imported)
}

/// Rows of one transaction: some 50 ms of the writer's time.
const ROWS_AN_ARRIVAL: usize = 32_768;

fn arrivals(
    door: &Door,
    records: Vec<Record>,
    (source, mode, now): (u32, Mode, Time),
    unknown: &mut BTreeMap<Arc<str>, u64>,
) -> Vec<Arrival> {
    let datastreams = door.observations().datastreams();
    let mut all = Vec::with_capacity(records.len());
    for same in records.chunk_by(|a, b| a.datastream == b.datastream) {
        let slug = Slug::new(&*same[0].datastream).ok();
        let Some(datastream) = slug.and_then(|slug| datastreams.by_slug(&slug)).map(|d| d.id) else {
            *unknown.entry(same[0].datastream.clone()).or_default() += same.len() as u64;
            continue;
        };
        all.extend(same.iter().map(|Record { row, .. }| Incoming {
            datastream,
            key: row.key(),
            value: row.value(),
            quality: row.quality(),
            extra: row.extra().map(Box::new),
            received: Some(row.received()),
        }));
    }
    let arrival = |some: &[Incoming]| Arrival { source, mode, received: now, observations: some.to_vec() };
    all.chunks(ROWS_AN_ARRIVAL).map(arrival).collect()
}

#[cfg(test)]
mod tests;
