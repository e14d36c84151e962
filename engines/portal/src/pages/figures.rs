//! Figures as tiles show them: of the dashboard, out of many values; of one datastream; each judged on its own clock.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use host::DbError;
use intake::Feed;
use sensing::actions::entities::look::StreamView;
use sensing::entity::Sight;
use sensing::observation::Content;
use sensing::{Datastream, Row};
use ui::Reader;
use ui::chart::{self, Point};
use ui::layout::Shown;
use ui::markup::Markup;
use ui::status::State;
use ui::tile::{Figure, Tile, Usual};
use vocab::time::{DAY, HOUR, SECOND};
use vocab::{Mode, Quality, Text, Time};

use crate::dashboard::{Level, Mood, Show, TileFile};
use crate::{Portal, unit};

/// A figure of the front page is made anew no more often.
const FIGURE_KEPT: i64 = SECOND;
/// Weeks whose same hour says what is usual.
pub const WEEKS: i64 = 4;
/// Sources are few and never renamed; a new one is known after this.
const SOURCES_KEPT: i64 = 2 * SECOND;

pub struct Figures {
    made: Mutex<HashMap<String, (Time, Arc<Current>)>>,
    trails: Mutex<HashMap<String, Arc<Vec<Point>>>>,
    /// What is usual for an hour, with the hour.
    usual: Mutex<HashMap<String, (Time, Vec<f64>)>>,
    /// With when they were read.
    sources: Mutex<(Time, Arc<HashMap<u32, String>>)>,
}

impl Default for Figures {
    fn default() -> Figures {
        Figures {
            made: Mutex::default(),
            trails: Mutex::default(),
            usual: Mutex::default(),
            sources: Mutex::new((Time(0), Arc::default())),
        }
    }
}

/// A figure of the dashboard at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Current {
    pub value: Option<f64>,
    /// Phenomenon time of the newest value that is in it.
    pub time: Option<Time>,
    pub is_stale: bool,
    /// Where the value is one of many: the slug of its datastream.
    pub of: Option<String>,
    /// How many values are in it.
    pub count: usize,
}

/// Which clock a value is judged on: in a replay that of its recording, else the page's.
pub struct Clocks {
    names: Arc<HashMap<u32, String>>,
    now: Time,
    mode: Mode,
}

impl Clocks {
    /// Now, for this value.
    pub fn of(&self, portal: &Portal, row: &Row) -> Time {
        if self.mode != Mode::Recording {
            return self.now;
        }
        let source = self.names.get(&row.source).and_then(|name| name.split_once('/'));
        source.and_then(|(feed, source)| portal.parts().intake.clock(feed, source)).unwrap_or(self.now)
    }
}

