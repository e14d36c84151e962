//! A datastream that has few hot rows, as bytes: some 60 where it takes 300 otherwise, and a city has five million of
//! them. What is asked often (the last row, is a newer one new, how many are there) unpacks one row or none.

use vocab::time::HOUR;

use super::stream::{Stream, later};
use super::{Sealed, packed};
use crate::calendar::Calendar;
use crate::codec::{Corrupt, Reader, put_signed, put_varint};
use crate::observation::{Key, Mark, Row, Span};

/// More rows than these are no few.
pub(super) const FEW: usize = 32;

/// The bytes, taken apart: rows, how many of them blocks hold too, the hour of the oldest, what is sealed, the rows.
#[derive(Clone, Copy)]
pub struct Lean<'a> {
    pub(super) count: usize,
    covered: usize,
    since: i32,
    sealed: &'a [u8],
    rows: &'a [u8],
}

fn hour(t: i64) -> i32 {
    // A time so far off is of no datastream that waits for its day.
    i32::try_from(t.div_euclid(HOUR)).unwrap_or(i32::MIN)
}

impl<'a> Lean<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Option<Lean<'a>> {
        let mut reader = Reader::new(bytes);
        let mut read = || -> Result<Lean<'a>, Corrupt> {
            let (count, covered) = (usize::from(reader.byte()?), usize::from(reader.byte()?));
            let since = i32::from_le_bytes(reader.array()?);
            let length = reader.varint()? as usize;
            let sealed = reader.take(length)?;
            Ok(Lean { count, covered, since, sealed, rows: &[] })
        };
        let lean = read().ok()?;
        Some(Lean { rows: reader.rest(), ..lean })
    }

    fn bytes(count: usize, covered: usize, since: i32, sealed: &[u8], room: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(9 + sealed.len() + room);
        out.extend([count as u8, covered as u8]);
        out.extend(since.to_le_bytes());
        put_varint(&mut out, sealed.len() as u64);
        out.extend(sealed);
        out
    }

    /// Nothing where there is nothing to keep.
    pub(super) fn pack(stream: &Stream) -> Box<[u8]> {
        let rows = stream.rows();
        if rows.is_empty() && stream.sealed == Sealed::default() {
            return Box::default();
        }
        let mut packed_rows = Vec::with_capacity(rows.len() * 12);
        packed::rows(&mut packed_rows, &rows);
        let since = rows.first().map_or(0, |row| hour(row.t));
        let sealed = sealed_bytes(&stream.sealed);
        let mut out = Lean::bytes(rows.len(), stream.covered(), since, &sealed, packed_rows.len());
        out.append(&mut packed_rows);
        out.into_boxed_slice()
    }

    pub(super) fn unpack(self) -> Stream {
        Stream::of(self.rows(), self.sealed())
    }

    /// The bytes with a row more, where it comes after all others: nothing else is unpacked. Nothing where it does not,
    /// or there is no room.
    pub(super) fn with_newer(self, row: &Row) -> Option<Box<[u8]>> {
        let mut reader = Reader::new(self.rows);
        let newest = match self.count {
            0 => None,
            FEW.. => return None,
            _ => Some(packed::take(&mut reader, None).ok()?).filter(|newest| newest.key() < row.key()),
        };
        if newest.is_none() && self.count > 0 {
            return None;
        }
        let mut fresh = Vec::with_capacity(64);
        packed::put(&mut fresh, row, None);
        if let Some(newest) = &newest {
            packed::put(&mut fresh, newest, Some(row));
        }
        let rest = reader.rest();
        let since = if self.count == 0 { hour(row.t) } else { self.since };
        let covered = self.covered + usize::from(row.mark != Mark::Fresh);
        let mut out = Lean::bytes(self.count + 1, covered, since, self.sealed, fresh.len() + rest.len());
        out.append(&mut fresh);
        out.extend(rest);
        Some(out.into_boxed_slice())
    }

    fn rows(self) -> Vec<Row> {
        packed::unpack(self.rows, self.count)
    }

    fn sealed(self) -> Sealed {
        read_sealed(self.sealed).unwrap_or_default()
    }

    fn newest(self) -> Option<Row> {
        if self.count == 0 { None } else { packed::take(&mut Reader::new(self.rows), None).ok() }
    }
}

/// What is sealed, as bytes; none where nothing is.
fn sealed_bytes(sealed: &Sealed) -> Vec<u8> {
    let mut out = Vec::new();
    if *sealed == Sealed::default() {
        return out;
    }
    put_varint(&mut out, sealed.rows);
    put_signed(&mut out, sealed.first);
    out.push(u8::from(sealed.last.is_some()));
    sealed.last.iter().for_each(|last| packed::put(&mut out, last, None));
    out.extend(sealed.calendar.encode());
    out
}

