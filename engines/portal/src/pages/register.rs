//! The register of the city's plan: the list of its entries with filters, and what all its pages share.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use host::{Gate, Problem};
use serde::Deserialize;
use ui::Reader;
use ui::markup::{Markup, escape};
use vocab::Day;

use super::answer;
use super::asked::Asked;
use super::filter::Filter;
use crate::Portal;
use crate::register::schedule::Schedule;
use crate::register::{Carried, Entry, Nature, Register, Stage};

/// Records that the front page names.
const SAYINGS: usize = 3;
/// What a filter asks for where no source has spoken.
const SILENT: &str = "silent";

impl Portal {
    /// The register; a pack that follows no plan has no such pages.
    pub(crate) fn register(&self) -> Result<&Register, Problem> {
        self.parts().content.register.as_deref().ok_or_else(|| {
            Problem::not_found("the register")
                .hint("this city's pack has no register.toml and follows no plan")
        })
    }

    /// What sources lately said of the city's plan.
    pub(crate) fn sayings(&self, r: &Reader) -> Vec<Saying> {
        let Some(register) = &self.parts().content.register else { return Vec::new() };
        let mut newest: Vec<_> = register
            .entries
            .iter()
            .filter_map(|entry| entry.newest().map(|record| (entry, record)))
            .collect();
        newest.sort_by(|a, b| b.1.date.cmp(&a.1.date).then_with(|| a.0.id.cmp(&b.0.id)));
        let shown = newest.into_iter().take(SAYINGS).map(|(entry, record)| Saying {
            title: r.plain(&entry.title),
            href: entry_address(entry, r),
            date: r.date_of(record.date),
            stage: stage_chip(Some(record.stage), r),
            says: r.plain(&record.says),
        });
        shown.collect()
    }

    pub(crate) fn today(&self, gate: &Gate) -> Day {
        Day::of(gate.now, &self.site().zone)
    }
}

/// What a source lately said of an entry.
pub struct Saying {
    pub title: String,
    pub href: String,
    pub date: String,
    pub stage: Markup,
    pub says: String,
}

/// A stage as a chip: how full its mark is tells how far it is, and the word says it.
pub fn stage_chip(stage: Option<Stage>, r: &Reader) -> Markup {
    let (word, label) = match stage {
        Some(stage) => (stage.word(), r.t(&format!("stage-{}", stage.word()))),
        None => (SILENT, r.t("stage-silent")),
    };
    Markup::trusted(format!("<span class=\"chip\" data-stage=\"{word}\">{}</span>", escape(&label)))
}

pub fn carried_chip(state: Carried, r: &Reader) -> Markup {
    let label = r.t(&format!("carried-{}", state.word()));
    Markup::trusted(format!(
        "<span class=\"chip\" data-carried=\"{}\">{}</span>",
        state.word(),
        escape(&label)
    ))
}

/// The schedule in a sentence.
pub fn schedule_says(entry: &Entry, today: Day, r: &Reader) -> String {
    let date = |day: Day| r.date_of(day).into();
    let due = entry.document.due.as_ref().map(|due| r.plain(&due.says)).unwrap_or_default();
    let due = ("due", due.into());
    match entry.schedule(today) {
        Schedule::Undated => r.t("schedule-undated"),
        Schedule::Ahead { .. } => r.say("schedule-ahead", &[due]),
        Schedule::NotKnown { .. } => r.say("schedule-not-known", &[due]),
        Schedule::Reached { on, slip_days: 0, .. } => r.say("schedule-in-time", &[due, ("on", date(on))]),
        Schedule::Reached { on, slip_days, .. } => {
            r.say("schedule-late", &[due, ("on", date(on)), ("n", slip_days.into())])
        }
        Schedule::ReachedBefore { by, source } if source <= by => {
            r.say("schedule-in-time-by", &[due, ("source", date(source))])
        }
        Schedule::ReachedBefore { source, .. } => {
            r.say("schedule-reached-before", &[due, ("source", date(source))])
        }
        Schedule::Stopped { source, .. } => r.say("schedule-stopped", &[due, ("source", date(source))]),
    }
}

pub fn entry_address(entry: &Entry, r: &Reader) -> String {
    ui::layout::address(r.lang(), &format!("/initiatives/{}", entry.slug()))
}

/// An entry as a line of a list.
pub struct Line {
    pub id: String,
    pub title: String,
    pub href: String,
    pub system: String,
    pub is_new: bool,
    pub stage: Markup,
    /// The day of the newest source.
    pub as_of: String,
    pub carried: Markup,
    /// What the schedule says in a word; nothing where there is no date.
    pub schedule: String,
}

