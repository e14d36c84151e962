use proptest::prelude::*;
use vocab::time::{HOUR, MINUTE};

use super::*;

fn recording(source: &str, form: Form, from: i64, to: i64, play_from: i64) -> Recording {
    Recording {
        file: "f".into(),
        feed: Slug::new("feed").unwrap(),
        source: source.into(),
        parameters: BTreeMap::new(),
        form,
        from: Time(from),
        to: Time(to),
        play_from: Time(play_from),
    }
}

#[test]
fn a_clock_begins_at_the_first_record_and_stops_at_the_last() {
    let all = [
        recording("a", Form::AsServed, 5 * HOUR, 5 * HOUR, 5 * HOUR),
        recording("a", Form::AsServed, 6 * HOUR, 6 * HOUR, 6 * HOUR),
        recording("b", Form::History, 100 * HOUR, 110 * HOUR, 108 * HOUR),
    ];
    let table = [
        (1, 0, [Due::All, Due::Nothing, Due::Until(Time(108 * HOUR))]),
        (1, 30 * MINUTE, [Due::All, Due::Nothing, Due::Until(Time(108 * HOUR + 30 * MINUTE))]),
        (60, MINUTE, [Due::All, Due::All, Due::Until(Time(109 * HOUR))]),
        (60, 3 * MINUTE, [Due::All, Due::All, Due::All]),
        (10_000, i64::MAX, [Due::All, Due::All, Due::All]),
        (1, -5, [Due::All, Due::Nothing, Due::Until(Time(108 * HOUR))]),
    ];
    for (speed, elapsed, expected) in table {
        assert_eq!(due(&all, speed, elapsed), expected, "{speed} {elapsed}");
    }
    assert_eq!(clock(&all, &all[0].key(), 10_000, i64::MAX), Some(Time(6 * HOUR)));
    assert_eq!(clock(&all, &(Slug::new("other").unwrap(), "a".into(), BTreeMap::new()), 1, 0), None);
}

#[test]
fn an_entry_is_checked() {
    let parse = |rest: &str| {
        let text = format!("schema = 1\n[[recording]]\nfile = \"f\"\nfeed = \"x\"\nsource = \"s\"\n{rest}");
        let file: ReplayFile = toml::from_str(&text).unwrap();
        file.recordings[0].check().map_err(|(_, message, _)| message)
    };
    let day = "2026-01-29T00:00:00+08:00";
    let ok = parse(&format!("as = \"history\"\nfrom = \"{day}\"\nto = \"2026-01-30T00:00:00Z\"")).unwrap();
    assert_eq!(ok.play_from.iso(), "2026-01-28T16:00:00Z");
    for (rest, expected) in [
        (format!("as = \"history\"\nfrom = \"{day}\""), "a history needs the time of its last record"),
        (format!("as = \"as-served\"\nfrom = \"{day}\"\nto = \"{day}\""), "an answer as served has one time"),
        (
            format!("as = \"history\"\nfrom = \"{day}\"\nto = \"2025-01-30T00:00:00Z\""),
            "the recording ends before it begins",
        ),
        (
            format!(
                "as = \"history\"\nfrom = \"{day}\"\nto = \"{day}\"\nplay_from = \"2020-01-30T00:00:00Z\""
            ),
            "play_from lies outside the recording",
        ),
    ] {
        assert_eq!(parse(&rest).unwrap_err(), expected);
    }
    assert!(parse("as = \"as-served\"\nfrom = \"2026-01-29 00:00\"").unwrap_err().contains("is not a time"));
}

proptest! {
    #[test]
    fn what_is_due_only_grows(
        spans in proptest::collection::vec((0i64..1000, 0i64..1000, 0.0f64..1.0), 1..6),
        speed in SPEEDS,
        mut moments in proptest::collection::vec(0i64..1000, 1..20),
    ) {
        let all: Vec<Recording> = spans
            .iter()
            .map(|(from, length, part)| recording("a", Form::History, *from, from + length, from + (*length as f64 * part) as i64))
            .collect();
        moments.sort_unstable();
        let rank = |due: &Due| match due { Due::Nothing => Time::MIN, Due::Until(t) => *t, Due::All => Time::MAX };
        let mut before = vec![Time::MIN; all.len()];
        for elapsed in moments {
            let now: Vec<Time> = due(&all, speed, elapsed).iter().map(rank).collect();
            prop_assert!(before.iter().zip(&now).all(|(b, n)| b <= n));
            before = now;
        }
        prop_assert!(due(&all, speed, 10_000).iter().all(|d| *d == Due::All));
    }
}
