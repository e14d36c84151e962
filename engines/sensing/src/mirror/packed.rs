//! Rows as bytes: newest first, each but the newest told by what differs from its newer neighbour. A plain reading takes
//! some 8 bytes where a [`Row`] takes 48. A newer row goes before all others, which stay as they are but for one.
//!
//! These bytes are never stored: a later version may lay them differently.

use crate::codec::{Corrupt, Reader, put_signed, put_varint};
use crate::observation::{Key, Kind, Mark, Row, Tag};

const MILLI: i64 = 1_000;

/// How the result is told, in bits 2 to 4 of the first byte; decimals of 0 to 3 places are 2 to 5.
mod value {
    pub const SAME: u8 = 0;
    pub const NONE: u8 = 1;
    pub const DECIMAL: u8 = 2;
    pub const SINGLE: u8 = 6;
    pub const DOUBLE: u8 = 7;
}
/// Came as long after its time as its neighbour.
const SAME_LAG: u8 = 1 << 5;
/// Whole milliseconds lie between.
const MILLIS: u8 = 1 << 6;
/// Kind, quality and source as its neighbour's, `n` 0 and nothing rare.
const PLAIN: u8 = 1 << 7;

const POWERS: [f64; 4] = [1.0, 10.0, 100.0, 1000.0];
/// Beyond it six bytes of varint are no shorter than a double.
const LARGEST: f64 = (1u64 << 40) as f64;

/// The places and the whole number that give exactly these bits again.
fn decimal(bits: u64) -> Option<(u8, i64)> {
    let number = f64::from_bits(bits);
    POWERS.iter().zip(0u8..).find_map(|(power, places)| {
        let scaled = (number * power).round();
        let is_it = scaled != 0.0 && scaled.abs() < LARGEST && (scaled / power).to_bits() == bits;
        is_it.then_some((places, scaled as i64))
    })
}

pub(super) fn put(out: &mut Vec<u8>, row: &Row, newer: Option<&Row>) {
    let at = out.len();
    out.push(0);
    let mut head = row.mark as u8;
    let away = newer.map_or(0, |newer| newer.t).wrapping_sub(row.t);
    if away % MILLI == 0 {
        head |= MILLIS;
        put_signed(out, away / MILLI);
    } else {
        put_signed(out, away);
    }
    let lag = newer.map_or(0, |newer| newer.lag_seconds);
    if row.lag_seconds == lag {
        head |= SAME_LAG;
    } else {
        put_signed(out, i64::from(row.lag_seconds) - i64::from(lag));
    }
    let is_like = newer.is_some_and(|newer| newer.tag() == row.tag() && newer.source == row.source);
    if is_like && row.n == 0 && row.weight() == 0 {
        head |= PLAIN;
    } else {
        out.push(row.tag().code());
        put_varint(out, u64::from(row.source));
        put_signed(out, row.n);
        for text in [row.text(), row.extra_text().unwrap_or_default()] {
            put_varint(out, text.len() as u64);
            out.extend(text.as_bytes());
        }
    }
    let bits = row.bits();
    head |= match decimal(bits) {
        _ if newer.is_some_and(|newer| newer.bits() == bits) => value::SAME,
        _ if row.kind() == Kind::Bool || bits == 0 => {
            // The bits of a bool are 0 and 1, which no double of ours is.
            if bits == 0 {
                value::NONE
            } else {
                put_signed(out, 1);
                value::DECIMAL
            }
        }
        Some((places, scaled)) => {
            put_signed(out, scaled);
            value::DECIMAL + places
        }
        None if f64::from(f64::from_bits(bits) as f32).to_bits() == bits => {
            out.extend((f64::from_bits(bits) as f32).to_le_bytes());
            value::SINGLE
        }
        None => {
            out.extend(bits.to_le_bytes());
            value::DOUBLE
        }
    } << 2;
    out[at] = head;
}

pub(super) fn take(reader: &mut Reader, newer: Option<&Row>) -> Result<Row, Corrupt> {
    let head = reader.byte()?;
    let mark = match head & 3 {
        0 => Mark::Fresh,
        1 => Mark::Over,
        _ => Mark::Sealed,
    };
    let away = reader.signed()?;
    let away = if head & MILLIS == 0 { away } else { away.wrapping_mul(MILLI) };
    let t = newer.map_or(0, |newer| newer.t).wrapping_sub(away);
    let mut lag = newer.map_or(0, |newer| newer.lag_seconds);
    if head & SAME_LAG == 0 {
        lag = lag.wrapping_add(reader.signed()? as i32);
    }
    let (tag, source, n, text, extra) = match newer {
        Some(newer) if head & PLAIN != 0 => (newer.tag(), newer.source, 0, None, None),
        _ => {
            let tag = Tag::from_code(reader.byte()?).ok_or(Corrupt("no kind and quality"))?;
            let source = reader.varint()? as u32;
            let n = reader.signed()?;
            (tag, source, n, some_text(reader)?, some_text(reader)?)
        }
    };
    let number = match head >> 2 & 7 {
        value::SAME => newer.map_or(0, Row::bits),
        value::NONE => 0,
        value::SINGLE => f64::from(f32::from_le_bytes(reader.array()?)).to_bits(),
        value::DOUBLE => u64::from_le_bytes(reader.array()?),
        places => {
            let scaled = reader.signed()? as f64;
            (scaled / POWERS[usize::from(places - value::DECIMAL)]).to_bits()
        }
    };
    let number = match tag.kind {
        // A bool like its neighbour has the bits of a bool, any other those of the number 1.
        Kind::Bool => f64::from(u8::from(number != 0)),
        _ => f64::from_bits(number),
    };
    let mut row = Row::from_parts(Key { t, n }, tag, number, text, extra, lag, source);
    row.mark = mark;
    Ok(row)
}

fn some_text(reader: &mut Reader) -> Result<Option<Box<str>>, Corrupt> {
    let length = usize::try_from(reader.varint()?).map_err(|_| Corrupt("a text without an end"))?;
    let text = std::str::from_utf8(reader.take(length)?).map_err(|_| Corrupt("a text is no text"))?;
    Ok((!text.is_empty()).then(|| text.into()))
}

/// Rows, which lie in order of their keys.
pub(super) fn rows(out: &mut Vec<u8>, rows: &[Row]) {
    let mut newer = None;
    for row in rows.iter().rev() {
        put(out, row, newer);
        newer = Some(row);
    }
}

/// The rows again, in order of their keys. What cannot be read any more is not ours: nobody else wrote these bytes.
pub(super) fn unpack(bytes: &[u8], count: usize) -> Vec<Row> {
    let mut reader = Reader::new(bytes);
    let mut rows: Vec<Row> = Vec::with_capacity(count);
    while !reader.is_done() {
        let Ok(row) = take(&mut reader, rows.last()) else { break };
        rows.push(row);
    }
    debug_assert_eq!(rows.len(), count);
    rows.reverse();
    rows
}
