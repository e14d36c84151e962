//! Reads the register of a pack and names everything that is wrong with it. One bad file never hides the others.

use std::collections::BTreeSet;

use host::pack::{self, Finding, Pack, PackFile};
use vocab::Text;

use super::{Carried, Entry, Frame, Register};
use crate::dashboard::{self, Dashboard};

pub const FILE: &str = "register.toml";
pub const FOLDER: &str = "initiatives";

/// Names that stand beside the entries in addresses.
const TAKEN: [&str; 3] = ["progress", "counted", "changes.atom"];

pub fn read(pack: &Pack) -> Result<Option<Register>, Vec<Finding>> {
    let files: Vec<&PackFile> = pack.folder(FOLDER, ".toml").collect();
    let Some(file) = pack.files.get(FILE) else {
        let orphans = files.iter().map(|file| {
            let what = format!("an entry needs {FILE} with its chapters");
            Finding::new(file, 0, what, "write it, or take the folder out of the pack")
        });
        let findings: Vec<Finding> = orphans.take(1).collect();
        return if findings.is_empty() { Ok(None) } else { Err(findings) };
    };
    let mut findings = Vec::new();
    let frame: Option<Frame> = pack::keep(pack::parse(file), &mut findings);
    let mut entries: Vec<Entry> = Vec::new();
    for of_entry in files {
        let Some(mut entry) = pack::keep(pack::parse::<Entry>(of_entry), &mut findings) else { continue };
        let mut judge = Judge::new(of_entry, pack);
        judge.entry(&entry, frame.as_ref());
        if entries.iter().any(|other| other.id == entry.id) {
            judge.find("id", format!("two entries are called {}", entry.id), "give one of them another id");
        }
        findings.extend(judge.of_file.findings());
        entry.since.sort_by_key(|record| record.date);
        entries.push(entry);
    }
    let Some(frame) = frame else { return Err(findings) };
    let mut judge = Judge::new(file, pack);
    judge.frame(&frame, &entries);
    findings.extend(judge.of_file.findings());
    let order = |entry: &Entry| frame.chapters.iter().position(|chapter| chapter.id == entry.chapter);
    entries.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.id.cmp(&b.id)));
    if findings.is_empty() { Ok(Some(Register { frame, entries })) } else { Err(findings) }
}

/// Judges the files of a register.
struct Judge<'a> {
    file: &'a PackFile,
    pack: &'a Pack,
    of_file: pack::Judge<'a>,
}

