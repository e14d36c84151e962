//! Many rows of one datastream as one blob: format byte, version byte, column lengths, columns, CRC-32.

use vocab::time::SECOND;

use crate::codec::{
    Corrupt, Effort, Reader, decode_floats, decode_ints, decode_texts, encode_floats, encode_ints,
    encode_texts, put_varint, varint_size,
};
use crate::observation::{Key, Kind, Row, Tag};

/// First byte: rows of observations.
const FORMAT: u8 = 1;
/// Second byte. A change that an older program cannot read raises it, and gets a golden file.
const VERSION: u8 = 1;
/// Rows a block holds; more go into further parts. At one value a second a day has 11 parts.
pub const ROWS: usize = 8_192;
/// Bytes of texts and extras a block holds before it is cut: a reader inflates no more than this at a time.
const PAYLOAD: usize = 4 << 20;
/// A decoder believes no larger count. 256 parts of it hold a day at 3 kHz.
const MOST_ROWS: usize = 1 << 20;
const CRC_BYTES: usize = 4;

const COLUMNS: usize = 9;
const TIME: usize = 0;
const N: usize = 1;
const TAG: usize = 2;
const NUMBER: usize = 3;
const LAG: usize = 4;
const SOURCE: usize = 5;
const BOOL: usize = 6;
const TEXT: usize = 7;
const EXTRA: usize = 8;

/// In the tag column, beside quality and kind: the row has an extra.
const HAS_EXTRA: u8 = 1 << 6;

/// Cuts sorted rows into what fits a block each, in at most `parts` pieces.
pub fn partition(rows: &[Row], parts: usize) -> Vec<&[Row]> {
    let most_rows = ROWS.max(rows.len().div_ceil(parts.max(1)));
    let payload: usize = rows.iter().map(Row::weight).sum();
    // Half the parts may be cut by rows and half by bytes, so that both limits together keep to `parts`.
    let most_bytes = PAYLOAD.max(payload.div_ceil((parts / 2).max(1)));
    let mut pieces = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (i, row) in rows.iter().enumerate() {
        if i - start == most_rows || (i > start && bytes + row.weight() > most_bytes) {
            pieces.push(&rows[start..i]);
            (start, bytes) = (i, 0);
        }
        bytes += row.weight();
    }
    if start < rows.len() {
        pieces.push(&rows[start..]);
    }
    pieces
}

/// The blob of sorted rows. The same rows give the same bytes.
pub fn encode(rows: &[Row]) -> Vec<u8> {
    let effort = Effort::for_rows(rows.len());
    let mut columns: [Vec<u8>; COLUMNS] = Default::default();
    let ints = |column: &mut Vec<u8>, of: &dyn Fn(&Row) -> i64| {
        let values: Vec<i64> = rows.iter().map(of).collect();
        encode_ints(&values, effort, column);
    };
    ints(&mut columns[TIME], &|row| row.t);
    ints(&mut columns[N], &|row| row.n);
    ints(&mut columns[TAG], &|row| i64::from(tag_code(row)));
    ints(&mut columns[SOURCE], &|row| i64::from(row.source));
    encode_lags(rows, effort, &mut columns[LAG]);
    let of_kind = |kind: Kind| rows.iter().filter(move |row| row.kind() == kind);
    let numbers: Vec<f64> = of_kind(Kind::Number).filter_map(Row::number).collect();
    encode_floats(&numbers, effort, &mut columns[NUMBER]);
    let bools: Vec<bool> = of_kind(Kind::Bool).map(|row| row.number() == Some(1.0)).collect();
    for eight in bools.chunks(8) {
        columns[BOOL].push(eight.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit)));
    }
    let texts = rows.iter().filter(|row| has_text(row.kind())).map(Row::text);
    encode_texts(texts, effort, &mut columns[TEXT]);
    encode_texts(rows.iter().filter_map(Row::extra_text), effort, &mut columns[EXTRA]);

    let mut out = vec![FORMAT, VERSION];
    put_varint(&mut out, rows.len() as u64);
    columns.iter().for_each(|column| put_varint(&mut out, column.len() as u64));
    columns.iter().for_each(|column| out.extend(column));
    seal(&mut out);
    out
}

