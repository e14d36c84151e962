//! Begins a feed file: everything that must be said, with a comment where there is a choice.

use std::path::Path;

const FORM: &str = include_str!("new_feed/feed.toml");

pub fn write(root: &Path, name: &str, pack: Option<&str>) -> Result<String, String> {
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        return Err(format!(
            "{name} is no name of a feed: use lower-case letters, digits and hyphens (air-quality)"
        ));
    }
    let pack = match pack {
        Some(pack) => root.join(pack),
        None => {
            let embedded = std::fs::read_to_string(root.join("cities/embedded"))
                .map_err(|e| format!("cities/embedded cannot be read: {e}; name the pack"))?;
            root.join("cities").join(embedded.trim())
        }
    };
    let city = std::fs::read_to_string(pack.join("city.toml"))
        .map_err(|e| format!("{} is no pack: its city.toml cannot be read: {e}", pack.display()))?;
    let city: toml::Table = city.parse().map_err(|e| format!("city.toml is no TOML: {e}"))?;
    let path = pack.join("feeds").join(format!("{name}.toml"));
    if path.exists() {
        return Err(format!("{} is there already; choose another name", path.display()));
    }
    std::fs::create_dir_all(pack.join("feeds"))
        .map_err(|e| format!("the folder feeds cannot be made: {e}"))?;
    std::fs::write(&path, form(name, &languages(&city)))
        .map_err(|e| format!("{} cannot be written: {e}", path.display()))?;
    Ok(format!(
        "wrote {}\nfill in what stands in <angle brackets>, then: causeway check {}",
        path.display(),
        pack.display()
    ))
}

fn languages(city: &toml::Table) -> Vec<String> {
    let tables = city.get("languages").and_then(toml::Value::as_array).into_iter().flatten();
    tables.filter_map(|l| l.get("tag")).filter_map(toml::Value::as_str).map(String::from).collect()
}

/// `TEXT(what)` in the form becomes a text in each language of the city, `EXPR(x)` the expression for each.
fn form(name: &str, languages: &[String]) -> String {
    let each = |value: &dyn Fn(&str) -> String| {
        let texts: Vec<String> = languages.iter().map(|lang| format!("{lang} = {}", value(lang))).collect();
        format!("{{ {} }}", texts.join(", "))
    };
    let mut text = String::new();
    for line in FORM.replace("NAME", name).lines() {
        let written = match (line.split_once("TEXT("), line.split_once("EXPR(")) {
            (Some((key, rest)), _) => {
                let what = rest.trim_end_matches(')');
                format!("{key}{}", each(&|lang| format!("\"<{what}, in {lang}>\"")))
            }
            (_, Some((key, rest))) => {
                format!("{key}{}", each(&|_| format!("\"{}\"", rest.trim_end_matches(')'))))
            }
            _ => line.to_string(),
        };
        text.push_str(&written);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests;
