//! The front page: the city now.

use askama::Template;
use axum::response::Response;
use host::{Gate, Problem};
use intake::health::Health;
use intake::runner::FeedStatus;
use ui::map;
use ui::markup::Markup;
use ui::status::{self, State as Mood};
use ui::{Reader, tile};
use vocab::{Bounds, Mode, Position, Time};

use super::asked::Asked;
use super::feed::health;
use super::figures::owner;
use super::register::Saying;
use super::storm::StormShown;
use super::{answer, map as places};
use crate::dashboard::TileFile;
use crate::notice::Notice;
use crate::{Portal, store};

/// Notices on the front page; more are on the pages of their feeds.
const NOTICES: usize = 6;
/// Characters of a title: two lines on a wide page.
const TITLE: usize = 120;
/// Notices looked through for those in force.
const LOOKED_THROUGH: i64 = 200;

#[derive(Template)]
#[template(path = "home.html")]
struct HomeHtml<'a> {
    r: Reader<'a>,
    now: String,
    src: String,
    storm: Option<StormShown>,
    tasks: Vec<(String, String, String)>,
    sayings: Vec<Saying>,
    notices: Vec<NoticeShown>,
    /// What can be said where no notice is in force.
    silence: String,
    tiles: Markup,
    locator: Markup,
    ground: String,
    kinds: Vec<Kind>,
    /// How many feeds are in which state.
    feeds: Vec<(Markup, String)>,
}

pub struct NoticeShown {
    /// Some sources give the whole text as its title: then this is its beginning.
    pub title: String,
    pub lang: String,
    /// What the title does not say, if anything.
    pub text: String,
    pub when: Markup,
    pub owner: String,
    pub href: String,
}

/// A kind of place that the map shows.
struct Kind {
    name: String,
    href: String,
    count: String,
}

pub async fn home(gate: Gate, asked: Asked) -> Result<Response, Problem> {
    let (Asked { portal, lang }, r) = (&asked, asked.reader());
    let clocks = portal.clocks().await?;
    let to = |path: &str| ui::layout::address(lang, path);
    let in_force = portal.in_force(gate.now).await?;
    let feeds = portal.statuses(gate.now);
    let storm = portal.parts().content.storms.on(&in_force);
    let mut shown_tiles: Vec<&TileFile> = portal.parts().content.dashboard.tiles.iter().collect();
    if let Some((storm, _)) = storm {
        // What matters in a storm comes first; the rest keeps its order.
        let rank = |tile: &TileFile| storm.tiles.iter().position(|id| *id == tile.id).unwrap_or(usize::MAX);
        shown_tiles.sort_by_key(|tile| rank(tile));
    }
    let mut tiles = Vec::new();
    let mut newest = None;
    for tile in shown_tiles {
        let drawn = portal.dashboard_tile(tile, &r, &clocks).await?;
        newest = newest.max(drawn.time);
        tiles.push(drawn);
    }
    let (kinds, points) = kinds(portal, &r).await?;
    // What the storm says is said.
    let of_storm = storm.map(|(_, notice)| notice.slug.as_str());
    let others = in_force.iter().filter(|notice| Some(notice.slug.as_str()) != of_storm);
    let notices = others.take(NOTICES).map(|notice| portal.notice_shown(notice, &r)).collect();
    // What was recorded is not what is.
    let recorded = portal.parts().mode == Mode::Recording;
    let word = |now: &'static str, then: &'static str| if recorded { then } else { now };
    let city = [("city", r.plain(&portal.site().city).into())];
    let mut page = portal.page(r, "", r.say(word("home-title", "home-title-recorded"), &city));
    page.crumbs.clear();
    page.lead = r.t(word("home-lead", "home-lead-recorded"));
    page.shown = vec![portal.shown(newest)];
    page.stream = portal.stream(&r);
    page.own_search = true;
    page.content = Markup::of(&HomeHtml {
        now: r.t(word("home-now", "home-now-recorded")),
        src: to(""),
        storm: storm.map(|(storm, notice)| portal.storm_shown(storm, notice, &in_force, &feeds, &r)),
        tasks: portal.tasks(&r),
        sayings: portal.sayings(&r),
        notices,
        silence: silence(&feeds, if storm.is_some() { "notices-none-else" } else { "notices-none" }, &r),
        tiles: tile::tiles(&tiles, &r, gate.now),
        locator: cloud(portal, points, &r),
        ground: r.plain(portal.parts().layers().source()),
        kinds,
        feeds: states(&feeds, portal.parts().mode, &r),
        r,
    });
    Ok(answer(&page))
}

