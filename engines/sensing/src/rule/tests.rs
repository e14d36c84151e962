use host::PackFile;
use jiff::tz::TimeZone;
use vocab::Lang;

use super::*;

/// A rule of devices below `s`, with this condition.
pub(crate) fn rule(condition: &str) -> Result<Rule, Vec<String>> {
    of(&format!("datastreams = [\"v\", \"w\"]\nscope = \"s\"\n{FREE}[condition]\n{condition}"))
}

const FREE: &str = "to = [\"page\"]\nenabled = true\nunreplayed = { en = \"a test\" }\n";

fn of(rest: &str) -> Result<Rule, Vec<String>> {
    let text = |key: &str| format!("{key} = {{ en = \"text\" }}\n");
    let head = format!(
        "schema = 1\nid = \"r\"\n{}{}{}severity = \"info\"\n",
        text("title"),
        text("means"),
        text("what_to_do")
    );
    let file = PackFile::new("rules/r.toml", head + rest);
    let read = check::read(&file, &[Lang::new("en").unwrap()], &TimeZone::UTC, None);
    read.map_err(|findings| findings.iter().map(ToString::to_string).collect())
}

#[test]
fn mistakes_are_named_with_line_and_way_out() {
    let check = |rest: &str, expected: &str| {
        let said = of(rest).map(|_| ()).unwrap_err().join("\n");
        assert!(said.contains(expected), "{rest}: {expected} is not in {said}");
    };
    let with =
        |condition: &str| format!("scope = \"s\"\ndatastreams = [\"v\"]\n{FREE}[condition]\n{condition}");
    check(&with("kind = \"threshold\""), "r.toml:12: a condition of the kind threshold needs when");
    check(
        &with("kind = \"threshold\"\nwhen = \"result ge\""),
        "r.toml:14: when = \"result ge\": it ends too early",
    );
    check(&with("kind = \"threshold\"\nwhen = \"change gt 1\""), "there is no change here, but result");
    check(&with("kind = \"threshold\"\nwhen = \"result\"\nspan = 3"), "unknown field `span`");
    check(&with("kind = \"stuck\"\nseconds = 0"), "seconds is out of range");
    check(
        &with("kind = \"absence\"\nseconds = 9\nwhen = \"result eq 1\""),
        "of the kind absence has no when",
    );
    check(&with("kind = \"gap\"\nseconds = 9\nhours = [9, 30]"), "no hours of a day");
    check(
        &with("kind = \"combination\"\nwhen = \"a gt 1\"\ninputs = { a = \"v\", b = \"x\" }"),
        "does not watch x",
    );
    check(
        &with("kind = \"many\"\nwhen = \"result gt 1\"\nshare = 2.0\nleast = 1\nwithin_seconds = 1"),
        "this is no share",
    );
    check("datastreams = []\nto = []\n[condition]\nkind = \"gap\"\nseconds = 1", "watches one feed or");
    let off = "scope = \"s\"\ndatastreams = [\"v\"]\nto = []\n[condition]\nkind = \"gap\"\nseconds = 1";
    assert!(of(off).is_ok());
    check(&format!("enabled = true\n{off}"), "only after it was replayed");
    check(
        &format!("enabled = true\n{off}\n[[replayed]]\nfrom = \"x\"\nto = \"y\"\nalerts = 1"),
        "x to y is no time",
    );
}

#[test]
fn names_tell_what_is_watched() {
    let watch = |is_feed, things: &[&str]| Watch {
        prefix: "feed".into(),
        is_feed,
        keys: BTreeSet::from(["v".into()]),
        things: things.iter().map(|thing| thing.to_string()).collect(),
    };
    for (watch, slug, expected) in [
        (watch(true, &[]), "feed/thing/v", Some(("v", "feed/thing"))),
        (watch(true, &[]), "feed/thing/lane/v", Some(("v", "feed/thing/lane"))),
        (watch(true, &[]), "feed/thing/w", None),
        (watch(true, &[]), "feeder/thing/v", None),
        (watch(true, &[]), "feed/v", None),
        (watch(false, &[]), "feed/v", Some(("v", "feed"))),
        (watch(true, &["a"]), "feed/a/v", Some(("v", "feed/a"))),
        (watch(true, &["a"]), "feed/ab/v", None),
    ] {
        assert_eq!(watch.matches(slug), expected, "{slug}");
    }
}

#[test]
fn hours_are_of_the_citys_clock() {
    let rule = |hours| Rule { hours: Some(hours), ..rule("kind = \"gap\"\nseconds = 1").unwrap() };
    let at = |hour: i64| hour * vocab::time::HOUR;
    for (hours, hour, expected) in [
        ((7, 23), 7, true),
        ((7, 23), 23, false),
        ((22, 6), 23, true),
        ((22, 6), 5, true),
        ((22, 6), 12, false),
        ((0, 24), 0, true),
    ] {
        assert_eq!(rule(hours).is_open(at(hour)), expected, "{hours:?} at {hour}");
    }
}
