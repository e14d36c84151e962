use super::*;

fn check(line: &str) -> String {
    match parse(std::iter::once("causeway").chain(line.split_whitespace()).map(OsString::from)) {
        Ok(a) => format!("{:?} demo={} speed={:?} paths={}", a.command, a.demo, a.speed, a.paths.len()),
        Err(e) => e,
    }
}

#[test]
fn the_command_line_is_read_or_refused_with_a_hint() {
    let table = [
        ("", "Help demo=false speed=None paths=0"),
        ("serve --demo --speed 60", "Serve demo=true speed=Some(60) paths=0"),
        ("check a", "Check demo=false speed=None paths=1"),
        ("import a b c", "Import demo=false speed=None paths=3"),
        (
            "serve --demo --from noon",
            "--from: \"noon\" is not a time: write it as 2026-11-24T09:30:00Z or with an offset, in the years 1 to 9999",
        ),
        ("serve --speed 0", "--speed 0: give a number from 1 to 10000"),
        ("serve --speed fast", "--speed fast: give something like 60"),
        ("server", "there is no command server; causeway --help lists what there is"),
        ("serve --dmeo", "invalid option '--dmeo'; causeway --help lists what there is"),
        (
            "serve --demo --replay x",
            "--demo and --replay exclude each other: simulated and recorded values are never mixed",
        ),
    ];
    for (line, expected) in table {
        assert_eq!(check(line), expected, "causeway {line}");
    }
}
