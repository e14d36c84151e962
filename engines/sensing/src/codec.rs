//! How columns of a block become bytes. Every column begins with the code of its codec, so that each is chosen on its
//! own and old ones stay readable; codes are never renumbered.

mod floats;
mod ints;
mod texts;

pub(crate) use floats::{decode as decode_floats, encode as encode_floats};
pub(crate) use ints::{decode as decode_ints, encode as encode_ints, varint_size};
pub(crate) use texts::{decode as decode_texts, encode as encode_texts};

/// Bytes that cannot be what we wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stored block is damaged: {0}; restore it from a backup")]
pub struct Corrupt(pub &'static str);

/// How hard to try. Varints for blocks of an hour, `pco` where there are enough rows to find a pattern in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    Quick,
    Thorough,
}

impl Effort {
    /// Below some 256 rows `pco` was measured to be slower and bigger than varints.
    pub fn for_rows(rows: usize) -> Effort {
        if rows < 256 { Effort::Quick } else { Effort::Thorough }
    }
}

/// pco's level: 4 loses 1 % of size to 8 and encodes 2.5 times faster (measured, day blocks).
const PCO_LEVEL: usize = 4;

pub(crate) fn pco_encode<T: pco::data_types::Number>(values: &[T], out: &mut Vec<u8>) -> Option<()> {
    let config = pco::ChunkConfig::default()
        .with_compression_level(PCO_LEVEL)
        .with_paging_spec(pco::PagingSpec::Exact(vec![values.len()]));
    let file = pco::wrapped::FileCompressor::default();
    file.write_header(&mut *out).ok()?;
    let mut chunk = file.chunk_compressor(values, &config).ok()?;
    chunk.write_meta(&mut *out).ok()?;
    chunk.write_page(0, &mut *out).ok()?;
    Some(())
}

pub(crate) fn pco_decode<T: pco::data_types::Number + Default>(
    bytes: &[u8],
    count: usize,
) -> Result<Vec<T>, Corrupt> {
    let damaged = |_| Corrupt("a pco column does not decode");
    let (file, bytes) = pco::wrapped::FileDecompressor::new(bytes).map_err(damaged)?;
    let (mut chunk, bytes) = file.chunk_decompressor::<T, _>(bytes).map_err(damaged)?;
    let mut page = chunk.page_decompressor(bytes, count).map_err(damaged)?;
    let mut values = vec![T::default(); count];
    let progress = page.read(&mut values).map_err(damaged)?;
    if progress.n_processed == count { Ok(values) } else { Err(Corrupt("a pco column is short")) }
}

pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub(crate) fn put_signed(out: &mut Vec<u8>, value: i64) {
    put_varint(out, zigzag(value));
}

/// Small numbers of either sign become small numbers.
pub(crate) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// Reads forward through bytes and never past their end.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    pub fn byte(&mut self) -> Result<u8, Corrupt> {
        let (first, rest) = self.rest.split_first().ok_or(Corrupt("it ends in the middle"))?;
        self.rest = rest;
        Ok(*first)
    }

    pub fn take(&mut self, length: usize) -> Result<&'a [u8], Corrupt> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Corrupt("it ends in the middle"))?;
        self.rest = rest;
        Ok(taken)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Corrupt> {
        self.take(N)?.try_into().map_err(|_| Corrupt("it ends in the middle"))
    }

    pub fn varint(&mut self) -> Result<u64, Corrupt> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Corrupt("a number is too long"))
    }

    pub fn signed(&mut self) -> Result<i64, Corrupt> {
        self.varint().map(unzigzag)
    }

    pub fn rest(self) -> &'a [u8] {
        self.rest
    }

    pub fn is_done(&self) -> bool {
        self.rest.is_empty()
    }
}

#[cfg(test)]
mod tests;
