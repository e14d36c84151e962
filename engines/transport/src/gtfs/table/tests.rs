use super::*;

#[test]
fn times_of_a_service_day() {
    for (text, seconds) in [
        ("00:00:00", Some(0)),
        ("7:05:09", Some(25_509)),
        ("07:05:09", Some(25_509)),
        ("31:00:00", Some(111_600)),
        ("168:00:00", Some(604_800)),
        ("169:00:00", None),
        ("07:60:00", None),
        ("07:05", None),
        ("07:05:00:00", None),
        ("-1:00:00", None),
        ("07:05:0a", None),
        ("", None),
        ("::", None),
    ] {
        assert_eq!(super::seconds(text.as_bytes()), seconds, "{text}");
    }
}

#[test]
fn columns_are_found_by_their_names() {
    let text = "\u{feff}b, a\n 1 ,x\n\n2\n20261124,7.5";
    let mut report = Report::default();
    let mut table = Table::new("stops.txt", Box::new(text.as_bytes()), &["a", "b"]).expect("a table");
    let (a, b) = (table.column("a"), table.column("b"));
    assert!(table.advance(&mut report));
    assert_eq!((table.number(b, "b", &mut report), &*table.text(a), table.row()), (Some(1), "x", 2));
    assert!(table.advance(&mut report), "a row may end before its last columns");
    assert_eq!((table.number(b, "b", &mut report), &*table.text(a)), (Some(2), ""));
    assert!(table.advance(&mut report));
    assert_eq!(table.day(b, "b", &mut report).map(|day| day.to_string()), Some("2026-11-24".into()));
    assert_eq!((table.fraction(a, "a", &mut report), table.text(None).len()), (Some(7.5), 0));
    assert_eq!(report, Report::default());
    assert_eq!((table.number(a, "a", &mut report), report.count("invalid_integer")), (None, 1));
    assert!(!table.advance(&mut report));
}

#[test]
fn a_table_without_a_column_it_needs_is_refused() {
    let refused = Table::new("stops.txt", Box::new("a\n".as_bytes()), &["a", "stop_id"]).map(|_| ());
    assert_eq!(
        refused.expect_err("no column").to_string(),
        "stops.txt has no column stop_id, which it needs"
    );
}