fn read_sealed(bytes: &[u8]) -> Result<Sealed, Corrupt> {
    if bytes.is_empty() {
        return Ok(Sealed::default());
    }
    let mut reader = Reader::new(bytes);
    let (rows, first) = (reader.varint()?, reader.signed()?);
    let last = if reader.byte()? == 1 { Some(packed::take(&mut reader, None)?) } else { None };
    Ok(Sealed { rows, first, last, calendar: Calendar::decode(reader.rest())? })
}

/// One datastream, however it is kept.
#[derive(Clone, Copy)]
pub enum Look<'a> {
    Few(Lean<'a>),
    Many(&'a Stream),
}

impl Look<'_> {
    pub fn len(self) -> usize {
        match self {
            Look::Few(lean) => lean.count,
            Look::Many(stream) => stream.len(),
        }
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Bytes that the hot rows take, about.
    pub(super) fn weight(self) -> usize {
        match self {
            Look::Few(lean) => lean.rows.len(),
            Look::Many(stream) => stream.weight(),
        }
    }

    /// Hot rows that blocks hold too.
    pub fn covered(self) -> usize {
        match self {
            Look::Few(lean) => lean.covered,
            Look::Many(stream) => stream.covered(),
        }
    }

    /// All hot rows, in order.
    pub fn rows(self) -> Vec<Row> {
        match self {
            Look::Few(lean) => lean.rows(),
            Look::Many(stream) => stream.rows(),
        }
    }

    /// Hot rows of a span.
    pub fn span(self, span: Span) -> Vec<Row> {
        match self {
            Look::Few(lean) => {
                let mut rows = lean.rows();
                rows.retain(|row| span.holds(row.key()));
                rows
            }
            Look::Many(stream) => stream.span(span),
        }
    }

    /// The first hot rows of a span, `most` of them.
    pub fn first_of(self, span: Span, most: usize) -> Vec<Row> {
        match self {
            Look::Few(_) => {
                let mut rows = self.span(span);
                rows.truncate(most);
                rows
            }
            Look::Many(stream) => stream.first_of(span, most),
        }
    }

    /// The last hot rows of a span, `most` of them, in order.
    pub fn last_of(self, span: Span, most: usize) -> Vec<Row> {
        match self {
            Look::Few(_) => {
                let mut rows = self.span(span);
                rows.split_off(rows.len().saturating_sub(most))
            }
            Look::Many(stream) => stream.last_of(span, most),
        }
    }

    pub fn get(self, key: Key) -> Option<Row> {
        match self {
            // New rows mostly come after all others.
            Look::Few(lean) if lean.newest().is_none_or(|newest| newest.key() < key) => None,
            Look::Few(lean) => lean.rows().into_iter().find(|row| row.key() == key),
            Look::Many(stream) => stream.get(key),
        }
    }

    pub fn sealed(self) -> Sealed {
        match self {
            Look::Few(lean) => lean.sealed(),
            Look::Many(stream) => stream.sealed.clone(),
        }
    }

    /// Is nothing sealed?
    pub fn is_unsealed(self) -> bool {
        match self {
            Look::Few(lean) => lean.sealed.is_empty(),
            Look::Many(stream) => stream.sealed == Sealed::default(),
        }
    }

    pub fn last(self) -> Option<Row> {
        match self {
            Look::Few(lean) if lean.sealed.is_empty() => lean.newest(),
            Look::Few(lean) => later(lean.newest(), lean.sealed().last),
            Look::Many(stream) => stream.last(),
        }
    }

    pub fn count(self) -> u64 {
        match self {
            Look::Few(lean) => {
                let sealed = Reader::new(lean.sealed).varint().unwrap_or(0);
                sealed + (lean.count - lean.covered) as u64
            }
            Look::Many(stream) => stream.count(),
        }
    }

    /// Times of the first and the last row, microseconds.
    pub fn extent(self) -> Option<(i64, i64)> {
        match self {
            Look::Few(lean) => lean.unpack().extent(),
            Look::Many(stream) => stream.extent(),
        }
    }

    /// No hot row is older than this, microseconds.
    pub fn since(self) -> Option<i64> {
        match self {
            Look::Few(lean) => (lean.count > 0).then(|| i64::from(lean.since) * HOUR),
            Look::Many(stream) => stream.oldest(),
        }
    }

    /// The sealed bucket in which `key` would be, if any can hold it.
    pub fn sealed_bucket(self, key: Key) -> Option<crate::bucket::Bucket> {
        match self {
            Look::Few(lean) if lean.sealed.is_empty() => None,
            Look::Few(lean) => lean.sealed().bucket_of(key),
            Look::Many(stream) => stream.sealed.bucket_of(key),
        }
    }
}
