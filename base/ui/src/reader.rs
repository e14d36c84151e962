//! The reader of a page: their language, the city's zone, and how both write numbers, dates and ages.

use jiff::tz::TimeZone;
use vocab::time::{DAY, HOUR, MINUTE, SECOND};
use vocab::{Day, Lang, Quality, Text, Time, Value};

use crate::language::{Arg, Words};
use crate::markup::{Markup, escape};

#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    words: &'a Words,
    lang: &'a Lang,
    zone: &'a TimeZone,
}

impl<'a> Reader<'a> {
    pub fn new(words: &'a Words, lang: &'a Lang, zone: &'a TimeZone) -> Reader<'a> {
        Reader { words, lang, zone }
    }

    pub fn lang(&self) -> &'a Lang {
        self.lang
    }

    pub fn zone(&self) -> &'a TimeZone {
        self.zone
    }

    pub fn words(&self) -> &'a Words {
        self.words
    }

    /// A message without variables.
    pub fn t(&self, key: &str) -> String {
        self.words.t(self.lang, key, &[])
    }

    /// A message with variables.
    pub fn say(&self, key: &str, args: &[(&str, Arg)]) -> String {
        self.words.t(self.lang, key, args)
    }

    /// Text of the pack or of a feed. Where it is not in the reader's language it is marked with its own.
    pub fn text(&self, text: &Text) -> Markup {
        match text.best(self.lang) {
            None => Markup::default(),
            Some((lang, words)) if lang == self.lang => Markup::text(words),
            Some((lang, words)) => Markup::trusted(format!("<span lang=\"{lang}\">{}</span>", escape(words))),
        }
    }

    /// The same without markup, for titles and attributes.
    pub fn plain(&self, text: &Text) -> String {
        text.best(self.lang).map(|(_, words)| words.to_owned()).unwrap_or_default()
    }

    /// A number with this many decimals: `1,234.5`, `−3`.
    pub fn number(&self, value: f64, decimals: u8) -> String {
        grouped(value, decimals, &self.t("number-group"), &self.t("number-decimal"))
    }

    /// A whole number.
    pub fn count(&self, value: usize) -> String {
        self.number(value as f64, 0)
    }

    /// A number with as many decimals as it needs, at most `most`.
    pub fn number_up_to(&self, value: f64, most: u8) -> String {
        self.number(value, decimals_needed(value, most))
    }

    /// A result as readers see it. Nothing measured shows as a dash with a word for those who listen.
    pub fn value(&self, value: &Value, decimals: u8) -> String {
        match value {
            Value::Number(n) => self.number_up_to(*n, decimals),
            Value::Bool(true) => self.t("value-yes"),
            Value::Bool(false) => self.t("value-no"),
            Value::Text(text) => text.clone(),
            Value::Json(json) => json.to_string(),
            Value::Missing => self.t("value-missing"),
        }
    }

    pub fn quality(&self, quality: Quality) -> String {
        self.t(match quality {
            Quality::Valid => "quality-valid",
            Quality::Suspect => "quality-suspect",
            Quality::Missing => "quality-missing",
            Quality::Estimated => "quality-estimated",
            Quality::Simulated => "quality-simulated",
        })
    }

    /// `24 Nov 2026, 17:05`; `2026年11月24日 17:05`.
    pub fn date_time(&self, time: Time) -> String {
        self.dated("date-time", time)
    }

    /// `24 Nov 2026`; `2026年11月24日`.
    pub fn date(&self, time: Time) -> String {
        self.dated("date-full", time)
    }

    /// A day of the calendar, as [`Reader::date`] writes it.
    pub fn date_of(&self, day: Day) -> String {
        self.date(day.start(self.zone))
    }

    /// `24 Nov`; `11月24日`.
    pub fn day(&self, time: Time) -> String {
        self.dated("date-day", time)
    }

    /// `Nov 2026`; `2026年11月`.
    pub fn month(&self, time: Time) -> String {
        self.dated("date-month", time)
    }

    /// `17:05`.
    pub fn clock(&self, time: Time) -> String {
        let civil = time.civil(self.zone);
        format!("{:02}:{:02}", civil.hour(), civil.minute())
    }

    fn dated(&self, pattern: &str, time: Time) -> String {
        let civil = time.civil(self.zone);
        self.say(
            pattern,
            &[
                // Years are names, not amounts: text, so that nobody groups their digits.
                ("year", civil.year().to_string().into()),
                ("month", self.t(&format!("month-{}", civil.month())).into()),
                ("day", civil.day().to_string().into()),
                ("time", self.clock(time).into()),
            ],
        )
    }

    /// How long before `now`: `3 minutes ago`. After sixty days the date says more.
    pub fn age(&self, time: Time, now: Time) -> String {
        let old = now.0.saturating_sub(time.0);
        let say = |key: &str, unit: i64| self.say(key, &[("n", (old / unit).into())]);
        // Clocks differ a little: a value from a few seconds ahead is simply new.
        if old < 5 * SECOND {
            self.t("age-now")
        } else if old < MINUTE {
            say("age-seconds", SECOND)
        } else if old < 90 * MINUTE {
            say("age-minutes", MINUTE)
        } else if old < 36 * HOUR {
            say("age-hours", HOUR)
        } else if old < 60 * DAY {
            say("age-days", DAY)
        } else {
            self.date(time)
        }
    }

    /// A length of time: `5 minutes`, for periods and limits.
    pub fn span(&self, micros: i64) -> String {
        let say = |key: &str, unit: i64| self.say(key, &[("n", (micros / unit).into())]);
        if micros % DAY == 0 && micros > 0 {
            say("span-days", DAY)
        } else if micros % HOUR == 0 && micros > 0 {
            say("span-hours", HOUR)
        } else if micros >= MINUTE {
            say("span-minutes", MINUTE)
        } else {
            say("span-seconds", SECOND)
        }
    }

    /// `<time>` with the date; where scripts run it becomes an age that keeps itself right.
    pub fn ago(&self, time: Time, now: Time) -> Markup {
        Markup::trusted(format!(
            "<relative-time><time datetime=\"{}\" title=\"{}\">{}</time></relative-time>",
            time.iso(),
            escape(&self.date_time(time)),
            escape(&self.age(time, now))
        ))
    }

    /// `<time>` with the full date and nothing that moves.
    pub fn at(&self, time: Time) -> Markup {
        Markup::trusted(format!("<time datetime=\"{}\">{}</time>", time.iso(), escape(&self.date_time(time))))
    }
}

/// Decimals that a value needs, up to `most`: 21.50 needs one.
pub fn decimals_needed(value: f64, most: u8) -> u8 {
    let text = format!("{:.*}", usize::from(most), value.abs());
    text.split_once('.').map_or(0, |(_, decimals)| decimals.trim_end_matches('0').len() as u8)
}

/// A number with its digits in groups of three.
pub fn grouped(value: f64, decimals: u8, group: &str, point: &str) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    let text = format!("{:.*}", usize::from(decimals), value.abs());
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let mut shown = String::new();
    // What rounds to nothing has no sign.
    if value < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        shown.push('\u{2212}');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            shown.push_str(group);
        }
        shown.push(digit);
    }
    if !rest.is_empty() {
        shown.push_str(point);
        shown.push_str(rest);
    }
    shown
}

#[cfg(test)]
mod tests;
