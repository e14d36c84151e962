use vocab::{Quality, Time, Value};

use super::*;
use crate::observation::Key;

fn commit(rows: usize) -> Committed {
    let row = Row::new(Key { t: 1, n: 0 }, &Value::Number(1.0), Quality::Valid, None, Time(0), 1);
    Arc::new(vec![(1, row); rows])
}

#[test]
fn who_was_away_resumes_or_is_told() {
    let recent = Recent::new(7);
    for _ in 0..10 {
        recent.add(commit(1));
    }
    let check = |last: Option<&str>, expected: Option<usize>| {
        assert_eq!(recent.resume(last).0.map(|missed| missed.len()), expected, "{last:?}");
    };
    check(None, Some(0));
    check(Some("7-10"), Some(0));
    check(Some("7-4"), Some(6));
    check(Some("7-0"), Some(10));
    check(Some("6-4"), None);
    check(Some("7-11"), None);
    check(Some("nonsense"), None);
    // A commit that fills the memory drives the earlier ones out.
    recent.add(commit(REMEMBERED));
    let check = |last: &str, expected: Option<usize>| {
        assert_eq!(recent.resume(Some(last)).0.map(|missed| missed.len()), expected, "{last}");
    };
    check("7-10", Some(1));
    check("7-9", None);
    recent.forget();
    check("7-11", None);
}
