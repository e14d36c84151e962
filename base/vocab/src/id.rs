//! Stable public names. Inside, ids are `i64`; outside, a slug such as `traffic-detectors/AID01101` is stable for ever.

use serde::{Deserialize, Serialize};

/// A slug: 1 to 200 characters of `a-z A-Z 0-9 . _ - /`, not beginning or ending with `/`.
///
/// Upper case is kept because outside identifiers (detector ids, lamppost numbers) are case-sensitive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a slug: use 1 to 200 letters, digits and . _ - / , with no / at either end")]
pub struct NotASlug(pub String);

impl Slug {
    pub fn new(text: impl Into<String>) -> Result<Slug, NotASlug> {
        let text = text.into();
        let fits = (1..=200).contains(&text.len())
            && !text.starts_with('/')
            && !text.ends_with('/')
            // An address with such a part would lead elsewhere (RFC 3986, 5.2.4).
            && !text.split('/').any(|part| matches!(part, "." | ".."))
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/'));
        if fits { Ok(Slug(text)) } else { Err(NotASlug(text)) }
    }

    /// Makes a slug of any outside identifier: what a slug may not hold becomes `-`. Not reversible.
    pub fn from_outside(text: &str) -> Result<Slug, NotASlug> {
        let mapped: String = text
            .trim()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/') { c } else { '-' })
            .collect();
        let parts = mapped.trim_matches('/').split('/').map(|part| match part {
            "." | ".." => "-",
            part => part,
        });
        Slug::new(parts.collect::<Vec<_>>().join("/"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Slug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Slug {
    type Error = NotASlug;
    fn try_from(text: String) -> Result<Slug, NotASlug> {
        Slug::new(text)
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> String {
        slug.0
    }
}

#[cfg(test)]
mod tests;