impl Portal {
    pub(crate) async fn clocks(&self) -> Result<Clocks, DbError> {
        let (now, mode) = (self.parts().clock.now(), self.parts().mode);
        let lock = || self.inner.figures.sources.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, mut names) = lock().clone();
        if mode == Mode::Recording && now.0.saturating_sub(at.0) > SOURCES_KEPT {
            names = Arc::new(self.parts().sensing.source_names().await?);
            *lock() = (now, names.clone());
        }
        Ok(Clocks { names, now, mode })
    }

    pub(crate) fn shown(&self, recorded: Option<Time>) -> Shown {
        let mode = self.parts().mode;
        Shown { mode, recorded: recorded.filter(|_| mode == Mode::Recording) }
    }

    /// The figure of a tile now; one that was made within the last second is good enough.
    pub(crate) fn current(&self, tile: &TileFile, clocks: &Clocks) -> Arc<Current> {
        let lock = || self.inner.figures.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, made)) = lock().get(&tile.id)
            && clocks.now.0.saturating_sub(at.0) < FIGURE_KEPT
        {
            return made.clone();
        }
        let made = Arc::new(self.make(tile, clocks));
        lock().insert(tile.id.clone(), (clocks.now, made.clone()));
        made
    }

    fn make(&self, tile: &TileFile, clocks: &Clocks) -> Current {
        let all = self.values(tile);
        let values = all.iter().map(|(datastream, row)| (datastream.id, datastream.slug.as_str(), row));
        self.figure_of(tile.show, &values.collect::<Vec<_>>(), clocks)
    }

    /// One figure of the newest values of many datastreams: the id and the slug of each, and the value.
    pub(crate) fn figure_of(&self, show: Show, all: &[(i64, &str, &Row)], clocks: &Clocks) -> Current {
        let sensing = &self.parts().sensing;
        let newest = all.iter().map(|(_, _, row)| row.t).max().map(Time);
        let mut fresh = Vec::new();
        let mut old = Vec::new();
        for (id, slug, row) in all {
            let Some(number) = row.number() else { continue };
            let limit = sensing.note(*id).map_or(0, |note| note.freshness_seconds);
            let is_fresh =
                limit == 0 || clocks.of(self, row).0.saturating_sub(row.t) <= limit.saturating_mul(SECOND);
            if is_fresh { &mut fresh } else { &mut old }.push((number, *slug, *row));
        }
        // Old values never dilute new ones; where there are only old ones, the tile says so.
        let (mut used, is_stale) = if fresh.is_empty() { (old, true) } else { (fresh, false) };
        // Each recording has a day of its own, and no figure mixes two.
        if let (Mode::Recording, Some((_, _, newest))) =
            (clocks.mode, used.iter().max_by_key(|(_, _, row)| row.t))
        {
            let source = newest.source;
            used.retain(|(_, _, row)| row.source == source);
        }
        let numbers: Vec<f64> = used.iter().map(|(number, _, _)| *number).collect();
        let figure = show.figure(&numbers);
        Current {
            value: figure.map(|(value, _)| value),
            time: used.iter().map(|(_, _, row)| row.t).max().map(Time).or(newest),
            is_stale: is_stale && !all.is_empty(),
            of: figure.and_then(|(_, of)| of).map(|index| used[index].1.to_string()),
            count: numbers.len(),
        }
    }

    /// The current values that a tile is made of.
    fn values(&self, tile: &TileFile) -> Vec<(Arc<Datastream>, Row)> {
        let of_key = |key: &String| self.parts().sensing.current(&tile.feed, key, &Sight::Public);
        tile.datastreams.iter().map(of_key).find(|values| !values.is_empty()).unwrap_or_default()
    }

    /// Those tiles of the dashboard whose names are among those asked for, in its order.
    pub(crate) async fn dashboard_tiles(
        &self,
        is_asked_for: impl Fn(&String) -> bool,
        reader: &Reader<'_>,
        clocks: &Clocks,
    ) -> Result<Vec<Tile>, DbError> {
        let mut drawn = Vec::new();
        for tile in self.parts().content.dashboard.tiles.iter().filter(|tile| is_asked_for(&tile.id)) {
            drawn.push(self.dashboard_tile(tile, reader, clocks).await?);
        }
        Ok(drawn)
    }

    /// A tile of the dashboard, ready to be drawn.
    pub(crate) async fn dashboard_tile(
        &self,
        tile: &TileFile,
        reader: &Reader<'_>,
        clocks: &Clocks,
    ) -> Result<Tile, DbError> {
        let current = self.current(tile, clocks);
        let figure = match current.value {
            Some(value) => Figure::Number { value, decimals: tile.decimals, unit: reader.plain(&tile.unit) },
            None => Figure::Nothing,
        };
        let mut drawn = Tile::new(reader.plain(&tile.title), figure, self.shown(current.time), current.time);
        let feed = self.feed(&tile.feed);
        drawn.href = Some(ui::layout::address(reader.lang(), &format!("/map?feed={}", tile.feed)));
        drawn.means = reader.plain(&tile.means);
        (drawn.state, drawn.state_label) = self.judged(tile, &current, reader);
        drawn.owner = owner(feed.as_deref(), self.parts().mode, reader);
        drawn.topic = Some(format!("tile:{}", tile.id));
        drawn.place = match &current.of {
            Some(slug) => self.place_of(slug).await?.map(|name| reader.plain(&name)).unwrap_or_default(),
            None if current.count > 1 => {
                reader.say("tile-of-many", &[("count", reader.count(current.count).into())])
            }
            None => String::new(),
        };
        drawn.usual = self.usual_of(tile, &current);
        let trails = self.inner.figures.trails.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(points) = trails.get(&tile.id).filter(|points| points.len() > 2) {
            let (from, to) = (points[0].time, points[points.len() - 1].time);
            drawn.trail = chart::sparkline(points, from, to, 2 * HOUR);
        }
        Ok(drawn)
    }

    /// State and word of a figure.
    pub(crate) fn judged(&self, tile: &TileFile, current: &Current, reader: &Reader) -> (State, String) {
        self.judged_by(|value| tile.level(value), current, reader)
    }

    pub(crate) fn judged_by<'l>(
        &self,
        level: impl Fn(f64) -> Option<&'l Level>,
        current: &Current,
        reader: &Reader,
    ) -> (State, String) {
        match current.value {
            None => (State::Unknown, reader.t("status-unknown")),
            Some(_) if current.is_stale => (State::Stale, reader.t("status-old")),
            Some(value) => match level(value) {
                Some(level) => (mood(level.state), reader.plain(&level.label)),
                None => (State::Good, String::new()),
            },
        }
    }

    /// The name of the thing that a datastream belongs to.
    pub(crate) async fn place_of(&self, slug: &str) -> Result<Option<Text>, DbError> {
        let Some(feed) = slug.split('/').next() else { return Ok(None) };
        let known = self.known(feed).await?;
        let thing = known.streams.iter().find(|(_, streams)| streams.iter().any(|s| s.slug == slug));
        let thing = thing.and_then(|(id, _)| known.things.iter().find(|t| t.id == *id));
        Ok(thing.map(|thing| thing.name.clone()))
    }

    pub(crate) fn feed(&self, id: &str) -> Option<Arc<Feed>> {
        self.parts().feeds.iter().find(|feed| feed.id.as_str() == id).cloned()
    }

    /// Whether a figure is usual, as far as the hour that was looked at goes.
    fn usual_of(&self, tile: &TileFile, current: &Current) -> Usual {
        let (Some(value), Some(time)) = (current.value, current.time) else { return Usual::NotAsked };
        let known = self.inner.figures.usual.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get(&tile.id) {
            Some((hour, weeks)) if *hour == time.floor(HOUR) && !current.is_stale => usual(value, weeks),
            _ => Usual::NotAsked,
        }
    }

    /// The figure of each hour between two times, out of the hourly means of its datastreams.
    async fn hours(&self, tile: &TileFile, from: Time, to: Time) -> Result<Vec<Point>, DbError> {
        let all = self.values(tile);
        let ids: Vec<i64> = all.iter().map(|(datastream, _)| datastream.id).collect();
        let steps = self.parts().sensing.observations().aggregate(ids, from.0, to.0, HOUR).await?;
        let mut hours: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
        for (_, at, summary) in steps {
            hours.entry(at).or_default().extend(summary.mean());
        }
        let points = hours.into_iter().filter_map(|(at, values)| {
            // A sum over fewer values is a smaller sum, not a smaller city.
            let enough = tile.show != Show::Sum || values.len() * 10 >= all.len() * 9;
            let (value, _) = tile.show.figure(&values).filter(|_| enough)?;
            Some(Point::new(Time(at), value))
        });
        Ok(points.collect())
    }

    /// Draws the lines of the last day under the tiles, and looks up what this hour was in the weeks before.
    pub(crate) async fn draw_trails(&self) -> Result<(), DbError> {
        let clocks = self.clocks().await?;
        for tile in &self.parts().content.dashboard.tiles {
            let newest = self.values(tile).iter().map(|(_, row)| row.t.min(clocks.of(self, row).0)).max();
            let Some(newest) = newest else { continue };
            let to = Time(newest).floor(HOUR).plus(HOUR);
            let points = Arc::new(self.hours(tile, to.plus(-DAY), to).await?);
            let mut weeks = Vec::new();
            for week in 1..=WEEKS {
                let start = to.plus(-HOUR - week * 7 * DAY);
                let then = self.hours(tile, start, start.plus(HOUR)).await?;
                weeks.extend(then.first().and_then(|point| point.value));
            }
            self.inner
                .figures
                .usual
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(tile.id.clone(), (to.plus(-HOUR), weeks));
            self.inner
                .figures
                .trails
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(tile.id.clone(), points);
        }
        Ok(())
    }

    /// A tile of one datastream.
    pub(crate) fn stream_tile(&self, stream: &StreamView, reader: &Reader, clocks: &Clocks) -> Tile {
        let row = self.parts().sensing.observations().last(stream.id);
        let time = row.as_ref().map(|row| Time(row.t));
        let figure = row.as_ref().map_or(Figure::Nothing, |row| figure(row, &stream.unit, reader));
        let mut tile = Tile::new(reader.plain(&stream.name), figure, self.shown(time), time);
        tile.href = Some(stream_address(reader, &stream.slug));
        tile.means = reader.plain(&stream.meaning);
        (tile.state, tile.state_label) = match &row {
            None => (State::Unknown, reader.t("status-unknown")),
            Some(row) => self.state_of(stream.freshness_seconds, row, reader, clocks),
        };
        tile.owner = owner(stream.source.as_deref(), self.parts().mode, reader);
        tile.topic = Some(stream.slug.clone());
        tile
    }

    /// State and word of a single value: old, doubtful, or nothing to say.
    pub(crate) fn state_of(
        &self,
        limit: i64,
        row: &Row,
        reader: &Reader,
        clocks: &Clocks,
    ) -> (State, String) {
        if limit > 0 && clocks.of(self, row).0.saturating_sub(row.t) > limit.saturating_mul(SECOND) {
            return (State::Stale, reader.t("status-old"));
        }
        match row.quality() {
            Quality::Valid | Quality::Simulated => (State::Good, String::new()),
            Quality::Missing => (State::Unknown, reader.quality(Quality::Missing)),
            doubtful => (State::Notice, reader.quality(doubtful)),
        }
    }
}

