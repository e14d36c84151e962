use jiff::tz::TimeZone;
use proptest::prelude::*;
use vocab::Mode;
use vocab::time::{DAY, HOUR, MINUTE};

use super::*;
use crate::samples;

fn at(text: &str) -> Time {
    Time::parse(text).expect("a time")
}

fn chart(points: Vec<Point>) -> Chart {
    let from = at("2026-11-23T16:00:00Z");
    Chart {
        id: "speed".into(),
        title: "Speed <now>".into(),
        unit: "km/h".into(),
        decimals: 1,
        kind: Kind::Line,
        series: vec![Series { name: "Lane 1".into(), points }],
        from,
        to: from.plus(DAY),
        longest: HOUR,
        band: None,
        shown: Shown { mode: Mode::Simulated, recorded: None },
        topic: None,
    }
}

fn hours(values: &[(i64, Option<f64>)]) -> Vec<Point> {
    let from = at("2026-11-23T16:00:00Z");
    let point = |(hour, value): &(i64, Option<f64>)| Point {
        time: from.plus(hour * HOUR),
        value: *value,
        quality: Quality::Valid,
    };
    values.iter().map(point).collect()
}

fn drawn(chart: &Chart, tag: &str) -> String {
    let (words, lang, zone) = (samples::words(), samples::lang(tag), samples::zone());
    chart.figure(&Reader::new(&words, &lang, &zone)).to_string()
}

#[test]
fn round_values() {
    let among = |low: f64, high: f64, least: f64, marks: &[f64]| {
        assert_eq!(scale::ticks(low, high, 4, least), marks, "{low} {high} {least}")
    };
    let check = |low: f64, high: f64, marks: &[f64]| among(low, high, 0.01, marks);
    check(0.0, 100.0, &[0.0, 25.0, 50.0, 75.0, 100.0]);
    check(3.0, 17.0, &[0.0, 5.0, 10.0, 15.0, 20.0]);
    check(-5.0, 5.0, &[-5.0, -2.5, 0.0, 2.5, 5.0]);
    check(0.0, 0.0, &[-1.0, -0.5, 0.0, 0.5, 1.0]);
    check(f64::NAN, 1.0, &[0.0, 1.0]);
    // Counts have no halves.
    among(2.0, 2.0, 1.0, &[1.0, 2.0, 3.0]);
    among(0.0, 0.0, 1.0, &[-1.0, 0.0, 1.0]);
    among(0.0, 2.0, 1.0, &[0.0, 1.0, 2.0]);
}

#[test]
fn times_stand_on_the_clock_of_the_city() {
    let zone = samples::zone();
    let check = |from: &str, to: &str, first: &str, label: scale::Label| {
        let ticks = scale::time_ticks(at(from), at(to), &zone, 5);
        assert!((2..=7).contains(&ticks.len()), "{from} {to} {ticks:?}");
        assert_eq!((ticks[0].0.iso().as_str(), ticks[0].1), (first, label), "{ticks:?}");
    };
    check("2026-11-23T16:00:00Z", "2026-11-24T16:00:00Z", "2026-11-23T16:00:00Z", scale::Label::Day);
    check("2026-11-24T01:02:00Z", "2026-11-24T02:02:00Z", "2026-11-24T01:15:00Z", scale::Label::Clock);
    check("2026-11-01T00:00:00Z", "2026-11-24T00:00:00Z", "2026-11-01T16:00:00Z", scale::Label::Day);
    check("2026-01-01T00:00:00Z", "2026-11-24T00:00:00Z", "2026-03-31T16:00:00Z", scale::Label::Month);
    check("2013-01-01T00:00:00Z", "2026-11-24T00:00:00Z", "2014-12-31T16:00:00Z", scale::Label::Year);
}

