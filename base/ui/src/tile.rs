//! A tile: one figure with what it means, whether it is usual, how old it is, what kind it is and whose it is.

use askama::Template;
use vocab::{Mode, Time};

use crate::layout::Shown;
use crate::markup::{Markup, escape};
use crate::reader::Reader;
use crate::status::{self, State};

/// What a tile shows in large type.
#[derive(Debug, Clone, PartialEq)]
pub enum Figure {
    Number {
        value: f64,
        decimals: u8,
        unit: String,
    },
    Words(String),
    /// The source gave no value.
    Nothing,
}

/// Whether the figure is usual for this hour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Usual {
    /// The range of the last weeks at this hour, and the ends of the scale that the little ruler shows.
    Band {
        low: f64,
        high: f64,
        scale_low: f64,
        scale_high: f64,
    },
    TooLittleHistory,
    /// The question makes no sense here (a text, a switch).
    NotAsked,
}

#[derive(Debug, Clone)]
pub struct Tile {
    pub title: String,
    /// Page with history and data.
    pub href: Option<String>,
    pub place: String,
    pub figure: Figure,
    /// One sentence: what the number means.
    pub means: String,
    pub state: State,
    /// The word for the state; empty where the figure needs none.
    pub state_label: String,
    pub shown: Shown,
    /// When it was observed.
    pub time: Option<Time>,
    pub usual: Usual,
    /// Whose it is.
    pub owner: String,
    /// A sparkline or nothing.
    pub trail: Markup,
    /// Topic in the event stream, when it follows its datastream.
    pub topic: Option<String>,
}

impl Tile {
    pub fn new(title: impl Into<String>, figure: Figure, shown: Shown, time: Option<Time>) -> Tile {
        Tile {
            title: title.into(),
            href: None,
            place: String::new(),
            figure,
            means: String::new(),
            state: State::Good,
            state_label: String::new(),
            shown,
            time,
            usual: Usual::NotAsked,
            owner: String::new(),
            trail: Markup::default(),
            topic: None,
        }
    }

    /// The tile as an item of a `<ul class="tiles">` (see [`tiles`]).
    pub fn html(&self, reader: &Reader, now: Time) -> Markup {
        Markup::of(&TileHtml { tile: self, r: *reader, now })
    }
}

/// Tiles side by side; nothing of none.
pub fn tiles(tiles: &[Tile], reader: &Reader, now: Time) -> Markup {
    if tiles.is_empty() {
        return Markup::default();
    }
    let items: Markup = tiles.iter().map(|tile| tile.html(reader, now)).collect();
    Markup::trusted(format!("<ul class=\"tiles\">{items}</ul>"))
}

#[derive(Template)]
#[template(path = "tile.html")]
struct TileHtml<'a> {
    tile: &'a Tile,
    r: Reader<'a>,
    now: Time,
}

impl TileHtml<'_> {
    fn number(&self, value: &f64, decimals: &u8) -> Markup {
        let shown = escape(&self.r.number_up_to(*value, *decimals));
        Markup::trusted(match &self.tile.topic {
            None => format!("<span class=\"amount\">{shown}</span>"),
            Some(topic) => format!(
                "<live-number class=\"amount\" topic=\"{}\" decimals=\"{decimals}\" label=\"{}\">{shown}</live-number>",
                escape(topic),
                escape(&self.tile.title)
            ),
        })
    }

    fn words(&self, words: &str) -> Markup {
        Markup::trusted(match &self.tile.topic {
            None => escape(words),
            Some(topic) => format!(
                "<live-number topic=\"{}\" label=\"{}\">{}</live-number>",
                escape(topic),
                escape(&self.tile.title),
                escape(words)
            ),
        })
    }

    /// A recorded or old value shows its date; an age would pretend that it belongs to this moment.
    fn when(&self, time: &Time) -> Markup {
        match self.tile.shown.mode {
            _ if self.tile.state == State::Stale => {
                Markup::text(&self.r.say("status-stale", &[("since", self.r.date_time(*time).into())]))
            }
            Mode::Recording => {
                Markup::text(&self.r.say("tile-recorded", &[("time", self.r.date_time(*time).into())]))
            }
            _ => self.r.ago(*time, self.now),
        }
    }

    fn chip(&self) -> Markup {
        match self.tile.state_label.as_str() {
            "" => Markup::default(),
            label => status::chip(self.tile.state, label),
        }
    }

    fn mode(&self) -> Markup {
        status::mode_chip(&self.tile.shown, &self.r)
    }

    fn usual(&self) -> Markup {
        match self.tile.usual {
            Usual::NotAsked => Markup::default(),
            Usual::TooLittleHistory => Markup::trusted(format!(
                "<p class=\"small muted\">{}</p>",
                escape(&self.r.t("tile-little-history"))
            )),
            Usual::Band { low, high, scale_low, scale_high } => {
                let Figure::Number { value, decimals, .. } = &self.tile.figure else {
                    return Markup::default();
                };
                let range = [
                    ("low", self.r.number_up_to(low, *decimals)),
                    ("high", self.r.number_up_to(high, *decimals)),
                ];
                let words = self.r.say("tile-normal", &range.map(|(name, text)| (name, text.into())));
                let across = |v: f64| {
                    let share = (v - scale_low) / (scale_high - scale_low).max(f64::MIN_POSITIVE);
                    // A margin at both ends, so that the mark is never cut off.
                    2.0 + 96.0 * share.clamp(0.0, 1.0)
                };
                Markup::trusted(format!(
                    "<svg class=\"range\" aria-hidden=\"true\" focusable=\"false\"><line class=\"rail\" x1=\"2%\" x2=\"98%\" \
                     y1=\"50%\" y2=\"50%\"/><line class=\"usual\" x1=\"{:.1}%\" x2=\"{:.1}%\" y1=\"50%\" y2=\"50%\"/><circle \
                     class=\"here\" cx=\"{:.1}%\" cy=\"50%\" r=\"5\"/></svg><p class=\"small muted\">{}</p>",
                    across(low),
                    across(high),
                    across(*value),
                    escape(&words)
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests;
