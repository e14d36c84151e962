//! Names what is wrong with one file of a pack, in the words that all of its readers share.

use vocab::{Lang, Text};

use super::{Finding, Pack, PackFile, line_at, line_of_key};

/// Gathers what is wrong with one file. What is found is said of the line where it was last looked.
pub struct Judge<'a> {
    file: &'a PackFile,
    langs: Vec<Lang>,
    line: usize,
    findings: Vec<Finding>,
}

impl<'a> Judge<'a> {
    /// Of texts in these languages. Until it is told where to look, the file as a whole is meant.
    pub fn new(file: &'a PackFile, langs: Vec<Lang>) -> Judge<'a> {
        Judge { file, langs, line: 0, findings: Vec::new() }
    }

    /// Looks at the first line with these words; at the file as a whole where there is none.
    pub fn at(&mut self, words: &str) -> &mut Self {
        self.line = self.file.text.find(words).map_or(0, |byte| line_at(&self.file.text, byte));
        self
    }

    /// Looks at the first line that sets this key or opens a table of this name.
    pub fn at_key(&mut self, key: &str) -> &mut Self {
        self.line = line_of_key(&self.file.text, key);
        self
    }

    pub fn find(&mut self, what: impl Into<String>, hint: impl Into<String>) {
        self.findings.push(Finding::new(self.file, self.line, what, hint));
    }

    /// A text that must be there in every language.
    pub fn text(&mut self, name: &str, text: &Text) {
        for lang in text.missing(&self.langs) {
            let what = format!("{name} has no text in {lang}");
            let finding = Finding::new(self.file, self.line, what, "write it in every language of the city");
            self.findings.push(finding);
        }
    }

    /// A text that may be left out, but not in one language only.
    pub fn text_if_any(&mut self, name: &str, text: &Text) {
        if !text.is_empty() {
            self.text(name, text);
        }
    }

    /// The name of a feed that must be in the pack.
    pub fn feed(&mut self, feed: &str, pack: &Pack) {
        if !pack.files.contains_key(&format!("feeds/{feed}.toml")) {
            self.find(format!("there is no feed {feed}"), "name a file of feeds/ without its ending");
        }
    }

    /// An address that somebody can open, with one of these schemes.
    pub fn address(&mut self, url: &str, schemes: &[&str], hint: &str) {
        let begins = schemes.iter().any(|scheme| url.starts_with(scheme));
        if !begins || url.contains(char::is_whitespace) {
            self.find(format!("{url:?} is no address"), hint);
        }
    }

    pub fn findings(self) -> Vec<Finding> {
        self.findings
    }

    /// What was read, if nothing is wrong with it.
    pub fn passed<T>(self, read: T) -> Result<T, Vec<Finding>> {
        if self.findings.is_empty() { Ok(read) } else { Err(self.findings) }
    }
}

/// What was read; what is wrong with it goes to the other findings, so that one bad file never hides the others.
pub fn keep<T>(read: Result<T, Vec<Finding>>, findings: &mut Vec<Finding>) -> Option<T> {
    read.map_err(|found| findings.extend(found)).ok()
}
