use super::*;

fn condition(text: &str) -> Result<Filter, String> {
    Filter::parse(text, Kind::Observation).map_err(|problem| problem.detail)
}

#[test]
fn the_store_is_told_what_a_condition_says_of_ids_and_times() {
    let all = (i64::MIN, i64::MAX);
    let check = |text: &str, times: (i64, i64), parents: &[i64], is_all: bool| {
        let bounds = condition(text).unwrap().bounds();
        let found: Vec<i64> = bounds.parents.iter().map(|(_, id)| *id).collect();
        assert_eq!((bounds.times, found.as_slice(), bounds.is_all), (times, parents, is_all), "{text}");
    };
    let (zero, one) = ("1970-01-01T00:00:00Z", "1970-01-01T00:00:01Z");
    check("result gt 1", all, &[], false);
    check(&format!("phenomenonTime ge {zero}"), (0, i64::MAX), &[], true);
    check(&format!("phenomenonTime gt {zero} and phenomenonTime lt {one}"), (1, 999_999), &[], true);
    check(&format!("{one} ge phenomenonTime"), (i64::MIN, 1_000_000), &[], true);
    check(&format!("phenomenonTime eq {one} and result eq 1"), (1_000_000, 1_000_000), &[], false);
    // Either side may be true: nothing is known of either.
    check(&format!("phenomenonTime eq {one} or result eq 1"), all, &[], false);
    check(&format!("not (phenomenonTime eq {one})"), all, &[], false);
    check("Datastream/id eq 7", all, &[7], true);
    check("Datastream/@iot.id eq 7 and Datastream/id eq 8", all, &[7, 8], true);
    check("Datastream/id gt 7", all, &[], false);
    // An interval of the query holds more than one instant.
    check(&format!("phenomenonTime lt {zero}/{one}"), all, &[], false);
}

#[test]
fn durations_have_a_length() {
    let check = |text: &str, expected: Option<i64>| {
        let found = condition(&format!("result eq duration'{text}'"));
        match (found, expected) {
            (Ok(Filter { expr: Expr::Compare(_, _, right), .. }), Some(micros)) => {
                assert_eq!(*right, Expr::Literal(Val::Duration(micros)), "{text}");
            }
            (Err(what), None) => assert!(what.contains("is no duration"), "{text}: {what}"),
            (found, _) => panic!("{text}: {found:?}"),
        }
    };
    check("PT1S", Some(1_000_000));
    check("PT0.5S", Some(500_000));
    check("P1DT2H30M", Some(((24 + 2) * 60 + 30) * 60_000_000));
    check("-PT1M", Some(-60_000_000));
    check("P7D", Some(7 * 24 * 3_600_000_000));
    for wrong in [
        "", "P", "PT", "1D", "P1Y", "P1M", "P1DT", "PT1D", "PT1S1M", "P1.5D", "PTS", "P1D2H", "PT1e3S",
        "PT-1S",
    ] {
        check(wrong, None);
    }
}