fn has_text(kind: Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Json)
}

fn tag_code(row: &Row) -> u8 {
    row.tag().code() | if row.extra_text().is_some() { HAS_EXTRA } else { 0 }
}

/// Lags of live rows are alike, of rows brought in bulk the times of receipt are: whichever takes fewer bytes.
fn encode_lags(rows: &[Row], effort: Effort, out: &mut Vec<u8>) {
    let lags: Vec<i64> = rows.iter().map(|row| i64::from(row.lag_seconds)).collect();
    let receipts: Vec<i64> = rows.iter().map(|row| i64::from(row.lag_seconds) + second(row.t)).collect();
    let cost = |values: &[i64]| -> usize { values.windows(2).map(|w| varint_size(w[1] - w[0])).sum() };
    let by_receipt = cost(&receipts) < cost(&lags);
    out.push(u8::from(by_receipt));
    encode_ints(if by_receipt { &receipts } else { &lags }, effort, out);
}

fn second(t: i64) -> i64 {
    t.div_euclid(SECOND)
}

pub(crate) fn seal(out: &mut Vec<u8>) {
    let crc = crc32fast::hash(out);
    out.extend(crc.to_le_bytes());
}

/// The bytes before a right checksum.
pub(crate) fn unseal(bytes: &[u8], format: u8, version: u8) -> Result<&[u8], Corrupt> {
    let at = bytes.len().checked_sub(CRC_BYTES).ok_or(Corrupt("it is too short"))?;
    let (body, crc) = bytes.split_at(at);
    if crc32fast::hash(body).to_le_bytes() != crc {
        return Err(Corrupt("its checksum is wrong"));
    }
    match body {
        [f, v, rest @ ..] if *f == format && *v == version => Ok(rest),
        [f, _, ..] if *f == format => Err(Corrupt("it has an unknown version; a newer program wrote it")),
        _ => Err(Corrupt("it has another format")),
    }
}

/// A checked blob; columns are decoded as they are asked for.
#[derive(Debug)]
pub struct Block<'a> {
    rows: usize,
    columns: [&'a [u8]; COLUMNS],
}

