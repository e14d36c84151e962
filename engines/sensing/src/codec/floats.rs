//! Results that are numbers. Every bit pattern of an f64 survives.

use super::{Corrupt, Effort, Reader, pco_decode, pco_encode, put_signed, varint_size};

const CONSTANT: u8 = 0;
const SCALED: u8 = 1;
const SINGLE: u8 = 2;
const XOR: u8 = 3;
const PCO: u8 = 4;

/// Powers of ten a scaled value is tried with: sensors speak in at most six decimals.
const SCALES: [f64; 7] = [1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6];

pub(crate) fn encode(values: &[f64], effort: Effort, out: &mut Vec<u8>) {
    let Some(first) = values.first() else { return };
    if values.iter().all(|v| v.to_bits() == first.to_bits()) {
        out.push(CONSTANT);
        return out.extend(first.to_bits().to_le_bytes());
    }
    if effort == Effort::Thorough {
        let start = out.len();
        out.push(PCO);
        if pco_encode(values, out).is_some() {
            return;
        }
        out.truncate(start);
    }
    let scaled = scaled(values);
    let scaled_size = scaled.as_ref().map_or(usize::MAX, |(_, ints)| deltas(ints).map(varint_size).sum());
    let is_single = values.iter().all(|v| f64::from(*v as f32).to_bits() == v.to_bits());
    match scaled {
        Some((exponent, ints)) if !is_single || scaled_size <= 4 * values.len() => {
            out.extend([SCALED, exponent]);
            deltas(&ints).for_each(|delta| put_signed(out, delta));
        }
        _ if is_single => {
            out.push(SINGLE);
            values.iter().for_each(|v| out.extend((*v as f32).to_bits().to_le_bytes()));
        }
        _ => put_xor(values, out),
    }
}

/// The values as whole numbers of 10^-exponent, where all of them are exactly that.
fn scaled(values: &[f64]) -> Option<(u8, Vec<i64>)> {
    (0u8..).zip(SCALES).find_map(|(exponent, scale)| {
        let ints = values.iter().map(|v| {
            let int = (v * scale).round();
            // 2^53: beyond it a float skips whole numbers.
            let exact = int.abs() < 9.0e15 && (int / scale).to_bits() == v.to_bits();
            exact.then_some(int as i64)
        });
        ints.collect::<Option<Vec<i64>>>().map(|ints| (exponent, ints))
    })
}

fn deltas(ints: &[i64]) -> impl Iterator<Item = i64> + '_ {
    let before = std::iter::once(0).chain(ints.iter().copied());
    ints.iter().zip(before).map(|(int, before)| int - before)
}

/// Each value XOR the one before: a byte says how many zero bytes lead and how many bytes are kept.
fn put_xor(values: &[f64], out: &mut Vec<u8>) {
    out.push(XOR);
    let mut before = 0u64;
    for value in values {
        let bits = value.to_bits();
        let x = bits ^ before;
        before = bits;
        let leading = (x.leading_zeros() / 8) as usize;
        let trailing = if x == 0 { 0 } else { (x.trailing_zeros() / 8) as usize };
        let kept = 8 - leading - trailing;
        out.push((leading << 4 | kept) as u8);
        out.extend(&x.to_be_bytes()[leading..leading + kept]);
    }
}

/// `count` values out of a column. Allocates no more than `count` numbers.
pub(crate) fn decode(bytes: &[u8], count: usize) -> Result<Vec<f64>, Corrupt> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let mut reader = Reader::new(bytes);
    match reader.byte()? {
        CONSTANT => Ok(vec![f64::from_bits(u64::from_le_bytes(reader.array()?)); count]),
        SCALED => {
            let exponent = usize::from(reader.byte()?);
            let scale = SCALES.get(exponent).ok_or(Corrupt("a scale is out of range"))?;
            let mut int = 0i64;
            (0..count)
                .map(|_| {
                    int = int.wrapping_add(reader.signed()?);
                    Ok(int as f64 / scale)
                })
                .collect()
        }
        SINGLE => {
            (0..count).map(|_| Ok(f64::from(f32::from_bits(u32::from_le_bytes(reader.array()?))))).collect()
        }
        XOR => {
            let mut bits = 0u64;
            (0..count)
                .map(|_| {
                    let head = usize::from(reader.byte()?);
                    let (leading, kept) = (head >> 4, head & 15);
                    if leading + kept > 8 {
                        return Err(Corrupt("a value is longer than 8 bytes"));
                    }
                    let mut bytes = [0; 8];
                    bytes[leading..leading + kept].copy_from_slice(reader.take(kept)?);
                    bits ^= u64::from_be_bytes(bytes);
                    Ok(f64::from_bits(bits))
                })
                .collect()
        }
        PCO => pco_decode(reader.rest(), count),
        _ => Err(Corrupt("a column of numbers has an unknown codec; a newer program wrote it")),
    }
}
