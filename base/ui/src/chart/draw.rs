//! From series to SVG.

use std::fmt::Write as _;

use vocab::{Quality, Time};

use super::scale::{self, Label};
use super::{Chart, Kind, Point};
use crate::markup::{Markup, escape};
use crate::reader::{Reader, decimals_needed};

/// The stretched part is this many units wide and high.
const UNITS: f64 = 1000.0;
/// Per cent of the drawing above and below the stretched part: room for the topmost label, and for the time axis.
const TOP: f64 = 9.0;
const HEIGHT: f64 = 79.0;
/// Steps of the value axis and labels of the time axis: what a phone has room for.
const VALUE_STEPS: usize = 4;
const TIME_LABELS: i64 = 5;
/// Columns in which points are thinned: finer than any screen that shows the chart.
const COLUMNS: usize = 1200;

struct Frame {
    from: f64,
    span: f64,
    low: f64,
    high: f64,
}

impl Frame {
    /// 0 to 1 from left to right.
    fn across(&self, time: Time) -> f64 {
        (time.0 as f64 - self.from) / self.span
    }

    /// 0 to 1 from top to bottom.
    fn down(&self, value: f64) -> f64 {
        1.0 - (value - self.low) / (self.high - self.low)
    }
}

pub fn svg(chart: &Chart, reader: &Reader) -> Markup {
    let values =
        chart.series.iter().flat_map(|s| s.points.iter().filter_map(|p| p.value)).filter(|v| v.is_finite());
    let band = chart.band.map(|(low, high)| [low, high]).into_iter().flatten();
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for value in values.chain(band) {
        low = low.min(value);
        high = high.max(value);
    }
    if matches!(chart.kind, Kind::Bar { .. }) || (low > 0.0 && low < high * 0.5) {
        // A bar's length is its amount; a line whose values fall far below their top reads better from nought.
        low = low.min(0.0);
        high = high.max(0.0);
    }
    let marks = scale::ticks(low, high, VALUE_STEPS, 10_f64.powi(-i32::from(chart.decimals)));
    let frame = Frame {
        from: chart.from.0 as f64,
        span: (chart.to.0.saturating_sub(chart.from.0)).max(1) as f64,
        low: marks.first().copied().unwrap_or(0.0),
        high: marks.last().copied().unwrap_or(1.0),
    };
    let mut svg = String::new();
    let id = escape(&chart.id);
    let _ = write!(
        svg,
        "<svg role=\"img\" aria-labelledby=\"{id}-title {id}-desc\"><title id=\"{id}-title\">{}</title><desc id=\"{id}-desc\">{}</desc>",
        escape(&chart.title),
        escape(&chart.summary(reader)),
    );
    grid(&mut svg, &frame, &marks);
    stretched(&mut svg, chart, &frame);
    axis_of_values(&mut svg, chart, &frame, &marks, reader);
    axis_of_time(&mut svg, chart, &frame, reader);
    if let [only] = chart.series.as_slice() {
        extremes(&mut svg, chart, &frame, &only.points, reader);
    }
    svg.push_str("</svg>");
    Markup::trusted(svg)
}

/// What is stretched to the window: grounds, grid lines, traces, bars.
fn stretched(svg: &mut String, chart: &Chart, frame: &Frame) {
    let _ = write!(
        svg,
        "<svg aria-hidden=\"true\" x=\"0\" y=\"{TOP}%\" width=\"100%\" height=\"{HEIGHT}%\" viewBox=\"0 0 {UNITS} {UNITS}\" preserveAspectRatio=\"none\">"
    );
    if let Some((low, high)) = chart.band {
        let (top, bottom) = (frame.down(high) * UNITS, frame.down(low) * UNITS);
        let _ = write!(
            svg,
            "<rect class=\"band\" x=\"0\" y=\"{top:.1}\" width=\"{UNITS}\" height=\"{:.1}\"/>",
            (bottom - top).max(0.0)
        );
    }
    let column = |svg: &mut String, class: &str, from: Time, to: Time| {
        let (left, right) = (frame.across(from).clamp(0.0, 1.0), frame.across(to).clamp(0.0, 1.0));
        let _ = write!(
            svg,
            "<rect class=\"{class}\" x=\"{:.1}\" y=\"0\" width=\"{:.1}\" height=\"{UNITS}\"/>",
            left * UNITS,
            (right - left) * UNITS
        );
    };
    for series in &chart.series {
        if chart.series.len() == 1 {
            for (from, to) in gaps(&series.points, chart.longest) {
                column(svg, "gap", from, to);
            }
        }
        for (from, to) in doubts(&series.points, chart.longest) {
            column(svg, "doubt", from, to);
        }
    }
    for (index, series) in chart.series.iter().enumerate() {
        let _ = write!(svg, "<g class=\"s{}\">", index % 4 + 1);
        match chart.kind {
            Kind::Bar { width } => bars(svg, frame, &series.points, width),
            kind => {
                let path =
                    trace(frame, &series.points, chart.longest, (kind == Kind::Step).then_some(chart.to));
                let _ = write!(svg, "<path class=\"trace\" d=\"{path}\"/>");
            }
        }
        svg.push_str("</g>");
    }
    svg.push_str("</svg>");
}

