//! One entry of the register: what the document says, what sources say since, the schedule, and what carries it here.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use host::{Gate, Problem};
use ui::layout::Crumb;
use ui::markup::Markup;
use ui::{Reader, status, tile};
use vocab::Day;

use super::answer;
use super::asked::Asked;
use super::feed::health;
use super::register::{Line, carried_chip, schedule_says, stage_chip};
use super::thing::cut;
use crate::Portal;
use crate::register::{Carried, Entry, Register};

/// Entries of the same heading that a page names.
const RELATED: usize = 8;

#[derive(Template)]
#[template(path = "initiative.html")]
struct InitiativeHtml<'a> {
    r: Reader<'a>,
    id: String,
    chapter: (String, String),
    section: String,
    system: String,
    owner: String,
    nature: String,
    is_new: bool,
    document: String,
    document_url: String,
    document_date: String,
    document_stage: Markup,
    says: String,
    due: Option<String>,
    figures: Vec<(String, String)>,
    records: Vec<RecordShown>,
    schedule: String,
    carried: Markup,
    carried_says: String,
    tiles: Markup,
    feeds: Vec<(String, String, Markup)>,
    pages: Vec<(String, String)>,
    needs: Option<String>,
    related: Vec<Line>,
    atom: String,
    file: String,
    sha256: String,
}

struct RecordShown {
    date: String,
    stage: Markup,
    says: String,
    title: String,
    publisher: String,
    url: String,
}

pub async fn initiative(
    gate: Gate,
    asked: Asked,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (Asked { portal, lang }, r) = (&asked, asked.reader());
    let register = portal.register()?;
    let entry = register.entry(&id).ok_or_else(|| Problem::not_found(format!("the entry {}", cut(&id))))?;
    let to = |path: &str| ui::layout::address(lang, path);
    let today = portal.today(&gate);
    let chapter = register.chapter(&entry.chapter);
    let chapter_title = chapter.map(|chapter| r.plain(&chapter.title)).unwrap_or_default();
    let clocks = portal.clocks().await?;
    let tiles = portal.dashboard_tiles(|id| entry.here.tiles.contains(id), &r, &clocks).await?;
    let newest = tiles.iter().filter_map(|tile| tile.time).max();
    let title = r.plain(&entry.title);
    let path = format!("/initiatives/{}", entry.slug());
    let mut page = portal.page(r, &path, title.clone());
    page.lead = r.plain(&entry.summary);
    let of_chapter = Crumb::new(chapter_title.clone(), format!("/chapters/{}", entry.chapter));
    page.below([Crumb::new(r.t("register-title"), "/initiatives"), of_chapter], title);
    if !tiles.is_empty() {
        page.shown = vec![portal.shown(newest)];
        page.stream = portal.stream(&r);
    }
    let file = portal.parts().pack.files.get(&format!("{}/{}.toml", crate::register::FOLDER, entry.slug()));
    let document = &register.frame.document;
    page.content = Markup::of(&InitiativeHtml {
        id: entry.id.clone(),
        chapter: (chapter_title, to(&format!("/chapters/{}", entry.chapter))),
        section: register.section(&entry.section).map(|s| r.plain(&s.title)).unwrap_or_default(),
        system: r.plain(&entry.system),
        owner: r.plain(&entry.owner),
        nature: r.t(&format!("nature-{}-text", entry.nature.word())),
        is_new: entry.new,
        document: r.plain(&document.title),
        document_url: document.url.clone(),
        document_date: r.date_of(document.date),
        document_stage: stage_chip(Some(entry.document.stage), &r),
        says: r.plain(&entry.document.says),
        due: entry.document.due.as_ref().map(|due| r.plain(&due.says)),
        figures: entry.figures.iter().map(|f| (f.value.clone(), r.plain(&f.says))).collect(),
        records: entry.since.iter().rev().map(|record| shown(record, &r)).collect(),
        schedule: schedule_says(entry, today, &r),
        carried: carried_chip(entry.here.state, &r),
        carried_says: r.t(&format!("carried-{}-text", entry.here.state.word())),
        tiles: tile::tiles(&tiles, &r, gate.now),
        feeds: feeds(portal, entry, &r, gate.now),
        pages: entry.here.pages.iter().map(|path| (to(path), portal.page_name(path, &r))).collect(),
        needs: (entry.here.state != Carried::Live).then(|| r.plain(&entry.here.needs)),
        related: related(register, entry, today, &r),
        atom: to(&format!("{path}/changes.atom")),
        file: file.map(|file| file.path.clone()).unwrap_or_default(),
        sha256: file.map(|file| file.sha256.chars().take(12).collect()).unwrap_or_default(),
        r,
    });
    Ok(answer(&page))
}

fn related(register: &Register, entry: &Entry, today: Day, r: &Reader) -> Vec<Line> {
    let beside = |other: &&Entry| {
        other.section == entry.section && other.chapter == entry.chapter && other.id != entry.id
    };
    register.entries.iter().filter(beside).take(RELATED).map(|other| Line::of(other, today, r)).collect()
}

fn shown(record: &crate::register::Record, r: &Reader) -> RecordShown {
    RecordShown {
        date: r.date_of(record.date),
        stage: stage_chip(Some(record.stage), r),
        says: r.plain(&record.says),
        title: record.source.title.clone(),
        publisher: record.source.publisher.clone(),
        url: record.source.url.clone(),
    }
}

/// The feeds that carry an entry, each with how it is doing.
fn feeds(portal: &Portal, entry: &Entry, r: &Reader, now: vocab::Time) -> Vec<(String, String, Markup)> {
    if entry.here.feeds.is_empty() {
        return Vec::new();
    }
    let carrying = portal
        .statuses(now)
        .into_iter()
        .filter(|s| entry.here.feeds.iter().any(|feed| *feed == s.feed.id.as_str()));
    carrying
        .map(|found| {
            let (state, word) = health(found.health, portal.parts().mode, r);
            let href = ui::layout::address(r.lang(), &format!("/feeds/{}", found.feed.id));
            (r.plain(&found.feed.title), href, status::chip(state, &word))
        })
        .collect()
}

impl Portal {
    /// What a page of ours is called, as the navigation has it; its address where it does not.
    fn page_name(&self, path: &str, r: &Reader) -> String {
        let known = self.site().nav.iter().find(|item| item.path == path);
        known.map_or_else(
            || r.t(super::site::page_key(path).unwrap_or("page-of-ours")),
            |item| r.plain(&item.label),
        )
    }
}
