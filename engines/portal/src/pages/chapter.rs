//! One chapter of the plan: the figures it opens with, how far its entries are, what of it is live here.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use host::{Gate, Problem};
use ui::layout::Crumb;
use ui::markup::Markup;
use ui::{Reader, tile};

use super::answer;
use super::asked::Asked;
use super::progress::{Bar, bar};
use super::register::Line;
use super::thing::cut;
use crate::register::progress::tally;
use crate::register::{Counted, Entry, Section};

#[derive(Template)]
#[template(path = "chapter.html")]
struct ChapterHtml<'a> {
    r: Reader<'a>,
    bar: Bar,
    tiles: Markup,
    /// Value, what it counts, and the entry it stands in.
    figures: Vec<(String, String, String)>,
    document: String,
    sections: Vec<(String, Vec<Line>)>,
    chapters: Vec<(String, String, bool)>,
}

pub async fn chapter(
    gate: Gate,
    asked: Asked,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (Asked { portal, lang }, r) = (&asked, asked.reader());
    let register = portal.register()?;
    let chapter =
        register.chapter(&id).ok_or_else(|| Problem::not_found(format!("the chapter {}", cut(&id))))?;
    let today = portal.today(&gate);
    let entries: Vec<&Entry> = register.of_chapter(&id).collect();
    let clocks = portal.clocks().await?;
    let carried = |id: &String| entries.iter().any(|entry| entry.here.tiles.contains(id));
    let tiles = portal.dashboard_tiles(carried, &r, &clocks).await?;
    // What a chapter opens with stands beside its measures; figures of single measures are on their own pages.
    let opens = entries.iter().filter(|entry| {
        register.section(&entry.section).is_some_and(|section| section.counted == Counted::Beside)
    });
    let figures = opens.flat_map(|entry| {
        let href = super::register::entry_address(entry, &r);
        entry.figures.iter().map(move |figure| (figure.value.clone(), r.plain(&figure.says), href.clone()))
    });
    let of_section = |id: &str| -> Vec<Line> {
        entries.iter().filter(|entry| entry.section == id).map(|entry| Line::of(entry, today, &r)).collect()
    };
    // The measures first; what stands beside them after.
    let mut sections: Vec<&Section> = register.frame.sections.iter().collect();
    sections.sort_by_key(|section| section.counted);
    let title = r.plain(&chapter.title);
    let mut page = portal.page(r, &format!("/chapters/{id}"), title.clone());
    page.lead = r.plain(&chapter.summary);
    page.below([Crumb::new(r.t("register-title"), "/initiatives")], title);
    if !tiles.is_empty() {
        page.shown = vec![portal.shown(tiles.iter().filter_map(|tile| tile.time).max())];
        page.stream = portal.stream(&r);
    }
    page.content = Markup::of(&ChapterHtml {
        bar: bar(&tally(entries.iter().copied()), &r),
        tiles: tile::tiles(&tiles, &r, gate.now),
        figures: figures.collect(),
        document: r.plain(&register.frame.document.title),
        sections: sections
            .into_iter()
            .map(|section| (r.plain(&section.title), of_section(&section.id)))
            .filter(|(_, lines)| !lines.is_empty())
            .collect(),
        chapters: register
            .frame
            .chapters
            .iter()
            .map(|other| {
                let href = ui::layout::address(lang, &format!("/chapters/{}", other.id));
                (r.plain(&other.title), href, other.id == id)
            })
            .collect(),
        r,
    });
    Ok(answer(&page))
}