/// What a value is beside those of the same hour in the weeks before (promise 4: four, else too little history).
pub fn usual(value: f64, weeks: &[f64]) -> Usual {
    if weeks.len() < WEEKS as usize {
        return Usual::TooLittleHistory;
    }
    let low = weeks.iter().copied().fold(f64::INFINITY, f64::min);
    let high = weeks.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // The ruler reaches a quarter of its own length beyond whatever it shows.
    let (least, most) = (low.min(value), high.max(value));
    let room = ((most - least) / 4.0).max(most.abs() * 0.05).max(0.5);
    Usual::Band { low, high, scale_low: least - room, scale_high: most + room }
}

pub fn mood(mood: Mood) -> State {
    match mood {
        Mood::Good => State::Good,
        Mood::Notice => State::Notice,
        Mood::Bad => State::Bad,
    }
}

/// Whose a value is. A simulated value is nobody's but the simulator's.
pub fn owner(feed: Option<&Feed>, mode: Mode, reader: &Reader) -> String {
    match (mode, feed) {
        (Mode::Simulated, _) => reader.t("owner-simulator"),
        (_, Some(feed)) => reader.plain(&feed.owner),
        (_, None) => String::new(),
    }
}

/// A value in large type.
pub fn figure(row: &Row, code: &str, reader: &Reader) -> Figure {
    match row.content() {
        Content::Number(value) => Figure::Number { value, decimals: 1, unit: unit::sign(code).into() },
        Content::Missing => Figure::Nothing,
        _ => Figure::Words(reader.value(&row.value(), 1)),
    }
}

/// A value in a line of text: `48 km/h`.
pub fn in_words(row: &Row, code: &str, reader: &Reader) -> String {
    let sign = unit::sign(code);
    let space = if sign.is_empty() || sign.starts_with('°') || sign == "%" { "" } else { "\u{a0}" };
    match row.content() {
        Content::Number(value) => format!("{}{space}{sign}", reader.number_up_to(value, 1)),
        _ => reader.value(&row.value(), 1),
    }
}

pub fn stream_address(reader: &Reader, slug: &str) -> String {
    ui::layout::address(reader.lang(), &format!("/datastreams/{slug}"))
}

pub fn thing_address(reader: &Reader, slug: &str) -> String {
    ui::layout::address(reader.lang(), &format!("/things/{slug}"))
}

/// A value with its mode's word where people compare many: nothing moves, nothing pretends to be of now.
pub fn dated(time: Time, mode: Mode, reader: &Reader, now: Time) -> Markup {
    if mode == Mode::Recording { reader.at(time) } else { reader.ago(time, now) }
}
