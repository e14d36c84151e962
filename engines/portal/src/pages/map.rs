//! Places on a map, with the same places as a list. The layers are the pack's; each is a link that shows or hides it.

use std::sync::Arc;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use host::{Gate, Problem};
use ui::Reader;
use ui::map::{CityMap, Group};
use ui::markup::{Markup, query_value};
use vocab::{Bounds, Mode, Time};

use super::asked::Asked;
use super::figures::{self, Clocks};
use super::filter::Filter;
use super::layers::Reading;
use super::registry::Known;
use super::{answer, thing};
use crate::Portal;
use crate::overlay::{self, Overlay};

/// Places of one page: a list that long is 60 KB on its way.
const PLACES: usize = 600;
/// Places in a small picture.
pub const DRAWN: usize = 400;
/// What an address says where no layer is wished; no layer is called so.
const NONE: &str = "-";

#[derive(Debug, Default, Clone)]
pub struct Wish {
    /// Ids of layers.
    layers: Vec<String>,
    /// A feed, where one alone is to be seen.
    feed: String,
    /// A district or the like, by its slug.
    area: String,
    /// A part of the name.
    name: String,
}

#[derive(Template)]
#[template(path = "map_page.html")]
struct MapHtml<'a> {
    r: Reader<'a>,
    action: String,
    layers: Vec<LayerShown>,
    others: Vec<LayerShown>,
    area: Option<Filter>,
    wish: Wish,
    map: Markup,
    /// What the layers and the list listen to.
    topic: String,
    sources: Vec<SourceShown>,
}

/// A layer in the row of layers.
struct LayerShown {
    id: String,
    title: String,
    href: String,
    shown: bool,
    series: u8,
    figure: String,
    chip: Markup,
    when: Markup,
    count: String,
}

struct SourceShown {
    title: String,
    href: String,
    owner: String,
    attribution: String,
}

pub async fn map(
    gate: Gate,
    asked: Asked,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let (Asked { portal, lang }, r) = (&asked, asked.reader());
    let clocks = portal.clocks().await?;
    let wish = Wish::of(pairs);
    let mut page = portal.page(r, "/map", r.t("map-title"));
    page.wide = true;
    page.stream = portal.stream(&r);
    page.query = wish.query();
    page.lead = r.t("map-lead");
    let all = &portal.inner.atlas.layers;
    let mut known = Vec::new();
    for layer in all {
        known.push(portal.known_of(layer).await?);
    }
    let has_places =
        |number: &usize| known[*number].iter().any(|k| k.things.iter().any(|t| t.position.is_some()));
    let mut chosen = overlay::chosen(all, &wish.layers, &wish.feed);
    // Whoever names nothing is shown something; whoever names a feed without places is told so.
    let asks_for_none = wish.feed.is_empty() && !wish.layers.is_empty();
    if !asks_for_none && !chosen.iter().any(has_places) {
        chosen = (0..all.len()).find(has_places).into_iter().collect();
        if let (false, Some(shown)) = (wish.feed.is_empty(), chosen.first()) {
            let named =
                portal.feed(&wish.feed).map_or_else(|| thing::cut(&wish.feed), |feed| r.plain(&feed.title));
            let shown = r.plain(&all[*shown].title);
            page.lead = r.say("map-instead", &[("what", named.into()), ("shown", shown.into())]);
        }
    }
    if !(0..all.len()).any(|number| has_places(&number)) {
        page.content = Markup::trusted(format!("<p>{}</p>", ui::markup::escape(&r.t("map-empty"))));
        page.shown = vec![portal.shown(None)];
        return Ok(answer(&page));
    }
    let view =
        View { portal, r, wish: &wish, known: &known, chosen: &chosen, clocks: &clocks, now: gate.now };
    let (groups, newest) = view.groups();
    page.shown = vec![portal.shown(newest)];
    let rows: Vec<(usize, LayerShown)> = (0..all.len()).map(|number| (number, view.layer(number))).collect();
    let own = portal.parts().content.town.overlays.layers.len();
    let (layers, others) = rows.into_iter().partition::<Vec<_>, _>(|(number, _)| *number < own);
    page.content = Markup::of(&MapHtml {
        action: ui::layout::address(lang, "/map"),
        layers: layers.into_iter().map(|(_, layer)| layer).collect(),
        others: others.into_iter().filter(|(number, _)| has_places(number)).map(|(_, layer)| layer).collect(),
        area: area(portal, &wish.area, &r),
        map: view.city_map(groups).html(&r),
        topic: view.topic(),
        sources: view.sources(),
        wish,
        r,
    });
    Ok(answer(&page))
}

