//! A day of observations as Parquet, and back: sorted by datastream and key, one row an observation.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{ChunkReader, FileReader, RowGroupReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;
use vocab::{Quality, Time};

use crate::observation::{Content, Extra, Key, Kind, Row, Tag};

/// Times are microseconds UTC. `result_number` holds bools as 0 and 1; `n` is 0, or what the datastream's class makes it.
const SCHEMA: &str = "message observation {
    REQUIRED BYTE_ARRAY datastream (UTF8);
    REQUIRED INT64 time (TIMESTAMP(MICROS,true));
    REQUIRED INT64 n;
    REQUIRED BYTE_ARRAY kind (UTF8);
    OPTIONAL DOUBLE result_number;
    OPTIONAL BYTE_ARRAY result_text (UTF8);
    REQUIRED BYTE_ARRAY quality (UTF8);
    REQUIRED INT64 received (TIMESTAMP(MICROS,true));
    REQUIRED BYTE_ARRAY source (UTF8);
    OPTIONAL BYTE_ARRAY extra (UTF8);
}";

/// Rows of a row group: 25 MB in memory, and small enough for a reader to skip what it does not need.
const GROUP_ROWS: usize = 131_072;
const ZSTD_LEVEL: i32 = 3;

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("Parquet: {0}")]
    Parquet(#[from] ParquetError),
    #[error("this is no file of ours: {0}; export writes the schema that import reads")]
    Schema(String),
    #[error("row {row} of a group holds {what}")]
    Value { row: usize, what: String },
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Number => "number",
        Kind::Bool => "bool",
        Kind::Text => "text",
        Kind::Json => "json",
        Kind::Missing => "missing",
    }
}

fn kind_from_word(word: &str) -> Option<Kind> {
    (0..5).filter_map(Kind::from_code).find(|kind| kind_word(*kind) == word)
}

/// Writes one file. Add datastreams in the order of their slugs.
pub struct DayWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    group: Group,
}

#[derive(Default)]
struct Group {
    datastream: Vec<ByteArray>,
    time: Vec<i64>,
    n: Vec<i64>,
    kind: Vec<ByteArray>,
    number: Vec<f64>,
    has_number: Vec<i16>,
    text: Vec<ByteArray>,
    has_text: Vec<i16>,
    quality: Vec<ByteArray>,
    received: Vec<i64>,
    source: Vec<ByteArray>,
    extra: Vec<ByteArray>,
    has_extra: Vec<i16>,
}

impl<W: Write + Send> DayWriter<W> {
    pub fn new(out: W) -> Result<DayWriter<W>, ExportError> {
        let level = ZstdLevel::try_new(ZSTD_LEVEL)?;
        let number = ColumnPath::from("result_number");
        // Times grow by steps that hardly differ; the bytes of numbers compress better by their place.
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_column_dictionary_enabled(ColumnPath::from("time"), false)
            .set_column_encoding(ColumnPath::from("time"), Encoding::DELTA_BINARY_PACKED)
            .set_column_dictionary_enabled(ColumnPath::from("received"), false)
            .set_column_encoding(ColumnPath::from("received"), Encoding::DELTA_BINARY_PACKED)
            .set_column_dictionary_enabled(number.clone(), false)
            .set_column_encoding(number, Encoding::BYTE_STREAM_SPLIT)
            .build();
        let schema = Arc::new(parse_message_type(SCHEMA)?);
        let file = SerializedFileWriter::new(out, schema, Arc::new(properties))?;
        Ok(DayWriter { file, group: Group::default() })
    }

