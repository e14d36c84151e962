//! How the plan goes: by chapter, by date, what has gone quiet, and what its mission rests on; and how we counted.

use askama::Template;
use axum::response::Response;
use host::{Gate, Problem};
use ui::layout::Crumb;
use ui::markup::{Markup, escape};
use ui::table::{self, Column, Table};
use ui::{Reader, tile};

use super::answer;
use super::asked::Asked;
use super::register::{Line, schedule_says, stage_chip};
use crate::register::progress::{Count, QUIET_MONTHS, Tally, tally};
use crate::register::schedule::Schedule;
use crate::register::{Counted, Entry, Register, Stage};

/// Entries by stage, drawn as one bar with its key.
pub struct Bar {
    pub all: usize,
    pub parts: Vec<Part>,
}

pub struct Part {
    pub word: &'static str,
    pub chip: Markup,
    pub from: usize,
    pub count: usize,
}

/// The furthest stage comes first; what no source speaks of, last.
pub fn bar(tally: &Tally, r: &Reader) -> Bar {
    const ORDER: [Stage; 9] = [
        Stage::Done,
        Stage::InService,
        Stage::UnderWay,
        Stage::Pilot,
        Stage::Plan,
        Stage::Explore,
        Stage::Goal,
        Stage::Published,
        Stage::Stopped,
    ];
    let counted = ORDER.iter().map(|stage| (Some(*stage), tally.stages.get(stage).copied().unwrap_or(0)));
    let mut from = 0;
    let mut parts = Vec::new();
    for (stage, count) in counted.chain([(None, tally.silent)]).filter(|(_, count)| *count > 0) {
        let word = stage.map_or("silent", Stage::word);
        parts.push(Part { word, chip: stage_chip(stage, r), from, count });
        from += count;
    }
    Bar { all: tally.all, parts }
}

#[derive(Template)]
#[template(path = "progress.html")]
struct ProgressHtml<'a> {
    r: Reader<'a>,
    bar: Bar,
    chapters: Vec<(String, String, Bar)>,
    dated: Vec<Dated>,
    quiet_text: String,
    quiet: Vec<Quiet>,
    missions: Vec<MissionShown>,
}

struct Dated {
    line: Line,
    says: String,
}

struct Quiet {
    owner: String,
    lines: Vec<Line>,
}

struct MissionShown {
    id: String,
    title: String,
    says: String,
    tiles: Markup,
    bar: Bar,
    lines: Vec<Line>,
}

pub async fn progress(gate: Gate, asked: Asked) -> Result<Response, Problem> {
    let (Asked { portal, lang }, r) = (&asked, asked.reader());
    let register = portal.register()?;
    let today = portal.today(&gate);
    let mut page = portal.page(r, "/initiatives/progress", r.t("progress-title"));
    page.below([Crumb::new(r.t("register-title"), "/initiatives")], r.t("progress-title"));
    page.lead = r.t("progress-lead");
    let clocks = portal.clocks().await?;
    let mut missions = Vec::new();
    let mut newest = None;
    for mission in &register.frame.missions {
        let tiles = portal.dashboard_tiles(|id| mission.tiles.contains(id), &r, &clocks).await?;
        newest = newest.max(tiles.iter().filter_map(|tile| tile.time).max());
        let entries: Vec<&Entry> = mission.entries.iter().filter_map(|id| register.entry(id)).collect();
        missions.push(MissionShown {
            id: format!("mission-{}", mission.id),
            title: r.plain(&mission.title),
            says: r.plain(&mission.says),
            tiles: tile::tiles(&tiles, &r, gate.now),
            bar: bar(&tally(entries.iter().copied()), &r),
            lines: entries.iter().map(|entry| Line::of(entry, today, &r)).collect(),
        });
    }
    if newest.is_some() {
        page.shown = vec![portal.shown(newest)];
        page.stream = portal.stream(&r);
    }
    let chapters = register.frame.chapters.iter().map(|chapter| {
        let href = ui::layout::address(lang, &format!("/chapters/{}", chapter.id));
        (r.plain(&chapter.title), href, bar(&tally(register.of_chapter(&chapter.id)), &r))
    });
    let mut dated: Vec<&Entry> =
        register.entries.iter().filter(|e| e.schedule(today) != Schedule::Undated).collect();
    dated.sort_by_key(|entry| entry.document.due.as_ref().map(|due| due.by));
    page.content = Markup::of(&ProgressHtml {
        bar: bar(&tally(register.entries.iter()), &r),
        chapters: chapters.collect(),
        dated: dated
            .into_iter()
            .map(|entry| Dated { line: Line::of(entry, today, &r), says: schedule_says(entry, today, &r) })
            .collect(),
        quiet_text: r.say("progress-quiet-text", &[("n", i64::from(QUIET_MONTHS).into())]),
        quiet: by_owner(&register.quiet(today), &r)
            .into_iter()
            .map(|(owner, entries)| Quiet {
                owner,
                lines: entries.into_iter().map(|entry| Line::of(entry, today, &r)).collect(),
            })
            .collect(),
        missions,
        r,
    });
    Ok(answer(&page))
}