/// The areas that the map can be narrowed to; nothing where the pack has none.
fn area(portal: &Portal, chosen: &str, r: &Reader) -> Option<Filter> {
    let option = |slug: &str, name| (slug.to_string(), name, slug == chosen);
    let areas = portal.inner.atlas.areas.iter();
    let options: Vec<_> =
        areas.map(|area| option(area.shape.slug.as_str(), r.plain(&area.shape.name))).collect();
    let is_any = !options.is_empty();
    is_any.then(|| Filter { name: "area", label: r.t("map-area"), any: r.t("map-anywhere"), options })
}

impl Wish {
    fn of(pairs: Vec<(String, String)>) -> Wish {
        let mut wish = Wish::default();
        for (key, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            match key.as_str() {
                "layer" => wish.layers.push(value),
                "feed" => wish.feed = value,
                "area" => wish.area = value,
                "name" => wish.name = value,
                _ => {}
            }
        }
        wish
    }

    /// Whether only some places of the layers are wished.
    fn is_narrow(&self) -> bool {
        !self.area.is_empty() || !self.name.is_empty()
    }

    /// The wish as it stands in an address.
    fn query(&self) -> String {
        let layers = self.layers.iter().map(|layer| ("layer", layer));
        let rest = [("feed", &self.feed), ("area", &self.area), ("name", &self.name)];
        let said = layers.chain(rest).filter(|(_, value)| !value.is_empty());
        said.map(|(key, value)| format!("{key}={}", query_value(value))).collect::<Vec<_>>().join("&")
    }
}

impl Portal {
    /// Where the map's ground comes from, where the pack has any.
    pub(crate) fn tiles(&self) -> Option<String> {
        (!self.parts().layers().is_empty()).then(|| "/tiles/base/{z}/{x}/{y}".to_string())
    }
}

/// What a part of a page listens to that shows places of these feeds.
pub fn topic<'f>(feeds: impl Iterator<Item = &'f String>) -> String {
    let mut feeds: Vec<&str> = feeds.map(String::as_str).collect();
    feeds.sort_unstable();
    feeds.dedup();
    if feeds.is_empty() { String::new() } else { format!("map:{}", feeds.join(",")) }
}

/// What one reader asked, and what is known.
struct View<'a> {
    portal: &'a Portal,
    r: Reader<'a>,
    wish: &'a Wish,
    /// Of each layer.
    known: &'a [Vec<Arc<Known>>],
    /// Numbers of layers.
    chosen: &'a [usize],
    clocks: &'a Clocks,
    now: Time,
}

