//! HTML that is finished: text that templates must not escape again.

use std::fmt;

/// Finished HTML. Build it with a template or with [`escape`]; never out of text that came from outside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Markup(String);

impl Markup {
    /// HTML that the caller vouches for.
    pub fn trusted(html: impl Into<String>) -> Markup {
        Markup(html.into())
    }

    /// Text, made safe.
    pub fn text(text: &str) -> Markup {
        Markup(escape(text))
    }

    /// A template, rendered. Our templates write into memory and cannot fail; should one ever, the page says so in
    /// place of the part.
    pub fn of(template: &impl askama::Template) -> Markup {
        Markup(template.render().unwrap_or_else(|fault| escape(&format!("[{fault}]"))))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn push(&mut self, other: &Markup) {
        self.0.push_str(&other.0);
    }
}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Markup> for String {
    fn from(markup: Markup) -> String {
        markup.0
    }
}

impl FromIterator<Markup> for Markup {
    fn from_iter<I: IntoIterator<Item = Markup>>(parts: I) -> Markup {
        Markup(parts.into_iter().map(|part| part.0).collect())
    }
}

impl askama::filters::HtmlSafe for Markup {}

/// Text for an element or a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// A value for a query string.
pub fn query_value(text: &str) -> String {
    text.bytes().fold(String::new(), |mut safe, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                safe.push(byte as char)
            }
            byte => safe.push_str(&format!("%{byte:02X}")),
        }
        safe
    })
}
