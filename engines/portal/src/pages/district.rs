//! One district: what it is like in words, what is measured there now beside the city, what is said of it, and its names.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use host::{Gate, Problem};
use ui::Reader;
use ui::layout::Crumb;
use ui::map::Sketch;
use ui::markup::Markup;
use ui::tile::{self, Figure, Tile};
use vocab::{Lang, Time};

use super::asked::Asked;
use super::figures::{self, Clocks};
use super::home::{NoticeShown, silence};
use super::layers::{self, Area, Reading};
use super::registry::Known;
use super::{answer, map, thing};
use crate::Portal;
use crate::district::names;
use crate::notice::Notice;
use crate::overlay::Overlay;

/// Places named of one layer; all are on the map.
const PLACES: usize = 6;
/// Notices of one district.
const NOTICES: usize = 6;
/// Names in the picture.
const NAMES: usize = 14;
/// Kinds of names, in the order in which they are listed. What is of no other kind is a place.
const KINDS: [(&str, &[&str]); 6] = [
    ("names-places", &["town", "quarter", "village", "island", "landmark"]),
    ("names-stations", &["station", "pier", "control-point"]),
    ("names-hospitals", &["hospital"]),
    ("names-parks", &["park"]),
    ("names-peaks", &["peak"]),
    ("names-waters", &["bay", "reservoir", "channel"]),
];

#[derive(Template)]
#[template(path = "district.html")]
struct DistrictHtml<'a> {
    r: Reader<'a>,
    src: String,
    topic: String,
    sketch: Markup,
    ground: String,
    map: String,
    tiles: Markup,
    layers: Vec<LayerShown>,
    notices: Vec<NoticeShown>,
    silence: String,
    names: Vec<(String, Vec<NameShown>)>,
    all: String,
}

/// Readings of one layer.
struct LayerShown {
    id: String,
    title: String,
    places: Vec<PlaceShown>,
    href: String,
    more: Option<String>,
    series: u8,
}

struct PlaceShown {
    name: String,
    href: String,
    detail: Markup,
}

struct NameShown {
    name: String,
    /// The same name in another of the city's languages, as it stands on signs.
    other: Option<(Lang, String)>,
}

pub async fn district(
    gate: Gate,
    asked: Asked,
    Path((_, slug)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (Asked { portal, lang }, r) = (&asked, asked.reader());
    portal.areas("the districts")?;
    let found = portal.inner.atlas.area(&slug);
    let (number, area) =
        found.ok_or_else(|| Problem::not_found(format!("the district {}", thing::cut(&slug))))?;
    let clocks = portal.clocks().await?;
    let mut view = View { portal, r, number, area, clocks: &clocks, newest: None };
    let (mut tiles, mut shown, mut feeds) = (Vec::new(), Vec::new(), Vec::new());
    for (at, layer) in portal.inner.atlas.layers.iter().enumerate() {
        let known = portal.known_of(layer).await?;
        if known.iter().all(|known| !known.in_area.contains_key(&number)) {
            continue;
        }
        feeds.extend(&layer.feeds);
        tiles.extend(view.tile(at, layer, &known));
        shown.push(view.layer(layer, &known));
    }
    let (notices, silence) = view.notices(gate.now).await?;
    let path = format!("/districts/{slug}");
    let title = r.plain(&area.shape.name);
    let mut page = portal.page(r, &path, title.clone());
    page.lead = profile(portal, &slug, &r);
    page.shown = vec![portal.shown(view.newest)];
    page.stream = portal.stream(&r).filter(|_| !feeds.is_empty());
    page.below([Crumb::new(r.t("districts-title"), "/districts")], title);
    page.content = Markup::of(&DistrictHtml {
        src: ui::layout::address(lang, &path),
        topic: map::topic(feeds.into_iter()),
        sketch: view.sketch(),
        ground: r.plain(portal.parts().layers().source()),
        map: view.map(None),
        tiles: tile::tiles(&tiles, &r, gate.now),
        layers: shown,
        notices,
        silence,
        names: view.names(),
        all: ui::layout::address(lang, "/districts"),
        r,
    });
    Ok(answer(&page))
}

fn profile(portal: &Portal, slug: &str, r: &Reader) -> String {
    let said = portal.parts().content.town.districts.profile(slug);
    said.map(|profile| r.plain(&profile.profile)).unwrap_or_default()
}

struct View<'a> {
    portal: &'a Portal,
    r: Reader<'a>,
    number: usize,
    area: &'a Area,
    clocks: &'a Clocks,
    newest: Option<Time>,
}

