use super::*;
use crate::samples;

fn reading<R>(tag: &str, read: impl FnOnce(Reader) -> R) -> R {
    let (words, lang, zone) = (samples::words(), samples::lang(tag), samples::zone());
    read(Reader::new(&words, &lang, &zone))
}

#[test]
fn numbers() {
    let check = |value: f64, decimals: u8, shown: &str| assert_eq!(grouped(value, decimals, ",", "."), shown);
    check(0.0, 0, "0");
    check(999.0, 0, "999");
    check(1000.0, 0, "1,000");
    check(1_234_567.891, 2, "1,234,567.89");
    check(-3.25, 1, "−3.2");
    check(-0.04, 1, "0.0");
    check(f64::NAN, 1, "–");
    check(f64::INFINITY, 1, "–");
    assert_eq!(grouped(1234.5, 1, ".", ","), "1.234,5");
    assert_eq!(decimals_needed(21.5, 3), 1);
    assert_eq!(decimals_needed(21.0, 3), 0);
}

#[test]
fn dates() {
    let time = Time::parse("2026-11-24T09:05:00Z").expect("a time");
    let check = |tag: &str, long: &str, full: &str, day: &str, month: &str| {
        reading(tag, |r| {
            assert_eq!(r.date_time(time), long);
            assert_eq!(r.date(time), full);
            assert_eq!(r.day(time), day);
            assert_eq!(r.month(time), month);
        });
    };
    check("en", "24 Nov 2026, 17:05", "24 Nov 2026", "24 Nov", "Nov 2026");
    check("zh-Hant", "2026年11月24日 17:05", "2026年11月24日", "11月24日", "2026年11月");
    check("zh-Hans", "2026年11月24日 17:05", "2026年11月24日", "11月24日", "2026年11月");
}

#[test]
fn ages() {
    let now = Time::parse("2026-11-24T09:05:00Z").expect("a time");
    let check = |tag: &str, before: i64, shown: &str| {
        reading(tag, |r| assert_eq!(r.age(now.plus(-before), now), shown));
    };
    check("en", -3 * SECOND, "just now");
    check("en", 40 * SECOND, "40 seconds ago");
    check("en", 60 * SECOND, "1 minute ago");
    check("en", 89 * MINUTE, "89 minutes ago");
    check("en", 26 * HOUR, "26 hours ago");
    check("en", 3 * DAY, "3 days ago");
    check("en", 61 * DAY, "24 Sep 2026");
    check("zh-Hant", 5 * MINUTE, "5分鐘前");
    check("zh-Hans", 2 * HOUR, "2小时前");
    reading("en", |r| assert_eq!(r.span(HOUR), "1 hour"));
    reading("en", |r| assert_eq!(r.span(90 * MINUTE), "90 minutes"));
    reading("zh-Hant", |r| assert_eq!(r.span(30 * SECOND), "30秒"));
}

#[test]
fn text_in_another_language_is_marked() {
    let text = Text::single(samples::lang("zh-Hant"), "灣仔 <1>");
    reading("en", |r| assert_eq!(r.text(&text).as_str(), "<span lang=\"zh-Hant\">灣仔 &lt;1&gt;</span>"));
    reading("zh-Hant", |r| assert_eq!(r.text(&text).as_str(), "灣仔 &lt;1&gt;"));
}