impl<'a> Block<'a> {
    pub fn open(bytes: &'a [u8]) -> Result<Block<'a>, Corrupt> {
        let mut reader = Reader::new(unseal(bytes, FORMAT, VERSION)?);
        let rows = usize::try_from(reader.varint()?).ok().filter(|n| *n <= MOST_ROWS);
        let rows = rows.ok_or(Corrupt("it says it holds more rows than a block can"))?;
        let mut lengths = [0usize; COLUMNS];
        for length in &mut lengths {
            *length = usize::try_from(reader.varint()?).map_err(|_| Corrupt("a column is too long"))?;
        }
        let mut columns: [&[u8]; COLUMNS] = Default::default();
        for (column, length) in columns.iter_mut().zip(lengths) {
            *column = reader.take(length)?;
        }
        if reader.is_done() { Ok(Block { rows, columns }) } else { Err(Corrupt("it has bytes to spare")) }
    }

    pub fn len(&self) -> usize {
        self.rows
    }

    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    pub fn keys(&self) -> Result<Vec<Key>, Corrupt> {
        let (times, ns) =
            (decode_ints(self.columns[TIME], self.rows)?, decode_ints(self.columns[N], self.rows)?);
        Ok(times.into_iter().zip(ns).map(|(t, n)| Key { t, n }).collect())
    }

    /// Start times and numbers (bools as 0 and 1, `None` for what is neither), without decoding the rest.
    pub fn numbers(&self) -> Result<(Vec<i64>, Numbers), Corrupt> {
        let times = decode_ints(self.columns[TIME], self.rows)?;
        Ok((times, self.results()?))
    }

    fn results(&self) -> Result<Numbers, Corrupt> {
        let tags = self.tags()?;
        let count = |kind: Kind| tags.iter().filter(|(tag, _)| tag.kind == kind).count();
        let numbers = decode_floats(self.columns[NUMBER], count(Kind::Number))?;
        let bits = self.columns[BOOL];
        if bits.len() != count(Kind::Bool).div_ceil(8) {
            return Err(Corrupt("a column of bools has the wrong length"));
        }
        let (mut numbers, mut bool_at) = (numbers.into_iter(), 0);
        let values = tags
            .iter()
            .map(|(tag, _)| match tag.kind {
                Kind::Number => numbers.next(),
                Kind::Bool => {
                    let bit = bits.get(bool_at / 8).map(|byte| f64::from(byte >> (bool_at % 8) & 1));
                    bool_at += 1;
                    bit
                }
                Kind::Text | Kind::Json | Kind::Missing => None,
            })
            .collect();
        Ok(Numbers { tags, values })
    }

    fn tags(&self) -> Result<Vec<(Tag, bool)>, Corrupt> {
        let codes = decode_ints(self.columns[TAG], self.rows)?;
        let read = |code: i64| {
            let code = u8::try_from(code).ok()?;
            Some((Tag::from_code(code & !HAS_EXTRA)?, code & HAS_EXTRA != 0))
        };
        codes
            .into_iter()
            .map(|code| read(code).ok_or(Corrupt("a row has an unknown kind or quality")))
            .collect()
    }

    pub fn rows(&self) -> Result<Vec<Row>, Corrupt> {
        let keys = self.keys()?;
        let Numbers { tags, values } = self.results()?;
        let sources = decode_ints(self.columns[SOURCE], self.rows)?;
        let lags = self.lags(&keys)?;
        let count = |wanted: &dyn Fn(&(Tag, bool)) -> bool| tags.iter().filter(|t| wanted(t)).count();
        let mut texts = decode_texts(self.columns[TEXT], count(&|(tag, _)| has_text(tag.kind)))?.into_iter();
        let mut extras = decode_texts(self.columns[EXTRA], count(&|(_, extra)| *extra))?.into_iter();
        let mut rows = Vec::with_capacity(self.rows);
        for (i, key) in keys.into_iter().enumerate() {
            let (tag, has_extra) = tags[i];
            let text = if has_text(tag.kind) { texts.next() } else { None };
            let extra = if has_extra { extras.next() } else { None };
            let source = u32::try_from(sources[i]).map_err(|_| Corrupt("a source is out of range"))?;
            let number = values[i].unwrap_or_default();
            rows.push(Row::from_parts(key, tag, number, text, extra, lags[i], source));
        }
        Ok(rows)
    }

    fn lags(&self, keys: &[Key]) -> Result<Vec<i32>, Corrupt> {
        let Some((by_receipt, column)) = self.columns[LAG].split_first() else {
            return if self.rows == 0 { Ok(Vec::new()) } else { Err(Corrupt("it has no times of receipt")) };
        };
        let values = decode_ints(column, self.rows)?;
        let lags = values.into_iter().zip(keys).map(|(value, key)| {
            let lag = if *by_receipt == 1 { value.wrapping_sub(second(key.t)) } else { value };
            i32::try_from(lag).map_err(|_| Corrupt("a time of receipt is out of range"))
        });
        lags.collect()
    }
}

/// The numbers of a block, row by row.
pub struct Numbers {
    tags: Vec<(Tag, bool)>,
    values: Vec<Option<f64>>,
}

impl Numbers {
    pub fn iter(&self) -> impl Iterator<Item = (vocab::Quality, Option<f64>)> + '_ {
        self.tags.iter().zip(&self.values).map(|((tag, _), value)| (tag.quality, *value))
    }
}

#[cfg(test)]
pub(crate) mod tests;
