use proptest::prelude::*;

use super::*;

/// Times of looks, what each found, and what is expected of them: `-` nothing, `R3` raised at 3, `C9` cleared at 9.
#[track_caller]
fn check(hold: i64, calm: i64, looks: &str, expected: &str) {
    let mut state = State::before(0);
    let turns: Vec<String> = looks
        .chars()
        .enumerate()
        .map(|(t, look)| {
            let verdict = match look {
                'b' => Verdict::Bad,
                'g' => Verdict::Good,
                '~' => Verdict::Between,
                _ => Verdict::Unknown,
            };
            match state.take(verdict, t as i64, hold, calm) {
                Some(Turn::Raise(at)) => format!("R{at}"),
                Some(Turn::Clear(at)) => format!("C{at}"),
                None => "-".into(),
            }
        })
        .collect();
    assert_eq!(turns.join(""), expected, "{looks} held {hold}, calm {calm}");
}

#[test]
fn quiet_pending_raised_clearing() {
    check(0, 0, "gbbg", "-R1-C3");
    check(2, 0, "bbbbg", "--R2-C4");
    check(2, 0, "bbgbb", "-----");
    check(0, 2, "bgggg", "R0--C3-");
    check(0, 2, "bggbg", "R0----");
    // Between two limits: what is raised stays, what is pending does not come to be.
    check(0, 0, "b~~g", "R0--C3");
    check(1, 0, "b~bb", "---R3");
    check(0, 1, "bg~gg", "R0---C4");
    // Of what nobody knows nothing follows.
    check(1, 0, "b??b", "---R3");
    check(0, 0, "b??g", "R0--C3");
}

proptest! {
    /// Raised and cleared take turns, at rising times; nothing is raised that was not bad for long enough before.
    #[test]
    fn turns_alternate(looks in proptest::collection::vec((1i64..5, 0u8..4), 0..200), hold in 0i64..6, calm in 0i64..6) {
        let (mut state, mut t, mut open, mut last) = (State::before(0), 0, false, i64::MIN);
        let mut bad_since: Option<i64> = None;
        for (step, look) in looks {
            t += step;
            let verdict = [Verdict::Bad, Verdict::Good, Verdict::Between, Verdict::Unknown][usize::from(look)];
            match verdict {
                Verdict::Bad => bad_since = bad_since.or(Some(t)),
                Verdict::Good | Verdict::Between => bad_since = None,
                Verdict::Unknown => {}
            }
            match state.take(verdict, t, hold, calm) {
                Some(Turn::Raise(at)) => {
                    prop_assert!(!open && at == t && at > last);
                    prop_assert!(bad_since.is_some_and(|since| t - since >= hold));
                    (open, last) = (true, at);
                }
                Some(Turn::Clear(at)) => {
                    prop_assert!(open && at == t && at > last && verdict == Verdict::Good);
                    (open, last) = (false, at);
                }
                None => {}
            }
            prop_assert_eq!(open, state.is_raised());
        }
    }

    /// What was written down and read again goes on as if nothing had happened.
    #[test]
    fn a_state_outlives_its_text(looks in proptest::collection::vec(0u8..4, 0..40), n in any::<u64>()) {
        let mut state = State { previous: Some((7, n)), same: Some((3, u64::MAX)), ..State::before(0) };
        for (t, look) in looks.into_iter().enumerate() {
            let verdict = [Verdict::Bad, Verdict::Good, Verdict::Between, Verdict::Unknown][usize::from(look)];
            let text = serde_json::to_string(&state).unwrap();
            prop_assert_eq!(serde_json::from_str::<State>(&text).unwrap(), state);
            state.take(verdict, t as i64, 3, 2);
        }
    }
}
