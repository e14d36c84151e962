//! Units as people read them.

/// The sign of a UCUM code. What stands in braces is an annotation that the title says better (UCUM 2.3, §12).
pub fn sign(code: &str) -> &str {
    match code {
        "Cel" => "°C",
        "deg" => "°",
        "1" | "" => "",
        "ug/m3" => "µg/m³",
        "m3" => "m³",
        "m3/s" => "m³/s",
        "uSv/h" => "µSv/h",
        "min" => "min",
        annotated if annotated.starts_with('{') => "",
        other => other,
    }
}

/// Whether a value of this unit holds until the next one: counts of things do, quantities move between.
pub fn is_count(code: &str) -> bool {
    code.starts_with('{')
}

#[cfg(test)]
mod tests;
