//! How a thing is doing: a shape, a colour and a word. Never a colour alone.

use crate::layout::Shown;
use crate::markup::{Markup, escape};
use crate::reader::Reader;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Good,
    Notice,
    Bad,
    /// Nobody has said. Never shown as good.
    Unknown,
    Off,
    /// The last value is older than its source allows.
    Stale,
}

impl State {
    pub const ALL: [State; 6] =
        [State::Good, State::Notice, State::Bad, State::Unknown, State::Off, State::Stale];

    /// The word that style sheets and streams use.
    pub fn word(self) -> &'static str {
        match self {
            State::Good => "good",
            State::Notice => "notice",
            State::Bad => "bad",
            State::Unknown => "unknown",
            State::Off => "off",
            State::Stale => "stale",
        }
    }

    /// The plain word for readers, for a caller that has nothing more exact to say.
    pub fn label(self, reader: &Reader) -> String {
        reader.t(match self {
            State::Good => "status-good",
            State::Notice => "status-notice",
            State::Bad => "status-bad",
            State::Unknown => "status-unknown",
            State::Off => "status-off",
            State::Stale => "status-old",
        })
    }
}

/// A status chip: `● Good`.
pub fn chip(state: State, label: &str) -> Markup {
    Markup::trusted(format!("<span class=\"chip\" data-state=\"{}\">{}</span>", state.word(), escape(label)))
}

/// The mode of one figure: live, recording of a date, simulated.
pub fn mode_chip(shown: &Shown, reader: &Reader) -> Markup {
    Markup::trusted(format!(
        "<span class=\"chip\" data-mode=\"{}\">{}</span>",
        shown.word(),
        escape(&shown.label(reader))
    ))
}

/// A paragraph that stands out, with its state's shape and colour.
pub fn note(state: State, heading: &str, body: &Markup) -> Markup {
    Markup::trusted(format!(
        "<div class=\"note\" data-state=\"{}\"><h3>{}</h3><p>{body}</p></div>",
        state.word(),
        escape(heading)
    ))
}