impl View<'_> {
    /// The moving map of this district, of one layer or as it opens.
    fn map(&self, layer: Option<&Overlay>) -> String {
        let layer = layer.map(|layer| format!("layer={}&", layer.id)).unwrap_or_default();
        ui::layout::address(self.r.lang(), &format!("/map?{layer}area={}", self.area.shape.slug))
    }

    /// The figure of a layer here, and beside it that of the city.
    fn tile(&mut self, at: usize, layer: &Overlay, known: &[Arc<Known>]) -> Option<Tile> {
        let (portal, r) = (self.portal, &self.r);
        let here = portal.layer_figure(at, Some(self.number), known, self.clocks)?;
        let city = portal.layer_figure(at, None, known, self.clocks)?;
        let value = here.value?;
        self.newest = self.newest.max(here.time);
        let figure = Figure::Number { value, decimals: layer.decimals, unit: r.plain(&layer.unit) };
        let mut drawn = Tile::new(r.plain(&layer.title), figure, portal.shown(here.time), here.time);
        drawn.href = Some(self.map(Some(layer)));
        drawn.means = r.plain(&layer.means);
        (drawn.state, drawn.state_label) = portal.judged_by(|value| layer.level(value), &here, r);
        let whole = portal.layer_words(layer, &city, r).unwrap_or_else(|| r.t("value-missing"));
        drawn.place = r.say("district-beside", &[("n", here.count.into()), ("city", whole.into())]);
        drawn.owner = match layer.feeds.as_slice() {
            [feed] => figures::owner(portal.feed(feed).as_deref(), portal.parts().mode, r),
            _ => String::new(),
        };
        Some(drawn)
    }

    fn layer(&mut self, layer: &Overlay, known: &[Arc<Known>]) -> LayerShown {
        let (portal, r) = (self.portal, &self.r);
        let mut readings: Vec<_> =
            known.iter().flat_map(|known| portal.readings(layer, known, Some(self.number))).collect();
        readings.sort_by_key(Reading::rank);
        let count = readings.len();
        let mut places = Vec::new();
        for reading in readings.iter().take(PLACES) {
            let (_, detail, time) = portal.reading_shown(layer, reading, r, self.clocks);
            self.newest = self.newest.max(time);
            let name = r.plain(&reading.thing.name);
            places.push(PlaceShown { name, href: figures::thing_address(r, &reading.thing.slug), detail });
        }
        LayerShown {
            id: layer.id.clone(),
            title: r.plain(&layer.title),
            places,
            href: self.map(Some(layer)),
            more: (count > PLACES).then(|| r.say("district-more", &[("n", count.into())])),
            series: layer.colour,
        }
    }

    fn sketch(&self) -> Markup {
        let label = self.r.say("district-map", &[("district", self.r.plain(&self.area.shape.name).into())]);
        let names = self.area.labels.iter().take(NAMES);
        let names = names.filter_map(|label| Some((layers::place(label)?, self.r.plain(&label.name))));
        Sketch {
            label: &label,
            area: self.area.rings.clone(),
            names: names.collect(),
            ..Sketch::new(self.area.bounds, &self.area.ground)
        }
        .html()
    }

    /// Notices that concern this district: those of feeds that concern every district, those placed in it, and those that
    /// name a place of it.
    async fn notices(&self, now: Time) -> Result<(Vec<NoticeShown>, String), Problem> {
        let all = self.portal.in_force(now).await?;
        let found = all.iter().filter(|notice| self.concerns(notice)).take(NOTICES);
        let shown: Vec<NoticeShown> = found.map(|notice| self.portal.notice_shown(notice, &self.r)).collect();
        let silence = match all.is_empty() {
            true => silence(&self.portal.statuses(now), "notices-none", &self.r),
            false => self.r.t("district-no-notice"),
        };
        Ok((shown, silence))
    }

    fn concerns(&self, notice: &Notice) -> bool {
        if self.portal.parts().content.town.districts.everywhere.contains(&notice.feed) {
            return true;
        }
        if let Some(at) = notice.position {
            return self.portal.parts().layers().area_number(at) == Some(self.number);
        }
        // Small places have names that other texts hold by chance; the larger ones are what notices name.
        let known = self.area.labels.iter().filter(|label| label.rank.is_some_and(|rank| rank < 4));
        let mut known = known.map(|label| &label.name);
        let said: Vec<(&Lang, &str)> = notice.title.iter().chain(notice.text.iter()).collect();
        known.any(|name| {
            name.iter()
                .any(|(lang, name)| said.iter().any(|(other, text)| *other == lang && names(text, name)))
        })
    }

    fn names(&self) -> Vec<(String, Vec<NameShown>)> {
        let mut groups: BTreeMap<usize, Vec<NameShown>> = BTreeMap::new();
        for label in &self.area.labels {
            let kind = label.kind.as_deref().unwrap_or_default();
            let group = KINDS.iter().position(|(_, kinds)| kinds.contains(&kind)).unwrap_or(0);
            // Whoever reads one script meets another on signs: the first of the city's that is not a sister of theirs.
            let mine = self.r.lang().as_str().split('-').next();
            let mut others = self.portal.site().langs.iter().map(|known| &known.lang);
            let other = others.find(|lang| lang.as_str().split('-').next() != mine);
            let other = other.and_then(|lang| Some((lang.clone(), label.name.get(lang)?.to_string())));
            let name = self.r.plain(&label.name);
            groups.entry(group).or_default().push(NameShown { name, other });
        }
        groups.into_iter().map(|(group, names)| (self.r.t(KINDS[group].0), names)).collect()
    }
}
