//! Rust text taken apart: code without comments and without what stands in strings, the strings, the comments. Laws
//! look at one of the three, so that a word in a comment breaks no law about code.

/// A string literal or a comment, with the line (from 1) it begins on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub line: usize,
    pub text: String,
}

#[derive(Debug, Clone, Default)]
pub struct Source {
    /// Line by line; strings are empty (`""`), comments are gone.
    pub code: Vec<String>,
    pub strings: Vec<Piece>,
    pub comments: Vec<Piece>,
}

impl Source {
    pub fn of(text: &str) -> Source {
        let mut reader = Reader { chars: text.chars().collect(), at: 0, found: Source::default() };
        reader.found.code.push(String::new());
        while reader.at < reader.chars.len() {
            reader.step();
        }
        reader.found
    }

    /// Lines of code with their numbers from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.iter().enumerate().map(|(at, line)| (at + 1, line.as_str()))
    }

    /// The paths that `use` names, each written out in full, with the line on which the `use` begins.
    pub fn uses(&self) -> Vec<Piece> {
        let mut found = Vec::new();
        let mut open: Option<(usize, String)> = None;
        for (number, line) in self.lines() {
            let trimmed = line.trim_start();
            let begins = ["use ", "pub use ", "pub(crate) use "].iter().find_map(|w| trimmed.strip_prefix(w));
            let text = match (&mut open, begins) {
                (Some((_, text)), _) => {
                    text.push_str(line);
                    text
                }
                (None, Some(rest)) => &mut open.insert((number, rest.to_string())).1,
                (None, None) => continue,
            };
            if let Some(end) = text.find(';') {
                text.truncate(end);
                if let Some((line, text)) = open.take() {
                    let mut paths = Vec::new();
                    write_out("", text.trim(), &mut paths);
                    found.extend(paths.into_iter().map(|text| Piece { line, text }));
                }
            }
        }
        found
    }
}

/// `a::{b, c::{d, e}}` becomes `a::b`, `a::c::d`, `a::c::e`.
fn write_out(before: &str, tree: &str, paths: &mut Vec<String>) {
    let Some((head, rest)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        return paths.push(format!("{before}{}", path.trim()).trim_end_matches("::self").to_string());
    };
    let before = format!("{before}{}", head.trim());
    let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
    let (mut depth, mut begin) = (0, 0);
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                write_out(&before, inner[begin..at].trim(), paths);
                begin = at + 1;
            }
            _ => {}
        }
    }
    if !inner[begin..].trim().is_empty() {
        write_out(&before, inner[begin..].trim(), paths);
    }
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    found: Source,
}

impl Reader {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn line(&self) -> usize {
        self.found.code.len()
    }

    /// Takes one character; a line's end begins a new line of code whatever it stands in.
    fn take(&mut self) -> char {
        let c = self.peek(0);
        self.at += 1;
        if c == '\n' {
            self.found.code.push(String::new());
        }
        c
    }

    fn keep(&mut self, c: char) {
        if c != '\n'
            && let Some(line) = self.found.code.last_mut()
        {
            line.push(c);
        }
    }

    fn step(&mut self) {
        let before = self.at.checked_sub(1).map_or(' ', |at| self.chars[at]);
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => self.line_comment(),
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(),
            ('r', '"' | '#') if !is_word(before) || before == 'b' => self.raw_string(),
            ('\'', _) => self.char_or_lifetime(),
            _ => {
                let c = self.take();
                self.keep(c);
            }
        }
    }

    fn line_comment(&mut self) {
        let line = self.line();
        let mut text = String::new();
        while self.at < self.chars.len() && self.peek(0) != '\n' {
            text.push(self.take());
        }
        self.found.comments.push(Piece { line, text });
    }

    fn block_comment(&mut self) {
        let (line, mut text, mut depth) = (self.line(), String::new(), 0);
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    text.push(self.take());
                    continue;
                }
            }
            text.push(self.take());
            text.push(self.take());
            if depth == 0 {
                break;
            }
        }
        self.found.comments.push(Piece { line, text });
    }

    fn string(&mut self) {
        let (line, mut text) = (self.line(), String::new());
        self.take();
        while self.at < self.chars.len() && self.peek(0) != '"' {
            if self.peek(0) == '\\' {
                text.push(self.take());
            }
            text.push(self.take());
        }
        self.take();
        self.literal(line, text);
    }

    fn raw_string(&mut self) {
        let hashes = (1..).take_while(|ahead| self.peek(*ahead) == '#').count();
        if self.peek(1 + hashes) != '"' {
            // `r#name`, a raw identifier.
            let c = self.take();
            return self.keep(c);
        }
        let (line, mut text) = (self.line(), String::new());
        for _ in 0..hashes + 2 {
            self.take();
        }
        let closes = |reader: &Reader| (1..=hashes).all(|ahead| reader.peek(ahead) == '#');
        while self.at < self.chars.len() && !(self.peek(0) == '"' && closes(self)) {
            text.push(self.take());
        }
        for _ in 0..=hashes {
            self.take();
        }
        self.literal(line, text);
    }

    fn literal(&mut self, line: usize, text: String) {
        self.keep('"');
        self.keep('"');
        self.found.strings.push(Piece { line, text });
    }

    /// `'a'`, `'\n'` and `'"'` are characters, `'a` is a lifetime.
    fn char_or_lifetime(&mut self) {
        let quote = self.take();
        self.keep(quote);
        if self.peek(0) == '\\' {
            self.take();
            self.take();
            while self.at < self.chars.len() && !matches!(self.peek(0), '\'' | '\n') {
                self.take();
            }
        } else if self.peek(1) == '\'' {
            self.take();
        } else {
            return;
        }
        let quote = self.take();
        self.keep(quote);
    }
}

pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether `word` stands in `text` with no letter, digit or `_` touching an end of it that is one itself.
pub fn mentions(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(is_word) && word.starts_with(is_word);
        let after = text[at + word.len()..].chars().next().is_some_and(is_word) && word.ends_with(is_word);
        !before && !after
    })
}

#[cfg(test)]
mod tests;
