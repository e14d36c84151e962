//! Whole numbers: times, lags, tags, sources. All arithmetic wraps, so every i64 survives.

use super::{Corrupt, Effort, Reader, pco_decode, pco_encode, put_signed, put_varint, zigzag};

const CONSTANT: u8 = 0;
const PLAIN: u8 = 1;
const DELTA: u8 = 2;
const DELTA_OF_DELTA: u8 = 3;
const RUNS: u8 = 4;
const PCO: u8 = 5;

pub(crate) fn encode(values: &[i64], effort: Effort, out: &mut Vec<u8>) {
    let Some(first) = values.first() else { return };
    let sizes = Sizes::of(values);
    if sizes.runs == 1 {
        out.push(CONSTANT);
        return put_signed(out, *first);
    }
    // Runs are counted at two bytes each: exact enough to choose by.
    let candidates = [
        (sizes.runs * 2, RUNS),
        (sizes.plain, PLAIN),
        (sizes.delta, DELTA),
        (sizes.delta_of_delta, DELTA_OF_DELTA),
    ];
    let (size, code) = candidates.into_iter().min().unwrap_or((sizes.plain, PLAIN));
    // Runs this long leave pco nothing to find, and it costs more than all the rest.
    if effort == Effort::Thorough && sizes.runs * 16 > values.len() {
        let start = out.len();
        out.push(PCO);
        if pco_encode(values, out).is_some() && out.len() - start <= size + 1 {
            return;
        }
        out.truncate(start);
    }
    out.push(code);
    match code {
        PLAIN => values.iter().for_each(|v| put_signed(out, *v)),
        RUNS => put_runs(values, out),
        _ => put_deltas(values, code == DELTA_OF_DELTA, out),
    }
}

/// Bytes that a value takes as a signed varint.
pub(crate) fn varint_size(value: i64) -> usize {
    let bits = 64 - (zigzag(value) | 1).leading_zeros() as usize;
    bits.div_ceil(7)
}

struct Sizes {
    runs: usize,
    plain: usize,
    delta: usize,
    delta_of_delta: usize,
}

impl Sizes {
    fn of(values: &[i64]) -> Sizes {
        let mut sizes = Sizes { runs: 0, plain: 0, delta: 0, delta_of_delta: 0 };
        let (mut before, mut delta_before) = (0i64, 0i64);
        for (i, value) in values.iter().enumerate() {
            let delta = value.wrapping_sub(before);
            sizes.runs += usize::from(i == 0 || delta != 0);
            sizes.plain += varint_size(*value);
            sizes.delta += varint_size(delta);
            sizes.delta_of_delta += varint_size(delta.wrapping_sub(delta_before));
            (before, delta_before) = (*value, if i == 0 { 0 } else { delta });
        }
        sizes
    }
}

fn put_deltas(values: &[i64], twice: bool, out: &mut Vec<u8>) {
    let (mut before, mut delta_before) = (0i64, 0i64);
    for (i, value) in values.iter().enumerate() {
        let delta = value.wrapping_sub(before);
        put_signed(out, delta.wrapping_sub(delta_before));
        // The first "delta" is the value itself and foretells nothing.
        (before, delta_before) = (*value, if twice && i > 0 { delta } else { 0 });
    }
}

fn put_runs(values: &[i64], out: &mut Vec<u8>) {
    let mut before = 0i64;
    for run in values.chunk_by(|a, b| a == b) {
        put_signed(out, run[0].wrapping_sub(before));
        put_varint(out, run.len() as u64);
        before = run[0];
    }
}

/// `count` values out of a column. Allocates no more than `count` numbers.
pub(crate) fn decode(bytes: &[u8], count: usize) -> Result<Vec<i64>, Corrupt> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let mut reader = Reader::new(bytes);
    let code = reader.byte()?;
    match code {
        CONSTANT => Ok(vec![reader.signed()?; count]),
        PLAIN => (0..count).map(|_| reader.signed()).collect(),
        DELTA | DELTA_OF_DELTA => {
            let (mut value, mut delta) = (0i64, 0i64);
            (0..count)
                .map(|i| {
                    let step = reader.signed()?;
                    delta = if code == DELTA_OF_DELTA && i > 1 { delta.wrapping_add(step) } else { step };
                    value = value.wrapping_add(delta);
                    Ok(value)
                })
                .collect()
        }
        RUNS => {
            let mut values = Vec::with_capacity(count);
            let mut value = 0i64;
            while values.len() < count {
                value = value.wrapping_add(reader.signed()?);
                let length = reader.varint()?;
                let fits = usize::try_from(length).ok().filter(|l| *l > 0 && *l <= count - values.len());
                let length = fits.ok_or(Corrupt("a run is longer than its column"))?;
                values.resize(values.len() + length, value);
            }
            Ok(values)
        }
        PCO => pco_decode(reader.rest(), count),
        _ => Err(Corrupt("a column of whole numbers has an unknown codec; a newer program wrote it")),
    }
}
