use super::*;

#[test]
fn options_are_read_or_refused() {
    let check = |text: &str, expected: &str| {
        let found = Query::parse(text, Kind::Thing).map_or_else(|problem| problem.detail, |_| String::new());
        assert!(found.contains(expected) && found.is_empty() == expected.is_empty(), "{text}: {found}");
    };
    check("", "");
    check("$top=1&$skip=2&$count=true&$orderby=name%20DESC,id%20asc&other=x", "");
    check(
        "$expand=Datastreams($top=1;$expand=Observations($filter=result%20gt%201;$select=result)),Locations",
        "",
    );
    check("$expand=Datastreams/Observations,Datastreams/Sensor", "");
    check("$top=1&$top=1", "twice");
    check("$skip=100001", "100000 is the most");
    check("$orderby=Datastreams/name", "are many");
    check("$filter=Datastreams/Observations/result%20gt%201", "ask the observations");
    check("$filter=name", "no condition");
    check("$expand=Datastreams/Thing/Datastreams/Thing/Datastreams/Thing", "deep");
}

#[test]
fn a_next_link_asks_the_same_from_another_place_on() {
    let text = "$skip=3&$filter=name%20eq%20'a%26b'&$top=2&$skiptoken=old&key=secret";
    let query = Query::parse(text, Kind::Thing).unwrap();
    let link = query.next_link("http://a.test/Things", "[1,\"x\"]");
    let expected = "http://a.test/Things?$filter=name%20eq%20'a%26b'&$top=2&$skiptoken=%5B1,%22x%22%5D";
    assert_eq!(link, expected);
    let again = Query::parse(link.split_once('?').unwrap().1, Kind::Thing).unwrap();
    assert_eq!((again.filter, again.top, again.skip), (query.filter, query.top, 0));
}

mod strange {
    use proptest::prelude::*;

    use crate::entity::Kind;
    use crate::query::Query;
    use crate::query::filter::Filter;

    const PIECES: &str = "(\\$filter=|\\$expand=|\\$orderby=|\\$select=|\\$apply=|\\$top=|\\$decimation=|&|;|result|\
        phenomenonTime|Datastream/|Things|name|@iot.id| eq | and | or |not |st_within|geography'|duration'|POINT|now|\
        [(),'/%+ ]|2026-01-01T00:00:00Z|P1D|-?[0-9]{1,3}|é|[ -~]){0,40}";

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        /// Whatever is asked, an answer or a problem with a hint comes of it.
        #[test]
        fn no_question_is_too_strange(text in PIECES) {
            for kind in [Kind::Thing, Kind::Datastream, Kind::Observation] {
                for text in [text.clone(), format!("$filter={text}"), format!("$expand={text}"), format!("$apply={text}")] {
                    if let Err(problem) = Query::parse(&text, kind) {
                        prop_assert!(problem.hint.is_some(), "{text}: {}", problem.detail);
                        prop_assert!(problem.detail.len() < 2_000);
                    }
                }
                let _ = Filter::parse(&text, kind);
            }
        }

        /// As deep as anybody likes: refused beyond a bound, and never a stack without an end.
        #[test]
        fn no_question_is_too_deep(depth in 1usize..4_000, piece in 0usize..5) {
            let (open, close) = [("(", ")"), ("not ", ""), ("-", ""), ("trim(", ")"), ("(1 eq 1 or ", ")")][piece];
            let text = format!("{}1 eq 1{}", open.repeat(depth), close.repeat(depth));
            let found = Filter::parse(&text, Kind::Observation);
            prop_assert!(depth <= 50 || found.is_err(), "{depth} {open}");
            let text = "Datastream($expand=Observations(".repeat(depth);
            let _ = Query::parse(&format!("$expand={text}"), Kind::Observation);
        }
    }
}
