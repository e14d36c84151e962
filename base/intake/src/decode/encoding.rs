//! Bytes to text, in whatever encoding a feed declares or marks.

use encoding_rs::{Encoding, UTF_8};

use super::DecodeError;

/// The encoding a label of the WHATWG Encoding Standard names (`utf-16le`, `big5`, `windows-1252`).
pub fn by_label(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label(label.as_bytes())
}

/// Text out of bytes. A byte order mark says more than the declaration and is removed, also when it stands there twice
/// (one exporter writes its own before the file's). A sequence the encoding does not know is an error: a wrong charset
/// must not become names with holes.
pub fn to_text(bytes: &[u8], declared: Option<&'static Encoding>) -> Result<String, DecodeError> {
    let (encoding, mark) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, length),
        None => (declared.unwrap_or(UTF_8), 0),
    };
    let text =
        encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]).ok_or_else(|| {
            DecodeError::Encoding {
                encoding: encoding.name(),
                offset: mark + first_bad(encoding, &bytes[mark..]),
            }
        })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_string(),
        None => text.into_owned(),
    })
}

fn first_bad(encoding: &'static Encoding, bytes: &[u8]) -> usize {
    if encoding == UTF_8 {
        return std::str::from_utf8(bytes).err().map_or(0, |e| e.valid_up_to());
    }
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut sink = [0u8; 4096];
    let mut at = 0;
    loop {
        let (result, read, _) = decoder.decode_to_utf8_without_replacement(&bytes[at..], &mut sink, true);
        at += read;
        if !matches!(result, encoding_rs::DecoderResult::OutputFull) {
            return at;
        }
    }
}
