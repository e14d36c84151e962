//! The register of a city's plan: its entries, one file each, with what the document says, what dated sources say since,
//! and the schedule kept apart. Nothing of it stands anywhere but in the pack.

pub mod check;
pub mod progress;
pub mod schedule;

use host::pack::{Finding, Pack};
use serde::{Deserialize, Serialize};
use vocab::{Day, Text};

pub use check::{FILE, FOLDER};

/// Everything that a pack says of its plan. Entries are in the order of their ids within the order of chapters.
#[derive(Debug, Clone)]
pub struct Register {
    pub frame: Frame,
    pub entries: Vec<Entry>,
}

/// `register.toml`: the document, its chapters and headings, and its mission.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    pub schema: u32,
    pub document: Document,
    #[serde(rename = "chapter", default)]
    pub chapters: Vec<Chapter>,
    #[serde(rename = "section", default)]
    pub sections: Vec<Section>,
    #[serde(rename = "mission", default)]
    pub missions: Vec<Mission>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    pub title: Text,
    /// The day it was published.
    pub date: Day,
    pub url: String,
    /// How many points its lists of measures have. Entries of sections counted as `bullets` come of these.
    pub bullets: u32,
    /// What its publisher says of the number of its initiatives, and why that is not the number of our entries.
    pub counted: Text,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chapter {
    pub id: String,
    pub title: Text,
    /// One or two sentences: what it covers.
    pub summary: Text,
}

/// A heading of the document under which entries stand.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub id: String,
    pub title: Text,
    pub counted: Counted,
}

/// As what the entries of a section are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counted {
    /// Points of a list of measures.
    Bullets,
    /// Systems, figures, goals and bodies that the document names elsewhere.
    Beside,
}

/// One point of the document's mission, with what tells how it goes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mission {
    pub id: String,
    pub title: Text,
    pub says: Text,
    /// Tiles of the dashboard.
    #[serde(default)]
    pub tiles: Vec<String>,
    /// Ids of entries.
    pub entries: Vec<String>,
}

/// `initiatives/<id>.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub schema: u32,
    pub id: String,
    pub chapter: String,
    pub section: String,
    pub nature: Nature,
    pub new: bool,
    pub title: Text,
    pub summary: Text,
    /// Proper name, where there is one.
    #[serde(default)]
    pub system: Text,
    /// Who answers for it, as the document or a source says.
    #[serde(default)]
    pub owner: Text,
    pub document: Said,
    #[serde(rename = "figure", default)]
    pub figures: Vec<Figure>,
    /// What sources say since, oldest first, in whatever order the file has it.
    #[serde(default)]
    pub since: Vec<Record>,
    pub here: Here,
}

/// What a platform of software can be to an entry, at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Nature {
    Software,
    Data,
    /// Needs hardware: software can manage, simulate and record it.
    Device,
    Service,
    /// Can be followed and no more.
    Policy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    Explore,
    Plan,
    Pilot,
    UnderWay,
    InService,
    Done,
    Stopped,
    /// A figure that is given.
    Published,
    Goal,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    pub stage: Stage,
    pub says: Text,
    #[serde(default)]
    pub due: Option<Due>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Due {
    /// The last day that still keeps the word.
    pub by: Day,
    /// The date as the document has it.
    pub says: Text,
}

/// A figure of the document.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// As printed: `over 4,180`.
    pub value: String,
    pub says: Text,
}

/// What a source said on a day.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    pub date: Day,
    pub stage: Stage,
    pub says: Text,
    /// The day on which it came about, where the source says that.
    #[serde(default)]
    pub reached: Option<Day>,
    pub source: Source,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// As it stands on the page, in its own language.
    pub title: String,
    pub publisher: String,
    pub url: String,
}

/// What carries the entry in this program.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Here {
    pub state: Carried,
    #[serde(default)]
    pub feeds: Vec<String>,
    #[serde(default)]
    pub tiles: Vec<String>,
    /// Addresses without the language: `/map`.
    #[serde(default)]
    pub pages: Vec<String>,
    /// What is missing before the program carries it.
    #[serde(default)]
    pub needs: Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Carried {
    Live,
    Begun,
    /// Followed here and no more.
    Tracked,
}

impl Register {
    /// The register of a pack; nothing where the pack has no `register.toml`.
    pub fn of(pack: &Pack) -> Result<Option<Register>, Vec<Finding>> {
        check::read(pack)
    }

    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id.eq_ignore_ascii_case(id))
    }

    pub fn chapter(&self, id: &str) -> Option<&Chapter> {
        self.frame.chapters.iter().find(|chapter| chapter.id == id)
    }

    pub fn section(&self, id: &str) -> Option<&Section> {
        self.frame.sections.iter().find(|section| section.id == id)
    }

    pub fn of_chapter<'a>(&'a self, chapter: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| entry.chapter == chapter)
    }
}

impl Entry {
    /// The id as it stands in addresses.
    pub fn slug(&self) -> String {
        self.id.to_ascii_lowercase()
    }

    /// The newest record; nothing where no source is known.
    pub fn newest(&self) -> Option<&Record> {
        self.since.last()
    }
}

impl Stage {
    pub const ALL: [Stage; 9] = [
        Stage::Explore,
        Stage::Plan,
        Stage::Pilot,
        Stage::UnderWay,
        Stage::InService,
        Stage::Done,
        Stage::Stopped,
        Stage::Published,
        Stage::Goal,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Stage::Explore => "explore",
            Stage::Plan => "plan",
            Stage::Pilot => "pilot",
            Stage::UnderWay => "under-way",
            Stage::InService => "in-service",
            Stage::Done => "done",
            Stage::Stopped => "stopped",
            Stage::Published => "published",
            Stage::Goal => "goal",
        }
    }

    /// Whether what was promised is there.
    pub fn is_reached(self) -> bool {
        matches!(self, Stage::InService | Stage::Done)
    }

    /// Whether somebody still has to do something.
    pub fn is_open(self) -> bool {
        !matches!(self, Stage::Done | Stage::Stopped | Stage::Published)
    }
}

impl Nature {
    pub const ALL: [Nature; 5] =
        [Nature::Software, Nature::Data, Nature::Device, Nature::Service, Nature::Policy];

    pub fn word(self) -> &'static str {
        match self {
            Nature::Software => "software",
            Nature::Data => "data",
            Nature::Device => "device",
            Nature::Service => "service",
            Nature::Policy => "policy",
        }
    }
}

impl Carried {
    pub const ALL: [Carried; 3] = [Carried::Live, Carried::Begun, Carried::Tracked];

    pub fn word(self) -> &'static str {
        match self {
            Carried::Live => "live",
            Carried::Begun => "begun",
            Carried::Tracked => "tracked",
        }
    }
}

#[cfg(test)]
mod tests;
