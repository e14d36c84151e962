use super::*;

#[track_caller]
fn check(text: &str, expected: Result<(Option<i64>, bool, bool), &str>) {
    let found = Topic::parse(text);
    let found = found.map(|topic| (topic.datastream(), topic.is_of_all(), topic.is_plain()));
    assert_eq!(found.map_err(|problem| problem.code.slug), expected, "{text}");
}

#[test]
fn topics() {
    for (text, expected) in [
        ("v1.1/Observations", Ok((None, true, true))),
        ("v1.1/Datastreams(7)/Observations", Ok((Some(7), false, true))),
        ("v1.1/Datastreams(7)/Observations?$select=result,phenomenonTime", Ok((Some(7), false, true))),
        ("v1.1/Datastreams(7)/Observations?$filter=result gt 5", Ok((Some(7), false, true))),
        ("v1.1/Observations?$filter=Datastream/name eq 'a'", Ok((None, true, false))),
        ("v1.1/Observations?$expand=Datastream", Ok((None, true, false))),
        ("v1.1/Things", Ok((None, false, true))),
        ("v1.1/Things(1)/name", Ok((None, false, true))),
        ("v1.1/Things(1)/Datastreams(2)/Observations", Ok((None, false, true))),
        ("replay/2026-09-21T00:00:00Z/v1.1/Observations", Ok((None, true, true))),
        ("replay/2026-09-21T00:00:00Z/v1.1/Things", Err("sensing-bad-path")),
        ("replay/yesterday/v1.1/Observations", Err("sensing-bad-query")),
        ("v1.1/#", Err("sensing-bad-path")),
        ("v1.1/+/Observations", Err("sensing-bad-path")),
        ("v1.1/Nothing", Err("sensing-bad-path")),
        ("v1.1/Observations?$top=3", Err("sensing-bad-query")),
        ("v1.1/Observations?$filter=", Err("sensing-bad-query")),
        ("v1.1/Things(1)?$filter=name eq 'a'", Err("sensing-bad-query")),
    ] {
        check(text, expected);
    }
}

#[test]
fn the_usual_way_in_is_seen_at_once() {
    for (path, expected) in [
        ("Datastreams(7)/Observations", Some(7)),
        ("Datastreams(7)/Observations/", None),
        ("Datastreams('7')/Observations", None),
        ("Observations", None),
    ] {
        assert_eq!(datastream_of(path), expected, "{path}");
    }
}
