use jiff::tz::TimeZone;
use proptest::prelude::*;
use vocab::Time;
use vocab::time::{HOUR, MINUTE};

use super::*;

#[test]
fn what_groups_are_made_of() {
    let check = |text: &str, expected: &str| {
        let found = match Apply::parse(text, Kind::Observation) {
            Ok(apply) => format!("{} {}", apply.filters.len(), apply.columns().join(",")),
            Err(problem) => problem.detail,
        };
        assert!(found.contains(expected), "{text}: {found}");
    };
    check("aggregate($count as n)", "0 n");
    check("aggregate(result with average as mean,result with p95 as high)", "0 mean,high");
    check("groupby((Datastream/@iot.id))", "0 Datastream/id");
    check(
        "filter(result gt 1)/filter(phenomenonTime lt now())/groupby((Datastream/Thing/properties/district,\
         bucket(phenomenonTime,duration'PT1H') as hour),aggregate(resultQuality/valid with share as good))",
        "2 Datastream/Thing/properties/district,hour,good",
    );
    check(
        "groupby((bucket(phenomenonTime,duration'P1M','Europe/Lisbon')),aggregate($count as n))",
        "0 phenomenonTime,n",
    );
    check("", "neither groupby");
    check("filter(result gt 1)", "neither groupby");
    check("groupby(result)", "in brackets");
    check("groupby((nothing))", "has no nothing");
    check("groupby((Datastream))", "is an entity");
    check("groupby((Datastream/Thing/Locations/name))", "are many");
    check("groupby((result as x))", "keeps its name");
    check("groupby((bucket(resultTime,duration'PT1H')))", "it is written bucket");
    check("groupby((bucket(phenomenonTime,duration'PT36H')))", "a width is");
    check("groupby((bucket(phenomenonTime,duration'PT0S')))", "a width is");
    check("groupby((bucket(phenomenonTime,duration'PT1H','Nowhere/Land')))", "no time zone");
    check(
        "groupby((bucket(phenomenonTime,duration'PT1H'),bucket(phenomenonTime,duration'P1D')))",
        "one bucket",
    );
    check("aggregate(result with median as m)", "there is no median");
    check("aggregate(result with p101 as m)", "there is no p101");
    check("aggregate(result with average)", "has no name");
    check("aggregate(result as m)", "does not say with what");
    check("aggregate($count as a b)", "is no name");
    check("aggregate($count as n,result with sum as n)", "two columns");
    check("aggregate(result with share as s)", "share is of resultQuality");
    check("aggregate($count as n)/filter(n gt 1)", "only filter");
    check("groupby((result),aggregate($count as n)", "not closed");
}

#[test]
fn steps_are_those_of_the_calendar() {
    let check = |width: &str, zone: &str, from: &str, to: &str, expected: &[&str]| {
        let bucket = Bucket::parse(&format!("duration'{width}'"), None).unwrap();
        let zone = TimeZone::get(zone).unwrap();
        let (from, to) = (Time::parse(from).unwrap().0, Time::parse(to).unwrap().0);
        let found: Vec<String> =
            bucket.edges(from, to, &zone, 1_000).unwrap().into_iter().map(|edge| Time(edge).iso()).collect();
        assert_eq!(found, expected, "{width}");
    };
    let (noon, one) = ("2026-11-24T12:00:30Z", "2026-11-24T13:00:00Z");
    check("PT30M", "UTC", noon, one, &["2026-11-24T12:00:00Z", "2026-11-24T12:30:00Z", one]);
    check("P1D", "Asia/Tokyo", noon, one, &["2026-11-23T15:00:00Z", "2026-11-24T15:00:00Z"]);
    check("PT6H", "Asia/Tokyo", noon, one, &["2026-11-24T09:00:00Z", "2026-11-24T15:00:00Z"]);
    check("P7D", "UTC", noon, one, &["2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"]);
    check("P1M", "UTC", noon, one, &["2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"]);
    check("P3M", "UTC", noon, one, &["2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"]);
    check("P1Y", "UTC", noon, one, &["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"]);
    // A day of 25 hours.
    check(
        "P1D",
        "Europe/Lisbon",
        "2026-10-24T23:30:00Z",
        "2026-10-26T01:00:00Z",
        &["2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z", "2026-10-27T00:00:00Z"],
    );
    let bucket = Bucket::parse("duration'PT1S'", None).unwrap();
    assert_eq!(bucket.edges(0, HOUR, &TimeZone::UTC, 100), None);
    assert_eq!(bucket.edges(0, MINUTE, &TimeZone::UTC, 100).map(|edges| edges.len()), Some(61));
}

proptest! {
    /// Every instant lies in exactly one step, whatever the clocks do.
    #[test]
    fn steps_leave_no_gap(t in -2_000_000_000i64..4_000_000_000, at in 0usize..8, zone in 0usize..4) {
        let width = ["PT1M", "PT7M", "PT1H", "PT6H", "P1D", "P7D", "P1M", "P1Y"][at];
        let zone = TimeZone::get(["UTC", "Asia/Kolkata", "America/Sao_Paulo", "Europe/Lisbon"][zone]).unwrap();
        let bucket = Bucket::parse(&format!("duration'{width}'"), None).unwrap();
        let t = t * 1_000_000;
        let edges = bucket.edges(t, t + 1, &zone, 10).unwrap();
        prop_assert!(edges.len() == 2 && edges[0] <= t && t < edges[1], "{edges:?} {t}");
        // The next step begins where this one ends.
        let next = bucket.edges(edges[1], edges[1] + 1, &zone, 10).unwrap();
        prop_assert_eq!(next[0], edges[1]);
    }

    #[test]
    fn no_text_is_too_strange(text in "(filter|groupby|aggregate|bucket|[(),/' ]|result|with|as|duration'|p95|\\$count|é|[ -~]){0,40}") {
        let _ = Apply::parse(&text, Kind::Observation);
        let _ = Apply::parse(&text, Kind::Thing);
    }
}