/// Each owner with the entries that wait for a word of theirs, the longest list first; those of nobody known come last.
fn by_owner<'e>(quiet: &[&'e Entry], r: &Reader) -> Vec<(String, Vec<&'e Entry>)> {
    let mut lists: Vec<(String, Vec<&Entry>)> = Vec::new();
    for entry in quiet {
        let owner = r.plain(&entry.owner);
        match lists.iter_mut().find(|(name, _)| *name == owner) {
            Some((_, entries)) => entries.push(entry),
            None => lists.push((owner, vec![entry])),
        }
    }
    lists.sort_by_key(|(owner, entries)| (owner.is_empty(), std::cmp::Reverse(entries.len())));
    for (owner, _) in lists.iter_mut().filter(|(owner, _)| owner.is_empty()) {
        *owner = r.t("entry-owner-unknown");
    }
    lists
}

#[derive(Template)]
#[template(path = "counted.html")]
struct CountedHtml<'a> {
    r: Reader<'a>,
    says: String,
    sums: String,
    chapters: Markup,
    natures: Markup,
    carried: Markup,
    beside: Vec<(String, Vec<(String, String)>)>,
}

pub async fn counted(_: Gate, asked: Asked) -> Result<Response, Problem> {
    let (Asked { portal, lang }, r) = (&asked, asked.reader());
    let register = portal.register()?;
    let all = register.count();
    let mut page = portal.page(r, "/initiatives/counted", r.t("counted-title"));
    page.below([Crumb::new(r.t("register-title"), "/initiatives")], r.t("counted-title"));
    page.lead = r.say("counted-lead", &[("n", all.all.into())]);
    let of_chapter = register.counts(|entry| entry.chapter.clone());
    let chapters = register.frame.chapters.iter().map(|chapter| {
        let href = ui::layout::address(lang, &format!("/chapters/{}", chapter.id));
        let name = escape(&r.plain(&chapter.title));
        let count = of_chapter.get(&chapter.id).copied().unwrap_or_default();
        (Markup::trusted(format!("<a href=\"{href}\">{name}</a>")), count)
    });
    let natures = register
        .natures()
        .into_iter()
        .map(|(nature, count)| (Markup::text(&r.t(&format!("nature-{}", nature.word()))), count));
    let carried = register
        .carried()
        .into_iter()
        .map(|(state, count)| (Markup::text(&r.t(&format!("carried-{}", state.word()))), count));
    page.content = Markup::of(&CountedHtml {
        says: r.plain(&register.frame.document.counted),
        sums: r.say(
            "counted-sums",
            &[
                ("all", all.all.into()),
                ("rows", all.bullets.into()),
                ("bullets", (register.frame.document.bullets as usize).into()),
                ("beside", all.beside.into()),
                ("new", all.new.into()),
            ],
        ),
        chapters: counts("counted-by-chapter", "filter-chapter", chapters, Some(all), &r),
        natures: counts("counted-by-nature", "filter-nature", natures, Some(all), &r),
        carried: counts("counted-by-carried", "filter-here", carried, Some(all), &r),
        beside: beside(register, &r),
        r,
    });
    Ok(answer(&page))
}

fn counts(
    caption: &str,
    what: &str,
    rows: impl Iterator<Item = (Markup, Count)>,
    sum: Option<Count>,
    r: &Reader,
) -> Markup {
    let columns = vec![
        Column::words(r.t(what)),
        Column::number(r.t("counted-bullets")),
        Column::number(r.t("counted-beside")),
        Column::number(r.t("counted-all")),
        Column::number(r.t("counted-new")),
    ];
    let mut all = Table::new(r.t(caption), columns);
    let number = |n: usize| table::number(n as f64, 0, r);
    for (name, count) in rows.chain(sum.map(|sum| (Markup::text(&r.t("counted-sum")), sum))) {
        all.row([name, number(count.bullets), number(count.beside), number(count.all), number(count.new)]);
    }
    all.html(r)
}

/// The entries that come of no list of measures, by the part of the document in which they stand.
fn beside(register: &Register, r: &Reader) -> Vec<(String, Vec<(String, String)>)> {
    let sections = register.frame.sections.iter().filter(|section| section.counted == Counted::Beside);
    sections
        .map(|section| {
            let of_section = register.entries.iter().filter(|entry| entry.section == section.id);
            let entries = of_section.map(|entry| {
                (format!("{} {}", entry.id, r.plain(&entry.title)), super::register::entry_address(entry, r))
            });
            (r.plain(&section.title), entries.collect())
        })
        .collect()
}
