//! The front page: the city now.

use askama::Template;
use axum::response::Response;
use host::{Gate, Problem};
use intake::health::Health;
use ui::map;
use ui::markup::Markup;
use ui::status::{self, State as Mood};
use ui::{Reader, tile};
use vocab::{Bounds, Mode, Position, Time};

use super::asked::Asked;
use super::feed::health;
use super::register::{entry_address, stage_chip};
use super::{answer, map as places};
use crate::dashboard::TileFile;
use crate::notice::Notice;
use crate::storm::Storm;
use crate::{Portal, store};

/// Notices on the front page; more are on the pages of their feeds.
const NOTICES: usize = 6;
/// Characters of a title: two lines on a wide page.
const TITLE: usize = 120;
/// Records of the register that the front page names.
const SAYINGS: usize = 3;
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
    feeds: Vec<FeedShown>,
}

/// What the front page says first while a grave warning is in force.
struct StormShown {
    title: String,
    lang: String,
    when: Markup,
    owner: String,
    means: String,
    rules: Vec<(String, String, String)>,
    quotes: Vec<Quote>,
}

/// What a feed says now, or since when it says nothing.
struct Quote {
    feed: String,
    href: String,
    chip: Markup,
    said: Vec<(String, String, Markup)>,
    silence: String,
}

/// What a source lately said of an entry of the register.
struct Saying {
    title: String,
    href: String,
    date: String,
    stage: Markup,
    says: String,
}

struct NoticeShown {
    /// Some sources give the whole text as its title: then this is its beginning.
    title: String,
    lang: String,
    /// What the title does not say, if anything.
    text: String,
    when: Markup,
    owner: String,
    href: String,
}

/// A kind of place that the map shows.
struct Kind {
    name: String,
    href: String,
    count: String,
}

struct FeedShown {
    title: String,
    href: String,
    chip: Markup,
}

pub async fn home(gate: Gate, asked: Asked) -> Result<Response, Problem> {
    let (Asked { portal, lang }, r) = (&asked, asked.reader());
    let clocks = portal.clocks().await?;
    let to = |path: &str| ui::layout::address(lang, path);
    let (in_force, silence) = portal.in_force(&r, gate.now).await?;
    let storms = &portal.parts().content.storms;
    let storm = storms.on(&in_force);
    let mut tiles = Vec::new();
    let mut newest = None;
    let mut shown_tiles: Vec<&TileFile> = portal.parts().content.dashboard.tiles.iter().collect();
    if let Some((storm, _)) = storm {
        // What matters in a storm comes first; the rest keeps its order.
        let rank = |tile: &TileFile| storm.tiles.iter().position(|id| *id == tile.id).unwrap_or(usize::MAX);
        shown_tiles.sort_by_key(|tile| rank(tile));
    }
    for tile in shown_tiles {
        let drawn = portal.dashboard_tile(tile, &r, &clocks).await?;
        newest = newest.max(drawn.time);
        tiles.push(drawn);
    }
    let (mut kinds, mut points, mut feeds) = (Vec::new(), Vec::new(), Vec::new());
    for feed in &portal.parts().feeds {
        let known = portal.known(feed.id.as_str()).await?;
        let placed: Vec<Position> = known.things.iter().filter_map(|thing| thing.position).collect();
        if !placed.is_empty() {
            kinds.push(Kind {
                name: r.plain(&feed.title),
                href: to(&format!("/map?feed={}", feed.id)),
                count: r.say("places-count", &[("n", placed.len().into())]),
            });
            points.extend(placed);
        }
    }
    for status in portal.statuses(gate.now) {
        let (state, word) = health(status.health, portal.parts().mode, &r);
        feeds.push(FeedShown {
            title: r.plain(&status.feed.title),
            href: to(&format!("/feeds/{}", status.feed.id)),
            chip: status::chip(state, &word),
        });
    }
    // What the storm says is said.
    let in_storm = storm.map(|(_, notice)| &notice.slug);
    let others = in_force.iter().filter(|notice| Some(&notice.slug) != in_storm);
    let notices = others.take(NOTICES).map(|notice| portal.notice_shown(notice, &r)).collect();
    let storm = storm.map(|(storm, notice)| portal.storm(storm, notice, &in_force, &r, gate.now));
    let [west, south, east, north] = portal.parts().pack.city.extent;
    let bounds = Bounds { west, south, east, north };
    // A thousand points in a picture of this size are a cloud; every so many of them show as much.
    let step = points.len().div_ceil(places::DRAWN).max(1);
    let shown = points.into_iter().step_by(step).map(|point| (point, Mood::Good));
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
        storm,
        tasks: portal.tasks(&r),
        sayings: portal.sayings(&r),
        notices,
        silence,
        tiles: tile::tiles(&tiles, &r, gate.now),
        locator: map::locator(&r.t("home-map-label"), bounds, &portal.inner.ground, shown),
        ground: r.plain(portal.parts().spatial.layers().source()),
        kinds,
        feeds,
        r,
    });
    Ok(answer(&page))
}

