//! What a mail about alerts says, and how it is written down (RFC 5322, MIME): plain text, many alerts in one.

use std::sync::Arc;

use base64::Engine;
use jiff::tz::TimeZone;
use ui::Reader;
use vocab::{Mode, Time};

use super::{Alert, What};
use crate::rule::Rule;

/// Alerts that are written out; the rest are counted.
const SHOWN: usize = 50;
/// Of a line of base64, and of an encoded word without its frame.
const LINE: usize = 76;
const WORD_BYTES: usize = 42;

/// One thing that a digest tells.
pub struct Item<'a> {
    pub what: What,
    pub alert: &'a Alert,
    /// What it means and what to do, where the pack still says so.
    pub rule: Option<Arc<Rule>>,
    pub link: String,
}

/// A subject and a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub subject: String,
    pub body: String,
}

pub fn digest(items: &[Item], r: &Reader, city: &str) -> Text {
    let title = |item: &Item| {
        let key = if item.what == What::Cleared { "mail-cleared" } else { "mail-raised" };
        r.say(key, &[("title", r.plain(&item.alert.title).into())])
    };
    let mode = items.first().map_or(Mode::Live, |item| item.alert.mode);
    let subject = match items {
        [one] => title(one),
        many => r.say("mail-many", &[("n", many.len().into())]),
    };
    let note = match mode {
        Mode::Live => String::new(),
        Mode::Recording => r.t("mail-recording"),
        Mode::Simulated => r.t("mail-simulated"),
    };
    let mut body = String::new();
    if !note.is_empty() {
        body.push_str(&format!("{note}\n\n"));
    }
    for item in items.iter().take(SHOWN) {
        let at = if item.what == What::Cleared { item.alert.cleared } else { None };
        body.push_str(&format!("{}\n{}\n", title(item), r.date_time(at.unwrap_or(item.alert.raised))));
        if item.alert.subject != item.alert.rule {
            body.push_str(&format!("{}\n", item.alert.subject));
        }
        if let (Some(rule), What::Raised) = (&item.rule, item.what) {
            body.push_str(&format!("{}\n{}\n", r.plain(&rule.means), r.plain(&rule.what_to_do)));
        }
        body.push_str(&format!("{}\n\n", item.link));
    }
    if items.len() > SHOWN {
        body.push_str(&r.say("mail-more", &[("n", (items.len() - SHOWN).into())]));
        body.push('\n');
    }
    let prefix = if note.is_empty() { city.to_string() } else { format!("{city} – {note}") };
    Text { subject: format!("[{prefix}] {subject}"), body }
}

/// Who gets a message from whom.
pub struct Head<'a> {
    pub from: &'a str,
    pub to: &'a [String],
    pub at: Time,
    /// A name of its own.
    pub name: &'a str,
}

/// The message as it is handed to a server; lines end with a newline alone.
pub fn message(head: &Head, text: &Text) -> String {
    let domain = head.from.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    let body = base64::engine::general_purpose::STANDARD.encode(text.body.replace('\n', "\r\n"));
    let mut out = format!(
        "From: <{}>\nTo: {}\nDate: {}\nMessage-ID: <{}@{domain}>\nSubject: {}\nMIME-Version: 1.0\n\
         Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\nAuto-Submitted: auto-generated\n\n",
        head.from,
        head.to.iter().map(|to| format!("<{to}>")).collect::<Vec<_>>().join(",\n "),
        date(head.at),
        head.name,
        encoded(&text.subject),
    );
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(LINE));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out
}

/// A header's text as encoded words (RFC 2047), each whole characters of UTF-8.
fn encoded(text: &str) -> String {
    // Nothing that ends a header's line gets into one.
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    if text.is_ascii() && text.len() < 60 {
        return text;
    }
    let (mut words, mut word) = (Vec::new(), String::new());
    for c in text.chars() {
        if word.len() + c.len_utf8() > WORD_BYTES {
            words.push(std::mem::take(&mut word));
        }
        word.push(c);
    }
    words.push(word);
    let of =
        |word: &String| format!("=?utf-8?B?{}?=", base64::engine::general_purpose::STANDARD.encode(word));
    words.iter().map(of).collect::<Vec<_>>().join("\n ")
}

/// `Wed, 25 Nov 2026 20:00:00 +0000`.
fn date(at: Time) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let at = at.civil(&TimeZone::UTC);
    let day = DAYS[usize::try_from(at.weekday().to_monday_zero_offset()).unwrap_or(0) % 7];
    let month = MONTHS[usize::try_from(at.month() - 1).unwrap_or(0) % 12];
    format!(
        "{day}, {:02} {month} {:04} {:02}:{:02}:{:02} +0000",
        at.day(),
        at.year(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

#[cfg(test)]
mod tests;