/// The layers of the map with the number of their places, and where all of these stand.
async fn kinds(portal: &Portal, r: &Reader<'_>) -> Result<(Vec<Kind>, Vec<Position>), Problem> {
    let (mut kinds, mut points) = (Vec::new(), Vec::new());
    for layer in &portal.inner.atlas.layers {
        let known = portal.known_of(layer).await?;
        let things = known.iter().flat_map(|known| &known.things);
        let placed: Vec<Position> = things.filter_map(|thing| thing.position).collect();
        if !placed.is_empty() {
            kinds.push(Kind {
                name: r.plain(&layer.title),
                href: ui::layout::address(r.lang(), &format!("/map?layer={}", layer.id)),
                count: r.say("places-count", &[("n", placed.len().into())]),
            });
            points.extend(placed);
        }
    }
    Ok((kinds, points))
}

/// A thousand points in a picture of this size are a cloud; every so many of them show as much.
fn cloud(portal: &Portal, points: Vec<Position>, r: &Reader) -> Markup {
    let [west, south, east, north] = portal.parts().pack.city.extent;
    let bounds = Bounds { west, south, east, north };
    let step = points.len().div_ceil(places::DRAWN).max(1);
    let shown = points.into_iter().step_by(step).map(|point| (point, Mood::Good));
    map::locator(&r.t("home-map-label"), bounds, &portal.inner.ground, shown)
}

/// How many feeds are in which state, those in the commonest first.
fn states(feeds: &[FeedStatus], mode: Mode, r: &Reader) -> Vec<(Markup, String)> {
    let mut counts: Vec<(Mood, String, usize)> = Vec::new();
    for status in feeds {
        let (state, word) = health(status.health, mode, r);
        match counts.iter_mut().find(|(_, known, _)| *known == word) {
            Some((_, _, count)) => *count += 1,
            None => counts.push((state, word, 1)),
        }
    }
    counts.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
    counts.iter().map(|(state, word, count)| (status::chip(*state, word), r.count(*count))).collect()
}

/// What to say where no notice is in force: that a source lists none, in these words with its time, or that it is not known.
pub(super) fn silence(feeds: &[FeedStatus], none: &str, r: &Reader<'_>) -> String {
    // Only a feed that speaks now may be quoted as saying nothing.
    let heard = feeds.iter().filter(|status| {
        let mut records = status.feed.sources.iter().flat_map(|source| &source.records);
        records.any(|record| !record.messages.is_empty()) && status.health == Health::Green
    });
    match heard.filter_map(FeedStatus::last_good).max() {
        Some(time) => r.say(none, &[("time", r.date_time(time).into())]),
        None => r.t("notices-unknown"),
    }
}

/// The beginning of a long title, up to a pause: the end of a word, or what parts a Chinese sentence.
pub(super) fn beginning(title: &str) -> String {
    let mut room = TITLE;
    let fits = title.char_indices().find(|(_, letter)| {
        // A Chinese character is twice as wide as a letter.
        let width = if *letter < '\u{2e80}' { 1 } else { 2 };
        let fits = room >= width;
        room = room.saturating_sub(width);
        !fits
    });
    let Some((end, _)) = fits else { return title.to_string() };
    let cut = &title[..end];
    let pause = cut.rfind([' ', '，', '。', '；', '、', '：']).filter(|at| *at > cut.len() / 2);
    let whole = pause.map_or(cut, |at| &cut[..at]);
    format!("{}…", whole.trim_end_matches([' ', ',', ':', '，', '。', '；', '、', '：']))
}

impl HomeHtml<'_> {
    fn to(&self, path: &str) -> String {
        ui::layout::address(self.r.lang(), path)
    }
}

impl Portal {
    /// Public notices in force, newest first.
    pub(crate) async fn in_force(&self, now: Time) -> Result<Vec<Notice>, Problem> {
        let mode = self.parts().mode;
        let mut all = self.parts().db.read(move |tx| store::latest(tx, mode, LOOKED_THROUGH)).await?;
        let now_of = |notice: &Notice| self.parts().intake.clock(&notice.feed, &notice.source).unwrap_or(now);
        all.retain(|notice| notice.label == vocab::Label::Public && notice.is_in_force(now_of(notice)));
        Ok(all)
    }

    pub(crate) fn notice_shown(&self, notice: &Notice, r: &Reader<'_>) -> NoticeShown {
        let feed = self.feed(&notice.feed);
        let (lang, whole) =
            notice.title.best(r.lang()).map_or_else(Default::default, |(l, t)| (l.to_string(), t));
        let title = beginning(whole);
        let text = r.plain(&notice.text);
        let says_more = !text.trim().is_empty() && text.trim() != title;
        NoticeShown {
            lang,
            text: if says_more {
                text
            } else if title == whole {
                String::new()
            } else {
                whole.to_string()
            },
            title,
            when: r.at(notice.at),
            owner: owner(feed.as_deref(), self.parts().mode, r),
            href: ui::layout::address(r.lang(), &format!("/feeds/{}", notice.feed)),
        }
    }
}
