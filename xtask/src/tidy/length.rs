//! How long a file may be.

use super::{Breaches, Law};
use crate::house::House;

pub const LAW: Law = Law {
    name: "files-stay-short",
    reason: "a file that must be scrolled is not read; the best projects have medians under 230 lines, and each of the \
             others owns one file that everybody fears",
    way_out: "find the second noun in it and give it a file of its own (`thing.rs` and `thing/part.rs`)",
    find,
};

pub const MOST: Law = Law {
    name: "most-files-are-shorter-still",
    reason: "a limit becomes a habit: files grow up to it unless the usual file is held far below",
    way_out: "split the longest files by their second noun; median under 200 lines, nine in ten under 500",
    find: usual,
};

const MEDIAN_MAX: usize = 200;
const NINE_IN_TEN_MAX: usize = 500;

pub const FUNCTIONS: Law = Law {
    name: "functions-fit-a-screen",
    reason: "what does not fit a screen is not seen whole, and its middle is where mistakes hide",
    way_out: "give its second thought a name of its own; at most 70 lines, tests are free",
    find: functions,
};

const FUNCTION_LINES_MAX: usize = 70;

const LINES_MAX: usize = 800;
/// What people write line by line. Data, words and lock files are as long as what they list.
const WRITTEN: &[&str] = &[".rs", ".js", ".mjs", ".css", ".html", ".sql", ".py", ".sh", ".md"];
/// Made by a program, read by few.
const GENERATED: &[&str] = &["docs/standards.md", "docs/configuration.md"];

fn find(house: &House, breaches: &mut Breaches) {
    for file in house.files.values() {
        let written =
            WRITTEN.iter().any(|end| file.path.ends_with(end)) && !GENERATED.contains(&file.path.as_str());
        let lines = file.text.lines().count();
        if written && lines > LINES_MAX {
            breaches.add(
                &file.path,
                LINES_MAX + 1,
                format!("{lines} lines; {LINES_MAX} are allowed, 400 are good"),
            );
        }
    }
}

fn usual(house: &House, breaches: &mut Breaches) {
    let mut lengths: Vec<(usize, &str)> =
        house.product().map(|(_, file)| (file.text.lines().count(), file.path.as_str())).collect();
    lengths.sort_unstable();
    for (share, max, name) in [(0.5, MEDIAN_MAX, "median"), (0.9, NINE_IN_TEN_MAX, "ninth of ten")] {
        let at = (lengths.len() as f64 * share) as usize;
        if let (Some((lines, _)), Some((_, longest))) = (lengths.get(at), lengths.last())
            && *lines > max
        {
            breaches.add(
                *longest,
                1,
                format!("the {name} file has {lines} lines, {max} are allowed; this is the longest"),
            );
        }
    }
}

/// rustfmt closes a function with a brace under the first letter of its first line.
fn functions(house: &House, breaches: &mut Breaches) {
    for (_, file) in house.product() {
        let lines = &file.source().code;
        for (at, line) in lines.iter().enumerate() {
            let indent = &line[..line.len() - line.trim_start().len()];
            let is_head = line.split_once("fn ").is_some_and(|(before, _)| {
                before.split_whitespace().all(|w| w.starts_with("pub") || ["const", "async"].contains(&w))
            });
            if !is_head || line.trim_end().ends_with([';', '}']) {
                continue;
            }
            let end = lines[at..].iter().position(|l| l.strip_prefix(indent).is_some_and(|rest| rest == "}"));
            if let Some(length) = end.map(|end| end + 1).filter(|length| *length > FUNCTION_LINES_MAX) {
                let what = format!("a function of {length} lines, {FUNCTION_LINES_MAX} are allowed");
                breaches.add(&file.path, at + 1, what);
            }
        }
    }
}
