//! The colours of `tokens.css`, measured (WCAG 2.2, relative luminance).

use std::collections::BTreeMap;

const TOKENS: &str = include_str!("../../assets/css/tokens.css");

fn luminance(hex: &str) -> f64 {
    let digits: Vec<u32> = hex.chars().filter_map(|c| c.to_digit(16)).collect();
    let channels: Vec<u32> = match digits.as_slice() {
        [r, g, b] => vec![r * 17, g * 17, b * 17],
        [a, b, c, d, e, f] => vec![a * 16 + b, c * 16 + d, e * 16 + f],
        other => panic!("not a colour: {other:?}"),
    };
    let linear = |c: u32| {
        let share = f64::from(c) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(channels[0]) + 0.7152 * linear(channels[1]) + 0.0722 * linear(channels[2])
}

/// The themes as written: light, dark by the device, dark by choice.
fn themes() -> Vec<BTreeMap<String, f64>> {
    let entry = |line: &str| {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(": #")?;
        Some((name.to_owned(), luminance(value.trim_end_matches(';'))))
    };
    let blocks = TOKENS.split("color-scheme:").skip(1).map(|block| block.split('}').next().unwrap_or(""));
    blocks
        .map(|block| block.lines().filter_map(entry).collect())
        .filter(|theme: &BTreeMap<_, _>| !theme.is_empty())
        .collect()
}

#[test]
fn text_and_lines_can_be_seen() {
    let themes = themes();
    assert_eq!(themes.len(), 3);
    assert_eq!(themes[1], themes[2], "dark by the device and dark by choice differ");
    assert_eq!(themes[0].keys().collect::<Vec<_>>(), themes[1].keys().collect::<Vec<_>>());
    let check = |ground: &str, marks: &[&str], least: f64| {
        for (index, theme) in themes.iter().enumerate() {
            for mark in marks {
                let (a, b) = (theme[ground], theme[*mark]);
                let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                assert!(contrast >= least, "theme {index}: {mark} on {ground} is {contrast:.2}, not {least}");
            }
        }
    };
    let words = ["ink", "muted", "accent", "accent-strong", "good", "notice", "bad", "dream", "quiet"];
    for ground in ["paper", "sunken", "raised"] {
        check(ground, &words, 4.5);
        check(ground, &["edge", "focus", "series-1", "series-2", "series-3", "series-4"], 3.0);
    }
    for state in ["good", "notice", "bad", "dream", "quiet"] {
        check(&format!("{state}-soft"), &[state, "ink"], 4.5);
    }
    check("accent-soft", &["ink", "accent", "accent-strong"], 4.5);
    check("accent", &["on-accent"], 4.5);
    check("accent-strong", &["on-accent"], 4.5);
    check("top", &["on-top"], 7.0);
    check("map-land", &["ink", "muted"], 4.5);
    check("map-water", &["ink"], 4.5);
    check("band", &["ink", "series-1"], 3.0);
}