#[test]
fn the_figure_carries_its_table_its_words_and_its_mode() {
    let figure = drawn(&chart(hours(&[(0, Some(40.0)), (1, Some(55.5)), (2, Some(30.0))])), "en");
    for part in [
        "3 values. Lowest 30 km/h (24 Nov 2026, 02:00), highest 55.5 km/h (24 Nov 2026, 01:00), latest 30 km/h",
        "<title id=\"speed-title\">Speed &lt;now&gt;</title>",
        "aria-labelledby=\"speed-title speed-desc\"",
        "data-mode=\"simulated\">Simulated",
        "<data value=\"55.5\">55.5</data>",
        "<summary>Show the figures as a table</summary>",
        "M0.0 ",
    ] {
        assert!(figure.contains(part), "{part}\n{figure}");
    }
    assert!(!figure.contains('⟦') && !figure.contains("style="), "{figure}");
    assert!(
        drawn(&chart(hours(&[(0, Some(1.0)), (1, Some(2.0))])), "zh-Hant")
            .contains("最低1 km/h（2026年11月24日 00:00）")
    );
}

#[test]
fn what_is_missing_stays_missing() {
    let check = |values: &[(i64, Option<f64>)], pieces: usize, gaps: usize| {
        let chart = chart(hours(values));
        let figure = drawn(&chart, "en");
        let path =
            figure.split("class=\"trace\" d=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("");
        assert_eq!(path.matches('M').count(), pieces, "{path}");
        assert_eq!(figure.matches("class=\"gap\"").count(), gaps, "{figure}");
    };
    check(&[(0, Some(1.0)), (1, Some(2.0)), (2, Some(3.0))], 1, 0);
    check(&[(0, Some(1.0)), (5, Some(2.0)), (6, Some(3.0))], 2, 1);
    check(&[(0, Some(1.0)), (1, None), (2, Some(2.0)), (3, Some(3.0))], 2, 1);
    let nothing = drawn(&chart(hours(&[(0, None)])), "en");
    assert!(nothing.contains("No values in this period") && !nothing.contains("<time-chart"));
}

#[test]
fn doubtful_values_are_shaded_and_named() {
    let mut points = hours(&[(0, Some(1.0)), (1, Some(2.0)), (2, Some(3.0))]);
    points[1].quality = Quality::Estimated;
    let figure = drawn(&chart(points), "en");
    assert!(figure.contains("class=\"doubt\"") && figure.contains("Estimated or suspect"), "{figure}");
    assert!(figure.contains(">estimated</td>"), "{figure}");
}

#[test]
fn many_points_draw_few() {
    let from = at("2026-11-23T16:00:00Z");
    let points: Vec<Point> =
        (0..86_400).map(|s| Point::new(from.plus(s * 1_000_000), f64::from((s % 97) as i32))).collect();
    let figure = drawn(&Chart { longest: MINUTE, ..chart(points) }, "en");
    assert!(figure.len() < 250_000, "{}", figure.len());
    assert!(figure.contains("300 of 86,400 shown"));
}

proptest! {
    /// Whatever the numbers are, the drawing holds no NaN, no infinity and no attribute that is not closed.
    #[test]
    fn any_values_give_a_drawing(
        values in proptest::collection::vec((0_i64..200, proptest::option::of(any::<f64>())), 0..60),
        kind in 0_u8..3,
        span in 0_i64..(20 * 365 * DAY),
    ) {
        let mut points = hours(&values);
        points.sort_by_key(|p| p.time);
        points.iter_mut().for_each(|p| p.value = p.value.filter(|v| v.is_finite() && v.abs() < 1e100));
        let mut chart = chart(points);
        chart.kind = [Kind::Line, Kind::Step, Kind::Bar { width: HOUR }][usize::from(kind)];
        chart.to = chart.from.plus(span);
        let (words, lang) = (samples::words(), samples::lang("en"));
        let svg = chart.svg(&Reader::new(&words, &lang, &TimeZone::UTC)).to_string();
        prop_assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        prop_assert!(svg.matches('"').count().is_multiple_of(2));
    }
}
