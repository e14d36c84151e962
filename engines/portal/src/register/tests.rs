use vocab::Lang;

use super::progress::{Count, tally};
use super::schedule::Schedule;
use super::*;
use crate::samples::{pack, told};

const FRAME: &str = "schema = 1\n[document]\ntitle = { en = \"Plan\", pt = \"Plano\" }\ndate = \"2020-12-10\"\n\
    url = \"https://x.example/plan\"\nbullets = 1\ncounted = { en = \"c\", pt = \"c\" }\n\
    [[chapter]]\nid = \"roads\"\ntitle = { en = \"Roads\", pt = \"Ruas\" }\nsummary = { en = \"s\", pt = \"s\" }\n\
    [[section]]\nid = \"buses\"\ntitle = { en = \"Buses\", pt = \"Autocarros\" }\ncounted = \"bullets\"\n\
    [[section]]\nid = \"goals\"\ntitle = { en = \"Goals\", pt = \"Metas\" }\ncounted = \"beside\"\n\
    [[mission]]\nid = \"m\"\ntitle = { en = \"M\", pt = \"M\" }\nsays = { en = \"s\", pt = \"s\" }\nentries = [\"R1\"]\n";
const ENTRY: &str = "schema = 1\nid = \"R1\"\nchapter = \"roads\"\nsection = \"buses\"\nnature = \"software\"\nnew = true\n\
    title = { en = \"Boards\", pt = \"Painéis\" }\nsummary = { en = \"s\", pt = \"s\" }\n\
    [document]\nstage = \"plan\"\nsays = { en = \"s\", pt = \"s\" }\n\
    due = { by = \"2022-12-31\", says = { en = \"by 2022\", pt = \"até 2022\" } }\n\
    [here]\nstate = \"tracked\"\nneeds = { en = \"n\", pt = \"n\" }\n";

fn read(files: &[(&str, &str)]) -> Result<Option<Register>, Vec<String>> {
    let all: Vec<(&str, &str)> = [("feeds/buses.toml", "")].iter().chain(files).copied().collect();
    Register::of(&pack(&all)).map_err(told)
}

fn with(since: &str) -> Register {
    let text = format!("{ENTRY}{since}");
    read(&[(FILE, FRAME), ("initiatives/r1.toml", &text)]).expect("no mistakes").expect("a register")
}

fn record(date: &str, stage: &str, reached: &str) -> String {
    let reached = if reached.is_empty() { String::new() } else { format!("reached = \"{reached}\"\n") };
    format!(
        "[[since]]\ndate = \"{date}\"\nstage = \"{stage}\"\n{reached}says = {{ en = \"s\", pt = \"s\" }}\n\
         source = {{ title = \"T\", publisher = \"P\", url = \"https://x.example/{date}\" }}\n"
    )
}

fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

#[test]
fn a_pack_without_a_plan_has_no_register() {
    assert!(read(&[]).expect("no mistakes").is_none());
    let register = with("");
    assert_eq!(register.entry("r1").map(|entry| entry.id.as_str()), Some("R1"));
    let langs = [Lang::new("en").unwrap(), Lang::new("pt").unwrap()];
    assert_eq!(register.entries[0].title.missing(&langs), Vec::<&Lang>::new());
}

#[test]
fn each_mistake_is_named_with_its_line_and_what_to_do() {
    let check = |from: &str, to: &str, expected: &[&str]| {
        assert!(ENTRY.contains(from) || FRAME.contains(from), "the example has no {from:?}");
        let (frame, entry) = (FRAME.replacen(from, to, 1), ENTRY.replacen(from, to, 1));
        let found = read(&[(FILE, &frame), ("initiatives/r1.toml", &entry)]).expect_err(to).join("\n");
        for part in expected {
            assert!(found.contains(part), "{to:?} gave:\n{found}\nand not {part:?}");
        }
    };
    check("id = \"R1\"", "id = \"R2\"", &["initiatives/r1.toml:2:", "another name", "r2.toml"]);
    check("id = \"R1\"", "id = \"R 1\"", &["initiatives/r1.toml:2:", "is no id"]);
    check("id = \"R1\"", "id = \"progress\"", &["is no id"]);
    check("chapter = \"roads\"", "chapter = \"raods\"", &["initiatives/r1.toml:3:", "no chapter raods"]);
    check("section = \"buses\"", "section = \"trams\"", &["initiatives/r1.toml:4:", "no section trams"]);
    check("nature = \"software\"", "nature = \"magic\"", &["initiatives/r1.toml:5:", "magic"]);
    check("new = true", "new = true\ncolour = \"red\"", &["initiatives/r1.toml:7:", "colour"]);
    check("new = true", "nwe = true", &["nwe", "did you mean `new`?"]);
    check(", pt = \"Painéis\"", "", &["initiatives/r1.toml:7:", "title has no text in pt"]);
    check(
        "[here]\nstate = \"tracked\"\nneeds = { en = \"n\", pt = \"n\" }",
        "[here]\nstate = \"tracked\"",
        &["here.needs has no text in en"],
    );
    check("state = \"tracked\"", "state = \"live\"\nfeeds = [\"buses\"]", &["lacks nothing"]);
    check("state = \"tracked\"", "state = \"begun\"", &["carried by nothing"]);
    check("state = \"tracked\"", "state = \"tracked\"\nfeeds = [\"trams\"]", &["no feed trams"]);
    check("state = \"tracked\"", "state = \"tracked\"\npages = [\"map\"]", &["no address of ours"]);
    check("by = \"2022-12-31\"", "by = \"2022-13-31\"", &["initiatives/r1.toml", "is no day"]);
    check("entries = [\"R1\"]", "entries = [\"R9\"]", &["register.toml", "no entry R9"]);
    check("date = \"2020-12-10\"", "date = \"December 2020\"", &["register.toml:4:", "is no day"]);
    check("url = \"https://x.example/plan\"", "url = \"the library\"", &["register.toml:5:", "no address"]);
}

