//! Layers of the live map: which feeds and datastreams each shows, what its figure is, and the colour of its marks. The
//! pack says which. The pages of districts group their readings by the same layers.

use host::pack::{self, Finding, Judge, Pack};
use serde::Deserialize;
use vocab::Text;

use crate::dashboard::{Level, Show};

/// The file of a pack that says what its live map shows.
pub const FILE: &str = "dashboards/map.toml";
/// Colours that marks may have: the series of the charts.
const COLOURS: u8 = 4;

/// `dashboards/map.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overlays {
    pub schema: u32,
    #[serde(rename = "layer", default)]
    pub layers: Vec<Overlay>,
}

/// One layer of the live map.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overlay {
    /// A short name: it stands in addresses.
    pub id: String,
    pub title: Text,
    /// One sentence: what its figure means.
    #[serde(default)]
    pub means: Text,
    /// The feeds whose things are its places.
    pub feeds: Vec<String>,
    /// The last part of the slugs of the datastreams that count. Of each feed the first of these of which there are values;
    /// without any, a place shows whatever it has.
    #[serde(default)]
    pub datastreams: Vec<String>,
    /// How one figure comes of the values; without it the layer has none.
    #[serde(default)]
    pub show: Option<Show>,
    /// As people read it; nothing where the figure is a count of what its title says.
    #[serde(default)]
    pub unit: Text,
    #[serde(default)]
    pub decimals: u8,
    /// The number of the colour of its marks, from 1; 0 for the colour of the page.
    #[serde(default)]
    pub colour: u8,
    /// Whether it is shown to whoever asks for no layer.
    #[serde(default)]
    pub shown: bool,
    /// The first that holds gives the state and its word, of the figure and of each value.
    #[serde(rename = "level", default)]
    pub levels: Vec<Level>,
}

impl Overlays {
    /// The layers of a pack; a pack without the file has none of its own.
    pub fn of(pack: &Pack) -> Result<Overlays, Vec<Finding>> {
        let Some(file) = pack.files.get(FILE) else {
            return Ok(Overlays { schema: 1, layers: Vec::new() });
        };
        let read: Overlays = pack::parse(file)?;
        let mut judge = Judge::new(file, pack.language_tags());
        let mut seen: Vec<&str> = Vec::new();
        for layer in &read.layers {
            judge.at(&format!("id = \"{}\"", layer.id));
            if seen.contains(&layer.id.as_str()) {
                judge.find(format!("two layers are called {}", layer.id), "give one of them another id");
            }
            seen.push(&layer.id);
            if layer.id.is_empty() || !layer.id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
                let what = format!("\"{}\" cannot stand in an address", layer.id);
                judge.find(what, "letters, digits and hyphens");
            }
            if layer.colour > COLOURS {
                judge.find(format!("there is no colour {}", layer.colour), "the colours are 1 to 4");
            }
            judge.text(&format!("title of the layer {}", layer.id), &layer.title);
            judge.text_if_any(&format!("means of the layer {}", layer.id), &layer.means);
            judge.text_if_any(&format!("unit of the layer {}", layer.id), &layer.unit);
            for level in &layer.levels {
                judge.text(&format!("label of the layer {}", layer.id), &level.label);
            }
            for feed in &layer.feeds {
                judge.feed(feed, pack);
            }
        }
        judge.passed(read)
    }
}

impl Overlay {
    /// Of a feed that no layer of the pack shows: its places, each with whatever it has.
    pub fn of_feed(id: &str, title: Text, means: Text) -> Overlay {
        Overlay {
            id: id.into(),
            title,
            means,
            feeds: vec![id.into()],
            datastreams: Vec::new(),
            show: None,
            unit: Text::default(),
            decimals: 1,
            colour: 0,
            shown: false,
            levels: Vec::new(),
        }
    }

    /// The level that a value has, if any.
    pub fn level(&self, value: f64) -> Option<&Level> {
        self.levels.iter().find(|level| level.holds(value))
    }

    /// The level that a word has, if any.
    pub fn level_of_word(&self, word: &str) -> Option<&Level> {
        self.levels.iter().find(|level| level.is.as_deref() == Some(word))
    }

    /// Whether a datastream counts: one is named by the last part of its slug.
    pub fn counts(&self, slug: &str, key: Option<&str>) -> bool {
        self.datastreams.is_empty() || slug.rsplit('/').next() == key
    }
}

/// Which layers an address asks for: by a feed the one that shows this feed alone, or those that show it among others; those
/// it names; else those that are shown at first. Numbers of `layers`, in their order.
pub fn chosen(layers: &[Overlay], named: &[String], feed: &str) -> Vec<usize> {
    let numbers = |fits: &dyn Fn(&Overlay) -> bool| -> Vec<usize> {
        layers.iter().enumerate().filter(|(_, layer)| fits(layer)).map(|(at, _)| at).collect()
    };
    if !feed.is_empty() {
        let alone = numbers(&|layer| layer.feeds == [feed]);
        let among = || numbers(&|layer| layer.feeds.iter().any(|id| id == feed));
        return if alone.is_empty() { among() } else { alone };
    }
    if !named.is_empty() {
        return numbers(&|layer| named.contains(&layer.id));
    }
    numbers(&|layer| layer.shown)
}

#[cfg(test)]
mod tests;
