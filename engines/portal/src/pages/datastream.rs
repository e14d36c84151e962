//! One datastream: its latest value, a chart with its table, files of it, and how a program asks for it.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use host::{Gate, Problem};
use sensing::actions::entities::look::StreamView;
use sensing::entity::Sight;
use sensing::{Order, Row, Span};
use serde::Deserialize;
use ui::chart::{Chart, Kind, Point, Series};
use ui::layout::{Crumb, Shown};
use ui::markup::Markup;
use ui::table::{Column, Table};
use ui::tile::Usual;
use ui::{Reader, tile};
use vocab::time::{DAY, HOUR, MINUTE, SECOND};
use vocab::{Quality, Time};

use super::asked::Asked;
use super::figures::thing_address;
use super::thing::{cut, feed_crumbs};
use super::{answer, figures};
use crate::{Portal, unit};

/// Lengths of time that the page offers: word in the address, key of its name, length.
const RANGES: [(&str, &str, i64); 5] = [
    ("day", "range-day", DAY),
    ("week", "range-week", 7 * DAY),
    ("month", "range-month", 30 * DAY),
    ("year", "range-year", 365 * DAY),
    ("all", "range-all", i64::MAX),
];
/// Values drawn as they are; beyond it the chart shows means. A day of minutes has 1,440.
const POINTS: u64 = 1_500;
/// Words and objects of a table: they are read, not drawn.
const WORDS: usize = 200;

#[derive(Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    range: String,
}

#[derive(Template)]
#[template(path = "datastream.html")]
struct DatastreamHtml<'a> {
    r: Reader<'a>,
    tile: Markup,
    ranges: Vec<RangeShown>,
    figure: Markup,
    how: String,
    thing: (String, String),
    owner: String,
    feed: Option<(String, String)>,
    licence: Option<(String, String)>,
    attribution: Option<String>,
    notes: Option<String>,
    count: usize,
    since: Option<Markup>,
    files: Vec<(&'static str, String)>,
    calls: Vec<(String, String)>,
    simulated: bool,
}

struct RangeShown {
    name: String,
    href: String,
    is_here: bool,
}

pub async fn datastream(
    gate: Gate,
    asked: Asked,
    Path((_, slug)): Path<(String, String)>,
    Query(wish): Query<Wish>,
) -> Result<Response, Problem> {
    let (Asked { portal, lang }, r) = (&asked, asked.reader());
    let sight = Sight::of(&gate.caller);
    let sensing = &portal.parts().sensing;
    let found = sensing.datastream(&slug, &sight).await?;
    let stream = found.ok_or_else(|| Problem::not_found(format!("the datastream {}", cut(&slug))))?;
    let things = portal.known(stream.feed.as_deref().unwrap_or_default()).await?;
    let thing = things.things.iter().find(|thing| thing.id == stream.thing);
    let clocks = portal.clocks().await?;
    let mut latest = portal.stream_tile(&stream, &r, &clocks);
    latest.href = None;
    // The page says it under its heading.
    latest.means = String::new();
    latest.usual = usual(portal, &stream).await?;
    let range = RANGES.iter().find(|(word, ..)| *word == wish.range).unwrap_or(&RANGES[0]);
    // The end of a chart is the datastream's own: what ended in spring is looked at in spring.
    let to = stream.extent.map_or(gate.now, |(_, last)| Time(last).plus(MINUTE));
    let first = stream.extent.map_or(to.0, |(first, _)| first);
    let from = Time(to.0.saturating_sub(range.2).max(first.saturating_sub(SECOND)));
    let shown = portal.shown(latest.time);
    let (figure, step) = drawing(portal, &stream, (from, to), shown, &r).await?;
    let title = title(&r, &stream, thing.map(|thing| r.plain(&thing.name)));
    let path = format!("/datastreams/{}", stream.slug);
    let mut page = portal.page(r, &path, title.clone());
    page.query = if wish.range.is_empty() { String::new() } else { format!("range={}", range.0) };
    page.lead = r.plain(&stream.meaning);
    page.shown = vec![shown];
    page.stream = portal.stream(&r);
    let of_thing = thing.map(|thing| Crumb::new(r.plain(&thing.name), format!("/things/{}", thing.slug)));
    let between = feed_crumbs(portal, &r, stream.feed.as_deref()).into_iter().chain(of_thing);
    page.below(between, r.plain(&stream.name));
    let here = ui::layout::address(lang, &path);
    let window = format!("from={}&to={}", from.iso(), to.iso());
    let simulated = portal.parts().mode == vocab::Mode::Simulated;
    let source = stream.source.as_ref().filter(|_| !simulated);
    page.content = Markup::of(&DatastreamHtml {
        tile: tile::tiles(&[latest], &r, gate.now),
        ranges: ranges(&r, &here, range.0),
        figure,
        how: match step {
            Some(step) => r.say("series-means", &[("step", r.span(step).into())]),
            None => r.t("series-each"),
        },
        thing: thing.map_or_else(Default::default, |t| (r.plain(&t.name), thing_address(&r, &t.slug))),
        owner: figures::owner(stream.source.as_deref(), portal.parts().mode, &r),
        feed: stream
            .source
            .as_ref()
            .map(|feed| (r.plain(&feed.title), ui::layout::address(lang, &format!("/feeds/{}", feed.id)))),
        licence: source.map(|feed| (r.plain(&feed.licence.name), feed.licence.url.clone())),
        attribution: source.map(|feed| r.plain(&feed.licence.attribution)),
        notes: source.and_then(|feed| feed.notes.as_ref()).map(|notes| r.plain(notes)),
        count: usize::try_from(stream.count).unwrap_or(usize::MAX),
        since: stream.extent.map(|(first, _)| r.at(Time(first))),
        files: ["csv", "json", "parquet"]
            .map(|form| (form, format!("/api/series/{}.{form}?{window}", stream.slug)))
            .to_vec(),
        calls: calls(&r, &stream, &window),
        simulated,
        r,
    });
    Ok(answer(&page))
}

