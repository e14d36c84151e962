//! docs/standards.md, made of the conformance tests: which requirement of which standard has which test.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::house::{File, House};

pub const PATH: &str = "docs/standards.md";
const FOLDER: &str = "tests/conformance/";
const MARK: &str = "Requirement:";

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    pub standard: String,
    pub class: String,
    pub requirement: String,
    pub test: String,
    pub file: String,
}

/// A marker that leads to no test: file, line, what.
pub type Fault = (String, usize, String);

/// Every marked test, in order, and what is wrong with markers.
pub fn scan(house: &House) -> (Vec<Row>, Vec<Fault>) {
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for file in house.inside(FOLDER) {
        for (number, text) in marks(file) {
            let parts: Vec<&str> = text.split_whitespace().collect();
            let [standard, class, requirement] = parts[..] else {
                let what = format!("\"{MARK} {text}\" is not: {MARK} <standard> <class> <requirement>");
                faults.push((file.path.clone(), number, what));
                continue;
            };
            match test_below(file, number) {
                None => faults.push((
                    file.path.clone(),
                    number,
                    "no test stands below this requirement".to_string(),
                )),
                Some(test) => rows.push(Row {
                    standard: standard.into(),
                    class: class.into(),
                    requirement: requirement.into(),
                    test,
                    file: file.path.clone(),
                }),
            }
        }
    }
    rows.sort();
    (rows, faults)
}

/// Lines that are nothing but a comment with the mark.
fn marks(file: &File) -> impl Iterator<Item = (usize, &str)> {
    file.lines().filter_map(|(number, line)| {
        let text = line.trim().trim_start_matches(['/', '#', '*']).trim();
        (text.len() < line.trim().len()).then_some(())?;
        Some((number, text.strip_prefix(MARK)?.trim()))
    })
}

/// The name of the test whose comment or attributes hold this line.
fn test_below(file: &File, line: usize) -> Option<String> {
    for (_, text) in file.lines().skip(line) {
        let text = text.trim();
        if text.starts_with('#') || text.starts_with("//") || text.starts_with('@') || text.starts_with('*') {
            continue;
        }
        let words = ["fn ", "async fn ", "pub fn ", "def ", "async def "];
        if let Some(rest) = words.iter().find_map(|word| text.strip_prefix(word)) {
            return rest.split('(').next().map(String::from);
        }
        // JavaScript names a test by a text: test("…", …).
        let rest = text.strip_prefix("await ").unwrap_or(text).strip_prefix("test(")?;
        return rest.split(['"', '\'', '`']).nth(1).map(String::from);
    }
    None
}

/// The page for these rows.
pub fn page(rows: &[Row]) -> String {
    let mut page = String::from(
        "# Standards\n\n\
         What is claimed here has a test that names it; what has none is not claimed. This page is made of the tests in\n\
         `tests/conformance/` by `cargo xtask bless`; do not edit it.\n",
    );
    let mut standards: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        standards.entry(&row.standard).or_default().push(row);
    }
    if standards.is_empty() {
        page.push_str("\nNo requirement has a test yet.\n");
    }
    for (standard, rows) in standards {
        let mut tests: BTreeMap<(&str, &str), Vec<&Row>> = BTreeMap::new();
        for row in rows {
            tests.entry((&row.class, &row.requirement)).or_default().push(row);
        }
        // Writing to a String cannot fail.
        let _ = write!(
            page,
            "\n## {standard}\n\nRequirements with a test: {}.\n\n| class | requirement | test |\n|---|---|---|\n",
            tests.len()
        );
        for ((class, requirement), rows) in tests {
            let named: Vec<String> =
                rows.iter().map(|row| format!("[{}](../{})", row.test, row.file)).collect();
            let _ = writeln!(page, "| {class} | `{requirement}` | {} |", named.join(", "));
        }
    }
    page
}

#[cfg(test)]
mod tests;
