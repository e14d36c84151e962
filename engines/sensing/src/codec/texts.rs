//! Texts and JSON: all lengths, then all bytes, compressed where that helps.

use super::{Corrupt, Effort, Reader, decode_ints, encode_ints, put_varint};

const RAW: u8 = 0;
const ZSTD: u8 = 1;
/// zstd's own default.
const ZSTD_LEVEL: i32 = 3;
/// No block is written near it (see `block::PAYLOAD`); a damaged length must not ask for all memory.
const MOST_BYTES: usize = 1 << 26;

pub(crate) fn encode<'a>(texts: impl Iterator<Item = &'a str> + Clone, effort: Effort, out: &mut Vec<u8>) {
    let lengths: Vec<i64> = texts.clone().map(|t| t.len() as i64).collect();
    if lengths.is_empty() {
        return;
    }
    let mut head = Vec::new();
    encode_ints(&lengths, effort, &mut head);
    put_varint(out, head.len() as u64);
    out.extend(head);
    let body: Vec<u8> = texts.flat_map(str::bytes).collect();
    match zstd::bulk::compress(&body, ZSTD_LEVEL) {
        Ok(small) if small.len() < body.len() => {
            out.push(ZSTD);
            out.extend(small);
        }
        _ => {
            out.push(RAW);
            out.extend(body);
        }
    }
}

pub(crate) fn decode(bytes: &[u8], count: usize) -> Result<Vec<Box<str>>, Corrupt> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let mut reader = Reader::new(bytes);
    let head = usize::try_from(reader.varint()?).map_err(|_| Corrupt("a length is out of range"))?;
    let lengths = decode_ints(reader.take(head)?, count)?;
    let mut total = 0usize;
    for length in &lengths {
        let length = usize::try_from(*length).map_err(|_| Corrupt("a text has a negative length"))?;
        total = total.saturating_add(length);
    }
    if total > MOST_BYTES {
        return Err(Corrupt("its texts are longer than any block"));
    }
    let code = reader.byte()?;
    let stored = reader.rest();
    let inflated;
    let body: &[u8] = match code {
        RAW => stored,
        ZSTD => {
            inflated =
                zstd::bulk::decompress(stored, total).map_err(|_| Corrupt("its texts do not decompress"))?;
            &inflated
        }
        _ => return Err(Corrupt("a column of texts has an unknown codec; a newer program wrote it")),
    };
    let mut reader = Reader::new(body);
    lengths
        .iter()
        .map(|length| {
            let bytes = reader.take(*length as usize)?;
            std::str::from_utf8(bytes).map(Box::from).map_err(|_| Corrupt("a text is no UTF-8"))
        })
        .collect()
}