fn ranges(r: &Reader, here: &str, chosen: &str) -> Vec<RangeShown> {
    let shown = RANGES.iter().map(|(word, key, _)| RangeShown {
        name: r.t(key),
        href: format!("{here}?range={word}"),
        is_here: *word == chosen,
    });
    shown.collect()
}

/// How a program asks for the same.
fn calls(r: &Reader, stream: &StreamView, window: &str) -> Vec<(String, String)> {
    let observations = format!("/sta/v1.1/Datastreams({})/Observations", stream.id);
    vec![
        (r.t("call-sta"), format!("{observations}?$top=100&$orderby=phenomenonTime desc")),
        (r.t("call-latest"), format!("/api/latest?datastream={}", stream.slug)),
        (r.t("call-aggregate"), format!("/api/aggregate?datastream={}&{window}&step=1h", stream.slug)),
        (r.t("call-stream"), format!("/api/stream?datastream={}", stream.slug)),
    ]
}

fn title(r: &Reader, stream: &StreamView, thing: Option<String>) -> String {
    match thing {
        Some(thing) => {
            r.say("series-title", &[("what", r.plain(&stream.name).into()), ("where", thing.into())])
        }
        None => r.plain(&stream.name),
    }
}

/// The chart, or a table where results are no numbers; and the step of its means where it shows means.
async fn drawing(
    portal: &Portal,
    stream: &StreamView,
    (from, to): (Time, Time),
    shown: Shown,
    r: &Reader<'_>,
) -> Result<(Markup, Option<i64>), Problem> {
    let sensing = &portal.parts().sensing;
    let numbers =
        stream.last.as_ref().is_none_or(|row| row.number().is_some() || row.quality() == Quality::Missing);
    if !numbers {
        let span = Span::times(from.0, to.0);
        let rows = sensing.observations().scan(stream.id, span, Order::Descending, WORDS).await?;
        return Ok((table(&rows, stream, r), None));
    }
    let rows = sensing.observations().count(stream.id, Span::times(from.0, to.0)).await?;
    let (points, step) = if rows <= POINTS {
        let rows = sensing.series(stream.id, from, to, POINTS as usize).await?;
        (rows.iter().map(point).collect::<Vec<_>>(), None)
    } else {
        let step = step(to.0.saturating_sub(from.0));
        let steps = sensing.summary(stream.id, from.floor(step), to, step).await?;
        let points = steps.into_iter().map(|(at, summary)| {
            let doubtful = summary.quality[usize::from(Quality::Valid.code())] * 2 < summary.rows;
            let quality = if doubtful { worst(&summary.quality) } else { Quality::Valid };
            Point { time: at, value: summary.mean(), quality }
        });
        (points.collect(), Some(step))
    };
    let longest = step.map_or_else(|| longest(&points), |step| 2 * step);
    let chart = Chart {
        id: "series".into(),
        title: r.plain(&stream.name),
        unit: unit::sign(&stream.unit).into(),
        decimals: 1,
        kind: if unit::is_count(&stream.unit) && step.is_none() { Kind::Step } else { Kind::Line },
        shown,
        series: vec![Series { name: String::new(), points }],
        from,
        to,
        longest,
        band: None,
        // Means do not follow single values.
        topic: step.is_none().then(|| stream.slug.clone()),
    };
    Ok((chart.figure(r), step))
}

