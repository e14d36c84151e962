//! The register of the first city's plan: whole, sourced, written entry by entry, in the script it says.

use std::collections::{BTreeMap, BTreeSet};

use causeway_tests::root;
use host::Pack;
use portal::register::{Counted, Entry, Register};
use ui::script::wrong_characters;
use vocab::{Lang, Text};

fn register() -> Register {
    let pack = Pack::from_folder(&root().join("cities/hong-kong")).expect("the pack is whole");
    Register::of(&pack).expect("no mistakes").expect("the city follows a plan")
}

/// Every text of an entry that was written for it, with its name. A proper name or an owner may be another's too.
fn texts(entry: &Entry) -> Vec<(String, &Text)> {
    let mut texts = vec![
        ("title".to_string(), &entry.title),
        ("summary".into(), &entry.summary),
        ("document.says".into(), &entry.document.says),
        ("here.needs".into(), &entry.here.needs),
    ];
    texts.extend(entry.since.iter().map(|record| (format!("the record of {}", record.date), &record.says)));
    texts.retain(|(_, text)| !text.is_empty());
    texts
}

#[test]
fn every_entry_of_the_specification_is_there() {
    let register = register();
    let all = register.count();
    assert_eq!((all.all, all.bullets, all.beside, all.new), (200, 162, 38, 81));
    let chapters = register.counts(|entry| entry.chapter.clone());
    let expected = [
        ("epidemic-response", 15),
        ("smart-mobility", 44),
        ("smart-living", 21),
        ("smart-environment", 22),
        ("smart-people", 14),
        ("smart-government", 38),
        ("smart-economy", 29),
        ("smart-village", 8),
        ("governance", 9),
    ];
    for (chapter, count) in expected {
        assert_eq!(chapters[chapter].all, count, "{chapter}");
    }
    let natures: Vec<usize> = register.natures().values().map(|count| count.all).collect();
    assert_eq!(natures, [78, 29, 26, 30, 37], "software, data, device, service, policy");
    assert!(register.frame.sections.iter().any(|section| section.counted == Counted::Beside));
}

#[test]
fn every_text_keeps_to_its_script() {
    let register = register();
    let mut wrong = Vec::new();
    for entry in &register.entries {
        let names = [("system".to_string(), &entry.system), ("owner".into(), &entry.owner)];
        for (name, text) in texts(entry).into_iter().chain(names) {
            for (lang, text) in text.iter() {
                wrong.extend(
                    wrong_characters(lang, text)
                        .into_iter()
                        .map(|what| format!("{} {name}: {what}", entry.id)),
                );
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Runs of three characters: alike texts share most of theirs.
fn runs(text: &str) -> BTreeSet<[char; 3]> {
    let characters: Vec<char> =
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    characters.windows(3).map(|run| [run[0], run[1], run[2]]).collect()
}

/// Above this share of common runs two texts are one text with words exchanged.
const ALIKE: f64 = 0.6;
/// Shorter ones, as "continue the work", come out alike by themselves.
const SHORT: usize = 12;

#[test]
fn every_text_was_written_for_its_entry() {
    let register = register();
    let mut alike = Vec::new();
    for lang in ["en", "zh-Hant", "zh-Hans"].map(|tag| Lang::new(tag).expect("a tag")) {
        let mut all = Vec::new();
        for entry in &register.entries {
            for (name, text) in texts(entry) {
                let runs = runs(text.get(&lang).unwrap_or_default());
                if runs.len() >= SHORT {
                    all.push((format!("{} {name}", entry.id), runs));
                }
            }
        }
        assert!(all.len() > 500, "only {} texts in {lang}", all.len());
        for (index, (name, one)) in all.iter().enumerate() {
            for (other_name, other) in &all[index + 1..] {
                // What differs much in length has too little in common; most pairs end here.
                if one.len().min(other.len()) as f64 <= ALIKE * one.len().max(other.len()) as f64 {
                    continue;
                }
                let common = one.intersection(other).count() as f64;
                let together = (one.len() + other.len()) as f64 - common;
                if common / together > ALIKE {
                    alike.push(format!("{lang}: {name} and {other_name}"));
                }
            }
        }
    }
    assert_eq!(alike, Vec::<String>::new());
}

#[test]
fn every_later_status_has_a_source_that_can_be_opened() {
    let register = register();
    let mut sources: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entry in &register.entries {
        for record in &entry.since {
            sources.entry(record.source.url.as_str()).or_default().push(&entry.id);
            let host = record.source.url.split('/').nth(2).unwrap_or_default();
            assert!(host.contains('.') && !host.ends_with(".invalid"), "{}: {}", entry.id, record.source.url);
        }
    }
    // Without sources the register would be a list of promises.
    assert!(sources.len() > 100, "{} sources", sources.len());
}