/// The beginning of a long title, up to a pause: the end of a word, or what parts a Chinese sentence.
fn beginning(title: &str) -> String {
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
    /// Notices in force, newest first, and what to say where there are none: that a source lists none, with its time, or
    /// that it is not known.
    async fn in_force(&self, r: &Reader<'_>, now: Time) -> Result<(Vec<Notice>, String), Problem> {
        let mode = self.parts().mode;
        let mut all = self.parts().db.read(move |tx| store::latest(tx, mode, LOOKED_THROUGH)).await?;
        let now_of = |notice: &Notice| self.parts().intake.clock(&notice.feed, &notice.source).unwrap_or(now);
        all.retain(|notice| notice.label == vocab::Label::Public && notice.is_in_force(now_of(notice)));
        // Only a feed that speaks now may be quoted as saying nothing.
        let heard = self.statuses(now).into_iter().filter(|s| {
            let says =
                s.feed.sources.iter().flat_map(|source| &source.records).any(|r| !r.messages.is_empty());
            says && s.health == Health::Green
        });
        let last = heard.filter_map(|s| s.pulls.iter().filter_map(|p| p.state.health.last_good).max()).max();
        let silence = match last {
            Some(time) => r.say("notices-none", &[("time", r.date_time(time).into())]),
            None => r.t("notices-unknown"),
        };
        Ok((all, silence))
    }

    fn notice_shown(&self, notice: &Notice, r: &Reader) -> NoticeShown {
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
            owner: self.feed(&notice.feed).map(|feed| r.plain(&feed.owner)).unwrap_or_default(),
            href: ui::layout::address(r.lang(), &format!("/feeds/{}", notice.feed)),
        }
    }

    /// A storm as the front page shows it: the warning with its time, what each feed says, and standing rules as such.
    fn storm(
        &self,
        storm: &Storm,
        notice: &Notice,
        in_force: &[Notice],
        r: &Reader,
        now: Time,
    ) -> StormShown {
        let statuses = self.statuses(now);
        let quotes = storm.quotes.iter().filter_map(|id| {
            let status = statuses.iter().find(|status| status.feed.id.as_str() == id)?;
            let (state, word) = health(status.health, self.parts().mode, r);
            let said = in_force.iter().filter(|other| other.feed == *id && other.slug != notice.slug);
            let said = said.take(NOTICES).map(|other| {
                let best = other.title.best(r.lang());
                let (lang, title) =
                    best.map_or_else(Default::default, |(l, t)| (l.to_string(), beginning(t)));
                (title, lang, r.at(other.at))
            });
            let last_good = status.pulls.iter().filter_map(|pull| pull.state.health.last_good).max();
            Some(Quote {
                feed: r.plain(&status.feed.title),
                href: ui::layout::address(r.lang(), &format!("/feeds/{id}")),
                chip: status::chip(state, &word),
                said: said.collect(),
                silence: match (status.health, last_good) {
                    (Health::Green, Some(time)) => {
                        r.say("storm-says-nothing", &[("time", r.date_time(time).into())])
                    }
                    _ => r.t("storm-not-known"),
                },
            })
        });
        let best = notice.title.best(r.lang());
        let (lang, title) = best.map_or_else(Default::default, |(l, t)| (l.to_string(), t.to_string()));
        let rules =
            storm.rules.iter().map(|rule| (r.plain(&rule.says), r.plain(&rule.owner), rule.url.clone()));
        StormShown {
            title,
            lang,
            when: r.at(notice.at),
            owner: self.feed(&notice.feed).map(|feed| r.plain(&feed.owner)).unwrap_or_default(),
            means: r.plain(&storm.means),
            rules: rules.collect(),
            quotes: quotes.collect(),
        }
    }

    /// What sources lately said of the city's plan.
    fn sayings(&self, r: &Reader) -> Vec<Saying> {
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
}