fn bars(svg: &mut String, frame: &Frame, points: &[Point], width: i64) {
    let base = frame.down(0.0_f64.clamp(frame.low, frame.high));
    for point in points {
        let Some(value) = point.value else { continue };
        let (left, right) = (frame.across(point.time), frame.across(point.time.plus(width)));
        let (end, weak) = (frame.down(value), matches!(point.quality, Quality::Suspect | Quality::Estimated));
        let _ = write!(
            svg,
            "<rect class=\"bar{}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
            if weak { " weak" } else { "" },
            left * UNITS,
            base.min(end) * UNITS,
            // A sliver of paper between two bars.
            ((right - left) * UNITS * 0.86).max(0.8),
            (base - end).abs() * UNITS
        );
    }
}

/// The path of a trace, broken where values are missing, thinned to what a screen can show. With `step`, a value holds
/// until the next one, and the last until that end (or as long as a value may hold).
fn trace(frame: &Frame, points: &[Point], longest: i64, step: Option<Time>) -> String {
    let mut path = String::new();
    let mut before: Option<Point> = None;
    for point in thinned(frame, points) {
        let Some(value) = point.value.filter(|v| v.is_finite()) else {
            before = None;
            continue;
        };
        let (x, y) = (frame.across(point.time) * UNITS, frame.down(value) * UNITS);
        match before {
            Some(last) if point.time.0 - last.time.0 <= longest => {
                if step.is_some() {
                    let _ = write!(path, "H{x:.1}V{y:.1}");
                } else {
                    let _ = write!(path, "L{x:.1} {y:.1}");
                }
            }
            // A value that stands alone is a dot: a line of no length with round ends.
            _ => {
                let _ = write!(path, "M{x:.1} {y:.1}h.01");
            }
        }
        before = Some(point);
    }
    if let (Some(last), Some(end)) = (before, step) {
        let _ = write!(path, "H{:.1}", frame.across(end.min(last.time.plus(longest))) * UNITS);
    }
    path
}

/// Where there are more points than columns: the first, lowest, highest and last of each column, which draw the same
/// line as all of them would.
fn thinned(frame: &Frame, points: &[Point]) -> Vec<Point> {
    if points.len() <= COLUMNS * 2 {
        return points.to_vec();
    }
    let mut kept: Vec<Point> = Vec::new();
    let column = |p: &Point| (frame.across(p.time) * COLUMNS as f64) as i64;
    for group in points.chunk_by(|a, b| column(a) == column(b) && a.value.is_some() == b.value.is_some()) {
        let compare = |a: &&Point, b: &&Point| a.value.unwrap_or(0.0).total_cmp(&b.value.unwrap_or(0.0));
        let ends = [group.first(), group.iter().min_by(compare), group.iter().max_by(compare), group.last()];
        let mut four: Vec<Point> = ends.into_iter().flatten().copied().collect();
        four.sort_by_key(|p| p.time);
        four.dedup_by_key(|p| p.time);
        kept.extend(four);
    }
    kept
}

/// Times without values between two that have one, when they are longer than `longest`.
pub fn gaps(points: &[Point], longest: i64) -> Vec<(Time, Time)> {
    let known: Vec<Time> = points.iter().filter(|p| p.value.is_some()).map(|p| p.time).collect();
    known.windows(2).filter(|pair| pair[1].0 - pair[0].0 > longest).map(|pair| (pair[0], pair[1])).collect()
}

/// Runs of values that were estimated or are suspect.
fn doubts(points: &[Point], longest: i64) -> Vec<(Time, Time)> {
    let doubt = |p: &Point| matches!(p.quality, Quality::Suspect | Quality::Estimated);
    points
        .chunk_by(|a, b| doubt(a) == doubt(b) && b.time.0 - a.time.0 <= longest)
        .filter(|run| run.first().is_some_and(doubt))
        .filter_map(|run| Some((run.first()?.time, run.last()?.time)))
        .collect()
}

