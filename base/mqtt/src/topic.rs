//! Topic names and topic filters (MQTT 5, 4.7 and 4.8.2): what is well formed, and what matches what.

/// Bounds of names and filters. The standard allows 65,535 bytes and as many levels, each of which costs a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes. A `$filter` of SensorThings is the longest thing anybody writes into a topic.
    pub bytes: usize,
    /// Levels. Device trees have five or six; 32 leaves room, and a bomb of hundreds finds none.
    pub levels: usize,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { bytes: 2_048, levels: 32 }
    }
}

/// Why a name or a filter is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error("it is empty")]
    Empty,
    #[error("it is too long")]
    TooLong,
    #[error("it has too many levels")]
    TooDeep,
    #[error("a wildcard stands where none may")]
    Wildcard,
    #[error("it holds a character that MQTT forbids")]
    Character,
    #[error("a shared subscription is written $share/NAME/FILTER")]
    Share,
}

/// A filter as a client wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filter<'a> {
    /// The name of the group that shares it.
    pub share: Option<&'a str>,
    /// What topics are held against.
    pub path: &'a str,
}

fn within(text: &str, bounds: Bounds) -> Result<(), Wrong> {
    if text.is_empty() {
        return Err(Wrong::Empty);
    }
    if text.len() > bounds.bytes {
        return Err(Wrong::TooLong);
    }
    if text.contains('\0') {
        return Err(Wrong::Character);
    }
    if text.split('/').count() > bounds.levels { Err(Wrong::TooDeep) } else { Ok(()) }
}

/// A name that messages may be published to.
pub fn check_name(text: &str, bounds: Bounds) -> Result<(), Wrong> {
    within(text, bounds)?;
    if text.contains(['+', '#']) { Err(Wrong::Wildcard) } else { Ok(()) }
}

impl<'a> Filter<'a> {
    /// Takes `$share/NAME/` off; what is left is not judged yet.
    pub fn split(text: &'a str) -> Result<Filter<'a>, Wrong> {
        let Some(rest) = text.strip_prefix("$share/") else { return Ok(Filter { share: None, path: text }) };
        match rest.split_once('/') {
            Some((name, path)) if !name.is_empty() && !path.is_empty() && !name.contains(['+', '#']) => {
                Ok(Filter { share: Some(name), path })
            }
            _ => Err(Wrong::Share),
        }
    }

    pub fn parse(text: &'a str, bounds: Bounds) -> Result<Filter<'a>, Wrong> {
        let filter = Filter::split(text)?;
        within(filter.path, bounds)?;
        let mut levels = filter.path.split('/').peekable();
        while let Some(level) = levels.next() {
            let is_wild = level.contains(['+', '#']);
            let is_last = levels.peek().is_none();
            if is_wild && (level.len() > 1 || (level == "#" && !is_last)) {
                return Err(Wrong::Wildcard);
            }
        }
        Ok(filter)
    }

    pub fn matches(&self, topic: &str) -> bool {
        matches(self.path, topic)
    }

    /// The beginning that every topic has that matches: up to the first wildcard.
    pub fn prefix(&self) -> &'a str {
        let end = self.path.find(['+', '#']).unwrap_or(self.path.len());
        // `a/#` matches `a` too.
        self.path[..end].trim_end_matches('/')
    }
}

/// Whether a filter without a share matches a name. Both must be well formed.
pub fn matches(filter: &str, topic: &str) -> bool {
    // A wildcard in front does not match what servers keep for themselves ([MQTT-4.7.2-1]).
    if topic.starts_with('$') && filter.starts_with(['+', '#']) {
        return false;
    }
    let (mut filter, mut topic) = (filter.split('/'), topic.split('/'));
    loop {
        match (filter.next(), topic.next()) {
            (Some("#"), _) => return true,
            (Some("+"), Some(_)) => {}
            (Some(wanted), Some(level)) if wanted == level => {}
            (None, None) => return true,
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests;
