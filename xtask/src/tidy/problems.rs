//! Problem codes: whose they are, and that what was released keeps its name.

use super::{Breaches, Law};
use crate::house::{Crate, File, House};

pub const LAW: Law = Law {
    name: "problem-codes-are-final",
    reason: "programs of others decide by the code; one that is renamed or gone breaks them without a word",
    way_out: "name it <crate>-<what>; keep a released one (xtask/problems.txt) even when nothing gives it any more, and add a \
              new one beside it",
    find,
};

pub const LIST: &str = "xtask/problems.txt";

/// A line of `codes! { … }`.
pub struct Row<'a> {
    pub krate: &'a Crate,
    pub file: &'a File,
    pub line: usize,
    pub code: &'a str,
    pub hant: &'a str,
    pub hans: &'a str,
}

/// Every problem code of the product, in the order of files and lines.
pub fn rows(house: &House) -> Vec<Row<'_>> {
    let mut found = Vec::new();
    for (krate, file) in house.product() {
        for (line, code) in file.source().lines() {
            // NAME = "code" status reason "English" "traditional" "simplified";
            let words: Vec<&str> = code.split_whitespace().collect();
            let [_, "=", "\"\"", status, reason, "\"\"", "\"\"", "\"\";"] = words[..] else { continue };
            if status.parse::<u16>().is_err() || !reason.starts_with("0x") {
                continue;
            }
            let texts: Vec<&str> =
                file.source().strings.iter().filter(|s| s.line == line).map(|s| s.text.as_str()).collect();
            if let [code, _, hant, hans] = texts[..] {
                found.push(Row { krate, file, line, code, hant, hans });
            }
        }
    }
    found
}

fn find(house: &House, breaches: &mut Breaches) {
    let rows = rows(house);
    for (at, row) in rows.iter().enumerate() {
        let code = row.code;
        if !code.starts_with(&format!("{}-", row.krate.name)) {
            breaches.add(&row.file.path, row.line, format!("{code} does not begin with {}-", row.krate.name));
        }
        if rows[..at].iter().any(|earlier| earlier.code == code) {
            breaches.add(&row.file.path, row.line, format!("there are two of the code {code}"));
        }
    }
    for (at, listed) in house.text(LIST).unwrap_or_default().lines().enumerate() {
        if !rows.iter().any(|row| row.code == listed) {
            breaches.add(LIST, at + 1, format!("{listed} was released and is gone"));
        }
    }
}

/// The list with every code of today added.
pub fn released(house: &House) -> String {
    let mut codes: Vec<&str> = house.text(LIST).unwrap_or_default().lines().collect();
    codes.extend(rows(house).iter().map(|row| row.code));
    codes.sort_unstable();
    codes.dedup();
    codes.iter().map(|code| format!("{code}\n")).collect()
}