/// The lines of the value axis, under the traces.
fn grid(svg: &mut String, frame: &Frame, marks: &[f64]) {
    svg.push_str("<g class=\"axis\" aria-hidden=\"true\">");
    for (index, mark) in marks.iter().enumerate() {
        let y = TOP + frame.down(*mark) * HEIGHT;
        let base = if *mark == 0.0 || index == 0 { " class=\"base\"" } else { "" };
        let _ = write!(svg, "<line{base} x1=\"0\" x2=\"100%\" y1=\"{y:.2}%\" y2=\"{y:.2}%\"/>");
    }
    svg.push_str("</g>");
}

fn axis_of_values(svg: &mut String, chart: &Chart, frame: &Frame, marks: &[f64], reader: &Reader) {
    let decimals = marks.iter().map(|mark| decimals_needed(*mark, 3)).max().unwrap_or(0);
    svg.push_str("<g class=\"axis\" aria-hidden=\"true\">");
    for (index, mark) in marks.iter().enumerate() {
        let y = TOP + frame.down(*mark) * HEIGHT;
        let unit = if index + 1 == marks.len() { format!(" {}", chart.unit) } else { String::new() };
        let _ = write!(
            svg,
            "<text x=\"0\" y=\"{y:.2}%\" dy=\"-4\">{}{}</text>",
            escape(&reader.number(*mark, decimals)),
            escape(&unit)
        );
    }
    svg.push_str("</g>");
}

fn axis_of_time(svg: &mut String, chart: &Chart, frame: &Frame, reader: &Reader) {
    svg.push_str("<g class=\"axis\" aria-hidden=\"true\">");
    for (time, label) in scale::time_ticks(chart.from, chart.to, reader.zone(), TIME_LABELS) {
        let x = frame.across(time) * 100.0;
        let text = match label {
            Label::Clock => reader.clock(time),
            Label::Day => reader.day(time),
            Label::Month => reader.month(time),
            Label::Year => time.civil(reader.zone()).year().to_string(),
        };
        // Labels at the ends lean inwards, so that none is cut.
        let anchor = match x {
            x if x < 6.0 => "start",
            x if x > 94.0 => "end",
            _ => "middle",
        };
        let bottom = TOP + HEIGHT;
        let _ = write!(
            svg,
            "<line class=\"base\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"{bottom}%\" y2=\"{:.2}%\"/><text x=\"{x:.2}%\" y=\"98%\" text-anchor=\"{anchor}\">{}</text>",
            bottom + 2.0,
            escape(&text)
        );
    }
    svg.push_str("</g>");
}

/// Rings around the lowest and the highest value, with the numbers.
fn extremes(svg: &mut String, chart: &Chart, frame: &Frame, points: &[Point], reader: &Reader) {
    if matches!(chart.kind, Kind::Bar { .. }) {
        return;
    }
    let known: Vec<(Time, f64)> = points.iter().filter_map(|p| Some((p.time, p.value?))).collect();
    let low = known.iter().min_by(|a, b| a.1.total_cmp(&b.1));
    let high = known.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    let (Some(low), Some(high)) = (low, high) else { return };
    if low.1 == high.1 {
        return;
    }
    svg.push_str("<g class=\"s1\" aria-hidden=\"true\">");
    for ((time, value), below) in [(low, true), (high, false)] {
        let (x, y) = (frame.across(*time) * 100.0, TOP + frame.down(*value) * HEIGHT);
        let anchor = match x {
            x if x < 8.0 => "start",
            x if x > 92.0 => "end",
            _ => "middle",
        };
        let _ = write!(
            svg,
            "<circle class=\"extreme\" cx=\"{x:.2}%\" cy=\"{y:.2}%\" r=\"4\"/><text class=\"mark-text\" x=\"{x:.2}%\" y=\"{y:.2}%\" dy=\"{}\" text-anchor=\"{anchor}\">{}</text>",
            if below && frame.down(*value) < 0.88 { 18 } else { -9 },
            escape(&reader.number_up_to(*value, chart.decimals))
        );
    }
    svg.push_str("</g>");
}

/// A trace without axes for a tile, with the same gaps. Decoration: the tile says the figures.
pub fn sparkline(points: &[Point], from: Time, to: Time, longest: i64) -> Markup {
    let values: Vec<f64> = points.iter().filter_map(|p| p.value).filter(|v| v.is_finite()).collect();
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if values.len() < 2 {
        return Markup::default();
    }
    let room = if high > low { (high - low) * 0.1 } else { 1.0 };
    let frame = Frame {
        from: from.0 as f64,
        span: to.0.saturating_sub(from.0).max(1) as f64,
        low: low - room,
        high: high + room,
    };
    Markup::trusted(format!(
        "<svg class=\"spark s1\" viewBox=\"0 0 {UNITS} {UNITS}\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">\
         <path class=\"trace\" d=\"{}\"/></svg>",
        trace(&frame, points, longest, None)
    ))
}
