//! All districts: a map with their names, and what is measured in each, one beside the other.

use askama::Template;
use axum::response::Response;
use host::{Gate, Problem};
use ui::Reader;
use ui::map::Sketch;
use ui::markup::{Markup, escape};
use ui::status;
use ui::table::{Column, Table};
use vocab::{Bounds, Text, Time};

use super::answer;
use super::asked::Asked;
use super::layers::Area;
use crate::Portal;

#[derive(Template)]
#[template(path = "districts.html")]
struct DistrictsHtml<'a> {
    r: Reader<'a>,
    sketch: Markup,
    ground: String,
    regions: Vec<RegionShown>,
}

struct RegionShown {
    id: String,
    name: String,
    table: Markup,
}

impl Portal {
    /// A pack without districts has no such pages.
    pub(crate) fn areas(&self, path: &str) -> Result<&[Area], Problem> {
        let areas = self.inner.atlas.areas.as_slice();
        if areas.is_empty() { Err(Problem::not_found(path)) } else { Ok(areas) }
    }

    /// The page of a district.
    pub(crate) fn area_address(&self, r: &Reader, slug: &str) -> String {
        ui::layout::address(r.lang(), &format!("/districts/{slug}"))
    }
}

pub async fn districts(_: Gate, asked: Asked) -> Result<Response, Problem> {
    let (Asked { portal, .. }, r) = (&asked, asked.reader());
    let areas = portal.areas("the districts")?;
    let clocks = portal.clocks().await?;
    let mut columns = Vec::new();
    for (number, layer) in
        portal.inner.atlas.layers.iter().enumerate().filter(|(_, layer)| layer.show.is_some())
    {
        let known = portal.known_of(layer).await?;
        // A layer of which nothing is known yet would be a column of dashes.
        if known.iter().any(|known| !known.things.is_empty()) {
            columns.push((number, layer, known));
        }
    }
    let mut newest: Option<Time> = None;
    let mut row = |number: usize, area: &Area| -> Vec<Markup> {
        let href = portal.area_address(&r, area.shape.slug.as_str());
        let name = escape(&r.plain(&area.shape.name));
        let mut cells = vec![Markup::trusted(format!("<a href=\"{href}\">{name}</a>"))];
        for (layer_number, layer, known) in &columns {
            let current = portal.layer_figure(*layer_number, Some(number), known, &clocks);
            cells.push(current.map_or_else(Markup::default, |current| {
                newest = newest.max(current.time);
                let Some(words) = portal.layer_words(layer, &current, &r) else { return Markup::default() };
                let (state, word) = portal.judged_by(|value| layer.level(value), &current, &r);
                let mut cell = Markup::text(&words);
                if state != status::State::Good {
                    cell.push(&Markup::trusted(" ".to_string()));
                    cell.push(&status::chip(state, &word));
                }
                cell
            }));
        }
        cells
    };
    let mut regions = Vec::new();
    for (id, name, members) in grouped(portal, areas) {
        let title = r.plain(&name);
        let of = if title.is_empty() { r.t("districts-title") } else { title.clone() };
        let caption = r.say("districts-caption", &[("region", of.into())]);
        let mut heads = vec![Column::words(r.t("districts-district"))];
        heads.extend(columns.iter().map(|(_, layer, _)| Column::number(r.plain(&layer.title))));
        let mut table = Table::new(caption, heads);
        members.into_iter().for_each(|number| table.row(row(number, &areas[number])));
        regions.push(RegionShown { id, name: title, table: table.html(&r) });
    }
    let mut page = portal.page(r, "/districts", r.t("districts-title"));
    page.lead = r.say("districts-lead", &[("n", areas.len().into())]);
    page.shown = vec![portal.shown(newest)];
    page.content = Markup::of(&DistrictsHtml {
        sketch: sketch(portal, areas, &r),
        ground: r.plain(portal.parts().layers().source()),
        regions,
        r,
    });
    Ok(answer(&page))
}

/// Regions with the numbers of their districts; districts of none come last.
fn grouped(portal: &Portal, areas: &[Area]) -> Vec<(String, Text, Vec<usize>)> {
    let said = &portal.parts().content.town.districts;
    let region = |area: &Area| said.profile(area.shape.slug.as_str()).map(|profile| profile.region.as_str());
    let of = |id: Option<&str>| -> Vec<usize> {
        areas.iter().enumerate().filter(|(_, area)| region(area) == id).map(|(number, _)| number).collect()
    };
    let mut groups: Vec<_> = said
        .regions
        .iter()
        .map(|group| (group.id.clone(), group.name.clone(), of(Some(&group.id))))
        .collect();
    groups.push(("rest".into(), Text::default(), of(None)));
    groups.retain(|(_, _, members)| !members.is_empty());
    groups
}

fn sketch(portal: &Portal, areas: &[Area], r: &Reader) -> Markup {
    let [west, south, east, north] = portal.parts().pack.city.extent;
    let ground = portal.inner.ground.clone();
    // The name of a large district has more room: it comes first.
    let mut order: Vec<&Area> = areas.iter().collect();
    let size = |area: &Area| (area.bounds.east - area.bounds.west) * (area.bounds.north - area.bounds.south);
    order.sort_by(|a, b| size(b).total_cmp(&size(a)));
    let names = order.iter().map(|area| {
        // A district that is called as its town has its name where the town is.
        let town = area.labels.iter().find(|label| label.name.iter().next() == area.shape.name.iter().next());
        let at = town.and_then(super::layers::place).unwrap_or_else(|| area.middle());
        (at, r.plain(&area.shape.name))
    });
    let label = r.t("districts-map");
    Sketch {
        label: &label,
        names: names.collect(),
        ..Sketch::new(Bounds { west, south, east, north }, &ground)
    }
    .html()
}