impl<'a> Judge<'a> {
    fn new(file: &'a PackFile, pack: &'a Pack) -> Judge<'a> {
        Judge { file, pack, of_file: pack::Judge::new(file, pack.language_tags()) }
    }

    /// `key` is where to look: the first line that sets it.
    fn find(&mut self, key: &str, what: String, hint: &str) {
        self.of_file.at_key(key).find(what, hint);
    }

    fn text(&mut self, key: &str, name: &str, text: &Text) {
        self.of_file.at_key(key).text(name, text);
    }

    fn text_if_any(&mut self, key: &str, text: &Text) {
        self.of_file.at_key(key).text_if_any(key, text);
    }

    fn address(&mut self, key: &str, url: &str) {
        let hint = "a source is a page that somebody can open: https://…";
        self.of_file.at_key(key).address(url, &["https://", "http://"], hint);
    }

    fn entry(&mut self, entry: &Entry, frame: Option<&Frame>) {
        let fits = !entry.id.is_empty()
            && entry.id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !TAKEN.contains(&entry.slug().as_str());
        if !fits {
            self.find("id", format!("{:?} is no id", entry.id), "use letters, digits and hyphens");
        } else if self.file.stem() != entry.slug() {
            let hint = format!("call the file {}.toml", entry.slug());
            self.find("id", format!("the file of {} has another name", entry.id), &hint);
        }
        if let Some(frame) = frame {
            if !frame.chapters.iter().any(|chapter| chapter.id == entry.chapter) {
                let what = format!("there is no chapter {}", entry.chapter);
                self.find("chapter", what, "name a [[chapter]] of register.toml");
            }
            if !frame.sections.iter().any(|section| section.id == entry.section) {
                let what = format!("there is no section {}", entry.section);
                self.find("section", what, "name a [[section]] of register.toml");
            }
        }
        self.text("title", "title", &entry.title);
        self.text("summary", "summary", &entry.summary);
        self.text_if_any("system", &entry.system);
        self.text_if_any("owner", &entry.owner);
        self.text("document", "document.says", &entry.document.says);
        if let Some(due) = &entry.document.due {
            self.text("document.due", "document.due.says", &due.says);
        }
        for figure in &entry.figures {
            self.text("figure", &format!("the figure {}", figure.value), &figure.says);
        }
        for record in &entry.since {
            self.text("since", &format!("the record of {}", record.date), &record.says);
            self.address("since", &record.source.url);
            if frame.is_some_and(|frame| record.date < frame.document.date) {
                let what = format!("the record of {} is older than the document", record.date);
                self.find("since", what, "what was said before stands in the document");
            }
            if record.reached.is_some_and(|on| on > record.date) {
                let what = format!("the record of {} says what came after it", record.date);
                self.find(
                    "since",
                    what,
                    "a plan is no fulfilment: leave out `reached`, use stage = \"plan\"",
                );
            }
            if record.reached.is_some() && !record.stage.is_reached() {
                let what = format!("the record of {} has a day but was not reached", record.date);
                self.find("since", what, "`reached` goes with the stages in-service and done");
            }
            if record.source.title.trim().is_empty() || record.source.publisher.trim().is_empty() {
                let what = format!("the source of the record of {} has no name", record.date);
                self.find("since", what, "give its title and its publisher");
            }
        }
        self.here(entry);
    }

    fn here(&mut self, entry: &Entry) {
        let here = &entry.here;
        match here.state {
            Carried::Live if !here.needs.is_empty() => {
                let hint = "take it out, or say state = \"begun\"";
                self.find("here", "what is live lacks nothing, yet `needs` is there".into(), hint);
            }
            Carried::Live => {}
            Carried::Begun | Carried::Tracked => self.text("here", "here.needs", &here.needs),
        }
        if here.state != Carried::Tracked && here.feeds.is_empty() && here.pages.is_empty() {
            let what = format!("{} is carried by nothing", entry.id);
            self.find("here", what, "name the feeds or pages that carry it, or say state = \"tracked\"");
        }
        for feed in &here.feeds {
            self.of_file.at_key("feeds").feed(feed, self.pack);
        }
        for page in here.pages.iter().filter(|page| !page.starts_with('/')) {
            let hint = "write the address without the language: /map";
            self.find("pages", format!("{page:?} is no address of ours"), hint);
        }
        self.tiles(&here.tiles);
    }

    fn tiles(&mut self, tiles: &[String]) {
        // A dashboard with mistakes is named by whoever reads it.
        let Some(Ok(known)) = self.pack.files.get(dashboard::FILE).map(pack::parse::<Dashboard>) else {
            return;
        };
        for tile in tiles.iter().filter(|id| !known.tiles.iter().any(|tile| tile.id == **id)) {
            let hint = "name the id of a [[tile]] of dashboards/home.toml";
            self.find("tiles", format!("there is no tile {tile}"), hint);
        }
    }

    fn frame(&mut self, frame: &Frame, entries: &[Entry]) {
        self.text("document", "document.title", &frame.document.title);
        self.text("document", "document.counted", &frame.document.counted);
        self.address("url", &frame.document.url);
        let mut seen = BTreeSet::new();
        for chapter in &frame.chapters {
            self.text("chapter", &format!("the title of {}", chapter.id), &chapter.title);
            self.text("chapter", &format!("the summary of {}", chapter.id), &chapter.summary);
            if !seen.insert(("chapter", &chapter.id)) {
                self.find("chapter", format!("two chapters are called {}", chapter.id), "rename one of them");
            }
        }
        for section in &frame.sections {
            self.text("section", &format!("the title of {}", section.id), &section.title);
            if !seen.insert(("section", &section.id)) {
                self.find("section", format!("two sections are called {}", section.id), "rename one of them");
            }
        }
        for mission in &frame.missions {
            self.text("mission", &format!("the title of {}", mission.id), &mission.title);
            self.text("mission", &format!("the text of {}", mission.id), &mission.says);
            self.tiles(&mission.tiles);
            for id in mission.entries.iter().filter(|id| !entries.iter().any(|entry| entry.id == **id)) {
                let hint = "name the id of a file of initiatives/";
                self.find("mission", format!("there is no entry {id}"), hint);
            }
        }
    }
}
