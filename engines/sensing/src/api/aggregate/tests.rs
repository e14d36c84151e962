use super::*;

#[test]
fn steps_are_written_short() {
    let check = |text: &str, expected: Option<i64>| assert_eq!(step(text), expected, "{text}");
    check("15m", Some(15 * MINUTE));
    check("1h", Some(HOUR));
    check("2d", Some(2 * DAY));
    check("90", Some(90 * SECOND));
    check("0", None);
    check("", None);
    check("h", None);
    check("-1h", None);
    check("1w", None);
    check("99999999999999999d", None);
}

#[test]
fn a_chart_gets_no_more_steps_than_it_has_room_for() {
    for days in [1, 7, 31, 365, 4_000] {
        assert!((1..=USUAL_STEPS).contains(&(days * DAY / usual_step(days * DAY))), "{days}");
    }
}
