//! Compression, undone within bounds: what a feed sends may be a bomb.

use std::io::{self, BufRead, BufReader, Read};

use super::DecodeError;

/// Frames asking for more history than this (2^25 bytes, 32 MiB) are refused: it is allocated before the first byte.
const ZSTD_WINDOW_LOG: u32 = 25;

/// Reads what `input` holds, unpacked when it begins as gzip (RFC 1952) or zstd (RFC 8878) does, and never more than
/// `limit_bytes` of it. Going beyond the limit is an error, not an end.
pub fn unpacked<'a>(input: impl Read + 'a, limit_bytes: u64) -> io::Result<Box<dyn Read + 'a>> {
    let mut input = BufReader::new(input);
    let start = input.fill_buf()?;
    let inner: Box<dyn Read> = if start.starts_with(&[0x1f, 0x8b]) {
        Box::new(flate2::bufread::MultiGzDecoder::new(input))
    } else if start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        let mut decoder = zstd::stream::read::Decoder::with_buffer(input)?;
        decoder.window_log_max(ZSTD_WINDOW_LOG)?;
        Box::new(decoder)
    } else {
        Box::new(input)
    };
    Ok(Box::new(Capped { inner, left: limit_bytes, limit: limit_bytes }))
}

/// All of it at once.
pub fn unpack(input: &[u8], limit_bytes: u64) -> Result<Vec<u8>, DecodeError> {
    let mut out = Vec::new();
    let mut reader = unpacked(input, limit_bytes).map_err(DecodeError::of_io)?;
    reader.read_to_end(&mut out).map_err(DecodeError::of_io)?;
    Ok(out)
}

#[derive(Debug, thiserror::Error)]
#[error("more than {0} bytes")]
pub(super) struct TooLong(pub u64);

struct Capped<'a> {
    inner: Box<dyn Read + 'a>,
    left: u64,
    limit: u64,
}

impl Read for Capped<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        // One byte beyond the limit tells "exactly full" from "too long".
        let most = buffer.len().min(usize::try_from(self.left.saturating_add(1)).unwrap_or(usize::MAX));
        let read = self.inner.read(&mut buffer[..most])?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => return Err(io::Error::other(TooLong(self.limit))),
        }
        Ok(read)
    }
}
