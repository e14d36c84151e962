//! The design system, shown with its own parts. Every figure on the page is invented and says so.

use askama::Template;
use vocab::time::{DAY, HOUR, MINUTE};
use vocab::{Bounds, Mode, Position, Quality, Time};

use crate::chart::{self, Chart, Kind, Point, Series};
use crate::form::{Choice, Field, Form, Input};
use crate::layout::{Page, Shown, Site};
use crate::map::{CityMap, Ground, Group, Place};
use crate::markup::Markup;
use crate::reader::Reader;
use crate::status::{self, State};
use crate::table::{self, Column, Table};
use crate::tile::{self, Figure, Tile, Usual};

const INVENTED: Shown = Shown { mode: Mode::Simulated, recorded: None };

/// The page `/design`.
pub fn page<'a>(site: &'a Site, reader: Reader<'a>, now: Time) -> Page<'a> {
    let mut page = Page::new(site, reader, "/design", reader.t("design-title"));
    page.lead = reader.t("design-lead");
    page.below([], reader.t("design-title"));
    page.shown = vec![INVENTED];
    page.content = Markup::of(&DesignHtml { r: reader, now });
    page
}

#[derive(Template)]
#[template(path = "design.html")]
struct DesignHtml<'a> {
    r: Reader<'a>,
    now: Time,
}