impl Line {
    pub fn of(entry: &Entry, today: Day, r: &Reader) -> Line {
        let newest = entry.newest();
        let schedule = entry.schedule(today);
        Line {
            id: entry.id.clone(),
            title: r.plain(&entry.title),
            href: entry_address(entry, r),
            system: r.plain(&entry.system),
            is_new: entry.new,
            stage: stage_chip(newest.map(|record| record.stage), r),
            as_of: newest.map(|record| r.date_of(record.date)).unwrap_or_default(),
            carried: carried_chip(entry.here.state, r),
            schedule: match schedule {
                Schedule::Undated => String::new(),
                dated => r.t(&format!("schedule-word-{}", dated.word())),
            },
        }
    }
}

/// What the list is asked for. What a filter does not know, it finds nothing for.
#[derive(Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    chapter: String,
    #[serde(default)]
    stage: String,
    #[serde(default)]
    nature: String,
    #[serde(default)]
    here: String,
    #[serde(default)]
    schedule: String,
    #[serde(default)]
    new: String,
}

impl Wish {
    fn holds(&self, entry: &Entry, today: Day) -> bool {
        let asked = |wish: &str, word: &str| wish.is_empty() || wish == word;
        asked(&self.chapter, &entry.chapter)
            && asked(&self.stage, entry.newest().map_or(SILENT, |record| record.stage.word()))
            && asked(&self.nature, entry.nature.word())
            && asked(&self.here, entry.here.state.word())
            && asked(&self.schedule, entry.schedule(today).word())
            && (self.new.is_empty() || entry.new)
    }
}

#[derive(Template)]
#[template(path = "register.html")]
struct RegisterHtml<'a> {
    r: Reader<'a>,
    action: String,
    filters: Vec<Filter>,
    new: bool,
    found: String,
    groups: Vec<Group>,
}

struct Group {
    id: String,
    title: String,
    href: String,
    summary: String,
    lines: Vec<Line>,
}

pub async fn register(gate: Gate, asked: Asked, Query(wish): Query<Wish>) -> Result<Response, Problem> {
    let (Asked { portal, lang }, r) = (&asked, asked.reader());
    let register = portal.register()?;
    let today = portal.today(&gate);
    let found: Vec<&Entry> = register.entries.iter().filter(|entry| wish.holds(entry, today)).collect();
    let groups = register.frame.chapters.iter().map(|chapter| Group {
        id: chapter.id.clone(),
        title: r.plain(&chapter.title),
        href: ui::layout::address(lang, &format!("/chapters/{}", chapter.id)),
        summary: r.plain(&chapter.summary),
        lines: found.iter().filter(|e| e.chapter == chapter.id).map(|e| Line::of(e, today, &r)).collect(),
    });
    let title = r.plain(&register.frame.document.title);
    let mut page = portal.page(r, "/initiatives", r.t("register-title"));
    page.lead = r.say("register-lead", &[("document", title.into()), ("n", register.entries.len().into())]);
    let filtered = found.len() < register.entries.len();
    page.unlisted = filtered;
    page.content = Markup::of(&RegisterHtml {
        action: ui::layout::address(lang, "/initiatives"),
        filters: filters(register, &wish, &r),
        new: !wish.new.is_empty(),
        found: r.say("register-found", &[("n", found.len().into()), ("all", register.entries.len().into())]),
        groups: groups.filter(|group| !group.lines.is_empty()).collect(),
        r,
    });
    Ok(answer(&page))
}

fn filters(register: &Register, wish: &Wish, r: &Reader) -> Vec<Filter> {
    let words = |prefix: &str, words: &[&str], chosen: &str| {
        words
            .iter()
            .map(|word| (word.to_string(), r.t(&format!("{prefix}-{word}")), *word == chosen))
            .collect::<Vec<_>>()
    };
    let chapters = register.frame.chapters.iter();
    let stages: Vec<&str> = Stage::ALL.iter().map(|stage| stage.word()).chain([SILENT]).collect();
    let natures: Vec<&str> = Nature::ALL.iter().map(|nature| nature.word()).collect();
    let carried: Vec<&str> = Carried::ALL.iter().map(|state| state.word()).collect();
    let filter =
        |name, label: &str, options| Filter { name, label: r.t(label), any: r.t("filter-any"), options };
    vec![
        filter(
            "chapter",
            "filter-chapter",
            chapters.map(|c| (c.id.clone(), r.plain(&c.title), c.id == wish.chapter)).collect(),
        ),
        filter("stage", "filter-stage", words("stage", &stages, &wish.stage)),
        filter("schedule", "filter-schedule", words("schedule-word", &Schedule::WORDS, &wish.schedule)),
        filter("here", "filter-here", words("carried", &carried, &wish.here)),
        filter("nature", "filter-nature", words("nature", &natures, &wish.nature)),
    ]
}

impl RegisterHtml<'_> {
    fn to(&self, path: &str) -> String {
        ui::layout::address(self.r.lang(), path)
    }
}