    /// Adds sorted rows of one datastream; `source` names theirs.
    pub fn add(
        &mut self,
        slug: &str,
        rows: &[Row],
        source: impl Fn(u32) -> String,
    ) -> Result<(), ExportError> {
        let slug = ByteArray::from(slug);
        for rows in rows.chunks(GROUP_ROWS) {
            let mut named: Option<(u32, ByteArray)> = None;
            for row in rows {
                if named.as_ref().is_none_or(|(number, _)| *number != row.source) {
                    named = Some((row.source, ByteArray::from(source(row.source).as_str())));
                }
                let source = named.as_ref().map(|(_, name)| name.clone()).unwrap_or_default();
                self.group.add(&slug, row, source);
            }
            if self.group.time.len() >= GROUP_ROWS {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), ExportError> {
        if self.group.time.is_empty() {
            return Ok(());
        }
        let group = std::mem::take(&mut self.group);
        let mut out = self.file.next_row_group()?;
        column::<W, ByteArrayType>(&mut out, &group.datastream, None)?;
        column::<W, Int64Type>(&mut out, &group.time, None)?;
        column::<W, Int64Type>(&mut out, &group.n, None)?;
        column::<W, ByteArrayType>(&mut out, &group.kind, None)?;
        column::<W, DoubleType>(&mut out, &group.number, Some(&group.has_number))?;
        column::<W, ByteArrayType>(&mut out, &group.text, Some(&group.has_text))?;
        column::<W, ByteArrayType>(&mut out, &group.quality, None)?;
        column::<W, Int64Type>(&mut out, &group.received, None)?;
        column::<W, ByteArrayType>(&mut out, &group.source, None)?;
        column::<W, ByteArrayType>(&mut out, &group.extra, Some(&group.has_extra))?;
        out.close()?;
        Ok(())
    }

    /// Writes what is left and the footer, and gives the output back.
    pub fn finish(mut self) -> Result<W, ExportError> {
        self.flush()?;
        Ok(self.file.into_inner()?)
    }
}

impl Group {
    fn add(&mut self, slug: &ByteArray, row: &Row, source: ByteArray) {
        self.datastream.push(slug.clone());
        self.time.push(row.t);
        self.n.push(row.n);
        self.kind.push(ByteArray::from(kind_word(row.kind())));
        self.has_number.push(row.number().is_some().into());
        self.number.extend(row.number());
        let text = match row.content() {
            Content::Text(text) | Content::Json(text) => Some(ByteArray::from(text)),
            Content::Number(_) | Content::Bool(_) | Content::Missing => None,
        };
        self.has_text.push(text.is_some().into());
        self.text.extend(text);
        self.quality.push(ByteArray::from(row.quality().word()));
        self.received.push(row.received().0);
        self.source.push(source);
        let extra = row.extra_text().map(ByteArray::from);
        self.has_extra.push(extra.is_some().into());
        self.extra.extend(extra);
    }
}

fn column<W: Write + Send, T: DataType>(
    out: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    present: Option<&[i16]>,
) -> Result<(), ExportError> {
    let Some(mut column) = out.next_column()? else {
        return Err(ExportError::Schema("it has too few columns".into()));
    };
    column.typed::<T>().write_batch(values, present, None)?;
    column.close()?;
    Ok(())
}

/// One observation out of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub datastream: Arc<str>,
    pub row: Row,
    pub source: Arc<str>,
}

/// Shows the records of a file to `f`, a row group at a time, in the file's order.
pub fn read<E: From<ExportError>>(
    file: impl ChunkReader + 'static,
    mut f: impl FnMut(Vec<Record>) -> Result<(), E>,
) -> Result<(), E> {
    let file = SerializedFileReader::new(file).map_err(ExportError::from)?;
    check_schema(&file)?;
    for group in 0..file.num_row_groups() {
        let group = file.get_row_group(group).map_err(ExportError::from)?;
        f(records(group.as_ref())?)?;
    }
    Ok(())
}

/// Typed readers panic on a column of another type, so names and types are compared first.
fn check_schema(file: &SerializedFileReader<impl ChunkReader + 'static>) -> Result<(), ExportError> {
    let ours = parse_message_type(SCHEMA)?;
    let theirs = file.metadata().file_metadata().schema();
    let describe = |schema: &parquet::schema::types::Type| -> Vec<String> {
        let fields = schema.get_fields().iter();
        fields
            .map(|field| {
                let (name, info) = (field.name(), field.get_basic_info());
                let physical = if field.is_primitive() { Some(field.get_physical_type()) } else { None };
                format!("{name} {:?} {physical:?}", info.has_repetition().then(|| info.repetition()))
            })
            .collect()
    };
    let (ours, theirs) = (describe(&ours), describe(theirs));
    if ours == theirs { Ok(()) } else { Err(ExportError::Schema(format!("it has the columns {theirs:?}"))) }
}

fn records(group: &dyn RowGroupReader) -> Result<Vec<Record>, ExportError> {
    let datastream = values::<ByteArrayType>(group, 0)?;
    let time = values::<Int64Type>(group, 1)?;
    let n = values::<Int64Type>(group, 2)?;
    let kind = values::<ByteArrayType>(group, 3)?;
    let number = values::<DoubleType>(group, 4)?;
    let text = values::<ByteArrayType>(group, 5)?;
    let quality = values::<ByteArrayType>(group, 6)?;
    let received = values::<Int64Type>(group, 7)?;
    let source = values::<ByteArrayType>(group, 8)?;
    let extra = values::<ByteArrayType>(group, 9)?;
    let (mut slugs, mut sources) = (Shared::default(), Shared::default());
    let mut records = Vec::with_capacity(time.len());
    for at in 0..time.len() {
        let wrong = |what: &str| ExportError::Value { row: at, what: what.into() };
        let missing = || wrong("nothing where something must be");
        let required =
            |column: &'_ [Option<ByteArray>]| column.get(at).cloned().flatten().ok_or_else(missing);
        let optional = |column: &[Option<ByteArray>]| -> Result<Option<Box<str>>, ExportError> {
            let found = column.get(at).cloned().flatten();
            found.map(|b| b.as_utf8().map(Box::from).map_err(ExportError::from)).transpose()
        };
        let whole = |column: &[Option<i64>]| column.get(at).copied().flatten().ok_or_else(missing);
        let key = Key { t: whole(&time)?, n: whole(&n)? };
        Time::checked(key.t).ok_or_else(|| wrong("a time outside the years 1 to 9999"))?;
        let kind = kind_from_word(required(&kind)?.as_utf8()?).ok_or_else(|| wrong("an unknown kind"))?;
        let quality = Quality::from_word(required(&quality)?.as_utf8()?);
        let tag = Tag { kind, quality: quality.ok_or_else(|| wrong("an unknown quality"))? };
        let number = number.get(at).copied().flatten();
        if matches!(kind, Kind::Number | Kind::Bool) && number.is_none_or(|n| !n.is_finite()) {
            return Err(wrong("a result that is no finite number"));
        }
        let extra = optional(&extra)?;
        if extra.as_ref().is_some_and(|text| serde_json::from_str::<Extra>(text).is_err()) {
            return Err(wrong("an extra that cannot be read"));
        }
        let lag = whole(&received)?.div_euclid(vocab::time::SECOND) - key.t.div_euclid(vocab::time::SECOND);
        let lag = lag.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
        let row = Row::from_parts(key, tag, number.unwrap_or_default(), optional(&text)?, extra, lag, 0);
        records.push(Record {
            datastream: slugs.of(&required(&datastream)?)?,
            row,
            source: sources.of(&required(&source)?)?,
        });
    }
    Ok(records)
}

/// Neighbours mostly share a name: one allocation for all of them.
#[derive(Default)]
struct Shared(Option<Arc<str>>);

impl Shared {
    fn of(&mut self, name: &ByteArray) -> Result<Arc<str>, ExportError> {
        let name = name.as_utf8()?;
        match &self.0 {
            Some(last) if **last == *name => Ok(last.clone()),
            _ => Ok(self.0.insert(name.into()).clone()),
        }
    }
}

/// A whole column of a group; `None` where a row has nothing.
fn values<T: DataType>(group: &dyn RowGroupReader, column: usize) -> Result<Vec<Option<T::T>>, ExportError> {
    let optional = group.metadata().column(column).column_descr().max_def_level() > 0;
    let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
    let mut reader = get_typed_column_reader::<T>(group.get_column_reader(column)?);
    let (mut found, mut levels) = (Vec::new(), Vec::new());
    let mut read = 0;
    while read < rows {
        let (records, _, _) =
            reader.read_records(rows - read, optional.then_some(&mut levels), None, &mut found)?;
        if records == 0 {
            break;
        }
        read += records;
    }
    let mut found = found.into_iter();
    if !optional {
        return Ok(found.map(Some).collect());
    }
    Ok(levels.into_iter().map(|level| if level > 0 { found.next() } else { None }).collect())
}

#[cfg(test)]
mod tests;
