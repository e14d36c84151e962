//! Migrations: their names, and that what was released stays as it was.

use std::collections::BTreeMap;

use super::{Breaches, Law};
use crate::house::{File, House};

pub const LAW: Law = Law {
    name: "migrations-are-final",
    reason: "a store in the field has run the released text; editing it makes a new store and a migrated one differ, and no \
             test on this machine can see that",
    way_out: "name it NNNN_word.sql with the next number and leave those listed in xtask/migrations.txt as they are: say the \
              change in a new one; `cargo xtask freeze` lists new ones at a release",
    find,
};

pub const LIST: &str = "xtask/migrations.txt";

fn find(house: &House, breaches: &mut Breaches) {
    let mut last: BTreeMap<&str, u32> = BTreeMap::new();
    for file in of(house) {
        let (folder, name) = file.path.rsplit_once('/').unwrap_or_default();
        let before = last.entry(folder).or_default();
        match number(name) {
            Some(n) if n == *before + 1 => *before = n,
            Some(n) => {
                let what = format!("number {n:04} does not follow {before:04}");
                breaches.add(&file.path, 1, what);
                *before = n;
            }
            None => breaches.add(&file.path, 1, format!("{name} is not named NNNN_word.sql")),
        }
    }
    for (at, line) in house.text(LIST).unwrap_or_default().lines().enumerate() {
        let Some((digest, path)) = line.split_once(' ') else { continue };
        match house.text(path) {
            None => breaches.add(LIST, at + 1, format!("{path} was released and is gone")),
            Some(text) if fingerprint(text) != digest => {
                breaches.add(path, 1, "was released and has been edited".to_string());
            }
            Some(_) => {}
        }
    }
}

fn of(house: &House) -> impl Iterator<Item = &File> {
    house.files.values().filter(|f| f.path.contains("/migrations/") && !house.is_test(&f.path))
}

/// `12` of `0012_alerts.sql`.
fn number(name: &str) -> Option<u32> {
    let (digits, word) = name.strip_suffix(".sql")?.split_once('_')?;
    let plain =
        !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    (digits.len() == 4 && plain).then(|| digits.parse().ok()).flatten()
}

/// FNV-1a, 64 bits: the enemy is an accident, not a forger.
fn fingerprint(text: &str) -> String {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", text.bytes().fold(0xcbf2_9ce4_8422_2325, step))
}

/// The list with every migration of today added; what is listed already stays as it is.
pub fn released(house: &House) -> String {
    let listed = house.text(LIST).unwrap_or_default();
    let known = |path: &str| listed.lines().any(|line| line.ends_with(&format!(" {path}")));
    let new = of(house).filter(|f| !known(&f.path)).map(|f| format!("{} {}\n", fingerprint(&f.text), f.path));
    format!("{listed}{}", new.collect::<String>())
}
