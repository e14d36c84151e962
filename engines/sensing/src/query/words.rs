//! The text of a query: percent-encoding, and splitting that minds brackets and quotes.

/// Brackets within brackets.
const DEPTH: usize = 64;

/// Undoes percent-encoding; `+` is a space, as forms and most clients write it.
pub fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|d| char::from(d).to_digit(16));
                (digit()? * 16 + digit()?) as u8
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

/// Percent-encodes what may not stand in the value of a query option.
pub fn encode(out: &mut String, text: &str) {
    use std::fmt::Write as _;
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$'()*,;:@/=".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

/// Splits at `separator` outside of brackets and quoted texts (a quote within one is doubled).
pub fn split(text: &str, separator: char) -> Result<Vec<&str>, String> {
    let (mut depth, mut quoted, mut start) = (0usize, false, 0);
    let mut parts = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            _ if quoted => {}
            '(' => {
                depth += 1;
                if depth > DEPTH {
                    return Err(format!("more than {DEPTH} brackets within each other"));
                }
            }
            ')' => depth = depth.checked_sub(1).ok_or("a bracket closes that was never opened")?,
            c if c == separator && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    if quoted || depth > 0 {
        return Err("a bracket or a quote is not closed".into());
    }
    parts.push(&text[start..]);
    Ok(parts)
}

/// The beginning of what somebody sent, as long as a message needs it.
pub fn short(text: &str) -> String {
    text.chars().take(300).collect()
}
