//! What the front page shows: tiles, each one figure out of many current values. The pack says which.

use host::pack::{self, Finding, Judge, Pack};
use serde::Deserialize;
use vocab::Text;

/// The file of a pack that says what its front page shows.
pub const FILE: &str = "dashboards/home.toml";

/// `dashboards/home.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dashboard {
    pub schema: u32,
    #[serde(rename = "tile", default)]
    pub tiles: Vec<TileFile>,
}

/// One tile.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TileFile {
    /// A short name, part of its topic in the live stream.
    pub id: String,
    pub title: Text,
    /// One sentence: what the number means.
    pub means: Text,
    /// The feed whose values these are.
    pub feed: String,
    /// The last part of the slugs of the datastreams that count: `speed`. The first of these of which there are values.
    pub datastreams: Vec<String>,
    pub show: Show,
    /// As people read it; nothing where the figure is a count of what its title says.
    #[serde(default)]
    pub unit: Text,
    #[serde(default)]
    pub decimals: u8,
    /// The first that holds gives the state and its word. A figure that none holds of needs no word.
    #[serde(rename = "level", default)]
    pub levels: Vec<Level>,
}

/// How one figure comes of many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Show {
    /// All together: spaces free.
    Sum,
    Mean,
    /// Half are higher, half lower: one broken sensor does not move it.
    Median,
    Least,
    /// The highest, with the name of its place.
    Greatest,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// The figure is less than this.
    #[serde(default)]
    pub below: Option<f64>,
    /// The figure is this or more.
    #[serde(default)]
    pub from: Option<f64>,
    /// The value is this word: of series that say words.
    #[serde(default)]
    pub is: Option<String>,
    pub state: Mood,
    pub label: Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mood {
    Good,
    Notice,
    Bad,
}

impl Level {
    pub fn holds(&self, figure: f64) -> bool {
        self.is.is_none()
            && self.below.is_none_or(|limit| figure < limit)
            && self.from.is_none_or(|limit| figure >= limit)
    }
}

impl TileFile {
    pub fn level(&self, figure: f64) -> Option<&Level> {
        self.levels.iter().find(|level| level.holds(figure))
    }
}

impl Show {
    /// The figure of these values, and which of them it is where it is one of them. Values that are no numbers are not
    /// given; of none there is no figure.
    pub fn figure(self, values: &[f64]) -> Option<(f64, Option<usize>)> {
        let count = values.len() as f64;
        let at = |better: fn(f64, f64) -> bool| {
            let mut best: Option<(usize, f64)> = None;
            for (index, value) in values.iter().enumerate() {
                if best.is_none_or(|(_, found)| better(*value, found)) {
                    best = Some((index, *value));
                }
            }
            best.map(|(index, value)| (value, Some(index)))
        };
        match self {
            _ if values.is_empty() => None,
            Show::Sum => Some((values.iter().sum(), None)),
            Show::Mean => Some((values.iter().sum::<f64>() / count, None)),
            Show::Least => at(|a, b| a < b),
            Show::Greatest => at(|a, b| a > b),
            Show::Median => {
                let mut sorted = values.to_vec();
                sorted.sort_by(f64::total_cmp);
                let middle = sorted.len() / 2;
                let upper = sorted[middle];
                let value =
                    if sorted.len().is_multiple_of(2) { (sorted[middle - 1] + upper) / 2.0 } else { upper };
                Some((value, None))
            }
        }
    }
}

impl Dashboard {
    /// The dashboard of a pack; a pack without one shows no tiles.
    pub fn of(pack: &Pack) -> Result<Dashboard, Vec<Finding>> {
        let Some(file) = pack.files.get(FILE) else {
            return Ok(Dashboard { schema: 1, tiles: Vec::new() });
        };
        let read: Dashboard = pack::parse(file)?;
        let mut judge = Judge::new(file, pack.language_tags());
        let mut seen: Vec<&str> = Vec::new();
        for tile in &read.tiles {
            judge.at(&format!("id = \"{}\"", tile.id));
            if seen.contains(&tile.id.as_str()) {
                judge.find(format!("two tiles are called {}", tile.id), "give one of them another id");
            }
            seen.push(&tile.id);
            judge.text(&format!("title of the tile {}", tile.id), &tile.title);
            judge.text(&format!("means of the tile {}", tile.id), &tile.means);
            judge.text_if_any(&format!("unit of the tile {}", tile.id), &tile.unit);
            for level in &tile.levels {
                judge.text(&format!("label of the tile {}", tile.id), &level.label);
            }
            judge.feed(&tile.feed, pack);
        }
        judge.passed(read)
    }
}

#[cfg(test)]
mod tests;