#[test]
fn each_mistake_of_a_record_is_named() {
    let good = record("2023-02-03", "in-service", "2023-02-01");
    let check = |from: &str, to: &str, expected: &str| {
        let text = format!("{ENTRY}{}", good.replacen(from, to, 1));
        let found = read(&[(FILE, FRAME), ("initiatives/r1.toml", &text)]).expect_err(to).join("\n");
        assert!(found.contains(expected), "{to:?} gave:\n{found}");
    };
    check("2023-02-03", "2019-02-03", "older than the document");
    check("reached = \"2023-02-01\"", "reached = \"2023-02-09\"", "says what came after it");
    check("in-service", "plan", "was not reached");
    check("https://x.example/2023-02-03", "a newspaper", "is no address");
    check("publisher = \"P\"", "publisher = \"\"", "has no name");
    check(", pt = \"s\"", "", "has no text in pt");
}

#[test]
fn one_bad_file_hides_no_other() {
    let other = ENTRY.replace("R1", "R2").replace("roads", "raods");
    let found =
        read(&[(FILE, FRAME), ("initiatives/r1.toml", "schema = 1\nid = "), ("initiatives/r2.toml", &other)]);
    let found = found.expect_err("two bad files").join("\n");
    assert!(found.contains("r1.toml:2") && found.contains("r2.toml:3: there is no chapter raods"), "{found}");
    let orphan = read(&[("initiatives/r1.toml", ENTRY)]).expect_err("no frame").join("\n");
    assert!(orphan.contains("needs register.toml"), "{orphan}");
}

#[test]
fn a_slip_is_told_only_between_two_dates() {
    let check = |records: &[(&str, &str, &str)], today: &str, expected: &str, slip: Option<i64>| {
        let since: String =
            records.iter().map(|(date, stage, reached)| record(date, stage, reached)).collect();
        let schedule = with(&since).entries[0].schedule(day(today));
        assert_eq!(schedule.word(), expected, "{records:?} on {today}");
        let found = match schedule {
            Schedule::Reached { slip_days, .. } => Some(slip_days),
            _ => None,
        };
        assert_eq!(found, slip, "{records:?} on {today}");
    };
    // Silence is neither late nor done.
    check(&[], "2022-12-31", "ahead", None);
    check(&[], "2023-01-01", "not-known", None);
    check(&[("2021-05-01", "plan", "")], "2023-01-01", "not-known", None);
    check(&[("2022-01-10", "in-service", "2022-01-01")], "2026-01-01", "in-time", Some(0));
    check(&[("2023-02-03", "in-service", "2023-01-30")], "2026-01-01", "late", Some(30));
    // A source that says it is there, and not since when, proves no delay.
    check(&[("2023-02-03", "in-service", "")], "2026-01-01", "reached", None);
    check(&[("2022-02-03", "done", "")], "2026-01-01", "in-time", None);
    // The first day that any source gives counts, in whatever order the file has them.
    check(
        &[("2024-02-03", "done", ""), ("2023-02-03", "in-service", "2023-01-30")],
        "2026-01-01",
        "late",
        Some(30),
    );
    check(&[("2023-02-03", "stopped", "")], "2026-01-01", "stopped", None);
    check(&[("2023-02-03", "stopped", ""), ("2024-02-03", "under-way", "")], "2026-01-01", "not-known", None);
    let undated =
        ENTRY.replace("due = { by = \"2022-12-31\", says = { en = \"by 2022\", pt = \"até 2022\" } }\n", "");
    let undated = read(&[(FILE, FRAME), ("initiatives/r1.toml", &undated)]).unwrap().unwrap();
    assert_eq!(undated.entries[0].schedule(day("2026-01-01")), Schedule::Undated);
}

#[test]
fn what_no_source_speaks_of_is_counted_as_such() {
    let register = with("");
    let silent = tally(register.entries.iter());
    assert_eq!((silent.all, silent.silent, silent.stages.len()), (1, 1, 0));
    let register = with(&(record("2023-02-03", "pilot", "") + &record("2022-02-03", "plan", "")));
    let spoken = tally(register.entries.iter());
    assert_eq!((spoken.silent, spoken.stages.get(&Stage::Pilot)), (0, Some(&1)));
    assert_eq!(register.count(), Count { all: 1, new: 1, bullets: 1, beside: 0 });
}

#[test]
fn an_open_entry_goes_quiet_and_a_finished_one_does_not() {
    let check = |since: &str, today: &str, quiet: usize| {
        assert_eq!(with(since).quiet(day(today)).len(), quiet, "{since} on {today}");
    };
    check("", "2021-01-01", 1);
    check(&record("2023-02-03", "pilot", ""), "2024-08-03", 0);
    check(&record("2023-02-03", "pilot", ""), "2024-08-04", 1);
    check(&record("2023-02-03", "done", ""), "2026-01-01", 0);
    check(&record("2023-02-03", "stopped", ""), "2026-01-01", 0);
    check(&record("2023-02-03", "in-service", ""), "2026-01-01", 1);
}