/// A part of a datastream, drawn for another page: each value as it came.
pub(super) fn plain_chart(
    stream: &StreamView,
    rows: &[Row],
    (from, to): (Time, Time),
    shown: Shown,
    r: &Reader,
) -> Markup {
    let points: Vec<Point> = rows.iter().map(point).collect();
    let chart = Chart {
        id: "series".into(),
        title: r.plain(&stream.name),
        unit: unit::sign(&stream.unit).into(),
        decimals: 1,
        kind: if unit::is_count(&stream.unit) { Kind::Step } else { Kind::Line },
        shown,
        longest: longest(&points),
        series: vec![Series { name: String::new(), points }],
        from,
        to,
        band: None,
        topic: None,
    };
    chart.figure(r)
}

fn point(row: &Row) -> Point {
    Point { time: Time(row.t), value: row.number(), quality: row.quality() }
}

/// Of the doubtful qualities the most frequent.
fn worst(rows: &[u64]) -> Quality {
    let doubtful = Quality::ALL.into_iter().filter(|quality| *quality != Quality::Valid);
    doubtful.max_by_key(|quality| rows[usize::from(quality.code())]).unwrap_or(Quality::Suspect)
}

/// The step of means: short enough to show the shape, long enough for the width of a page.
fn step(length: i64) -> i64 {
    let usual = [5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, DAY, 7 * DAY];
    usual.into_iter().find(|step| length / step <= 800).unwrap_or(30 * DAY)
}

/// What is longer than nine in ten distances between values, and by far, is a gap. The middle one would not do: a
/// series may be thin in its past and dense of late.
fn longest(points: &[Point]) -> i64 {
    let mut between: Vec<i64> = points.windows(2).map(|pair| pair[1].time.0 - pair[0].time.0).collect();
    between.sort_unstable();
    between.get(between.len() * 9 / 10).map_or(HOUR, |usual| usual.saturating_mul(3))
}

fn table(rows: &[Row], stream: &StreamView, r: &Reader) -> Markup {
    let columns = vec![
        Column::words(r.t("chart-time")),
        Column::words(r.t("chart-value")),
        Column::words(r.t("chart-quality")),
    ];
    let mut table = Table::new(r.plain(&stream.name), columns);
    for row in rows {
        let value = Markup::text(&r.value(&row.value(), 1));
        table.row([r.at(Time(row.t)), value, Markup::text(&r.quality(row.quality()))]);
    }
    table.html(r)
}

/// What this hour of this weekday was in the four weeks before, or that there is too little history to say.
async fn usual(portal: &Portal, stream: &StreamView) -> Result<Usual, Problem> {
    let Some(row) = stream.last.as_ref().filter(|row| row.number().is_some()) else {
        return Ok(Usual::NotAsked);
    };
    let Some((first, _)) = stream.extent else { return Ok(Usual::NotAsked) };
    let hour = Time(row.t).floor(HOUR);
    let mut means = Vec::new();
    for week in 1..=figures::WEEKS {
        let start = hour.plus(-week * 7 * DAY);
        if start.0 < first {
            return Ok(Usual::TooLittleHistory);
        }
        let found = portal.parts().sensing.summary(stream.id, start, start.plus(HOUR), HOUR).await?;
        means.extend(found.iter().filter_map(|(_, summary)| summary.mean()));
    }
    Ok(row.number().map_or(Usual::NotAsked, |now| figures::usual(now, &means)))
}
