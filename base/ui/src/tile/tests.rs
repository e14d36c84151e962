use super::*;
use crate::samples;

fn html(tag: &str, edit: impl FnOnce(&mut Tile)) -> String {
    let (words, lang, zone) = (samples::words(), samples::lang(tag), samples::zone());
    let r = Reader::new(&words, &lang, &zone);
    let now = Time::parse("2026-11-24T09:05:00Z").expect("a time");
    let number = Figure::Number { value: 48.25, decimals: 1, unit: "km/h".into() };
    let live = Shown { mode: Mode::Live, recorded: None };
    let mut tile = Tile::new("Speed", number, live, Some(now.plus(-180_000_000)));
    edit(&mut tile);
    tile.html(&r, now).to_string()
}

#[test]
fn a_tile_says_what_kind_of_figure_it_is() {
    let check = |tag: &str, edit: fn(&mut Tile), parts: &[&str]| {
        let html = html(tag, edit);
        for part in parts {
            assert!(html.contains(part), "{part}\n{html}");
        }
        assert!(!html.contains('⟦'), "{html}");
    };
    check("en", |_| (), &["data-mode=\"live\">Live<", ">3 minutes ago</time>", "48.2</span> <span", "km/h"]);
    check("zh-Hant", |_| (), &["實時", "3分鐘前"]);
    let recording: fn(&mut Tile) = |t| {
        t.shown = Shown { mode: Mode::Recording, recorded: t.time };
    };
    check("en", recording, &["Recording of 24 Nov 2026", "Recorded 24 Nov 2026, 17:02"]);
    check("zh-Hans", recording, &["2026年11月24日录制的数据", "录制于2026年11月24日 17:02"]);
    check(
        "en",
        |t| t.state = State::Stale,
        &["data-state=\"stale\"", "No new value since 24 Nov 2026, 17:02"],
    );
    check("en", |t| t.figure = Figure::Nothing, &["no value"]);
    check("en", |t| t.usual = Usual::TooLittleHistory, &["Too little history"]);
    check(
        "en",
        |t| t.usual = Usual::Band { low: 30.0, high: 60.0, scale_low: 0.0, scale_high: 100.0 },
        &["Usual for this hour: 30 to 60", "x1=\"30.8%\" x2=\"59.6%\""],
    );
    check(
        "en",
        |t| t.topic = Some("lane/1".into()),
        &["<live-number class=\"amount\" topic=\"lane/1\" decimals=\"1\" label=\"Speed\">"],
    );
}

#[test]
fn an_old_recording_never_shows_an_age() {
    let html = html("en", |t| t.shown = Shown { mode: Mode::Recording, recorded: t.time });
    assert!(!html.contains("relative-time") && !html.contains("ago"), "{html}");
}
