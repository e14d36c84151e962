use super::*;

fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

#[test]
fn days_are_kept_apart_over_the_words() {
    let mut services = Services::between(day("2026-01-01"), day("2026-12-31"));
    let (all, odd) = (services.add(), services.add());
    for n in 0..365 {
        let on = day("2026-01-01").plus(n);
        services.set(all, on, true);
        services.set(odd, on, n % 2 == 1);
    }
    services.set(all, day("2026-02-17"), false);
    for (service, on, runs) in [
        (all, "2026-01-01", true),
        (all, "2026-02-16", true),
        (all, "2026-02-17", false),
        (all, "2026-12-31", true),
        (all, "2027-01-01", false),
        (all, "2025-12-31", false),
        (odd, "2026-01-01", false),
        (odd, "2026-03-06", false),
        (odd, "2026-03-07", true),
        (odd, "2026-12-31", false),
    ] {
        assert_eq!(services.runs(service, day(on)), runs, "{service} on {on}");
    }
    assert_eq!((services.first(), services.last()), (day("2026-01-01"), day("2026-12-31")));
}

#[test]
fn a_service_that_nobody_added_never_runs() {
    let services = Services::between(day("2026-01-01"), day("2026-01-02"));
    assert!(!services.runs(0, day("2026-01-01")) && !services.runs(9, day("2026-01-02")));
}