impl View<'_> {
    fn all(&self) -> &[Overlay] {
        &self.portal.inner.atlas.layers
    }

    /// Places of the chosen layers that fit the wish, and the newest time of a value on them.
    fn groups(&self) -> (Vec<Group>, Option<Time>) {
        let mut newest = None;
        let share = PLACES / self.chosen.len().max(1);
        let area = self.portal.inner.atlas.area(&self.wish.area).map(|(number, _)| number);
        let wanted = self.wish.name.trim().to_lowercase();
        let fits = |reading: &Reading| {
            let named = || {
                reading.thing.name.iter().any(|(_, name)| name.to_lowercase().contains(&wanted))
                    || reading.thing.slug.to_lowercase().contains(&wanted)
            };
            reading.thing.position.is_some() && (wanted.is_empty() || named())
        };
        let group = |number: &usize| {
            let layer = &self.all()[*number];
            let mut readings = Vec::new();
            for known in &self.known[*number] {
                readings.extend(self.portal.readings(layer, known, area).into_iter().filter(fits));
            }
            let total = readings.len();
            readings.sort_by_key(Reading::rank);
            let places = readings.iter().take(share).filter_map(|reading| {
                let (place, time) = self.portal.place_shown(layer, reading, &self.r, self.clocks)?;
                newest = newest.max(time);
                Some(place)
            });
            let places = places.collect();
            Group { title: self.r.plain(&layer.title), series: layer.colour, places, total: Some(total) }
        };
        let groups = self.chosen.iter().map(group).collect();
        (groups, newest)
    }

    fn topic(&self) -> String {
        topic(self.chosen.iter().flat_map(|number| &self.all()[*number].feeds))
    }

    fn city_map(&self, groups: Vec<Group>) -> CityMap {
        let [west, south, east, north] = self.portal.parts().pack.city.extent;
        let titles: Vec<&str> = groups.iter().map(|group| group.title.as_str()).collect();
        let label = self.r.say("map-of", &[("what", titles.join(" · ").into())]);
        let places = groups.iter().flat_map(|group| &group.places).map(|place| &place.position);
        let around = ui::map::framed(places).filter(|_| !self.wish.name.is_empty());
        let of_area = self.portal.inner.atlas.area(&self.wish.area).map(|(_, area)| area.bounds);
        CityMap {
            id: "city".into(),
            label,
            groups,
            bounds: around.or(of_area).unwrap_or(Bounds { west, south, east, north }),
            tiles: self.portal.tiles(),
            tiles_zoom: self.portal.parts().layers().zoom(),
            source: self.r.text(self.portal.parts().layers().source()),
            ground: self.portal.inner.ground.clone(),
        }
    }

    /// A layer with a link that shows it, or hides it where it is shown.
    fn layer(&self, number: usize) -> LayerShown {
        let layer = &self.all()[number];
        let shown = self.chosen.contains(&number);
        // Of a feed that is no layer of the pack's only its places are shown here.
        let is_own = number < self.portal.parts().content.town.overlays.layers.len();
        let (figure, chip, time) = match is_own {
            true => self.portal.layer_state(number, &self.known[number], &self.r, self.clocks),
            false => Default::default(),
        };
        let mode = self.portal.parts().mode;
        let placed =
            self.known[number].iter().flat_map(|known| &known.things).filter(|t| t.position.is_some());
        LayerShown {
            id: layer.id.clone(),
            title: self.r.plain(&layer.title),
            href: self.switched(number, shown),
            shown,
            series: layer.colour,
            figure,
            chip,
            when: time.map(|time| figures::dated(time, mode, &self.r, self.now)).unwrap_or_default(),
            count: self.r.say("places-count", &[("n", placed.count().into())]),
        }
    }

    /// The address of this map with one layer more, or less.
    fn switched(&self, number: usize, shown: bool) -> String {
        let with = |at: &usize| (*at != number && self.chosen.contains(at)) || (*at == number && !shown);
        let mut layers: Vec<String> =
            (0..self.all().len()).filter(with).map(|at| self.all()[at].id.clone()).collect();
        if layers.is_empty() {
            layers.push(NONE.into());
        }
        let wish = Wish { layers, feed: String::new(), ..self.wish.clone() };
        format!("{}?{}", ui::layout::address(self.r.lang(), "/map"), wish.query())
    }

    /// Whose the chosen layers are.
    fn sources(&self) -> Vec<SourceShown> {
        let feeds = self.chosen.iter().flat_map(|number| &self.all()[*number].feeds);
        let feeds = feeds.filter_map(|id| self.portal.feed(id));
        let shown = feeds.map(|feed| SourceShown {
            title: self.r.plain(&feed.title),
            href: ui::layout::address(self.r.lang(), &format!("/feeds/{}", feed.id)),
            owner: figures::owner(Some(&feed), self.portal.parts().mode, &self.r),
            // Nothing of a simulated city is from whoever publishes the real feed.
            attribution: match self.portal.parts().mode {
                Mode::Simulated => String::new(),
                Mode::Live | Mode::Recording => self.r.plain(&feed.licence.attribution),
            },
        });
        shown.collect()
    }
}