impl DesignHtml<'_> {
    fn mark(&self) -> &'static str {
        include_str!("../assets/img/mark.svg")
    }

    fn swatches(&self) -> [(&'static str, String); 8] {
        ["paper", "ink", "muted", "accent", "good", "notice", "bad", "dream"]
            .map(|name| (name, self.r.t(&format!("design-{name}"))))
    }

    /// Left edge and size of the squares that show the steps of space.
    fn spaces(&self) -> Vec<(u16, u16)> {
        let mut left = 0;
        [4, 8, 12, 16, 24, 40, 64]
            .into_iter()
            .map(|size| {
                let square = (left, size);
                left += size + 14;
                square
            })
            .collect()
    }

    fn chips(&self) -> Vec<Markup> {
        State::ALL.into_iter().map(|state| status::chip(state, &state.label(&self.r))).collect()
    }

    fn remark(&self) -> Markup {
        status::note(
            State::Notice,
            &self.r.t("status-notice"),
            &Markup::text(&self.r.t("form-demonstration")),
        )
    }

    fn modes(&self) -> [Shown; 3] {
        let recorded = Some(self.now.plus(-21 * DAY));
        [Shown { mode: Mode::Live, recorded: None }, Shown { mode: Mode::Recording, recorded }, INVENTED]
    }

    fn tiles(&self) -> Markup {
        let t = |key: &str| self.r.t(key);
        let number =
            |value: f64, decimals: u8, unit: &str| Figure::Number { value, decimals, unit: unit.into() };
        let (from, day) = (self.now.plus(-DAY), wave(self.now, 8.0, 52.0, 0.0));
        let mut speed = Tile::new(
            t("design-tile-speed"),
            number(48.0, 0, "km/h"),
            INVENTED,
            Some(self.now.plus(-3 * MINUTE)),
        );
        speed.place = t("design-tile-place");
        speed.means = t("design-tile-means");
        speed.usual = Usual::Band { low: 42.0, high: 61.0, scale_low: 0.0, scale_high: 80.0 };
        speed.owner = t("design-owner");
        speed.trail = chart::sparkline(&day, from, self.now, HOUR);
        let air = Figure::Words(t("design-tile-air-figure"));
        let mut air = Tile::new(t("design-tile-air"), air, INVENTED, Some(self.now.plus(-42 * MINUTE)));
        air.means = t("design-tile-air-means");
        air.state_label = t("status-good");
        air.owner = t("design-owner");
        let mut park =
            Tile::new(t("design-tile-park"), number(7.0, 0, ""), INVENTED, Some(self.now.plus(-MINUTE)));
        park.means = t("design-tile-park-means");
        (park.state, park.state_label) = (State::Notice, t("status-notice"));
        park.usual = Usual::TooLittleHistory;
        park.owner = t("design-owner");
        let mut lamp =
            Tile::new(t("design-tile-lamp"), number(21.4, 1, "°C"), INVENTED, Some(self.now.plus(-9 * HOUR)));
        lamp.means = t("design-tile-lamp-means");
        (lamp.state, lamp.state_label) = (State::Stale, State::Stale.label(&self.r));
        lamp.owner = t("design-owner");
        tile::tiles(&[speed, air, park, lamp], &self.r, self.now)
    }

    fn charts(&self) -> Vec<Markup> {
        let chart = |id: &str, title: &str, unit: &str, kind: Kind, series: Vec<Series>| Chart {
            id: id.into(),
            title: self.r.t(title),
            unit: unit.into(),
            decimals: 1,
            kind,
            series,
            from: self.now.plus(-DAY).floor(HOUR),
            to: self.now,
            longest: HOUR,
            band: None,
            shown: INVENTED,
            topic: None,
        };
        let one = |points: Vec<Point>| vec![Series { name: String::new(), points }];
        let mut warm = wave(self.now, 4.0, 22.0, 0.0);
        warm.drain(20..30);
        warm.iter_mut().skip(55).take(12).for_each(|p| p.quality = Quality::Estimated);
        let mut line = chart("design-line", "design-chart-line", "°C", Kind::Line, one(warm));
        line.band = Some((19.0, 24.0));
        let spaces = wave(self.now, 60.0, 80.0, 2.0).into_iter().step_by(3);
        let spaces = spaces.map(|p| Point { value: p.value.map(f64::round), ..p }).collect();
        let start = self.now.plus(-DAY).floor(HOUR);
        let vehicles = (0..24).map(|h| {
            let time = start.plus(h * HOUR);
            let hour = f64::from(time.civil(self.r.zone()).hour());
            let rush = |peak: f64| 900.0 * (-((hour - peak) / 2.5).powi(2)).exp();
            Point::new(time, (140.0 + rush(8.0) + rush(18.0)).round())
        });
        let lanes = vec![
            Series { name: self.r.t("design-series-inner"), points: wave(self.now, 9.0, 58.0, 0.4) },
            Series { name: self.r.t("design-series-outer"), points: wave(self.now, 12.0, 41.0, 1.7) },
        ];
        [
            line,
            chart("design-step", "design-chart-step", "", Kind::Step, one(spaces)),
            chart("design-bar", "design-chart-bar", "/h", Kind::Bar { width: HOUR }, one(vehicles.collect())),
            chart("design-two", "design-chart-two", "km/h", Kind::Line, lanes),
        ]
        .iter()
        .map(|chart| chart.figure(&self.r))
        .collect()
    }

    fn table(&self) -> Markup {
        let t = |key: &str| self.r.t(key);
        let columns = vec![
            Column::words(t("design-col-source")),
            Column::number(t("design-col-values")),
            Column::words(t("design-col-last")),
            Column::words(t("design-col-state")),
        ];
        let mut table = Table::new(t("design-table-caption"), columns);
        let rows = [
            ("design-tile-speed", 288.0, 3 * MINUTE, State::Good),
            ("design-tile-park", 1_412.0, MINUTE, State::Notice),
            ("design-tile-lamp", 53.0, 9 * HOUR, State::Stale),
        ];
        for (name, count, old, state) in rows {
            let cells = [
                Markup::text(&t(name)),
                table::number(count, 0, &self.r),
                self.r.ago(self.now.plus(-old), self.now),
                status::chip(state, &state.label(&self.r)),
            ];
            table.row(cells);
        }
        table.html(&self.r)
    }

    fn map(&self) -> Markup {
        let place = |id: &str, name: &str, (longitude, latitude): (f64, f64), state: State| Place {
            id: id.into(),
            name: self.r.t(name),
            href: "#content".into(),
            position: Position { longitude, latitude },
            state,
            detail: status::chip(state, &state.label(&self.r)),
            says: String::new(),
        };
        // An island that exists nowhere, at nought degrees and nought minutes.
        let line = |points: &[(f64, f64)]| -> Vec<Position> {
            points.iter().map(|&(longitude, latitude)| Position { longitude, latitude }).collect()
        };
        let island = [
            (0.010, 0.060),
            (0.022, 0.078),
            (0.041, 0.086),
            (0.058, 0.079),
            (0.072, 0.084),
            (0.090, 0.074),
            (0.103, 0.078),
            (0.118, 0.066),
            (0.121, 0.049),
            (0.108, 0.040),
            (0.101, 0.024),
            (0.083, 0.018),
            (0.066, 0.026),
            (0.052, 0.016),
            (0.033, 0.021),
            (0.024, 0.036),
            (0.012, 0.044),
        ];
        let islet = [(0.128, 0.028), (0.137, 0.033), (0.142, 0.025), (0.134, 0.018)];
        let border = [(0.058, 0.079), (0.061, 0.060), (0.070, 0.045), (0.066, 0.026)];
        let map = CityMap {
            id: "design-map".into(),
            label: self.r.t("design-map-label"),
            groups: vec![Group {
                places: vec![
                    place("pier", "design-place-pier", (0.044, 0.034), State::Good),
                    place("market", "design-place-market", (0.082, 0.058), State::Notice),
                    place("hill", "design-place-hill", (0.034, 0.064), State::Unknown),
                ],
                ..Group::default()
            }],
            bounds: Bounds { west: 0.0, south: 0.008, east: 0.15, north: 0.096 },
            tiles: None,
            tiles_zoom: 0,
            source: Markup::text(&self.r.t("design-map-source")),
            ground: Ground {
                land: vec![line(&island), line(&islet)],
                borders: vec![line(&border)],
                ..Ground::default()
            },
        };
        map.html(&self.r)
    }

    fn form(&self) -> Markup {
        let t = |key: &str| self.r.t(key);
        let mut name = Field::new("name", t("design-field-name"), Input::Line { kind: "text" });
        name.hint = t("design-field-name-hint");
        name.required = true;
        let areas = ["design-place-pier", "design-place-market", "design-place-hill"];
        let areas = areas.into_iter().map(|key| Choice::new(key, t(key))).collect();
        let area = Field::new("area", t("design-field-area"), Input::Select(areas));
        let ways = vec![Choice::new("post", t("design-how-post")), Choice::new("mail", t("design-how-mail"))];
        let mut how = Field::new("how", t("design-field-how"), Input::One(ways));
        how.required = true;
        how.error = t("design-field-how-error");
        let words = Field::new("words", t("design-field-words"), Input::Lines { rows: 3 });
        let mut form = Form::new("#content", vec![name, area, how, words]);
        form.reads = true;
        form.demonstration = true;
        form.html(&self.r)
    }
}

/// A day of invented values, every quarter of an hour, as two waves of different length.
fn wave(now: Time, height: f64, middle: f64, shift: f64) -> Vec<Point> {
    let start = now.plus(-DAY).floor(15 * MINUTE).plus(15 * MINUTE);
    (0..95)
        .map(|i| {
            let turn = f64::from(i) / 96.0 * std::f64::consts::TAU + shift;
            let value = middle + height * (0.8 * (turn - 2.1).sin() + 0.2 * (turn * 5.3).sin());
            Point::new(start.plus(i64::from(i) * 15 * MINUTE), (value * 10.0).round() / 10.0)
        })
        .collect()
}

#[cfg(test)]
mod tests;
