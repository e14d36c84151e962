use proptest::prelude::*;
use vocab::{Quality, Value};

use super::*;
use crate::observation::Key;
use crate::rule::tests::rule;

fn row(second: i64, value: f64) -> Row {
    of_quality(second, value, Quality::Valid)
}

fn of_quality(second: i64, value: f64, quality: Quality) -> Row {
    Row::new(Key { t: second * SECOND, n: 0 }, &Value::Number(value), quality, None, Time(second * SECOND), 1)
}

fn judge(condition: &str) -> Judge {
    Judge::new(&[Arc::new(rule(condition).unwrap_or_else(|e| panic!("{e:?}")))], HashMap::new())
}

/// `R3 s/a/v=8`: raised at second 3, of this subject, with this value.
fn said(found: &[Decision]) -> String {
    let one = |decision: &Decision| match decision.turn {
        Turn::Raise(at) => format!("R{} {}={}", at / SECOND, decision.subject, decision.value),
        Turn::Clear(at) => format!("C{} {}", at / SECOND, decision.subject),
    };
    found.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Results of datastreams (by number) at seconds.
#[track_caller]
fn check(condition: &str, rows: &[(i64, i64, f64)], until: i64, expected: &str) {
    let mut judge = judge(condition);
    for (id, slug) in [(1, "s/a/v"), (2, "s/a/w"), (3, "s/b/v")] {
        judge.learn(id, slug, None);
    }
    let mut found = Vec::new();
    for (id, second, value) in rows {
        judge.row(*id, &row(*second, *value), &mut found);
    }
    judge.tick(Some(Time(until * SECOND)), &mut found);
    assert_eq!(said(&found), expected, "{condition}");
}

#[test]
fn each_kind_of_condition() {
    let v = |rows: &[(i64, f64)]| rows.iter().map(|(t, value)| (1, *t, *value)).collect::<Vec<_>>();
    check(
        "kind = \"threshold\"\nwhen = \"result ge 8\"\nuntil = \"result lt 7\"",
        &v(&[(1, 7.0), (2, 8.0), (3, 7.5), (4, 6.0), (5, 9.0)]),
        9,
        "R2 s/a/v=8, C4 s/a/v, R5 s/a/v=9",
    );
    check(
        "kind = \"rate\"\nwhen = \"change lt -20\"\nwithin_seconds = 10",
        &v(&[(1, 50.0), (2, 45.0), (3, 20.0), (4, 20.0), (60, 90.0), (99, 1.0)]),
        99,
        "R3 s/a/v=20, C4 s/a/v",
    );
    check(
        "kind = \"stuck\"\nseconds = 3\nunless = \"result eq 0\"",
        &v(&[(0, 0.0), (5, 0.0), (6, 4.0), (8, 4.0), (9, 4.0), (10, 4.0), (11, 5.0)]),
        20,
        "R9 s/a/v=4, C11 s/a/v",
    );
    // Seven months apart, the same is not stuck.
    check("kind = \"stuck\"\nseconds = 3", &v(&[(0, 7.0), (2, 7.0), (900, 7.0), (901, 7.0)]), 999, "");
    check(
        "kind = \"gap\"\nseconds = 5",
        &v(&[(1, 1.0), (4, 1.0), (40, 1.0), (41, 1.0)]),
        99,
        "R40 s/a/v=36, C41 s/a/v",
    );
    check(
        "kind = \"absence\"\nseconds = 5",
        &v(&[(1, 1.0), (4, 2.0), (40, 3.0)]),
        44,
        "R9 s/a/v=null, C40 s/a/v",
    );
    check("kind = \"absence\"\nseconds = 5", &v(&[(1, 1.0)]), 7, "R6 s/a/v=null");
    check(
        "kind = \"combination\"\ninputs = { speed = \"v\", volume = \"w\" }\nwhen = \"speed lt 20 and volume gt 10\"",
        &[(1, 1, 9.0), (2, 1, 50.0), (1, 2, 9.0), (2, 3, 60.0), (1, 4, 50.0), (2, 4, 60.0)],
        5,
        "R1 s/a={\"speed\":9.0,\"volume\":50.0}, C4 s/a",
    );
    check(
        "kind = \"many\"\nwhen = \"result lt 10\"\nshare = 0.6\nleast = 3\nwithin_seconds = 5",
        &[(1, 1, 5.0), (2, 1, 5.0), (3, 1, 50.0), (1, 2, 50.0), (2, 2, 5.0), (3, 2, 50.0)],
        99,
        "R1 r=0.667, C2 r",
    );
}

#[test]
fn what_is_doubted_or_late_raises_nothing() {
    let mut judge = judge("kind = \"threshold\"\nwhen = \"result gt 1\"");
    judge.learn(1, "s/a/v", None);
    let mut found = Vec::new();
    judge.row(1, &of_quality(1, 5.0, Quality::Suspect), &mut found);
    judge.row(1, &row(9, 0.0), &mut found);
    judge.row(1, &row(5, 5.0), &mut found);
    assert_eq!((said(&found).as_str(), judge.late), ("", 1));
}

#[test]
fn a_new_rule_begins_with_the_last_result_and_an_old_one_where_it_was() {
    let condition = "kind = \"threshold\"\nwhen = \"result gt 1\"";
    let mut fresh = judge(condition);
    fresh.learn(1, "s/a/v", Some(50 * SECOND));
    assert_eq!(fresh.from(1), Some(50 * SECOND));
    assert_eq!(fresh.new_rules(), ["r"]);
    let known = HashMap::from([("s/a/v".to_string(), State::before(8 * SECOND))]);
    let mut old = Judge::new(&[fresh.rule(0).clone()], HashMap::from([("r".to_string(), known)]));
    old.learn(1, "s/a/v", Some(50 * SECOND));
    old.learn(2, "s/a/w", Some(50 * SECOND));
    // Of what it does not know, it has judged nothing.
    assert_eq!((old.from(1), old.from(2)), (Some(8 * SECOND), Some(i64::MIN + 1)));
    assert!(old.new_rules().is_empty());
}

proptest! {
    /// Stopped anywhere, taken up from what was written down at any moment before, and shown again all that came since,
    /// every kind of rule finds the very same turns.
    #[test]
    fn judged_again_it_finds_the_same(
        kind in 0usize..5,
        rows in proptest::collection::vec((1i64..4, 1i64..9, 0i64..4), 1..120),
        written in 0usize..120,
        crashed in 0usize..120,
    ) {
        let condition = [
            "kind = \"threshold\"\nwhen = \"result ge 2\"\nuntil = \"result lt 1\"\nfor_seconds = 4",
            "kind = \"rate\"\nwhen = \"change lt -1\"\nwithin_seconds = 20",
            "kind = \"stuck\"\nseconds = 8",
            "kind = \"gap\"\nseconds = 12",
            "kind = \"absence\"\nseconds = 12",
        ][kind];
        let slugs = [(1, "s/a/v"), (2, "s/a/w"), (3, "s/b/v")];
        let mut t = 0;
        let rows: Vec<(i64, Row)> = rows
            .into_iter()
            .map(|(id, step, value)| {
                t += step;
                (id, row(t, value as f64))
            })
            .collect();
        let mut whole = Vec::new();
        let mut first = judge(condition);
        slugs.iter().for_each(|(id, slug)| first.learn(*id, slug, None));
        let (crashed, mut states) = (crashed.min(rows.len()), HashMap::new());
        let written = written.min(crashed);
        for (n, (id, row)) in rows.iter().enumerate() {
            if n == written {
                for (_, _, text) in first.changed() {
                    states.extend(serde_json::from_str::<Known>(&text).unwrap());
                }
            }
            first.row(*id, row, &mut whole);
        }
        // Those of the first life are durable up to the crash.
        let mut second = Judge::new(&[first.rule(0).clone()], HashMap::from([("r".to_string(), states)]));
        slugs.iter().for_each(|(id, slug)| second.learn(*id, slug, None));
        let mut again = Vec::new();
        for (id, row) in &rows {
            if second.from(*id).is_some_and(|from| row.t >= from) {
                second.row(*id, row, &mut again);
            }
        }
        for decision in &again {
            prop_assert!(whole.contains(decision), "{decision:?} was not found before");
        }
        let tail = rows.get(crashed).map_or(i64::MAX, |(_, row)| row.t);
        let late = |d: &&Decision| matches!(d.turn, Turn::Raise(at) | Turn::Clear(at) if at >= tail);
        prop_assert!(whole.iter().filter(late).all(|decision| again.contains(decision)));
    }
}
