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
