//! Charts drawn as SVG on the server, always with the figures beside them as a table.
//!
//! Positions are percentages of the drawing and only the traces are stretched, so that text keeps its size on every
//! window. Labels of values stand on their lines, inside the drawing: no margin is lost on a phone.

mod draw;
mod scale;

use std::fmt::Write as _;

use vocab::{Quality, Time};

use crate::language::Arg;
use crate::layout::Shown;
use crate::markup::{Markup, escape};
use crate::reader::Reader;
use crate::status;
use crate::table::{self, Column, Table};

pub use draw::sparkline;

/// One value of a series. Nothing measured is `None`, which leaves a gap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub time: Time,
    pub value: Option<f64>,
    pub quality: Quality,
}

impl Point {
    pub fn new(time: Time, value: f64) -> Point {
        Point { time, value: Some(value), quality: Quality::Valid }
    }
}

/// Values of one datastream, in order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub name: String,
    pub points: Vec<Point>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A quantity that moves between its values (temperature).
    Line,
    /// A quantity that holds until the next value (spaces left, a state).
    Step,
    /// An amount for each interval of `width` microseconds that starts at the point's time (vehicles in an hour).
    Bar { width: i64 },
}

#[derive(Debug, Clone)]
pub struct Chart {
    /// Unique on the page; a fragment of its address.
    pub id: String,
    pub title: String,
    pub unit: String,
    pub decimals: u8,
    pub kind: Kind,
    pub series: Vec<Series>,
    pub from: Time,
    pub to: Time,
    /// Longest time between two values that is still joined, in microseconds; a longer one is a gap.
    pub longest: i64,
    /// The usual range, drawn behind.
    pub band: Option<(f64, f64)>,
    pub shown: Shown,
    /// Topic in the event stream of the first series, when the chart follows it.
    pub topic: Option<String>,
}

/// Rows of the table under a chart. More than this is what the downloads are for; the caption says how many there are.
pub const TABLE_ROWS: usize = 300;

impl Chart {
    /// The drawing alone.
    pub fn svg(&self, reader: &Reader) -> Markup {
        draw::svg(self, reader)
    }

    /// The same figures as a table, latest first.
    pub fn table(&self, reader: &Reader) -> Markup {
        let many = self.series.len() > 1;
        let doubtful = self.series.iter().flat_map(|s| &s.points).any(|p| p.quality != Quality::Valid);
        let mut columns = vec![Column::words(reader.t("chart-time"))];
        if many {
            columns.push(Column::words(reader.t("chart-series")));
        }
        let unit = if self.unit.is_empty() { String::new() } else { format!(" ({})", self.unit) };
        columns.push(Column::number(format!("{}{unit}", reader.t("chart-value"))));
        if doubtful {
            columns.push(Column::words(reader.t("chart-quality")));
        }
        let mut all: Vec<(&Series, &Point)> = self
            .series
            .iter()
            .flat_map(|series| series.points.iter().map(move |point| (series, point)))
            .collect();
        all.sort_by_key(|(_, point)| std::cmp::Reverse(point.time));
        let mut table = Table::new(self.title.clone(), columns);
        table.total = Some(all.len());
        for (series, point) in all.into_iter().take(TABLE_ROWS) {
            let mut cells = vec![reader.at(point.time)];
            if many {
                cells.push(Markup::text(&series.name));
            }
            cells.push(match point.value {
                Some(value) if point.quality == Quality::Valid => table::number(value, self.decimals, reader),
                Some(value) => table::judged(value, point.quality, self.decimals, reader),
                None => Markup::text(&reader.t("value-missing")),
            });
            if doubtful {
                cells.push(Markup::text(&reader.quality(point.quality)));
            }
            table.row(cells);
        }
        table.html(reader)
    }

    /// What the drawing says, in words: for those who do not see it, and for everybody in a hurry.
    pub fn summary(&self, reader: &Reader) -> String {
        let mut parts = Vec::new();
        for series in &self.series {
            let name = if self.series.len() > 1 { format!("{}: ", series.name) } else { String::new() };
            parts.push(format!("{name}{}", self.summary_of(series, reader)));
        }
        parts.join(" ")
    }

