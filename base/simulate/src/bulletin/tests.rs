use super::*;

#[test]
fn an_answer_is_written_in_the_format_of_its_source() {
    let bulletin = Bulletin {
        feed: "warnings".into(),
        source: "summary".into(),
        parameters: BTreeMap::new(),
        period_seconds: 60,
        around: "{$all$}".into(),
        between: ",".into(),
        record: "\"$key$\":{\"t\":\"$issued %Y-%m-%dT%H:%M:%S%:z$\"}".into(),
    };
    let notice = |key: &str| Notice {
        feed: "warnings".into(),
        from_hour: 1.0,
        until_hour: 2.0,
        words: BTreeMap::from([("key".to_string(), key.to_string())]),
    };
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    let (a, b) = (notice("A"), notice("B"));
    let issued = Time(0);
    let both = [InForce { notice: &a, issued }, InForce { notice: &b, issued }];
    assert_eq!(
        bulletin.answer(&both, Time(0), &zone),
        "{\"A\":{\"t\":\"1970-01-01T08:00:00+08:00\"},\"B\":{\"t\":\"1970-01-01T08:00:00+08:00\"}}"
    );
    assert_eq!(bulletin.answer(&[], Time(0), &zone), "{}");
    assert!(a.is_in_force(1.0) && !a.is_in_force(2.0), "the moment of its end is after it");
}
