//! Where in the text of a GeoJSON file each feature stands, so that a finding can say its line.

/// The line, from 1, on which each feature of a FeatureCollection begins. Of text that is no JSON, anything.
pub fn of_features(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let (mut line, mut depth) = (1, 0usize);
    let (mut in_string, mut is_escaped) = (false, false);
    // The last string at the level of the collection's members is the name of the member that follows.
    let (mut string_start, mut member) = (0, "");
    for (at, byte) in text.bytes().enumerate() {
        line += usize::from(byte == b'\n');
        if in_string {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => {
                    in_string = false;
                    if depth == 1 {
                        member = &text[string_start..at];
                    }
                }
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => (in_string, string_start) = (true, at + 1),
            b'{' | b'[' => {
                if byte == b'{' && depth == 2 && member == "features" {
                    found.push(line);
                }
                depth += 1;
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    found
}

/// The line on which `"key"` stands, looked for from one line (in) to another (out); the first of them where it stands
/// on none.
pub fn of_key(text: &str, from: usize, to: usize, key: &str) -> usize {
    let quoted = format!("\"{key}\"");
    let lines = text.lines().enumerate().skip(from - 1).take(to.saturating_sub(from).max(1));
    lines.into_iter().find(|(_, line)| line.contains(&quoted)).map_or(from, |(at, _)| at + 1)
}

#[cfg(test)]
mod tests;