    fn summary_of(&self, series: &Series, reader: &Reader) -> String {
        let known: Vec<(Time, f64)> = series.points.iter().filter_map(|p| Some((p.time, p.value?))).collect();
        let Some(last) = known.last() else { return reader.t("chart-none") };
        let low = known.iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or(last);
        let high = known.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or(last);
        let number = |v: &(Time, f64)| {
            let text = format!("{} {}", reader.number_up_to(v.1, self.decimals), self.unit);
            Arg::from(text.trim_end())
        };
        let when = |v: &(Time, f64)| Arg::from(reader.date_time(v.0));
        let mut text = reader.say(
            "chart-summary",
            &[
                ("count", known.len().into()),
                ("low", number(low)),
                ("lowtime", when(low)),
                ("high", number(high)),
                ("hightime", when(high)),
                ("last", number(last)),
                ("lasttime", when(last)),
            ],
        );
        let gaps = draw::gaps(&series.points, self.longest).len();
        if gaps > 0 {
            let _ = write!(text, " {}", reader.say("chart-gaps", &[("count", gaps.into())]));
        }
        text
    }

    /// Drawing, summary, key and table together: the only way a chart should stand on a page.
    pub fn figure(&self, reader: &Reader) -> Markup {
        let mut html = String::new();
        let id = escape(&self.id);
        let _ = write!(
            html,
            "<figure class=\"chart\" id=\"{id}\"><figcaption>{} {}</figcaption><p class=\"summary\">{}</p>{}",
            escape(&self.title),
            status::mode_chip(&self.shown, reader),
            escape(&self.summary(reader)),
            self.key(reader),
        );
        if self.series.iter().any(|s| s.points.iter().any(|p| p.value.is_some())) {
            let topic =
                self.topic.as_ref().map_or(String::new(), |topic| format!(" topic=\"{}\"", escape(topic)));
            let kind = match self.kind {
                Kind::Line => "line".into(),
                Kind::Step => "step".into(),
                Kind::Bar { width } => format!("bar\" width=\"{}", width / vocab::time::SECOND),
            };
            let band =
                self.band.map_or(String::new(), |(low, high)| format!(" low=\"{low}\" high=\"{high}\""));
            let seconds = |time: Time| time.0.div_euclid(vocab::time::SECOND);
            let frame = format!(" from=\"{}\" to=\"{}\"{band}", seconds(self.from), seconds(self.to));
            let _ = write!(
                html,
                "<time-chart kind=\"{kind}\" unit=\"{}\" decimals=\"{}\" zone=\"{}\" longest=\"{}\"{frame}{topic}><div class=\"plot\">{}\
                 </div></time-chart>",
                escape(&self.unit),
                self.decimals,
                escape(reader.zone().iana_name().unwrap_or("UTC")),
                self.longest / vocab::time::SECOND,
                self.svg(reader),
            );
        }
        let _ = write!(
            html,
            "<details><summary>{}</summary>{}</details></figure>",
            escape(&reader.t("chart-table")),
            self.table(reader)
        );
        Markup::trusted(html)
    }

    fn key(&self, reader: &Reader) -> String {
        let mut items = String::new();
        if self.series.len() > 1 {
            for (index, series) in self.series.iter().enumerate() {
                let _ = write!(
                    items,
                    "<li class=\"s{}\"><svg viewBox=\"0 0 28 8\" aria-hidden=\"true\"><path class=\"trace\" d=\"M0 4H28\"/></svg>{}</li>",
                    index % 4 + 1,
                    escape(&series.name)
                );
            }
        }
        if self.band.is_some() {
            let _ = write!(
                items,
                "<li><svg viewBox=\"0 0 28 8\" aria-hidden=\"true\"><rect class=\"band\" width=\"28\" height=\"8\"/></svg>{}</li>",
                escape(&reader.t("chart-band"))
            );
        }
        let doubt = |p: &Point| matches!(p.quality, Quality::Suspect | Quality::Estimated);
        if self.series.iter().flat_map(|s| &s.points).any(doubt) {
            let _ = write!(
                items,
                "<li><svg viewBox=\"0 0 28 8\" aria-hidden=\"true\"><rect class=\"doubt\" width=\"28\" height=\"8\"/></svg>{}</li>",
                escape(&reader.t("chart-doubt"))
            );
        }
        if items.is_empty() { items } else { format!("<ul class=\"key\">{items}</ul>") }
    }
}

#[cfg(test)]
mod tests;
